//! A run on the parts of an event that its steps can look at comes to the same as a run on the whole event.

use proptest::prelude::*;

use super::prepared_for;
use crate::catalogue::Semantics;
use crate::engine::{Prepared, RunOptions};
use crate::php::Value;
use crate::simulate::replay::{EventIdentity, Record, data_of, needed_data_of, write_json};

/// Keys that events have, that MISP makes, and that paths take for something else.
const KEYS: [&str; 18] = [
    "Event",
    "Attribute",
    "Object",
    "EventReport",
    "Tag",
    "_allTags",
    "_AttributeFlattened",
    "name",
    "value",
    "type",
    "id",
    "info",
    "published",
    "threat_level_id",
    "orgc_id",
    "0",
    "1.5",
    "other",
];
/// Steps that are more than a key.
const STEPS: [&str; 8] = ["{n}", "{n}", "{n}", "{s}", "{*}", "{n}[name=a]", "Tag[name]", "Attribute[type=/a/]"];
const VALUES: [&str; 9] = ["null", "true", "0", "1", "1.5", "\"a\"", "\"1\"", "\"\\u0061\"", "\"\""];
const OPERATORS: [&str; 9] =
    ["in", "not_in", "equals", "not_equals", "any_value", "in_or", "in_and", "is_empty", "unknown"];

/// What a run writes of an event, read as a whole or in part.
fn told(workflow: &Prepared, event: &str, in_part: bool) -> String {
    let record = Record::of_bytes("e".into(), Some(1), event.as_bytes());
    let options = RunOptions::default();
    let data = if in_part { needed_data_of(&record, workflow, &options) } else { data_of(&record, workflow) };
    match data {
        Err(problem) => problem.message,
        Ok(data) => {
            let mut json = Vec::new();
            let identity = EventIdentity::of(&data);
            write_json(&mut json, &record, identity, &workflow.run(data, &options)).unwrap();
            String::from_utf8(json).unwrap()
        }
    }
}

fn path() -> impl Strategy<Value = String> {
    let step = prop_oneof![3 => proptest::sample::select(&KEYS[..]), 2 => proptest::sample::select(&STEPS[..])];
    let list = proptest::sample::select(
        &[
            "Event.Attribute.{n}",
            "Event._AttributeFlattened.{n}",
            "Event.Object.{n}.Attribute.{n}",
            "Event",
            "",
            "Event.EventReport.{n}",
        ][..],
    );
    (list, proptest::collection::vec(step, 0..4)).prop_map(|(list, steps)| {
        let steps = std::iter::once(list).chain(steps).filter(|step| !step.is_empty());
        steps.collect::<Vec<_>>().join(".")
    })
}

/// A step of a workflow: its module and parameters.
fn step() -> impl Strategy<Value = String> {
    let operator = proptest::sample::select(&OPERATORS[..]);
    let scope =
        proptest::sample::select(&["event", "attribute", "event_attribute", "event_report", "inherited_report"][..]);
    prop_oneof![
        4 => (path(), operator).prop_map(|(path, operator)| format!(
            "generic-if {}",
            serde_json::json!({"hash_path": path, "operator": operator, "value": "a", "value_list": ["a", "1"]})
        )),
        1 => path().prop_map(|path| format!(
            "count-if {}",
            serde_json::json!({"selector": path, "operator": "greater_than", "value": "0"})
        )),
        2 => scope.prop_map(|scope| format!(
            "tag-if {}",
            serde_json::json!({"scope": scope, "condition": "in_or", "tags": ["a"]})
        )),
        1 => Just("published-if {\"condition\": \"equals\"}".to_owned()),
        1 => Just("threat-level-if {\"condition\": \"equals\", \"threatlevel\": \"1\"}".to_owned()),
        1 => Just("organisation-if {\"org_type\": \"orgc\", \"condition\": \"in_or\", \"org_id\": [\"1\"]}".to_owned()),
    ]
}

