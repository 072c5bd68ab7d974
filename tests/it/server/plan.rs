//! `plan`

use serde_json::{Value, json};

use super::stand_in::{Served, StandIn};
use super::{GUARD, NOTICE, empty, run, run_with};
use crate::program::folder;

#[test]
fn what_is_not_there_would_be_created() {
    let (project, misp) = (folder(&[("guard.mwf", GUARD), ("notice.mwf", NOTICE)]), empty());
    let done = run(project.path(), &misp, &["plan"]);
    assert_eq!(done.code(), 0, "{}", done.messages());
    let url = misp.url();
    assert_eq!(
        done.out(),
        format!(
            "server `server`, {url}: MISP 2.5.19\n\n\
             + workflow `guard` (event-publish) is not there\n\
             + workflow `notice` (event-after-save) is not there\n\n\
             off on the server, though needed (`push --enable` switches them on):\n    \
             trigger `event-after-save`, for notice\n    \
             trigger `event-publish`, for guard\n\n\
             2 to create\n"
        )
    );
    assert!(misp.is_untouched(), "{:?}", misp.calls.lock().unwrap());
    assert_eq!(run(project.path(), &misp, &["plan", "--exit-code"]).code(), 1);
    assert!(!project.path().join(".mispflow").exists(), "a plan writes nothing");
}

#[test]
fn somebody_elses_row_is_a_conflict_and_shown() {
    let (project, misp) = (folder(&[("guard.mwf", GUARD)]), empty());
    assert_eq!(run(project.path(), &misp, &["push", "--yes"]).code(), 0);
    std::fs::remove_dir_all(project.path().join(".mispflow")).unwrap();
    let text = GUARD.replace("\"red\"", "\"not so\"");
    std::fs::write(project.path().join("guard.mwf"), text).unwrap();
    let done = run(project.path(), &misp, &["plan"]);
    assert_eq!(done.code(), 1);
    assert!(
        done.out()
            .contains("! workflow `guard` (event-publish, row 1): conflict: it was never pushed or pulled from here"),
        "{}",
        done.out()
    );
    assert!(done.out().contains("message: \"red\" → \"not so\""), "{}", done.out());
}

#[test]
fn what_only_the_server_has_stays() {
    let mut server = StandIn::new("2.5.19");
    server.with_workflow("user-after-save", "Old \u{202e} one", &json!({}));
    let misp = Served::new(server);
    let project = folder(&[("guard.mwf", GUARD)]);
    let done = run(project.path(), &misp, &["plan"]);
    assert_eq!(done.code(), 0);
    assert!(
        done.out().contains("? workflow \"Old \\u202e one\" (user-after-save, row 1) is on the server only, and stays"),
        "{}",
        done.out()
    );
}

#[test]
fn as_json() {
    let (project, misp) = (folder(&[("guard.mwf", GUARD)]), empty());
    let done = run(project.path(), &misp, &["plan", "--format", "json"]);
    let json: Value = serde_json::from_str(done.out()).unwrap();
    assert_eq!(json["server"]["release"], "2.5.19");
    let item = &json["items"][0];
    assert_eq!(
        (&item["id"], &item["action"], &item["trigger"]),
        (&json!("guard"), &json!("create"), &json!("event-publish"))
    );
    assert_eq!(json["off"], json!([{"kind": "trigger", "id": "event-publish", "needed_by": ["guard"]}]));
}

#[test]
fn what_the_server_lacks_is_listed() {
    let mut server = StandIn::new("2.5.19");
    server.tags = vec!["tlp:white".to_owned()];
    server.modules.retain(|module| module["id"] != "stop-execution");
    server.modules_on.remove("tag-if");
    let project = folder(&[("guard.mwf", GUARD)]);
    let done = run(project.path(), &Served::new(server), &["plan"]);
    let out = done.out();
    assert!(
        out.contains(
            "not on the server, though used:\n    module \"stop-execution\", by guard\n    tag \"tlp:red\", by guard\n"
        ),
        "{out}"
    );
    assert!(out.contains("    module `tag-if`, for guard\n"), "{out}");
}

