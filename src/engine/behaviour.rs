//! What a node does in a run, so that it can be compared with other parameters.

use crate::catalogue::{Catalogue, Semantics, Signature};
use crate::model::{ModuleType, Node};

use super::arguments::Arguments;
use super::modules;

/// All that a node's module keeps of its parameters: nodes of one module for which it is equal do the same, whatever the data is.
/// `None` where that is not known, as of modules that nobody knows, and of triggers.
pub fn behaviour(node: &Node<'_>, catalogue: &Catalogue) -> Option<String> {
    let signature: &Signature = catalogue
        .module(&node.module)
        .filter(|known| known.module_type == node.module_type && known.module_type != ModuleType::Trigger)?;
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
