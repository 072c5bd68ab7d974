//! MISP's own JSON where a workflow is read: what an export, a backup or an API answer holds.
//!
//! The rules for graphs, the types and the lints hold for it as for text. A finding points at the value or the node in
//! the JSON and names its JSON path.

mod contents;
mod places;

use rustc_hash::FxHashSet;

use crate::base::source::{FileId, SourceFile, Sources, Span};
use crate::catalogue::Catalogue;
use crate::diagnostics::{Audience, Code, Diagnostic, Severity};
use crate::misp;
use crate::misp::{ReadError, locate};
use crate::model::{Document, DocumentKind, ModuleType};
use crate::resolve::Budget;
use crate::syntax::tree::Name;
use crate::tags::KnownTags;
use crate::verify::{check_lints, check_row, check_rules, check_types};
use crate::wording::{UnknownModule, unknown_module};
pub use contents::{Contents, contents};
use places::{Places, RowPaths};

/// Whether a file holds MISP's JSON: its name ends in `.json`, or it has no name and begins like
/// JSON, which no text of a workflow does.
pub fn is_misp_json(file: &SourceFile) -> bool {
    match &file.path {
        Some(path) => path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")),
        None => file.text.trim_start().starts_with(['{', '[']),
    }
}

/// A workflow or blueprint that was read from MISP's JSON.
#[derive(Debug)]
pub struct Exported<'s> {
    /// Made from the name of the file, with a number where the file holds several. Its place is that
    /// of the document.
    pub id: Name<'s>,
    /// What was read. Its nodes tell where in the JSON they are.
    pub document: Document<'static>,
    places: Places<'s>,
}

/// Reads a file with MISP's JSON. What is unusual in it is noted.
pub fn read_exported<'s>(sources: &'s Sources, id: FileId, diagnostics: &mut Vec<Diagnostic>) -> Vec<Exported<'s>> {
    let file = sources.file(id);
    let read = match misp::read(&file.text) {
        Ok(read) => read,
        Err(error) => {
            diagnostics.push(
                Diagnostic::at(Code::InvalidMispJson, place_of_error(file, id, &error), error.to_string())
                    .help("give a workflow, a blueprint or a graph as MISP exports it"),
            );
            return Vec::new();
        }
    };
    let rows: Vec<RowPaths> = read.places.iter().map(RowPaths::new).collect();
    let paths = read.places.iter().flat_map(|place| {
        [place.path.as_str(), place.graph.as_str()].into_iter().chain(place.nodes.iter().map(|(_, path)| path.as_str()))
    });
    let paths = paths.chain(rows.iter().flat_map(RowPaths::paths));
    let found = locate(&file.text, paths.chain(read.oddities.iter().map(|oddity| oddity.path.as_str())));
    let span = |path: &str| found.get(path).map(|place| Span::new(id, place.start, place.end));
    // What `check` says of a row is more than a note.
    let documents = read.documents.iter().zip(&read.places).zip(&rows);
    let reported: FxHashSet<&str> =
        documents.flat_map(|((document, place), row)| row.reported(document, place)).collect();
    for oddity in read.oddities.iter().filter(|oddity| !reported.contains(oddity.path.as_str())) {
        let place = span(&oddity.path).unwrap_or(Span::new(id, 0, 0));
        let finding = Diagnostic::at(Code::MispJsonOddity, start_of(place), oddity.message.clone());
        diagnostics.push(with_path(finding, &oddity.path));
    }
    let count = read.documents.len();
    let documents = read.documents.into_iter().zip(&read.places).zip(&rows).enumerate();
    documents
        .map(|(index, ((mut document, place), row))| {
            let graph = span(&place.graph);
            let nodes: Vec<_> = place.nodes.iter().map(|(_, path)| span(path)).collect();
            for (node, place) in document.graph.nodes.iter_mut().zip(&nodes) {
                node.origin = place.or(graph).map(start_of);
            }
            let text = if count == 1 { stem(file) } else { format!("{}-{}", stem(file), index + 1) };
            let whole = start_of(span(&place.path).unwrap_or(Span::new(id, 0, 0)));
            let places = Places {
                sources,
                document: whole,
                row: row.spans(span),
                nodes,
                is_escaped: graph.is_some_and(|graph| sources.snippet(graph).starts_with('"')),
                paths: place.clone(),
            };
            Exported { id: Name { text: sources.keep(text), span: whole }, document, places }
        })
        .collect()
}

