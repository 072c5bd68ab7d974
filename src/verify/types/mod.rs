//! What the checker says of types, said of a workflow that MISP saved: its parameters, hash paths, comparisons and
//! filters, and what it says of itself.
//!
//! The words are those of the text, see [`wording`](crate::wording). What the editor leaves empty counts as not
//! given.

mod filter;
mod found;
mod node;
mod open_data;
mod parameters;
mod paths;
mod row;
mod values;

use crate::catalogue::SignatureLookup;
use crate::diagnostics::Audience;
use crate::model::{Document, DocumentKind, ModuleType};
use crate::resolve::Budget;
use crate::schema::{Root, Typer};
use crate::typing::root_of_blueprint;

use node::NodeChecker;

pub use found::{Part, TypeFinding};
pub use row::{Row, check_row};

/// Checks every node of a document. Nodes of modules that `signature` does not know are left alone.
pub fn check_types<'g>(
    document: &'g Document<'g>,
    signature: &SignatureLookup<'_, 'g>,
    budget: &Budget,
) -> Vec<TypeFinding<'g>> {
    let graph = &document.graph;
    let signatures: Vec<_> = graph.nodes.iter().map(|node| signature(&node.module)).collect();
    let triggers = graph.nodes.iter().zip(&signatures);
    let mut triggers = triggers.filter(|(node, _)| node.module_type == ModuleType::Trigger);
    let root = match (triggers.next(), document.kind) {
        (Some((_, Some(trigger))), _) if trigger.module_type == ModuleType::Trigger => Root::of_trigger(trigger),
        (None, DocumentKind::Blueprint) => root_of_blueprint(&document.description, signature),
        _ => Root::OPEN,
    };
    let typer = Typer::new(root).advising(Audience::Editor);
    let is_open = open_data::after_unknown(graph, &signatures);
    let mut findings = Vec::new();
    for (index, (node, signature)) in graph.nodes.iter().zip(signatures).enumerate() {
        let Some(signature) = signature else { continue };
        let typer = if is_open[index] { typer.opened() } else { typer };
        NodeChecker { index, node, signature, typer, budget, findings: &mut findings }.check();
    }
    findings
}
