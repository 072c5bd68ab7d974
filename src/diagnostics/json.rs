//! Findings as JSON, for programs.

use std::io;

use serde::Serialize;

use crate::base::characters::to_json;
use crate::base::source::{Position, Sources, Span};

use super::columns::Columns;
use super::revealed::revealed;
use super::{Diagnostic, Severity, Summary, in_order};

#[derive(Serialize)]
struct Report<'d> {
    diagnostics: Vec<Finding<'d>>,
    summary: Summary,
}

#[derive(Serialize)]
struct Finding<'d> {
    code: &'static str,
    severity: Severity,
    message: &'d str,
    file: Option<&'d str>,
    span: Option<JsonPlace>,
    labels: Vec<Marked<'d>>,
    notes: &'d [String],
    help: Option<String>,
    fix: Option<Proposal<'d>>,
}

#[derive(Serialize)]
struct Marked<'d> {
    file: &'d str,
    span: JsonPlace,
    message: &'d str,
}

#[derive(Serialize)]
struct Proposal<'d> {
    safe: bool,
    edits: Vec<Change<'d>>,
}

#[derive(Serialize)]
struct Change<'d> {
    file: &'d str,
    span: JsonPlace,
    replacement: &'d str,
}

#[derive(Serialize)]
struct JsonPlace {
    start: Position,
    end: Position,
}

/// Writes the findings and their summary as one JSON object on one line, ordered by place. Lines
/// and columns count from 1, columns in characters; `end` is the place just after.
///
/// # Errors
/// What the writer says.
pub fn write_json(sources: &Sources, diagnostics: &[Diagnostic], out: &mut dyn io::Write) -> io::Result<()> {
    let columns = Columns::new(sources);
    let shown: Vec<_> = in_order(diagnostics).into_iter().map(revealed).collect();
    let findings = shown.iter().map(|diagnostic| finding(sources, &columns, diagnostic));
    let report = Report { diagnostics: findings.collect(), summary: Summary::of(diagnostics) };
    to_json(&mut *out, &report)?;
    out.write_all(b"\n")
}

/// The findings in the form of [`write_json`], in the order in which they are given, as a list.
pub fn findings_to_json(sources: &Sources, diagnostics: &[Diagnostic]) -> serde_json::Value {
    let columns = Columns::new(sources);
    let findings =
        diagnostics.iter().map(|diagnostic| serde_json::to_value(finding(sources, &columns, &revealed(diagnostic))));
    findings.filter_map(Result::ok).collect()
}

fn finding<'d>(sources: &'d Sources, columns: &Columns<'_>, diagnostic: &'d Diagnostic) -> Finding<'d> {
    let name = |span: Span| sources.file(span.file).name.as_str();
    let place = |span: Span| JsonPlace {
        start: columns.position(span.file, span.start as usize),
        end: columns.position(span.file, span.end as usize),
    };
    let primary = diagnostic.primary.as_ref();
    let labels = primary.filter(|label| !label.message.is_empty()).into_iter().chain(&diagnostic.secondary);
    Finding {
        code: diagnostic.code.as_str(),
        severity: diagnostic.severity,
        message: &diagnostic.message,
        file: primary.map(|label| name(label.span)),
        span: primary.map(|label| place(label.span)),
        labels: labels
            .map(|label| Marked { file: name(label.span), span: place(label.span), message: &label.message })
            .collect(),
        notes: &diagnostic.notes,
        help: (!diagnostic.help.is_empty()).then(|| diagnostic.help.join("\n")),
        fix: diagnostic.fix.as_ref().map(|fix| Proposal {
            safe: fix.safe,
            edits: fix
                .edits
                .iter()
                .map(|edit| Change { file: name(edit.span), span: place(edit.span), replacement: &edit.replacement })
                .collect(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::diagnostics::Code;

    fn written(sources: &Sources, diagnostics: &[Diagnostic]) -> Value {
        let mut out = Vec::new();
        write_json(sources, diagnostics, &mut out).unwrap();
        assert_eq!(std::str::from_utf8(&out).unwrap().lines().count(), 1);
        serde_json::from_slice(&out).unwrap()
    }

    #[test]
    fn every_part_is_there() {
        let sources = Sources::new();
        let file = sources.add("a.mwf", None, "é webhok()\nwebhook()\n");
        let diagnostic = Diagnostic::at(Code::UnknownModule, Span::new(file, 3, 9), "no module `webhok`")
            .label("here")
            .also(Span::new(file, 12, 19), "there")
            .note("why")
            .help("one")
            .help("two")
            .unsafe_fix(Span::new(file, 3, 9), "webhook");
        assert_eq!(
            written(&sources, &[diagnostic]),
            json!({
                "diagnostics": [{
                    "code": "unknown-module",
                    "severity": "error",
                    "message": "no module `webhok`",
                    "file": "a.mwf",
                    "span": {"start": {"line": 1, "column": 3}, "end": {"line": 1, "column": 9}},
                    "labels": [
                        {"file": "a.mwf", "span": {"start": {"line": 1, "column": 3}, "end": {"line": 1, "column": 9}}, "message": "here"},
                        {"file": "a.mwf", "span": {"start": {"line": 2, "column": 1}, "end": {"line": 2, "column": 8}}, "message": "there"},
                    ],
                    "notes": ["why"],
                    "help": "one\ntwo",
                    "fix": {"safe": false, "edits": [
                        {"file": "a.mwf", "span": {"start": {"line": 1, "column": 3}, "end": {"line": 1, "column": 9}}, "replacement": "webhook"},
                    ]},
                }],
                "summary": {"errors": 1, "warnings": 0},
            })
        );
    }

    #[test]
    fn nothing_found_and_nothing_to_point_at() {
        let sources = Sources::new();
        assert_eq!(written(&sources, &[]), json!({"diagnostics": [], "summary": {"errors": 0, "warnings": 0}}));
        let found = written(&sources, &[Diagnostic::new(Code::ManyPaths, "m")]);
        let finding = &found["diagnostics"][0];
        assert_eq!(finding["severity"], "warning");
        for part in ["file", "span", "help", "fix"] {
            assert_eq!(finding[part], Value::Null);
        }
        assert_eq!(found["summary"], json!({"errors": 0, "warnings": 1}));
    }
}
