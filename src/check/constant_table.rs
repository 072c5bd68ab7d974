//! The values of all constants of a program.

use std::borrow::Cow;

use crate::diagnostics::{Code, Diagnostic};
use crate::graph::ParamText;
use crate::source::{FileId, Span};
use crate::suggest::closest;
use crate::syntax::tree::{Item, Let, Text};

use super::constant::{Constant, ConstantKind};
use super::evaluate::{Names, evaluate};
use super::program::Program;
use super::scope::{ItemPlace, Scope};

/// How far constants may refer to each other in a row.
const MAX_CHAIN: usize = 100;

/// The value of every `let`, by file and item.
pub struct ConstantTable<'a> {
    slots: Vec<Vec<Slot<'a>>>,
}

enum Slot<'a> {
    NotYet,
    Open,
    Done(Constant<'a>),
}

impl<'a> ConstantTable<'a> {
    /// Evaluates every constant once and reports what is wrong with it.
    pub fn build(program: &'a Program<'_>, scopes: &[Scope<'a>], diagnostics: &mut Vec<Diagnostic>) -> Self {
        let slots = program.files.iter().map(|file| file.tree.items.iter().map(|_| Slot::NotYet).collect()).collect();
        let mut building = Building { program, scopes, table: Self { slots }, chain: Vec::new(), diagnostics };
        for (file, loaded) in program.files.iter().enumerate() {
            for (index, item) in loaded.tree.items.iter().enumerate() {
                if let Item::Let(item) = item {
                    building.evaluate(ItemPlace { file, item: index }, item);
                }
            }
        }
        building.table
    }

    /// The value of a constant; `None` if there is none at that place.
    pub fn get(&self, place: ItemPlace) -> Option<&Constant<'a>> {
        match self.slots.get(place.file)?.get(place.item)? {
            Slot::Done(constant) => Some(constant),
            Slot::NotYet | Slot::Open => None,
        }
    }
}

struct Building<'b, 'a, 's> {
    program: &'a Program<'s>,
    scopes: &'b [Scope<'a>],
    table: ConstantTable<'a>,
    /// The constants being evaluated, outermost first.
    chain: Vec<(ItemPlace, Span)>,
    diagnostics: &'b mut Vec<Diagnostic>,
}

impl<'a> Building<'_, 'a, '_> {
    fn evaluate(&mut self, place: ItemPlace, item: &'a Let<'a>) -> Constant<'a> {
        match &self.table.slots[place.file][place.item] {
            Slot::Done(constant) => return constant.clone(),
            Slot::Open => {
                self.report_cycle(place);
                return Constant { kind: ConstantKind::Unknown, span: item.value.span };
            }
            Slot::NotYet => {}
        }
        self.table.slots[place.file][place.item] = Slot::Open;
        self.chain.push((place, item.name.span));
        let mut constant = if self.chain.len() > MAX_CHAIN {
            self.diagnostics.push(
                Diagnostic::at(
                    Code::NestingTooDeep,
                    item.name.span,
                    format!("constants refer to each other more than {MAX_CHAIN} deep"),
                )
                .help("write the value out"),
            );
            Constant { kind: ConstantKind::Unknown, span: item.value.span }
        } else {
            evaluate(&item.value, self)
        };
        if let ConstantKind::Word(word) = constant.kind {
            self.report_unknown(place, word, constant.span);
            constant.kind = ConstantKind::Unknown;
        }
        self.chain.pop();
        self.table.slots[place.file][place.item] = Slot::Done(constant.clone());
        constant
    }

    fn report_unknown(&mut self, place: ItemPlace, word: &'a str, span: Span) {
        let scope = &self.scopes[place.file];
        if scope.incomplete {
            return;
        }
        let suggestion = closest(word, scope.constants.keys().copied());
        self.diagnostics.push(
            Diagnostic::at(Code::UnknownName, span, format!("there is no constant named `{word}`"))
                .maybe_help(suggestion.map(|name| format!("did you mean `{name}`?")))
                .help(format!("text needs quotes: `\"{word}\"`")),
        );
    }

    fn report_cycle(&mut self, place: ItemPlace) {
        let from = self.chain.iter().position(|(open, _)| *open == place).unwrap_or(0);
        let circle = &self.chain[from..];
        let Some(&(_, span)) = circle.first() else { return };
        let mut diagnostic = Diagnostic::at(Code::ConstantCycle, span, "this constant is defined by itself");
        for (_, link) in &circle[1..] {
            diagnostic = diagnostic.also(*link, "by way of this one");
        }
        self.diagnostics.push(diagnostic.help("give one of them a value that stands alone"));
    }

    fn file(&self) -> usize {
        self.chain.last().map_or(0, |(place, _)| place.file)
    }
}

impl<'a> Names<'a> for Building<'_, 'a, '_> {
    fn lookup(&mut self, name: &'a str, _: Span) -> Option<Constant<'a>> {
        let place = *self.scopes[self.file()].constants.get(name)?;
        match &self.program.files[place.file].tree.items[place.item] {
            Item::Let(item) => Some(self.evaluate(place, item)),
            _ => None,
        }
    }

    fn lines(&mut self, path: &'a Text<'a>) -> Option<Vec<Constant<'a>>> {
        let file = self.file();
        let id = self.program.lines(file, path, self.diagnostics)?;
        Some(list_entries(self.program, id))
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }
}

/// The entries of a list file: one a line, without blank lines and `#` comments.
pub fn list_entries<'a>(program: &'a Program<'_>, file: FileId) -> Vec<Constant<'a>> {
    let text = program.sources.text(file);
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
    entries
}
