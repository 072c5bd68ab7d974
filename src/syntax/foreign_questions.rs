//! Questions as other languages ask them, and how they are asked here.

use crate::diagnostics::Diagnostic;

use super::grammar::expecting::Rule;
use super::spelling::{among, has_wildcard, is_word, tested};
use super::syntax_error::{ErrorPlace, leading_word};

const TEST_INSIDE: &str = "put a regular expression into a test inside the hash path: `any Event[info=/urgent/]`, `any Event.Attribute.{n}[value=/^10\\./]`";

pub(super) const WHOSE_TAGS: &str =
    "say what is tagged: `event tagged any …`, `attribute tagged any …` or `event_attribute tagged any …`";

/// Comparisons in words, in lower case. A longer phrase comes before its own beginning.
const COMPARISONS: [(&str, &str); 27] = [
    ("is not one of", "not in"),
    ("is not in", "not in"),
    ("is none of", "not in"),
    ("is not equal to", "!="),
    ("is one of", "in"),
    ("is any of", "in"),
    ("is in", "in"),
    ("is equal to", "=="),
    ("is not", "!="),
    ("is", "=="),
    ("does not equal", "!="),
    ("not equal to", "!="),
    ("not equals", "!="),
    ("isnt", "!="),
    ("equal to", "=="),
    ("equals to", "=="),
    ("equals", "=="),
    ("equal", "=="),
    ("eq", "=="),
    ("neq", "!="),
    ("ne", "!="),
    ("one of", "in"),
    ("within", "in"),
    ("among", "in"),
    ("inside", "in"),
    ("not in", "not in"),
    ("in", "in"),
];

/// Whether there is anything, as other languages ask it, and whether the question means that there is nothing. A longer
/// phrase comes before its own beginning.
const PRESENCE: [(&str, &str); 13] = [
    ("is not empty", "any"),
    ("is not null", "any"),
    ("is not none", "any"),
    ("is not missing", "any"),
    ("is empty", "not any"),
    ("is null", "not any"),
    ("is none", "not any"),
    ("is missing", "not any"),
    ("is undefined", "not any"),
    ("is absent", "not any"),
    ("is defined", "any"),
    ("is present", "any"),
    ("is set", "any"),
];

/// How people go on after `event tagged`. A longer phrase comes before its own beginning.
const TAGGED: [(&str, &str); 12] = [
    ("tagged not any", "not tagged any"),
    ("tagged not all", "not tagged all"),
    ("tagged none of", "not tagged any"),
    ("tagged none", "not tagged any"),
    ("tagged any of", "tagged any"),
    ("tagged one of", "tagged any"),
    ("tagged either", "tagged any"),
    ("tagged with", "tagged any"),
    ("tagged in", "tagged any"),
    ("tagged all of", "tagged all"),
    ("tagged every", "tagged all"),
    ("tagged both", "tagged all"),
];

/// Functions of other languages that count.
const COUNTING: [&str; 6] = ["len", "length", "size", "sizeof", "Count", "COUNT"];

