//! Files, imports, constants, workflows and blueprints.

use pest::iterators::Pair;

use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::grammar::reading::Rule;
use crate::syntax::syntax_error::Expectation;
use crate::syntax::tree::{
    Block, Blueprint, BlueprintParameter, Call, Field, File, Import, Item, Let, Name, Text, Value, ValueKind, Workflow,
};

use super::builder::Builder;

impl<'s> Builder<'_, 's> {
    /// The tree of the whole file.
    pub fn file(&mut self, pair: Pair<'_, Rule>) -> File<'s> {
        let id = self.file;
        let mut items = Vec::new();
        for part in pair.into_inner() {
            self.item.set(self.start(&part));
            match part.as_rule() {
                Rule::import => items.push(Item::Import(self.import(part))),
                Rule::let_item => items.push(Item::Let(self.let_item(part))),
                Rule::workflow => items.push(Item::Workflow(self.workflow(part))),
                Rule::blueprint => items.push(Item::Blueprint(self.blueprint(part))),
                Rule::module => items.push(Item::Module(self.module(part))),
                Rule::test => items.push(Item::Test(self.test(part))),
                Rule::bad_item => self.unreadable(part, Expectation::Item),
                _ => {}
            }
        }
        File { id, items, comments: self.comments(), lists: self.lists(), incomplete: self.incomplete.get() }
    }

    fn import(&self, pair: Pair<'_, Rule>) -> Import<'s> {
        let span = self.span(&pair);
        let mut path = Text { content: "".into(), block: false, span };
        let mut alias = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::text => path = self.text_literal(&part),
                Rule::name => alias = Some(self.name(&part)),
                _ => {}
            }
        }
        Import { path, alias, span }
    }

    fn let_item(&self, pair: Pair<'_, Rule>) -> Let<'s> {
        let span = self.span(&pair);
        let (name, value) = self.name_and_value(pair);
        Let { name, value, span }
    }

    fn workflow(&self, pair: Pair<'_, Rule>) -> Workflow<'s> {
        let span = self.span(&pair);
        let nothing = Name { text: "", span };
        let mut workflow = Workflow {
            id: nothing,
            trigger: Call { name: nothing, arguments: Vec::new(), span },
            trigger_pin: None,
            fields: Vec::new(),
            body: Block { steps: Vec::new(), span },
            span,
        };
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => workflow.id = self.name(&part),
                Rule::pin => workflow.trigger_pin = Some(self.pin(part)),
                Rule::trigger => workflow.trigger = self.call(part),
                Rule::body => (workflow.fields, workflow.body) = self.body(part),
                _ => {}
            }
        }
        workflow
    }

    fn blueprint(&self, pair: Pair<'_, Rule>) -> Blueprint<'s> {
        let span = self.span(&pair);
        let mut blueprint = Blueprint {
            id: Name { text: "", span },
            parameters: Vec::new(),
            trigger: None,
            trigger_pin: None,
            fields: Vec::new(),
            body: Block { steps: Vec::new(), span },
            span,
        };
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => blueprint.id = self.name(&part),
                Rule::blueprint_parameters => {
                    let parameters = part.into_inner().filter(|part| part.as_rule() == Rule::blueprint_parameter);
                    blueprint.parameters = parameters.map(|part| self.blueprint_parameter(part)).collect();
                }
                Rule::pin => blueprint.trigger_pin = Some(self.pin(part)),
                Rule::trigger => blueprint.trigger = Some(self.call(part)),
                Rule::body => (blueprint.fields, blueprint.body) = self.body(part),
                _ => {}
            }
        }
        blueprint
    }

    fn blueprint_parameter(&self, pair: Pair<'_, Rule>) -> BlueprintParameter<'s> {
        let span = self.span(&pair);
        let mut name = Name { text: "", span };
        let mut kind = name;
        let mut default = None;
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::name => name = self.name(&part),
                Rule::type_name => kind = self.name(&part),
                Rule::value => default = Some(self.value(part)),
                _ => {}
            }
        }
        BlueprintParameter { name, kind, default, span }
    }

    /// The fields and steps between the braces of a workflow or blueprint.
    pub(super) fn body(&self, pair: Pair<'_, Rule>) -> (Vec<Field<'s>>, Block<'s>) {
        let span = self.span(&pair);
        let mut open = self.span(&pair);
        let mut fields = Vec::new();
        let mut steps = Vec::new();
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::open_brace => open = self.span(&part),
                Rule::field => {
                    let field = self.field(part);
                    if steps.is_empty() {
                        fields.push(field);
                    } else {
                        self.report(
                            Diagnostic::at(
                                Code::SyntaxError,
                                field.span,
                                format!("the field `{}` comes after a step", field.name.text),
                            )
                            .help("fields come first: move it up, before the first step"),
                        );
                    }
                }
                Rule::step => steps.push(self.step(part)),
                Rule::bad_step => self.unreadable(part, Expectation::Step),
                Rule::end_of_block => self.end_of_block(part, open),
                _ => {}
            }
        }
        (fields, Block { steps, span })
    }

    pub(super) fn field(&self, pair: Pair<'_, Rule>) -> Field<'s> {
        let (name, value) = self.name_and_value(pair);
        Field { name, span: name.span.to(value.span), value }
    }

    pub(super) fn nothing(span: crate::base::source::Span) -> Value<'s> {
        Value { kind: ValueKind::Null, span }
    }
}
