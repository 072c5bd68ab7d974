//! Files made of random choices: every form of the grammar, laid out as badly as it allows.

use super::scatter::scatter;

/// Deals out choices; when they run out, the simplest one is taken, so that files end.
struct Choices<'c> {
    rest: std::slice::Iter<'c, u8>,
    /// How many more levels may nest.
    depth: usize,
    tokens: Vec<String>,
}

const NAMES: [&str; 6] = ["a", "push-zmq", "tag_operation", "x1", "_z", "if-not"];
const QUOTED: [&str; 8] =
    [r#""plain""#, r#""two words""#, r#""if""#, r#""published""#, r#""any""#, r#""\u0061b""#, r#""q\"q""#, "\"\""];
const WORDS: [&str; 9] = [
    "x",
    "true",
    "null",
    "Event.info",
    "{n}.x",
    "Event.Tag.{n}[name=/a (b|])/].name",
    "Event.{n}[x=y z].q",
    "-12.5e+3",
    "7",
];
const TEXTS: [&str; 14] = [
    "\"\"",
    r#""a""#,
    "\"# no comment\"",
    r#""\u00e9\/\n\t\\\"""#,
    "\"\t\u{202e}é😀\"",
    r#""{{ Event.info }}""#,
    r#""a text that is rather long, so that whatever holds it does not fit on the line so well""#,
    "\"\"\"plain\"\"\"",
    "\"\"\"  lead\"\"\"",
    "\"\"\"\n   a\n     b\n\n   c  \n   \"\"\"",
    "\"\"\"  first\n\tsecond\n\n\"\"\"",
    "\"\"\"  first\n\n\"\"\"",
    "\"\"\"\"\"\"",
    "\"\"\"\n# x\r\n  y\r\n\"\"\"",
];
const COMPARISONS: [&str; 8] = ["==", "!=", ">", ">=", "<", "<=", "in", "not in"];

/// A file made of `choices`, with `layout` deciding on blanks and comments between its tokens.
pub fn file(choices: &[u8], layout: &[u8]) -> String {
    let mut maker = Choices { rest: choices.iter(), depth: 5, tokens: Vec::new() };
    while maker.rest.len() > 0 {
        maker.item();
    }
    scatter(&maker.tokens, layout)
}

impl Choices<'_> {
    fn below(&mut self, bound: usize) -> usize {
        self.rest.next().map_or(0, |&choice| choice as usize % bound)
    }

    fn maybe(&mut self) -> bool {
        self.below(2) == 1
    }

    fn one_of(&mut self, tokens: &[&str]) {
        let token = tokens[self.below(tokens.len())];
        self.put(token);
    }

    /// Adds tokens that are written with blanks between them.
    fn put(&mut self, tokens: &str) {
        if tokens.starts_with(['"', '#']) || WORDS.contains(&tokens) {
            self.tokens.push(tokens.to_owned());
        } else {
            self.tokens.extend(tokens.split(' ').map(str::to_owned));
        }
    }

    fn name(&mut self) {
        self.one_of(&NAMES);
    }

    fn any_name(&mut self) {
        if self.below(3) == 2 { self.one_of(&QUOTED) } else { self.name() }
    }

    fn text(&mut self) {
        self.one_of(&TEXTS);
    }

    /// Up to four things between brackets, with commas.
    fn entries(&mut self, open: &str, close: &str, entry: fn(&mut Self)) {
        self.put(open);
        let count = if self.depth == 0 { 0 } else { self.below(5) };
        self.depth = self.depth.saturating_sub(1);
        for index in 0..count {
            entry(self);
            if index + 1 < count || self.maybe() {
                self.put(",");
            }
        }
        self.depth += 1;
        self.put(close);
    }

    /// Up to four things, if there is room for them.
    fn block(&mut self, entry: fn(&mut Self)) {
        self.put("{");
        if self.depth > 0 {
            self.depth -= 1;
            for _ in 0..self.below(4) {
                entry(self);
            }
            self.depth += 1;
        }
        self.put("}");
    }

    fn item(&mut self) {
        match self.below(7) {
            0 => {
                self.put("import");
                self.text();
                if self.maybe() {
                    self.put("as");
                    self.name();
                }
            }
            1 => {
                self.put("let");
                self.name();
                self.put("=");
                self.value();
            }
            2 | 3 => {
                self.put("workflow");
                self.name();
                self.put("on");
                self.maybe_pin();
                self.any_name();
                if self.maybe() {
                    self.entries("(", ")", Self::argument);
                }
                self.body();
            }
            4 => {
                self.put("blueprint");
                self.name();
                self.entries("(", ")", |maker| {
                    maker.name();
                    maker.put(": string");
                    maker.maybe_default();
                });
                self.body();
            }
            5 => {
                self.put("module");
                self.any_name();
                self.put(": action");
                self.block(|maker| if maker.maybe() { maker.module_parameter() } else { maker.field() });
            }
            _ => {
                self.put("test");
                self.text();
                self.put("of");
                self.name();
                self.block(Self::clause);
            }
        }
    }

    fn module_parameter(&mut self) {
        self.put("param");
        self.any_name();
        self.put(": select");
        if self.maybe() {
            self.entries("(", ")", Self::argument);
        }
        self.maybe_default();
    }

    fn maybe_default(&mut self) {
        if self.maybe() {
            self.put("=");
            self.value();
        }
    }

    fn clause(&mut self) {
        match self.below(6) {
            5 => {
                self.put("given any event");
                if self.maybe() {
                    self.put("where");
                    self.condition();
                }
            }
            0 => {
                self.put("given");
                self.value();
                for _ in 0..self.below(3) {
                    self.put(",");
                    self.value();
                }
            }
            1 => {
                self.put("when");
                self.target();
                self.one_of(&["fails", "returns"]);
                self.value();
            }
            2 => {
                self.put("expect");
                self.one_of(&["ran", "not ran"]);
                self.entries("[", "]", Self::target);
            }
            3 => {
                self.put("expect effect");
                self.target();
                self.entries("{", "}", Self::argument);
            }
            _ => {
                self.put("expect");
                self.one_of(&["success", "blocked"]);
                if self.maybe() {
                    self.text();
                }
            }
        }
    }

    fn target(&mut self) {
        if self.maybe() { self.put("@here") } else { self.any_name() }
    }

    fn body(&mut self) {
        self.put("{");
        for _ in 0..self.below(3) {
            self.field();
        }
        for _ in 0..self.below(4) {
            self.step();
        }
        self.put("}");
    }

    fn field(&mut self) {
        self.name();
        self.put(":");
        self.value();
    }

    fn step(&mut self) {
        if self.below(4) == 1 {
            self.put("@here");
        }
        self.maybe_pin();
        match if self.depth == 0 { 0 } else { self.below(8) } {
            0 | 1 => {
                self.call();
                if self.maybe() {
                    self.put("for");
                    self.value();
                    self.put("where");
                    self.condition();
                }
            }
            2 => {
                self.put("use");
                self.call();
            }
            3 => self.put("goto @there"),
            4 => {
                self.put("detached");
                self.block(Self::step);
            }
            5 => {
                self.put("concurrent");
                self.block(|maker| {
                    maker.put("branch");
                    maker.block(Self::step);
                });
            }
            6 => {
                self.put("filter");
                if self.maybe() {
                    self.one_of(&["A :", "B :", "C :"]);
                }
                self.value();
                self.put("where");
                self.condition();
                self.block(Self::step);
                if self.maybe() {
                    self.put("reset");
                    self.pin();
                }
            }
            _ => {
                self.put("if");
                self.condition();
                self.block(Self::step);
                for _ in 0..self.below(3) {
                    self.put("else if");
                    self.condition();
                    self.block(Self::step);
                }
                if self.maybe() {
                    self.put("else");
                    self.block(Self::step);
                }
            }
        }
    }

    fn maybe_pin(&mut self) {
        if self.below(4) == 1 {
            self.pin();
        }
    }

    fn pin(&mut self) {
        self.put("@[");
        self.argument();
        self.put(", x : 1 ]");
    }

    fn call(&mut self) {
        self.any_name();
        self.entries("(", ")", Self::argument);
    }

    fn argument(&mut self) {
        self.any_name();
        self.put(":");
        self.value();
    }

    fn condition(&mut self) {
        self.operand();
        for _ in 0..self.below(4) {
            self.one_of(&["and", "or"]);
            self.operand();
        }
    }

    fn operand(&mut self) {
        for _ in 0..self.below(4).saturating_sub(1) {
            self.put("not");
        }
        if self.depth > 0 && self.below(3) == 1 {
            self.depth -= 1;
            self.put("(");
            self.condition();
            self.put(")");
            self.depth += 1;
        } else {
            self.predicate();
        }
    }

    fn predicate(&mut self) {
        self.maybe_pin();
        match self.below(7) {
            6 => {
                self.one_of(&["x", "Event.info", "{n}.x", "not-a", "anyone", "Event.Tag.{n}[name=/a (b|])/].name"]);
                self.one_of(&["in", "not in"]);
                self.entries("[", "]", Self::value);
            }
            0 => self.one_of(&["published", "unpublished"]),
            1 => {
                self.one_of(&["event", "attribute", "event_attribute"]);
                self.one_of(&["tagged any", "tagged all", "not tagged any", "not tagged all"]);
                self.value();
            }
            2 => {
                self.put("any");
                self.value();
                if self.maybe() {
                    self.one_of(&["in", "in", "in", "==", "not in"]);
                    self.value();
                }
            }
            3 => {
                self.put("count (");
                self.value();
                self.put(")");
                self.one_of(&COMPARISONS);
                self.value();
            }
            4 => self.call(),
            _ => {
                self.value();
                self.one_of(&COMPARISONS);
                self.value();
            }
        }
    }

    fn value(&mut self) {
        self.term();
        for _ in 0..self.below(4).saturating_sub(1) {
            self.put("+");
            self.term();
        }
    }

    fn term(&mut self) {
        match self.below(6) {
            0 | 1 => self.one_of(&WORDS),
            2 => self.text(),
            3 => self.entries("[", "]", Self::value),
            4 => self.entries("{", "}", Self::argument),
            _ => {
                self.one_of(&["env(", "secret(", "lines("]);
                self.text();
                if self.tokens[self.tokens.len() - 2] == "env(" && self.maybe() {
                    self.put(",");
                    self.text();
                }
                self.put(")");
            }
        }
    }
}
