//! All that a tree names and holds, each with what is around it.

use crate::base::source::Span;
use crate::syntax::tree::{
    Argument, Block, Call, ClauseKind, Condition, Field, File, Item, ModuleFilter, Name, Pin, PredicateKind, Step,
    StepKind, Value, ValueKind,
};

/// What a name is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Role {
    /// The id of a workflow, where it is defined.
    Workflow,
    /// The id of a blueprint, where it is defined.
    Blueprint,
    /// The name of a constant, where it is defined.
    Constant,
    /// The id of a module, where it is declared.
    Module,
    /// The name of an imported blueprint of MISP, where it is given.
    Alias,
    /// A parameter of a blueprint, where it is defined.
    BlueprintParameter,
    /// A parameter of a module, where it is declared.
    ModuleParameter,
    /// A type, or the kind of a module.
    Type,
    /// The name of a field at the head.
    Field,
    /// An attribute of a parameter of a module.
    Attribute,
    /// The module of a step or condition.
    Called,
    /// A trigger.
    Trigger,
    /// A blueprint that is used.
    Used,
    /// The name of an argument.
    Argument,
    /// The key of an object.
    Key,
    /// A label where it is defined, with its `@`.
    Label,
    /// A label where it is used, with its `@`.
    LabelUse,
    /// The workflow of a test.
    Tested,
    /// What a clause of a test names: a module, or a label with its `@`.
    Target,
    /// A word of the language, which elsewhere may be a name: `event`, `success`, an entry of a pin, the label of a filter.
    Word,
}

/// Something in a tree.
#[derive(Clone, Copy, Debug)]
pub enum Found<'t, 's> {
    /// A name.
    Name(Role, Name<'s>),
    /// A value; those inside lists and objects come by themselves too.
    Value(&'t Value<'s>),
    /// A piece that is more than a name: an item, a step, a block, a call, an argument, a condition.
    Piece(Piece, Span),
}

/// A piece of a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Piece {
    /// An item.
    Item,
    /// A step.
    Step,
    /// From brace to brace.
    Block,
    /// A call with its arguments.
    Call,
    /// Anything else.
    Other,
}

/// What calls something.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CallKind {
    /// A step.
    Step,
    /// A condition.
    Condition,
    /// A trigger.
    Trigger,
    /// A blueprint.
    Use,
}

/// What is around something in a tree.
#[derive(Clone, Copy, Default, Debug)]
pub struct Around<'t, 's> {
    /// The item.
    pub item: Option<&'t Item<'s>>,
    /// The call.
    pub call: Option<(CallKind, &'t Call<'s>)>,
    /// The argument of the call.
    pub argument: Option<&'t Argument<'s>>,
    /// The path whose items a hash path here starts in.
    pub items_of: Option<&'t Value<'s>>,
    /// The path that a value here is compared with.
    pub compared: Option<&'t Value<'s>>,
    /// Whether it is a hash path, or a constant that holds one.
    pub is_path: bool,
    /// Whether it is a tag.
    pub is_tag: bool,
    /// The field at the head of the item.
    pub field: Option<&'t Field<'s>>,
}

type Visit<'v, 't, 's> = &'v mut dyn FnMut(Found<'t, 's>, &Around<'t, 's>);

/// Goes through a file in the order of the text.
pub fn walk<'t, 's>(file: &'t File<'s>, visit: Visit<'_, 't, 's>) {
    for item in &file.items {
        walk_item(item, visit);
    }
}

