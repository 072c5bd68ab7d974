//! Whether other parameters make a difference to a run.

use crate::catalogue::{Catalogue, Semantics, Signature};
use crate::model::{ModuleType, Node};

use super::arguments::Arguments;
use super::modules;

/// Whether a node does the same with other parameters, whatever the data is. `false` where that is not known, as of modules
/// that nobody knows, and of triggers.
pub fn does_the_same(one: &Node<'_>, other: &Node<'_>, catalogue: &Catalogue) -> bool {
    let signature = catalogue.module(&one.module).filter(|known| known.module_type == one.module_type);
    let Some(signature) = signature.filter(|known| known.module_type != ModuleType::Trigger) else { return false };
    let (one, other) = (read(one, signature), read(other, signature));
    one.is_some() && one == other
}

/// All that the module keeps of its parameters.
fn read(node: &Node<'_>, signature: &Signature) -> Option<String> {
    let arguments = Arguments {
        node,
        signature: Some(signature),
        semantics: Semantics::MISP_2_5_19,
        environment: &|_| None,
        secrets: &|_| None,
    };
    let module = modules::prepare(&arguments, signature.provenance).ok()??;
    Some(format!("{module:?}"))
}
