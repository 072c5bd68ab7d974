//! What is wanted after the tokens of each kind of bracket.

use super::super::tokens::TokenKind;
use super::stack::{COMPARISONS, Element, ITEMS, STEPS, Stack};
use super::{ValueAt, Wanted};

impl Stack<'_> {
    /// What is wanted at the end of a frame's elements.
    pub(super) fn wanted(&self, depth: usize) -> Wanted {
        let elements = self.elements(depth);
        match self.frames[depth].bracket {
            '(' => self.in_parentheses(depth),
            '[' => self.in_list(depth),
            '{' => self.in_braces(depth),
            '@' => match elements.last().map(|element| self.text_of(*element)) {
                None | Some(",") => Wanted::Words(&["id: ", "x: ", "y: "]),
                _ => Wanted::Nothing,
            },
            _ => self.in_file(elements),
        }
    }

    pub(super) fn in_file(&self, elements: &[Element]) -> Wanted {
        let Some(item) = self.since_last(elements, &ITEMS) else { return Wanted::Item };
        let word = |at: usize| item.get(at).map_or("", |element| self.text_of(*element));
        let last = item.last().copied();
        let is_ended = matches!(last, Some(Element::Group('{', ..)));
        match (word(0), item.len()) {
            ("import", 1) => Wanted::ImportPath,
            ("import", 2) if word(1).to_ascii_lowercase().ends_with(".json\"") => Wanted::Words(&["as "]),
            ("import", _) => Wanted::Item,
            ("let", 1 | 2) => Wanted::Nothing,
            ("let", _) => match self.after_value(item, 3) {
                Some(_) => Wanted::Item,
                None => Wanted::Value(ValueAt::default()),
            },
            ("workflow" | "blueprint" | "module" | "test", _) if is_ended => Wanted::Item,
            ("workflow", 2) => Wanted::Words(&["on "]),
            ("module", 3) => Wanted::Words(&["action", "logic", "trigger"]),
            ("test", 2) => Wanted::Words(&["of "]),
            ("test", 3) => Wanted::TestedWorkflow,
            ("blueprint", 3) if matches!(last, Some(Element::Group('(', ..))) => Wanted::Words(&["on "]),
            ("workflow" | "blueprint", _) if last.is_some_and(|last| self.text_of(last) == "on") => Wanted::Trigger,
            ("workflow" | "blueprint", _) if matches!(last, Some(Element::Group('@', ..))) => Wanted::Trigger,
            _ => Wanted::Nothing,
        }
    }

    /// What kind of braces they are.
    pub(super) fn in_braces(&self, depth: usize) -> Wanted {
        let before = self.elements(depth - 1);
        let elements = self.elements(depth);
        if depth == 1 {
            let Some(item) = self.since_last(before, &ITEMS) else { return Wanted::Nothing };
            return match self.text_of_first(item) {
                "workflow" | "blueprint" => self.in_steps(elements, true),
                "module" => self.in_module(elements),
                "test" => self.in_test(elements),
                "let" => self.in_object(depth, elements),
                _ => Wanted::Nothing,
            };
        }
        let parent = self.frames[depth - 1].bracket;
        if parent == '{' && self.is_block_of_steps(depth - 1) {
            let tail = self.statement(before);
            let is_value = self.is_field(tail);
            return match self.text_of_first(tail) {
                _ if is_value => self.in_object(depth, elements),
                "concurrent" => Wanted::Words(&["branch {"]),
                _ => self.in_steps(elements, false),
            };
        }
        self.in_object(depth, elements)
    }

    /// Whether the braces of a frame hold steps.
    pub(super) fn is_block_of_steps(&self, depth: usize) -> bool {
        if self.frames[depth].bracket != '{' {
            return false;
        }
        let before = self.elements(depth - 1);
        if depth == 1 {
            let item = self.since_last(before, &ITEMS);
            return item.is_some_and(|item| matches!(self.text_of_first(item), "workflow" | "blueprint"));
        }
        self.is_block_of_steps(depth - 1) && !self.is_field(self.statement(before))
    }

    pub(super) fn in_steps(&self, elements: &[Element], is_body: bool) -> Wanted {
        let tail = self.statement(elements);
        let done = &elements[..elements.len() - tail.len()];
        let word = |at: usize| tail.get(at).map_or("", |element| self.text_of(*element));
        let has_step = done.iter().any(|element| matches!(element, Element::Group('(', ..)))
            || self.since_last(done, &STEPS).is_some();
        match (word(0), tail.len()) {
            ("", 0) => Wanted::Step { in_head: is_body && !has_step, more: self.more(done) },
            ("if", _) => self.in_condition(&tail[1..], None),
            ("else", 1) => Wanted::Words(&["if ", "{"]),
            ("else", _) if word(1) == "if" => self.in_condition(&tail[2..], None),
            ("use", 1) => Wanted::Blueprint,
            ("goto", 1) => Wanted::Label,
            ("filter" | "for", _) if !self.is_field(tail) => self.in_filter(tail),
            (_, 2) if self.is_field(tail) => {
                Wanted::Value(ValueAt { field: Some(word(0).to_owned()), ..ValueAt::default() })
            }
            _ => Wanted::Nothing,
        }
    }

    /// What may follow what is done, besides a step.
    pub(super) fn more(&self, done: &[Element]) -> &'static [&'static str] {
        let last_group = |bracket: char| matches!(done.last(), Some(Element::Group(other, ..)) if *other == bracket);
        if last_group('(') {
            return &["for"];
        }
        if !last_group('{') {
            return &[];
        }
        let statement =
            self.since_last(done, &["if", "filter", "concurrent", "branch", "detached"]).unwrap_or_default();
        let is_otherwise = done.iter().rev().nth(1).is_some_and(|element| self.text_of(*element) == "else");
        match self.text_of_first(statement) {
            "if" if !is_otherwise => &["else {", "else if "],
            "filter" => &["reset"],
            _ => &[],
        }
    }

    pub(super) fn in_filter(&self, tail: &[Element]) -> Wanted {
        let has_label =
            self.text_of_first(tail) == "filter" && tail.get(2).is_some_and(|element| self.text_of(*element) == ":");
        let path = &tail[if has_label { 3 } else { 1 }..];
        let Some(at) = path.iter().position(|element| self.text_of(*element) == "where") else {
            return if path.is_empty() { Wanted::Path(None) } else { Wanted::Words(&["where "]) };
        };
        self.in_condition(&path[at + 1..], Some(self.written(&path[..at])))
    }

    /// What is wanted in a condition, whose paths start in the items of another path.
    pub(super) fn in_condition(&self, elements: &[Element], items_of: Option<&str>) -> Wanted {
        let word_at = |at: usize| elements.get(at).map_or("", |element| self.text_of(*element));
        let begins = (0..elements.len()).rev().find(|&at| match word_at(at) {
            "and" | "or" => true,
            "not" => !matches!(word_at(at + 1), "in" | "tagged") && !self.is_operand(elements, at),
            _ => false,
        });
        let part = &elements[begins.map_or(0, |at| at + 1)..];
        let items = items_of.map(str::to_owned);
        let word = |at: usize| part.get(at).map_or("", |element| self.text_of(*element));
        let compared = |path: &[Element]| {
            Wanted::Value(ValueAt {
                compared: Some((self.written(path).to_owned(), items.clone())),
                ..ValueAt::default()
            })
        };
        let Some(&last) = part.last() else { return Wanted::Predicate(items) };
        if let Some(at) = part.iter().position(|element| self.text_of(*element) == "tagged") {
            return match part.len() - at {
                1 => Wanted::Words(&["any ", "all "]),
                2 => Wanted::Value(ValueAt { is_tag: true, ..ValueAt::default() }),
                _ => Wanted::Words(&["and ", "or ", "{"]),
            };
        }
        if matches!(part.first(), Some(Element::Group('@', ..))) && part.len() == 1 {
            return Wanted::Predicate(items);
        }
        if word(0) == "any" {
            return match part.len() {
                1 => Wanted::Path(items),
                2 => Wanted::Words(&["in ", "not in ", "and ", "or ", "{"]),
                _ if COMPARISONS.contains(&self.text_of(last)) => compared(&part[1..2]),
                _ => Wanted::Words(&["and ", "or ", "{"]),
            };
        }
        if COMPARISONS.contains(&self.text_of(last)) {
            let operator = part
                .iter()
                .position(|element| COMPARISONS.contains(&self.text_of(*element)) || self.text_of(*element) == "not");
            let left = &part[..operator.unwrap_or(0)];
            let is_value = left
                .first()
                .is_some_and(|first| matches!(self.kind_of(*first), Some(TokenKind::String | TokenKind::Number)));
            return match word(0) {
                "count" => Wanted::Nothing,
                _ if is_value => Wanted::Path(items),
                _ => compared(left),
            };
        }
        let has_operator = part.iter().any(|element| COMPARISONS.contains(&self.text_of(*element)));
        match (self.text_of(last), last) {
            _ if has_operator => Wanted::Words(&["and ", "or ", "{"]),
            (_, Element::Group('(', ..)) if word(0) == "count" => {
                Wanted::Words(&["> ", ">= ", "< ", "<= ", "== ", "!= "])
            }
            (_, Element::Group(..)) | ("published" | "unpublished", _) => Wanted::Words(&["and ", "or ", "{"]),
            ("event" | "attribute" | "event_attribute", _) => {
                Wanted::Words(&["tagged any ", "tagged all ", "not tagged any ", "not tagged all ", "== ", "!= "])
            }
            ("not", _) => Wanted::Words(&["in ", "tagged any ", "tagged all "]),
            _ => match self.kind_of(last) {
                Some(TokenKind::String | TokenKind::Number) => Wanted::Words(&["in ", "not in "]),
                _ => Wanted::Words(&["== ", "!= ", "in ", "not in "]),
            },
        }
    }

    /// Whether the element before `at` is something that an operator may follow.
    pub(super) fn is_operand(&self, elements: &[Element], at: usize) -> bool {
        let Some(before) = at.checked_sub(1).map(|at| elements[at]) else { return false };
        !matches!(self.text_of(before), "and" | "or" | "not")
    }

    pub(super) fn in_module(&self, elements: &[Element]) -> Wanted {
        let Some(last) = elements.last().copied() else { return Wanted::ModuleEntry };
        let parameter = self.since_last(elements, &["param"]).unwrap_or_default();
        let is_parameter = parameter.len() > 1 && parameter.len() < 5;
        match self.text_of(last) {
            "param" => Wanted::Nothing,
            ":" if is_parameter => {
                Wanted::Words(&["text", "textarea", "select", "radio", "picker", "hashpath", "number", "checkbox"])
            }
            ":" | "=" => {
                let field = elements.iter().rev().nth(1).map_or("", |element| self.text_of(*element));
                Wanted::Value(ValueAt { field: Some(field.to_owned()), ..ValueAt::default() })
            }
            _ if parameter.len() == 2 => Wanted::Nothing,
            _ => Wanted::ModuleEntry,
        }
    }

    pub(super) fn in_test(&self, elements: &[Element]) -> Wanted {
        let clause = self.since_last(elements, &["given", "when", "expect"]).unwrap_or_default();
        let word = |at: usize| clause.get(at).map_or("", |element| self.text_of(*element));
        let last = clause.last().map_or("", |element| self.text_of(*element));
        match (word(0), clause.len()) {
            ("given", 1) => Wanted::EventPath,
            ("given", _) if last == "," => Wanted::EventPath,
            ("when", 1) => Wanted::Target,
            ("when", 2) => Wanted::Words(&["fails ", "returns "]),
            ("when", 3) => Wanted::Value(ValueAt::default()),
            ("expect", 1) => Wanted::Words(&[
                "success",
                "failure",
                "blocked",
                "ran [",
                "not ran [",
                "effect ",
                "no effect ",
                "log ",
                "no log ",
            ]),
            ("expect", 2) if last == "not" => Wanted::Words(&["ran ["]),
            ("expect", 2) if last == "no" => Wanted::Words(&["effect ", "log "]),
            ("expect", _) if last == "effect" => Wanted::Target,
            ("expect", _) if last == "log" => Wanted::Nothing,
            _ => Wanted::Clause,
        }
    }

    pub(super) fn in_parentheses(&self, depth: usize) -> Wanted {
        let before = self.elements(depth - 1);
        let elements = self.elements(depth);
        let name = before.last().map_or("", |element| self.text_of(*element));
        match name {
            "env" | "secret" if elements.is_empty() => return Wanted::Variable,
            "env" | "secret" => return Wanted::Nothing,
            "lines" => return Wanted::ListPath,
            "count" => return Wanted::Path(None),
            _ => {}
        }
        let last = elements.last().map_or("", |element| self.text_of(*element));
        if self.call(depth).is_some() {
            return match last {
                "" | "," => Wanted::Parameter,
                ":" | "+" => Wanted::Value(ValueAt { of_call: true, ..ValueAt::default() }),
                _ => Wanted::Nothing,
            };
        }
        let previous = before.iter().rev().nth(1).map_or("", |element| self.text_of(*element));
        match previous {
            // The parameters of a blueprint.
            "blueprint" => match last {
                ":" => Wanted::Words(&["string", "number", "boolean", "list", "path"]),
                _ => Wanted::Nothing,
            },
            // The attributes of a parameter of a module.
            ":" => match last {
                "" | "," => Wanted::Attribute,
                ":" => Wanted::Value(ValueAt::default()),
                _ => Wanted::Nothing,
            },
            _ => self.in_condition(elements, self.items_around(depth).as_deref()),
        }
    }

    /// The path in whose items paths start inside the parentheses of a condition.
    pub(super) fn items_around(&self, depth: usize) -> Option<String> {
        let tail = self.statement(self.elements(depth - 1));
        if !matches!(self.text_of_first(tail), "filter" | "for") {
            return None;
        }
        let at = tail.iter().position(|element| self.text_of(*element) == "where")?;
        Some(self.written(&tail[1..at]).to_owned())
    }

    /// What is wanted in a list is what is wanted where it is, or `ran [`.
    pub(super) fn in_list(&self, depth: usize) -> Wanted {
        let before = self.elements(depth - 1);
        let last = self.elements(depth).last().map_or("", |element| self.text_of(*element));
        if !matches!(last, "" | "," | "+") {
            return Wanted::Nothing;
        }
        if before.last().is_some_and(|element| self.text_of(*element) == "ran") {
            return Wanted::Target;
        }
        match self.wanted(depth - 1) {
            Wanted::Value(value) => Wanted::Value(ValueAt { in_list: true, ..value }),
            Wanted::Predicate(_) | Wanted::Nothing => Wanted::Nothing,
            other => other,
        }
    }

    pub(super) fn in_object(&self, depth: usize, elements: &[Element]) -> Wanted {
        let outer = self.wanted(depth - 1);
        let mut value = match outer {
            Wanted::Value(value) => value,
            _ => ValueAt::default(),
        };
        let last = elements.last().map_or("", |element| self.text_of(*element));
        match last {
            ":" | "+" => {
                let key = elements.iter().rev().nth(1).map_or("", |element| self.text_of(*element));
                value.keys.push(key.trim_matches('"').to_owned());
                Wanted::Value(ValueAt { in_list: false, ..value })
            }
            _ => Wanted::Nothing,
        }
    }
}
