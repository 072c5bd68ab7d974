//! What the database decides: read from the event that is run, else from the answers.

use super::{EVENT, prepared, run, run_with};
use crate::engine::{Answers, RunOptions};
use crate::php::Value;
use crate::simulate::answers::FixedAnswers;

/// Whether the second node fails.
fn fails(step: &str, event: &str) -> bool {
    run(&format!("1 event-after-save-new > 2\n2 {step}"), event).failed == [2]
}

#[test]
fn a_tag_can_only_be_taken_off_where_it_is() {
    for (parameters, fails_there) in [
        (r#"{"scope": "event", "action": "remove", "locality": "any", "tags": ["tlp:green"]}"#, false),
        (r#"{"scope": "event", "action": "remove", "locality": "global", "tags": ["tlp:green"]}"#, false),
        (r#"{"scope": "event", "action": "remove", "locality": "local", "tags": ["tlp:green"]}"#, true),
        (r#"{"scope": "event", "action": "remove", "locality": "any", "tags": ["tlp:red"]}"#, true),
        (r#"{"scope": "event", "action": "remove", "locality": "any", "tags": ["x", "tlp:green"]}"#, false),
        (r#"{"scope": "attribute", "action": "remove", "locality": "local", "tags": ["tlp:red"]}"#, false),
        (r#"{"scope": "attribute", "action": "remove", "locality": "global", "tags": ["tlp:red"]}"#, true),
        (r#"{"scope": "event", "action": "add", "locality": "local", "tags": ["tlp:green"]}"#, false),
        (r#"{"scope": "event", "action": "add", "locality": "local", "tags": []}"#, true),
        (r#"{"scope": "attribute", "action": "add", "locality": "local", "tags": []}"#, true),
    ] {
        assert_eq!(fails(&format!("tag_operation {parameters}"), EVENT), fails_there, "{parameters}");
    }
}

#[test]
fn what_the_run_did_before_counts() {
    let text = |first: &str, second: &str| {
        format!(
            r#"
            1 event-publish > 2
            2 tag_operation {{"scope": "event", "action": "{first}", "locality": "local", "tags": ["seen"]}} > 3
            3 tag_operation {{"scope": "event", "action": "remove", "locality": "{second}", "tags": ["seen"]}}
            "#
        )
    };
    assert!(run(&text("add", "local"), EVENT).failed.is_empty());
    assert_eq!(run(&text("add", "global"), EVENT).failed, [3]);
    assert_eq!(run(&text("remove", "local"), EVENT).failed, [2, 3]);
}

#[test]
fn with_a_module_filter_the_event_is_not_tagged() {
    let filter = r#"["Event._AttributeFlattened.{n}", "type", "equals", "md5"]"#;
    assert!(fails(&format!(r#"tag_operation {{"scope": "event", "tags": ["t"]}} {filter}"#), EVENT));
    assert!(!fails(&format!(r#"tag_operation {{"scope": "attribute", "tags": ["t"]}} {filter}"#), EVENT));
}

#[test]
fn the_last_attribute_decides_whether_a_country_was_found() {
    let event = |last: &str| {
        format!(
            r#"{{"Event": {{"id": "1", "Attribute": [{{"id": "1", "value": "Luxembourg"}}, {{"id": "2", "value": "{last}"}}]}}}}"#
        )
    };
    let step = r#"assign_country {"scope": "attribute", "hash_path": "value"}"#;
    assert!(!fails(step, &event("Belgium")));
    assert!(fails(step, &event("free text")));
    assert!(fails(r#"assign_country {"scope": "event", "hash_path": "Event.info"}"#, &event("Belgium")));
}

#[test]
fn answers_tell_what_the_event_cannot() {
    let mut answers = FixedAnswers::default();
    answers.server.unknown_tags.push("never:seen".into());
    answers.server.enrichment_modules = Some(vec!["hashlookup".into()]);
    answers.server.own_warninglists = Some(vec!["28".into()]);
    answers.server.off.push("push-zmq".into());
    let outcome = |step: &str| {
        let workflow = prepared(&format!("1 event-publish > 2\n2 {step}"));
        let result = run_with(&workflow, EVENT, &RunOptions { answers: &answers, ..RunOptions::default() });
        (result.outcome.as_str(), result.failed.len())
    };
    let remove =
        |tag: &str| outcome(&format!(r#"tag_operation {{"action": "remove", "locality": "any", "tags": ["{tag}"]}}"#));
    assert_eq!(remove("never:seen"), ("success", 0));
    assert_eq!(remove("seen:elsewhere"), ("success", 1));
    assert_eq!(outcome(r#"attach-enrichment {"modules": ["hashlookup"]}"#), ("success", 0));
    assert_eq!(outcome(r#"attach-enrichment {"modules": ["no_such"]}"#), ("crash", 0));
    assert_eq!(outcome(r#"add_to_warninglist {"warninglist": "28"}"#), ("success", 0));
    assert_eq!(outcome(r#"add_to_warninglist {"warninglist": "3"}"#), ("crash", 0));
    assert_eq!(outcome("push-zmq"), ("success", 1));
}

#[test]
fn a_trigger_that_is_off_runs_nothing() {
    let mut answers = FixedAnswers::default();
    answers.server.off.push("event-publish".into());
    let workflow = prepared("1 event-publish > 2\n2 stop-execution");
    let result = run_with(&workflow, EVENT, &RunOptions { answers: &answers, ..RunOptions::default() });
    assert_eq!((result.outcome.as_str(), result.executed.len()), ("success", 0));
    assert!(result.errors[0].contains("switched off"));
    assert!(!answers.is_off("event-after-save"));
}

#[test]
fn every_failure_has_a_reason() {
    let filter = r#"["Event._AttributeFlattened.{n}", "type", "equals", "url"]"#;
    for step in [
        r#"attribute_ids_flag_operation {"action": "add"}"#,
        r#"Module_attribute_comment_operation {"comment": "c"}"#,
        r#"tag_operation {"scope": "attribute", "tags": ["t"]}"#,
        r#"tag_operation {"scope": "event", "tags": []}"#,
        r#"tag_operation {"scope": "event", "action": "remove", "tags": ["t"]}"#,
        "assign_country {\"scope\": \"attribute\", \"hash_path\": \"value\"}",
        "attach-enrichment",
        "enrich-event",
        "attach-decay-score",
        "add_to_warninglist",
        "send-mail",
        "webhook",
        "webhook {\"url\": \"http://a b\"}",
        "stop-execution",
        "no-such-module",
    ] {
        for with in ["", filter] {
            let workflow = prepared(&format!("1 event-publish > 2\n2 {step} {with}"));
            let event = r#"{"Event": {"id": "7", "info": "i"}}"#;
            let data = Value::from_json(event).unwrap();
            let result = workflow.run(data, &RunOptions { trace: true, ..RunOptions::default() });
            assert_eq!(result.failed, [2], "{step} {with}");
            let note = &result.trace.as_ref().unwrap().nodes[1];
            assert!(!note.reasons.is_empty() && !note.reasons[0].is_empty(), "{step} {with}");
        }
    }
}

#[test]
fn filters_that_let_nothing_through_are_named() {
    let text = r#"
        1 event-publish > 2
        2 generic-filter-data {"filtering-label": "A", "selector": "Event._AttributeFlattened.{n}", "operator": "equals", "hash_path": "type", "value": "url"} > 3
        3 attribute_ids_flag_operation
    "#;
    let workflow = prepared(text);
    let result = workflow.run(Value::from_json(EVENT).unwrap(), &RunOptions { trace: true, ..RunOptions::default() });
    let reasons = &result.trace.as_ref().unwrap().nodes[2].reasons;
    assert_eq!(reasons[..], ["there is no attribute to edit: the filter A lets nothing through"]);
}
