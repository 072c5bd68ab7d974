//! Imports, constants, workflows, blueprints and module declarations.

use crate::syntax::tree::{
    Argument, Blueprint, BlueprintParameter, Call, Import, Let, ModuleDeclaration, ModuleParameter, Pin, Value,
    Workflow,
};

use super::comment::Blanks;
use super::value::PARENTHESES;
use super::writer::Writer;

impl<'s> Writer<'s> {
    pub(super) fn import(&mut self, import: &'s Import<'s>) {
        self.token("import");
        self.add(" ");
        self.text(&import.path);
        if let Some(alias) = import.alias {
            self.add(" ");
            self.token("as");
            self.add(" ");
            self.copy(alias.span);
        }
    }

    pub(super) fn constant(&mut self, item: &'s Let<'s>) {
        self.token("let");
        self.add(" ");
        self.copy(item.name.span);
        self.equals(Some(&item.value));
    }

    /// ` = value`
    fn equals(&mut self, value: Option<&'s Value<'s>>) {
        if let Some(value) = value {
            self.add(" ");
            self.token("=");
            self.add(" ");
            self.value(value);
        }
    }

    pub(super) fn workflow(&mut self, workflow: &'s Workflow<'s>) {
        self.token("workflow");
        self.add(" ");
        self.copy(workflow.id.span);
        self.on_trigger(&workflow.trigger, workflow.trigger_pin.as_ref());
        self.add(" ");
        self.body(&workflow.fields, &workflow.body);
    }

    /// ` on trigger(…)`
    fn on_trigger(&mut self, trigger: &'s Call<'s>, pin: Option<&'s Pin<'s>>) {
        self.add(" ");
        self.token("on");
        self.add(" ");
        if let Some(pin) = pin {
            self.pin(pin);
            self.add(" ");
        }
        self.name(trigger.name);
        self.optional_arguments(&trigger.arguments);
    }

    /// Arguments between parentheses; without arguments the parentheses go.
    fn optional_arguments(&mut self, arguments: &'s [Argument<'s>]) {
        if !arguments.is_empty() {
            self.entries(PARENTHESES, arguments, Self::argument);
        } else if self.leave_out("(") {
            self.leave_out(")");
        }
    }

    pub(super) fn blueprint(&mut self, blueprint: &'s Blueprint<'s>) {
        self.token("blueprint");
        self.add(" ");
        self.copy(blueprint.id.span);
        self.entries(PARENTHESES, &blueprint.parameters, Self::blueprint_parameter);
        if let Some(trigger) = &blueprint.trigger {
            self.on_trigger(trigger, blueprint.trigger_pin.as_ref());
        }
        self.add(" ");
        self.body(&blueprint.fields, &blueprint.body);
    }

    fn blueprint_parameter(&mut self, parameter: &'s BlueprintParameter<'s>) {
        self.copy(parameter.name.span);
        self.token(":");
        self.add(" ");
        self.copy(parameter.kind.span);
        self.equals(parameter.default.as_ref());
    }

    pub(super) fn module(&mut self, module: &'s ModuleDeclaration<'s>) {
        self.token("module");
        self.add(" ");
        self.name(module.id);
        self.add(" ");
        self.token(":");
        self.add(" ");
        self.copy(module.kind.span);
        self.add(" ");
        // Fields and parameters stay in the order in which their author mixed them.
        let (mut fields, mut parameters) = (module.fields.iter().peekable(), module.parameters.iter().peekable());
        self.block_of(module.fields.len() + module.parameters.len(), |writer, _| {
            let field_start = fields.peek().map_or(u32::MAX, |field| field.span.start);
            let parameter_start = parameters.peek().map_or(u32::MAX, |parameter| parameter.span.start);
            if field_start < parameter_start {
                fields.next().into_iter().for_each(|field| writer.field(field));
            } else {
                parameters.next().into_iter().for_each(|parameter| writer.module_parameter(parameter));
            }
            Blanks::Keep
        });
    }

    fn module_parameter(&mut self, parameter: &'s ModuleParameter<'s>) {
        self.token("param");
        self.add(" ");
        self.name(parameter.name);
        self.token(":");
        self.add(" ");
        self.copy(parameter.kind.span);
        self.optional_arguments(&parameter.attributes);
        self.equals(parameter.default.as_ref());
    }
}