#[test]
fn pickers_that_offer_nothing_and_clusters_are_looked_at_too() {
    let text = |cluster: &str| {
        format!(
            "workflow guard on event-publish {{\n    name: \"Guard\"\n    attach-decay-score(decayingmodels: [\"1\"])\n    \
             if tag-if(scope: event, clusters: [\"{cluster}\"]) {{ stop-execution(message: \"red\") }}\n}}\n"
        )
    };
    for release in ["2.5.1", "2.5.19"] {
        let mut server = StandIn::new(release);
        server.tags.push("misp-galaxy:country=\"luxembourg\"".to_owned());
        let options = |server: &mut StandIn, options: Value| {
            for module in server.modules.iter_mut().filter(|module| module["id"] == "attach-decay-score") {
                module["params"][0]["options"] = options.clone();
            }
        };
        options(&mut server, json!([]));
        let (here, there) = ("country=\\\"luxembourg\\\"", "country=\\\"belgium\\\"");
        let target = format!("misp-{release}");
        let plan = |server: &StandIn, cluster: &str| {
            let project = folder(&[("guard.mwf", &text(cluster))]);
            let done = run(project.path(), &Served::new(server.clone()), &["plan", "--target", &target]);
            assert_eq!(done.code(), 0, "{}", done.messages());
            done.out().to_owned()
        };
        let out = plan(&server, there);
        assert!(out.contains("    cluster \"country=\\\"belgium\\\"\", by guard\n"), "{out}");
        assert!(out.contains("    decayingmodels \"1\", by guard\n"), "{out}");
        options(&mut server, json!({"1": "Ours"}));
        let out = plan(&server, here);
        assert!(!out.contains("not on the server, though used"), "{out}");
    }
}

#[test]
fn a_release_without_adhoc_workflows_takes_none() {
    let misp = Served::new(StandIn::new("2.5.1"));
    let project = folder(&[("review.mwf", super::REVIEW), ("notice.mwf", NOTICE)]);
    let done = run(project.path(), &misp, &["plan", "--target", "misp-2.5.19"]);
    assert!(
        done.out().contains("not on the server, though used:\n    trigger \"adhoc\", by review\n"),
        "{}",
        done.out()
    );
    assert!(!done.out().contains("trigger `adhoc"), "it cannot be switched on: {}", done.out());
    let done = run(project.path(), &misp, &["push", "--yes", "--enable", "--target", "misp-2.5.19"]);
    assert_eq!(done.code(), 1);
    assert!(done.messages().contains("this release of MISP has no ad-hoc workflows"), "{}", done.messages());
    assert!(done.messages().contains("created  workflow `notice`"), "{}", done.messages());
    assert_eq!(misp.server.lock().unwrap().workflows.len(), 1);
}

#[test]
fn errors_of_the_project_come_first() {
    let (project, misp) = (folder(&[("guard.mwf", "workflow guard on event-publish { nope() }")]), empty());
    let done = run(project.path(), &misp, &["plan"]);
    assert_eq!((done.code(), done.out()), (1, ""));
    assert!(done.messages().contains("[unknown-module]"), "{}", done.messages());
}

