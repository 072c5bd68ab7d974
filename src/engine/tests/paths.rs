//! The walk: paths, failures, jobs.

use super::{EVENT, prepared, pushed, run, sent, summary};
use crate::engine::{Outcome, RunOptions, Verdict};
use crate::php::Value;
use serde_json::json;

/// A tag operation that fails: its filter matches nothing.
const FAILS: &str = r#"tag_operation {"scope": "attribute", "tags": ["t"]} ["Event._AttributeFlattened.{n}", "type", "equals", "none"]"#;

#[test]
fn branches_that_join_run_what_follows_once_for_each() {
    let text = r#"
        1 event-publish > 2
        2 push-zmq {"data_extraction_path": "Event.info"} > 3, 4
        3 push-zmq {"data_extraction_path": "Event.id"} > 5
        4 publish-event > 5
        5 push-zmq {"data_extraction_path": "Event.orgc_id"}
    "#;
    assert_eq!(run(text, EVENT).executed, [2, 3, 5, 4, 5]);
}

#[test]
fn a_path_never_takes_the_same_connection_twice() {
    let text = r"
        1 event-publish > 2
        2 publish-event > 3
        3 push-zmq > 2
    ";
    assert_eq!(run(text, EVENT).executed, [2, 3, 2]);
}

#[test]
fn on_a_blocking_path_the_walk_goes_on_after_a_failure() {
    let result = run(&format!("1 event-publish > 2\n2 {FAILS} > 3\n3 publish-event"), EVENT);
    assert_eq!((result.outcome, result.executed, result.failed), (Outcome::Success, vec![2, 3], vec![2]));
    // Nothing was wrong enough for a message.
    assert!(result.errors.is_empty());
}

#[test]
fn on_a_non_blocking_path_a_failure_skips_the_rest_of_that_path() {
    let text =
        format!("1 event-after-save > 2, 5\n2 {FAILS} > 3\n3 publish-event > 4\n4 push-zmq\n5 publish-event > 4");
    let workflow = prepared(&text);
    let data = Value::from_json(EVENT).unwrap();
    let result = workflow.run(data.clone(), &RunOptions::default());
    assert_eq!((&result.executed[..], &result.failed[..]), (&[2, 5, 4][..], &[2][..]));
    let json = serde_json::to_value(&result).unwrap();
    assert_eq!(json["skipped"], json!([[1, 2, 3], [1, 2, 3, 4]]));
    assert_eq!((result.outcome, result.verdict), (Outcome::Success, Verdict::Proceed));
}

#[test]
fn on_a_skipped_path_logic_modules_still_work() {
    let text = format!(
        "1 event-after-save > 2, 5\n2 {FAILS} > 3\n3 generic-filter-data {{\"filtering-label\": \"A\", \"selector\": \
         \"Event._AttributeFlattened.{{n}}\", \"operator\": \"equals\", \"hash_path\": \"type\", \"value\": \"md5\"}} > 4\n\
         4 concurrent-task > 5\n5 push-zmq {{\"data_extraction_path\": \"Event._AttributeFlattened.{{n}}.id\"}}"
    );
    let result = run(&text, EVENT);
    assert_eq!((result.jobs, sent(&result)), (1, vec![json!(["3"])]));
}

#[test]
fn a_blocking_module_ends_the_run_also_under_a_trigger_that_does_not_wait() {
    for (trigger, verdict) in [("event-publish", Verdict::Cancel), ("event-after-save", Verdict::Proceed)] {
        let text = format!(
            "1 {trigger} > 2, 3\n2 stop-execution {{\"message\": \"no {{{{ Event.info }}}}\"}}\n3 publish-event"
        );
        let workflow = prepared(&text);
        let data = Value::from_json(EVENT).unwrap();
        let result = workflow.run(data.clone(), &RunOptions::default());
        assert_eq!((result.outcome, result.verdict), (Outcome::Blocked, verdict));
        assert_eq!(result.executed, [2]);
        assert_eq!(
            result.errors,
            ["Node `stop-execution` (2) from Workflow `w` (1) returned the following error: no Phish"]
        );
    }
}

#[test]
fn stop_execution_without_a_message_has_one() {
    for message in [r#"{"message": ""}"#, "{}", r#"{"message": "{{ nope }}"}"#] {
        let result = run(&format!("1 event-publish > 2\n2 stop-execution {message}"), EVENT);
        assert!(result.errors[0].ends_with(": Execution stopped"), "{message}");
    }
}

