//! What may be at a place: offers for what is being typed.

mod files;
mod items;
mod parameters;
mod paths;
mod snippet;
mod steps;
mod templates;
mod values;

use std::ops::Range;
use std::path::{Path, PathBuf};

use super::analysis::Analysis;
use super::cursor::{Cursor, Wanted};

/// What an offer is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum OfferKind {
    /// A word of the language.
    Keyword,
    /// A module.
    Module,
    /// A trigger.
    Trigger,
    /// A parameter.
    Parameter,
    /// A value of a parameter, or of what a path finds.
    Value,
    /// A tag or galaxy cluster.
    Tag,
    /// A key of the data.
    Key,
    /// A constant.
    Constant,
    /// A blueprint.
    Blueprint,
    /// A workflow.
    Workflow,
    /// A label.
    Label,
    /// A field at a head.
    Field,
    /// A file.
    File,
    /// A variable of the environment.
    Variable,
    /// A code of a finding.
    Code,
    /// A filter or test of Jinja.
    Function,
}

/// Something that may be at a place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Offer {
    /// What it is called.
    pub label: String,
    /// What it is.
    pub kind: OfferKind,
    /// A few words about it.
    pub detail: String,
    /// More words, as Markdown.
    pub documentation: String,
    /// What is put in place of what was typed.
    pub text: String,
    /// The same as a snippet, with places to fill in.
    pub snippet: Option<String>,
    /// The bytes that it takes the place of.
    pub replaces: Range<usize>,
    /// Its place among the others: lower comes first.
    pub rank: u8,
}

/// So many offers are made: nobody reads more, and what is typed leaves fewer.
const MOST: usize = 1_000;

/// What may be typed at a place.
pub struct Offers<'o, 'c, 'a> {
    analysis: &'o Analysis<'c, 'a>,
    file: usize,
    text: &'o str,
    path: &'o Path,
    cursor: Cursor,
    /// All files of the project.
    files: &'o [PathBuf],
    found: Vec<Offer>,
}

/// What may be at a byte of a text, which is that of the file with this index.
pub fn complete(
    analysis: &Analysis<'_, '_>,
    file: usize,
    path: &Path,
    text: &str,
    offset: usize,
    files: &[PathBuf],
) -> Vec<Offer> {
    let cursor = Cursor::at(text, offset);
    let mut offers = Offers { analysis, file, text, path, cursor, files, found: Vec::new() };
    offers.collect();
    offers.found.truncate(MOST);
    offers.found
}

impl Offers<'_, '_, '_> {
    fn collect(&mut self) {
        if self.cursor.in_string && self.in_template() {
            return;
        }
        match self.cursor.wanted.clone() {
            Wanted::Nothing => {}
            Wanted::Item => self.items(),
            Wanted::Words(words) => self.words(words),
            Wanted::Trigger => self.triggers(),
            Wanted::TestedWorkflow => self.workflows(),
            Wanted::Step { in_head, more } => self.steps(in_head, more),
            Wanted::ModuleEntry => self.module_entries(),
            Wanted::Attribute => self.attributes(),
            Wanted::Clause => self.clauses(),
            Wanted::Parameter => self.parameters(),
            Wanted::Value(value) => self.values(&value),
            Wanted::Predicate(items) => self.predicates(items.as_deref()),
            Wanted::Path(items) => self.paths(items.as_deref(), 10),
            Wanted::Blueprint => self.blueprints(),
            Wanted::Label => self.labels(None),
            Wanted::Target => self.targets(),
            Wanted::Code => self.codes(),
            Wanted::ImportPath => self.imports(),
            Wanted::ListPath => self.paths_of_files(&["txt", "list"]),
            Wanted::EventPath => self.paths_of_files(&["json"]),
            Wanted::Variable => self.variables(),
        }
    }

    fn add(&mut self, offer: Offer) {
        if self.found.len() < MOST
            && !self.found.iter().rev().take(64).any(|other| other.label == offer.label && other.kind == offer.kind)
        {
            self.found.push(offer);
        }
    }

    fn offer(&self, label: &str, kind: OfferKind, rank: u8) -> Offer {
        Offer {
            label: label.trim().to_owned(),
            kind,
            detail: String::new(),
            documentation: String::new(),
            text: label.to_owned(),
            snippet: None,
            replaces: self.cursor.typed.clone(),
            rank,
        }
    }

    fn word(&mut self, label: &str, snippet: &str, rank: u8) {
        let mut offer = self.offer(label, OfferKind::Keyword, rank);
        if snippet != label {
            offer.snippet = Some(snippet.to_owned());
        }
        self.add(offer);
    }

    fn words(&mut self, words: &[&str]) {
        for word in words {
            self.word(word, word, 10);
        }
    }
}
