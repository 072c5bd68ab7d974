//! What changes the travelling data, and what does not.

use super::{EVENT, prepared, run, run_with, sent, summary};
use crate::engine::{Answers, Outcome, Request, RunOptions};
use crate::php::Value;
use serde_json::json;

struct Outside;

impl Answers for Outside {
    fn failure(&self, request: Request<'_>) -> Option<String> {
        (request.node == 99).then(|| "timeout".into())
    }

    fn enrichment(&self, _: Request<'_>, service: &str, attribute: &Value<'_>) -> Option<Value<'static>> {
        let is_address = attribute.get("type").and_then(Value::as_str) == Some("ip-src");
        (is_address && service == "mmdb_lookup")
            .then(|| Value::from_json(r#"[{"values": ["Belgium"]}]"#).unwrap().into_owned())
    }

    fn warnings(&self, _: Request<'_>, lists: &Value<'_>, attribute: &Value<'_>) -> Option<Value<'static>> {
        assert_eq!(lists.to_json().unwrap(), r#"["ALL"]"#);
        (attribute.get("value")?.as_str()? == "a.example").then(|| {
            let json =
                r#"[{"warninglist_id": "4", "warninglist_name": "top", "warninglist_category": "false_positive"}]"#;
            Value::from_json(json).unwrap().into_owned()
        })
    }
}

fn pushed(text: &str) -> Vec<serde_json::Value> {
    let workflow = prepared(text);
    sent(&run_with(&workflow, EVENT, &RunOptions { answers: &Outside, ..RunOptions::default() }))
}

#[test]
fn enrichment_hangs_on_the_attributes_in_both_places() {
    let text = r#"
        1 event-publish > 2
        2 attach-enrichment {"modules": ["mmdb_lookup"]} > 3
        3 push-zmq {"data_extraction_path": "Event._AttributeFlattened.{n}.enrichment.{n}.{n}.values.0"} > 4
        4 push-zmq {"data_extraction_path": "Event.Attribute.0.enrichment.0.0.values.0"} > 5
        5 reload-full-event > 6
        6 push-zmq {"data_extraction_path": "Event.Attribute.{n}.enrichment"}
    "#;
    assert_eq!(pushed(text), [json!(["Belgium"]), json!(["Belgium"]), json!([])]);
}

#[test]
fn warnings_hang_on_attributes_and_event() {
    let text = r#"
        1 event-publish > 2
        2 attach-warninglist {"warninglists": ["ALL"]} > 3
        3 push-zmq {"data_extraction_path": "Event.Attribute.{n}.warnings.{n}.warninglist_name"} > 4
        4 push-zmq {"data_extraction_path": "Event.warnings.{n}.name"}
    "#;
    assert_eq!(pushed(text), [json!(["top"]), json!(["top"])]);
}

#[test]
fn edits_of_attributes_travel_without_timestamp() {
    let text = r#"
        1 event-publish > 2
        2 Module_attribute_comment_operation {"comment": "{{ Event.info }}!"} ["Event.Attribute.{n}", "id", "equals", "2"] > 3
        3 attribute_ids_flag_operation {"action": "remove"} > 4
        4 push-zmq {"data_extraction_path": "Event._AttributeFlattened.{n}.comment"} > 5
        5 push-zmq {"data_extraction_path": "Event.Object.{n}.Attribute.{n}.to_ids"} > 6
        6 push-zmq {"data_extraction_path": "Event._AttributeFlattened.{n}.timestamp"}
    "#;
    assert_eq!(pushed(text), [json!(["", "Phish!", ""]), json!([false]), json!([])]);
}

#[test]
fn the_distribution_travels_and_an_event_without_attributes_is_left_alone() {
    let text = r#"
        1 event-publish > 2
        2 Module_event_distribution_operation {"distribution": "4", "sharing_group_id": "3"} > 3
        3 push-zmq {"data_extraction_path": "Event.sharing_group_id"}
    "#;
    let result = run(text, EVENT);
    assert_eq!(sent(&result), [json!(["3"])]);
    let expected = json!({"node": 2, "module": "Module_event_distribution_operation", "kind": "save_event", "id": "7",
        "distribution": "4", "sharing_group_id": "3", "freeze": false});
    assert_eq!(result.effects[0], expected);
    assert_eq!(run(text, r#"{"Event": {"id": "1"}}"#).effects.len(), 1);
}

#[test]
fn publishing_does_not_travel() {
    let text = "1 event-publish > 2\n2 publish-event > 3\n3 push-zmq {\"data_extraction_path\": \"Event.published\"}";
    assert_eq!(sent(&run(text, EVENT)), [json!([false])]);
}

#[test]
fn what_is_not_configured_fails_with_misps_words() {
    for (module, message) in [
        ("attach-enrichment {\"modules\": []}", "No enrichmnent module selected"),
        ("enrich-event", "No enrichmnent module selected"),
        ("attach-warninglist {\"warninglists\": []}", "No warninglist module selected"),
        ("attach-decay-score", "No decaying model selected"),
        ("send-mail {\"recipients\": []}", "No recipient set."),
        ("send-log-mail", "The mail template is empty."),
        ("webhook", "URL not provided."),
        ("ms-teams-webhook", "URL not provided."),
    ] {
        let result = run(&format!("1 event-publish > 2\n2 {module} > 3\n3 publish-event"), EVENT);
        assert_eq!((result.outcome, &result.failed[..]), (Outcome::Success, &[2][..]), "{module}");
        assert!(result.errors[0].ends_with(message), "{module}: {:?}", result.errors);
    }
}

#[test]
fn answers_can_make_a_module_fail() {
    let workflow = prepared("1 event-publish > 99\n99 publish-event");
    let result = run_with(&workflow, EVENT, &RunOptions { answers: &Outside, ..RunOptions::default() });
    assert!(result.effects.is_empty() && result.errors[0].ends_with("error: timeout"));
}

#[test]
fn mails_lists_and_proposals_are_effects() {
    let event = r#"{"Event": {"id": "7", "uuid": "u", "info": "i", "ShadowAttribute": [{"id": "9"}], "Attribute": [{"id": "1", "value": "v"}]}}"#;
    let effect = |module: &str| run(&format!("1 event-publish > 2\n2 {module}"), event).effects.into_iter().next();
    let mail = effect(
        r#"send-mail {"recipients": ["All admins"], "mail_template_subject": "{{ Event.id }}", "mail_template_body": "b"}"#,
    );
    let expected = json!({"node": 2, "module": "send-mail", "kind": "mail", "recipients": ["All admins"], "subject": "7",
        "body": "b"});
    assert_eq!(mail, Some(expected));
    let block = effect("add_eventblocklist_entry").unwrap();
    assert_eq!(
        (&block["uuid"], &block["info"], &block["comment"]),
        (&json!("u"), &json!("i"), &json!("Blocked from workflow"))
    );
    let list = effect(r#"add_to_warninglist {"warninglist": "5"}"#).unwrap();
    assert_eq!((&list["warninglist"], &list["values"]), (&json!("5"), &json!(["v"])));
    let proposals = effect(r#"proposal-action {"action": "accept", "proposal_type": "any"}"#).unwrap();
    assert_eq!((&proposals["accept"], &proposals["proposals"]), (&json!(true), &json!([{"id": "9"}])));
    // The default type matches no proposal, and the step succeeds all the same.
    assert_eq!(effect("proposal-action"), None);
    let action = effect(r#"testaction {"foo": "x"}"#).unwrap();
    assert_eq!((&action["kind"], &action["parameters"]["foo"]), (&json!("misp_module"), &json!("x")));
}

#[test]
fn the_data_at_the_end_is_there_to_look_at() {
    let workflow = prepared("1 event-publish > 2\n2 attribute_ids_flag_operation {\"action\": \"remove\"}");
    let data = Value::from_json(EVENT).unwrap();
    let result = workflow.run(data.clone(), &RunOptions::default());
    assert_eq!(summary(&result).executed, [2]);
    let flag = result.data.get("Event").and_then(|event| event.get("Attribute")?.get("0")?.get("to_ids"));
    assert_eq!(flag, Some(&Value::Bool(false)));
}
