//! The tokens before a place, by the brackets that they are in, and by statements.

use super::super::tokens::{Token, TokenKind};
use super::super::walk::CallKind;
use super::{CallAt, ItemHead};

pub(super) const STEPS: [&str; 8] = ["if", "filter", "concurrent", "branch", "use", "goto", "detached", "else"];
pub(super) const ITEMS: [&str; 6] = ["import", "let", "workflow", "blueprint", "module", "test"];
pub(super) const COMPARISONS: [&str; 7] = ["in", "==", "!=", ">", ">=", "<", "<="];

/// A token, or brackets with all in them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Element {
    Token(usize),
    /// The opening bracket, and the tokens from it to its partner.
    Group(char, usize, usize),
}

/// Open brackets.
#[derive(Debug)]
pub(super) struct Frame {
    /// `(`, `[`, `{`, `@` for a pin, or a blank for the file.
    pub(super) bracket: char,
    /// Where it is among the tokens.
    pub(super) opened: usize,
    pub(super) elements: Vec<Element>,
}

/// The brackets that are open at a place, with what is in each.
pub(super) struct Stack<'t> {
    pub(super) text: &'t str,
    pub(super) tokens: &'t [Token],
    pub(super) frames: Vec<Frame>,
}

impl<'t> Stack<'t> {
    pub(super) fn of(text: &'t str, tokens: &'t [Token]) -> Self {
        let file = Frame { bracket: ' ', opened: 0, elements: Vec::new() };
        let mut stack = Self { text, tokens, frames: vec![file] };
        for (index, token) in tokens.iter().enumerate() {
            match (token.kind, stack.word(index)) {
                (TokenKind::Comment, _) => {}
                (TokenKind::Sign, sign @ ("(" | "[" | "{" | "@[")) => {
                    let bracket = sign.chars().next().unwrap_or(' ');
                    stack.frames.push(Frame { bracket, opened: index, elements: Vec::new() });
                }
                (TokenKind::Sign, sign @ (")" | "]" | "}")) => stack.close(sign, index),
                (TokenKind::Word, word) => {
                    if stack.begins_anew(index, word) {
                        stack.end_broken(word, index);
                    }
                    stack.push(Element::Token(index));
                }
                _ => stack.push(Element::Token(index)),
            }
        }
        stack
    }

    pub(super) fn push(&mut self, element: Element) {
        if let Some(frame) = self.frames.last_mut() {
            frame.elements.push(element);
        }
    }

