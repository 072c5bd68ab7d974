//! The steps of one workflow or blueprint.

use std::borrow::Cow;

use crate::base::source::Span;
use crate::catalogue::{Provenance, Signature, module_ids};
use crate::diagnostics::{Code, Diagnostic, Label};
use crate::model::ModuleType;
use crate::resolve::{Constant, Names, copy, list_entries};
use crate::schema::{Root, Typer};
use crate::syntax::MAX_NESTING;
use crate::syntax::tree::{Block, Call, CallStep, Concurrent, FilterStep, IfStep, Name, Pin, Step, StepKind, Text};

use super::checked::{CheckedStep, CheckedStepKind, NodeTemplate};
use super::context::Context;

/// The most nodes a workflow may have once its blueprints are inlined. Blueprints that use each
/// other can double themselves; MISP's editor is out of breath long before.
const MAX_NODES: usize = 50_000;
/// The most steps that are looked at for them: a step that jumps or uses an empty blueprint makes none.
const MAX_STEPS: usize = 4 * MAX_NODES;
/// With so many findings, errors among them, no more blueprints are looked into.
const MAX_FINDINGS: usize = 1_000;
/// How deep blocks may nest, those of blueprints in those that use them.
const MAX_DEPTH: usize = 2 * MAX_NESTING;

/// Checks steps. One is made for each workflow and for each blueprint on its own.
pub struct FlowChecker<'c, 'a> {
    pub(super) context: Context<'c, 'a>,
    /// The file in whose scope names are looked up.
    pub(super) file: usize,
    /// The parameters of the blueprint that is being checked.
    pub(super) bindings: Vec<(&'a str, Constant<'a>)>,
    /// The blueprints that are being inlined, outermost first. Files may have blueprints of the same name.
    pub(crate) inlining: Vec<Name<'a>>,
    pub(super) diagnostics: &'c mut Vec<Diagnostic>,
    nodes: usize,
    /// What is known of the data that the steps work on.
    pub(super) typer: Typer<'static>,
    /// How many blocks are around the step that is looked at.
    depth: usize,
    /// How many steps were looked at, also those that make no nodes.
    visited: usize,
    /// Whether the steps are those of a blueprint that is used.
    pub(super) inlined: bool,
    /// How many findings there were before this flow.
    findings_before: usize,
    /// Whether it was reported that no more nodes may come.
    is_full: bool,
}

impl<'c, 'a> FlowChecker<'c, 'a> {
    /// For a flow in a file, where `bindings` are known besides what the file knows.
    pub fn new(
        context: Context<'c, 'a>,
        file: usize,
        bindings: Vec<(&'a str, Constant<'a>)>,
        diagnostics: &'c mut Vec<Diagnostic>,
    ) -> Self {
        let findings_before = diagnostics.len();
        Self {
            context,
            file,
            bindings,
            inlining: Vec::new(),
            diagnostics,
            nodes: 0,
            depth: 0,
            visited: 0,
            inlined: false,
            findings_before,
            is_full: false,
            typer: Typer::new(Root::OPEN),
        }
    }

    /// The text at a place.
    pub(super) fn snippet(&self, span: Span) -> &'a str {
        self.context.program.sources.snippet(span)
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Checks what is at `place`. Findings about a value that is written elsewhere, such as a constant,
    /// say that it is used here.
    pub(super) fn at<T>(&mut self, place: Span, check: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.diagnostics.len();
        let checked = check(self);
        for finding in &mut self.diagnostics[before..] {
            let elsewhere = |label: &Label| !place.contains(label.span) && !label.span.contains(place);
            if finding.primary.iter().all(elsewhere) && finding.secondary.iter().all(elsewhere) {
                finding.secondary.push(Label { span: place, message: "used here".to_owned() });
            }
        }
        checked
    }

