//! From MISP's graphs to text: the inverse of checking and lowering.
//!
//! The text is what a person would have written: blocks where ways part and meet, conditions where
//! IF nodes share their branches, filter scopes where a reset closes them, jumps only for what
//! blocks cannot say. Compiled, it is the same graph again.

mod arguments;
mod condition_text;
mod conditions;
mod declare;
mod defaults;
mod detached;
mod file_name;
mod flow;
mod frames;
mod modules;
mod names;
mod note;
mod plan;
mod predicate;
mod print;
mod recheck;
mod roles;
mod scopes;
mod step;
mod structure;
mod structured;
mod tree;
mod words;
mod written;

use rustc_hash::FxHashSet;

use crate::base::source::Sources;
use crate::catalogue::{Catalogue, module_ids};
use crate::format::format_source;
use crate::model::{Document, DocumentKind, NodeId, blueprint_uuid, workflow_uuid};

use arguments::Exact;
pub use defaults::{Behaviour, WithDefaults, with_editor_defaults};
use detached::Pieces;
pub use file_name::good_name;
use flow::Flow;
use modules::Modules;
use names::Names;
pub use note::Note;
use note::Notes;
use plan::Plan;
use print::{Printer, pin_before};
use scopes::{Role, Scopes};
use step::WrittenStep;
use structure::Structurer;
pub use words::{Words, all_parameters, words};
use written::{Entry, Written, entries_of, name};

/// How graphs become text.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct ImportOptions {
    /// Whether node ids, positions, versions and frames are kept, by pins.
    pub keep_layout: bool,
}

/// A document as text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Imported {
    /// The id by which the text names the workflow or blueprint.
    pub id: String,
    /// The text.
    pub text: String,
    /// What the text cannot say, or says otherwise.
    pub notes: Vec<Note>,
}

/// Turns a workflow or blueprint into text.
pub fn import(document: &Document<'_>, catalogue: &Catalogue, options: ImportOptions) -> Imported {
    import_as(document, None, catalogue, options, &mut Names::default())
}

