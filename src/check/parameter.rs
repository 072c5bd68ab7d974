//! One parameter: whether a value fits it, and how MISP stores the value.

use std::borrow::Cow;
use std::ops::Range;

use rustc_hash::FxHashSet;

use crate::base::source::{Sources, Span};
use crate::base::suggest::closest;
use crate::catalogue::{Parameter, ParameterKind, Signature};
use crate::diagnostics::{Audience, Code, Diagnostic};
use crate::model::{ParamText, ParamValue};
use crate::resolve::{Constant, ConstantKind, ValueType};
use crate::typing::check_template;
use crate::wording;

use super::flow::FlowChecker;

/// Picked values as the editor saves them, so that a graph comes out of a save unchanged: in the order of the options and
/// once each. What is not among the options comes last. Without options all is as given.
fn as_in_editor<'a>(parameter: &Parameter, mut values: Vec<ParamValue<'a>>) -> Vec<ParamValue<'a>> {
    if parameter.options.is_empty() {
        return values;
    }
    let mut seen = FxHashSet::default();
    values.retain(|value| seen.insert(value.clone()));
    let place = |value: &ParamValue<'_>| match value {
        ParamValue::Text(ParamText::Plain(text)) => parameter.options.get_index_of(text.as_ref()),
        _ => None,
    };
    values.sort_by_key(|value| place(value).unwrap_or(usize::MAX));
    values
}

