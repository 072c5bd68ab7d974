//! An upgrade from MISP 2.5.1 to 2.5.19: each difference that a workflow meets is named with its release, and no other.

use crate::program::{Done, folder, mispflow};

/// Findings that hold for one of the two releases, as `CODE old` and `CODE new`, and those that are about the upgrade itself.
fn differences(text: &str) -> Vec<String> {
    let files = folder(&[("main.mwf", text)]);
    let arguments = ["check", "--target", "misp-2.5.1", "--target", "misp-2.5.19", "--format", "json"];
    let done = Done(mispflow(files.path(), &arguments));
    let report: serde_json::Value = serde_json::from_str(done.out()).unwrap();
    let findings = report["diagnostics"].as_array().unwrap();
    let mut seen: Vec<String> = findings
        .iter()
        .filter_map(|finding| {
            let code = finding["code"].as_str().unwrap();
            let notes = finding["notes"].as_array().map(Vec::as_slice).unwrap_or_default();
            let notes: Vec<&str> = notes.iter().filter_map(|note| note.as_str()).collect();
            let only =
                |release: &str| notes.iter().any(|note| note.starts_with(&format!("this is so for `{release}`")));
            match code {
                "changes-with-target" | "rewritten-for-target" => Some(code.to_owned()),
                _ if only("misp-2.5.1") => Some(format!("{code} old")),
                _ if only("misp-2.5.19") => Some(format!("{code} new")),
                _ => None,
            }
        })
        .collect();
    seen.sort();
    seen.dedup();
    seen
}

/// A workflow, and what is said of an upgrade of it.
type Case = (&'static str, String, &'static [&'static str]);

const SEND: &str = "push-zmq(data_extraction_path: Event.uuid)";

fn workflow(trigger: &str, steps: &str) -> String {
    format!("workflow w on {trigger} {{\n{steps}\n}}\n")
}

fn what_the_releases_do_in_different_ways() -> Vec<Case> {
    let send = SEND;
    vec![
        (
            "an untagged event",
            workflow("event-publish", "tag_operation(scope: event, tags: [\"tlp:clear\"])"),
            &["rewritten-for-target", "untagged-event new"],
        ),
        (
            "a tag that is asked for after it was set",
            workflow(
                "event-publish",
                &format!(
                    "if event tagged any \"tlp:white\" {{ tag_operation(scope: event, tags: [\"tlp:clear\"]) if event tagged any [\"tlp:clear\", \"tlp:green\"] {{ {send} }} }}"
                ),
            ),
            &["rewritten-for-target", "stale-tag old"],
        ),
        (
            "an inherited tag is stale in both",
            workflow(
                "event-publish",
                &format!(
                    "if event tagged any \"tlp:white\" {{ tag_operation(scope: event, tags: [\"tlp:clear\"]) if event_attribute tagged any [\"tlp:clear\", \"tlp:green\"] {{ {send} }} }}"
                ),
            ),
            &["rewritten-for-target"],
        ),
        (
            "tags that are replaced",
            workflow("event-publish", "tag_replacement_tlp(remove_substituted: yes)"),
            &["broken-module new"],
        ),
        (
            "more tags that are replaced",
            workflow("event-publish", "tag_replacement_pap(remove_substituted: yes)"),
            &["broken-module new"],
        ),
        (
            "a country that is assigned",
            workflow("event-publish", "attach-enrichment(modules: [\"mmdb_lookup\"])\nassign_country(scope: event)"),
            &["broken-module new"],
        ),
        (
            "an event that publishes itself",
            workflow("event-publish", "publish-event()"),
            &["publishes-again new", "triggers-itself old"],
        ),
        (
            "a question about sharing groups",
            workflow(
                "event-publish",
                &format!("if distribution-if(scope: event, distribution: 4, sharing_group_id: [\"1\"]) {{ {send} }}"),
            ),
            &["no-direct-attributes old", "sharing-group-unasked old"],
        ),
        (
            "a question about the distribution of attributes",
            workflow("event-publish", &format!("if distribution-if(scope: attribute, distribution: 1) {{ {send} }}")),
            &["no-direct-attributes old"],
        ),
        (
            "a module that only the new release has",
            workflow("event-publish", &format!("filter-tag(tags: [\"tlp:red\"])\n{send}")),
            &["unknown-module old"],
        ),
        (
            "an ad-hoc workflow",
            workflow("adhoc(scope: events, filters: { tags: \"tlp:white\" })", send),
            &["unknown-trigger old"],
        ),
        (
            "a guard, which the template service has a part in",
            workflow("event-publish", "if event tagged any \"tlp:red\" { stop-execution(message: \"red\") }"),
            &["needs-template-service old"],
        ),
    ]
}

fn what_both_do_in_the_same_way() -> Vec<Case> {
    let send = SEND;
    vec![
        (
            "tags of attributes",
            workflow("event-publish", "tag_operation(scope: attribute, tags: [\"tlp:clear\"])"),
            &["rewritten-for-target"],
        ),
        (
            "a webhook",
            workflow(
                "event-publish",
                "webhook(url: \"https://soc.example.org\", payload: { info: \"{{ Event.info }}\" })",
            ),
            &[],
        ),
        (
            "an inherited question",
            workflow("event-publish", &format!("if event_attribute tagged any \"tlp:red\" {{ {send} }}")),
            &[],
        ),
        ("the password of a user", workflow("user-after-save", "webhook(url: \"https://soc.example.org\")"), &[]),
        (
            "a galaxy cluster with a prefix",
            workflow(
                "event-publish",
                &format!("if tag-if(scope: event, clusters: [\"misp-galaxy:country=\\\"belgium\\\"\"]) {{ {send} }}"),
            ),
            &[],
        ),
        (
            "a filter and a concurrent task",
            workflow(
                "event-publish",
                &format!(
                    "filter Event._AttributeFlattened.{{n}} where type == \"md5\" {{ attribute_ids_flag_operation(action: add) }}\nconcurrent {{ branch {{ {send} }} }}"
                ),
            ),
            &[],
        ),
    ]
}

#[test]
fn each_difference_is_named_and_no_other() {
    let mut problems = Vec::new();
    for (what, text, expected) in what_the_releases_do_in_different_ways().iter().chain(&what_both_do_in_the_same_way())
    {
        let seen = differences(text);
        if seen != *expected {
            problems.push(format!("{what}:\n{text}  expected {expected:?}\n  said {seen:?}"));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}
