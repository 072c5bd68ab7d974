//! Conditions and hash paths.

use std::ops::Range;

use crate::schema::{Schema, Shape, Typer};
use crate::typing::{FollowedPath, Items, Start, shapes_at};

use super::{OfferKind, Offers};

impl Offers<'_, '_, '_> {
    pub(super) fn typer(&self) -> Typer<'static> {
        self.analysis.typer_of_head(self.file, self.cursor.item.as_ref())
    }

    pub(super) fn predicates(&mut self, items: Option<&str>) {
        if items.is_none() {
            for (word, snippet) in [
                ("event tagged any", "event tagged any ${1:[\"tlp:red\"]}"),
                ("event tagged all", "event tagged all ${1:[\"tlp:red\"]}"),
                ("event not tagged any", "event not tagged any ${1:[\"tlp:red\"]}"),
                ("attribute tagged any", "attribute tagged any ${1:[\"tlp:red\"]}"),
                ("event_attribute tagged any", "event_attribute tagged any ${1:[\"tlp:red\"]}"),
                ("published", "published"),
                ("unpublished", "unpublished"),
                ("count", "count(${1:Event._AttributeFlattened.{n\\}}) > ${2:100}"),
            ] {
                self.word(word, snippet, 10);
            }
            for module in self.analysis.modules(self.file) {
                if module.is_condition() && module.example_in_words().is_none() {
                    self.module(module, OfferKind::Module, 30);
                }
            }
        }
        self.word("any", "any ", 15);
        self.word("not", "not ", 15);
        self.paths(items, 20);
    }

    pub(super) fn paths(&mut self, items: Option<&str>, rank: u8) {
        let typed = self.cursor.prefix(self.text);
        let dot = last_dot(typed);
        let base = dot.map_or("", |dot| &typed[..dot]);
        let start = self.cursor.typed.start + dot.map_or(0, |dot| dot + 1);
        let after = &self.text[self.cursor.offset..self.cursor.typed.end.max(self.cursor.offset)];
        let end = self.cursor.offset + after.find(['.', '[']).unwrap_or(after.len());
        let data = self.typer();
        let items = items.map(|items| items_at(items, &data));
        let from = items.as_ref().map_or(Start::Root, Start::Items);
        for shape in shapes_at(base, from, &data) {
            self.keys_of(shape, start..end, rank);
        }
        if base.is_empty() && !self.cursor.in_string {
            self.constants(50);
        }
    }

    pub(super) fn keys_of(&mut self, shape: Shape, replaces: Range<usize>, rank: u8) {
        let schema = Schema::core();
        let mut add = |label: &str, detail: String, rank: u8| {
            let mut offer = self.offer(label, OfferKind::Key, rank);
            offer.detail = detail;
            offer.replaces = replaces.clone();
            self.add(offer);
        };
        match shape {
            Shape::List(id) => add("{n}", format!("each entry: {}", schema.describe(schema.entry(id))), rank),
            Shape::Object(id) => {
                for (key, shape) in &schema.object(id).keys {
                    let is_known = *shape != Shape::Open;
                    add(key, schema.describe(*shape), if is_known { rank } else { rank + 5 });
                }
                add("{s}", "every entry whose key is a string".to_owned(), rank + 9);
            }
            Shape::Open => {
                add("{n}", "every entry of a list".to_owned(), rank + 9);
            }
            _ => {}
        }
    }
}

pub(super) fn items_at(path: &str, typer: &Typer<'_>) -> Items {
    FollowedPath::new(path, Start::Root, typer).map_or_else(|_| Items::open(), |found| found.items())
}

/// The last dot of a path that separates steps; those in tests do not.
fn last_dot(path: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut dot = None;
    for (at, c) in path.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            '.' if depth == 0 => dot = Some(at),
            _ => {}
        }
    }
    dot
}
