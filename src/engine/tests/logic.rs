//! Logic modules.

use super::{EVENT, run};

/// Whether the condition takes its first output.
fn holds(condition: &str, event: &str) -> bool {
    let text = format!("1 event-publish > 2\n2 {condition} > 3|4\n3 publish-event\n4 push-zmq");
    match run(&text, event).executed.as_slice() {
        [3] => true,
        [4] => false,
        other => panic!("{condition}: {other:?}"),
    }
}

#[test]
fn conditions() {
    for (condition, expected) in [
        (r#"tag-if {"scope": "event", "condition": "in_or", "tags": ["tlp:green"]}"#, true),
        (r#"tag-if {"scope": "event", "condition": "in_or", "tags": ["tlp:red"]}"#, false),
        (r#"tag-if {"scope": "attribute", "condition": "in_or", "tags": ["tlp:red"]}"#, true),
        (r#"tag-if {"scope": "attribute", "condition": "in_or", "tags": ["tlp:green"]}"#, false),
        (r#"tag-if {"scope": "event_attribute", "condition": "in_or", "tags": ["tlp:green"]}"#, true),
        (r#"tag-if {"scope": "event", "condition": "not_in_or", "tags": ["tlp:red"]}"#, true),
        (r#"tag-if {"scope": "event", "condition": "in_and", "tags": ["tlp:green"]}"#, true),
        // Every attribute inherits the tag, so there are three of it.
        (r#"tag-if {"scope": "event_attribute", "condition": "in_and", "tags": ["tlp:green"]}"#, false),
        (r#"tag-if {"scope": "event", "condition": "not_in_and", "tags": ["tlp:green", "tlp:red"]}"#, true),
        (r#"tag-if {"scope": "event", "condition": "in_or", "clusters": ["country=\"x\""]}"#, false),
        (r#"generic-if {"hash_path": "Event.Tag", "operator": "in", "value": "tlp:green"}"#, false),
        (r#"generic-if {"hash_path": "Event.Tag.{n}.name", "operator": "in", "value": "tlp:green"}"#, true),
        (r#"generic-if {"hash_path": "Attribute.{n}.type", "operator": "any_value"}"#, false),
        (r#"generic-if {"hash_path": "Event.nope", "operator": "equals", "value": ""}"#, false),
        (r#"generic-if {"hash_path": "Event.nope", "operator": "not_equals", "value": "x"}"#, false),
        (
            r#"generic-if {"hash_path": "Event.Tag.{n}.name", "operator": "in_or", "value_list": ["a", "tlp:green"]}"#,
            true,
        ),
        (r#"generic-if {"hash_path": "Event.info", "operator": "bogus", "value": "Phish"}"#, false),
        (r#"count-if {"selector": "Event._AttributeFlattened.{n}", "operator": "equals", "value": "3"}"#, true),
        (r#"count-if {"selector": "Event.Attribute.{n}", "operator": "greater", "value": "2"}"#, false),
        (r#"published-if {"condition": "equals"}"#, false),
        (r#"published-if {"condition": "not_equals"}"#, true),
        (r#"organisation-if {"org_type": "orgc", "condition": "in", "org_id": ["2"]}"#, true),
        (r#"organisation-if {"org_type": "org", "condition": "not_in", "org_id": ["2"]}"#, true),
        (r#"organisation-if {"org_type": "org", "condition": "in", "org_id": []}"#, false),
        (r#"threat-level-if {"condition": "equals", "threatlevel": "2"}"#, true),
        (r#"threat-level-if {"condition": "equals"}"#, false),
        (r#"threat-level-if {"condition": "greater_or_equal_than", "threatlevel": "3"}"#, true),
        (r#"threat-level-if {"condition": "less_or_equal_than", "threatlevel": "3"}"#, false),
        (r#"distribution-if {"scope": "event", "condition": "equals", "distribution": "1"}"#, true),
        (
            r#"distribution-if {"scope": "event", "condition": "more_restrictive_or_equal_than", "distribution": "0"}"#,
            false,
        ),
        (
            r#"distribution-if {"scope": "event", "condition": "more_permisive_or_equal_than", "distribution": "1"}"#,
            true,
        ),
        (r#"distribution-if {"condition": "equals", "distribution": "1"}"#, true),
        (
            r#"distribution-if {"scope": "event", "condition": "equals", "distribution": "4", "sharing_group_id": ["1"]}"#,
            true,
        ),
        (r#"distribution-if {"scope": "event", "condition": "equals", "distribution": "4"}"#, false),
        ("blueprint-logic-module", true),
    ] {
        assert_eq!(holds(condition, EVENT), expected, "{condition}");
    }
}

#[test]
fn a_tag_that_is_there_twice_is_not_exactly_the_selection() {
    let twice = r#"{"Event": {"id": "1", "Tag": [{"name": "a"}, {"name": "a"}]}}"#;
    assert!(!holds(r#"tag-if {"condition": "in_and", "tags": ["a"]}"#, twice));
    assert!(holds(r#"tag-if {"condition": "in_or", "tags": ["a"]}"#, twice));
}

#[test]
fn not_all_compares_in_order() {
    let both = r#"{"Event": {"id": "1", "Tag": [{"name": "b"}, {"name": "a"}]}}"#;
    assert!(holds(r#"tag-if {"condition": "not_in_and", "tags": ["a", "b"]}"#, both));
    assert!(!holds(r#"tag-if {"condition": "not_in_and", "tags": ["b", "a"]}"#, both));
}

#[test]
fn an_unknown_condition_goes_to_the_second_output() {
    let json = serde_json::json!({
        "1": node(1, "event-publish", "trigger", &[&[2]]),
        "2": node(2, "my-if", "logic", &[&[3], &[4]]),
        "3": node(3, "publish-event", "action", &[&[]]),
        "4": node(4, "push-zmq", "action", &[&[]]),
    });
    let read = crate::misp::read(&json.to_string()).unwrap();
    let settings = crate::engine::Settings::new(
        "w",
        crate::catalogue::Catalogue::built_in(),
        crate::catalogue::Semantics::MISP_2_5_1,
    );
    let workflow = crate::engine::Prepared::of_document(&read.documents[0], &settings).unwrap();
    assert_eq!(super::run_with(&workflow, EVENT, &crate::engine::RunOptions::default()).executed, [4]);
}

fn node(id: u32, module: &str, kind: &str, outputs: &[&[u32]]) -> serde_json::Value {
    let outputs: serde_json::Map<_, _> = outputs
        .iter()
        .enumerate()
        .map(|(index, targets)| {
            let targets: Vec<_> = targets
                .iter()
                .map(|target| serde_json::json!({"node": target.to_string(), "output": "input_1"}))
                .collect();
            (format!("output_{}", index + 1), serde_json::json!({ "connections": targets }))
        })
        .collect();
    serde_json::json!({
        "id": id, "name": module, "class": "", "typenode": false, "inputs": {}, "outputs": outputs, "pos_x": 0, "pos_y": 0,
        "data": {"id": module, "name": module, "module_type": kind, "indexed_params": {}, "saved_filters": {}},
    })
}