    pub(super) fn word(&self, token: usize) -> &'t str {
        &self.text[self.tokens[token].bytes.clone()]
    }

    /// Closes the brackets that a sign belongs to; without any it is ignored.
    pub(super) fn close(&mut self, sign: &str, index: usize) {
        let partner = |bracket: char| match sign {
            ")" => bracket == '(',
            "]" => matches!(bracket, '[' | '@'),
            _ => bracket == '{',
        };
        let Some(depth) = self.frames.iter().rposition(|frame| partner(frame.bracket)) else { return };
        // A parenthesis does not close the block that it is in.
        if sign != "}" && self.frames[depth..].iter().any(|frame| frame.bracket == '{') {
            return;
        }
        let opened = self.frames[depth].opened;
        let bracket = self.frames[depth].bracket;
        self.frames.truncate(depth);
        self.push(Element::Group(bracket, opened, index));
    }

    /// Whether a word begins a statement or item though brackets are open: somebody has not closed them yet.
    pub(super) fn begins_anew(&self, index: usize, word: &str) -> bool {
        let start = self.tokens[index].bytes.start;
        let line = self.text[..start].rfind('\n').map_or(0, |at| at + 1);
        if !self.text[line..start].trim().is_empty() || !(STEPS.contains(&word) || ITEMS.contains(&word)) {
            return false;
        }
        let next = self.tokens.get(index + 1).map(|token| &self.text[token.bytes.clone()]);
        let is_name = matches!(next, Some(":" | "," | ")" | "]" | "="));
        let is_item = ITEMS.contains(&word) && start == line;
        let in_brackets = self.frames.last().is_some_and(|frame| matches!(frame.bracket, '(' | '['));
        !is_name && (is_item || in_brackets && STEPS.contains(&word))
    }

    pub(super) fn end_broken(&mut self, word: &str, index: usize) {
        let is_item = ITEMS.contains(&word);
        while self.frames.len() > 1 {
            let Some(frame) = self.frames.last() else { break };
            if frame.bracket == '{' && !is_item {
                break;
            }
            let (bracket, opened) = (frame.bracket, frame.opened);
            self.frames.pop();
            self.push(Element::Group(bracket, opened, index));
        }
    }

    pub(super) fn elements(&self, depth: usize) -> &[Element] {
        &self.frames[depth].elements
    }

    /// The word that an element is; empty for brackets.
    pub(super) fn text_of(&self, element: Element) -> &'t str {
        match element {
            Element::Token(index) => self.word(index),
            Element::Group(..) => "",
        }
    }

    pub(super) fn kind_of(&self, element: Element) -> Option<TokenKind> {
        match element {
            Element::Token(index) => Some(self.tokens[index].kind),
            Element::Group(..) => None,
        }
    }

    pub(super) fn is_word(&self, element: Element) -> bool {
        self.kind_of(element) == Some(TokenKind::Word)
    }

    /// All that elements are, as it is written.
    pub(super) fn written(&self, elements: &[Element]) -> &'t str {
        let place = |element: &Element| match *element {
            Element::Token(index) => self.tokens[index].bytes.clone(),
            Element::Group(_, first, last) => self.tokens[first].bytes.start..self.tokens[last].bytes.end,
        };
        match (elements.first(), elements.last()) {
            (Some(first), Some(last)) => &self.text[place(first).start..place(last).end],
            _ => "",
        }
    }

    /// The elements from the last word of these, if it is there.
    pub(super) fn since_last<'e>(&self, elements: &'e [Element], words: &[&str]) -> Option<&'e [Element]> {
        let at = elements.iter().rposition(|element| words.contains(&self.text_of(*element)))?;
        Some(&elements[at..])
    }

    /// The head of the item around the place.
    pub(super) fn item(&self) -> Option<ItemHead> {
        let elements = self.elements(0);
        if self.frames.len() == 1 {
            return None;
        }
        let head = self.since_last(elements, &ITEMS)?;
        let word = |at: usize| head.get(at).map_or("", |element| self.text_of(*element));
        let start = match head.first()? {
            Element::Token(index) => self.tokens[*index].bytes.start,
            Element::Group(..) => return None,
        };
        let on = head.iter().position(|element| self.text_of(*element) == "on");
        let trigger = on.and_then(|on| head[on + 1..].iter().find(|element| self.is_word(**element)));
        let id = if word(0) == "test" { word(3) } else { word(1) };
        Some(ItemHead {
            keyword: word(0).to_owned(),
            id: id.trim_matches('"').to_owned(),
            trigger: trigger.map(|element| self.text_of(*element).to_owned()),
            start,
        })
    }

    /// The calls whose parentheses are open.
    pub(super) fn calls(&self) -> Vec<CallAt> {
        (1..self.frames.len()).filter_map(|depth| self.call(depth)).collect()
    }

    /// The call whose parentheses are those of a frame.
    pub(super) fn call(&self, depth: usize) -> Option<CallAt> {
        if self.frames[depth].bracket != '(' {
            return None;
        }
        let before = self.elements(depth - 1);
        let (&name, rest) = before.split_last()?;
        let name_text = self.text_of(name);
        let is_quoted = self.kind_of(name) == Some(TokenKind::String);
        if !(self.is_word(name) || is_quoted) || is_function(name_text) || is_connective(name_text) {
            return None;
        }
        let previous = rest.last().map_or("", |element| self.text_of(*element));
        let kind = match previous {
            "use" => CallKind::Use,
            "on" => CallKind::Trigger,
            "blueprint" | ":" => return None,
            _ if matches!(rest.last(), Some(Element::Group('@', ..)))
                && rest.iter().rev().nth(1).is_some_and(|element| self.text_of(*element) == "on") =>
            {
                CallKind::Trigger
            }
            _ if self.is_condition(depth - 1) => CallKind::Condition,
            _ => CallKind::Step,
        };
        let mut given = Vec::new();
        let elements = self.elements(depth);
        let arguments: Vec<&[Element]> = elements.split(|element| self.text_of(*element) == ",").collect();
        let named = |argument: &[Element]| match argument {
            [name, colon, value @ ..] if self.text_of(*colon) == ":" => {
                Some((self.text_of(*name).trim_matches('"').to_owned(), self.written(value).to_owned()))
            }
            _ => None,
        };
        let last = arguments.last().copied().unwrap_or_default();
        given.extend(arguments.iter().filter_map(|argument| named(argument)));
        Some(CallAt {
            kind,
            name: name_text.trim_matches('"').to_owned(),
            given,
            argument: arguments.len() - 1,
            parameter: named(last).map(|(name, _)| name),
        })
    }

    /// Whether the end of a frame's elements is inside a condition.
    pub(super) fn is_condition(&self, depth: usize) -> bool {
        match self.frames[depth].bracket {
            '{' => {
                let tail = self.statement(self.elements(depth));
                matches!(self.text_of_first(tail), "if" | "else") && tail.iter().any(|e| self.text_of(*e) == "if")
            }
            // Parentheses that group conditions.
            '(' => self.call(depth).is_none() && depth > 0 && self.is_condition(depth - 1),
            _ => false,
        }
    }

    pub(super) fn text_of_first(&self, elements: &[Element]) -> &'t str {
        elements.first().map_or("", |element| self.text_of(*element))
    }

    /// What of the steps in a block is not complete: the last statement, without those before it.
    pub(super) fn statement<'e>(&self, elements: &'e [Element]) -> &'e [Element] {
        let mut rest = elements;
        loop {
            match self.after_statement(rest) {
                Some(after) if after > 0 && after <= rest.len() => rest = &rest[after..],
                _ => return rest,
            }
            if rest.is_empty() {
                return rest;
            }
        }
    }

    /// How many elements the first statement has; `None` if it is not complete.
    pub(super) fn after_statement(&self, elements: &[Element]) -> Option<usize> {
        let first = *elements.first()?;
        let block = || elements.iter().position(|element| matches!(element, Element::Group('{', ..)));
        let is_group =
            |at: usize, bracket: char| matches!(elements.get(at), Some(Element::Group(other, ..)) if *other == bracket);
        match (self.text_of(first), first) {
            (_, Element::Group(..)) => Some(1),
            ("if" | "else" | "concurrent" | "branch" | "detached" | "filter", _) if !self.is_field(elements) => {
                block().map(|at| at + 1)
            }
            ("reset", _) if !is_group(1, '(') => Some(1),
            ("use", _) => is_group(2, '(').then_some(3),
            ("goto", _) => (elements.len() > 1).then_some(2),
            ("for", _) => self.after_module_filter(elements),
            _ if self.kind_of(first) == Some(TokenKind::Label) => Some(1),
            _ if is_group(1, '(') => Some(2),
            _ if self.is_field(elements) => self.after_value(elements, 2),
            // A word alone, with something after it: it could not be read.
            _ => (elements.len() > 1).then_some(1),
        }
    }

    pub(super) fn is_field(&self, elements: &[Element]) -> bool {
        elements.get(1).is_some_and(|element| self.text_of(*element) == ":")
    }

    /// Where a value ends that begins at `at`; `None` if it is not there, or may go on.
    pub(super) fn after_value(&self, elements: &[Element], at: usize) -> Option<usize> {
        elements.get(at)?;
        let is_function = is_function(self.text_of(elements[at]));
        let end = if is_function { at + 2 } else { at + 1 };
        match elements.get(end) {
            Some(element) if self.text_of(*element) == "+" => self.after_value(elements, end + 1),
            _ => (end <= elements.len()).then_some(end),
        }
    }

    /// Where `for PATH where CONDITION` ends, if something comes after it.
    pub(super) fn after_module_filter(&self, elements: &[Element]) -> Option<usize> {
        let at = elements.iter().position(|element| self.text_of(*element) == "where")? + 1;
        let mut at = if elements.get(at).is_some_and(|element| self.text_of(*element) == "any") { at + 1 } else { at };
        at = self.after_value(elements, at)?;
        if elements.get(at).is_some_and(|element| self.text_of(*element) == "not") {
            at += 1;
        }
        if elements.get(at).is_some_and(|element| COMPARISONS.contains(&self.text_of(*element))) {
            at = self.after_value(elements, at + 1)?;
        }
        (at < elements.len()).then_some(at)
    }
}

pub(super) fn is_function(word: &str) -> bool {
    matches!(word, "env" | "secret" | "lines")
}

/// Words that parentheses may follow without being called.
fn is_connective(word: &str) -> bool {
    matches!(word, "and" | "or" | "not" | "if" | "where" | "count" | "any" | "in")
}