    /// The trigger's node.
    /// `id` is that of the workflow, and makes the trigger id of an ad-hoc workflow that has none yet: MISP takes it as it is.
    pub fn trigger(
        &mut self,
        call: &'a Call<'a>,
        pin: Option<&'a Pin<'a>>,
        id: Option<&str>,
    ) -> Option<NodeTemplate<'a>> {
        let signature = self.context.module(self.file, call.name, &[ModuleType::Trigger], self.diagnostics)?;
        self.typer = Typer::new(Root::of_trigger(signature));
        let mut trigger = self.node(signature, call, pin, None);
        // Each ad-hoc workflow has a trigger id of its own.
        trigger.node.module = match call.name.text {
            module_ids::ADHOC | module_ids::ADHOC_TRIGGER => match id {
                Some(id) => Cow::Owned(format!("{}{id}", module_ids::ADHOC_PREFIX)),
                None => Cow::Borrowed(module_ids::ADHOC_TRIGGER),
            },
            own => Cow::Borrowed(own),
        };
        Some(trigger)
    }

    /// The steps of a block.
    pub fn steps(&mut self, block: &'a Block<'a>) -> Vec<CheckedStep<'a>> {
        if self.depth == MAX_DEPTH {
            self.report(
                Diagnostic::at(Code::NestingTooDeep, block.span, format!("blocks nest more than {MAX_DEPTH} deep"))
                    .label("this one is too deep")
                    .note("the blocks of a blueprint count where the blueprint is used")
                    .help("use the blueprint in an outer block"),
            );
            return Vec::new();
        }
        self.depth += 1;
        let steps = block.steps.iter().filter_map(|step| self.step(step)).collect();
        self.depth -= 1;
        steps
    }

    fn step(&mut self, step: &'a Step<'a>) -> Option<CheckedStep<'a>> {
        self.visited += 1;
        if self.inlined && !self.context.budget.take_inlined(step.span, self.diagnostics) {
            self.is_full = true;
            return None;
        }
        let kind = match &step.kind {
            StepKind::Call(call) => self.call_step(step, call)?,
            StepKind::If(branches) => self.if_step(step, branches),
            StepKind::Filter(filter) => self.filter_step(step, filter)?,
            StepKind::Concurrent(concurrent) => self.concurrent(step, concurrent)?,
            StepKind::Use(call) => {
                self.refuse_pin(step, "a blueprint stands for several nodes: pin the steps inside it");
                self.use_blueprint(call)?
            }
            StepKind::Goto(label) => {
                self.refuse_pin(step, "a jump is a connection, not a node");
                CheckedStepKind::Goto(*label)
            }
            StepKind::Detached(block) => {
                self.refuse_pin(step, "pin the steps inside it");
                CheckedStepKind::Detached(self.steps(block))
            }
        };
        Some(CheckedStep { label: step.label, kind, span: step.span })
    }

    fn refuse_pin(&mut self, step: &Step<'_>, help: &str) {
        if let Some(pin) = &step.pin {
            self.report(Diagnostic::at(Code::InvalidPin, pin.span, "there is no single node here to pin").help(help));
        }
    }

    fn call_step(&mut self, step: &'a Step<'a>, call: &'a CallStep<'a>) -> Option<CheckedStepKind<'a>> {
        let kinds = [ModuleType::Action, ModuleType::Logic];
        let signature = self.context.module(self.file, call.call.name, &kinds, self.diagnostics)?;
        if signature.is_condition() {
            let name = call.call.name;
            self.report(
                Diagnostic::at(Code::MisplacedModule, name.span, format!("`{}` decides between two ways", name.text))
                    .label("a condition, not a step")
                    .help(format!("write `if {}(…) {{ … }} else {{ … }}`", name.text)),
            );
            return None;
        }
        let node = self.node(signature, &call.call, step.pin.as_ref(), call.filter.as_deref());
        if signature.multiple_output_connection {
            return Some(CheckedStepKind::Concurrent { node: Box::new(node), branches: Vec::new() });
        }
        Some(CheckedStepKind::Node(Box::new(node)))
    }

    fn if_step(&mut self, step: &'a Step<'a>, branches: &'a IfStep<'a>) -> CheckedStepKind<'a> {
        self.refuse_pin(step, "pin each question: `if @[id: 3] published { … }`");
        let arms = branches.arms.iter().map(|arm| (self.condition(&arm.condition), self.steps(&arm.body))).collect();
        let otherwise = branches.otherwise.as_ref().map(|block| self.steps(block)).unwrap_or_default();
        CheckedStepKind::If { arms, otherwise }
    }

    fn filter_step(&mut self, step: &'a Step<'a>, filter: &'a FilterStep<'a>) -> Option<CheckedStepKind<'a>> {
        let first = filter.label.map_or(filter.selector.span, |label| label.span);
        let question = first.to(filter.condition.span().unwrap_or(filter.selector.span));
        let on = self.at(question, |checker| checker.filter_on(step, filter));
        let off = self.filter_off(step, filter);
        let steps = self.steps(&filter.body);
        let reset = filter.reset.as_ref().map(|reset| reset.span);
        Some(CheckedStepKind::Filter { on: Box::new(on?), label: filter.label, off: Box::new(off?), reset, steps })
    }

    fn concurrent(&mut self, step: &'a Step<'a>, concurrent: &'a Concurrent<'a>) -> Option<CheckedStepKind<'a>> {
        let keyword = step.span.part(0, "concurrent".len());
        let node = self
            .context
            .implied(self.file, module_ids::CONCURRENT_TASK, keyword, self.diagnostics)
            .map(|signature| self.implied_node(signature, Vec::new(), step.pin.as_ref(), step.span));
        let branches = concurrent.branches.iter().map(|branch| self.steps(branch)).collect();
        Some(CheckedStepKind::Concurrent { node: Box::new(node?), branches })
    }

    /// A node for a call.
    pub(super) fn node(
        &mut self,
        signature: &'a Signature,
        call: &'a Call<'a>,
        pin: Option<&'a crate::syntax::tree::Pin<'a>>,
        filter: Option<&'a crate::syntax::tree::ModuleFilter<'a>>,
    ) -> NodeTemplate<'a> {
        let (params, saved) = self.arguments(signature, call, filter);
        let mut template = self.implied_node(signature, params, pin, call.span);
        if saved.is_active() {
            template.node.filter = saved;
        }
        template
    }

    /// A node whose parameters are ready.
    pub(super) fn implied_node(
        &mut self,
        signature: &'a Signature,
        params: super::call::Params<'a>,
        pin: Option<&'a crate::syntax::tree::Pin<'a>>,
        span: Span,
    ) -> NodeTemplate<'a> {
        self.nodes += 1;
        if signature.provenance == Provenance::Custom {
            // What it adds to the data nobody knows.
            self.typer = self.typer.opened();
        }
        let pinned = pin.map(|pin| self.pin(pin, signature)).unwrap_or_default();
        let pinned_id = pinned.id;
        let mut node = crate::model::Node {
            id: 0,
            module: Cow::Borrowed(&signature.id),
            name: Cow::Borrowed(&signature.name),
            module_type: signature.module_type,
            version: Cow::Borrowed(&signature.version),
            params,
            filter: crate::model::SavedFilter::default(),
            multiple_output_connection: signature.multiple_output_connection,
            gives_core_format: signature.gives_core_format && signature.module_type == ModuleType::Trigger,
            odd_type: None,
            class: Cow::Owned(signature.css_class()),
            inputs: signature.inputs(),
            outputs: vec![Vec::new(); usize::from(signature.outputs)],
            position: None,
            origin: Some(span),
        };
        pinned.apply(&mut node);
        NodeTemplate { node, pinned_id, span }
    }

    /// Whether more nodes may come; reports the first that may not.
    pub(super) fn has_room(&mut self, span: Span) -> bool {
        let findings = &self.diagnostics[self.findings_before..];
        if findings.len() >= MAX_FINDINGS && findings.iter().any(Diagnostic::is_error) {
            return false;
        }
        let is_full = self.nodes >= MAX_NODES || self.visited >= MAX_STEPS;
        if is_full && !self.is_full {
            self.is_full = true;
            self.report(
                Diagnostic::at(Code::TooManyNodes, span, format!("this workflow has more than {MAX_NODES} nodes"))
                    .note("every `use` of a blueprint repeats its nodes, and blueprints that use others multiply them")
                    .help("use the blueprint once, after a join"),
            );
        }
        !is_full && !self.is_full
    }
}

impl<'a> Names<'a> for FlowChecker<'_, 'a> {
    fn lookup(&mut self, name: &'a str, at: Span) -> Option<Constant<'a>> {
        if let Some((_, bound)) = self.bindings.iter().find(|(known, _)| *known == name) {
            return Some(copy(bound, at, self.context.budget, self.diagnostics));
        }
        let place = *self.context.scopes[self.file].constants.get(name)?;
        Some(copy(self.context.constants.get(place)?, at, self.context.budget, self.diagnostics))
    }

    fn lines(&mut self, path: &'a Text<'a>) -> Option<Vec<Constant<'a>>> {
        let id = self.context.program.lines(self.file, path, self.diagnostics)?;
        list_entries(self.context.program, id, path.span, self.context.budget, self.diagnostics)
    }

    fn unknown_word(&mut self, word: &'a str, span: Span) {
        FlowChecker::unknown_word(self, word, span, None);
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }
}
