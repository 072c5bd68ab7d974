//! Where MISP dies, or never starts, and tells nobody.

use super::{EVENT, prepared, prepared_with};
use crate::catalogue::{Semantics, ServerFacts, StoppedQueries};
use crate::engine::{Outcome, RunOptions, Verdict};
use crate::php::Value;
use crate::simulate::answers::FixedAnswers;

/// An event whose title alone has so many bytes.
fn event_of(bytes: usize) -> String {
    format!(r#"{{"Event":{{"id":"7","info":"{}"}}}}"#, "x".repeat(bytes))
}

fn read(json: &str) -> Value<'static> {
    Value::from_json(json).unwrap().into_owned()
}

/// The notes that say what people see of a run that died.
fn silences(notes: &[String]) -> Vec<&str> {
    notes.iter().map(String::as_str).filter(|note| note.contains("no log names the reason")).collect()
}

fn on(facts: ServerFacts) -> FixedAnswers {
    FixedAnswers::on(facts)
}

#[test]
fn a_debugged_run_needs_a_listener() {
    for (trigger, verdict, notes) in [
        ("event-publish", Verdict::Cancel, 1),
        ("event-before-save", Verdict::Cancel, 1),
        ("event-after-save-new", Verdict::Proceed, 0),
    ] {
        let workflow = prepared_with(&format!("1 {trigger} > 2\n2 push-zmq"), Semantics::MISP_2_5_1, true);
        let answers = on(ServerFacts { debug_listener: Some(false), ..ServerFacts::default() });
        let result = workflow.run(read(EVENT), &RunOptions { answers: &answers, ..RunOptions::default() });
        assert_eq!((result.outcome, result.verdict), (Outcome::Crash, verdict), "{trigger}");
        assert!(result.executed.is_empty() && result.effects.is_empty(), "{trigger}");
        assert!(result.errors[0].contains("Plugin.Workflow_debug_url"), "{trigger}: {:?}", result.errors);
        assert_eq!(silences(&result.notes).len(), notes, "{trigger}: {:?}", result.notes);
        let listened = workflow.run(read(EVENT), &RunOptions::default());
        assert_eq!(listened.outcome, Outcome::Success, "{trigger}");
    }
    // Without `debug` nobody needs to listen.
    let answers = on(ServerFacts { debug_listener: Some(false), ..ServerFacts::default() });
    let workflow = prepared("1 event-publish > 2\n2 push-zmq");
    let result = workflow.run(read(EVENT), &RunOptions { answers: &answers, ..RunOptions::default() });
    assert_eq!(result.outcome, Outcome::Success);
}

#[test]
fn a_trigger_that_is_off_needs_no_listener_and_no_job() {
    let workflow = prepared_with("1 event-after-save-new > 2\n2 push-zmq", Semantics::MISP_2_5_1, true);
    let facts =
        ServerFacts { debug_listener: Some(false), off: vec!["event-after-save-new".into()], ..ServerFacts::default() };
    let answers = on(facts);
    let result = workflow.run(read(&event_of(200_000)), &RunOptions { answers: &answers, ..RunOptions::default() });
    assert_eq!((result.outcome, result.errors.len()), (Outcome::Success, 1));
}

#[test]
fn a_background_job_takes_128_kib() {
    let without = event_of(0).len();
    let most = 128 * 1024 - 1;
    for (trigger, bytes, runs) in [
        ("event-after-save-new", most - without, true),
        ("event-after-save-new", most - without + 1, false),
        ("event-after-save-new", 150_000, false),
        ("post-after-save", 150_000, false),
        ("event-publish", 150_000, true),
        ("event-before-save", 150_000, true),
    ] {
        let workflow = prepared(&format!("1 {trigger} > 2\n2 push-zmq"));
        let result = workflow.run(read(&event_of(bytes)), &RunOptions::default());
        let expected = if runs { (Outcome::Success, 1) } else { (Outcome::Failure, 0) };
        assert_eq!((result.outcome, result.executed.len()), expected, "{trigger} {bytes}");
        assert_eq!(result.verdict, Verdict::Proceed, "{trigger} {bytes}");
        let says = result.errors.iter().any(|error| error.contains("never starts"));
        assert_eq!(says, !runs, "{trigger} {bytes}: {:?}", result.errors);
    }
    let workflow = prepared("1 event-after-save-new > 2\n2 push-zmq");
    let by_hand = workflow.run(read(&event_of(150_000)), &RunOptions { background: false, ..RunOptions::default() });
    assert_eq!(by_hand.outcome, Outcome::Success);
}

