//! What a text leads to: files and addresses.

use std::path::PathBuf;

use crate::base::source::{SourceFile, Span};
use crate::syntax::tree::{ClauseKind, File, Item, ValueKind};

use super::walk::{Found, walk};

/// What a link leads to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// A file, which may not be there.
    File(PathBuf),
    /// An address of the web.
    Address(String),
}

/// The links of a file: imports, lists, events of tests, and addresses.
pub fn links(file: &File<'_>, source: &SourceFile) -> Vec<(Span, Target)> {
    let folder = source.path.as_deref().and_then(|path| path.parent());
    let mut links = Vec::new();
    let add_file = |span: Span, name: &str, links: &mut Vec<(Span, Target)>| {
        // A pattern names many files.
        if let Some(folder) = folder.filter(|_| !name.contains(['*', '?'])) {
            links.push((within(span), Target::File(folder.join(name))));
        }
    };
    for item in &file.items {
        match item {
            Item::Import(import) => add_file(import.path.span, &import.path.content, &mut links),
            Item::Test(test) => {
                for clause in &test.clauses {
                    let ClauseKind::Given(values) = &clause.kind else { continue };
                    for value in values {
                        if let ValueKind::Text(text) = &value.kind {
                            add_file(text.span, &text.content, &mut links);
                        }
                    }
                }
            }
            _ => {}
        }
    }
    walk(file, &mut |found, _| {
        let Found::Value(value) = found else { return };
        match &value.kind {
            ValueKind::Lines(text) => add_file(text.span, &text.content, &mut links),
            ValueKind::Text(text) if !text.block && is_address(&text.content) => {
                links.push((within(text.span), Target::Address(text.content.to_string())));
            }
            _ => {}
        }
    });
    links.sort_by_key(|(span, _)| span.start);
    links.dedup_by_key(|(span, _)| *span);
    links
}

/// Without the quotes.
fn within(span: Span) -> Span {
    span.part(1, ((span.end - span.start) as usize).saturating_sub(1))
}

fn is_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| !rest.is_empty() && !rest.contains(|c: char| c.is_whitespace() || "{}\"<>".contains(c)))
}
