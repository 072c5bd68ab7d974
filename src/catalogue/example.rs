//! How a module is called: text to paste into a workflow and to fill in.

use std::fmt::Write;

use serde_json::Value as Json;

use super::module_ids;
use crate::model::ModuleType;

use super::{Parameter, ParameterKind, Signature};

/// What a value is filled in for that only the author can know.
const BLANK: &str = "…";

impl Signature {
    /// A call in the language, with a value for every parameter that should have one and that the
    /// defaults do not hide. What is left out has a default or may stay empty.
    pub fn example_call(&self) -> String {
        let mut call = quoted_unless_name(&self.id);
        let arguments: Vec<String> =
            self.example_arguments().into_iter().map(|(name, value)| format!("{name}: {value}")).collect();
        match self.module_type {
            ModuleType::Trigger if arguments.is_empty() => {}
            _ if arguments.len() <= 1
                && arguments.iter().all(|argument| argument.len() < 60 && !argument.contains('\n')) =>
            {
                let _ = write!(call, "({})", arguments.concat());
            }
            _ => {
                call.push_str("(\n");
                for argument in arguments {
                    let _ = writeln!(call, "    {argument},");
                }
                call.push(')');
            }
        }
        match self.module_type {
            ModuleType::Trigger => format!("workflow my-workflow on {call} {{\n    # steps\n}}"),
            _ if self.is_condition() => {
                format!("if {call} {{\n    push-zmq() # if it holds\n}} else {{\n    # if it does not\n}}")
            }
            _ => call,
        }
    }

    /// The parameters that should have a value, and one for each, as a call writes them.
    pub fn example_arguments(&self) -> Vec<(String, String)> {
        let wanted = self.parameters.iter().filter(|parameter| parameter.wants_value() && self.is_shown(parameter));
        wanted.map(|parameter| (quoted_unless_name(&parameter.id), parameter.example_value())).collect()
    }

    /// Whether a call of it makes sense by itself: a concurrent task is nothing without its branches.
    pub fn has_example_call(&self) -> bool {
        self.id != module_ids::CONCURRENT_TASK
    }

    /// How the language says the same more briefly, for the modules that it has words for.
    pub fn example_in_words(&self) -> Option<&'static str> {
        Some(match self.id.as_str() {
            module_ids::TAG_IF => "if event tagged any [\"tlp:red\", \"PAP:RED\"] {\n    push-zmq() # if it holds\n}",
            module_ids::GENERIC_IF => "if \"tlp:red\" in Event.Tag.{n}.name {\n    push-zmq() # if it holds\n}",
            module_ids::COUNT_IF => "if count(Event.Tag.{n}.name) > 50 {\n    push-zmq() # if it holds\n}",
            module_ids::PUBLISHED_IF => "if published {\n    push-zmq() # if it holds\n}",
            module_ids::GENERIC_FILTER_DATA | module_ids::GENERIC_FILTER_RESET => {
                "filter Event._AttributeFlattened.{n} where \"tlp:red\" in Tag.{n}.name {\n    # steps that see only these\n    push-zmq(data_extraction_path: Event._AttributeFlattened.{n}.value)\n}"
            }
            module_ids::CONCURRENT_TASK => {
                "concurrent {\n    branch {\n        push-zmq() # steps of a background job\n    }\n}"
            }
            _ => return None,
        })
    }

    /// Whether a parameter is shown while the others have their defaults.
    /// Whether the editor shows a parameter while the others have their defaults.
    pub fn is_shown(&self, parameter: &Parameter) -> bool {
        parameter.display_on.iter().all(|(other, values)| {
            let default = self.parameter(other).and_then(|other| other.default.as_ref());
            default.is_some_and(|default| values.contains(&text_of(default)))
        })
    }
}

impl Parameter {
    /// Whether the default is not good enough: something is missing without a value, or there is
    /// something to say that the default does not.
    fn wants_value(&self) -> bool {
        // Of what a picker has as its default, the editor takes only some.
        let is_lost = self.kind == ParameterKind::Picker && self.editor_default().is_none_or(|kept| kept.is_empty());
        let usable = !is_lost && self.default.as_ref().is_some_and(|default| self.is_usable(default));
        let choice = matches!(self.kind, ParameterKind::Select | ParameterKind::Radio) && !self.options.is_empty();
        let is_better =
            choice && !self.example.is_empty() && self.default.as_ref().map(text_of).as_ref() != Some(&self.example);
        is_better || !usable && (self.required.is_some() || !self.example.is_empty() || choice)
    }

    fn is_usable(&self, default: &Json) -> bool {
        let empty = match default {
            Json::Null => true,
            Json::String(text) => text.is_empty(),
            Json::Array(values) => values.is_empty(),
            _ => false,
        };
        let offered = self.options.is_empty()
            || self.open
            || match default {
                Json::Array(values) => values.iter().all(|value| self.has_option(&text_of(value))),
                value => self.has_option(&text_of(value)),
            };
        !empty && offered
    }