impl<'a> FlowChecker<'_, 'a> {
    /// The value as the node carries it; `None` where an error was reported.
    pub(super) fn parameter_value(
        &mut self,
        signature: &'a Signature,
        parameter: &'a Parameter,
        constant: &Constant<'a>,
    ) -> Option<ParamValue<'a>> {
        match &constant.kind {
            ConstantKind::Unknown => return None,
            ConstantKind::Parameter(value_type) => return self.placeholder(parameter, *value_type, constant.span),
            _ => {}
        }
        match parameter.kind {
            ParameterKind::Text | ParameterKind::Textarea => self.text_value(signature, parameter, constant),
            ParameterKind::Number => self.number_value(parameter, constant),
            ParameterKind::HashPath => self.path_value(parameter, constant),
            ParameterKind::Select | ParameterKind::Radio => self.option_value(signature, parameter, constant),
            ParameterKind::Picker => self.picker_value(signature, parameter, constant),
            ParameterKind::Checkbox => match &constant.kind {
                ConstantKind::Boolean(boolean) => Some(ParamValue::Boolean(*boolean)),
                _ => self.wrong_type(parameter, constant, "write `true` or `false`"),
            },
        }
    }

    /// A value for a blueprint's parameter that is not known while the blueprint is alone.
    fn placeholder(&mut self, parameter: &Parameter, given: ValueType, span: Span) -> Option<ParamValue<'a>> {
        let fits = match parameter.kind {
            ParameterKind::Text | ParameterKind::Textarea | ParameterKind::Select | ParameterKind::Radio => {
                matches!(given, ValueType::String | ValueType::Number)
            }
            ParameterKind::Number => matches!(given, ValueType::Number | ValueType::String),
            ParameterKind::HashPath => matches!(given, ValueType::Path | ValueType::String),
            ParameterKind::Picker => given == ValueType::String || (parameter.multiple && given == ValueType::List),
            ParameterKind::Checkbox => given == ValueType::Boolean,
        };
        if !fits {
            let finding = wording::wrong_type(parameter, given.describe());
            self.report(finding.placed_at(span).help("change the type of the blueprint's parameter"));
            return None;
        }
        // Not empty, so that nothing seems to be missing.
        Some(ParamValue::Boolean(true))
    }

    fn text_value(
        &mut self,
        signature: &'a Signature,
        parameter: &'a Parameter,
        constant: &Constant<'a>,
    ) -> Option<ParamValue<'a>> {
        match &constant.kind {
            ConstantKind::Text(text) => {
                if let Some(plain) = text.as_plain() {
                    let sources = self.context.program.sources;
                    for found in check_template(signature, parameter, plain, &self.context.budget.renderings) {
                        let at = found.at.and_then(|at| place_of(plain, at, constant.span, sources));
                        self.report(found.finding.placed_at(at.unwrap_or(constant.span)));
                    }
                }
                Some(ParamValue::Text(text.clone()))
            }
            ConstantKind::Number(digits) => Some(ParamValue::text(*digits)),
            ConstantKind::Word(word) => {
                self.unknown_word(word, constant.span, None);
                None
            }
            ConstantKind::List(_) | ConstantKind::Object(_) if parameter.json => {
                self.json_text(parameter, constant).map(ParamValue::Text)
            }
            ConstantKind::Object(entries) if parameter.lines.is_some() => {
                let separator = parameter.lines.as_deref().unwrap_or_default();
                self.lines_text(parameter, entries, separator).map(ParamValue::Text)
            }
            ConstantKind::Path(path) if parameter.jinja => self.wrong_type(
                parameter,
                constant,
                &format!("to insert the value of the hash path write `\"{{{{ {path} }}}}\"`, else `\"{path}\"`"),
            ),
            _ if parameter.lines.is_some() => {
                self.wrong_type(parameter, constant, "write an object, a line for each entry: `{ Name: \"value\" }`")
            }
            _ => self.wrong_type(parameter, constant, "write a string in double quotes"),
        }
    }

    fn number_value(&mut self, parameter: &Parameter, constant: &Constant<'a>) -> Option<ParamValue<'a>> {
        match &constant.kind {
            ConstantKind::Number(digits) => Some(ParamValue::text(*digits)),
            ConstantKind::Text(text) if text.as_plain().is_none_or(|plain| plain.trim().parse::<f64>().is_ok()) => {
                Some(ParamValue::Text(text.clone()))
            }
            _ => self.wrong_type(parameter, constant, "write a number"),
        }
    }

    /// The paths of a call are checked together: some start in what others select.
    fn path_value(&mut self, parameter: &Parameter, constant: &Constant<'a>) -> Option<ParamValue<'a>> {
        match &constant.kind {
            ConstantKind::Path(path) | ConstantKind::Word(path) => Some(ParamValue::text(*path)),
            ConstantKind::Text(text) => Some(ParamValue::Text(text.clone())),
            _ => self.wrong_type(parameter, constant, "write the hash path without quotes, for example `Event.info`"),
        }
    }

    fn option_value(
        &mut self,
        signature: &'a Signature,
        parameter: &'a Parameter,
        constant: &Constant<'a>,
    ) -> Option<ParamValue<'a>> {
        let given: Cow<'a, str> = match &constant.kind {
            ConstantKind::Word(word) | ConstantKind::Number(word) => Cow::Borrowed(*word),
            ConstantKind::Text(ParamText::Plain(text)) => text.clone(),
            ConstantKind::Text(text @ ParamText::Parts(_)) => return Some(ParamValue::Text(text.clone())),
            ConstantKind::Boolean(true) => Cow::Borrowed("true"),
            ConstantKind::Boolean(false) => Cow::Borrowed("false"),
            _ => {
                return self.wrong_type(parameter, constant, &wording::the_options(parameter, Audience::Text));
            }
        };
        self.option(signature, parameter, given, constant)
    }

    /// An option by its key or its label; the key is what MISP stores.
    fn option(
        &mut self,
        signature: &'a Signature,
        parameter: &'a Parameter,
        given: Cow<'a, str>,
        constant: &Constant<'a>,
    ) -> Option<ParamValue<'a>> {
        if parameter.options.is_empty() || parameter.has_option(&given) {
            return Some(ParamValue::text(given));
        }
        // A picker that takes other values takes them as they are written.
        let as_written = parameter.open && parameter.kind == ParameterKind::Picker;
        if let Some(key) = parameter.option_by_label(&given).filter(|_| !as_written) {
            return Some(ParamValue::text(key));
        }
        let word = match constant.kind {
            ConstantKind::Word(word) => Some(word),
            _ => None,
        };
        if parameter.open {
            // An open list of options takes any text; a bare word that is none of them is a slip.
            let Some(word) = word else { return Some(ParamValue::text(given)) };
            self.unknown_word(word, constant.span, Some(parameter));
            return None;
        }
        let (finding, suggestion) = wording::unknown_option(signature, parameter, &given, Audience::Text);
        let finding = finding.placed_at(constant.span);
        self.report(match suggestion {
            Some(close) => finding.unsafe_fix(constant.span, wording::written_option(close)),
            None => finding,
        });
        None
    }

    fn picker_value(
        &mut self,
        signature: &'a Signature,
        parameter: &'a Parameter,
        constant: &Constant<'a>,
    ) -> Option<ParamValue<'a>> {
        if let ConstantKind::List(items) = &constant.kind {
            if !parameter.multiple {
                return self.wrong_type(parameter, constant, "it takes a single value: write it without brackets");
            }
            let mut values = Vec::with_capacity(items.len());
            let mut complete = true;
            for item in items {
                match self.picked(signature, parameter, item) {
                    Some(value) => values.push(value),
                    None => complete = false,
                }
            }
            return complete.then_some(ParamValue::List(as_in_editor(parameter, values)));
        }
        if matches!(constant.kind, ConstantKind::Null) {
            return if parameter.multiple {
                self.wrong_type(parameter, constant, "write `[]` for none")
            } else {
                Some(ParamValue::Null)
            };
        }
        let value = self.picked(signature, parameter, constant)?;
        Some(if parameter.multiple { ParamValue::List(vec![value]) } else { value })
    }

    fn picked(
        &mut self,
        signature: &'a Signature,
        parameter: &'a Parameter,
        constant: &Constant<'a>,
    ) -> Option<ParamValue<'a>> {
        match &constant.kind {
            ConstantKind::Text(ParamText::Plain(text)) => self.option(signature, parameter, text.clone(), constant),
            ConstantKind::Text(text) => Some(ParamValue::Text(text.clone())),
            ConstantKind::Word(word) if parameter.options.is_empty() => {
                self.unknown_word(word, constant.span, None);
                None
            }
            ConstantKind::Word(word) | ConstantKind::Number(word) => {
                self.option(signature, parameter, Cow::Borrowed(*word), constant)
            }
            ConstantKind::Unknown => None,
            ConstantKind::Parameter(value_type) => self.placeholder(parameter, *value_type, constant.span),
            other if parameter.multiple => {
                let finding = wording::entry_of_wrong_type(parameter, other.describe());
                self.report(finding.placed_at(constant.span).help("write the entry in double quotes; `+` joins lists"));
                None
            }
            _ if parameter.lines.is_some() => {
                self.wrong_type(parameter, constant, "write an object, a line for each entry: `{ Name: \"value\" }`")
            }
            _ => self.wrong_type(parameter, constant, "write a string in double quotes"),
        }
    }

    fn wrong_type<T>(&mut self, parameter: &Parameter, constant: &Constant<'a>, help: &str) -> Option<T> {
        self.report(wording::wrong_type(parameter, constant.kind.describe()).placed_at(constant.span).help(help));
        None
    }

    /// Reports a bare word that means nothing where it is.
    pub(super) fn unknown_word(&mut self, word: &'a str, span: Span, parameter: Option<&Parameter>) {
        let scope = &self.context.scopes[self.file];
        if scope.incomplete {
            return;
        }
        if scope.constants.contains_key(word) {
            // Anywhere else the constant's value would be here.
            self.report(
                Diagnostic::at(Code::UnknownName, span, format!("`{word}` is a constant, and a default uses none"))
                    .help(format!(
                        "write its value here, or name `{word}` in the steps or where the blueprint is used"
                    )),
            );
            return;
        }
        let names = scope.constants.keys().copied().chain(self.bindings.iter().map(|(name, _)| *name));
        let options = parameter.iter().flat_map(|parameter| parameter.options.keys().map(String::as_str));
        let worth_while = self.context.budget.take_suggestion();
        let mut names: Vec<&str> = names.chain(options).filter(|_| worth_while).collect();
        names.sort_unstable();
        let suggestion = closest(word, names);
        let diagnostic = Diagnostic::at(Code::UnknownName, span, format!("there is no constant named `{word}`"));
        self.report(wording::meant_by_word(diagnostic, span, word, suggestion));
    }
}

/// The place of a part of a text, where the text is in the source as it is.
fn place_of(text: &str, range: Range<usize>, span: Span, sources: &Sources) -> Option<Span> {
    let part = text.get(range).filter(|part| !part.is_empty())?;
    let literal = sources.snippet(span);
    let at = literal.find(part)?;
    literal[at + part.len()..].find(part).is_none().then(|| span.part(at, at + part.len()))
}
