//! Objects and lists where MISP takes a text: JSON, and lines of keys with values.
//!
//! A text that is one expression alone keeps the type of its value; any other text stays a text.

use std::borrow::Cow;

use crate::base::source::Span;
use crate::catalogue::Parameter;
use crate::diagnostics::{Code, Diagnostic};
use crate::model::{ParamText, TextPart};
use crate::resolve::{Constant, ConstantKind};
use crate::syntax::tree::Name;
use crate::typing::check_template_alone;

use super::encoded::{self, COLON, COMMA, is_template, json_string, only_expression};
use super::flow::FlowChecker;

/// A text that is put together.
#[derive(Default)]
struct Written<'a> {
    parts: Vec<TextPart<'a>>,
}

impl<'a> Written<'a> {
    fn add(&mut self, text: &str) {
        if let Some(TextPart::Plain(last)) = self.parts.last_mut() {
            last.to_mut().push_str(text);
        } else {
            self.parts.push(TextPart::Plain(Cow::Owned(text.to_owned())));
        }
    }

    /// The text, between the marks of a block of templates.
    fn add_between(&mut self, (open, close): (&str, &str), text: &ParamText<'a>) {
        self.add(open);
        match text {
            ParamText::Plain(text) => self.add(text),
            ParamText::Parts(parts) => {
                for part in parts {
                    match part {
                        TextPart::Plain(text) => self.add(text),
                        other => self.parts.push(other.clone()),
                    }
                }
            }
        }
        self.add(close);
    }

    fn into_text(mut self) -> ParamText<'a> {
        match self.parts.as_mut_slice() {
            [] => ParamText::default(),
            [TextPart::Plain(text)] => ParamText::Plain(std::mem::take(text)),
            _ => ParamText::Parts(self.parts),
        }
    }
}

impl<'a> FlowChecker<'_, 'a> {
    /// A list or an object as JSON; `None` where an error was reported.
    pub(super) fn json_text(&mut self, parameter: &Parameter, constant: &Constant<'a>) -> Option<ParamText<'a>> {
        let mut written = Written::default();
        self.write_json(parameter, constant, &mut written).then(|| written.into_text())
    }

    /// An object as lines, each a key with its value; `None` where an error was reported.
    pub(super) fn lines_text(
        &mut self,
        parameter: &Parameter,
        entries: &[(Name<'a>, Constant<'a>)],
        separator: &str,
    ) -> Option<ParamText<'a>> {
        let mut written = Written::default();
        let mut complete = true;
        for (index, (name, value)) in entries.iter().enumerate() {
            if name.text.is_empty() || name.text.contains(['\n', '\r']) || name.text.contains(separator.trim()) {
                let message = format!("`{}` cannot begin a line of `{}`", name.text.escape_debug(), parameter.id);
                self.report(
                    Diagnostic::at(Code::WrongType, name.span, message)
                        .help(format!("a key has no line break and no `{}`", separator.trim())),
                );
                complete = false;
                continue;
            }
            if index > 0 {
                written.add("\n");
            }
            written.add(name.text);
            written.add(separator);
            complete &= self.write_line_value(parameter, value, &mut written);
        }
        complete.then(|| written.into_text())
    }

    fn write_line_value(&mut self, parameter: &Parameter, value: &Constant<'a>, written: &mut Written<'a>) -> bool {
        match &value.kind {
            ConstantKind::Text(ParamText::Plain(text)) if !is_template(text) || !parameter.jinja => {
                written.add(&text.replace(['\r', '\n'], ""));
            }
            // What comes from the environment is the author's own. Without a template the line needs no template service.
            ConstantKind::Text(text) if parameter.jinja && has_template(text) => {
                self.check_leaf(parameter, text, value.span);
                written.add_between(encoded::LINE, text);
            }
            ConstantKind::Text(text) => written.add_between(("", ""), text),
            ConstantKind::Number(digits) => written.add(digits),
            ConstantKind::Boolean(value) => written.add(if *value { "true" } else { "false" }),
            ConstantKind::Parameter(_) => written.add("x"),
            _ => return self.refuse(value, "a string in double quotes"),
        }
        true
    }

    fn write_json(&mut self, parameter: &Parameter, constant: &Constant<'a>, written: &mut Written<'a>) -> bool {
        match &constant.kind {
            ConstantKind::Null | ConstantKind::Parameter(_) => written.add("null"),
            ConstantKind::Boolean(value) => written.add(if *value { "true" } else { "false" }),
            ConstantKind::Number(digits) => {
                if serde_json::from_str::<serde_json::Number>(digits).is_err() {
                    return self.refuse(constant, "a number as in JSON, without leading zeros");
                }
                written.add(digits);
            }
            ConstantKind::List(items) => {
                written.add("[");
                for (index, item) in items.iter().enumerate() {
                    written.add(if index > 0 { COMMA } else { "" });
                    if !self.write_json(parameter, item, written) {
                        return false;
                    }
                }
                written.add("]");
            }
            ConstantKind::Object(entries) => {
                written.add("{");
                for (index, (name, value)) in entries.iter().enumerate() {
                    written.add(if index > 0 { COMMA } else { "" });
                    written.add(&json_string(name.text));
                    written.add(COLON);
                    if !self.write_json(parameter, value, written) {
                        return false;
                    }
                }
                written.add("}");
            }
            ConstantKind::Text(text) => {
                if let ParamText::Plain(plain) = text
                    && (!parameter.jinja || !is_template(plain))
                {
                    written.add(&json_string(plain));
                    return true;
                }
                if !parameter.jinja {
                    return self.refuse(constant, "a string that is written out: MISP does not render templates here");
                }
                self.check_leaf(parameter, text, constant.span);
                match text.as_plain().and_then(only_expression) {
                    Some(expression) => {
                        let (open, close) = encoded::EXPRESSION;
                        written.add(&format!("{open}{expression}{close}"));
                    }
                    None => written.add_between(encoded::TEXT, text),
                }
            }
            ConstantKind::Path(path) => {
                self.report(
                    Diagnostic::at(Code::WrongType, constant.span, "a hash path is not a value of JSON")
                        .help(format!("to insert its value write `\"{{{{ {path} }}}}\"`")),
                );
                return false;
            }
            ConstantKind::Word(_) | ConstantKind::Unknown => return self.refuse(constant, "a string in double quotes"),
        }
        true
    }

    fn refuse(&mut self, constant: &Constant<'a>, wanted: &str) -> bool {
        match constant.kind {
            ConstantKind::Unknown => {}
            ConstantKind::Word(word) => self.unknown_word(word, constant.span, None),
            _ => {
                let message = format!("{} cannot be used here", constant.kind.describe());
                self.report(Diagnostic::at(Code::WrongType, constant.span, message).help(format!("write {wanted}")));
            }
        }
        false
    }

    /// Checks the template of one text inside.
    fn check_leaf(&mut self, parameter: &Parameter, text: &ParamText<'a>, span: Span) {
        let Some(plain) = text.as_plain() else { return };
        if let Some(invalid) = check_template_alone(parameter, plain) {
            self.report(invalid.finding.placed_at(span));
        }
    }
}

fn has_template(text: &ParamText<'_>) -> bool {
    match text {
        ParamText::Plain(text) => is_template(text),
        ParamText::Parts(parts) => parts.iter().any(|part| matches!(part, TextPart::Plain(text) if is_template(text))),
    }
}
