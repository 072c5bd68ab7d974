//! From text that cannot be read to what was expected there.

use pest::Parser as _;
use pest::error::{ErrorVariant, InputLocation};

use crate::base::source::{FileId, Span};
use crate::base::suggest::closest;
use crate::diagnostics::{Code, Diagnostic};

use super::expected::phrase;
use super::foreign_questions::WHOSE_TAGS;
use super::grammar::expecting::{Grammar, Rule};

/// What should have been where something could not be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Expectation {
    /// A top-level item.
    Item,
    /// A step, or a field at the head of a workflow.
    Step,
    /// A branch of a concurrent task.
    Branch,
    /// A field or parameter of a module declaration.
    ModuleEntry,
    /// A line of a test.
    Clause,
}

impl Expectation {
    fn rule(self) -> Rule {
        match self {
            Self::Item => Rule::only_item,
            Self::Step => Rule::only_step,
            Self::Branch => Rule::only_branch,
            Self::ModuleEntry => Rule::only_module_entry,
            Self::Clause => Rule::only_clause,
        }
    }

    fn words(self) -> &'static [&'static str] {
        match self {
            Self::Item => &["import", "let", "workflow", "blueprint", "module", "test"],
            Self::Step => &["if", "else", "filter", "concurrent", "use", "goto", "detached"],
            Self::Branch => &["branch"],
            Self::ModuleEntry => &["param"],
            Self::Clause => &["given", "when", "expect"],
        }
    }

    fn description(self) -> &'static str {
        match self {
            Self::Item => "an item (`import`, `let`, `workflow`, `blueprint`, `module` or `test`)",
            Self::Step => "a step",
            Self::Branch => "`branch { … }`",
            Self::ModuleEntry => "a field or a `param`",
            Self::Clause => "`given`, `when` or `expect`",
        }
    }
}

/// Says what is wrong with the text that begins at `start`.
pub fn explain(text: &str, file: FileId, start: usize, expectation: Expectation) -> Diagnostic {
    let place = ErrorPlace { text, file, start, expectation };
    if let Some(diagnostic) = place.misplaced() {
        return diagnostic;
    }
    let Err(error) = Grammar::parse(place.rule(), &text[start..]) else {
        return place.cannot_stand_here();
    };
    let at = start
        + match error.location {
            InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
        };
    let expected = match error.variant {
        ErrorVariant::ParsingError { positives, .. } => positives,
        ErrorVariant::CustomError { .. } => Vec::new(),
    };
    place.describe(at, &expected)
}

pub(super) struct ErrorPlace<'t> {
    pub text: &'t str,
    pub file: FileId,
    pub start: usize,
    pub expectation: Expectation,
}

