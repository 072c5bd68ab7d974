//! The values of all constants of a program.

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};

use rustc_hash::FxHashSet;

use crate::base::source::{FileId, Span};
use crate::base::suggest::closest;
use crate::diagnostics::{Code, Diagnostic};
use crate::load::Program;
use crate::model::ParamText;
use crate::syntax::MAX_NESTING;
use crate::syntax::tree::{Item, Let, Text, Value, ValueKind};
use crate::wording;

use super::budget::Budget;
use super::constant::{Constant, ConstantKind};
use super::evaluate::{Names, evaluate};
use super::scope::{ItemPlace, Scope};

/// The value of every `let`, by file and item.
pub struct ConstantTable<'a> {
    slots: Vec<Vec<Slot<'a>>>,
    /// Whether something asked for it. Several threads do.
    used: Vec<Vec<AtomicBool>>,
}

enum Slot<'a> {
    NotYet,
    Open,
    Done(Constant<'a>),
}

impl<'a> ConstantTable<'a> {
    /// Evaluates every constant once and reports what is wrong with it.
    pub fn build(
        program: &'a Program<'_>,
        scopes: &[Scope<'a>],
        budget: &Budget,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Self {
        let items = || program.files.iter().map(|file| file.tree.items.iter());
        let slots = items().map(|items| items.map(|_| Slot::NotYet).collect()).collect();
        let used = items().map(|items| items.map(|_| AtomicBool::new(false)).collect()).collect();
        let mut building =
            Building { program, scopes, table: Self { slots, used }, chain: Vec::new(), budget, diagnostics };
        for (file, loaded) in program.files.iter().enumerate() {
            for (index, item) in loaded.tree.items.iter().enumerate() {
                if matches!(item, Item::Let(_)) {
                    building.define(ItemPlace { file, item: index });
                }
            }
        }
        building.table
    }

    /// The value of a constant; `None` if there is none at that place.
    pub fn get(&self, place: ItemPlace) -> Option<&Constant<'a>> {
        self.mark_used(place);
        match self.slots.get(place.file)?.get(place.item)? {
            Slot::Done(constant) => Some(constant),
            Slot::NotYet | Slot::Open => None,
        }
    }

    /// Whether something asked for a constant.
    pub fn is_used(&self, place: ItemPlace) -> bool {
        self.used_mark(place).is_some_and(|mark| mark.load(Ordering::Relaxed))
    }

    fn mark_used(&self, place: ItemPlace) {
        if let Some(mark) = self.used_mark(place) {
            mark.store(true, Ordering::Relaxed);
        }
    }

    fn used_mark(&self, place: ItemPlace) -> Option<&AtomicBool> {
        self.used.get(place.file)?.get(place.item)
    }
}

/// A copy of a constant's value for the place `at`; unknown where there is no room for it.
pub fn copy<'a>(constant: &Constant<'a>, at: Span, budget: &Budget, diagnostics: &mut Vec<Diagnostic>) -> Constant<'a> {
    if budget.take_values(size(constant), at, diagnostics) {
        constant.clone()
    } else {
        Constant { kind: ConstantKind::Unknown, span: constant.span }
    }
}

/// How many bytes of a text count as much as an entry of a list.
const PIECE: usize = 32;
/// How many bytes a line of a list file has at least, about.
const SHORT_LINE: usize = 4;
/// How many links of a circle a message shows.
const MAX_SHOWN: usize = 40;

/// How much there is to copy: entries of lists, pieces of texts.
fn size(constant: &Constant<'_>) -> usize {
    let inside: usize = match &constant.kind {
        ConstantKind::List(items) => items.iter().map(size).sum(),
        ConstantKind::Object(entries) => entries.iter().map(|(_, value)| size(value)).sum(),
        ConstantKind::Text(ParamText::Plain(Cow::Owned(text))) => text.len() / PIECE,
        ConstantKind::Text(ParamText::Parts(parts)) => parts.len(),
        _ => 0,
    };
    inside + 1
}

/// How deep lists and objects nest in a value.
fn depth(constant: &Constant<'_>) -> usize {
    match &constant.kind {
        ConstantKind::List(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        ConstantKind::Object(entries) => 1 + entries.iter().map(|(_, value)| depth(value)).max().unwrap_or(0),
        _ => 0,
    }
}

/// A constant whose value is being found out.
struct Visit<'a> {
    place: ItemPlace,
    item: &'a Let<'a>,
    /// The constants that it names, and how many of them were seen to.
    uses: Vec<ItemPlace>,
    next: usize,
}

struct Building<'b, 'a, 's> {
    program: &'a Program<'s>,
    scopes: &'b [Scope<'a>],
    table: ConstantTable<'a>,
    /// The constants being evaluated, each named by the one before.
    chain: Vec<Visit<'a>>,
    budget: &'b Budget,
    diagnostics: &'b mut Vec<Diagnostic>,
}

