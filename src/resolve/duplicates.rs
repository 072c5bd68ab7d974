//! Names that may be given once.

use rustc_hash::FxHashMap;

use crate::base::source::Span;
use crate::syntax::tree::Name;

/// The names that were met, with their places.
#[derive(Default)]
pub struct Seen<'a> {
    /// A few names are compared one by one.
    few: Vec<Name<'a>>,
    many: FxHashMap<&'a str, Span>,
}

/// How many names are compared one by one.
const FEW: usize = 16;

impl<'a> Seen<'a> {
    /// Where the name was met before. It counts as met from now on.
    pub fn before(&mut self, name: Name<'a>) -> Option<Span> {
        let known = self.few.iter().find(|known| known.text == name.text).map(|known| known.span);
        let known = known.or_else(|| self.many.get(name.text).copied());
        if known.is_none() {
            if self.few.len() < FEW {
                self.few.push(name);
            } else {
                self.many.insert(name.text, name.span);
            }
        }
        known
    }
}
