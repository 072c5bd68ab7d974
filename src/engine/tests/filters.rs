//! Filter nodes and module filters in a run.

use super::{EVENT, prepared_for, pushed, run, run_with, sent};
use crate::catalogue::Semantics;
use crate::engine::RunOptions;
use serde_json::json;

fn filter(label: &str, path: &str, operator: &str, value: &str) -> String {
    format!(
        r#"generic-filter-data {{"filtering-label": "{label}", "selector": "Event._AttributeFlattened.{{n}}", "hash_path": "{path}", "operator": "{operator}", "value": "{value}"}}"#
    )
}

const IDS: &str = r#"push-zmq {"data_extraction_path": "Event._AttributeFlattened.{n}.id"}"#;
const RESET: &str = r#"generic-filter-reset {"filtering-label": "all"}"#;

#[test]
fn nested_scopes_see_what_their_place_says() {
    let (a, b) = (filter("A", "to_ids", "equals", "1"), filter("B", "type", "equals", "md5"));
    let text = format!(
        "1 event-publish > 2\n2 {a} > 3\n3 {b} > 4\n4 {IDS} > 5\n5 {RESET} > 6\n6 {a} > 7\n7 {IDS} > 8\n8 {RESET} > 9\n9 {IDS}"
    );
    assert_eq!(pushed(&text, EVENT), [json!(["3"]), json!(["1", "3"]), json!(["1", "2", "3"])]);
}

#[test]
fn a_filter_stays_on_after_branches_join() {
    let a = filter("A", "type", "equals", "md5");
    let text = format!("1 event-publish > 2, 3\n2 {a} > 3\n3 {IDS}");
    assert_eq!(pushed(&text, EVENT), [json!(["3"]), json!(["3"])]);
}

#[test]
fn removing_one_label_removes_all_and_forgets_changes() {
    let (a, b) = (filter("A", "to_ids", "equals", "1"), filter("B", "type", "equals", "md5"));
    let text = format!(
        "1 event-publish > 2\n2 {a} > 3\n3 {b} > 4\n4 attribute_ids_flag_operation {{\"action\": \"remove\"}} > 5\n\
         5 generic-filter-reset {{\"filtering-label\": \"B\"}} > 6\n6 {IDS} > 7\n\
         7 push-zmq {{\"data_extraction_path\": \"Event._AttributeFlattened.{{n}}.to_ids\"}}"
    );
    assert_eq!(pushed(&text, EVENT), [json!(["1", "2", "3"]), json!([true, false, true])]);
}

#[test]
fn a_reset_of_all_without_a_filter_leaves_nothing() {
    let text = format!("1 event-publish > 2\n2 {RESET} > 3\n3 push-zmq");
    assert_eq!(pushed(&text, EVENT), [json!({"enabledFilters": []})]);
}

#[test]
fn filtered_lists_have_gaps_in_2_5_1_only() {
    let a = filter("A", "type", "equals", "md5");
    let text = format!(
        "1 event-publish > 2\n2 {a} > 3\n3 push-zmq {{\"data_extraction_path\": \"Event._AttributeFlattened\"}}"
    );
    let keys = |semantics| {
        let result = run_with(&prepared_for(&text, semantics), EVENT, &RunOptions::default());
        let sent = sent(&result)[0].clone();
        sent.as_object().map(|object| object.keys().cloned().collect::<Vec<_>>())
    };
    assert_eq!(keys(Semantics::MISP_2_5_1), Some(vec!["2".to_owned()]));
    assert_eq!(keys(Semantics::MISP_2_5_19), None);
}

#[test]
fn a_filter_on_a_list_that_is_not_there_makes_an_empty_one() {
    let text = r#"
        1 event-publish > 2
        2 generic-filter-data {"filtering-label": "A", "selector": "Event.ShadowAttribute.{n}", "operator": "any_value"} > 3
        3 push-zmq {"data_extraction_path": "Event.{s}"}
    "#;
    let sent = pushed(text, r#"{"Event": {"id": "1"}}"#);
    assert_eq!(sent[0], json!(["1", [], []]));
}

#[test]
fn a_negative_operator_on_the_wrong_kind_keeps_nothing() {
    let a = filter("A", "Tag.{n}", "not_equals", "tlp:red");
    let text = format!("1 event-publish > 2\n2 {a} > 3\n3 {IDS}");
    assert_eq!(pushed(&text, EVENT), [json!(["2", "3"])].map(|_| json!([])));
}

#[test]
fn only_its_own_module_sees_a_module_filter() {
    let text = format!(
        "1 event-publish > 2\n2 attribute_ids_flag_operation {{\"action\": \"add\"}} [\"Event._AttributeFlattened.{{n}}\", \
         \"type\", \"equals\", \"domain\"] > 3\n3 {IDS}"
    );
    let result = run(&text, EVENT);
    assert_eq!(result.effects[0]["attributes"].as_array().unwrap().len(), 1);
    assert_eq!(sent(&result), [json!(["1", "2", "3"])]);
}

/// A selector that goes on after a character of a string: PHP cannot take out what is there.
#[test]
fn a_filter_through_a_string_ends_the_run() {
    for (selector, dies) in [
        ("Event.info.0.x", true),
        ("Event.info.0.x.{n}", true),
        ("Event.info.-1.x", true),
        ("Event.uuid.3.name.type", true),
        ("Event.Attribute.{n}.value.0.x", true),
        ("Event.Attribute.{n}[type=domain].value.2.x", true),
        ("{s}.info.0.x", true),
        ("Event.info.99.x", false),
        ("Event.info.0", false),
        ("Event.info.x", false),
        ("Event.info.x.y", false),
        ("Event.Attribute.{n}[type=url].value.0.x", false),
    ] {
        let text = format!(
            "1 event-publish > 2\n2 generic-filter-data {{\"filtering-label\": \"A\", \"selector\": \"{selector}\", \
             \"hash_path\": \"v\", \"operator\": \"in\", \"value\": \"1\"}} > 3\n3 push-zmq {{\"data_extraction_path\": \"Event.id\"}}"
        );
        let result = run(&text, EVENT);
        assert_eq!(result.outcome == crate::engine::Outcome::Crash, dies, "{selector}: {result:?}");
        if dies {
            assert!(result.errors[0].contains("string offsets"), "{:?}", result.errors);
        }
    }
}

/// A selector that begins with `{s}` also reaches the filters, which lie beside the event.
#[test]
fn a_filter_can_reach_the_filters() {
    let all = r#"generic-filter-data {"filtering-label": "A", "selector": "{s}.Tag.{n}", "hash_path": "name", "operator": "any_value"}"#;
    let b = filter("B", "type", "equals", "md5");
    let text = format!("1 event-publish > 2\n2 {all} > 3\n3 {b} > 4\n4 push-zmq");
    let sent = pushed(&text, EVENT);
    let filters = sent[0]["enabledFilters"].as_object().unwrap();
    // What was put beside the filters counts as one from then on, and does nothing but leave an empty list.
    assert_eq!(filters.keys().collect::<Vec<_>>(), ["A", "Tag", "B"]);
    assert_eq!(sent[0][""], json!([]));
}
