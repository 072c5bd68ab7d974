//! Which tags there are: those of taxonomies, and those that a server has.

mod built_in;
mod known;
mod load;
mod server;
mod spelling;
mod taxonomies;
mod taxonomy;

pub use known::KnownTags;
pub use load::{Loaded, TaxonomyError, load};
pub use server::ServerTags;
pub use taxonomies::Taxonomies;
pub use taxonomy::Taxonomy;

/// How the tags of galaxy clusters begin.
pub const GALAXY: &str = "misp-galaxy:";
