//! What people write from the habit of other languages, and what to write instead.

use crate::base::source::Span;
use crate::diagnostics::{Code, Diagnostic};

use super::grammar::expecting::Rule;
use super::spelling::is_name;
use super::syntax_error::{ErrorPlace, Expectation, leading_word};

/// Words that end something elsewhere.
pub(crate) const ENDINGS: [&str; 10] =
    ["return", "exit", "quit", "stop", "end", "abort", "break", "continue", "raise", "throw"];

/// How a run ends.
pub(crate) const HOW_A_RUN_ENDS: &str =
    "a run ends where no step follows; `stop-execution(message: \"…\")` ends it and blocks what MISP was about to do";

/// The lines that git leaves where two changes meet.
const MERGE_MARKERS: [&str; 4] = ["<<<<<<<", "=======", ">>>>>>>", "|||||||"];

/// The lines of the first merge conflict in a text that nobody resolved.
pub(super) fn merge_conflict(text: &str) -> Option<[std::ops::Range<usize>; 3]> {
    let mut found = Vec::with_capacity(3);
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let wanted = MERGE_MARKERS[found.len()];
        let range = at..at + line.trim_end().len();
        at += line.len();
        if line.starts_with(MERGE_MARKERS[0]) {
            found = vec![range];
        } else if line.strip_prefix(wanted).is_some_and(|rest| rest.trim_end().is_empty() || rest.starts_with(' ')) {
            found.push(range);
        }
        if found.len() == 3 {
            break;
        }
    }
    found.try_into().ok()
}