#[test]
fn a_recording_counts_as_it_was_passed() {
    let workflow = prepared("1 event-after-save-new > 2\n2 push-zmq");
    let small = r#"{"Event": {"id": "7"}}"#;
    let large = event_of(140_000);
    for (original, normalized, outcome) in
        [(large.as_str(), small, Outcome::Failure), (small, large.as_str(), Outcome::Success)]
    {
        let passed = format!(r#"{{"original": {original}, "normalized": {normalized}}}"#);
        assert_eq!(workflow.run(read(&passed), &RunOptions::default()).outcome, outcome);
    }
}

#[test]
fn a_branch_holds_attributes_twice() {
    let attribute = format!(r#"{{"id": "1", "type": "text", "value": "{}"}}"#, "x".repeat(70_000));
    let event = format!(r#"{{"Event": {{"id": "7", "Attribute": [{attribute}]}}}}"#);
    let workflow = prepared("1 event-publish > 2\n2 concurrent-task > 3\n3 push-zmq");
    let result = workflow.run(read(&event), &RunOptions::default());
    assert_eq!((result.outcome, result.verdict), (Outcome::Success, Verdict::Proceed));
    let job = result.jobs[0].result.as_ref().unwrap();
    assert_eq!((job.outcome, job.executed.len()), (Outcome::Failure, 0));
    assert!(job.errors[0].contains("never starts"), "{:?}", job.errors);
}

#[test]
fn a_stopped_query_kills_what_attaches_its_answer() {
    for (stopped, modules, outcome) in [
        (StoppedQueries::All, r#"["dns"]"#, Outcome::Crash),
        (StoppedQueries::Of(vec!["dns".into()]), r#"["mmdb_lookup", "dns"]"#, Outcome::Crash),
        (StoppedQueries::Of(vec!["dns".into()]), r#"["mmdb_lookup"]"#, Outcome::Success),
    ] {
        let answers = on(ServerFacts { stopped_queries: stopped, ..ServerFacts::default() });
        for (trigger, waits) in [("event-publish", true), ("event-after-save-new", false)] {
            let workflow = prepared(&format!("1 {trigger} > 2\n2 attach-enrichment {{\"modules\": {modules}}}"));
            let options = RunOptions { answers: &answers, trace: true, ..RunOptions::default() };
            let result = workflow.run(read(EVENT), &options);
            assert_eq!(result.outcome, outcome, "{trigger} {modules}");
            let dies = outcome == Outcome::Crash;
            assert_eq!(result.verdict == Verdict::Cancel, dies && waits, "{trigger} {modules}");
            let reasons = &result.trace.as_ref().unwrap().nodes[1].reasons;
            assert_eq!(reasons.iter().any(|reason| reason.contains("stops the query of `dns`")), dies, "{reasons:?}");
        }
    }
}

#[test]
fn without_the_template_service_a_guard_fails_closed() {
    let answers = on(ServerFacts { template_service: false, ..ServerFacts::default() });
    let options = RunOptions { answers: &answers, ..RunOptions::default() };
    for trigger in ["event-publish", "event-before-save", "enrichment-before-query"] {
        let workflow = prepared(&format!("1 {trigger} > 2\n2 stop-execution {{\"message\": \"m\"}}"));
        let result = workflow.run(read(EVENT), &options);
        assert_eq!((result.outcome, result.verdict), (Outcome::Crash, Verdict::Cancel), "{trigger}");
        let [note] = silences(&result.notes)[..] else { panic!("{trigger}: {:?}", result.notes) };
        assert_eq!(note.contains("Publishing."), trigger == "event-publish", "{note}");
    }
}