#[test]
fn what_a_save_would_not_take_is_refused_before_anything_is_sent() {
    let conditions = "    if published { push-zmq() }\n".repeat(21);
    let blueprint = |name: &str| format!("blueprint tell() {{\n    name: \"{name}\"\n    push-zmq()\n}}\n");
    let described = |text: &str| GUARD.replace("    if", &format!("    description: \"{text}\"\n    if"));
    for (text, code) in [
        (GUARD.replace("\"Guard\"", &format!("\"{}\"", "n".repeat(192))), "text-too-long"),
        (described(&"d".repeat(192)), "text-too-long"),
        (blueprint(&"n".repeat(192)), "text-too-long"),
        (GUARD.replace("\"red\"", "\"😀\""), "unstorable-character"),
        (GUARD.replace("\"Guard\"", "\"Guard 😀\""), "unstorable-character"),
        (described("😀"), "unstorable-character"),
        (blueprint("😀"), "unstorable-character"),
        // MISP follows each path when it saves, and these are two million.
        (format!("workflow many on event-publish {{\n{conditions}}}\n"), "too-many-paths"),
        (format!("workflow many on adhoc {{\n{conditions}}}\n"), "too-many-paths"),
    ] {
        let (project, misp) = (folder(&[("guard.mwf", &text)]), empty());
        for arguments in [&["plan"][..], &["push", "--yes", "--force"]] {
            let done = run(project.path(), &misp, arguments);
            assert_eq!(done.code(), 1, "{}", done.messages());
            assert!(done.messages().contains(&format!("[{code}]")), "{}", done.messages());
        }
        assert!(misp.is_untouched());
    }
}

#[test]
fn what_goes_wrong_is_said_in_words() {
    let project = folder(&[("guard.mwf", GUARD)]);
    let misp = empty();
    let wrong = run_with(project.path(), &[("MISPFLOW_URL", &misp.url()), ("MISPFLOW_KEY", "WRONG")], &["plan"]);
    assert_eq!(wrong.code(), 2);
    assert!(wrong.messages().contains("MISP does not take the key"), "{}", wrong.messages());
    let poor = run_with(project.path(), &[("MISPFLOW_URL", &misp.url()), ("MISPFLOW_KEY", "KEY_READONLY")], &["plan"]);
    assert_eq!(poor.code(), 2);
    assert!(poor.messages().contains("the key has no right to this"), "{}", poor.messages());
    let mut off = StandIn::new("2.5.1");
    off.settings.insert("Plugin.Workflow_enable".into(), json!(false));
    let done = run(project.path(), &Served::new(off), &["plan"]);
    assert_eq!(done.code(), 2);
    assert!(done.messages().contains("while the workflow plugin or background jobs are off"), "{}", done.messages());
}

#[test]
fn after_a_flush_of_redis_what_is_off_is_listed() {
    let (project, misp) = (folder(&[("guard.mwf", GUARD)]), empty());
    assert_eq!(run(project.path(), &misp, &["push", "--yes", "--enable"]).code(), 0);
    misp.server.lock().unwrap().flush_redis();
    let done = run(project.path(), &misp, &["plan", "--exit-code"]);
    assert_eq!(done.code(), 0, "{}", done.out());
    assert!(
        done.out().contains("    module `stop-execution`, for guard\n    module `tag-if`, for guard\n"),
        "{}",
        done.out()
    );
    assert!(!done.out().contains("trigger `event-publish`"), "{}", done.out());
}

const ARCHIVE: &str = concat!(
    r#"{"Event": {"id": "1", "info": "Phishing", "Tag": [{"name": "tlp:red"}]}}"#,
    "\n",
    r#"{"Event": {"id": "2", "info": "Scan", "Tag": [{"name": "tlp:amber"}]}}"#,
    "\n"
);

