//! Where each name is defined and used, over all files.

use rustc_hash::FxHashMap;

use crate::base::source::Span;
use crate::catalogue::module_ids;
use crate::load::imports;
use crate::resolve::BlueprintEntry;
use crate::syntax::tree::{Block, Item, Name, ValueKind};

use super::analysis::Analysis;
use super::outline::blocks;
use super::walk::{Around, CallKind, Found, Role, walk};

/// What is named.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum NameKind {
    /// A constant.
    Constant,
    /// A blueprint.
    Blueprint,
    /// A parameter of a blueprint.
    Parameter,
    /// A label.
    Label,
    /// A workflow.
    Workflow,
    /// A module that the text declares.
    Module,
    /// A parameter of such a module.
    ModuleParameter,
    /// The name that a file gives to a blueprint of MISP.
    Alias,
}

impl NameKind {
    /// Whether it can be renamed: what the text alone names. Ids of modules and their parameters are MISP's.
    pub fn can_be_renamed(self) -> bool {
        !matches!(self, Self::Module | Self::ModuleParameter)
    }

    /// What it is.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Blueprint => "blueprint",
            Self::Parameter => "parameter",
            Self::Label => "label",
            Self::Workflow => "workflow",
            Self::Module => "module",
            Self::ModuleParameter => "parameter of a module",
            Self::Alias => "blueprint of MISP",
        }
    }
}

/// A place that names something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Occurrence {
    /// What is named.
    pub kind: NameKind,
    /// Where it is defined: the name alone.
    pub definition: Span,
    /// The name here, without quotes and without `@`.
    pub span: Span,
}

impl Occurrence {
    /// Whether it is defined here.
    pub fn is_definition(&self) -> bool {
        self.span == self.definition
    }
}

/// All places that name something.
pub fn occurrences(analysis: &Analysis<'_, '_>) -> Vec<Occurrence> {
    let mut finder = Finder { analysis, found: Vec::new(), adhoc: FxHashMap::default() };
    for file in 0..analysis.len() {
        for item in &analysis.tree(file).items {
            if let Item::Workflow(workflow) = item
                && module_ids::is_adhoc(workflow.trigger.name.text)
            {
                finder.adhoc.entry(workflow.id.text).or_insert(workflow.id.span);
            }
        }
    }
    for file in 0..analysis.len() {
        walk(analysis.tree(file), &mut |found, around| finder.visit(file, found, around));
    }
    finder.found
}

/// What a place in a file names, or defines.
pub fn occurrence_at(all: &[Occurrence], file: crate::base::source::FileId, offset: usize) -> Option<&Occurrence> {
    let offset = offset as u32;
    all.iter().find(|found| found.span.file == file && found.span.start <= offset && offset <= found.span.end)
}

struct Finder<'f, 'c, 'a> {
    analysis: &'f Analysis<'c, 'a>,
    found: Vec<Occurrence>,
    /// Ad-hoc workflows by their ids, wherever they are.
    adhoc: FxHashMap<&'a str, Span>,
}

impl<'a> Finder<'_, '_, 'a> {
    fn add(&mut self, kind: NameKind, definition: Option<Span>, span: Span) {
        let Some(definition) = definition else { return };
        let (definition, span) = (self.bare(definition), self.bare(span));
        self.found.push(Occurrence { kind, definition, span });
    }

    /// Without quotes and without `@`.
    fn bare(&self, span: Span) -> Span {
        let text = self.analysis.context.program.sources.snippet(span);
        let length = text.len();
        if text.starts_with('@') {
            span.part(1, length)
        } else if text.starts_with('"') && length > 1 {
            span.part(1, length - 1)
        } else {
            span
        }
    }

    fn visit(&mut self, file: usize, found: Found<'a, 'a>, around: &Around<'a, 'a>) {
        match found {
            Found::Name(role, name) => self.name(file, role, name, around),
            Found::Value(value) => match &value.kind {
                ValueKind::Name(name) => self.word(file, name, value.span, around),
                ValueKind::Text(text) => {
                    let names_workflows =
                        around.call.is_some_and(|(_, call)| call.name.text == module_ids::RUN_WORKFLOW)
                            && around.argument.is_some_and(|argument| argument.name.text == "workflows");
                    if names_workflows && !text.block {
                        let definition = self.adhoc.get(&*text.content).copied();
                        self.add(NameKind::Workflow, definition, text.span);
                    }
                }
                _ => {}
            },
            Found::Piece(..) => {}
        }
    }

    /// A bare word: a parameter of the blueprint around it, or a constant.
    fn word(&mut self, file: usize, name: &str, span: Span, around: &Around<'a, 'a>) {
        if let Some(Item::Blueprint(blueprint)) = around.item
            && let Some(parameter) = blueprint.parameters.iter().find(|parameter| parameter.name.text == name)
            && (around.call.is_some()
                || around.is_path
                || around.is_tag
                || around.compared.is_some()
                || around.field.is_some())
        {
            return self.add(NameKind::Parameter, Some(parameter.name.span), span);
        }
        let place = self.analysis.context.scopes[file].constants.get(name).copied();
        let definition = place.and_then(|place| match &self.analysis.tree(place.file).items[place.item] {
            Item::Let(constant) => Some(constant.name.span),
            _ => None,
        });
        self.add(NameKind::Constant, definition, span);
    }

