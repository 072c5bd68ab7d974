//! Graphs that MISP would never be done with.

use std::fmt::Write;

use super::{EVENT, prepared, run_with};
use crate::engine::{Limits, Outcome, RunOptions};

#[test]
fn paths_that_double_are_given_up() {
    let mut text = String::from("1 event-publish > 2\n");
    for id in 2..40 {
        let next = id + 1;
        let _ = writeln!(text, "{id} publish-event > {next}, {next}");
    }
    text.push_str("40 push-zmq\n");
    let limits = Limits { steps: 5_000, ..Limits::default() };
    let result = run_with(&prepared(&text), EVENT, &RunOptions { limits, ..RunOptions::default() });
    assert_eq!(result.outcome, Outcome::Crash);
    assert!(result.errors.last().unwrap().starts_with("The run was given up after 5000 steps"));
}

#[test]
fn jobs_that_enqueue_themselves_are_given_up() {
    let text = "1 event-publish > 2\n2 concurrent-task > 2, 3\n3 publish-event";
    let options = RunOptions::default();
    let workflow = prepared(text);
    let data = crate::php::Value::from_json(EVENT).unwrap();
    let result = workflow.run(data.clone(), &options);
    let mut depth = 0;
    let mut level = &result;
    while let Some(next) = level.jobs.first().and_then(|job| job.result.as_deref()) {
        depth += 1;
        level = next;
    }
    assert_eq!(depth, 16);
    let options = RunOptions { limits: Limits { jobs: 1, ..Limits::default() }, ..options };
    let result = run_with(&workflow, EVENT, &options);
    assert_eq!((result.outcome, result.jobs), (Outcome::Crash, 1));
}

#[test]
fn a_long_chain_needs_no_stack() {
    let mut text = String::from("1 event-publish > 2\n");
    for id in 2..5_000 {
        let _ = writeln!(text, "{id} publish-event > {}", id + 1);
    }
    text.push_str("5000 publish-event\n");
    let result = run_with(&prepared(&text), EVENT, &RunOptions::default());
    assert_eq!((result.outcome, result.executed.len()), (Outcome::Success, 4_999));
}

/// An event of about this many bytes.
fn event_of(bytes: usize) -> String {
    format!("{{\"Event\": {{\"id\": \"1\", \"info\": \"{}\", \"Attribute\": []}}}}", "x".repeat(bytes))
}

/// Webhooks with these payloads, one after the other.
fn webhooks(payloads: &[&str]) -> String {
    let mut text = String::from("1 event-publish > 2\n");
    for (index, payload) in payloads.iter().enumerate() {
        let id = index + 2;
        let payload = serde_json::Value::from(*payload);
        let _ = writeln!(text, "{id} webhook {{\"url\": \"https://a.example\", \"payload\": {payload}}} > {}", id + 1);
    }
    let _ = writeln!(text, "{} publish-event", payloads.len() + 2);
    text
}

#[test]
fn large_bodies_beyond_the_limit_are_left_out() {
    let payloads: Vec<String> = (0..10).map(|number| format!("{{{{ Event.info }}}}{number}")).collect();
    let workflow = prepared(&webhooks(&payloads.iter().map(String::as_str).collect::<Vec<_>>()));
    let event = event_of(10_000);
    let data = crate::php::Value::from_json(&event).unwrap();
    let limits = Limits { bytes: 35_000, ..Limits::default() };
    let result = workflow.run(data.clone(), &RunOptions { limits, ..RunOptions::default() });
    assert_eq!((result.outcome, result.effects.len()), (Outcome::Success, 11));
    let bodies = serde_json::to_value(&result).unwrap();
    let lengths: Vec<usize> = (0..10).map(|index| bodies["effects"][index]["body"].as_str().unwrap().len()).collect();
    assert_eq!(lengths[..3], [10_003; 3]);
    assert_eq!(bodies["effects"][3]["body"], "(left out: 10003 bytes)");
    assert!(lengths[3..].iter().all(|length| *length == lengths[3]));
    assert_eq!(result.notes.len(), 1, "{:?}", result.notes);
    // Without the limit they are all there.
    let result = workflow.run(data.clone(), &RunOptions::default());
    assert!(result.notes.is_empty());
}

#[test]
fn a_body_that_many_steps_send_is_kept_and_written_once() {
    let workflow = prepared(&webhooks(&["", "", "a", ""]));
    let event = event_of(10_000);
    let data = crate::php::Value::from_json(&event).unwrap();
    let limits = Limits { bytes: 25_000, ..Limits::default() };
    let result = workflow.run(data.clone(), &RunOptions { limits, ..RunOptions::default() });
    assert!(result.notes.is_empty(), "{:?}", result.notes);
    let written = serde_json::to_value(&result).unwrap();
    assert!(written["effects"][0]["body"].as_str().unwrap().len() > 10_000);
    for index in [1, 3] {
        let effect = &written["effects"][index];
        assert_eq!(effect["same_body_as"], 0, "{effect}");
        assert_eq!((effect.get("body"), &effect["kind"]), (None, &"http_request".into()));
    }
    assert_eq!(written["effects"][2]["body"], "\"a\"");
}

/// The jobs of a run share its limit of effects.
#[test]
fn effects_of_jobs_count_too() {
    let mut text = String::from("1 event-publish > 2\n2 concurrent-task > ");
    text.push_str(&(3..43).map(|id| id.to_string()).collect::<Vec<_>>().join(", "));
    text.push('\n');
    for id in 3..43 {
        let _ = writeln!(text, "{id} publish-event > {}", id + 100);
        let _ = writeln!(text, "{} publish-event > {}", id + 100, id + 200);
        let _ = writeln!(text, "{} publish-event", id + 200);
    }
    let workflow = prepared(&text);
    let limits = Limits { effects: 30, ..Limits::default() };
    let data = crate::php::Value::from_json(EVENT).unwrap();
    let result = workflow.run(data.clone(), &RunOptions { limits, ..RunOptions::default() });
    let all: usize = result.with_jobs().iter().map(|result| result.effects.len()).sum();
    assert!((30..80).contains(&all), "{all}");
    assert!(result.with_jobs().iter().any(|result| result.is_uncertain));
}
