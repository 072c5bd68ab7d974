//! Items between the steps of a block.

use pest::Parser as _;

use crate::base::source::Span;
use crate::diagnostics::{Code, Diagnostic};

use super::grammar::expecting::{Grammar, Rule};
use super::surroundings::{Surroundings, surroundings};

/// What to say of the item at `at`, which is inside the block that `open` begins; `None` if the block rather lacks
/// its end. `outer` is where the item around begins.
pub(super) fn misplaced_item(text: &str, open: Span, at: usize, outer: usize) -> Option<Diagnostic> {
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    let is_indented = line < at && line > outer;
    if !is_indented || !closes_behind(&text[open.start as usize..], at - open.start as usize) {
        return None;
    }
    let mut pairs = Grammar::parse(Rule::only_item, &text[at..]).ok()?;
    let end = at + pairs.next()?.as_str().trim_end().len();
    let word = text[at..].split(|character: char| !character.is_ascii_alphabetic()).next()?;
    let finding = Diagnostic::at(
        Code::SyntaxError,
        Span::new(open.file, at, at + word.len()),
        format!("`{word}` belongs outside of workflows and blueprints"),
    );
    if !matches!(word, "let" | "import") {
        return Some(finding.help("close the block before it, or move it out of the block"));
    }
    let is_alone = text[line..at].trim().is_empty() && text[end..].trim_start_matches([' ', '\t']).starts_with('\n');
    let finding =
        finding.help(format!("move it before this workflow or blueprint; the whole file sees {}", seen(word)));
    if !is_alone || text[at..end].contains('#') {
        return Some(finding);
    }
    let next = end + text[end..].find('\n')? + 1;
    Some(
        finding
            .safe_fix(Span::new(open.file, outer, outer), format!("{}\n\n", &text[at..end]))
            .safe_fix(Span::new(open.file, line, next), ""),
    )
}

fn seen(word: &str) -> &'static str {
    if word == "let" { "the constant" } else { "what is imported" }
}

/// Whether the brace that a text begins with is closed, and after `at`.
fn closes_behind(text: &str, at: usize) -> bool {
    let mut hidden =
        surroundings(text).filter(|(_, kind)| *kind != Surroundings::Plain).map(|(range, _)| range).peekable();
    let mut depth = 0_usize;
    for (place, byte) in text.bytes().enumerate() {
        while hidden.next_if(|range| range.end <= place).is_some() {}
        if hidden.peek().is_some_and(|range| range.contains(&place)) {
            continue;
        }
        match byte {
            b'{' => depth += 1,
            b'}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return place > at;
                }
            }
            _ => {}
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::closes_behind;

    #[test]
    fn braces_in_texts_and_comments_do_not_count() {
        assert!(closes_behind("{ a \"}\" # }\n b {n} }", 12));
        assert!(!closes_behind("{ a } b", 5));
        assert!(!closes_behind("{ a { } b", 5));
    }
}