impl ErrorPlace<'_> {
    /// Lines that stand for something else than a step or an item, by how they begin.
    pub(super) fn foreign_beginning(&self) -> Option<Diagnostic> {
        let rest = &self.text[self.start..];
        if let Some(marker) = MERGE_MARKERS.iter().find(|marker| rest.starts_with(**marker)) {
            let line = rest.split(['\n', '\r']).next().unwrap_or(marker);
            let span = self.span(self.start, self.start + line.trim_end().len());
            return Some(
                Diagnostic::at(Code::SyntaxError, span, "this line is left over from a merge")
                    .help("remove it, and what belongs to the other side of the conflict"),
            );
        }
        let word = leading_word(rest);
        let follows = rest[word.len()..].trim_start_matches([' ', '\t']);
        if self.expectation == Expectation::Step && ENDINGS.contains(&word) && !follows.starts_with([':', '(']) {
            let found = self.span(self.start, self.start + word.len());
            return Some(
                Diagnostic::at(Code::SyntaxError, found, format!("there is no step `{word}`")).help(HOW_A_RUN_ENDS),
            );
        }
        None
    }

    /// What to write instead of what is at `at`.
    pub(super) fn foreign(&self, diagnostic: &Diagnostic, at: usize, expected: &[Rule]) -> Option<Diagnostic> {
        let expects = |rule: Rule| expected.contains(&rule);
        let foreign = self.method(diagnostic, at).or_else(|| self.foreign_quantity(diagnostic, at, expected));
        if foreign.is_some() {
            return foreign;
        }
        let diagnostic = diagnostic.clone();
        if let Some(name) = self.letters_of_a_name(at) {
            return Some(self.plain_letters(diagnostic, name));
        }
        if expects(Rule::name) && self.text[at..].starts_with(|character: char| character.is_ascii_digit()) {
            return Some(diagnostic.help("a name begins with a letter or `_`"));
        }
        if let Some(address) = self.address(at) {
            let text = &self.text[address.clone()];
            let quoted = format!("\"{text}\"");
            return Some(
                diagnostic
                    .help(format!("a string goes between double quotes: `{quoted}`"))
                    .safe_fix(self.span(address.start, address.end), quoted),
            );
        }
        if let Some(tag) = self.bare_tag(at).filter(|_| !expects(Rule::colon)) {
            let quoted = format!("\"{}\"", self.text[tag.clone()].replace('\\', "\\\\").replace('"', "\\\""));
            return Some(
                diagnostic
                    .help(format!("a tag goes between double quotes: `{quoted}`"))
                    .safe_fix(self.span(tag.start, tag.end), quoted),
            );
        }
        if self.expectation == Expectation::Item
            && let Some(diagnostic) = self.several_words(&diagnostic, at)
        {
            return Some(diagnostic);
        }
        if expects(Rule::kw_and) && expects(Rule::kw_or) {
            let other = self.foreign_count(&diagnostic, at).or_else(|| self.bare_list(&diagnostic, at));
            if other.is_some() {
                return other;
            }
            let word = leading_word(&self.text[at..]);
            let lower = word.to_ascii_lowercase();
            if word != lower && matches!(lower.as_str(), "and" | "or") {
                return Some(
                    diagnostic.help(format!("write `{lower}`")).safe_fix(self.span(at, at + word.len()), lower),
                );
            }
        }
        if let Some(close) =
            self.round_list(at).filter(|_| expects(Rule::value) || expects(Rule::list) || expects(Rule::word))
        {
            return Some(
                diagnostic
                    .help("a list goes between `[` and `]`")
                    .safe_fix(self.span(at, at + 1), "[")
                    .safe_fix(self.span(close, close + 1), "]"),
            );
        }
        if expects(Rule::operator) || expects(Rule::symbol) || expects(Rule::kw_in) {
            return self.foreign_question(diagnostic, at);
        }
        if expects(Rule::value) || expects(Rule::word) {
            return self.foreign_operator(diagnostic, at);
        }
        None
    }

    /// A name with letters that names cannot have, if `at` lies in one.
    fn letters_of_a_name(&self, at: usize) -> Option<std::ops::Range<usize>> {
        let is_foreign = |character: char| character.is_alphabetic() && !character.is_ascii();
        if !self.text[at..].starts_with(is_foreign) {
            return None;
        }
        let is_part = |character: char| character.is_alphanumeric() || matches!(character, '_' | '-');
        let start = self.text[self.start..at].trim_end_matches(is_part).len() + self.start;
        let length = self.text[start..].len() - self.text[start..].trim_start_matches(is_part).len();
        Some(start..start + length)
    }

    fn plain_letters(&self, diagnostic: Diagnostic, name: std::ops::Range<usize>) -> Diagnostic {
        let written = &self.text[name.clone()];
        let plain: String = deunicode::deunicode(written)
            .chars()
            .map(|character| if character.is_ascii_alphanumeric() || character == '_' { character } else { '-' })
            .collect();
        let help = "names have the letters `a` to `z`, digits, `-` and `_`; other letters go into strings, as in `name: \"…\"`";
        let mut diagnostic = diagnostic.placed_at(self.span(name.start, name.end));
        diagnostic.message = format!("`{written}` has letters that a name cannot have");
        let diagnostic = diagnostic.help(help);
        if is_name(&plain) { diagnostic.unsafe_fix(self.span(name.start, name.end), plain) } else { diagnostic }
    }

    /// An address without quotes whose `:` or `//` is at `at`.
    fn address(&self, at: usize) -> Option<std::ops::Range<usize>> {
        let colon = if self.text[at..].starts_with("://") {
            at
        } else if self.text[at..].starts_with("//") && self.text[..at].ends_with(':') {
            at - 1
        } else {
            return None;
        };
        let scheme = self.text[self.start..colon].rsplit(|character: char| !character.is_ascii_alphabetic()).next()?;
        let end = end_of_bare_text(self.text, colon);
        matches!(scheme, "http" | "https" | "ftp").then_some(colon - scheme.len()..end)
    }

    /// A tag without quotes whose `:` is at `at`.
    fn bare_tag(&self, at: usize) -> Option<std::ops::Range<usize>> {
        let is_part = |character: char| character.is_ascii_alphanumeric() || matches!(character, '_' | '-');
        let behind = self.text[at..].strip_prefix(':')?;
        let namespace = self.text[self.start..at].len() - self.text[self.start..at].trim_end_matches(is_part).len();
        (namespace > 0 && behind.starts_with(is_part)).then(|| at - namespace..end_of_bare_text(self.text, at))
    }

    /// A name of several words, of a trigger or of what is defined.
    fn several_words(&self, diagnostic: &Diagnostic, at: usize) -> Option<Diagnostic> {
        let head = &self.text[self.start..];
        let line = head.split(['\n', '\r', '{', '(']).next()?;
        if at >= self.start + line.len() {
            return None;
        }
        let word = leading_word(head);
        let (before, trigger) = match line.split_once(" on ") {
            Some((before, trigger)) => (before, Some(trigger)),
            None => (line, None),
        };
        let name = before.strip_prefix(word)?;
        let (start, words) =
            if at < self.start + before.len() { (word.len(), name) } else { (before.len() + 4, trigger?) };
        let joined = words.split_whitespace().collect::<Vec<_>>().join("-");
        let joined = if at < self.start + before.len() { joined } else { joined.to_lowercase() };
        if !matches!(word, "workflow" | "blueprint") || !words.trim().contains(char::is_whitespace) || !is_name(&joined)
        {
            return None;
        }
        let start = self.start + start + (words.len() - words.trim_start().len());
        let help = if at < self.start + before.len() {
            "a name of your own is one word; what MISP shows is the field `name: \"…\"`".to_owned()
        } else {
            format!(
                "a trigger is named by its id, which is one word: `{joined}`; `mispflow modules` lists the triggers"
            )
        };
        Some(diagnostic.clone().help(help).unsafe_fix(self.span(start, start + words.trim().len()), joined))
    }

    /// Where the list ends that is between parentheses at `at`.
    fn round_list(&self, at: usize) -> Option<usize> {
        let inside = self.text[at..].strip_prefix('(')?;
        let length = inside.find(['(', ')', '\n', '{', '['])?;
        let is_list = inside[length..].starts_with(')') && self.text[self.start..at].trim_end().ends_with("in");
        is_list.then_some(at + 1 + length)
    }

    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start, end)
    }
}

/// Where a text without quotes ends that holds the byte `at`: a text between quotes, as in some tags, belongs to it.
fn end_of_bare_text(text: &str, at: usize) -> usize {
    let mut quoted = false;
    let length = text[at..].find(|character: char| {
        quoted ^= character == '"';
        !quoted && (character.is_whitespace() || matches!(character, ',' | ']' | ')' | '}' | '{' | '#'))
    });
    length.map_or(text.len(), |length| at + length)
}

#[cfg(test)]
mod tests {
    use super::merge_conflict;

    #[test]
    fn merge_conflicts_have_three_markers() {
        assert!(merge_conflict("<<<<<<< HEAD\na\n=======\nb\n>>>>>>> other\n").is_some());
        assert!(merge_conflict("x\r\n<<<<<<< ours\r\na\r\n||||||| base\r\n=======\r\nb\r\n>>>>>>> theirs").is_some());
        assert!(merge_conflict("<<<<<<< a\n<<<<<<< b\n=======\n>>>>>>> c\n").is_some());
        for text in [
            "",
            "=======\n>>>>>>> b\n",
            "<<<<<<< a\n>>>>>>> b\n",
            " <<<<<<< a\n=======\n>>>>>>> b",
            "<<<<<<< a\n=========\n>>>>>>> b",
        ] {
            assert!(merge_conflict(text).is_none(), "{text}");
        }
    }
}
