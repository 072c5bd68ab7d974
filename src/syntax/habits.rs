//! What people write from the habit of other languages, and what to write instead.

use crate::base::source::Span;
use crate::diagnostics::{Code, Diagnostic};

use super::grammar::Rule;
use super::spelling::{among, has_wildcard, is_name, is_word, tested};
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

    /// What to write instead of what stands at `at`.
    pub(super) fn foreign(&self, diagnostic: &Diagnostic, at: usize, expected: &[Rule]) -> Option<Diagnostic> {
        let expects = |rule: Rule| expected.contains(&rule);
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

    /// An address without quotes whose `:` or `//` stands at `at`.
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

    /// A tag without quotes whose `:` stands at `at`.
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

    /// Where the list ends that stands between parentheses at `at`.
    fn round_list(&self, at: usize) -> Option<usize> {
        let inside = self.text[at..].strip_prefix('(')?;
        let length = inside.find(['(', ')', '\n', '{', '['])?;
        let is_list = inside[length..].starts_with(')') && self.text[self.start..at].trim_end().ends_with("in");
        is_list.then_some(at + 1 + length)
    }

    /// A question with words of other languages: what stands at `at` should be a comparison.
    fn foreign_question(&self, diagnostic: Diagnostic, at: usize) -> Option<Diagnostic> {
        let head = self.text[self.start..at].trim_end();
        let left_start = self.start
            + head.rfind(|character: char| character.is_whitespace() || character == '(').map_or(0, |at| at + 1);
        let left_end = self.start + head.len();
        let left = &self.text[left_start..left_end];
        let rest = &self.text[at..];
        let write = |diagnostic: Diagnostic, start: usize, end: usize, spelled: &str, is_safe: bool| {
            let help = diagnostic.help(format!("write `{spelled}`"));
            let span = self.span(start, end);
            if is_safe { help.safe_fix(span, spelled) } else { help.unsafe_fix(span, spelled) }
        };
        // `if PATH {`
        if rest.starts_with('{') || rest.starts_with(')') {
            if !is_word(left) || matches!(left, "true" | "false") {
                return None;
            }
            return Some(if left == "Event.published" {
                write(diagnostic, left_start, left_end, "published", true)
            } else {
                let diagnostic = diagnostic.help("a hash path alone is not a question");
                write(diagnostic, left_start, left_end, &format!("any {left}"), false)
            });
        }
        // A word before the path: `exists PATH`, `none PATH in …`, `NOT published`.

        match left {
            "not" if rest.starts_with('=') => {
                let length = rest.len() - rest.trim_start_matches('=').len();
                return Some(write(diagnostic, left_start, at + length, "!=", true));
            }
            "NOT" | "Not" => return Some(write(diagnostic, left_start, left_end, "not", true)),
            "none" | "no" | "None" => return Some(write(diagnostic, left_start, left_end, "not any", true)),
            "exists" | "some" | "Any" | "ANY" => return Some(write(diagnostic, left_start, left_end, "any", true)),
            "all" | "every" | "each" => {
                return Some(diagnostic
                    .note("MISP cannot ask whether all that a hash path finds is in a list")
                    .help("`any PATH in [\"a\", \"b\"]` asks whether one of the values is there, and `and` joins questions about each value"));
            }
            _ => {}
        }
        let symbols = rest.len() - rest.trim_start_matches(['=', '<', '>', '!', '~']).len();
        let word = if symbols > 0 { &rest[..symbols] } else { leading_word(rest) };
        let behind = at + word.len();
        let gap = self.text[behind..].len() - self.text[behind..].trim_start_matches([' ', '\t']).len();
        let right_start = behind + gap;
        let lower = word.to_ascii_lowercase();
        let subject = left.to_ascii_lowercase();
        let is_subject = matches!(subject.as_str(), "event" | "attribute" | "event_attribute");
        match lower.as_str() {
            "tagged" if is_subject => return Some(write(diagnostic, left_start, left_end, &subject, true)),
            "is" if is_subject && leading_word(&self.text[right_start..]) == "published" => {
                return Some(write(diagnostic, left_start, right_start + "published".len(), "published", true));
            }
            "has" | "have" if is_subject => {
                return Some(diagnostic.help(format!("to ask for a tag write `{subject} tagged any [\"tlp:red\"]`")));
            }
            "is" | "equals" | "equal" | "eq" | "===" => return Some(write(diagnostic, at, behind, "==", true)),
            "isnt" | "ne" | "neq" | "<>" | "!==" => return Some(write(diagnostic, at, behind, "!=", true)),
            "exists" => return Some(write(diagnostic, left_start, behind, &format!("any {left}"), true)),
            _ => {}
        }
        let Some((right_end, content, is_regex)) = operand(self.text, right_start) else {
            return match lower.as_str() {
                "matches" | "contains" | "like" | "~" | "=~" => Some(diagnostic.help(TEST_INSIDE)),
                _ => None,
            };
        };
        let escaped = || regex_syntax_escape(content);
        let (test, is_safe) = match lower.as_str() {
            "matches" | "match" | "regex" | "regexp" | "~" | "=~" | "~=" | "~*" => (content.to_owned(), is_regex),
            "contains" | "includes" | "has" | "contain" if has_wildcard(left) && !is_regex => {
                let spelled = format!("{} in {left}", &self.text[right_start..right_end]);
                return Some(write(diagnostic, left_start, right_end, &spelled, false));
            }
            "contains" | "includes" | "has" | "contain" if is_regex => (content.to_owned(), true),
            "contains" | "includes" | "has" | "contain" => (escaped(), true),
            "startswith" | "starts_with" | "starts-with" | "starts" | "begins" => (format!("^{}", escaped()), true),
            "endswith" | "ends_with" | "ends-with" | "ends" => (format!("{}$", escaped()), true),
            "like" | "ilike" => (escaped().replace('%', ".*"), false),
            "within" | "among" | "inside" => {
                let spelled = among(left, &self.text[right_start..right_end], false);
                return Some(write(diagnostic, left_start, right_end, &spelled, false));
            }
            _ => return None,
        };
        match tested(left, &format!("=/{test}/")) {
            Some(spelled) => Some(write(diagnostic.help(TEST_INSIDE), left_start, right_end, &spelled, is_safe)),
            None => Some(
                diagnostic
                    .note("MISP knows regular expressions only inside hash paths, after a segment of the path")
                    .help(TEST_INSIDE),
            ),
        }
    }

    /// An operator of other languages whose beginning was read: a value should stand at `at`.
    fn foreign_operator(&self, diagnostic: Diagnostic, at: usize) -> Option<Diagnostic> {
        let before = &self.text[self.start..at];
        let rest = &self.text[at..];
        for (read, more, right) in [("==", "=", "=="), ("!=", "=", "!="), ("<", ">", "!="), ("==", "~", "=~")] {
            if before.ends_with(read) && rest.starts_with(more) && right != "=~" {
                let span = self.span(at - read.len(), at + more.len());
                return Some(diagnostic.help(format!("write `{right}`")).safe_fix(span, right));
            }
        }
        None
    }

    pub(super) fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start, end)
    }
}