impl<'a> Building<'_, 'a, '_> {
    /// Finds out the value of a constant, after those that it names. With a stack of its own: a chain
    /// of constants may be long.
    fn define(&mut self, place: ItemPlace) {
        self.open(place);
        while let Some(visit) = self.chain.last_mut() {
            if let Some(&used) = visit.uses.get(visit.next) {
                visit.next += 1;
                match self.table.slots[used.file][used.item] {
                    Slot::Done(_) => {}
                    Slot::NotYet => self.open(used),
                    Slot::Open => self.report_cycle(used),
                }
                continue;
            }
            let (place, item) = (visit.place, visit.item);
            let mut constant = evaluate(&item.value, self);
            if let ConstantKind::Word(word) = constant.kind {
                self.report_unknown(place, word, constant.span);
                constant.kind = ConstantKind::Unknown;
            }
            if depth(&constant) > MAX_NESTING {
                self.diagnostics.push(
                    Diagnostic::at(
                        Code::NestingTooDeep,
                        item.value.span,
                        format!("this value nests more than {MAX_NESTING} deep"),
                    )
                    .help("no parameter of a module takes lists of lists: `+` joins lists"),
                );
                constant.kind = ConstantKind::Unknown;
            }
            self.chain.pop();
            self.table.slots[place.file][place.item] = Slot::Done(constant);
        }
    }

    fn open(&mut self, place: ItemPlace) {
        let slot = &mut self.table.slots[place.file][place.item];
        if let (Slot::NotYet, Item::Let(item)) = (&*slot, &self.program.files[place.file].tree.items[place.item]) {
            *slot = Slot::Open;
            let mut uses = Vec::new();
            let mut seen = FxHashSet::default();
            named(&item.value, &mut |name| {
                uses.extend(self.scopes[place.file].constants.get(name).copied().filter(|used| seen.insert(*used)));
            });
            self.chain.push(Visit { place, item, uses, next: 0 });
        }
    }

    fn report_unknown(&mut self, place: ItemPlace, word: &'a str, span: Span) {
        let scope = &self.scopes[place.file];
        if scope.incomplete {
            return;
        }
        let known = || scope.constants.keys().copied();
        let suggestion = if self.budget.take_suggestion() { closest(word, known()) } else { None };
        let diagnostic = Diagnostic::at(Code::UnknownName, span, format!("there is no constant named `{word}`"));
        self.diagnostics.push(wording::meant_by_word(diagnostic, span, word, suggestion));
    }

    fn report_cycle(&mut self, place: ItemPlace) {
        let from = self.chain.iter().position(|visit| visit.place == place).unwrap_or(0);
        let circle = &self.chain[from..];
        let Some(first) = circle.first() else { return };
        let mut diagnostic =
            Diagnostic::at(Code::ConstantCycle, first.item.name.span, "this constant is defined by itself");
        for link in circle[1..].iter().take(MAX_SHOWN) {
            diagnostic = diagnostic.also(link.item.name.span, "by way of this one");
        }
        self.diagnostics.push(diagnostic.help(if circle.len() == 1 {
            "give it a value that does not use it"
        } else {
            "give one of them a value that uses none of the others"
        }));
    }

    fn file(&self) -> usize {
        self.chain.last().map_or(0, |visit| visit.place.file)
    }
}

impl<'a> Names<'a> for Building<'_, 'a, '_> {
    fn lookup(&mut self, name: &'a str, at: Span) -> Option<Constant<'a>> {
        let place = *self.scopes[self.file()].constants.get(name)?;
        self.table.mark_used(place);
        match &self.table.slots[place.file][place.item] {
            Slot::Done(constant) => Some(copy(constant, at, self.budget, self.diagnostics)),
            // A cycle, which was reported.
            Slot::Open | Slot::NotYet => Some(Constant { kind: ConstantKind::Unknown, span: at }),
        }
    }

    fn lines(&mut self, path: &'a Text<'a>) -> Option<Vec<Constant<'a>>> {
        let file = self.file();
        let id = self.program.lines(file, path, self.diagnostics)?;
        list_entries(self.program, id, path.span, self.budget, self.diagnostics)
    }

    fn unknown_word(&mut self, word: &'a str, span: Span) {
        if let Some(place) = self.chain.last().map(|visit| visit.place) {
            self.report_unknown(place, word, span);
        }
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }
}

/// The entries of a list file for the place `at`: one a line, without blank lines and `#` comments.
/// `None` where there is no room for them.
pub fn list_entries<'a>(
    program: &'a Program<'_>,
    file: FileId,
    at: Span,
    budget: &Budget,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Vec<Constant<'a>>> {
    let text = program.sources.text(file);
    if !budget.take_values(text.len() / SHORT_LINE, at, diagnostics) {
        return None;
    }
    let mut entries = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let entry = line.trim();
        if !entry.is_empty() && !entry.starts_with('#') {
            let indent = line.len() - line.trim_start().len();
            let span = Span::new(file, start + indent, start + indent + entry.len());
            entries.push(Constant { kind: ConstantKind::Text(ParamText::Plain(Cow::Borrowed(entry))), span });
        }
        start += line.len();
    }
    Some(entries)
}

/// Calls `each` with every name in a value.
fn named<'a>(value: &'a Value<'a>, each: &mut dyn FnMut(&'a str)) {
    match &value.kind {
        ValueKind::Name(name) => each(name),
        ValueKind::List(items) | ValueKind::Concatenation(items) => items.iter().for_each(|item| named(item, each)),
        ValueKind::Object(entries) => entries.iter().for_each(|entry| named(&entry.value, each)),
        _ => {}
    }
}
