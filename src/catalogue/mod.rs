//! What modules exist and how they are called.

mod availability;
mod box_size;
#[expect(clippy::module_inception, reason = "the file is named after the type it holds")]
mod catalogue;
mod editor;
mod embedded;
mod error;
mod example;
mod facts;
mod import_release;
mod known;
pub mod load;
mod module;
pub(crate) mod module_ids;
mod releases;
mod search;
mod semantics;
mod server_facts;
mod server_tags;
mod signature;
mod target;

pub use availability::{Availability, availability};
pub use box_size::box_size;
pub use catalogue::Catalogue;
pub use error::CatalogueError;
pub(crate) use example::quoted_unless_name;
pub use facts::written_default;
pub use import_release::{LaterRelease, ReleaseChanges, import_release};
pub use load::load;
pub use search::{SEARCH_KEYS, is_search_key};
pub use semantics::Semantics;
pub use server_facts::{ServerFactError, ServerFacts, StoppedQueries};
pub use server_tags::server_tags;
pub use signature::{Parameter, ParameterKind, Provenance, Shape, Signature, SignatureLookup};
pub use target::{Release, Target, UnknownTarget};