#[test]
fn jobs_get_a_snapshot_and_run_afterwards() {
    let text = r#"
        1 event-publish > 2
        2 generic-filter-data {"filtering-label": "A", "selector": "Event._AttributeFlattened.{n}", "operator": "equals", "hash_path": "type", "value": "md5"} > 3
        3 concurrent-task > 4, 5
        4 generic-filter-reset {"filtering-label": "all"} > 5
        5 push-zmq {"data_extraction_path": "Event._AttributeFlattened.{n}.id"} > 6
        6 attach-enrichment {"modules": []} > 7
        7 publish-event
    "#;
    let workflow = prepared(text);
    let data = Value::from_json(EVENT).unwrap();
    let result = workflow.run(data.clone(), &RunOptions::default());
    assert!(result.executed.is_empty() && result.effects.is_empty());
    let jobs: Vec<_> = result.jobs.iter().map(|job| summary(job.result.as_ref().unwrap())).collect();
    assert_eq!(sent(&jobs[0]), [json!(["1", "2", "3"])]);
    assert_eq!(sent(&jobs[1]), [json!(["3"])]);
    // In a job a failure skips what follows.
    assert_eq!(jobs[1].executed, [5, 6]);
    let unrun = workflow.run(data.clone(), &RunOptions { jobs: false, ..RunOptions::default() });
    assert!(unrun.jobs.iter().all(|job| job.result.is_none()));
}

#[test]
fn a_condition_without_the_chosen_output_ends_the_path() {
    let text = "1 event-publish > 2\n2 published-if {\"condition\": \"equals\"} > 3\n3 publish-event";
    assert!(run(text, EVENT).executed.is_empty());
}

#[test]
fn unknown_and_disabled_modules_fail() {
    let result = run("1 event-publish > 2\n2 no-such-module > 3\n3 publish-event", EVENT);
    assert_eq!((result.executed, result.failed), (vec![2, 3], vec![2]));
    let message = "Node `no-such-module` (2) from Workflow `w` (1) returned the following error: Could not load class for \
                   module: no-such-module";
    assert_eq!(result.errors, [message]);
    let read = crate::misp::read(&super::graph("1 event-publish > 2\n2 stop-execution")).unwrap();
    let mut settings = crate::engine::Settings::new(
        "w",
        crate::catalogue::Catalogue::built_in(),
        crate::catalogue::Semantics::MISP_2_5_1,
    );
    settings.disabled = &|module| module == "stop-execution";
    let workflow = crate::engine::Prepared::of_document(&read.documents[0], &settings).unwrap();
    let result = super::run_with(&workflow, EVENT, &RunOptions::default());
    // It is blocking, so the run ends all the same.
    assert_eq!(result.outcome, Outcome::Blocked);
    assert!(result.errors[0].ends_with(": Could not execute disabled module `stop-execution`."));
}

#[test]
fn without_the_trigger_or_an_event_nothing_runs() {
    let result = run("2 publish-event", EVENT);
    assert_eq!((result.outcome, result.errors[0].as_str()), (Outcome::Failure, "Invalid start node `-1`"));
    let workflow = prepared("1 event-publish > 2\n2 publish-event");
    let data = Value::from_json(r#"{"Log": {}}"#).unwrap();
    let result = workflow.run(data.clone(), &RunOptions::default());
    assert_eq!((result.outcome, result.verdict), (Outcome::Failure, Verdict::Cancel));
    assert!(result.executed.is_empty());
}

#[test]
fn triggers_without_the_core_format_take_whatever_there_is() {
    let text = "1 log-after-save > 2\n2 push-zmq {\"data_extraction_path\": \"Log.title\"}";
    assert_eq!(pushed(text, r#"{"Log": {"title": "x"}}"#), [json!(["x"])]);
}

#[test]
fn the_trigger_of_tags_has_parameters_of_its_own() {
    let runs = |params: &str, tag: &str| {
        let text = format!("1 tag-attached-after-save {params} > 2\n2 publish-event");
        let result = run(&text, &format!("{{\"Event\": {{\"id\": \"1\"}}, \"Tag\": {tag}}}"));
        !result.executed.is_empty()
    };
    let (local, on_attribute) =
        (r#"{"name": "a", "local": true}"#, r#"{"name": "a", "local": false, "attribute_id": "3"}"#);
    // The defaults see local tags on events only.
    assert!(runs("{}", local));
    assert!(!runs("{}", on_attribute));
    assert!(runs(r#"{"scope": "any", "locality": "any"}"#, on_attribute));
    assert!(!runs(r#"{"scope": "any", "locality": "local"}"#, on_attribute));
    assert!(runs(r#"{"scope": "attribute", "locality": "global", "tag": "a"}"#, on_attribute));
    assert!(!runs(r#"{"tag": "b"}"#, local));
    // Without a tag beside the event nothing is asked.
    assert_eq!(run("1 tag-attached-after-save > 2\n2 publish-event", EVENT).executed, [2]);
}