#[test]
fn what_the_changes_would_have_done_with_events() {
    let (project, misp) = (folder(&[("guard.mwf", GUARD), ("notice.mwf", NOTICE), ("old.ndjson", ARCHIVE)]), empty());
    // What is not there yet would not change, and no server is asked for events.
    let done = run(project.path(), &misp, &["plan", "--event", "old.ndjson"]);
    assert_eq!(done.code(), 0, "{}", done.messages());
    assert!(done.messages().contains("no workflow of the server would change, so nothing is replayed"));
    assert_eq!(run(project.path(), &misp, &["push", "--yes"]).code(), 0);
    let text = GUARD.replace("\"tlp:red\"", "[\"tlp:red\", \"tlp:amber\"]");
    std::fs::write(project.path().join("guard.mwf"), text).unwrap();
    let done = run(project.path(), &misp, &["plan", "--event", "old.ndjson", "-q"]);
    assert_eq!(done.code(), 0, "{}", done.messages());
    let (_, replayed) = done.out().split_once("1 to change, 1 unchanged\n").expect("a summary");
    assert_eq!(
        replayed,
        "\nreplayed on 2 events: 1 is treated differently\n  \
         1 is cancelled and was not, by `stop-execution` (3) at guard.mwf:3\n      old.ndjson#2 (event 2)\n"
    );
    // For programs it is one object.
    let done = run(project.path(), &misp, &["plan", "--event", "old.ndjson", "--format", "json"]);
    let json: Value = serde_json::from_str(done.out()).expect("JSON");
    let replayed = &json["replayed"][0];
    assert_eq!((&replayed["name"], &replayed["different"]), (&json!("guard"), &json!(1)));
    assert_eq!(replayed["changes"][0]["change"], json!({"what": "cancelled"}));
    assert_eq!(json["unusable"], 0);
}

#[test]
fn events_that_are_not_there_are_told_before_the_server_is_asked() {
    let (project, misp) = (folder(&[("guard.mwf", GUARD), ("old.ndjson", ARCHIVE)]), empty());
    let done = run(project.path(), &misp, &["plan", "--event", "old.ndjson", "--event", "none.ndjson"]);
    assert_eq!((done.code(), done.out()), (2, ""), "{}", done.messages());
    assert!(done.messages().contains("`none.ndjson` cannot be read: it does not exist"), "{}", done.messages());
    assert!(misp.calls.lock().unwrap().is_empty());
}

