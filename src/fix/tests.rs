use super::*;
use crate::base::source::{Sources, Span};
use crate::catalogue::Catalogue;
use crate::compile::Workspace;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::project::MemoryFiles;

fn repaired(text: &str, unsafe_too: bool) -> (String, Vec<&'static str>, usize) {
    let sources = Sources::new();
    let file = sources.add("a.mwf", None, text);
    let files = MemoryFiles::new();
    let mut check = |roots: &[_]| Workspace::load(&sources, &files, roots, Catalogue::built_in()).compile().diagnostics;
    let repaired = Repair { sources: &sources, unsafe_too }.run(&[file], &|_| true, &mut check);
    let codes = repaired.done.iter().map(|done| done.code.as_str()).collect();
    let left = repaired.diagnostics.iter().filter(|finding| finding.severity != Severity::Note);
    (sources.text(repaired.files[0]).to_owned(), codes, left.count())
}

const TEXT: &str = "# one\r\nworkflow w on event-publish { # two\n    # three\n    webhok(url = \"https://x\" payload: \"é\"); # four\n\t# five\n}\n";

#[test]
fn safe_fixes_only() {
    let (text, codes, left) = repaired(TEXT, false);
    assert!(text.contains("webhok(url: \"https://x\", payload: \"é\") # four"), "{text}");
    assert!(codes.iter().all(|&code| code == "syntax-error"), "{codes:?}");
    assert!(left > 0);
}

#[test]
fn all_fixes_and_comments_survive() {
    let (text, codes, left) = repaired(TEXT, true);
    assert_eq!(
        text,
        "# one\r\nworkflow w on event-publish { # two\n    # three\n    webhook(url: \"https://x\", payload: \"é\") # four\n\t# five\n}\n"
    );
    assert_eq!((codes.last(), left), (Some(&"unknown-module"), 0));
    // Fixing twice changes nothing.
    assert_eq!(repaired(&text, true), (text.clone(), Vec::new(), 0));
}

/// A finding that replaces what is at `start..end`.
fn finding(
    sources: &Sources,
    text: &str,
    start: usize,
    end: usize,
    replacement: &str,
) -> (crate::base::source::FileId, Diagnostic) {
    let file = sources.add("a.mwf", None, text);
    let span = Span::new(file, start, end);
    (file, Diagnostic::at(Code::UnknownModule, span, "m").safe_fix(span, replacement))
}

#[test]
fn of_fixes_that_overlap_the_first_is_made() {
    let sources = Sources::new();
    let (file, first) = finding(&sources, "let abc = 1", 4, 6, "x");
    let other = |start, end, replacement: &str| {
        Diagnostic::at(Code::UnknownName, Span::new(file, start, end), "m")
            .safe_fix(Span::new(file, start, end), replacement)
    };
    let text = |findings: &[Diagnostic]| fix_once(&sources, file, findings, false).map(|fixed| fixed.text);
    assert_eq!(text(&[other(5, 7, "y"), first.clone()]).as_deref(), Some("let xc = 1"));
    assert_eq!(text(&[other(4, 4, "y"), other(4, 4, "z")]).as_deref(), Some("let yabc = 1"));
    assert_eq!(text(&[first.clone(), other(6, 7, "y")]).as_deref(), Some("let xy = 1"));
    assert_eq!(text(&[first, other(7, 7, "y")]).as_deref(), Some("let xcy = 1"));
    assert_eq!(text(&[]), None);
}

#[test]
fn no_fix_makes_a_syntax_error() {
    let sources = Sources::new();
    let (file, broken) = finding(&sources, "let abc = 1\nlet d = 2", 4, 7, "(");
    assert!(fix_once(&sources, file, std::slice::from_ref(&broken), false).is_none());
    let span = Span::new(file, 16, 17);
    let good = Diagnostic::at(Code::UnknownName, span, "m").safe_fix(span, "e");
    assert_eq!(fix_once(&sources, file, &[broken, good], false).unwrap().text, "let abc = 1\nlet e = 2");
}

#[test]
fn fixes_that_undo_each_other_end() {
    let sources = Sources::new();
    let file = sources.add("a.mwf", None, "let a = 1");
    let mut check = |roots: &[crate::base::source::FileId]| {
        let span = Span::new(roots[0], 4, 5);
        let other = if sources.snippet(span) == "a" { "b" } else { "a" };
        vec![Diagnostic::at(Code::UnknownName, span, "m").safe_fix(span, other)]
    };
    let repaired = Repair { sources: &sources, unsafe_too: false }.run(&[file], &|_| true, &mut check);
    assert_eq!(sources.text(repaired.files[0]), "let b = 1");
}
