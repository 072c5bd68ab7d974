//! Findings whose names can be told apart.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::BTreeSet;

use rustc_hash::FxHashSet;
use unicode_script::{Script, UnicodeScript};

use crate::base::characters::{escaped, looks_like, plain_look_alike};

use super::{Diagnostic, Label};

/// Names longer than this (in bytes) are not compared, …
const LONGEST_NAME: usize = 200;
/// … nor are more than so many of one finding.
const MOST_NAMES: usize = 64;
/// So many letters are told apart from those they look like.
const MOST_LETTERS: usize = 8;

/// The finding with code points instead of letters that look like others: in a word of letters from two alphabets, and
/// where two of the names in it look the same.
pub(crate) fn revealed(diagnostic: &Diagnostic) -> Cow<'_, Diagnostic> {
    let labels = || diagnostic.primary.iter().chain(&diagnostic.secondary).map(|label| &label.message);
    let texts =
        || std::iter::once(&diagnostic.message).chain(labels()).chain(&diagnostic.notes).chain(&diagnostic.help);
    if texts().all(|text| text.is_ascii()) {
        return Cow::Borrowed(diagnostic);
    }
    let mut names: Vec<&str> = texts().flat_map(|text| text.split(is_quote)).collect();
    names.retain(|name| !name.is_empty() && name.len() <= LONGEST_NAME);
    names.truncate(MOST_NAMES);
    let is_taken_for_another = |name: &&str| !name.is_ascii() && names.iter().any(|other| looks_like(name, other));
    let alike: FxHashSet<&str> = names.iter().copied().filter(is_taken_for_another).collect();
    let shown = RefCell::default();
    let reveal = |text: &String| reveal_text(text, &alike, &mut shown.borrow_mut());
    let reveal_label = |label: &Label| Label { span: label.span, message: reveal(&label.message) };
    let mut revealed = Diagnostic {
        message: reveal(&diagnostic.message),
        primary: diagnostic.primary.as_ref().map(reveal_label),
        secondary: diagnostic.secondary.iter().map(reveal_label).collect(),
        notes: diagnostic.notes.iter().map(reveal).collect(),
        help: diagnostic.help.iter().map(reveal).collect(),
        ..diagnostic.clone()
    };
    revealed.notes.extend(shown.into_inner().iter().take(MOST_LETTERS).map(|&c| {
        let plain = plain_look_alike(c).map(|plain| format!("looks like `{plain}` and ")).unwrap_or_default();
        format!("`\\u{{{:x}}}` {plain}is another character", u32::from(c))
    }));
    Cow::Owned(revealed)
}

fn is_quote(c: char) -> bool {
    matches!(c, '`' | '"')
}

/// The text with code points; `letters` gets the letters that are written so.
fn reveal_text(text: &str, alike: &FxHashSet<&str>, letters: &mut BTreeSet<char>) -> String {
    let mut shown = String::with_capacity(text.len() + 16);
    for piece in text.split_inclusive(is_quote) {
        let name = piece.trim_end_matches(is_quote);
        if alike.contains(name) {
            shown.push_str(&escaped(name));
            letters.extend(name.chars().filter(|c| !c.is_ascii()));
        } else {
            for word in name.split_inclusive(|c: char| !c.is_alphanumeric()) {
                reveal_word(word, &mut shown, letters);
            }
        }
        shown.push_str(&piece[name.len()..]);
    }
    shown
}

/// Adds a word; if it has letters of two alphabets, with the code points of those that look like plain ones.
fn reveal_word(word: &str, shown: &mut String, letters: &mut BTreeSet<char>) {
    let is_foreign = |c: char| !c.is_ascii() && !matches!(c.script(), Script::Latin) && plain_look_alike(c).is_some();
    if word.is_ascii() || !word.contains(|c: char| c.is_ascii_alphabetic()) || !word.contains(is_foreign) {
        shown.push_str(word);
        return;
    }
    for c in word.chars() {
        if is_foreign(c) {
            shown.push_str(&escaped(c.encode_utf8(&mut [0; 4])));
            letters.insert(c);
        } else {
            shown.push(c);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostics::Code;

    fn shown(message: &str, help: &str) -> (String, String) {
        let diagnostic = Diagnostic::new(Code::UnknownModule, message).help(help);
        let revealed = revealed(&diagnostic).into_owned();
        (revealed.message, revealed.help.concat())
    }

    #[test]
    fn letters_of_two_alphabets_in_a_word() {
        let (message, help) = shown("no module is called `enri\u{441}h-event`", "did you mean `enrich-event`?");
        assert_eq!(message, "no module is called `enri\\u{441}h-event`");
        assert_eq!(help, "did you mean `enrich-event`?");
        assert_eq!(shown("the tag `tlp:r\u{435}d`", "").0, "the tag `tlp:r\\u{435}d`");
    }

    #[test]
    fn names_that_look_the_same() {
        let (message, _) = shown("there is no `\u{441}\u{43e}\u{440}\u{435}`", "did you mean `cope`?");
        assert_eq!(message, "there is no `\\u{441}\\u{43e}\\u{440}\\u{435}`");
    }

    #[test]
    fn other_alphabets_stay() {
        for text in ["`Größe` und `größe`", "`событие` и `MISP`", "`é`, `漢字`", "MISP-событие"] {
            assert_eq!(shown(text, text), (text.to_owned(), text.to_owned()));
        }
    }
}
