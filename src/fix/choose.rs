//! One round: which fixes of a file can be made at once, and what comes of them.

use std::collections::BTreeMap;

use crate::base::source::{FileId, Sources};
use crate::diagnostics::{Diagnostic, Edit, in_order};
use crate::syntax::parse;

/// A text with some of its findings fixed.
#[derive(Debug)]
pub struct Fixed<'d> {
    /// The new text.
    pub text: String,
    /// What was fixed, by place in the old text.
    pub findings: Vec<&'d Diagnostic>,
}

/// Applies the fixes that findings propose for `file`: the safe ones, and the others where `unsafe_too`
/// says so. Of fixes that overlap the first is made. `None` if there is nothing to do.
pub fn fix_once<'d>(
    sources: &Sources,
    file: FileId,
    diagnostics: &'d [Diagnostic],
    unsafe_too: bool,
) -> Option<Fixed<'d>> {
    let text = sources.text(file);
    let mut taken = BTreeMap::new();
    let candidates: Vec<&Diagnostic> = in_order(diagnostics)
        .into_iter()
        .filter(|diagnostic| {
            let Some(fix) = &diagnostic.fix else { return false };
            (fix.safe || unsafe_too)
                && !fix.edits.is_empty()
                && fix.edits.iter().all(|edit| edit.span.file == file && text.get(edit.span.range()).is_some())
                && take(&mut taken, &fix.edits)
        })
        .collect();
    let before = syntax_errors(text);
    let mut chosen: Vec<&Diagnostic> = Vec::new();
    // As many at once as make no syntax error; where some do, each half is tried on its own.
    let mut open = vec![candidates.as_slice()];
    while let Some(part) = open.pop() {
        if part.is_empty() {
            continue;
        }
        let together: Vec<&Diagnostic> = chosen.iter().chain(part).copied().collect();
        if syntax_errors(&edited(text, &together)) <= before {
            chosen = together;
        } else if part.len() > 1 {
            let (first, second) = part.split_at(part.len() / 2);
            open.push(second);
            open.push(first);
        }
    }
    (!chosen.is_empty()).then(|| Fixed { text: edited(text, &chosen), findings: chosen })
}

/// Takes the places of edits, unless one of them is taken already.
fn take(taken: &mut BTreeMap<u32, u32>, edits: &[Edit]) -> bool {
    let is_free = |edit: &Edit| {
        let (start, end) = (edit.span.start, edit.span.end);
        let before = taken.range(..=start).next_back();
        let behind = taken.range(start..).next();
        before.is_none_or(|(&other, &other_end)| other_end <= start && other != start)
            && behind.is_none_or(|(&other, _)| other >= end && other != start)
    };
    let free = edits.iter().all(is_free);
    if free {
        taken.extend(edits.iter().map(|edit| (edit.span.start, edit.span.end)));
    }
    free
}

/// The text with the fixes of these findings made.
fn edited(text: &str, findings: &[&Diagnostic]) -> String {
    let mut edits: Vec<&Edit> =
        findings.iter().filter_map(|finding| finding.fix.as_ref()).flat_map(|fix| &fix.edits).collect();
    edits.sort_by_key(|edit| edit.span);
    let mut result = String::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        let place = edit.span.range();
        // The edits of one fix should not overlap either.
        if place.start < at {
            continue;
        }
        result.push_str(&text[at..place.start]);
        result.push_str(&edit.replacement);
        at = place.end;
    }
    result.push_str(&text[at..]);
    result
}

fn syntax_errors(text: &str) -> usize {
    let sources = Sources::new();
    let file = sources.add("", None, text);
    parse(&sources, file).diagnostics.len()
}
