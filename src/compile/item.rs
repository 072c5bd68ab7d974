//! One workflow or blueprint, from its syntax tree to a document.

use crate::base::source::Span;
use crate::check::{CheckedFlow, Context, FlowChecker, Header, check_parameters, standalone_bindings, value_type};
use crate::diagnostics::{Code, Diagnostic, Failed, stage};
use crate::lower::{lower_with_labels, place};
use crate::model::{Document, DocumentKind, Graph, NodeId, blueprint_uuid, workflow_uuid};
use crate::syntax::tree::{Block, Blueprint, Call, Field, Name, Pin, Workflow};
use crate::verify::{check_defaults, check_lints, check_rules};

use super::Compiled;

/// A workflow or blueprint of the text.
#[derive(Clone, Copy)]
pub(super) enum Declared<'a> {
    Workflow(&'a Workflow<'a>),
    Blueprint(&'a Blueprint<'a>),
}

impl<'a> Declared<'a> {
    pub fn id(self) -> Name<'a> {
        match self {
            Self::Workflow(workflow) => workflow.id,
            Self::Blueprint(blueprint) => blueprint.id,
        }
    }

    /// The name of a workflow's trigger.
    pub fn trigger_name(self) -> Option<Name<'a>> {
        match self {
            Self::Workflow(workflow) => Some(workflow.trigger.name),
            Self::Blueprint(_) => None,
        }
    }

    fn kind(self) -> DocumentKind {
        match self {
            Self::Workflow(_) => DocumentKind::Workflow,
            Self::Blueprint(_) => DocumentKind::Blueprint,
        }
    }

    fn fields(self) -> &'a [Field<'a>] {
        match self {
            Self::Workflow(workflow) => &workflow.fields,
            Self::Blueprint(blueprint) => &blueprint.fields,
        }
    }

    fn trigger(self) -> Option<(&'a Call<'a>, Option<&'a Pin<'a>>)> {
        match self {
            Self::Workflow(workflow) => Some((&workflow.trigger, workflow.trigger_pin.as_ref())),
            Self::Blueprint(blueprint) => Some((blueprint.trigger.as_ref()?, blueprint.trigger_pin.as_ref())),
        }
    }

    fn body(self) -> &'a Block<'a> {
        match self {
            Self::Workflow(workflow) => &workflow.body,
            Self::Blueprint(blueprint) => &blueprint.body,
        }
    }

    /// Where a finding goes that is about the whole.
    fn span(self) -> Span {
        self.trigger_name().unwrap_or(self.id()).span
    }
}

