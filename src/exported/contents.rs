//! What a `.json` file that lies in a folder holds: there are many that are not about workflows.

use uuid::Uuid;

use crate::misp;
use crate::model::Document;

/// What is in a text that may be MISP's JSON.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Contents {
    /// Workflows, blueprints or graphs, with their uuids where they have some.
    Workflows(Vec<Option<Uuid>>),
    /// Something that was meant to be that, and cannot be read.
    Broken,
    /// Something else: an event, a catalogue, settings.
    Other,
}

/// What is in nearly every workflow or blueprint of MISP, and in hardly anything else.
const HINTS: [&str; 3] = ["\"Workflow\"", "\"WorkflowBlueprint\"", "block-type-"];
/// What each node of a graph has.
const NODE: &str = "\"module_type\"";

/// Tells what a text holds. What only looks like a graph, such as an object whose keys are numbers, does not count.
pub fn contents(text: &str) -> Contents {
    let has_hint = HINTS.iter().any(|hint| text.contains(hint));
    // Events can be large, and need not be read to be passed over.
    if !has_hint && !text.contains(NODE) {
        return Contents::Other;
    }
    match misp::read(text) {
        Ok(read) if read.documents.iter().any(is_workflow) => {
            Contents::Workflows(read.documents.iter().map(|document| document.uuid).collect())
        }
        Err(_) if has_hint => Contents::Broken,
        _ => Contents::Other,
    }
}

fn is_workflow(document: &Document<'_>) -> bool {
    document.uuid.is_some() || document.graph.nodes.iter().any(|node| !node.module.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workflows_are_told_from_the_rest() {
        let node = r#"{"id": 1, "data": {"id": "push-zmq", "module_type": "action"}, "class": "block-type-default", "inputs": {}, "outputs": {}}"#;
        let row = |wrapper: &str, data: &str| {
            format!(
                r#"{{"{wrapper}": {{"uuid": "4e4c7a9c-b552-5d27-985f-560df1e8ac1e", "name": "n", "data": {data}}}}}"#
            )
        };
        let graph = format!(r#"{{"1": {node}}}"#);
        for text in [
            graph.clone(),
            format!("[{node}]"),
            row("Workflow", &graph),
            row("Workflow", &serde_json::to_string(&graph).unwrap()),
            row("WorkflowBlueprint", &format!("[{node}]")),
            format!("[{}, {}]", row("Workflow", &graph), row("Workflow", &graph)),
        ] {
            assert!(matches!(contents(&text), Contents::Workflows(_)), "{text}");
        }
        for text in [
            "",
            "{}",
            "[]",
            "5",
            "not JSON",
            r#"{"Event": {"id": "1", "info": "x", "uuid": "4e4c7a9c-b552-5d27-985f-560df1e8ac1e"}}"#,
            r#"{"response": [{"Event": {"id": "1"}}]}"#,
            r#"{"response": []}"#,
            r#"{"2024": 5, "2025": 7}"#,
            r#"{"webhook": {"fails": "busy"}}"#,
            r#"[{"id": "push-zmq", "name": "ZMQ", "type": "action"}]"#,
            r#"{"our-team": {"version": 1, "tags": ["our-team:vip"]}}"#,
        ] {
            assert_eq!(contents(text), Contents::Other, "{text}");
        }
        let whole = row("Workflow", &graph);
        assert_eq!(contents(&whole[..whole.len() - 5]), Contents::Broken);
        assert_eq!(contents(r#"{"Workflow": 5}"#), Contents::Broken);
    }
}
