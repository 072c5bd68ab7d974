//! Modules that tag.

use super::{EVENT, prepared_for, run, run_with};
use crate::catalogue::Semantics;
use crate::engine::RunOptions;
use serde_json::json;

fn effects(text: &str) -> Vec<serde_json::Value> {
    run(&format!("1 event-publish > 2\n2 {text}"), EVENT).effects
}

#[test]
fn tags_go_on_the_event_or_on_each_attribute() {
    let event =
        effects(r#"tag_operation {"scope": "event", "action": "add", "locality": "global", "tags": ["a", "b"]}"#);
    let expected = json!({"node": 2, "module": "tag_operation", "kind": "add_tags", "scope": "event", "id": "7",
        "tags": ["a", "b"], "locality": "global"});
    assert_eq!(event, [expected]);
    let attributes =
        effects(r#"tag_operation {"scope": "attribute", "action": "remove", "locality": "any", "tags": ["a"]}"#);
    let ids: Vec<_> = attributes.iter().map(|effect| (&effect["kind"], &effect["id"], &effect["locality"])).collect();
    let (kind, any) = (json!("remove_tags"), json!("any"));
    assert_eq!(ids, [(&kind, &json!("1"), &any), (&kind, &json!("2"), &any), (&kind, &json!("3"), &any)]);
}

#[test]
fn with_scope_event_a_module_filter_tags_nothing() {
    let effects = effects(
        r#"tag_operation {"scope": "event", "tags": ["a"]} ["Event._AttributeFlattened.{n}", "type", "equals", "md5"]"#,
    );
    assert_eq!(effects[0]["id"], json!(null));
}

#[test]
fn an_added_tag_is_invisible_until_the_event_is_reloaded_in_2_5_1() {
    let tag = r#"tag_operation {"scope": "event", "locality": "local", "tags": ["new"]}"#;
    let ask = r#"tag-if {"scope": "event", "condition": "in_or", "tags": ["new"]}"#;
    let plain = format!("1 event-publish > 2\n2 {tag} > 3\n3 {ask} > 4|\n4 publish-event");
    let reloaded = format!("1 event-publish > 2\n2 {tag} > 5\n5 reload-full-event > 3\n3 {ask} > 4|\n4 publish-event");
    let executed =
        |text: &str, semantics| run_with(&prepared_for(text, semantics), EVENT, &RunOptions::default()).executed;
    assert_eq!(executed(&plain, Semantics::MISP_2_5_1), [2]);
    assert_eq!(executed(&plain, Semantics::MISP_2_5_19), [2, 4]);
    assert_eq!(executed(&reloaded, Semantics::MISP_2_5_1), [2, 5, 4]);
}

#[test]
fn later_releases_take_tags_off_the_event_but_not_off_what_attributes_inherit() {
    let text = r#"
        1 event-publish > 2
        2 tag_operation {"scope": "event", "action": "remove", "locality": "any", "tags": ["tlp:green"]} > 3
        3 push-zmq {"data_extraction_path": "Event._AttributeFlattened.{n}._allTags.{n}.name"} > 4
        4 push-zmq {"data_extraction_path": "Event.Tag.{n}.name"}
    "#;
    let result = run_with(&prepared_for(text, Semantics::MISP_2_5_19), EVENT, &RunOptions::default());
    let before = run_with(&prepared_for(text, Semantics::MISP_2_5_1), EVENT, &RunOptions::default());
    assert_eq!(super::sent(&result)[0], super::sent(&before)[0]);
    assert_eq!(super::sent(&result)[1], json!([]));
    assert_eq!(super::sent(&before)[1], json!(["tlp:green"]));
}

#[test]
fn replacement_takes_the_old_spelling_off_and_puts_the_new_one_on() {
    let event = r#"{"Event": {"id": "7", "Tag": [{"name": "TLP-Red"}, {"name": "x"}, {"name": "pap:amber"}]}}"#;
    let tags = |module: &str, remove: &str| {
        let params = json!({"scope": "event", "remove_substituted": remove, "locality": "global"});
        let result = run(&format!("1 event-publish > 2\n2 {module} {params}"), event);
        result.effects.iter().map(|effect| (effect["kind"].clone(), effect["tags"].clone())).collect::<Vec<_>>()
    };
    let (add, remove) = (json!("add_tags"), json!("remove_tags"));
    assert_eq!(tags("tag_replacement_tlp", "yes"), [(remove, json!(["TLP-Red"])), (add.clone(), json!(["tlp:red"]))]);
    assert_eq!(tags("tag_replacement_pap", "no"), [(add, json!(["PAP:AMBER"]))]);
    // The default, `1`, takes nothing off.
    assert_eq!(tags("tag_replacement_tlp", "1").len(), 1);
    assert!(tags("tag_replacement_generic", "yes").is_empty());
}

#[test]
fn countries_come_from_enrichment() {
    let event = r#"{"Event": {"id": "7", "Attribute": [
        {"id": "1", "enrichment": [[{"values": ["Belgium"]}]]}, {"id": "2"}]}}"#;
    let result = run("1 event-publish > 2\n2 assign_country {\"scope\": \"attribute\"}", event);
    let tags: Vec<_> = result.effects.iter().map(|effect| (&effect["id"], &effect["tags"])).collect();
    // The attribute without one is called for too, with no tags.
    let belgium = json!(["misp-galaxy:country=\"belgium\""]);
    assert_eq!(tags, [(&json!("1"), &belgium), (&json!("2"), &json!([]))]);
}