/// A graph with the labels of its steps.
type Labelled<'a> = (Graph<'a>, Vec<(&'a str, NodeId)>);

/// One item on its way through the stages.
pub(super) struct ItemCompiler<'c, 'a> {
    /// What the item is compiled in.
    pub context: Context<'c, 'a>,
    /// Whether constants may be empty because of an error.
    pub values_missing: bool,
    /// Whether nodes get places, which takes time: few findings depend on them.
    pub with_places: bool,
    /// What is found.
    pub diagnostics: Vec<Diagnostic>,
}

impl<'a> ItemCompiler<'_, 'a> {
    /// All stages. Of what was not asked for, there are no lints and no blueprints.
    ///
    /// # Errors
    /// If a stage found an error. What is not written is `None`.
    pub fn compile(&mut self, file: usize, item: Declared<'a>, wanted: bool) -> Result<Option<Compiled<'a>>, Failed> {
        let (header, flow) = self.check(file, item)?;
        let (mut graph, labels) = self.lower(item, flow)?;
        self.follow_rules(file, item, &graph)?;
        self.frames(&mut graph, &header);
        if self.with_places {
            let context = self.context;
            place(&mut graph, &|module| context.signature(file, module));
        }
        if !self.is_written(item, wanted) {
            return Ok(None);
        }
        let document = document(item, header, graph);
        if wanted {
            self.lint(file, item, &document);
            self.defaults(file, &document);
        }
        Ok(Some(Compiled { id: item.id(), document, labels }))
    }

    /// From steps to checked steps, whose modules, values and paths are known.
    fn check(&mut self, file: usize, item: Declared<'a>) -> Result<(Header<'a>, CheckedFlow<'a>), Failed> {
        let context = self.context;
        let checked = stage(&mut self.diagnostics, |diagnostics| {
            let mut bindings = Vec::new();
            if let Declared::Blueprint(blueprint) = item {
                check_parameters(blueprint, diagnostics);
                bindings = standalone_bindings(blueprint);
            }
            let mut checker = FlowChecker::new(context, file, bindings, diagnostics);
            let header = checker.header(item.id(), item.fields(), item.kind() == DocumentKind::Workflow);
            if item.kind() == DocumentKind::Blueprint {
                checker.inlining.push(item.id());
                checker.expect_data_of_blueprint(&header.description);
            }
            let id = (item.kind() == DocumentKind::Workflow).then(|| item.id().text);
            let trigger = item.trigger().and_then(|(call, pin)| checker.trigger(call, pin, id));
            let steps = checker.steps(item.body());
            (header, CheckedFlow { trigger, steps })
        });
        let (header, flow) = checked?;
        // The form of what is left could be judged all the same, but not what an error may have caused.
        let lacks_trigger = item.kind() == DocumentKind::Workflow && flow.trigger.is_none();
        if lacks_trigger || context.budget.is_spent() { Err(Failed) } else { Ok((header, flow)) }
    }

    /// From checked steps to nodes and connections.
    fn lower(&mut self, item: Declared<'a>, flow: CheckedFlow<'a>) -> Result<Labelled<'a>, Failed> {
        stage(&mut self.diagnostics, |diagnostics| lower_with_labels(flow, item.id().text, diagnostics))
    }

    /// Whether MISP would save the graph.
    fn follow_rules(&mut self, file: usize, item: Declared<'a>, graph: &Graph<'a>) -> Result<(), Failed> {
        let context = self.context;
        let signature = |module: &str| context.signature(file, module);
        let is_workflow = item.kind() == DocumentKind::Workflow;
        stage(&mut self.diagnostics, |diagnostics| {
            check_rules(graph, &signature, is_workflow, Some(item.span()), diagnostics);
        })
    }

    /// Adds the frames that the head lists.
    fn frames(&mut self, graph: &mut Graph<'a>, header: &Header<'a>) {
        for (frame, span) in &header.frames {
            if let Some(id) = frame.nodes.iter().find(|&&id| graph.index(id).is_none()) {
                self.diagnostics.push(
                    Diagnostic::at(
                        Code::InvalidPin,
                        *span,
                        format!("this frame holds the node {id}, which does not exist"),
                    )
                    .note("a frame names its nodes by the ids that pins give them: `@[id: 3]`")
                    .help("remove the id from the frame, or pin a step to it"),
                );
            }
            graph.frames.push(frame.clone());
        }
    }

    /// Whether it becomes a document: a blueprint that takes parameters or comes from another file does not.
    fn is_written(&mut self, item: Declared<'a>, wanted: bool) -> bool {
        let Declared::Blueprint(blueprint) = item else { return true };
        let required = blueprint.parameters.iter().find(|parameter| parameter.default.is_none());
        if let Some(parameter) = required.filter(|parameter| wanted && value_type(parameter).is_some()) {
            self.diagnostics.push(not_written(blueprint, parameter.name));
        }
        wanted && required.is_none()
    }

    /// Looks for traps in a graph that keeps the rules.
    fn lint(&mut self, file: usize, item: Declared<'a>, document: &Document<'a>) {
        let context = self.context;
        if context.program.files[file].tree.incomplete {
            // What could not be read may be what is missed.
            return;
        }
        let signature = |module: &str| context.signature(file, module);
        let before = self.diagnostics.len();
        let (sources, found) = (Some(context.program.sources), &mut self.diagnostics);
        check_lints(&document.graph, document.into(), &signature, context.tags, Some(item.span()), sources, found);
        if self.values_missing {
            let found = self.diagnostics.split_off(before);
            let is_sure = |finding: &Diagnostic| !matches!(finding.code, Code::NoTags | Code::NoOrganisation);
            self.diagnostics.extend(found.into_iter().filter(is_sure));
        }
    }

    /// Checks what the defaults of `env` make of the texts.
    fn defaults(&mut self, file: usize, document: &Document<'a>) {
        let context = self.context;
        let signature = |module: &str| context.signature(file, module);
        self.diagnostics.extend(check_defaults(document, &signature, context.budget));
    }
}

/// What MISP gets.
fn document<'a>(item: Declared<'a>, header: Header<'a>, graph: Graph<'a>) -> Document<'a> {
    let mut document = Document::bare(item.kind(), graph);
    let id = item.id().text;
    document.uuid = Some(header.uuid.unwrap_or_else(|| match item {
        Declared::Workflow(_) => workflow_uuid(id),
        Declared::Blueprint(_) => blueprint_uuid(id),
    }));
    document.name = header.name;
    document.description = header.description;
    document.debug_enabled = header.debug;
    document
}

fn not_written(blueprint: &Blueprint<'_>, parameter: Name<'_>) -> Diagnostic {
    Diagnostic::at(
        Code::BlueprintNotWritten,
        blueprint.id.span,
        format!("the blueprint `{}` has no JSON of its own", blueprint.id.text),
    )
    .also(parameter.span, "this parameter has no default")
    .note("MISP's blueprints take no parameters; `use` fills them in where the blueprint is used")
    .help("give every parameter a default to have it written")
}
