//! The items of a file.

use crate::syntax::tree::{File, Item};

use super::comment::Blanks;
use super::writer::Writer;

impl<'s> Writer<'s> {
    /// Everything, up to the end of the last line.
    pub(super) fn file(&mut self, file: &'s File<'s>) {
        for (index, item) in file.items.iter().enumerate() {
            self.hard(index.checked_sub(1).map_or(Blanks::Begin, |before| between(&file.items[before], item)));
            self.item(item);
        }
        self.hard(if file.items.is_empty() { Blanks::BetweenComments } else { Blanks::BeforeComments });
    }

    fn item(&mut self, item: &'s Item<'s>) {
        match item {
            Item::Import(import) => self.import(import),
            Item::Let(constant) => self.constant(constant),
            Item::Workflow(workflow) => self.workflow(workflow),
            Item::Blueprint(blueprint) => self.blueprint(blueprint),
            Item::Module(module) => self.module(module),
            Item::Test(test) => self.test(test),
        }
    }
}

/// Imports are together, constants as their author grouped them, all else apart.
fn between(before: &Item<'_>, after: &Item<'_>) -> Blanks {
    match (before, after) {
        (Item::Import(_), Item::Import(_)) => Blanks::BeforeComments,
        (Item::Let(_), Item::Let(_)) => Blanks::Keep,
        _ => Blanks::Require,
    }
}