/// Goes through an item in the order of the text.
pub fn walk_item<'t, 's>(item: &'t Item<'s>, visit: Visit<'_, 't, 's>) {
    let around = Around { item: Some(item), ..Around::default() };
    let mut walker = Walker { visit };
    let span = span_of(item);
    walker.piece(Piece::Item, span, &around);
    match item {
        Item::Import(import) => {
            walker.piece(Piece::Other, import.path.span, &around);
            import.alias.into_iter().for_each(|alias| walker.name(Role::Alias, alias, &around));
        }
        Item::Let(constant) => {
            walker.name(Role::Constant, constant.name, &around);
            walker.value(&constant.value, &around);
        }
        Item::Workflow(workflow) => {
            walker.name(Role::Workflow, workflow.id, &around);
            walker.pin(workflow.trigger_pin.as_ref(), &around);
            walker.call(CallKind::Trigger, &workflow.trigger, &around);
            walker.fields(&workflow.fields, &around);
            walker.block(&workflow.body, &around);
        }
        Item::Blueprint(blueprint) => {
            walker.name(Role::Blueprint, blueprint.id, &around);
            for parameter in &blueprint.parameters {
                walker.piece(Piece::Other, parameter.span, &around);
                walker.name(Role::BlueprintParameter, parameter.name, &around);
                walker.name(Role::Type, parameter.kind, &around);
                if let Some(value) = &parameter.default {
                    walker.value(value, &around);
                }
            }
            if let Some(trigger) = &blueprint.trigger {
                walker.pin(blueprint.trigger_pin.as_ref(), &around);
                walker.call(CallKind::Trigger, trigger, &around);
            }
            walker.fields(&blueprint.fields, &around);
            walker.block(&blueprint.body, &around);
        }
        Item::Module(module) => {
            walker.name(Role::Module, module.id, &around);
            walker.name(Role::Type, module.kind, &around);
            walker.fields(&module.fields, &around);
            for parameter in &module.parameters {
                walker.piece(Piece::Other, parameter.span, &around);
                walker.name(Role::ModuleParameter, parameter.name, &around);
                walker.name(Role::Type, parameter.kind, &around);
                for attribute in &parameter.attributes {
                    walker.name(Role::Attribute, attribute.name, &around);
                    walker.value(&attribute.value, &around);
                }
                if let Some(value) = &parameter.default {
                    walker.value(value, &around);
                }
            }
        }
        Item::Test(test) => {
            walker.piece(Piece::Other, test.title.span, &around);
            walker.name(Role::Tested, test.workflow, &around);
            for clause in &test.clauses {
                walker.piece(Piece::Other, clause.span, &around);
                walker.clause(&clause.kind, &around);
            }
        }
    }
}

/// The place of an item.
pub fn span_of(item: &Item<'_>) -> Span {
    match item {
        Item::Import(item) => item.span,
        Item::Let(item) => item.span,
        Item::Workflow(item) => item.span,
        Item::Blueprint(item) => item.span,
        Item::Module(item) => item.span,
        Item::Test(item) => item.span,
    }
}

struct Walker<'v, 't, 's> {
    visit: Visit<'v, 't, 's>,
}

