//! Graphs that MISP would never be done with.

use std::fmt::Write;

use super::{EVENT, prepared, run_with};
use crate::simulate::engine::{Limits, Outcome, RunOptions};

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