    /// A value, as a call writes it.
    pub fn example_value(&self) -> String {
        if self.sensitive {
            return format!("secret({})", quoted(&self.id.to_uppercase().replace('-', "_")));
        }
        let example = Some(self.example.as_str()).filter(|example| !example.is_empty());
        match self.kind {
            ParameterKind::Textarea if self.example.contains(['"', '\n']) => block(&self.example),
            ParameterKind::Text | ParameterKind::Textarea => quoted(example.unwrap_or(BLANK)),
            ParameterKind::Select | ParameterKind::Radio => match self.options.first() {
                Some((key, label)) if example.is_none() => option(key, label),
                _ => quoted(example.unwrap_or(BLANK)),
            },
            ParameterKind::Picker => {
                let first = self.options.first().map_or(BLANK, |(key, _)| key.as_str());
                match example {
                    Some(list) if list.starts_with('[') && self.multiple => list.to_owned(),
                    _ if self.multiple => format!("[{}]", quoted(example.unwrap_or(first))),
                    _ => quoted(example.unwrap_or(first)),
                }
            }
            ParameterKind::HashPath => example.unwrap_or("Event.info").to_owned(),
            ParameterKind::Number => example.unwrap_or("1").to_owned(),
            ParameterKind::Checkbox => example.unwrap_or("true").to_owned(),
        }
    }
}

/// An option by its key, or by its label where the key is but a number.
fn option(key: &str, label: &str) -> String {
    let numbered = !label.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit());
    quoted_unless_name(if numbered { label } else { key })
}

/// A name as the language writes it: between quotes if it has other characters.
pub(crate) fn quoted_unless_name(word: &str) -> String {
    let mut characters = word.chars();
    let starts = characters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_');
    let name = starts && characters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    if name { word.to_owned() } else { quoted(word) }
}

/// The escapes of the language are those of JSON.
fn quoted(text: &str) -> String {
    Json::from(text).to_string()
}

/// A block string as an argument on a line of its own.
fn block(text: &str) -> String {
    if text.contains("\"\"\"") {
        return quoted(text);
    }
    let lines: Vec<String> = text.lines().map(|line| format!("        {line}\n")).collect();
    format!("\"\"\"\n{}    \"\"\"", lines.concat())
}

fn text_of(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use crate::base::source::Sources;
    use crate::catalogue::Catalogue;
    use crate::compile::Workspace;
    use crate::diagnostics::Diagnostic;
    use crate::project::MemoryFiles;

    use super::*;

    fn call(id: &str) -> String {
        Catalogue::built_in().module(id).unwrap().example_call()
    }

    #[test]
    fn every_call_compiles() {
        for module in Catalogue::built_in().modules() {
            for text in
                [Some(module.example_call()), module.example_in_words().map(str::to_owned)].into_iter().flatten()
            {
                let text = match module.module_type {
                    ModuleType::Trigger => text,
                    _ => format!("workflow w on event-publish {{\n{text}\n}}"),
                };
                let sources = Sources::new();
                let file = sources.add("a.mwf", None, text.as_str());
                let files = MemoryFiles::new();
                let workspace = Workspace::load(&sources, &files, &[file], Catalogue::built_in());
                let mut problems = workspace.compile().diagnostics;
                // Under which trigger a module makes sense is not the question here.
                problems.retain(Diagnostic::is_error);
                assert_eq!(problems, [], "{text}");
            }
        }
    }

    #[test]
    fn what_has_a_default_is_left_out() {
        assert_eq!(call("publish-event"), "publish-event()");
        assert_eq!(call("tag_operation"), "tag_operation(tags: [\"tlp:clear\"])");
        assert_eq!(call("stop-execution"), "stop-execution()");
        assert_eq!(call("attach-warninglist"), "attach-warninglist()");
    }

    #[test]
    fn what_is_required_is_there() {
        assert_eq!(call("attach-decay-score"), "attach-decay-score(decayingmodels: [\"…\"])");
        assert_eq!(call("add_to_warninglist"), "add_to_warninglist(warninglist: \"…\")");
        assert!(call("ms-teams-webhook").contains("url: secret(\"URL\")"), "{}", call("ms-teams-webhook"));
    }

    #[test]
    fn quotes_go_into_a_block() {
        let payload = "    payload: \"\"\"\n        {\"text\": {{ Event.info | tojson }}}\n    \"\"\",\n";
        assert!(call("webhook").contains(payload), "{}", call("webhook"));
    }

    #[test]
    fn a_default_that_is_no_option_is_replaced() {
        assert!(
            call("threat-level-if").starts_with("if threat-level-if(threatlevel: High) {"),
            "{}",
            call("threat-level-if")
        );
    }

    #[test]
    fn what_the_defaults_hide_is_left_out() {
        let call = call("generic-if");
        assert!(call.contains("value: \"tlp:red\"") && !call.contains("value_list"), "{call}");
    }

    #[test]
    fn triggers_start_a_workflow() {
        assert_eq!(call("event-publish"), "workflow my-workflow on event-publish {\n    # steps\n}");
        assert!(call("tag-attached-after-save").contains("on tag-attached-after-save(tag: \"tlp:red\") {"));
    }
}
