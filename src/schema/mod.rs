//! The data model: what lies where in the data that workflows work on, and what a hash path finds in it.
//!
//! The shapes are data ([`Schema`]); [`Typer`] follows a path through them and says what cannot be. What MISP leaves
//! open (results of enrichment, data of custom modules, triggers without the core format) is open here too: a shape
//! only says what is certain.
//!
//! See `docs/misp-semantics.md`, section "The shape of the data".

mod finding;
mod follow;
mod lacks;
mod load;
mod question;
mod root;
mod shape;
mod swapped;
mod tests_in_paths;
mod trigger_data;

pub use finding::{About, PathFinding, PathFix};
pub use follow::{Followed, Typer};
pub use lacks::Lack;
pub use question::{Question, Reader};
pub use root::Root;
pub use shape::{Enumeration, EnumerationId, ListId, ObjectId, ObjectShape, Schema, Shape};
pub use swapped::swapped;
pub use trigger_data::{TriggerData, TriggerObject};
