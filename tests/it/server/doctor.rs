//! `doctor`

use serde_json::{Value, json};

use super::stand_in::{KEY, Served, StandIn};
use super::{GUARD, REVIEW, empty, run, run_with};
use crate::program::folder;

/// What `doctor` says of a server that something was done to, after the guard was pushed and switched on.
fn examined(release: &'static str, doing: impl Fn(&mut StandIn)) -> (i32, Vec<String>) {
    let misp = Served::new(StandIn::new(release));
    let project = folder(&[("guard.mwf", GUARD)]);
    let pushed = run(project.path(), &misp, &["push", "--yes", "--enable"]);
    assert_eq!(pushed.code(), 0, "{}", pushed.messages());
    doing(&mut misp.server.lock().unwrap());
    misp.calls.lock().unwrap().clear();
    let done = run(project.path(), &misp, &["doctor", "--format", "json"]);
    assert!(misp.is_untouched(), "it changes nothing");
    let json: Value = serde_json::from_str(done.out()).unwrap_or_else(|_| panic!("{}", done.messages()));
    let symptoms = json["symptoms"].as_array().unwrap();
    let wrong = symptoms.iter().filter(|symptom| symptom["health"] != "unseen");
    (done.code(), wrong.map(|symptom| symptom["what"].as_str().unwrap().to_owned()).collect())
}

fn assert_says(release: &'static str, words: &str, doing: impl Fn(&mut StandIn)) {
    let (code, symptoms) = examined(release, doing);
    assert!(symptoms.iter().any(|what| what.contains(words)), "{release}, {words}: {symptoms:#?}");
    let _ = code;
}

#[test]
fn a_server_in_order_has_nothing() {
    for release in ["2.5.1", "2.5.19"] {
        let (code, symptoms) = examined(release, |_| {});
        assert_eq!((code, symptoms), (0, Vec::new()), "{release}");
    }
}

#[test]
fn each_fault_is_named() {
    let off = |name: &'static str| {
        move |server: &mut StandIn| {
            server.settings.insert(name.into(), json!(false));
        }
    };
    for release in ["2.5.1", "2.5.19"] {
        assert_says(release, "the workflow plugin is off", off("Plugin.Workflow_enable"));
        assert_says(release, "background jobs are off", off("MISP.background_jobs"));
        assert_says(release, "MISP is not live", off("MISP.live"));
        assert_says(release, "misp-modules does not answer", |server| server.misp_modules = false);
        assert_says(release, "the enrichment services are off", off("Plugin.Enrichment_services_enable"));
        assert_says(release, "the graph of one is not JSON in the database", |server| {
            server.workflows[0].data = Value::Null;
        });
        assert_says(release, "the template service of misp-modules does not answer", |server| {
            server.away.insert("templates");
        });
        assert_says(release, "action services are off", off("Plugin.Action_services_enable"));
        assert_says(release, "uses modules that the server does not have: stop-execution", |server| {
            server.modules.retain(|module| module["id"] != "stop-execution");
        });
        assert_says(release, "there is no address to debug to", |server| {
            server.workflows[0].debug = true;
            server.settings.insert("Plugin.Workflow_debug_url".into(), json!(""));
        });
        assert_says(release, "no module is on: actions fail", |server| server.modules_on.clear());
        assert_says(release, "no module is on: nobody has switched one on yet", |server| {
            server.modules_on.clear();
            server.workflows.clear();
        });
        assert_says(release, "Redis does not answer, or was flushed", |server| server.redis = false);
        assert_says(release, "Redis does not answer, or was flushed", StandIn::flush_redis);
        assert_says(release, "Redis has lost which workflow listens", StandIn::forget_listeners);
        assert_says(release, "its trigger `event-publish` is off", |server| server.triggers_on.clear());
        assert_says(release, "uses modules that are off: stop-execution", |server| {
            server.modules_on.remove("stop-execution");
        });
        assert_says(release, "sends every step to a debug address", |server| server.workflows[0].debug = true);
        assert_says(release, "several workflows are stored for `event-publish`", |server| {
            let data = server.workflows[0].data.clone();
            server.with_workflow("event-publish", "Second", &data);
        });
        assert_says(release, "listens to nothing it should", |server| {
            server.workflows[0].data["1"]["data"]["id"] = json!("event-after-save");
        });
        assert_says(release, "leads to node 77, which does not exist", |server| {
            let text = server.workflows[0].data.to_string();
            let text = text.replacen("\"node\":\"2\",\"output\"", "\"node\":\"77\",\"output\"", 1);
            server.workflows[0].data = serde_json::from_str(&text).unwrap();
        });
        assert_says(release, "blueprints cannot be listed", |server| {
            server.blueprints.push(super::stand_in::Blueprint::of(&json!({"id": "1", "name": "Bad"})));
            "{not".clone_into(&mut server.blueprints[0].data);
        });
    }
    assert_says("2.5.1", "the galaxy `Country` is not in the database", |server| server.country = false);
    let (_, symptoms) = examined("2.5.19", |server| server.country = false);
    assert_eq!(symptoms, Vec::<String>::new());
}