/// JSON with these keys, also twice in an object.
fn json() -> impl Strategy<Value = String> {
    let leaf = proptest::sample::select(&VALUES[..]).prop_map(str::to_owned);
    leaf.prop_recursive(5, 40, 5, |inner| {
        let key = proptest::sample::select(&KEYS[..]);
        let entry = (key, inner.clone()).prop_map(|(key, value)| format!("\"{key}\":{value}"));
        prop_oneof![
            2 => proptest::collection::vec(entry, 0..6).prop_map(|entries| format!("{{{}}}", entries.join(","))),
            1 => proptest::collection::vec(inner, 0..4).prop_map(|items| format!("[{}]", items.join(","))),
        ]
    })
}

/// An event that is usually whole.
fn event() -> impl Strategy<Value = String> {
    let tagged = "{\"type\":\"a\",\"value\":\"a\",\"Tag\":[{\"name\":\"a\",\"id\":1},{\"name\":\"other\"}]}";
    let filled = json().prop_map(move |json| {
        format!(
            "{{\"Event\":{{\"id\":\"7\",\"info\":\"i\",\"Tag\":[{{\"name\":\"a\"}},null],\"Attribute\":[{tagged},{json}],\
             \"Object\":[{{\"name\":\"a\",\"Attribute\":[{tagged},{json}]}},{json}],\"EventReport\":[{tagged},{json}],\
             \"other\":{json},\"orgc_id\":\"1\"}},\"_beside\":{json}}}"
        )
    });
    let partly = json().prop_map(|json| format!("{{\"Event\":{json}}}"));
    prop_oneof![3 => filled, 1 => partly, 1 => json()]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn parts_come_to_the_same_as_the_whole(steps in proptest::collection::vec(step(), 1..4), events in proptest::collection::vec(event(), 4), old in any::<bool>()) {
        let mut text = "1 event-publish > 2\n".to_owned();
        for (at, step) in steps.iter().enumerate() {
            let (node, stop) = (2 + at, 100 + at);
            let next = if at + 1 < steps.len() { (node + 1).to_string() } else { String::new() };
            text += &format!("{node} {step} > {stop}|{next}\n{stop} stop-execution {{\"message\": \"stop {at}\"}}\n");
        }
        let semantics = if old { Semantics::MISP_2_5_1 } else { Semantics::MISP_2_5_19 };
        let workflow = prepared_for(&text, semantics);
        for event in &events {
            prop_assert_eq!(told(&workflow, event, true), told(&workflow, event, false), "{}\n{}", text, event);
        }
    }
}

#[test]
fn a_key_that_misp_would_make_is_in_the_data() {
    let step = r#"generic-if {"hash_path": "Event.Attribute.{n}.{s}._allTags", "operator": "any_value"}"#;
    let text = format!("1 event-publish > 2\n2 {step} > 3|\n3 stop-execution {{\"message\": \"x\"}}");
    let workflow = prepared_for(&text, Semantics::MISP_2_5_1);
    let event = r#"{"Event":{"id":"1","Attribute":[{"other":{"_allTags":null,"value":"v"}}]}}"#;
    assert_eq!(told(&workflow, event, true), told(&workflow, event, false));
    assert!(told(&workflow, event, true).contains("blocked"));
}

#[test]
fn what_is_read_for_tags() {
    let text = "1 event-publish > 2\n2 tag-if {\"scope\": \"attribute\", \"condition\": \"in_or\", \"tags\": [\"a\"]} > 3|\n3 stop-execution {\"message\": \"x\"}";
    let workflow = prepared_for(text, Semantics::MISP_2_5_19);
    let options = RunOptions::default();
    let parts = workflow.parts(&options).expect("parts");
    let event = r#"{"Event":{"id":"1","date":"x","Tag":[{"name":"t"}],"Attribute":[{"value":"v","Tag":[{"name":"a","colour":"c"}]}],"Galaxy":[]}}"#;
    assert_eq!(
        Value::parts_of_json(event, parts).unwrap().to_json().unwrap(),
        r#"{"Event":{"id":"1","Tag":[{"name":"t"}],"Attribute":[{"Tag":[{"name":"a"}]}]}}"#
    );
    assert!(workflow.parts(&RunOptions { trace: true, ..options }).is_none());
    for step in ["push-zmq", "stop-execution {\"message\": \"{{ Event.info }}\"}", "concurrent-task > 3"] {
        let text = format!("1 event-publish > 2\n2 {step}\n3 push-zmq");
        assert!(prepared_for(&text, Semantics::MISP_2_5_19).parts(&options).is_none(), "{step}");
    }
}
