//! The canonical writer: the JSON that MISP's editor itself would save, byte for byte the same for
//! the same input.

mod emitter;
mod error;
mod graph;
mod node_uid;
mod placeholders;
mod text;

pub use error::{MissingVariable, WriteError};

use emitter::{Emitter, Layout};
use graph::GraphWriter;

use crate::model::{Document, DocumentKind};
use crate::secrets::Secret;

/// The forms in which a document can be written.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Form {
    /// `{"Workflow": {…}}` with the graph as an object, without anything that changes by itself, so
    /// that it diffs well.
    Workflow,
    /// The graph alone, as the editor keeps it.
    Data,
    /// The body of a request that saves it: `POST /workflows/edit` for a workflow, with the graph
    /// as a JSON string; `POST /workflowBlueprints/add` for a blueprint, which is [`Self::Blueprint`].
    Request,
    /// `{"WorkflowBlueprint": {…}}` with the graph as a list of nodes. This form has no place for
    /// frames.
    Blueprint,
}

/// What is written for text from the environment.
#[derive(Clone, Copy)]
pub enum Filling<'e> {
    /// A placeholder, `${NAME}`, both for a variable and for a secret. The node tells of each in a list of its own,
    /// `placeholders`, by which [`read`](super::read) knows it from text that happens to look like one.
    Placeholders,
    /// The value of the variable, which the function gives, or `None` if it is not set.
    Values(&'e (dyn Fn(&str) -> Option<Secret> + Sync)),
    /// The values, and those of secrets so that MISP does not render them: a secret that holds `{{` stays what it is.
    ForMisp {
        /// The value of a variable, or `None` if it is not set.
        environment: &'e (dyn Fn(&str) -> Option<Secret> + Sync),
        /// Whether MISP renders a parameter: the module, and the parameter's id.
        is_template: &'e (dyn Fn(&str, &str) -> bool + Sync),
    },
}

/// Writes a document.
///
/// # Errors
/// [`WriteError`] with every variable whose value is wanted, that is not set and has no default.
pub fn write(document: &Document<'_>, form: Form, filling: Filling<'_>) -> Result<String, WriteError> {
    let graph = GraphWriter::new(document, filling);
    let out = Emitter::new(Layout::Indented, expected_length(document));
    match (form, document.kind) {
        (Form::Data, _) => data(out, graph),
        (Form::Workflow, _) => workflow(out, document, graph),
        (Form::Request, DocumentKind::Workflow) => request(out, document, graph),
        (Form::Blueprint, _) | (Form::Request, DocumentKind::Blueprint) => blueprint(out, document, graph),
    }
}

/// Whether a document holds text from the environment.
pub fn needs_values(document: &Document<'_>) -> bool {
    document.graph.nodes.iter().any(|node| !placeholders::placeholders(node).is_empty())
}

/// About how many bytes the output will have.
pub fn expected_length(document: &Document<'_>) -> usize {
    1024 + document.graph.nodes.len() * 1600
}

fn data(mut out: Emitter, mut graph: GraphWriter<'_>) -> Result<String, WriteError> {
    graph.keyed(&mut out);
    graph.finish(out)
}

fn workflow(mut out: Emitter, document: &Document<'_>, mut graph: GraphWriter<'_>) -> Result<String, WriteError> {
    out.open('{');
    out.key("Workflow");
    out.open('{');
    identity(&mut out, document);
    if let Some(trigger_id) = &document.trigger_id {
        out.key("trigger_id");
        out.text(trigger_id);
    }
    out.key("debug_enabled");
    out.boolean(document.debug_enabled);
    out.key("data");
    graph.keyed(&mut out);
    out.close('}');
    out.close('}');
    graph.finish(out)
}

fn request(mut out: Emitter, document: &Document<'_>, mut graph: GraphWriter<'_>) -> Result<String, WriteError> {
    let mut data = Emitter::new(Layout::Compact, expected_length(document));
    graph.keyed(&mut data);
    out.open('{');
    out.key("Workflow");
    out.open('{');
    out.key("data");
    out.text(&data.finish());
    out.key("name");
    out.text(&document.name);
    out.key("description");
    out.text(&document.description);
    out.key("debug_enabled");
    out.boolean(document.debug_enabled);
    out.close('}');
    out.close('}');
    graph.finish(out)
}

fn blueprint(mut out: Emitter, document: &Document<'_>, mut graph: GraphWriter<'_>) -> Result<String, WriteError> {
    out.open('{');
    out.key("WorkflowBlueprint");
    out.open('{');
    identity(&mut out, document);
    // MISP sets the time itself where it is missing; `default` marks what ships with MISP.
    out.key("default");
    out.boolean(false);
    out.key("data");
    graph.list(&mut out);
    out.close('}');
    out.close('}');
    graph.finish(out)
}

fn identity(out: &mut Emitter, document: &Document<'_>) {
    if let Some(uuid) = document.uuid {
        out.key("uuid");
        out.text(uuid.hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer()));
    }
    out.key("name");
    out.text(&document.name);
    out.key("description");
    out.text(&document.description);
}

#[cfg(test)]
mod tests;
