//! Runs in which MISP dies.

use super::{EVENT, run};
use crate::engine::Outcome;

fn dies(text: &str, event: &str, reason: &str) {
    let result = run(&format!("1 event-publish > 2\n{text}"), event);
    assert_eq!(result.outcome, Outcome::Crash, "{text}");
    assert!(result.errors[0].contains(reason), "{}", result.errors[0]);
}

const BARE: &str =
    r#"{"Event": {"id": "7", "distribution": "1", "Attribute": [], "Object": [{"Attribute": [{"id": "1"}]}]}}"#;

#[test]
fn a_connection_to_a_node_that_does_not_exist() {
    dies(
        "2 publish-event > 9",
        EVENT,
        "Workflow::executeNode(): Argument #1 ($node) must be of type array, null given",
    );
}

#[test]
fn a_second_reset_without_a_new_filter() {
    let filter =
        r#"2 generic-filter-data {"filtering-label": "A", "selector": "Event.Tag.{n}", "operator": "any_value"} > 3"#;
    let reset = r#"generic-filter-reset {"filtering-label": "A"}"#;
    dies(&format!("{filter}\n3 {reset} > 4\n4 {reset}"), EVENT, "WorkflowRoamingData::setData()");
}

#[test]
fn distribution_if_without_direct_attributes() {
    dies(
        r#"2 distribution-if {"scope": "attribute"}"#,
        BARE,
        "Argument #3 ($attribute) must be of type array, null given",
    );
    dies(r#"2 distribution-if {"scope": "event", "distribution": "4"}"#, BARE, "__extractSharingGroupIDs()");
    let lives = run("1 event-publish > 2\n2 distribution-if {\"scope\": \"event\"} > 3|\n3 publish-event", BARE);
    assert_eq!(lives.outcome, Outcome::Success);
}

#[test]
fn tag_replacement_of_something_without_tags() {
    dies(r#"2 tag_replacement_tlp {"scope": "event", "remove_substituted": "no"}"#, BARE, "Hash::extract()");
}

#[test]
fn splunk_always() {
    dies(r#"2 splunk-hec-export {"url": "https://x", "hec_token": "t"}"#, EVENT, "isOk() on null");
}

#[test]
fn a_run_that_dies_keeps_what_it_did_before() {
    let result = run("1 event-publish > 2\n2 publish-event > 9", EVENT);
    assert_eq!((result.executed, result.effects.len()), (vec![2], 1));
}
