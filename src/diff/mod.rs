//! What differs between two workflows as graphs. Nodes are matched by what they do and where they
//! are, not by their ids: a renumbered graph is the same graph.

mod compare;
mod difference;
mod filled;
mod fingerprint;
mod matching;
mod pairs;
mod text;
mod value;

pub use compare::{DiffOptions, compare, partners};
pub use difference::{Change, ChangedNode, Difference, Edge, NodeName};
pub use filled::filled_secrets;
pub(crate) use filled::{NOT_SHOWN, fit, without_credentials};
pub use pairs::{Pairs, pair_documents};