/// A step with secrets, and one that a tag decides on.
const CALLS: &str = "workflow guard on event-publish {
    name: \"Guard\"
    webhook(url: secret(\"HOOK\"), headers: \"Authorization: \" + secret(\"TOKEN\"))
    if event tagged any \"tlp:red\" { stop-execution(message: \"red\") }
}
";

#[test]
fn secrets_of_a_replay_are_those_of_the_server_unless_they_are_set() {
    let (project, misp) = (folder(&[("guard.mwf", CALLS), ("old.ndjson", ARCHIVE)]), empty());
    let url = misp.url();
    let (hook, token) = (("HOOK", "https://soc.example.org/realhook"), ("TOKEN", "realtoken{{1}}"));
    let call = |secrets: &[(&str, &str)], arguments: &[&str]| {
        let done = run_with(
            project.path(),
            &[&[("MISPFLOW_URL", url.as_str()), ("MISPFLOW_KEY", super::stand_in::KEY)], secrets].concat(),
            arguments,
        );
        for text in [done.out(), done.messages()] {
            assert!(["realhook", "realtoken", "another"].iter().all(|value| !text.contains(value)), "{text}");
        }
        done
    };
    assert_eq!(call(&[hook, token], &["push", "--yes"]).code(), 0);
    let text = CALLS.replace("\"tlp:red\"", "[\"tlp:red\", \"tlp:amber\"]");
    std::fs::write(project.path().join("guard.mwf"), &text).unwrap();
    let replayed = |secrets: &[(&str, &str)]| {
        let done = call(secrets, &["plan", "--event", "old.ndjson", "-q"]);
        assert_eq!(done.code(), 0, "{}", done.messages());
        let json = call(secrets, &["plan", "--event", "old.ndjson", "--format", "json"]);
        let json: Value = serde_json::from_str(json.out()).expect("JSON");
        let changes = json["replayed"][0]["changes"].as_array().expect("changes").len();
        let (_, replayed) = done.out().split_once("1 to change\n\n").expect("a summary");
        (replayed.to_owned(), changes)
    };
    let cancelled = "replayed on 2 events: 1 is treated differently\n  \
                     1 is cancelled and was not, by `stop-execution` (4) at guard.mwf:4\n      old.ndjson#2 (event 2)\n";
    for secrets in [&[hook, token][..], &[hook], &[token], &[]] {
        assert_eq!(replayed(secrets), (cancelled.to_owned(), 1), "{secrets:?}");
    }
    // Another value is a change.
    let (told, changes) = replayed(&[("HOOK", "https://soc.example.org/another"), token]);
    assert!(told.contains("  `webhook` does something else on 2 events (guard.mwf:3)\n"), "{told}");
    assert_eq!(changes, 2);
    // What is missing elsewhere takes nothing from the values that are known.
    let text = text.replace("message: \"red\"", "message: secret(\"WHY\")");
    std::fs::write(project.path().join("guard.mwf"), text).unwrap();
    for secrets in [&[hook, token][..], &[]] {
        assert_eq!(replayed(secrets), (cancelled.to_owned(), 1), "{secrets:?}");
    }
}

#[test]
fn a_replay_knows_workflows_by_the_names_of_the_server() {
    let caller = |tag: &str, called: &str| {
        format!(
            "workflow caller on event-after-save {{\n    name: \"Caller\"\n    \
             run-workflow(workflows: [\"{called}\"], input_data: \"event_ids\")\n    \
             if event tagged any \"{tag}\" {{ push-zmq() }}\n}}\n"
        )
    };
    let review = super::REVIEW.replace("push-zmq()", "webhook(url: \"https://soc.example.org/hook\")");
    let project = folder(&[
        ("review.mwf", &review),
        ("caller.mwf", &caller("tlp:red", "review")),
        ("old.ndjson", ARCHIVE.lines().last().unwrap()),
    ]);
    let misp = empty();
    assert_eq!(run(project.path(), &misp, &["push", "--yes"]).code(), 0);
    for row in &mut misp.server.lock().unwrap().workflows {
        row.trigger_id = row.trigger_id.replace("adhoc_review", "adhoc_7");
        row.data = serde_json::from_str(&row.data.to_string().replace("adhoc_review", "adhoc_7")).unwrap();
    }
    assert_eq!(run(project.path(), &misp, &["pull", "--ours"]).code(), 0);
    let more = "replayed on 1 event: 1 is treated differently\n  \
                `push-zmq` does more on 1 event (caller.mwf:4)\n      old.ndjson#1 (event 2)\n";
    let replayed = || {
        let done = run(project.path(), &misp, &["plan", "--event", "old.ndjson", "-q"]);
        let (_, replayed) = done.out().split_once("replayed").expect("a replay");
        format!("replayed{replayed}")
    };
    std::fs::write(project.path().join("caller.mwf"), caller("tlp:amber", "review")).unwrap();
    assert_eq!(replayed(), more);
    // One that only the server has runs on both sides.
    std::fs::remove_file(project.path().join("review.mwf")).unwrap();
    std::fs::write(project.path().join("caller.mwf"), caller("tlp:amber", "adhoc_7 :: Review")).unwrap();
    assert_eq!(replayed(), more);
}

#[test]
fn a_conflict_is_replayed_too() {
    let (project, misp) = (folder(&[("guard.mwf", GUARD), ("old.ndjson", ARCHIVE)]), empty());
    assert_eq!(run(project.path(), &misp, &["push", "--yes"]).code(), 0);
    std::fs::remove_dir_all(project.path().join(".mispflow")).unwrap();
    std::fs::write(project.path().join("guard.mwf"), GUARD.replace("tlp:red", "tlp:green")).unwrap();
    let done = run(project.path(), &misp, &["plan", "--event", "old.ndjson"]);
    assert_eq!(done.code(), 1);
    // The node is named as the server has it.
    assert!(done.out().contains("  1 goes on and was cancelled, by `stop-execution` (3)\n"), "{}", done.out());
}