const TEST_INSIDE: &str = "put a regular expression into a test inside the hash path: `any Event[info=/urgent/]`, `any Event.Attribute.{n}[value=/^10\\./]`";

/// Where a text without quotes ends that holds the byte `at`: a text between quotes, as in some tags, belongs to it.
fn end_of_bare_text(text: &str, at: usize) -> usize {
    let mut quoted = false;
    let length = text[at..].find(|character: char| {
        quoted ^= character == '"';
        !quoted && (character.is_whitespace() || matches!(character, ',' | ']' | ')' | '}' | '{' | '#'))
    });
    length.map_or(text.len(), |length| at + length)
}

/// The text or regular expression at `at`: where it ends, what is inside, and whether it is one.
fn operand(text: &str, at: usize) -> Option<(usize, &str, bool)> {
    let mark = text[at..].chars().next().filter(|mark| matches!(mark, '"' | '\'' | '/'))?;
    let inside = &text[at + 1..];
    let end = inside.find([mark, '\n'])?;
    (inside[end..].starts_with(mark) && !inside[..end].ends_with('\\'))
        .then(|| (at + end + 2, &inside[..end], mark == '/'))
}

/// A text as a regular expression that matches just it.
fn regex_syntax_escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        if r"\.+*?()|[]{}^$/".contains(character) {
            escaped.push('\\');
        }
        escaped.push(character);
    }
    escaped
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
