//! Making a graph ready to run.

use crate::catalogue::{Catalogue, Semantics, module_ids};
use crate::model::{Document, Graph, ModuleType, Node, NodeId};

use super::adhoc::AdhocTrigger;
use super::arguments::Arguments;
use super::modules;
use super::prepared::{Edge, Prepared, PreparedNode};
use super::tag_trigger::TagTrigger;

/// What a graph needs to run besides itself.
pub struct Settings<'s> {
    /// The workflow's name, as error messages have it.
    pub name: &'s str,
    /// Its number on the server, as error messages have it.
    pub server_id: &'s str,
    /// The module id of its trigger; `None` for that of the graph's first trigger node.
    pub trigger: Option<&'s str>,
    /// Whether every executed node is logged.
    pub debug: bool,
    /// The modules that exist.
    pub catalogue: &'s Catalogue,
    /// How the release behaves.
    pub semantics: Semantics,
    /// Modules that are disabled on the server.
    pub disabled: &'s dyn Fn(&str) -> bool,
    /// Variables of the environment, for parameters that name one. Secrets are never asked for.
    pub environment: &'s dyn Fn(&str) -> Option<String>,
    /// What stands for the secret in a variable of the environment, never the secret itself; without it a secret
    /// reads `${NAME}`. Where effects are performed it is something that no data can hold by chance or by intent, so that
    /// [`Answers`](super::Answers) can put the secret in its place, and name it again in what people see.
    pub secrets: &'s dyn Fn(&str) -> Option<String>,
}

impl<'s> Settings<'s> {
    /// Settings in which the workflow is number 1, every module is enabled and the environment is empty.
    pub fn new(name: &'s str, catalogue: &'s Catalogue, semantics: Semantics) -> Self {
        Self {
            name,
            server_id: "1",
            trigger: None,
            debug: false,
            catalogue,
            semantics,
            disabled: &|_| false,
            environment: &|_| None,
            secrets: &|_| None,
        }
    }
}

/// Why a workflow cannot be run.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("node {node}, `{parameter}`: {message}")]
pub struct PrepareError {
    /// The node.
    pub node: NodeId,
    /// Its parameter.
    pub parameter: String,
    /// What is wrong with it.
    pub message: String,
}

impl Prepared {
    /// Makes a graph ready to run. Any graph is: what MISP would only stumble over when it runs is not an error here.
    ///
    /// # Errors
    /// If a hash path is longer than any that makes sense.
    pub fn new(graph: &Graph<'_>, settings: &Settings<'_>) -> Result<Self, PrepareError> {
        let mut edges = 0;
        let nodes: Vec<_> =
            graph.nodes.iter().map(|node| prepare_node(graph, node, settings, &mut edges)).collect::<Result<_, _>>()?;
        let is_trigger = |node: &&Node<'_>| node.module_type == ModuleType::Trigger;
        let trigger = settings.trigger.map(ToOwned::to_owned);
        let trigger = trigger.or_else(|| graph.nodes.iter().find(is_trigger).map(|node| node.module.to_string()));
        let trigger = trigger.unwrap_or_default();
        let signature = settings.catalogue.module(&trigger).filter(|known| known.module_type == ModuleType::Trigger);
        let start = graph.nodes.iter().position(|node| is_trigger(&node) && node.module == trigger);
        let mut prepared = Self {
            name: settings.name.to_owned(),
            id: settings.server_id.to_owned(),
            is_blocking: signature.is_some_and(|signature| signature.blocking),
            has_core_format_mark: start.is_some_and(|start| graph.nodes[start].gives_core_format),
            is_trigger_off: (settings.disabled)(&trigger) || signature.is_some_and(|signature| signature.disabled),
            wants_core_format: signature.is_some_and(|signature| signature.gives_core_format),
            is_debug_enabled: settings.debug,
            adhoc: start
                .filter(|_| signature.is_some_and(|signature| signature.id == module_ids::ADHOC_TRIGGER))
                .map(|start| AdhocTrigger::of(&arguments(&graph.nodes[start], settings))),
            tag_trigger: start.and_then(|start| TagTrigger::of(&arguments(&graph.nodes[start], settings))),
            start,
            trigger,
            nodes,
            edges,
            semantics: settings.semantics,
            parts: None,
        };
        prepared.parts = prepared.find_parts();
        Ok(prepared)
    }

    /// Makes a document ready to run, under its own name, trigger and logging.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn of_document(document: &Document<'_>, settings: &Settings<'_>) -> Result<Self, PrepareError> {
        let trigger = document.trigger_id.as_deref().or(settings.trigger);
        let name = if document.name.is_empty() { settings.name } else { &document.name };
        Self::new(&document.graph, &Settings { name, trigger, debug: document.debug_enabled, ..*settings })
    }
}

/// What a node says to its module.
fn arguments<'n>(node: &'n Node<'n>, settings: &Settings<'n>) -> Arguments<'n> {
    let signature = settings.catalogue.module(&node.module).filter(|known| known.module_type == node.module_type);
    Arguments {
        node,
        signature,
        semantics: settings.semantics,
        environment: settings.environment,
        secrets: settings.secrets,
    }
}

fn prepare_node(
    graph: &Graph<'_>,
    node: &Node<'_>,
    settings: &Settings<'_>,
    edges: &mut usize,
) -> Result<PreparedNode, PrepareError> {
    let arguments = arguments(node, settings);
    let signature = arguments.signature;
    let outputs = node.outputs.iter().map(|connections| {
        let edges = connections.iter().map(|connection| {
            let number = *edges;
            *edges += 1;
            Edge { number, to: connection.node, target: graph.index(connection.node) }
        });
        edges.collect()
    });
    Ok(PreparedNode {
        id: node.id,
        module: node.module.to_string(),
        kind: node.module_type,
        is_disabled: (settings.disabled)(&node.module) || signature.is_some_and(|signature| signature.disabled),
        is_blocking: signature.is_some_and(|signature| signature.blocking),
        outputs: outputs.collect(),
        handler: match signature {
            None => None,
            Some(signature) => modules::prepare(&arguments, signature.provenance)?,
        },
    })
}
