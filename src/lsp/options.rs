//! The settings that an editor sends.

use std::path::PathBuf;

use serde_json::Value;

use crate::diagnostics::{Level, LevelOf, Severity};
use crate::ide;

/// What an editor may set: in `initializationOptions`, or in the section `mispflow` of its settings.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Settings {
    pub check: ide::Options,
    /// Whether defaults that a call leaves out are shown.
    pub inlay_hints: bool,
    /// Whether tests and workflows get a line to run them.
    pub code_lens: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { check: ide::Options::default(), inlay_hints: true, code_lens: true }
    }
}

impl Settings {
    /// Reads what was sent. What cannot be used is left out, and said in words.
    pub(super) fn read(sent: &Value) -> (Self, Vec<String>) {
        let sent = sent.get("mispflow").unwrap_or(sent);
        let mut settings = Self::default();
        let mut problems = Vec::new();
        let Some(sent) = sent.as_object() else { return (settings, problems) };
        for (name, value) in sent {
            let is_used = match (name.as_str(), value) {
                // What an editor sends for a setting that nobody has set.
                (_, Value::Null) => true,
                ("target", Value::String(target)) if target.is_empty() => true,
                ("target", Value::String(target)) => {
                    settings.check.target = target.parse().ok();
                    settings.check.target.is_some()
                }
                ("levels", Value::Object(levels)) => {
                    for (code, level) in levels {
                        match level_of(code, level) {
                            Some(level) => settings.check.levels.push(level),
                            None => problems.push(format!("`mispflow.levels`: `{code}` cannot be {level}")),
                        }
                    }
                    true
                }
                ("allowRead", Value::Array(folders)) => {
                    settings.check.allowed = folders.iter().filter_map(Value::as_str).map(PathBuf::from).collect();
                    true
                }
                ("inlayHints", Value::Bool(wanted)) => {
                    settings.inlay_hints = *wanted;
                    true
                }
                ("codeLens", Value::Bool(wanted)) => {
                    settings.code_lens = *wanted;
                    true
                }
                // An editor has settings of its own, such as where the server is.
                ("target" | "levels" | "allowRead" | "inlayHints" | "codeLens", _) => false,
                _ => true,
            };
            if !is_used {
                problems.push(format!("`mispflow.{name}` cannot be {value}"));
            }
        }
        (settings, problems)
    }
}

fn level_of(code: &str, level: &Value) -> Option<(LevelOf, Level)> {
    let of = LevelOf::from_name(code)?;
    let level = Level::from_name(level.as_str()?)?;
    let is_error = matches!(of, LevelOf::Code(code) if code.severity() == Severity::Error);
    (!is_error || level == Level::Deny).then_some((of, level))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::diagnostics::Code;

    #[test]
    fn settings_are_read_with_and_without_their_section() {
        for sent in [
            json!({"mispflow": {"target": "misp-2.5.1", "levels": {"many-paths": "deny"}, "inlayHints": false}}),
            json!({"target": "misp-2.5.1", "levels": {"many-paths": "deny"}, "inlayHints": false, "path": "/bin/x"}),
        ] {
            let (settings, problems) = Settings::read(&sent);
            assert_eq!(problems, [""; 0]);
            assert_eq!(settings.check.target.unwrap().to_string(), "misp-2.5.1");
            assert_eq!(settings.check.levels, [(LevelOf::Code(Code::ManyPaths), Level::Deny)]);
            assert!(!settings.inlay_hints && settings.code_lens);
        }
        assert_eq!(Settings::read(&Value::Null), (Settings::default(), Vec::new()));
        assert_eq!(Settings::read(&json!({"target": null, "levels": null})), (Settings::default(), Vec::new()));
    }

    #[test]
    fn what_cannot_be_used_is_said() {
        let (settings, problems) = Settings::read(
            &json!({"target": "2.5", "levels": {"syntax-error": "allow", "x": "warn"}, "inlayHints": "yes"}),
        );
        assert_eq!(settings, Settings::default());
        assert_eq!(
            problems,
            [
                "`mispflow.target` cannot be \"2.5\"",
                "`mispflow.levels`: `syntax-error` cannot be \"allow\"",
                "`mispflow.levels`: `x` cannot be \"warn\"",
                "`mispflow.inlayHints` cannot be \"yes\"",
            ]
        );
    }
}