#[test]
fn filters_that_break_the_list_of_all_are_found() {
    let misp = empty();
    let project = folder(&[("review.mwf", REVIEW)]);
    assert_eq!(run(project.path(), &misp, &["push", "--yes"]).code(), 0);
    misp.server.lock().unwrap().workflows[0].data["1"]["data"]["indexed_params"]["filters"] = json!("{nope");
    let done = run(project.path(), &misp, &["doctor"]);
    assert_eq!(done.code(), 1);
    let out = done.out().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(out.contains("those of workflow `Review` (row 1)"), "{out}");
}

#[test]
fn a_key_that_may_only_read_is_told() {
    let misp = empty();
    let project = folder(&[]);
    let variables = [("MISPFLOW_URL", misp.url()), ("MISPFLOW_KEY", "KEY_READONLY".to_owned())];
    let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let done = run_with(project.path(), &variables, &["doctor"]);
    assert_eq!(done.code(), 1);
    assert!(done.out().contains("the key may only read"), "{}", done.out());
    assert!(!done.out().contains(KEY));
    assert_eq!(done.out().matches("the key has no right to see it").count(), 1, "once for all of it: {}", done.out());
    // What a line break would become.
    assert!(!done.out().contains('\u{240a}'), "{}", done.out());
}

#[test]
fn a_workflow_whose_graph_is_broken_in_the_database_is_named() {
    let misp = Served::new(StandIn::new("2.5.1"));
    let project = folder(&[("guard.mwf", GUARD)]);
    assert_eq!(run(project.path(), &misp, &["push", "--yes"]).code(), 0);
    misp.server.lock().unwrap().workflows[0].data = Value::Null;
    let done = run(project.path(), &misp, &["doctor"]);
    assert_eq!(done.code(), 1);
    let out = done.out().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(out.contains("so does what is asked of trigger `event-publish` do: repair"), "{out}");
}

#[test]
fn an_address_that_nobody_saved_is_told_from_one_that_somebody_did() {
    for (url, is_default) in [("http://127.0.0.1:27051", true), ("http://127.0.0.1:9199", false)] {
        let misp = Served::new(StandIn::new("2.5.1"));
        let project = folder(&[("guard.mwf", GUARD)]);
        assert_eq!(run(project.path(), &misp, &["push", "--yes"]).code(), 0);
        misp.server.lock().unwrap().workflows[0].debug = true;
        misp.server.lock().unwrap().settings.insert("Plugin.Workflow_debug_url".into(), json!(url));
        let done = run(project.path(), &misp, &["doctor"]);
        let out = done.out().split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!(out.contains("then sends to port 80 of itself"), is_default, "{out}");
    }
}
