//! Trace, log and JSON.

use super::{EVENT, prepared, prepared_with};
use crate::catalogue::Semantics;
use crate::engine::{Decision, RunOptions};
use crate::php::Value;
use serde_json::json;

const TEXT: &str = r#"
    1 event-publish > 2
    2 tag-if {"scope": "event", "condition": "in_or", "tags": ["tlp:green"]} > 3|
    3 attach-enrichment {"modules": []} > 4
    4 publish-event > 5
    5 stop-execution {"message": "no"}
"#;

#[test]
fn the_trace_says_what_was_seen_and_decided() {
    let workflow = prepared(TEXT);
    let data = Value::from_json(EVENT).unwrap();
    let result = workflow.run(data.clone(), &RunOptions { trace: true, ..RunOptions::default() });
    let nodes = &result.trace.as_ref().unwrap().nodes;
    let decisions: Vec<_> = nodes.iter().map(|node| (node.node, node.decision)).collect();
    let expected =
        [(1, Decision::Start), (2, Decision::Then), (3, Decision::Failed), (4, Decision::Done), (5, Decision::Failed)];
    assert_eq!(decisions, expected);
    assert_eq!(nodes[1].saw[0].what, "Event.Tag.{n}.name");
    assert_eq!(nodes[1].saw[0].value.to_json().unwrap(), r#"["tlp:green"]"#);
    assert_eq!(nodes[1].reasons, [r#"`in_or` ["tlp:green"] is true"#]);
    assert_eq!(nodes[2].reasons, ["No enrichmnent module selected"]);
    assert_eq!(nodes[3].effects, 0..1);
    assert!(workflow.run(data.clone(), &RunOptions::default()).trace.is_none());
}

#[test]
fn the_log_is_misps() {
    let workflow = prepared_with(TEXT, Semantics::MISP_2_5_1, true);
    let data = Value::from_json(EVENT).unwrap();
    let clock = || "2024-01-02 03:04:05".to_owned();
    let result = workflow.run(data.clone(), &RunOptions { clock: Some(&clock), ..RunOptions::default() });
    let head = "[2024-01-02 03:04:05] Workflow(event-publish:1). ";
    let lines: Vec<_> = result.log.iter().map(|line| line.strip_prefix(head).unwrap()).collect();
    assert_eq!(lines[0], "Started executing workflow for trigger `event-publish` (1)");
    assert!(lines[1].contains("`tag-if` (2)") && lines[1].ends_with("status: success"));
    assert!(lines[2].contains("`attach-enrichment` (3)") && lines[2].ends_with("status: partial-success"));
    let errors = result.errors.join(", ");
    assert_eq!(lines[5], format!("Execution stopped. \n{errors}"));
    assert_eq!(lines[6], "Finished executing workflow for trigger `event-publish` (1). Outcome: blocked");
    assert_eq!(lines.len(), 7);
}

#[test]
fn the_result_is_what_the_command_line_prints() {
    let workflow = prepared(TEXT);
    let data = Value::from_json(EVENT).unwrap();
    let json = serde_json::to_value(workflow.run(data.clone(), &RunOptions::default())).unwrap();
    let expected = json!({
        "workflow": "w", "trigger": "event-publish", "outcome": "blocked", "verdict": "cancel",
        "executed": [3, 4, 5], "failed": [3, 5], "skipped": [],
        "errors": [
            "Node `attach-enrichment` (3) from Workflow `w` (1) returned the following error: No enrichmnent module selected",
            "Node `stop-execution` (5) from Workflow `w` (1) returned the following error: no"
        ],
        "effects": [{"node": 4, "module": "publish-event", "kind": "publish", "id": "7"}],
        "jobs": []
    });
    assert_eq!(json, expected);
}

#[test]
fn every_module_of_the_catalogue_can_be_run() {
    use crate::catalogue::Catalogue;
    use crate::model::ModuleType;
    for module in Catalogue::built_in().modules().filter(|module| module.module_type != ModuleType::Trigger) {
        let result = super::run(&format!("1 event-publish > 2\n2 {}", module.id), EVENT);
        assert!(!result.errors.iter().any(|error| error.contains("Could not load class")), "{}", module.id);
        // Of none but this one it is unknown what it does.
        let is_unknown = module.id == "send-report-to-cti-info-extractor";
        assert!(result.effects.iter().all(|effect| is_unknown == (effect["kind"] == "custom")), "{}", module.id);
    }
}

#[test]
fn a_graph_of_every_module_as_the_editor_saved_it_can_be_run() {
    use crate::catalogue::{Catalogue, Semantics};
    use crate::engine::{Prepared, Settings};
    let json = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/editor/saved-all-modules-2.5.1.json"));
    let read = crate::misp::read(json).unwrap();
    let settings = Settings::new("w", Catalogue::built_in(), Semantics::MISP_2_5_1);
    for document in &read.documents {
        let workflow = Prepared::of_document(document, &settings).unwrap();
        let data = Value::from_json(EVENT).unwrap();
        let result = workflow.run(data, &RunOptions { trace: true, ..RunOptions::default() });
        assert!(serde_json::to_string(&result.trace).is_ok());
    }
}