/// Turns documents into texts whose ids differ.
pub fn import_all(documents: &[Document<'_>], catalogue: &Catalogue, options: ImportOptions) -> Vec<Imported> {
    let named: Vec<_> = documents.iter().map(|document| (document, None)).collect();
    import_all_as(&named, catalogue, options)
}

/// Turns documents into texts whose ids differ. Where a name comes with a document the id is made of it, otherwise of the title.
pub fn import_all_as(
    documents: &[(&Document<'_>, Option<String>)],
    catalogue: &Catalogue,
    options: ImportOptions,
) -> Vec<Imported> {
    let mut names = Names::default();
    let import = |(document, name): &(&Document<'_>, Option<String>)| {
        import_as(document, name.as_deref(), catalogue, options, &mut names)
    };
    documents.iter().map(import).collect()
}

fn import_as(
    document: &Document<'_>,
    given_name: Option<&str>,
    catalogue: &Catalogue,
    options: ImportOptions,
    ids: &mut Names,
) -> Imported {
    let mut notes = Notes::default();
    let modules = Modules::new(catalogue, &document.graph, &mut notes);
    let mut flow = Flow::new(&document.graph, document.trigger_id.as_deref(), &modules, &mut notes);
    let kind = kind(document, &mut flow, &mut notes);
    note_differences(&flow, document, options, &mut notes);
    let pieces = Pieces::find(&flow);
    let prefix = if kind == DocumentKind::Workflow { "workflow" } else { "blueprint" };
    let id = ids.unique(names::id(given_name.unwrap_or(&document.name), prefix));
    let page = Page { document, modules: &modules, flow: &flow, kind, id: &id, options };
    let mut exact = vec![Exact::Nothing; flow.nodes.len()];
    let mut told = structure(&flow, &pieces, &exact, options);
    let (mut text, mut page_notes) = page.text(&told);
    // First the filters are kept as they are, then the parameters too.
    for _ in 0..2 {
        let refused = recheck::recheck(&text, catalogue);
        if refused.is_empty() {
            break;
        }
        for (place, message) in refused {
            let node = told.statement_nodes[place];
            let id = flow.nodes[node].node.id;
            if exact[node] == Exact::Nothing {
                notes.about(id, format!("kept as it is, though the checker would refuse it: {message}"));
            }
            let has_filter = flow.nodes[node].node.filter.is_active();
            exact[node] = if exact[node] == Exact::Nothing && has_filter { Exact::Filter } else { Exact::All };
        }
        told = structure(&flow, &pieces, &exact, options);
        (text, page_notes) = page.text(&told);
    }
    notes.0.extend(page_notes.0);
    notes.0.extend(told.notes.0);
    Imported { id, text, notes: notes.0 }
}

/// What a text is made of.
struct Page<'p, 'g> {
    document: &'p Document<'g>,
    modules: &'p Modules<'p>,
    flow: &'p Flow<'p>,
    kind: DocumentKind,
    id: &'p str,
    options: ImportOptions,
}

impl Page<'_, '_> {
    /// The whole text, in canonical form.
    fn text(&self, told: &Structured) -> (String, Notes) {
        let Self { document, flow, options, .. } = self;
        let mut notes = Notes::default();
        let frames = &document.graph.frames;
        let sequence: Vec<NodeId> = told.sequence.iter().map(|&node| flow.nodes[node].node.id).collect();
        let comments = if options.keep_layout { Vec::new() } else { frames::comments(frames, &sequence, &mut notes) };
        let mut printer = Printer::new(&comments);
        for signature in self.modules.unknown.values() {
            declare::declaration(&mut printer, signature);
        }
        printer.line(&format!("{} {{", head(self.id, self.kind, document, told.trigger.as_ref())));
        let mut fields = fields(self.id, document);
        if options.keep_layout && !frames.is_empty() {
            let kept: FxHashSet<NodeId> = sequence.iter().copied().collect();
            fields.push(frames::field(frames, &|id| kept.contains(&id), &mut notes));
        }
        for field in &fields {
            printer.field(field);
        }
        printer.steps(&told.steps);
        printer.line("}");
        (formatted(printer.text), notes)
    }
}

/// The text in its canonical form.
fn formatted(text: String) -> String {
    let sources = Sources::new();
    let file = sources.add("", None, text);
    format_source(&sources, file).unwrap_or_else(|_| sources.text(file).to_owned())
}

/// A trigger: its pin, its module, its parameters.
type Trigger = (Vec<Entry>, String, Vec<Entry>);

/// What a flow is as steps.
struct Structured {
    trigger: Option<Trigger>,
    steps: Vec<WrittenStep>,
    /// The nodes in the order of the text.
    sequence: Vec<usize>,
    /// Those of them that are calls, questions and filters.
    statement_nodes: Vec<usize>,
    notes: Notes,
}

/// Tells a flow; again without the filter scopes that turn out not to say the same.
fn structure(flow: &Flow<'_>, pieces: &Pieces, exact: &[Exact], options: ImportOptions) -> Structured {
    let mut roles = roles::roles(flow);
    for (role, _) in roles.iter_mut().zip(exact).filter(|(_, exact)| **exact == Exact::All) {
        *role = Role::None;
    }
    let mut attempts = 0;
    loop {
        let scopes = Scopes::find(flow, &mut roles, &pieces.all());
        let plan = Plan::new(flow, &scopes);
        let mut structurer = Structurer::new(flow, &scopes, plan, exact, options.keep_layout);
        let trigger = structurer.trigger();
        let steps = structurer.structure(&pieces.joining, &pieces.apart);
        if structurer.failed.is_empty() {
            let Structurer { sequence, statement_nodes, notes, .. } = structurer;
            return Structured { trigger, steps, sequence, statement_nodes, notes };
        }
        attempts += 1;
        if attempts > 4 {
            roles.fill(Role::None);
        }
        for filter in structurer.failed {
            roles[filter] = Role::None;
        }
    }
}

/// What the document becomes. A workflow without a trigger gets the one that it says it listens
/// to, and is a blueprint if it says none.
fn kind(document: &Document<'_>, flow: &mut Flow<'_>, notes: &mut Notes) -> DocumentKind {
    if document.kind == DocumentKind::Blueprint || flow.has_trigger {
        return document.kind;
    }
    let Some(trigger) = &document.trigger_id else {
        notes.add("a workflow begins with a trigger; this graph has none and becomes a blueprint");
        return DocumentKind::Blueprint;
    };
    notes.add(format!("no node is the trigger; `{trigger}` is added, which leads nowhere"));
    flow.start = None;
    DocumentKind::Workflow
}

/// `workflow id on trigger` or `blueprint id()`
fn head(id: &str, kind: DocumentKind, document: &Document<'_>, trigger: Option<&Trigger>) -> String {
    let mut head = match kind {
        DocumentKind::Workflow => format!("workflow {id}"),
        DocumentKind::Blueprint => format!("blueprint {id}()"),
    };
    match (trigger, kind) {
        (Some((pin, trigger, arguments)), _) => {
            // Where the name of the file gives the trigger id again, nobody needs to write it.
            let is_own = kind == DocumentKind::Workflow && trigger.strip_prefix(module_ids::ADHOC_PREFIX) == Some(id);
            head.extend([" on ", &pin_before(pin), if is_own { module_ids::ADHOC } else { trigger }]);
            if !arguments.is_empty() {
                head.extend(["(", &entries_of(arguments), ")"]);
            }
        }
        (None, DocumentKind::Workflow) => {
            head.extend([" on ", &name(document.trigger_id.as_deref().unwrap_or_default())]);
        }
        (None, DocumentKind::Blueprint) => {}
    }
    head
}

fn fields(id: &str, document: &Document<'_>) -> Vec<Entry> {
    let mut fields = Vec::new();
    let mut field = |name: &str, value: Written| fields.push((name.to_owned(), value));
    let is_bare = document.uuid.is_none() && document.name.is_empty();
    if document.name != id && !is_bare {
        field("name", Written::Text(document.name.to_string()));
    }
    if !document.description.is_empty() {
        field("description", Written::Text(document.description.to_string()));
    }
    let made = match document.kind {
        DocumentKind::Workflow => workflow_uuid(id),
        DocumentKind::Blueprint => blueprint_uuid(id),
    };
    if let Some(uuid) = document.uuid.filter(|&uuid| uuid != made) {
        field("uuid", Written::Text(uuid.to_string()));
    }
    if document.debug_enabled && document.kind == DocumentKind::Workflow {
        field("debug", Written::Bare("true".to_owned()));
    }
    fields
}

/// Notes what MISP's editor makes anew when it loads the graph.
fn note_differences(flow: &Flow<'_>, document: &Document<'_>, options: ImportOptions, notes: &mut Notes) {
    for node in &flow.nodes {
        let (node, signature) = (node.node, node.signature);
        if node.module_type != signature.module_type {
            notes.about(
                node.id,
                format!(
                    "`{}` is {} and not {}",
                    node.module,
                    signature.module_type.as_str(),
                    node.module_type.as_str()
                ),
            );
        }
        if node.multiple_output_connection != signature.multiple_output_connection {
            notes.about(
                node.id,
                format!(
                    "`multiple_output_connection` of `{}` becomes {}, as in MISP's editor",
                    node.module, signature.multiple_output_connection
                ),
            );
        }
        if node.version != signature.version && !options.keep_layout {
            let was = match node.version.as_ref() {
                "" => format!("`{}`, which has no version here, gets version", node.module),
                version => format!("version {version} of `{}` becomes", node.module),
            };
            notes.about(node.id, format!("{was} {}, as in MISP's editor; `--keep-layout` keeps it", signature.version));
        }
    }
    let trigger = flow.start.filter(|_| flow.has_trigger).map(|start| flow.nodes[start].node);
    if let (Some(node), Some(wanted)) = (trigger, &document.trigger_id)
        && node.module != *wanted
    {
        notes.about(
            node.id,
            format!("the workflow says that it listens to `{wanted}`, but its trigger is `{}`", node.module),
        );
    }
}