impl ErrorPlace<'_> {
    /// What the text should have been. A module filter that cannot be read is after a call that can.
    fn rule(&self) -> Rule {
        let is_filter = self.expectation == Expectation::Step && leading_word(&self.text[self.start..]) == "for";
        if is_filter { Rule::only_filter } else { self.expectation.rule() }
    }

    /// Mistakes that are known by how they begin.
    fn misplaced(&self) -> Option<Diagnostic> {
        let rest = &self.text[self.start..];
        let found = self.token(self.start);
        let error = |message: &str| Diagnostic::at(Code::SyntaxError, found, message);
        for (close, open) in [('}', '{'), (')', '('), (']', '[')] {
            if rest.starts_with(close) {
                let help = format!("remove it, or look for a `{open}` that is missing before it");
                return Some(error(&format!("this `{close}` closes nothing")).help(help));
            }
        }
        if self.expectation == Expectation::Item && rest.starts_with(['{', '[']) {
            return Some(
                error("this looks like JSON, not like a `.mwf` file")
                    .help("`mispflow import FILE.json` converts MISP's JSON to `.mwf`"),
            );
        }
        if let Some(diagnostic) = self.foreign_beginning() {
            return Some(diagnostic);
        }
        let word = leading_word(rest);
        match (self.expectation, word) {
            (Expectation::Item, "let") => self.missing_constant(),
            (Expectation::Step, "else") => Some(
                error("this `else` belongs to no `if`").help("`else` follows the `}` of an `if` or `else if` block"),
            ),
            (Expectation::Step, "branch") => Some(
                error("`branch` is only possible inside `concurrent`")
                    .help("write `concurrent { branch { … } branch { … } }`"),
            ),
            (Expectation::Step, "and" | "or") => Some(
                error(&format!("`{word}` joins two conditions, and there is none before it"))
                    .help("write `if CONDITION and CONDITION { … }`"),
            ),
            (Expectation::Step, "elif" | "elsif" | "elseif") => {
                Some(error(&format!("there is no `{word}`")).help("write `else if`").safe_fix(found, "else if"))
            }
            (Expectation::Step, "unless") => {
                Some(error("there is no `unless`").help("write `if not CONDITION { … }`").unsafe_fix(found, "if not"))
            }
            (Expectation::Item, _) if is_call(&rest[word.len()..]) && !self.expectation.words().contains(&word) => {
                Some(
                    error(&format!("the step `{word}` is outside of a workflow"))
                        .help("steps go between the braces of a `workflow` or `blueprint`"),
                )
            }
            _ => None,
        }
    }

    fn cannot_stand_here(&self) -> Diagnostic {
        let found = self.token(self.start);
        let message = format!("{} cannot be used here", self.describe_token(self.start));
        let diagnostic = Diagnostic::at(Code::SyntaxError, found, message);
        if self.expectation == Expectation::Step {
            diagnostic
                .help("fields (`name: value`) go only at the head of a workflow or blueprint, before its first step")
        } else {
            diagnostic
        }
    }

    fn describe(&self, at: usize, expected: &[Rule]) -> Diagnostic {
        if let Some(diagnostic) = self.unclosed_text(at) {
            return diagnostic;
        }
        if let Some(brace) = self.missing_condition(at) {
            return Diagnostic::at(Code::SyntaxError, self.token(brace), "expected a condition, found `{`")
                .help("for example `if event tagged any [\"tlp:red\"] { … }`");
        }
        let expected = &self.relevant(expected);
        let phrase = if at == self.start { None } else { phrase(expected) };
        let value_missing = self.text[self.start..at].trim_end().ends_with('=');
        let phrase =
            phrase.unwrap_or_else(|| if value_missing { "a value" } else { self.expectation.description() }.to_owned());
        let message = format!("expected {phrase}, found {}", self.describe_token(at));
        // What is missing at the end of a line is shown there rather than on the next line.
        let before = self.text[..at].trim_end_matches([' ', '\t', '\r', '\n']).len();
        let breaks_line =
            before > self.start && self.text[before..at].contains('\n') && !self.text[..before].ends_with(';');
        let span = if breaks_line { self.behind(before) } else { self.token(at) };
        let label = if breaks_line { format!("expected {phrase} here") } else { String::new() };
        self.hint(Diagnostic::at(Code::SyntaxError, span, message).label(label), at, expected)
    }

    /// `let name =` with nothing after it but the next item.
    fn missing_constant(&self) -> Option<Diagnostic> {
        let name = self.text[self.start..].strip_prefix("let")?.trim_start();
        let value = name[leading_word(name).len()..].trim_start().strip_prefix('=')?;
        let next = leading_word(value.trim_start());
        let behind = value.trim_start()[next.len()..].trim_start();
        let is_item =
            self.expectation.words().contains(&next) && (behind.starts_with('"') || !leading_word(behind).is_empty());
        let end = self.text.len() - value.len();
        (is_item || value.trim().is_empty()).then(|| {
            Diagnostic::at(Code::SyntaxError, self.span(end - 1, end), "this constant has no value")
                .label("expected a value after this")
                .help("write for example `let tags = [\"tlp:red\", \"PAP:RED\"]`")
        })
    }

    /// The brace of a block that begins where a condition should be, if there is one before `at`: it
    /// reads like the beginning of an object.
    fn missing_condition(&self, at: usize) -> Option<usize> {
        let head = &self.text[self.start..at];
        let word = leading_word(head);
        if self.expectation != Expectation::Step || !matches!(word, "if" | "else") {
            return None;
        }
        let brace = head.find('{')?;
        let before = head[..brace].trim_end();
        let last = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        let wildcard = ["{n}", "{s}", "{*}"].iter().any(|wildcard| head[brace..].starts_with(wildcard));
        (matches!(last, "if" | "and" | "or" | "not") && !wildcard).then_some(self.start + brace)
    }

    /// What was expected, without what only a second reading of the first word would bring: `goto`
    /// could be the name of a field or module, an operand that of a module.
    fn relevant(&self, expected: &[Rule]) -> Vec<Rule> {
        let keyword = self.expectation.words().contains(&leading_word(&self.text[self.start..]));
        let comparison = expected.iter().any(|rule| matches!(rule, Rule::operator | Rule::symbol));
        let wanted = |rule: &Rule| match rule {
            Rule::colon => !keyword,
            // Values without names and calls without parentheses are read only to be refused.
            Rule::comma | Rule::close_parenthesis | Rule::plus | Rule::text | Rule::string | Rule::block_string => {
                !expected.contains(&Rule::colon)
            }
            Rule::arguments | Rule::open_parenthesis => !keyword && !comparison,
            Rule::call => !comparison,
            _ => true,
        };
        let relevant: Vec<_> = expected.iter().copied().filter(wanted).collect();
        if relevant.iter().all(|rule| super::expected::word(*rule).is_none()) { expected.to_vec() } else { relevant }
    }

    fn unclosed_text(&self, at: usize) -> Option<Diagnostic> {
        let rest = &self.text[at..];
        if let Some(block) = rest.strip_prefix("\"\"\"") {
            return (!block.contains("\"\"\"")).then(|| {
                Diagnostic::at(Code::SyntaxError, self.span(at, at + 3), "this block string is never closed")
                    .label("opened here")
                    .help("close it with `\"\"\"`")
            });
        }
        let line = rest.strip_prefix('"')?.split(['\n', '\r']).next().unwrap_or_default();
        let mut escaped = false;
        for character in line.chars() {
            match character {
                '"' if !escaped => return None,
                '\\' => escaped = !escaped,
                _ => escaped = false,
            }
        }
        Some(
            Diagnostic::at(Code::SyntaxError, self.span(at, at + 1 + line.len()), "this string is never closed")
                .label("the closing `\"` is missing")
                .help("a string between `\"` ends on its line; for several lines write `\"\"\"` around it"),
        )
    }

    /// Says which word to write instead of symbols, which may stand without spaces.
    fn replaced_by_word(&self, diagnostic: Diagnostic, at: std::ops::Range<usize>, word: &str) -> Diagnostic {
        let space = |is_there: bool| if is_there { "" } else { " " };
        let before = space(self.text[..at.start].ends_with(|c: char| c.is_whitespace() || c == '('));
        let behind = space(self.text[at.end..].starts_with(char::is_whitespace));
        diagnostic
            .help(format!("write `{word}`"))
            .safe_fix(self.span(at.start, at.end), format!("{before}{word}{behind}"))
    }

    /// Adds what to write instead, for mistakes that people make.
    #[expect(clippy::too_many_lines, reason = "a case for each habit from elsewhere")]
    fn hint(&self, diagnostic: Diagnostic, at: usize, expected: &[Rule]) -> Diagnostic {
        if let Some(diagnostic) = self.foreign(&diagnostic, at, expected) {
            return diagnostic;
        }
        let rest = &self.text[at..];
        let expects = |rule: Rule| expected.contains(&rule);
        let word = leading_word(rest);
        if let Some(diagnostic) = self.unselected(&diagnostic, at, expected) {
            return diagnostic;
        }
        if let Some(diagnostic) = self.missing_colon(&diagnostic, at, expected) {
            return diagnostic;
        }
        for (wrong, right) in [("&&", "and"), ("||", "or")] {
            if rest.starts_with(wrong) {
                return self.replaced_by_word(diagnostic, at..at + 2, right);
            }
        }
        if rest.starts_with("//") || rest.starts_with("/*") {
            // After a colon it may just as well be an address.
            let is_comment = rest.starts_with("//") && !self.text[..at].trim_end().ends_with(':');
            let diagnostic = diagnostic.help("a comment begins with `#` and ends with its line");
            return if is_comment { diagnostic.safe_fix(self.span(at, at + 2), "#") } else { diagnostic };
        }
        if rest.starts_with(['\'', '“', '”', '‘', '’', '«', '`']) || rest.starts_with("://") {
            return diagnostic.help("a string goes between straight double quotes: `\"…\"`");
        }
        if rest.starts_with('!') && !rest.starts_with("!=") {
            return self.replaced_by_word(diagnostic, at..at + 1, "not");
        }
        if rest.starts_with(';') {
            return diagnostic.help("steps need no `;`: each ends with its line").safe_fix(self.span(at, at + 1), "");
        }
        let symbols = rest.len() - rest.trim_start_matches(['=', '<', '>', '!', ':']).len();
        let symbol = &rest[..symbols];
        if matches!(symbol, "=" | "==" | "=>") && expects(Rule::colon) {
            return diagnostic
                .help("parameters and fields are written `name: value`")
                .safe_fix(self.span(self.text[..at].trim_end().len(), at + symbols), ":");
        }
        if expects(Rule::operator) || expects(Rule::symbol) {
            for (wrong, right) in [("=", "=="), ("=>", ">="), ("=<", "<="), ("=!", "!=")] {
                if symbol == wrong {
                    return diagnostic
                        .help(format!("write `{right}` to compare"))
                        .safe_fix(self.span(at, at + symbols), right);
                }
            }
        }
        let before = self.text[..at].trim_end().len();
        if rest.starts_with('[') && before == at && !self.text[..at].ends_with(['(', '[', ',', ':']) {
            return diagnostic
                .help("a test inside a hash path ends with `]` on the same line: `Event.Tag.{n}[name=tlp:red]`");
        }
        if expects(Rule::comma)
            && expects(Rule::close_parenthesis)
            && (is_call(&rest[word.len()..]) || rest.starts_with('}'))
        {
            return diagnostic.help("the `)` that ends the parameters is missing");
        }
        let value_follows = !word.is_empty() || rest.starts_with(['"', '[', '-']);
        if expects(Rule::comma) && value_follows {
            let named = rest[word.len()..].trim_start().starts_with(':');
            let entries = if named { "parameters" } else { "entries" };
            let diagnostic = diagnostic.help(format!("a comma separates the {entries}"));
            return if named { diagnostic.safe_fix(self.span(before, before), ",") } else { diagnostic };
        }
        if (expects(Rule::kw_any) || expects(Rule::kw_all)) && !expects(Rule::kw_tagged) {
            let diagnostic = diagnostic.help("write `tagged any […]` (at least one of the tags) or `tagged all […]`");
            let place = self.span(at, at);
            return match rest.as_bytes().first() {
                Some(b'"') => diagnostic.safe_fix(place, "any "),
                Some(b'[') => diagnostic.unsafe_fix(place, "any "),
                _ => diagnostic,
            };
        }
        if let Some(help) = self.habit(at, expected) {
            return diagnostic.help(help);
        }
        if expects(Rule::kw_tagged) && closest(word, ["tagged"]).is_some() {
            return diagnostic.help("did you mean `tagged`?");
        }
        if at == self.start || expects(Rule::kw_on) || expects(Rule::kw_of) || expects(Rule::kw_where) {
            let words = self.expectation.words().iter().copied().chain(["on", "of", "where"]);
            if let Some(word) = closest(word, words).filter(|close| *close != word) {
                return diagnostic.help(format!("did you mean `{word}`?"));
            }
        }
        if self.expectation == Expectation::Branch && !rest.starts_with('}') {
            return diagnostic.help("the steps of a concurrent task go into branches: `concurrent { branch { … } }`");
        }
        let head = &self.text[self.start..at];
        if self.expectation == Expectation::Step && expects(Rule::open_parenthesis) | expects(Rule::arguments) {
            let name = head.trim_end();
            let line = rest.split('\n').next().unwrap_or_default();
            if let Some(keyword) = closest(name, self.expectation.words().iter().copied())
                && line.contains('{')
            {
                return diagnostic.help(format!("did you mean `{keyword}`?"));
            }
            if line.trim_start().starts_with('{') && matches!(name, "parallel" | "async" | "background" | "spawn") {
                return diagnostic
                    .help("what runs in the background is written `concurrent { branch { … } }`")
                    .unsafe_fix(self.span(self.start, self.start + name.len()), "concurrent");
            }
            if name == "where" {
                return diagnostic.help(
                    "the filter of a step begins with the path of its items: `for Event._AttributeFlattened.{n} where CONDITION`",
                );
            }
            if matches!(name, "trigger" | "on") {
                return diagnostic
                    .help("a workflow names its trigger at its head: `workflow name on event-publish { … }`");
            }
            if let Some(blueprint) = name.strip_prefix("use ") {
                return diagnostic.help(format!("a blueprint is used with parentheses: `use {}()`", blueprint.trim()));
            }
            let ends_line = line.trim().is_empty() || head.contains('\n') || rest.starts_with('}');
            if !name.is_empty() && leading_word(name) == name && ends_line {
                let end = self.start + name.len();
                return diagnostic
                    .help(format!("a module is called with parentheses: `{name}()`"))
                    .unsafe_fix(self.span(end, end), "()");
            }
            if !name.is_empty() && leading_word(name) == name {
                return diagnostic.help(format!(
                    "a module is called with parentheses, `{name}(…)`; other steps begin with `if`, `filter`, `concurrent`, `use`, `goto` or `detached`"
                ));
            }
        }
        diagnostic
    }

    /// Whether this begins like a loop of other languages, `for NAME in`. `at` lies at the `in`.
    fn is_loop(&self, at: usize) -> bool {
        let head = self.text[self.start..at].strip_prefix("for").map(str::trim);
        let name =
            head.filter(|name| !name.is_empty() && !name.contains(|character: char| !character.is_alphanumeric()));
        let rest = &self.text[at..];
        // A question asks for the values of a list, or of a constant.
        let over = rest.strip_prefix("in").map(str::trim_start).unwrap_or_default();
        name.is_some()
            && leading_word(rest) == "in"
            && over.split([' ', '{', '\n']).next().is_some_and(|path| path.contains('.'))
    }

    /// A filter or module filter that says what it asks and not of what: `where` should be at `at`.
    fn unselected(&self, diagnostic: &Diagnostic, at: usize, expected: &[Rule]) -> Option<Diagnostic> {
        let rest = &self.text[at..];
        let asks =
            ["==", "!="].iter().any(|symbol| rest.starts_with(symbol)) || matches!(leading_word(rest), "in" | "not");
        if !expected.contains(&Rule::kw_where) {
            return None;
        }
        let first = self.start + leading_word(&self.text[self.start..]).len();
        let place = first + (self.text[first..].len() - self.text[first..].trim_start().len());
        let said = self.text[place..at].trim();
        // `filter A PATH where …`: a label ends with a colon.
        if let [b'A'..=b'F'] = said.as_bytes()
            && leading_word(&self.text[self.start..]) == "filter"
            && rest.starts_with(|character: char| character.is_ascii_alphabetic())
            && !asks
        {
            let end = place + said.len();
            return Some(
                diagnostic
                    .clone()
                    .help("a label ends with `:`; it may also be left out")
                    .safe_fix(self.span(end, end), ":"),
            );
        }
        if said == "where" {
            return Some(
                diagnostic
                    .clone()
                    .help("a filter begins with the path of its items; the condition comes after `where`")
                    .unsafe_fix(self.span(place, place), "Event._AttributeFlattened.{n} "),
            );
        }
        if !asks {
            return None;
        }
        if self.is_loop(at) {
            return Some(diagnostic.clone().help(
                "MISP has no loops: a step works on all items at once, and `filter Event._AttributeFlattened.{n} where CONDITION { … }` narrows them",
            ));
        }
        Some(
            diagnostic
                .clone()
                .help("a filter begins with the path of its items; the condition comes after `where`")
                .unsafe_fix(self.span(place, place), "Event._AttributeFlattened.{n} where "),
        )
    }

    /// A name and its value with nothing between them.
    fn missing_colon(&self, diagnostic: &Diagnostic, at: usize, expected: &[Rule]) -> Option<Diagnostic> {
        let before = self.text[self.start..at].trim_end_matches([' ', '\t']);
        let is_named = before.ends_with(|character: char| character.is_ascii_alphanumeric() || character == '_');
        let value = self.text[at..].starts_with(['"', '[']);
        if !expected.contains(&Rule::colon) || !is_named || !value || before.len() == self.text[self.start..at].len() {
            return None;
        }
        let place = self.start + before.len();
        Some(
            diagnostic
                .clone()
                .help("parameters and fields are written `name: value`")
                .safe_fix(self.span(place, place), ":"),
        )
    }

    /// What to write instead, for forms that one expects from elsewhere.
    fn habit(&self, at: usize, expected: &[Rule]) -> Option<String> {
        let rest = &self.text[at..];
        let expects = |rule: Rule| expected.contains(&rule);
        let first = leading_word(&self.text[self.start..]);
        let word = leading_word(rest);
        let before = self.text[self.start..at].trim_end();
        let help = match first {
            "goto" if expects(Rule::label) && !word.is_empty() && !self.text[self.start..at].contains('\n') => {
                format!("a jump names a label: `goto @{word}`")
            }
            "goto" if expects(Rule::label) => "a jump names a label: `goto @name`".to_owned(),
            "filter" if expects(Rule::filter_label) => {
                "a filter has the path of its items and a condition: `filter SELECTOR where CONDITION { … }`".to_owned()
            }
            "for" | "filter" if expects(Rule::kw_where) => {
                "what a filter keeps is said with `where`: `where type in [\"ip-src\", \"ip-dst\"]`".to_owned()
            }
            "param" | "parameter" | "parameters" if self.expectation == Expectation::ModuleEntry => {
                "a parameter is written `param url: text`".to_owned()
            }
            "blueprint" if expects(Rule::blueprint_parameters) || expects(Rule::open_parenthesis) => {
                "the parameters of a blueprint go between parentheses, also when there are none: `blueprint name() { … }`".to_owned()
            }
            "blueprint" if expects(Rule::colon) => {
                "a parameter says its type: `name: string`, or `number`, `boolean`, `list`, `path`".to_owned()
            }
            "module" if expects(Rule::colon) => {
                "a module says its kind: `module name : action { … }`, or `logic`, `trigger`".to_owned()
            }
            "workflow" if expects(Rule::kw_on) && rest.starts_with('"') => {
                "the title that MISP shows is written inside: `workflow name on event-publish { name: \"…\" … }`".to_owned()
            }
            "workflow" if expects(Rule::kw_on) => "a workflow names its trigger: `workflow name on event-publish { … }`".to_owned(),
            "test" if expects(Rule::kw_of) => "a test names its workflow: `test \"…\" of name { … }`".to_owned(),
            "workflow" | "blueprint" | "let" if expects(Rule::name) && rest.starts_with('"') => {
                "a name of your own has no quotes: letters, digits, `-` and `_`".to_owned()
            }
            "if" | "else" if before.ends_with("tagged") && word == "any" || before.ends_with("tagged") && word == "all" => {
                WHOSE_TAGS.to_owned()
            }
            "if" | "else" if expects(Rule::operator) && rest.starts_with('{') => {
                "to ask whether a hash path yields anything write `any PATH`".to_owned()
            }
            "if" | "else" | "filter" if expects(Rule::block) || expects(Rule::open_brace) => {
                "the steps go between braces: `{ … }`".to_owned()
            }
            _ if expects(Rule::colon) && before.ends_with('"') => "a value comes after the name of its parameter: `name: value`".to_owned(),
            _ => return None,
        };
        Some(help)
    }

    fn describe_token(&self, at: usize) -> String {
        let span = self.token(at);
        let token = &self.text[span.range()];
        if token.is_empty() {
            return "the end of the file".to_owned();
        }
        if token.starts_with('"') {
            return "a string".to_owned();
        }
        let shown: String = token.chars().take(40).collect();
        let more = if shown.len() < token.len() { "…" } else { "" };
        format!("`{}{more}`", shown.escape_debug().to_string().replace("\\'", "'").replace("\\\"", "\""))
    }

    /// The token that begins at `at`: a word, a text, or one character.
    fn token(&self, at: usize) -> Span {
        let rest = &self.text[at..];
        let word = leading_word(rest);
        let length = if !word.is_empty() {
            word.len()
        } else if let Some(content) = rest.strip_prefix('"') {
            let line = content.split(['\n', '\r']).next().unwrap_or_default();
            line.find('"').map_or(1, |end| end + 2)
        } else {
            rest.chars().next().map_or(0, char::len_utf8)
        };
        self.span(at, at + length)
    }

    /// The last character before `end`, so that there is something to point at.
    fn behind(&self, end: usize) -> Span {
        let length = self.text[..end].chars().next_back().map_or(0, char::len_utf8);
        self.span(end - length, end)
    }
}

pub(super) fn leading_word(text: &str) -> &str {
    let end = text.find(|character: char| !(character.is_alphanumeric() || matches!(character, '_' | '-')));
    &text[..end.unwrap_or(text.len())]
}

fn is_call(rest: &str) -> bool {
    rest.trim_start_matches([' ', '\t']).starts_with('(')
}
