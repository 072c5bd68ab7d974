//! What editors and other front ends ask: what is found in a project whose texts are not saved, what is at a place, what may
//! be there, where it is defined, and who uses it.
//!
//! Nothing here knows the protocol of an editor, and nothing writes a file.

mod actions;
mod analysis;
mod check;
mod colours;
mod complete;
mod cursor;
mod hover;
mod links;
mod names;
mod outline;
mod run;
mod template;
mod tokens;
mod unit;
mod walk;

pub use actions::{Action, Hint, Runnable, allow, fix_all, hints, refactorings, runnables};
pub use analysis::{Analysis, analyse};
pub use check::{Checked, Facts, Options, Texts, check_unit, text_of};
pub use colours::{Word, WordKind, words};
pub use complete::{Offer, OfferKind, complete};
pub use hover::{Hover, SignatureHelp, code_in_full, hover, module_in_full, signature_help};
pub use links::{Target, links};
pub use names::{NameKind, Occurrence, occurrence_at, occurrences};
pub use outline::{Entry, EntryKind, Fold, folds, outline, selections};
pub use run::{Ran, event_path, run_on_event, run_tests};
pub use unit::Unit;
pub use walk::{Around, CallKind, Found, Piece, Role, walk, walk_item};

/// Whether a word can be a name.
pub fn is_name(word: &str) -> bool {
    crate::syntax::is_name(word)
}