impl Exported<'_> {
    /// Checks the graph. Says whether it can be built.
    pub(crate) fn check(
        &self,
        catalogue: &Catalogue,
        tags: &KnownTags<'_>,
        budget: &Budget,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> bool {
        let before = diagnostics.len();
        let graph = &self.document.graph;
        let is_workflow = self.document.kind == DocumentKind::Workflow;
        let signature = |module: &str| catalogue.module(module);
        let mut of_nodes = Vec::new();
        check_rules(graph, &signature, is_workflow, Some(self.id.span), &mut of_nodes);
        let keeps_rules = !of_nodes.iter().any(Diagnostic::is_error);
        self.unknown_modules(catalogue, budget, &mut of_nodes);
        let mut types = check_row(&self.document, self.places.row_facts());
        types.extend(check_types(&self.document, &signature, budget));
        if keeps_rules {
            // Of a node with a mistake there is no more to say until that is corrected.
            let wrong: FxHashSet<Span> = types
                .iter()
                .filter(|found| found.finding.is_error())
                .filter_map(|found| graph.nodes[found.part.node()?].origin)
                .collect();
            let mut lints = Vec::new();
            check_lints(graph, (&self.document).into(), &signature, tags, Some(self.id.span), None, &mut lints);
            lints.retain(|lint| lint.primary.as_ref().is_none_or(|label| !wrong.contains(&label.span)));
            of_nodes.extend(lints);
        }
        diagnostics.extend(self.places.with_nodes(&self.document, of_nodes));
        diagnostics.extend(self.places.with_parts(&self.document, &types));
        !diagnostics[before..].iter().any(Diagnostic::is_error)
    }

    /// MISP keeps such nodes, so they are not errors here: the catalogue may just not know the server.
    fn unknown_modules(&self, catalogue: &Catalogue, budget: &Budget, diagnostics: &mut Vec<Diagnostic>) {
        for node in self.document.graph.nodes.iter().filter(|node| catalogue.module(&node.module).is_none()) {
            let is_trigger = node.module_type == ModuleType::Trigger;
            let worth_while = budget.take_suggestion();
            let known = catalogue.modules().filter(|known| (known.module_type == ModuleType::Trigger) == is_trigger);
            let known = known.filter(|_| worth_while).map(|known| known.id.as_str());
            let unknown = UnknownModule { name: &node.module, is_trigger };
            let (mut finding, _) = unknown_module(unknown, known, Audience::Editor);
            finding.severity = Severity::Warning;
            diagnostics.push(finding.placed_at(node.origin.unwrap_or(self.id.span)));
        }
    }
}

/// The first character only: a document may be thousands of lines.
fn start_of(span: Span) -> Span {
    span.part(0, 1)
}

fn with_path(finding: Diagnostic, path: &str) -> Diagnostic {
    if path.is_empty() { finding } else { finding.note(format!("in the JSON this is `{path}`")) }
}

/// The name of a file without folder and ending.
fn stem(file: &SourceFile) -> String {
    let stem = file.path.as_deref().and_then(|path| path.file_stem()).map(|stem| stem.to_string_lossy().into_owned());
    let stem = stem.unwrap_or_else(|| "workflow".to_owned());
    stem.strip_suffix(".blueprint").map(str::to_owned).unwrap_or(stem)
}

/// Where the text stops being JSON, as far as that is told.
fn place_of_error(file: &SourceFile, id: FileId, error: &ReadError) -> Span {
    let position = error.position.filter(|_| error.path.is_empty());
    let Some(start) = position.and_then(|position| file.line_start(position.line - 1)) else {
        let found = locate(&file.text, [error.path.as_str()]);
        return found
            .values()
            .next()
            .map_or(Span::new(id, 0, 0), |place| start_of(Span::new(id, place.start, place.end)));
    };
    let column = position.map_or(0, |position| position.column - 1);
    let rest = file.text.get(start..).unwrap_or_default();
    let offset = start + rest.char_indices().nth(column).map_or(rest.len(), |(at, _)| at);
    Span::new(id, offset, offset)
}