impl ErrorPlace<'_> {
    /// A question with words of other languages: what is at `at` should be a comparison.
    pub(super) fn foreign_question(&self, diagnostic: Diagnostic, at: usize) -> Option<Diagnostic> {
        let left_start = self.start_of_word(at);
        let left_end = self.start + self.text[self.start..at].trim_end().len();
        let left = &self.text[left_start..left_end];
        let rest = &self.text[at..];
        if left.ends_with(['"', ']']) {
            return Some(self.carried_on(diagnostic, left_start, left_end));
        }
        if rest.starts_with('{') || rest.starts_with(')') {
            return self.no_question(diagnostic, left_start, left_end);
        }
        // A word before the path: `exists PATH`, `none PATH in …`, `NOT published`.
        match left {
            "not" if rest.starts_with('=') => {
                let length = rest.len() - rest.trim_start_matches('=').len();
                return Some(self.write(diagnostic, left_start, at + length, "!=", true));
            }
            "not" if left_start > self.start => {
                let negated = self.in_words(diagnostic.clone(), left_start);
                return negated.or_else(|| self.asked_by_a_word(diagnostic, left_start, at, true));
            }
            "NOT" | "Not" => return Some(self.write(diagnostic, left_start, left_end, "not", true)),
            "none" | "no" | "None" => return Some(self.write(diagnostic, left_start, left_end, "not any", true)),
            "exists" | "some" | "Any" | "ANY" => {
                return Some(self.write(diagnostic, left_start, left_end, "any", true));
            }
            "all" | "every" | "each" => {
                return Some(diagnostic
                    .note("MISP cannot ask whether all that a hash path finds is in a list")
                    .help("`any PATH in [\"a\", \"b\"]` asks whether one of the values is there, and `and` joins questions about each value"));
            }
            _ => {}
        }
        let word = leading_word(rest);
        let behind = at + word.len();
        let next = leading_word(self.text[behind..].trim_start_matches([' ', '\t']));
        let subject = left.to_ascii_lowercase();
        let is_subject = matches!(subject.as_str(), "event" | "attribute" | "event_attribute");
        match word.to_ascii_lowercase().as_str() {
            "tagged" if is_subject => return Some(self.write(diagnostic, left_start, left_end, &subject, true)),
            "tagged" if subject == "attributes" || subject == "events" => {
                let one = subject.trim_end_matches('s');
                return Some(self.write(diagnostic, left_start, left_end, one, true));
            }
            "tagged" => return Some(diagnostic.help(WHOSE_TAGS)),
            _ if subject == "tagged" => return Some(diagnostic.help(WHOSE_TAGS)),
            "is" if is_subject && next == "published" => {
                let end = behind + self.text[behind..].find(next)? + next.len();
                return Some(self.write(diagnostic, left_start, end, "published", true));
            }
            "has" | "have" if is_subject => {
                return Some(diagnostic.help(format!("to ask for a tag write `{subject} tagged any [\"tlp:red\"]`")));
            }
            "exists" => return Some(self.write(diagnostic, left_start, behind, &format!("any {left}"), true)),
            _ => {}
        }
        if let Some((end, any)) = self.phrase(at, &PRESENCE).filter(|_| is_word(left)) {
            return Some(self.write(diagnostic, left_start, end, &format!("{any} {left}"), false));
        }
        self.in_words(diagnostic.clone(), at).or_else(|| self.asked_by_a_word(diagnostic, at, at, false))
    }

    /// A path and no more: `if PATH {`.
    fn no_question(&self, diagnostic: Diagnostic, start: usize, end: usize) -> Option<Diagnostic> {
        let left = &self.text[start..end];
        if !is_word(left) || matches!(left, "true" | "false") {
            return None;
        }
        Some(if left == "Event.published" {
            self.write(diagnostic, start, end, "published", true)
        } else {
            let diagnostic = diagnostic.help("a hash path alone is not a question");
            self.write(diagnostic, start, end, &format!("any {left}"), false)
        })
    }

    /// A value where a comparison should go on: `PATH == "a" or "b"`. The value begins at `start` and ends at `end`.
    fn carried_on(&self, diagnostic: Diagnostic, start: usize, end: usize) -> Diagnostic {
        let joining = leading_word(&self.text[self.start_of_word(start)..start]);
        if !matches!(joining, "or" | "and") {
            return diagnostic.help("a value alone is not a question: `\"a\" in PATH` asks whether it is there");
        }
        let mut end = end;
        while let Some(value) = self.next_value(end) {
            end = value;
        }
        let head = &self.text[self.start..end];
        let comparison = [" == ", " in "].iter().filter_map(|operator| Some((head.rfind(operator)?, *operator))).max();
        let spelled = comparison.and_then(|(at, operator)| {
            let start = self.start_of_word(self.start + at);
            let path = &self.text[start..self.start + at];
            let values = head[at + operator.len()..].split(" or ").map(|value| {
                let value = value.trim();
                let inner = value.strip_prefix('[').and_then(|list| list.strip_suffix(']')).unwrap_or(value).trim();
                let is_text = inner.len() > 1 && inner.starts_with('"') && inner.ends_with('"');
                is_text.then_some(inner)
            });
            let values = values.collect::<Option<Vec<_>>>()?.join(", ");
            let is_whole = values.matches('"').count() == 2 * values.matches("\", \"").count() + 2;
            (is_word(path) && is_whole).then(|| (start, among(path, &format!("[{values}]"), false)))
        });
        match spelled {
            Some((start, spelled)) => self.write(diagnostic, self.with_any(start), end, &spelled, false),
            None => diagnostic.help(
                "each side of `and` and `or` is a whole question: `PATH == \"a\" or PATH == \"b\"`, or `PATH in [\"a\", \"b\"]`",
            ),
        }
    }

    /// Strings with commas between them, without the brackets of a list: a comma is at `at`.
    pub(super) fn bare_list(&self, diagnostic: &Diagnostic, at: usize) -> Option<Diagnostic> {
        let head = self.text[self.start..at].strip_suffix('"')?;
        let start = self.start + head.rfind('"')?;
        let asks = ["any", "all", "in"].iter().any(|word| self.text[self.start..start].trim_end().ends_with(word));
        let mut end = at;
        while self.text[end..].starts_with(',') {
            end = operand(self.text, end + 1 + self.blanks_at(end + 1))
                .filter(|operand| operand.written.starts_with('"'))?
                .end;
        }
        asks.then(|| self.write(diagnostic.clone(), start, end, &format!("[{}]", &self.text[start..end]), true))
    }

    /// Where a text ends that `or` joins to what ends at `at`.
    fn next_value(&self, at: usize) -> Option<usize> {
        let or = at + self.blanks_at(at);
        let value = or + self.text[or..].strip_prefix("or").map(|_| "or".len())?;
        let operand = operand(self.text, value + self.blanks_at(value))?;
        let behind = leading_word(&self.text[operand.end + self.blanks_at(operand.end)..]);
        (operand.written.starts_with('"') && !matches!(behind, "in" | "not")).then_some(operand.end)
    }

    /// Where a question about the path at `start` begins, if `any` is before it.
    fn with_any(&self, start: usize) -> usize {
        let before = self.start_of_word(start);
        if self.text[before..start].trim_end() == "any" { before } else { start }
    }

    /// A comparison in words at `at`: `is not`, `IN`, `equals`.
    fn in_words(&self, diagnostic: Diagnostic, at: usize) -> Option<Diagnostic> {
        let symbols = [("===", "=="), ("!==", "!="), ("<>", "!=")];
        if let Some((symbol, spelled)) = symbols.iter().find(|(symbol, _)| self.text[at..].starts_with(symbol)) {
            return Some(self.write(diagnostic, at, at + symbol.len(), spelled, true));
        }
        let (end, spelled) = self.phrase(at, &COMPARISONS)?;
        (self.text[at..end] != *spelled).then(|| self.write(diagnostic, at, end, spelled, true))
    }

    /// The phrase that is at `at`, whatever its capitals and blanks are: where it ends and what belongs there.
    fn phrase(&self, at: usize, phrases: &[(&str, &'static str)]) -> Option<(usize, &'static str)> {
        phrases.iter().find_map(|(phrase, spelled)| {
            let mut end = at;
            for word in phrase.split(' ') {
                if end > at {
                    end += self.blanks_at(end);
                }
                let found = leading_word(&self.text[end..]);
                if !found.eq_ignore_ascii_case(word) {
                    return None;
                }
                end += found.len();
            }
            Some((end, *spelled))
        })
    }

    /// A question that is asked by a word before a text or regular expression: `matches /x/`, `contains "x"`. It begins
    /// at `start`, and its word is at `at` or, after `does not`, after it.
    fn asked_by_a_word(&self, diagnostic: Diagnostic, start: usize, at: usize, negated: bool) -> Option<Diagnostic> {
        let (at, negated) = match self.phrase(at, &[("does not", ""), ("do not", "")]) {
            Some((end, _)) => (end + self.blanks_at(end), true),
            None => (at, negated),
        };
        let rest = &self.text[at..];
        let symbols = rest.len() - rest.trim_start_matches(['=', '~']).len();
        let word = if symbols > 0 { &rest[..symbols] } else { leading_word(rest) };
        let mut behind = at + word.len();
        if leading_word(&self.text[behind + self.blanks_at(behind)..]).eq_ignore_ascii_case("with") {
            behind += self.blanks_at(behind) + "with".len();
        }
        let left_start = self.start_of_word(start);
        let left = self.text[left_start..start].trim_end();
        let Some(operand) = operand(self.text, behind + self.blanks_at(behind)) else {
            return asks(left, word, "", false).map(|_| diagnostic.help(TEST_INSIDE));
        };
        self.asked(diagnostic, (left_start, left), word, &operand, negated)
    }

    /// A question that is asked as of an object: `PATH.contains("x")`. `at` lies in it.
    pub(super) fn method(&self, diagnostic: &Diagnostic, at: usize) -> Option<Diagnostic> {
        let begins_here = self.text[..at].ends_with([' ', '\t', '(']);
        let start = if begins_here { at } else { self.start_of_word(at) };
        let length = self.text[start..].find(|character: char| character.is_whitespace() || character == '(')?;
        let (left, word) = self.text[start..start + length].rsplit_once('.')?;
        let after = self.text[start + length..].chars().next()?;
        let inside = start + length + after.len_utf8();
        let operand = operand(self.text, inside + self.blanks_at(inside))?;
        let close = operand.end + self.blanks_at(operand.end);
        let is_call = self.text[start + length..].starts_with('(') && self.text[close..].starts_with(')');
        if !is_call || !is_word(left) {
            return None;
        }
        self.asked(diagnostic.clone(), (start, left), word, &Operand { end: close + 1, ..operand }, false)
    }

    /// The question of `word` about the path `left`, as it is asked here.
    fn asked(
        &self,
        diagnostic: Diagnostic,
        (start, left): (usize, &str),
        word: &str,
        operand: &Operand<'_>,
        negated: bool,
    ) -> Option<Diagnostic> {
        match asks(left, word, operand.content, operand.is_regex)? {
            Asked::Value => {
                let operator = if negated { "not in" } else { "in" };
                let spelled = format!("{} {operator} {left}", operand.written);
                Some(self.write(diagnostic, self.with_any(start), operand.end, &spelled, false))
            }
            Asked::Tagged(holder) => {
                let not = if negated { "not " } else { "" };
                let spelled = format!("{not}{holder} tagged any \"{}\"", operand.content);
                Some(self.write(diagnostic, self.with_any(start), operand.end, &spelled, false))
            }
            Asked::Test { regex, is_safe } => {
                let diagnostic = diagnostic.help(TEST_INSIDE);
                let Some(question) = tested(left, &format!("=/{regex}/")) else {
                    return Some(
                        diagnostic
                            .note("MISP knows regular expressions only inside hash paths, after a segment of the path"),
                    );
                };
                let spelled = if negated { format!("not {question}") } else { question };
                Some(self.write(diagnostic, self.with_any(start), operand.end, &spelled, is_safe))
            }
        }
    }

    /// An operator of other languages whose beginning was read: a value should be at `at`.
    pub(super) fn foreign_operator(&self, diagnostic: Diagnostic, at: usize) -> Option<Diagnostic> {
        let before = &self.text[self.start..at];
        let rest = &self.text[at..];
        for (read, more, right) in [("==", "=", "=="), ("!=", "=", "!="), ("<", ">", "!=")] {
            if before.ends_with(read) && rest.starts_with(more) {
                return Some(self.write(diagnostic, at - read.len(), at + more.len(), right, true));
            }
        }
        // `PATH == /x/`, and `PATH =~ /x/` whose beginning was not read.
        let head = before.trim_end();
        let (path, negated) = [("!=", true), ("not in", true), ("==", false), ("in", false)]
            .iter()
            .find_map(|(operator, negated)| Some((head.strip_suffix(operator)?.trim_end(), *negated)))?;
        let operand = operand(self.text, at).filter(|operand| operand.is_regex)?;
        let start = self.start_of_word(self.start + path.len());
        self.asked(diagnostic, (start, &self.text[start..self.start + path.len()]), "matches", &operand, negated)
    }

    /// A function of other languages that counts, which was read as a module: a comparison is at `at`.
    pub(super) fn foreign_count(&self, diagnostic: &Diagnostic, at: usize) -> Option<Diagnostic> {
        let head = self.text[self.start..at].trim_end();
        let open = head.ends_with(')').then(|| head.rfind('('))??;
        let name = COUNTING.iter().find(|name| {
            head[..open].ends_with(*name) && self.start_of_word(self.start + open) == self.start + open - name.len()
        })?;
        let end = self.start + open;
        self.text[at..]
            .starts_with(['=', '!', '<', '>'])
            .then(|| self.write(diagnostic.clone(), end - name.len(), end, "count", true))
    }

    /// What people write between `tagged` and the tags: a quantity should be at `at`.
    pub(super) fn foreign_quantity(&self, diagnostic: &Diagnostic, at: usize, expected: &[Rule]) -> Option<Diagnostic> {
        if !expected.contains(&Rule::kw_any) || !expected.contains(&Rule::kw_all) {
            return None;
        }
        let tagged = self.start_of_word(at);
        let (end, spelled) = self.phrase(tagged, &TAGGED)?;
        Some(self.write(diagnostic.clone(), tagged, end, spelled, true))
    }

    /// Where the word before `at` begins.
    fn start_of_word(&self, at: usize) -> usize {
        let head = self.text[self.start..at].trim_end();
        let word = head.rsplit(|character: char| character.is_whitespace() || character == '(').next();
        self.start + head.len() - word.map_or(0, str::len)
    }

    fn blanks_at(&self, at: usize) -> usize {
        self.text[at..].len() - self.text[at..].trim_start_matches([' ', '\t']).len()
    }

    fn write(&self, diagnostic: Diagnostic, start: usize, end: usize, spelled: &str, is_safe: bool) -> Diagnostic {
        let diagnostic = diagnostic.help(format!("write `{spelled}`"));
        let span = self.span(start, end);
        if is_safe { diagnostic.safe_fix(span, spelled) } else { diagnostic.unsafe_fix(span, spelled) }
    }
}

/// What a word of other languages asks about a path.
enum Asked {
    /// Whether a value is among those that the path finds.
    Value,
    /// Whether this carries a tag.
    Tagged(&'static str),
    /// Whether what the path finds passes a test.
    Test { regex: String, is_safe: bool },
}

/// What `word` asks with the text or regular expression after it.
fn asks(left: &str, word: &str, content: &str, is_regex: bool) -> Option<Asked> {
    let escaped = || regex_syntax_escape(content);
    let test = |regex: String, is_safe: bool| Some(Asked::Test { regex, is_safe });
    let holder = holder_of_tags(left).filter(|_| !is_regex);
    match word.to_ascii_lowercase().as_str() {
        "matches" | "match" | "regex" | "regexp" | "~" | "=~" | "~=" | "~*" => test(content.to_owned(), is_regex),
        "contains" | "includes" | "has" | "contain" | "include" if is_regex => test(content.to_owned(), true),
        "contains" | "includes" | "has" | "contain" | "include" if holder.is_some() => holder.map(Asked::Tagged),
        "contains" | "includes" | "has" | "contain" | "include" if has_wildcard(left) => Some(Asked::Value),
        "contains" | "includes" | "has" | "contain" | "include" => test(escaped(), true),
        "startswith" | "starts_with" | "starts-with" | "starts" | "begins" | "start" => {
            test(format!("^{}", escaped()), true)
        }
        "endswith" | "ends_with" | "ends-with" | "ends" | "end" => test(format!("{}$", escaped()), true),
        "like" | "ilike" => test(escaped().replace('%', ".*"), false),
        _ => None,
    }
}

/// Whose tags a path names as a whole, without their names.
fn holder_of_tags(path: &str) -> Option<&'static str> {
    let path = path.strip_suffix(".{n}").unwrap_or(path);
    let holder = path.strip_suffix(".Tag")?;
    let holder = holder.strip_suffix(".{n}").unwrap_or(holder);
    match holder {
        "Event" => Some("event"),
        "Event.Attribute" | "Event._AttributeFlattened" => Some("attribute"),
        _ => None,
    }
}

/// A text or regular expression in quotes.
struct Operand<'t> {
    /// Where it ends.
    end: usize,
    /// With its quotes.
    written: &'t str,
    /// Without them.
    content: &'t str,
    is_regex: bool,
}

/// The text or regular expression at `at`.
fn operand(text: &str, at: usize) -> Option<Operand<'_>> {
    let mark = text[at..].chars().next().filter(|mark| matches!(mark, '"' | '\'' | '/'))?;
    let inside = &text[at + 1..];
    let length = inside.find([mark, '\n'])?;
    let end = at + length + 2;
    let is_whole = inside[length..].starts_with(mark) && !inside[..length].ends_with('\\');
    is_whole.then(|| Operand { end, written: &text[at..end], content: &inside[..length], is_regex: mark == '/' })
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