impl<'t, 's> Walker<'_, 't, 's> {
    fn name(&mut self, role: Role, name: Name<'s>, around: &Around<'t, 's>) {
        (self.visit)(Found::Name(role, name), around);
    }

    fn piece(&mut self, piece: Piece, span: Span, around: &Around<'t, 's>) {
        (self.visit)(Found::Piece(piece, span), around);
    }

    fn fields(&mut self, fields: &'t [Field<'s>], around: &Around<'t, 's>) {
        for field in fields {
            let around = Around { field: Some(field), ..*around };
            self.piece(Piece::Other, field.span, &around);
            self.name(Role::Field, field.name, &around);
            self.value(&field.value, &around);
        }
    }

    fn block(&mut self, block: &'t Block<'s>, around: &Around<'t, 's>) {
        self.piece(Piece::Block, block.span, around);
        for step in &block.steps {
            self.step(step, around);
        }
    }

    fn step(&mut self, step: &'t Step<'s>, around: &Around<'t, 's>) {
        self.piece(Piece::Step, step.span, around);
        step.label.into_iter().for_each(|label| self.name(Role::Label, label, around));
        self.pin(step.pin.as_ref(), around);
        match &step.kind {
            StepKind::Call(call) => {
                self.call(CallKind::Step, &call.call, around);
                if let Some(filter) = &call.filter {
                    self.module_filter(filter, around);
                }
            }
            StepKind::If(step) => {
                for arm in &step.arms {
                    self.condition(&arm.condition, around);
                    self.block(&arm.body, around);
                }
                if let Some(block) = &step.otherwise {
                    self.block(block, around);
                }
            }
            StepKind::Filter(filter) => {
                filter.label.into_iter().for_each(|label| self.name(Role::Word, label, around));
                self.path(&filter.selector, around);
                self.condition(&filter.condition, &Around { items_of: Some(&filter.selector), ..*around });
                self.block(&filter.body, around);
                self.pin(filter.reset.as_ref().and_then(|reset| reset.pin.as_ref()), around);
            }
            StepKind::Concurrent(concurrent) => {
                self.piece(Piece::Block, concurrent.span, around);
                for branch in &concurrent.branches {
                    self.block(branch, around);
                }
            }
            StepKind::Use(call) => self.call(CallKind::Use, call, around),
            StepKind::Goto(label) => self.name(Role::LabelUse, *label, around),
            StepKind::Detached(block) => self.block(block, around),
        }
    }

    fn module_filter(&mut self, filter: &'t ModuleFilter<'s>, around: &Around<'t, 's>) {
        self.piece(Piece::Other, filter.span, around);
        self.path(&filter.selector, around);
        self.condition(&filter.condition, &Around { items_of: Some(&filter.selector), ..*around });
    }

    fn pin(&mut self, pin: Option<&'t Pin<'s>>, around: &Around<'t, 's>) {
        for entry in pin.into_iter().flat_map(|pin| &pin.entries) {
            self.name(Role::Word, entry.name, around);
            self.value(&entry.value, around);
        }
    }

    fn call(&mut self, kind: CallKind, call: &'t Call<'s>, around: &Around<'t, 's>) {
        let role = match kind {
            CallKind::Step | CallKind::Condition => Role::Called,
            CallKind::Trigger => Role::Trigger,
            CallKind::Use => Role::Used,
        };
        let around = Around { call: Some((kind, call)), ..*around };
        self.piece(Piece::Call, call.span, &around);
        self.name(role, call.name, &around);
        for argument in &call.arguments {
            let around = Around { argument: Some(argument), ..around };
            self.piece(Piece::Other, argument.span, &around);
            if !argument.is_positional() {
                self.name(Role::Argument, argument.name, &around);
            }
            self.value(&argument.value, &around);
        }
    }

    fn condition(&mut self, condition: &'t Condition<'s>, around: &Around<'t, 's>) {
        if let Some(span) = condition.span() {
            self.piece(Piece::Other, span, around);
        }
        match condition {
            Condition::Or(parts) | Condition::And(parts) => parts.iter().for_each(|part| self.condition(part, around)),
            Condition::Not { inner, .. } => self.condition(inner, around),
            Condition::Predicate(predicate) => {
                self.pin(predicate.pin.as_ref(), around);
                self.predicate(&predicate.kind, around);
            }
        }
    }

    fn predicate(&mut self, predicate: &'t PredicateKind<'s>, around: &Around<'t, 's>) {
        let compared = |path| Around { compared: Some(path), ..*around };
        match predicate {
            PredicateKind::Call(call) => self.call(CallKind::Condition, call, around),
            PredicateKind::Tagged { subject, tags, .. } => {
                self.name(Role::Word, *subject, around);
                self.value(tags, &Around { is_tag: true, ..*around });
            }
            PredicateKind::Compare { left, right, .. } => {
                let left_is_value = matches!(left.kind, ValueKind::Text(_) | ValueKind::Number(_));
                if left_is_value {
                    self.value(left, &compared(right));
                    self.path(right, around);
                } else {
                    self.path(left, around);
                    self.value(right, &compared(left));
                }
            }
            PredicateKind::Any { path } => self.path(path, around),
            PredicateKind::Among { path, list } => {
                self.path(path, around);
                self.value(list, &compared(path));
            }
            PredicateKind::AnyCompare { path, value, .. } | PredicateKind::Count { path, value, .. } => {
                self.path(path, around);
                self.value(value, around);
            }
            PredicateKind::Published | PredicateKind::Unpublished => {}
        }
    }

    fn path(&mut self, path: &'t Value<'s>, around: &Around<'t, 's>) {
        self.value(path, &Around { is_path: true, ..*around });
    }

    fn value(&mut self, value: &'t Value<'s>, around: &Around<'t, 's>) {
        (self.visit)(Found::Value(value), around);
        match &value.kind {
            ValueKind::List(values) | ValueKind::Concatenation(values) => {
                for value in values {
                    self.value(value, around);
                }
            }
            ValueKind::Object(entries) => {
                for entry in entries {
                    self.piece(Piece::Other, entry.span, around);
                    self.name(Role::Key, entry.name, around);
                    self.value(&entry.value, around);
                }
            }
            _ => {}
        }
    }

    fn clause(&mut self, clause: &'t ClauseKind<'s>, around: &Around<'t, 's>) {
        match clause {
            ClauseKind::Given(values) => values.iter().for_each(|value| self.value(value, around)),
            ClauseKind::GivenAny { condition } => {
                if let Some(condition) = condition {
                    self.condition(condition, around);
                }
            }
            ClauseKind::WhenFails { target, message: value } | ClauseKind::WhenReturns { target, value } => {
                self.name(Role::Target, *target, around);
                self.value(value, around);
            }
            ClauseKind::ExpectOutcome { outcome, message } => {
                self.name(Role::Word, *outcome, around);
                if let Some(message) = message {
                    self.value(message, around);
                }
            }
            ClauseKind::ExpectRan { targets, .. } => {
                for target in targets {
                    self.name(Role::Target, *target, around);
                }
            }
            ClauseKind::ExpectEffect { target, value, .. } => {
                self.name(Role::Target, *target, around);
                if let Some(value) = value {
                    self.value(value, around);
                }
            }
            ClauseKind::ExpectLog { text, .. } => self.value(text, around),
        }
    }
}
