//! The tags of one server.

use std::sync::Arc;

use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

/// What a server's catalogue lists. See `docs/misp-semantics.md`, "Options of one server".
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ServerTags {
    /// The catalogue file, as the project names it.
    pub catalogue: Arc<str>,
    /// The tags, none if the catalogue does not list them.
    pub tags: IndexSet<String, FxBuildHasher>,
    /// The galaxy clusters, none if the catalogue does not list them.
    pub clusters: IndexSet<String, FxBuildHasher>,
}
