//! Jinja templates in strings.

use crate::jinja::names::{FILTERS, TESTS};
use crate::schema::{Schema, Shape};
use crate::typing::{Start, shapes_at};

use super::super::template;
use super::{OfferKind, Offers};

impl Offers<'_, '_, '_> {
    /// Offers for the template around the place, if it is in one that MISP renders.
    pub(super) fn in_template(&mut self) -> bool {
        let Some(call) = self.cursor.calls.last() else { return false };
        let module = self.analysis.signature(self.file, &call.name);
        let parameter = module.and_then(|module| module.parameter(call.parameter.as_deref()?));
        if !parameter.is_some_and(|parameter| parameter.jinja) {
            return false;
        }
        let start = self.cursor.typed.start;
        let Some(place) = template::at(&self.text[start..self.cursor.offset]) else { return false };
        let replaces = start + place.typed.start..self.cursor.offset;
        let mut names: Vec<(String, String, OfferKind, u8)> = Vec::new();
        match &place.wanted {
            template::Wanted::Filter => {
                names.extend(FILTERS.iter().map(|name| ((*name).to_owned(), String::new(), OfferKind::Function, 10)));
            }
            template::Wanted::Test => {
                names.extend(TESTS.iter().map(|name| ((*name).to_owned(), String::new(), OfferKind::Function, 10)));
            }
            template::Wanted::Variable { local } => {
                names.extend(
                    local.iter().map(|name| (name.clone(), "set in the template".to_owned(), OfferKind::Variable, 10)),
                );
                names.extend(keys(&shapes_at("", Start::Root, &self.typer()), 20));
                names.extend(
                    ["loop", "range", "dict", "namespace"]
                        .map(|name| (name.to_owned(), String::new(), OfferKind::Function, 40)),
                );
            }
            template::Wanted::Key { path } => names.extend(keys(&shapes_at(path, Start::Root, &self.typer()), 10)),
            template::Wanted::Statement => {
                let words = [
                    "for",
                    "endfor",
                    "if",
                    "elif",
                    "else",
                    "endif",
                    "set",
                    "endset",
                    "filter",
                    "endfilter",
                    "macro",
                    "endmacro",
                    "with",
                    "endwith",
                ];
                names.extend(words.map(|word| (word.to_owned(), String::new(), OfferKind::Keyword, 10)));
            }
        }
        for (name, detail, kind, rank) in names {
            let mut offer = self.offer(&name, kind, rank);
            offer.detail = detail;
            offer.replaces = replaces.clone();
            self.add(offer);
        }
        true
    }
}

fn keys(shapes: &[Shape], rank: u8) -> Vec<(String, String, OfferKind, u8)> {
    let schema = Schema::core();
    let of = |shape: &Shape| match shape {
        Shape::Object(id) => schema.object(*id).keys.iter().collect(),
        _ => Vec::new(),
    };
    let key = |(key, shape): (&String, &Shape)| {
        let rank = if *shape == Shape::Open { rank + 5 } else { rank };
        (key.clone(), schema.describe(*shape), OfferKind::Key, rank)
    };
    shapes.iter().flat_map(of).map(key).collect()
}