    fn name(&mut self, file: usize, role: Role, name: Name<'a>, around: &Around<'a, 'a>) {
        let own = Some(name.span);
        let (kind, definition) = match role {
            Role::Workflow => (NameKind::Workflow, own),
            Role::Blueprint => (NameKind::Blueprint, own),
            Role::Constant => (NameKind::Constant, own),
            Role::Module => (NameKind::Module, own),
            Role::Alias => (NameKind::Alias, own),
            Role::BlueprintParameter => (NameKind::Parameter, own),
            Role::ModuleParameter => (NameKind::ModuleParameter, own),
            Role::Called | Role::Trigger => {
                (NameKind::Module, self.module(file, name.text).map(|module| module.id.span))
            }
            Role::Used => return self.used(file, name),
            Role::Argument => return self.argument(file, name, around),
            Role::Label => (NameKind::Label, own),
            Role::LabelUse => (NameKind::Label, around.item.and_then(|item| label_in(item, name.text))),
            Role::Tested => (NameKind::Workflow, self.workflow(file, name.text).map(|(id, _)| id)),
            Role::Target => {
                if let Some(label) = name.text.strip_prefix('@') {
                    let tested = match around.item {
                        Some(Item::Test(test)) => self.workflow(file, test.workflow.text),
                        _ => None,
                    };
                    (NameKind::Label, tested.and_then(|(_, item)| label_in(item, label)))
                } else {
                    (NameKind::Module, self.module(file, name.text).map(|module| module.id.span))
                }
            }
            Role::Type | Role::Field | Role::Attribute | Role::Key | Role::Word => return,
        };
        self.add(kind, definition, name.span);
    }

    fn used(&mut self, file: usize, name: Name<'a>) {
        match self.analysis.context.scopes[file].blueprints.get(name.text) {
            Some(BlueprintEntry::Text { blueprint, .. }) => {
                self.add(NameKind::Blueprint, Some(blueprint.id.span), name.span);
            }
            Some(BlueprintEntry::Graph(_)) => {
                let aliases =
                    imports(&self.analysis.context.program.files[file]).filter_map(|(import, _)| import.alias);
                let alias = aliases.into_iter().find(|alias| alias.text == name.text);
                self.add(NameKind::Alias, alias.map(|alias| alias.span), name.span);
            }
            None => {}
        }
    }

    fn argument(&mut self, file: usize, name: Name<'a>, around: &Around<'a, 'a>) {
        let Some((kind, call)) = around.call else { return };
        if kind == CallKind::Use {
            let blueprint = self.analysis.blueprint(file, call.name.text).map(|(_, blueprint)| blueprint);
            let parameter = blueprint
                .and_then(|blueprint| blueprint.parameters.iter().find(|parameter| parameter.name.text == name.text));
            self.add(NameKind::Parameter, parameter.map(|parameter| parameter.name.span), name.span);
        } else {
            let parameter = self
                .module(file, call.name.text)
                .and_then(|module| module.parameters.iter().find(|parameter| parameter.name.text == name.text));
            self.add(NameKind::ModuleParameter, parameter.map(|parameter| parameter.name.span), name.span);
        }
    }

    /// The declaration of a module that a file knows.
    fn module(&self, file: usize, id: &str) -> Option<&'a crate::syntax::tree::ModuleDeclaration<'a>> {
        if !self.analysis.context.scopes[file].modules.contains_key(id) {
            return None;
        }
        self.analysis.in_reach(file).into_iter().find_map(|file| {
            self.analysis.tree(file).items.iter().find_map(|item| match item {
                Item::Module(module) if module.id.text == id => Some(module),
                _ => None,
            })
        })
    }

    /// A workflow that a test can name.
    fn workflow(&self, file: usize, id: &str) -> Option<(Span, &'a Item<'a>)> {
        self.analysis.in_reach(file).into_iter().find_map(|file| {
            self.analysis.tree(file).items.iter().find_map(|item| match item {
                Item::Workflow(workflow) if workflow.id.text == id => Some((workflow.id.span, item)),
                _ => None,
            })
        })
    }
}

/// Where a label of a workflow or blueprint is defined.
fn label_in(item: &Item<'_>, label: &str) -> Option<Span> {
    let body: &Block<'_> = match item {
        Item::Workflow(workflow) => &workflow.body,
        Item::Blueprint(blueprint) => &blueprint.body,
        _ => return None,
    };
    let mut open = vec![body];
    while let Some(block) = open.pop() {
        for step in &block.steps {
            if let Some(name) = step.label.filter(|name| name.text == label) {
                return Some(name.span);
            }
            open.extend(blocks(step));
        }
    }
    None
}
