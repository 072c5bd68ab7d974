//! `module` items.

use pest::iterators::Pair;

use crate::syntax::grammar::reading::Rule;
use crate::syntax::syntax_error::Expectation;
use crate::syntax::tree::{ModuleDeclaration, ModuleParameter, Name};

use super::builder::Builder;

impl<'s> Builder<'_, 's> {
    pub(super) fn module(&self, pair: Pair<'_, Rule>) -> ModuleDeclaration<'s> {
        let span = self.span(&pair);
        let mut open = span;
        let nothing = Name { text: "", span };
        let mut module =
            ModuleDeclaration { id: nothing, kind: nothing, fields: Vec::new(), parameters: Vec::new(), span };
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::any_name => module.id = self.any_name(&part),
                Rule::type_name => module.kind = self.name(&part),
                Rule::open_brace => open = self.span(&part),
                Rule::field => module.fields.push(self.field(part)),
                Rule::module_parameter => module.parameters.push(self.module_parameter(part)),
                Rule::bad_entry => self.unreadable(part, Expectation::ModuleEntry),
                Rule::end_of_block => self.end_of_block(part, open),
                _ => {}
            }
        }
        module
    }

    fn module_parameter(&self, pair: Pair<'_, Rule>) -> ModuleParameter<'s> {
        let span = self.span(&pair);
        let nothing = Name { text: "", span };
        let mut parameter =
            ModuleParameter { name: nothing, kind: nothing, attributes: Vec::new(), default: None, span };
        for part in pair.into_inner() {
            match part.as_rule() {
                Rule::any_name => parameter.name = self.any_name(&part),
                Rule::type_name => parameter.kind = self.name(&part),
                Rule::attributes => parameter.attributes = self.arguments(part),
                Rule::value => parameter.default = Some(self.value(part)),
                _ => {}
            }
        }
        parameter
    }
}
