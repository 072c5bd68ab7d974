//! A fix shown as the lines before and after it.

use std::fmt::Write;
use std::ops::Range;

use crate::base::source::{SourceFile, Sources};

use super::excerpt::{line_content, window};
use super::printable::printable_line;
use super::{Edit, Fix};

/// What is longer than this (in bytes) is not shown.
const LONGEST_REGION: usize = 4096;
/// So many places of a fix are shown.
const MOST_REGIONS: usize = 4;
/// So many lines of a place are shown, before and after each.
const MOST_LINES: usize = 8;

/// The lines a fix changes, before with `-` and after with `+`; `None` when that is too much to show.
pub(super) fn show_fix(sources: &Sources, fix: &Fix) -> Option<String> {
    let mut edits: Vec<&Edit> = fix.edits.iter().collect();
    edits.sort_by_key(|edit| edit.span);
    let mut shown = Vec::new();
    let regions = edits.chunk_by(|one, next| {
        let file = sources.file(one.span.file);
        one.span.file == next.span.file
            && file.line_index(one.span.end as usize) == file.line_index(next.span.start as usize)
    });
    for region in regions {
        if shown.len() == MOST_REGIONS {
            return None;
        }
        shown.push(show_region(sources.file(region[0].span.file), region)?);
    }
    if shown.is_empty() {
        return None;
    }
    let what = if fix.safe { "fix (`--fix` makes it)" } else { "suggestion" };
    Some(format!("{what}:\n{}", shown.join("\n")))
}

fn show_region(file: &SourceFile, edits: &[&Edit]) -> Option<String> {
    if file.is_private {
        return None;
    }
    let (first, last) = (edits.first()?.span.range(), edits.last()?.span.range());
    let before = clipped_start(file, first.start);
    let after = clipped_end(file, last.end);
    let region = before..after;
    let grown: usize = edits.iter().map(|edit| edit.replacement.len()).sum();
    if region.len() + grown > LONGEST_REGION {
        return None;
    }
    let mut changed = String::new();
    let mut at = region.start;
    for edit in edits {
        let span = edit.span.range();
        changed.push_str(file.text.get(at..span.start)?);
        changed.push_str(&edit.replacement);
        at = span.end;
    }
    changed.push_str(file.text.get(at..region.end)?);

    let mut shown = String::new();
    let old = file.text.get(region.clone())?;
    for (sign, text) in [('-', old), ('+', changed.as_str())] {
        // A place where nothing was, or where nothing is left, needs no line of its own.
        if text.trim().is_empty() {
            continue;
        }
        if text.lines().count() > MOST_LINES {
            return None;
        }
        for line in text.lines() {
            let separator = if shown.is_empty() { "" } else { "\n" };
            let _ = write!(shown, "{separator}{sign} {}", printable_line(line));
        }
    }
    (!shown.is_empty()).then_some(shown)
}

/// The start of the line that holds `offset`, or of what is shown of it.
fn clipped_start(file: &SourceFile, offset: usize) -> usize {
    let (line, window) = shown_line(file, offset);
    (line.start + window.start).min(offset)
}

/// The end of the line that holds `offset`, or of what is shown of it.
fn clipped_end(file: &SourceFile, offset: usize) -> usize {
    let (line, window) = shown_line(file, offset);
    (line.start + window.end).max(offset)
}

fn shown_line(file: &SourceFile, offset: usize) -> (Range<usize>, Range<usize>) {
    let line = line_content(file, file.line_index(offset));
    let focus = offset.saturating_sub(line.start).min(line.len());
    let window = window(&file.text[line.clone()], focus);
    (line, window)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::Span;
    use crate::diagnostics::{Code, Diagnostic};

    fn shown(text: &str, edits: &[(usize, usize, &str)]) -> Option<String> {
        let sources = Sources::new();
        let file = sources.add("a.mwf", None, text);
        let diagnostic = edits.iter().fold(Diagnostic::new(Code::SyntaxError, ""), |diagnostic, edit| {
            diagnostic.safe_fix(Span::new(file, edit.0, edit.1), edit.2)
        });
        show_fix(&sources, &diagnostic.fix.unwrap())
    }

    #[test]
    fn before_and_after() {
        let text = "one\n  webhok()\nthree";
        assert_eq!(shown(text, &[(6, 12, "webhook")]).unwrap(), "fix (`--fix` makes it):\n-   webhok()\n+   webhook()");
        assert_eq!(shown(text, &[(3, 3, ",")]).unwrap(), "fix (`--fix` makes it):\n- one\n+ one,");
        // Edits on one line are shown together, whatever their order.
        assert_eq!(
            shown("a b c\nd", &[(4, 5, "C"), (0, 1, "A"), (6, 7, "D")]).unwrap(),
            "fix (`--fix` makes it):\n- a b c\n+ A b C\n- d\n+ D"
        );
        assert_eq!(shown("a", &[(0, 1, "b\nc")]).unwrap(), "fix (`--fix` makes it):\n- a\n+ b\n+ c");
        assert_eq!(shown("a\nb", &[(0, 1, "")]).unwrap(), "fix (`--fix` makes it):\n- a");
    }

    #[test]
    fn too_much_is_not_shown() {
        assert_eq!(shown("a", &[(0, 1, &"x".repeat(LONGEST_REGION + 1))]), None);
        assert_eq!(shown(&"a\n".repeat(40), &[(0, 80, "b")]), None);
        let long = "x".repeat(100_000);
        assert!(shown(&long, &[(50_000, 50_001, "y")]).unwrap().len() < 1000);
    }
}
