//! Findings as SARIF 2.1.0, which code hosting and editors read.

use std::fmt::Write as _;
use std::io;

use rustc_hash::FxHashMap;
use serde_json::{Value, json};

use crate::base::characters::to_json_pretty;
use crate::base::source::{Sources, Span};

use super::book::page_of;
use super::columns::Columns;
use super::printable::printable;
use super::revealed::revealed;
use super::{Code, Diagnostic, Edit, Label, in_order};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// Writes the findings as one SARIF log with one run, ordered by place. Lines and columns count from 1,
/// columns in characters. Only the rules that findings name are listed, with their explanations. A
/// finding without a place has no location.
///
/// # Errors
/// What the writer says.
pub fn write_sarif(sources: &Sources, diagnostics: &[Diagnostic], out: &mut dyn io::Write) -> io::Result<()> {
    let mut rules: Vec<Code> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
    rules.sort_unstable();
    rules.dedup();
    let index: FxHashMap<Code, usize> = rules.iter().enumerate().map(|(index, &code)| (code, index)).collect();
    let writer = Writer { sources, columns: Columns::new(sources) };
    let results: Vec<Value> = in_order(diagnostics)
        .into_iter()
        .map(|diagnostic| {
            writer.result(&revealed(diagnostic), index.get(&diagnostic.code).copied().unwrap_or_default())
        })
        .collect();
    let log = json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": {"driver": {
                "name": "mispflow",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.into_iter().map(rule).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    to_json_pretty(&mut *out, &log)?;
    out.write_all(b"\n")
}

fn rule(code: Code) -> Value {
    let explanation = code.explanation();
    let mut text = format!("{}\n\n{}", explanation.what, explanation.why);
    let mut markdown = text.clone();
    for (title, snippets) in [("Before", &explanation.before), ("After", &explanation.after)] {
        for snippet in snippets {
            let name = snippet.name().map(|name| format!(", {name}")).unwrap_or_default();
            let _ = write!(text, "\n\n{title}{name}:\n\n{}", snippet.content.trim_end());
            let _ = write!(markdown, "\n\n{title}{name}:\n\n```\n{}```", snippet.content);
        }
    }
    let mut rule = json!({
        "id": code.as_str(),
        "shortDescription": {"text": code.summary().trim()},
        "fullDescription": {"text": explanation.what},
        "help": {"text": text, "markdown": markdown},
        "defaultConfiguration": {"level": code.severity().as_str()},
    });
    if let Some(page) = page_of(code) {
        rule["helpUri"] = page.into();
    }
    rule
}

struct Writer<'s> {
    sources: &'s Sources,
    columns: Columns<'s>,
}

impl Writer<'_> {
    fn result(&self, diagnostic: &Diagnostic, rule: usize) -> Value {
        let parts = std::iter::once(&diagnostic.message).chain(&diagnostic.notes).chain(&diagnostic.help);
        let message = parts.map(String::as_str).collect::<Vec<_>>().join("\n");
        let mut result = json!({
            "ruleId": diagnostic.code.as_str(),
            "ruleIndex": rule,
            "level": diagnostic.severity.as_str(),
            "message": {"text": printable(&message)},
            "locations": diagnostic.primary.iter().map(|label| self.location(label, None)).collect::<Vec<_>>(),
        });
        if !diagnostic.secondary.is_empty() {
            let related = diagnostic.secondary.iter().enumerate();
            result["relatedLocations"] = related.map(|(id, label)| self.location(label, Some(id))).collect();
        }
        if let Some(fix) = &diagnostic.fix {
            let what = if fix.safe { "`--fix` makes it" } else { "`--fix --unsafe` makes it" };
            result["fixes"] = json!([{"description": {"text": what}, "artifactChanges": self.changes(&fix.edits)}]);
        }
        result
    }

    fn location(&self, label: &Label, id: Option<usize>) -> Value {
        let mut location = json!({"physicalLocation": {
            "artifactLocation": self.artifact(label.span),
            "region": self.region(label.span),
        }});
        if let Some(id) = id {
            location["id"] = id.into();
        }
        if !label.message.is_empty() {
            location["message"] = json!({"text": printable(&label.message)});
        }
        location
    }

    /// The edits, by file.
    fn changes(&self, edits: &[Edit]) -> Value {
        let mut edits: Vec<&Edit> = edits.iter().collect();
        edits.sort_by_key(|edit| edit.span);
        let files = edits.chunk_by(|one, next| one.span.file == next.span.file);
        files
            .map(|edits| {
                let replacements = edits.iter().map(
                    |edit| json!({"deletedRegion": self.region(edit.span), "insertedContent": {"text": edit.replacement}}),
                );
                json!({
                    "artifactLocation": self.artifact(edits[0].span),
                    "replacements": replacements.collect::<Vec<_>>(),
                })
            })
            .collect()
    }

    fn artifact(&self, span: Span) -> Value {
        json!({"uri": uri(&self.sources.file(span.file).name)})
    }

    fn region(&self, span: Span) -> Value {
        let start = self.columns.position(span.file, span.start as usize);
        let end = self.columns.position(span.file, span.end as usize);
        json!({
            "startLine": start.line,
            "startColumn": start.column,
            "endLine": end.line,
            "endColumn": end.column,
        })
    }
}

/// A path as a reference of RFC 3986, relative as it was given.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    let path = path.strip_prefix("./").unwrap_or(path);
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    if path.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => uri.push(byte as char),
            _ => {
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_is_there() {
        let sources = Sources::new();
        let file = sources.add("a b/é.mwf", None, "é webhok()\nwebhook()\n");
        let found = Diagnostic::at(Code::UnknownModule, Span::new(file, 3, 9), "no module `webhok`")
            .label("here")
            .also(Span::new(file, 12, 19), "there")
            .help("one")
            .unsafe_fix(Span::new(file, 3, 9), "webhook");
        let nowhere = Diagnostic::new(Code::ManyPaths, "m");
        let mut out = Vec::new();
        write_sarif(&sources, &[found, nowhere], &mut out).unwrap();
        let log: Value = serde_json::from_slice(&out).unwrap();
        let run = &log["runs"][0];
        let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
        assert_eq!(rules.iter().map(|rule| &rule["id"]).collect::<Vec<_>>(), ["unknown-module", "many-paths"]);
        let [nowhere, found] = run["results"].as_array().unwrap().as_slice() else { panic!("two results") };
        assert_eq!((&nowhere["ruleIndex"], &nowhere["locations"]), (&json!(1), &json!([])));
        let region = json!({"startLine": 1, "startColumn": 3, "endLine": 1, "endColumn": 9});
        let artifact = json!({"uri": "a%20b/%C3%A9.mwf"});
        assert_eq!(
            found["locations"],
            json!([{
                "physicalLocation": {"artifactLocation": artifact, "region": region},
                "message": {"text": "here"},
            }])
        );
        assert_eq!(found["relatedLocations"][0]["message"]["text"], "there");
        assert_eq!(found["message"]["text"], "no module `webhok`\none");
        assert_eq!(
            found["fixes"][0]["artifactChanges"],
            json!([{
                "artifactLocation": artifact,
                "replacements": [{"deletedRegion": region, "insertedContent": {"text": "webhook"}}],
            }])
        );
    }

    #[test]
    fn paths_become_references() {
        assert_eq!(uri("./a/b.mwf"), "a/b.mwf");
        assert_eq!(uri("/a b#.mwf"), "file:///a%20b%23.mwf");
        assert_eq!(uri("-"), "-");
        assert_eq!(uri("a:b"), "a%3Ab");
    }
}
