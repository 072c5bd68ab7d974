//! Workflows of which it is known what holds.

use std::fmt::Write as _;

use crate::catalogue::{Catalogue, Semantics};
use crate::engine::Prepared;
use crate::engine::tests::prepared_for;
use crate::php::Value;

use super::{Answered, Claim, Decision, Expectation, claim, decided};

const BLOCKED: [Expectation<'static>; 1] = [Expectation::Outcome { outcome: "blocked", message: None }];
const SUCCESS: [Expectation<'static>; 1] = [Expectation::Outcome { outcome: "success", message: None }];

fn workflow(text: &str) -> Prepared {
    prepared_for(text, Semantics::MISP_2_5_19)
}

/// A workflow that stops for the events that answer yes.
fn asks(questions: &[&str]) -> Prepared {
    let mut text = "1 event-publish > 2\n".to_owned();
    let stop = questions.len() + 2;
    for (index, question) in questions.iter().enumerate() {
        let next = if index + 1 < questions.len() { (index + 3).to_string() } else { String::new() };
        let _ = writeln!(text, "{} {question} > {stop}|{next}", index + 2);
    }
    let _ = writeln!(text, "{stop} stop-execution {{\"message\": \"no\"}}");
    workflow(&text)
}

const RED_EVENT: &str = r#"tag-if {"scope": "event", "condition": "in_or", "tags": ["tlp:red"], "clusters": []}"#;
const RED_ATTRIBUTE: &str =
    r#"tag-if {"scope": "attribute", "condition": "in_or", "tags": ["tlp:red"], "clusters": []}"#;

fn tags(event: &Value<'_>) -> usize {
    event.get("Event").and_then(|event| event.get("Tag")).and_then(Value::as_array).map_or(0, crate::php::Array::len)
}

#[test]
fn a_guard_holds_for_every_event_that_it_asks_for() {
    let guard = asks(&[RED_EVENT, RED_ATTRIBUTE]);
    let meant = asks(&[RED_ATTRIBUTE, RED_EVENT]);
    assert_eq!(decided(&claim(&guard, Some(&meant), &BLOCKED)), Decision::Holds);
    let Decision::Fails(found) = decided(&claim(&guard, None, &BLOCKED)) else { panic!("not every event is red") };
    assert_eq!(found.event.to_json().unwrap(), r#"{"Event":{"info":"An event"}}"#);
}

#[test]
fn a_guard_that_forgets_attributes_fails_with_one_attribute() {
    let guard = asks(&[RED_EVENT]);
    let meant = asks(&[RED_EVENT, RED_ATTRIBUTE]);
    let Decision::Fails(found) = decided(&claim(&guard, Some(&meant), &BLOCKED)) else { panic!("it does not hold") };
    assert_eq!(
        found.event.to_json().unwrap(),
        r#"{"Event":{"info":"An event","Attribute":[{"id":"1","type":"text","value":"value 1","Tag":[{"name":"tlp:red"}]}]}}"#
    );
    assert!(found.failing.is_empty());
}

#[test]
fn tags_that_are_inherited_count_where_they_are_asked_for() {
    let inherited = r#"tag-if {"scope": "event_attribute", "condition": "in_or", "tags": ["tlp:red"], "clusters": []}"#;
    let guard = asks(&[inherited]);
    let meant = asks(&[RED_EVENT]);
    // An event without attributes has none that inherit.
    let Decision::Fails(found) = decided(&claim(&guard, Some(&meant), &BLOCKED)) else { panic!("it does not hold") };
    assert_eq!(tags(&found.event), 1);
    assert_eq!(decided(&claim(&asks(&[RED_EVENT, RED_ATTRIBUTE]), Some(&guard), &BLOCKED)), Decision::Holds);
}

#[test]
fn duplicates_count_for_all_of_several_tags() {
    let all = r#"tag-if {"scope": "event", "condition": "in_and", "tags": ["a", "b"], "clusters": []}"#;
    let guard = asks(&[all]);
    let has =
        |tag: &str| format!(r#"tag-if {{"scope": "event", "condition": "in_or", "tags": ["{tag}"], "clusters": []}}"#);
    let (a, b) = (has("a"), has("b"));
    // A workflow that stops for events with both: one asks for `a`, and then for `b`.
    let meant = workflow(&format!("1 event-publish > 2\n2 {a} > 3|\n3 {b} > 4|\n4 stop-execution {{}}\n"));
    let Decision::Fails(found) = decided(&claim(&guard, Some(&meant), &BLOCKED)) else { panic!("duplicates count") };
    assert_eq!(tags(&found.event), 3);
}

#[test]
fn what_a_trigger_never_passes_is_never_there() {
    let idle = workflow(
        r#"1 event-after-save > 2
        2 tag-if {"scope": "attribute", "condition": "in_or", "tags": ["x"], "clusters": []} > 3|
        3 push-zmq {}"#,
    );
    let expectations = [Expectation::Ran { negated: true, nodes: &[3] }];
    assert_eq!(decided(&claim(&idle, None, &expectations)), Decision::Holds);
    let meant = workflow(
        r#"1 event-after-save > 2
        2 tag-if {"scope": "attribute", "condition": "in_or", "tags": ["x"], "clusters": []} > 3|
        3 stop-execution {}"#,
    );
    assert_eq!(decided(&claim(&idle, Some(&meant), &expectations)), Decision::NoEvent);
}

#[test]
fn releases_differ_on_events_without_tags() {
    let text = r#"1 event-publish > 2
        2 tag_operation {"scope": "event", "action": "add", "locality": "local", "tags": ["x"]}"#;
    let decided = |semantics: Semantics| {
        let workflow = prepared_for(text, semantics);
        let claim = Claim { answers: &|_| Answered::Answers, ..claim(&workflow, None, &SUCCESS) };
        super::decided(&claim)
    };
    assert_eq!(decided(Semantics::MISP_2_5_1), Decision::Holds);
    let Decision::Fails(found) = decided(Semantics::MISP_2_5_19) else { panic!("2.5.19 dies of it") };
    assert_eq!(found.event.to_json().unwrap(), r#"{"Event":{"info":"An event"}}"#);
}

#[test]
fn a_step_that_fails_is_part_of_the_counterexample() {
    let text = r#"1 event-after-save-new > 2
        2 send-mail {"recipients": ["all"], "mail_template_subject": "s", "mail_template_body": "b"} > 3
        3 push-zmq {}"#;
    let workflow = workflow(text);
    let expectations = [Expectation::Ran { negated: false, nodes: &[3] }];
    let Decision::Fails(found) = decided(&claim(&workflow, None, &expectations)) else { panic!("it is skipped") };
    assert_eq!(found.failing, [2]);
    let well = Claim { answers: &|_| Answered::Answers, ..claim(&workflow, None, &expectations) };
    assert_eq!(super::decided(&well), Decision::Holds);
}

#[test]
fn large_numbers_are_counted() {
    let many = r#"count-if {"selector": "Event._AttributeFlattened.{n}", "operator": "greater", "value": "5000"}"#;
    let fewer =
        r#"count-if {"selector": "Event._AttributeFlattened.{n}", "operator": "greater_equals", "value": "5000"}"#;
    assert_eq!(decided(&claim(&asks(&[fewer]), Some(&asks(&[many])), &BLOCKED)), Decision::Holds);
    let Decision::Fails(found) = decided(&claim(&asks(&[many]), Some(&asks(&[fewer])), &BLOCKED)) else {
        panic!("one is missing");
    };
    let attributes = found.event.get("Event").and_then(|event| event.get("Attribute")).and_then(Value::as_array);
    assert_eq!(attributes.map(crate::php::Array::len), Some(5000));
}

#[test]
fn what_is_not_known_is_not_decided_where_it_matters() {
    let matters = workflow(
        r#"1 event-publish > 2
        2 attach-enrichment {"modules": ["x"]} > 3
        3 generic-if {"operator": "any_value", "hash_path": "Event.Attribute.{n}.enrichment"} > 4|
        4 stop-execution {}"#,
    );
    let answered =
        |workflow, expectations| Claim { answers: &|_| Answered::Answers, ..claim(workflow, None, expectations) };
    let Decision::NotDecided(why) = decided(&answered(&matters, &SUCCESS)) else { panic!("nobody knows") };
    assert_eq!(why.node, Some(2));
    let makes_none = workflow(
        r#"1 event-publish > 2
        2 attach-enrichment {"modules": ["x"]} > 3
        3 generic-if {"operator": "any_value", "hash_path": "Event.Attribute.{n}.enrichment"} > 4|4
        4 push-zmq {} > 5
        5 stop-execution {}"#,
    );
    assert_eq!(decided(&answered(&makes_none, &BLOCKED)), Decision::Holds);
}

/// Conditions one after the other, each of which tags the event.
fn row(length: usize) -> String {
    let mut text = "1 event-publish > 2\n".to_owned();
    for number in 0..length {
        let (node, act, next) = (2 * number + 2, 2 * number + 3, 2 * number + 4);
        let _ = writeln!(
            text,
            r#"{node} tag-if {{"scope": "event", "condition": "in_or", "tags": ["t{number}"], "clusters": []}} > {act}|{next}"#
        );
        let _ = writeln!(
            text,
            r#"{act} tag_operation {{"scope": "event", "action": "add", "locality": "local", "tags": ["s{number}"]}} > {next}"#
        );
    }
    let _ = writeln!(text, "{} push-zmq {{}}", 2 * length + 2);
    text
}

#[test]
fn a_long_row_of_conditions_is_decided() {
    let workflow = prepared_for(&row(40), Semantics::MISP_2_5_1);
    let expectations = [Expectation::Ran { negated: false, nodes: &[82] }];
    assert_eq!(decided(&claim(&workflow, None, &expectations)), Decision::Holds);
}

#[test]
fn too_many_ways_are_not_decided() {
    // Each action leads to the next one twice.
    let mut text = "1 event-publish > 2\n".to_owned();
    for node in 2..40 {
        let _ = writeln!(text, "{node} push-zmq {{}} > {0},{0}", node + 1);
    }
    text.push_str("40 stop-execution {}\n");
    let workflow = workflow(&text);
    let decision = decided(&claim(&workflow, None, &[Expectation::Ran { negated: true, nodes: &[40] }]));
    assert!(!matches!(decision, Decision::Holds | Decision::NoEvent), "{decision:?}");
}

#[test]
fn too_many_tasks_are_not_decided() {
    let mut text = "1 event-publish > 2\n".to_owned();
    let targets: Vec<String> = (0..250).map(|_| "3".to_owned()).collect();
    let _ = writeln!(text, "2 concurrent-task {{}} > {}\n3 push-zmq {{}}", targets.join(","));
    let workflow = workflow(&text);
    let decision = decided(&claim(&workflow, None, &[Expectation::Ran { negated: true, nodes: &[9] }]));
    assert!(matches!(decision, Decision::NotDecided(_)), "{decision:?}");
}

#[test]
fn lists_that_need_too_many_entries_are_not_decided() {
    let mut text = "1 event-publish > 2\n".to_owned();
    let length = 330;
    for node in 2..length {
        let _ = writeln!(
            text,
            r#"{node} generic-if {{"operator": "in", "hash_path": "Event.Attribute.{{n}}.value", "value": "v{node}"}} > {length}|{}"#,
            node + 1
        );
    }
    let _ = writeln!(
        text,
        r#"{length} generic-if {{"operator": "any_value", "hash_path": "Event.Attribute.{{n}}.type"}} > 999|"#
    );
    text.push_str("999 stop-execution {}\n");
    let decision = decided(&claim(&workflow(&text), None, &SUCCESS));
    assert!(!matches!(decision, Decision::Holds | Decision::NoEvent), "{decision:?}");
}

#[test]
fn numbers_beyond_the_limit_are_not_decided() {
    let many = r#"count-if {"selector": "Event._AttributeFlattened.{n}", "operator": "greater", "value": "30000"}"#;
    let decision = decided(&claim(&asks(&[many]), None, &[Expectation::Ran { negated: true, nodes: &[3] }]));
    assert!(!matches!(decision, Decision::Holds | Decision::NoEvent), "{decision:?}");
}

#[test]
fn the_same_question_gets_the_same_answer() {
    let guard = asks(&[RED_EVENT]);
    let meant = asks(&[RED_EVENT, RED_ATTRIBUTE]);
    let first = decided(&claim(&guard, Some(&meant), &BLOCKED));
    assert_eq!(decided(&claim(&guard, Some(&meant), &BLOCKED)), first);
    assert!(Catalogue::built_in().module("event-publish").is_some());
}

#[test]
fn an_attribute_that_a_filter_took_out_of_one_list_is_not_found_again() {
    // The release dies of the second tagging, if the filter leaves out an attribute. That is not modelled, and so not denied.
    let text = r#"1 event-after-save-new > 2
        2 tag_operation {"scope": "attribute", "action": "add", "locality": "local", "tags": ["a"]} > 3
        3 generic-filter-data {"filtering-label": "B", "selector": "Event.Attribute", "operator": "any_value", "hash_path": "type", "value": "", "value_list": []} > 4
        4 tag_operation {"scope": "attribute", "action": "remove", "locality": "local", "tags": ["a"]}"#;
    let json = r#"{"Event": {"Attribute": [{"id": "1", "type": "url"}, {"id": "2"}]}}"#;
    let decided_with = |selector: &str| {
        let workflow = workflow(&text.replace("\"Event.Attribute\"", selector));
        let answers = crate::simulate::answers::FixedAnswers::default();
        let outcome = super::run(&workflow, Value::from_json(json).expect("JSON"), &answers).outcome;
        let never_dies = Claim { answers: &|_| Answered::Answers, ..claim(&workflow, None, &SUCCESS) };
        (outcome.as_str(), decided(&never_dies))
    };
    let (outcome, decision) = decided_with("\"Event.Attribute\"");
    assert_eq!(outcome, "crash");
    assert!(decision != Decision::Holds, "{decision:?}");
    let (outcome, decision) = decided_with("\"Event._AttributeFlattened\"");
    assert_eq!((outcome, decision), ("success", Decision::Holds));
}
