//! The parameters of a node: what is missing, what is too much, and whether the values fit.

use std::borrow::Cow;

use crate::catalogue::{Parameter, ParameterKind, module_ids};
use crate::diagnostics::Audience;
use crate::model::ParamValue;
use crate::typing::{check_template, hiding};
use crate::wording;

use super::found::Part;
use super::node::{Given, NodeChecker};
use super::values::{describe, entries, single};

impl<'g> NodeChecker<'_, 'g> {
    /// Parameters that others hide, and those that must not be empty. Gives which are hidden.
    pub(super) fn check_presence(&mut self, values: &[Given<'g>]) -> Vec<bool> {
        let signature = self.signature;
        // What the editor shows: a default in the place of what is empty.
        let shown: Vec<Option<Cow<'_, ParamValue<'_>>>> = signature
            .parameters
            .iter()
            .zip(values)
            .map(|(parameter, given)| match &given.value {
                Some(value) if !value.is_empty() => Some(Cow::Borrowed(&**value)),
                _ => parameter.editor_default().map(Cow::Owned),
            })
            .collect();
        let mut hidden = vec![false; values.len()];
        for (index, (parameter, given)) in signature.parameters.iter().zip(values).enumerate() {
            let empty = given.value.as_ref().is_none_or(|value| entries(value).is_empty());
            if let Some((other, wanted)) = hiding(signature, parameter, |index| shown[index].as_deref()) {
                hidden[index] = true;
                let own = given.own.filter(|own| !own.is_empty());
                if own.is_some_and(|own| parameter.editor_default().as_ref() != Some(own)) {
                    let finding = wording::hidden_parameter(parameter, other, wanted, Audience::Editor);
                    self.report(self.parameter(&parameter.id), finding);
                }
            } else if empty && let Some(reason) = &parameter.required {
                let given = given.own.is_some();
                let finding = wording::missing_parameter(signature, parameter, reason, given, Audience::Editor);
                let part = if given { self.parameter(&parameter.id) } else { Part::Node(self.index) };
                self.report(part, finding);
            } else if given.own.is_none()
                && let Some(finding) = wording::empty_value_replaced(parameter, Audience::Editor)
            {
                self.report(Part::Node(self.index), finding);
            }
        }
        hidden
    }

    /// Whether the node's own values fit. Those that are hidden or empty do not matter.
    pub(super) fn check_values(&mut self, values: &[Given<'g>], hidden: &[bool]) {
        for ((parameter, given), hidden) in self.signature.parameters.iter().zip(values).zip(hidden) {
            match given.own.filter(|own| !own.is_empty()) {
                Some(own) if !hidden => self.check_value(parameter, own),
                _ => {}
            }
        }
    }

    fn check_value(&mut self, parameter: &'g Parameter, value: &'g ParamValue<'g>) {
        match (parameter.kind, value) {
            (ParameterKind::Text | ParameterKind::Textarea, ParamValue::Text(text)) => {
                let Some(text) = text.as_plain().filter(|_| !self.is_compared(&parameter.id)) else { return };
                let part = self.parameter(&parameter.id);
                for found in check_template(self.signature, parameter, text, &self.budget.renderings) {
                    match found.at {
                        Some(at) => self.report_within(part, text, at, found.finding),
                        None => self.report(part, found.finding),
                    }
                }
            }
            (ParameterKind::Text | ParameterKind::Textarea | ParameterKind::Number, ParamValue::Number(_))
            | (ParameterKind::HashPath, ParamValue::Text(_))
            | (ParameterKind::Checkbox, ParamValue::Boolean(_)) => {}
            (ParameterKind::Text | ParameterKind::Textarea, _) => self.wrong_type(parameter, value, "give a string"),
            (ParameterKind::HashPath, _) => {
                self.wrong_type(parameter, value, "give the hash path as a string, for example `Event.info`");
            }
            (ParameterKind::Number, _) => {
                if single(value).is_none_or(|text| text.trim().parse::<f64>().is_err()) {
                    self.wrong_type(parameter, value, "give a number");
                }
            }
            (ParameterKind::Checkbox, _) => {
                // As forms send it.
                if !single(value).is_some_and(|text| matches!(&*text, "0" | "1" | "true" | "false")) {
                    self.wrong_type(parameter, value, "give `true` or `false`");
                }
            }
            (ParameterKind::Select | ParameterKind::Radio, _) => self.check_choice(parameter, value),
            (ParameterKind::Picker, _) => self.check_picked(parameter, value),
        }
    }

    /// Whether a parameter is what a condition or filter compares with, which may look like anything.
    fn is_compared(&self, id: &str) -> bool {
        id == "value" && module_ids::compares_value(&self.signature.id)
    }

    /// One of several options.
    fn check_choice(&mut self, parameter: &'g Parameter, value: &'g ParamValue<'g>) {
        let given = if let ParamValue::Boolean(boolean) = value {
            // What PHP takes them for.
            let words = if *boolean { ["true", "1"] } else { ["false", "0"] };
            Cow::Borrowed(words.into_iter().find(|word| parameter.has_option(word)).unwrap_or(words[0]))
        } else {
            let Some(text) = single(value) else {
                let help = wording::the_options(parameter, Audience::Editor);
                return self.wrong_type(parameter, value, &help);
            };
            text
        };
        // A default that is not an option is a trap of its own.
        if parameter.default.as_ref().map(ParamValue::from).as_ref() != Some(value) {
            self.check_option(parameter, &given, self.parameter(&parameter.id));
        }
    }

    fn check_option(&mut self, parameter: &'g Parameter, given: &str, part: Part<'g>) {
        if parameter.open || parameter.options.is_empty() || parameter.has_option(given) {
            return;
        }
        let (finding, _) = wording::unknown_option(self.signature, parameter, given, Audience::Editor);
        self.warn(part, finding);
    }

    /// One or several of a list. Old files hold a single value where the module takes a list by now.
    fn check_picked(&mut self, parameter: &'g Parameter, value: &'g ParamValue<'g>) {
        if !parameter.multiple && matches!(value, ParamValue::List(_) | ParamValue::Object(_)) {
            return self.wrong_type(parameter, value, "it takes a single value");
        }
        for (number, entry) in entries(value) {
            let part = match number {
                Some(number) => Part::Entry(self.index, &parameter.id, number),
                None => self.parameter(&parameter.id),
            };
            match single(entry) {
                Some(text) => self.check_option(parameter, &text, part),
                None if number.is_some() => {
                    let finding = wording::entry_of_wrong_type(parameter, describe(entry));
                    self.report(part, finding.help("give each entry as a string"));
                }
                None => self.wrong_type(parameter, entry, "give a string"),
            }
        }
    }

    pub(super) fn wrong_type(&mut self, parameter: &'g Parameter, value: &ParamValue<'_>, help: &str) {
        let finding = wording::wrong_type(parameter, describe(value)).help(help);
        self.report(self.parameter(&parameter.id), finding);
    }
}
