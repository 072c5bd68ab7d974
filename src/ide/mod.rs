//! What editors and other front ends ask: what is found in a project whose texts are not saved, what is at a place, what may
//! be there, where it is defined, and who uses it.
//!
//! Nothing here knows the protocol of an editor, and nothing writes a file.

mod check;
mod colours;
mod links;
mod outline;
mod tokens;
mod unit;
mod walk;

pub use check::{Checked, Facts, Options, Texts, check_unit};
pub use colours::{Word, WordKind, words};
pub use links::{Target, links};
pub use outline::{Entry, EntryKind, Fold, folds, outline, selections};
pub use unit::Unit;
pub use walk::{Around, CallKind, Found, Piece, Role, walk, walk_item};
