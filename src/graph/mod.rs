//! The graph of nodes and connections that MISP stores and walks.

#[expect(clippy::module_inception, reason = "the file is named after the type it holds")]
mod graph;
mod loops;
mod lower;
mod position;
mod rules;
#[cfg(test)]
mod testing;

pub use graph::{Connection, Frame, Graph, ModuleType, Node, NodeId, ParamText, ParamValue, SavedFilter, TextPart};
pub(crate) use loops::Components;
pub use lower::{lower, lower_with_labels};
pub use position::place_on_grid;
pub use rules::{Analysis, BlockingEdge, analyse, check_rules};
