//! `push`

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::stand_in::{KEY, Served, StandIn};
use super::{GUARD, NOTICE, REVIEW, empty, run, run_with};
use crate::program::{add, folder};

/// The backups of a project, oldest first.
fn backups(project: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(project.join(".mispflow/backups/server")) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

#[test]
fn a_push_leaves_no_difference_and_a_second_one_changes_nothing() {
    for release in ["2.5.1", "2.5.19"] {
        let misp = Served::new(StandIn::new(release));
        let project = folder(&[("guard.mwf", GUARD), ("notice.mwf", NOTICE)]);
        let done = run(project.path(), &misp, &["push", "--yes"]);
        assert_eq!(done.code(), 0, "{}\n{}", done.out(), done.messages());
        assert!(done.messages().contains("  created  workflow `guard`"), "{}", done.messages());
        {
            let server = misp.server.lock().unwrap();
            let names: Vec<_> =
                server.workflows.iter().map(|row| (row.trigger_id.as_str(), row.name.as_str())).collect();
            assert_eq!(names, [("event-publish", "Guard"), ("event-after-save", "Notice")]);
        }
        assert_eq!(run(project.path(), &misp, &["plan", "--exit-code"]).code(), 0);
        misp.calls.lock().unwrap().clear();
        let again = run(project.path(), &misp, &["push", "--yes"]);
        assert_eq!(again.code(), 0);
        assert!(misp.is_untouched(), "{:?}", misp.calls.lock().unwrap());
    }
}

#[test]
fn a_changed_text_changes_one_row_and_what_was_there_is_kept() {
    let (project, misp) = (folder(&[("guard.mwf", GUARD), ("notice.mwf", NOTICE)]), empty());
    run(project.path(), &misp, &["push", "--yes"]);
    let before = misp.server.lock().unwrap().workflows.clone();
    add(project.path(), "guard.mwf", &GUARD.replace("\"red\"", "\"stays here\""));
    let done = run(project.path(), &misp, &["push", "--yes"]);
    assert_eq!(done.code(), 0, "{}", done.messages());
    assert!(done.out().contains("message: \"red\" → \"stays here\""), "{}", done.out());
    let after = misp.server.lock().unwrap().workflows.clone();
    assert_ne!(after[0].data, before[0].data);
    assert_eq!(after[1], before[1]);
    let backup: Value =
        serde_json::from_slice(&std::fs::read(backups(project.path()).last().unwrap()).unwrap()).unwrap();
    assert_eq!(backup["workflows"].as_array().unwrap().len(), 1);
    assert_eq!(backup["workflows"][0]["data"], before[0].data);
}

#[cfg(unix)]
#[test]
fn only_the_owner_reads_what_is_kept_and_git_leaves_it_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let (project, misp) = (folder(&[("guard.mwf", GUARD)]), empty());
    run(project.path(), &misp, &["push", "--yes"]);
    let kept = project.path().join(".mispflow");
    let files = [kept.join("server.json"), kept.join("hash-key"), backups(project.path())[0].clone()];
    for file in files {
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{}", file.display());
    }
    assert!(std::fs::read_to_string(kept.join(".gitignore")).unwrap().contains("\n*\n"));
}

#[test]
fn a_save_in_the_editor_is_no_difference_and_an_edit_is_a_conflict() {
    let (project, misp) = (folder(&[("guard.mwf", GUARD)]), empty());
    run(project.path(), &misp, &["push", "--yes"]);
    misp.server.lock().unwrap().save_in_editor(0);
    assert_eq!(run(project.path(), &misp, &["plan", "--exit-code"]).code(), 0);

    // The text changes after a mere Save: nobody's work is lost.
    add(project.path(), "guard.mwf", &GUARD.replace("\"red\"", "\"second\""));
    let done = run(project.path(), &misp, &["push", "--yes"]);
    assert_eq!(done.code(), 0, "{}\n{}", done.out(), done.messages());

    // Somebody edits it, and so does the text.
    let edited = {
        let mut server = misp.server.lock().unwrap();
        let text = server.workflows[0].data.to_string().replace("second", "by hand");
        server.workflows[0].data = serde_json::from_str(&text).unwrap();
        server.workflows[0].data.clone()
    };
    add(project.path(), "guard.mwf", &GUARD.replace("\"red\"", "\"third\""));
    let done = run(project.path(), &misp, &["push", "--yes"]);
    assert_eq!(done.code(), 1);
    assert!(done.out().contains("conflict: it was edited on the server"), "{}", done.out());
    assert!(done.out().contains("message: \"by hand\" → \"third\""), "{}", done.out());
    assert_eq!(misp.server.lock().unwrap().workflows[0].data, edited);
    let done = run(project.path(), &misp, &["push", "--yes", "--force"]);
    assert_eq!(done.code(), 0, "{}", done.messages());
    assert_eq!(run(project.path(), &misp, &["plan", "--exit-code"]).code(), 0);
    let last = backups(project.path()).pop().unwrap();
    assert!(std::fs::read_to_string(last).unwrap().contains("by hand"));
}

#[test]
fn a_conflict_keeps_nothing_else_from_being_pushed() {
    let mut server = StandIn::new("2.5.19");
    let foreign = json!({
        "1": {"id": 1, "data": {"id": "event-publish", "module_type": "trigger", "indexed_params": {"a": "b"}}, "inputs": {},
            "outputs": {"output_1": {"connections": []}}},
    });
    server.with_workflow("event-publish", "Theirs", &foreign);
    let misp = Served::new(server);
    let project = folder(&[("guard.mwf", GUARD), ("notice.mwf", NOTICE)]);
    let done = run(project.path(), &misp, &["push", "--yes"]);
    assert_eq!(done.code(), 1);
    assert!(
        done.messages().contains("failed  workflow `guard` (event-publish, row 1): conflict"),
        "{}",
        done.messages()
    );
    assert!(done.messages().contains("created  workflow `notice`"), "{}", done.messages());
    assert_eq!(misp.server.lock().unwrap().workflows[0].name, "Theirs");
}

#[test]
fn without_a_yes_and_nobody_to_ask_nothing_is_sent() {
    let (project, misp) = (folder(&[("guard.mwf", GUARD)]), empty());
    let done = run(project.path(), &misp, &["push"]);
    assert_eq!(done.code(), 2);
    assert!(done.messages().contains("nobody can confirm"), "{}", done.messages());
    assert!(misp.is_untouched());
}

#[test]
fn switches_are_left_alone_unless_asked_for() {
    let mut server = StandIn::new("2.5.19");
    server.modules_on.remove("stop-execution");
    let misp = Served::new(server);
    let project = folder(&[("guard.mwf", GUARD), ("notice.mwf", NOTICE), ("review.mwf", REVIEW)]);
    assert_eq!(run(project.path(), &misp, &["push", "--yes"]).code(), 0);
    {
        let server = misp.server.lock().unwrap();
        assert!(server.triggers_on.is_empty() && server.adhoc_on.is_empty());
    }
    let done = run(project.path(), &misp, &["push", "--yes", "--enable"]);
    assert_eq!(done.code(), 0, "{}", done.messages());
    let server = misp.server.lock().unwrap();
    assert_eq!(server.triggers_on.iter().collect::<Vec<_>>(), ["event-after-save", "event-publish"]);
    assert_eq!(server.adhoc_on.len(), 1);
    assert!(server.modules_on.contains("stop-execution"));
    assert!(!misp.calls.lock().unwrap().iter().any(|call| call.contains("rebuildRedis")));
}

#[test]
fn ad_hoc_workflows_are_made_and_called() {
    let mut server = StandIn::new("2.5.19");
    server.with_workflow("user-after-save", "Other", &json!({}));
    let misp = Served::new(server);
    let caller = "workflow caller on event-after-save {\n    name: \"Caller\"\n    run-workflow(workflows: [\"review\"], input_data: \"event_ids\")\n}\n";
    let project = folder(&[("all.mwf", &format!("{REVIEW}\n{caller}"))]);
    let done = run(project.path(), &misp, &["push", "--yes"]);
    assert_eq!(done.code(), 0, "{}\n{}", done.out(), done.messages());
    {
        let server = misp.server.lock().unwrap();
        let row = server.workflows.iter().find(|row| row.name == "Review").unwrap();
        assert_eq!(row.trigger_id, "adhoc_review");
        assert_eq!(row.data["1"]["data"]["id"], "adhoc_review");
        let caller = server.workflows.iter().find(|row| row.name == "Caller").unwrap();
        assert!(caller.data.to_string().contains("adhoc_review :: Review"), "{}", caller.data);
    }
    assert_eq!(run(project.path(), &misp, &["plan", "--exit-code"]).code(), 0);
    // Another id that the server has for it is kept, and those who call it follow.
    {
        let mut server = misp.server.lock().unwrap();
        for row in &mut server.workflows {
            row.trigger_id = row.trigger_id.replace("adhoc_review", "adhoc_7");
            row.data = serde_json::from_str(&row.data.to_string().replace("adhoc_review", "adhoc_7")).unwrap();
        }
    }
    let done = run(project.path(), &misp, &["plan", "--exit-code"]);
    assert_eq!(done.code(), 0, "{}", done.out());
    // Without what is known of the server it is found again by its uuid.
    std::fs::remove_dir_all(project.path().join(".mispflow")).unwrap();
    assert_eq!(run(project.path(), &misp, &["push", "--yes"]).code(), 0);
    assert_eq!(misp.server.lock().unwrap().workflows.len(), 3);
}

#[test]
fn blueprints_are_pushed_too() {
    let text = "blueprint tell() {\n    name: \"Tell\"\n    description: \"[event-publish] tells\"\n    push-zmq()\n}\n\nworkflow a on event-publish {\n    use tell()\n}\n";
    let (project, misp) = (folder(&[("a.mwf", text)]), empty());
    let done = run(project.path(), &misp, &["push", "--yes"]);
    assert_eq!(done.code(), 0, "{}\n{}", done.out(), done.messages());
    assert_eq!(misp.server.lock().unwrap().blueprints[0].name, "Tell");
    assert_eq!(run(project.path(), &misp, &["plan", "--exit-code"]).code(), 0);
    add(project.path(), "a.mwf", &text.replace("tells", "tells all"));
    let done = run(project.path(), &misp, &["push", "--yes"]);
    assert_eq!(done.code(), 0, "{}", done.messages());
    assert_eq!(misp.server.lock().unwrap().blueprints[0].description, "[event-publish] tells all");
}

#[test]
fn nothing_is_deleted_but_what_was_ours_and_only_when_asked_for() {
    let (project, misp) = (folder(&[("guard.mwf", GUARD), ("notice.mwf", NOTICE)]), empty());
    misp.server.lock().unwrap().with_workflow("user-after-save", "Theirs", &json!({}));
    run(project.path(), &misp, &["push", "--yes"]);
    std::fs::remove_file(project.path().join("notice.mwf")).unwrap();
    let names = || misp.server.lock().unwrap().workflows.iter().map(|row| row.name.clone()).collect::<Vec<_>>();
    let done = run(project.path(), &misp, &["push", "--yes"]);
    assert_eq!(done.code(), 0);
    assert!(done.out().contains("- workflow `notice`"), "{}", done.out());
    assert_eq!(names(), ["Theirs", "Guard", "Notice"]);
    let done = run(project.path(), &misp, &["push", "--yes", "--prune"]);
    assert_eq!(done.code(), 0, "{}", done.messages());
    assert_eq!(names(), ["Theirs", "Guard"]);
    assert!(std::fs::read_to_string(backups(project.path()).last().unwrap()).unwrap().contains("Notice"));
}

const SECRET: &str = "workflow tell on event-publish {\n    name: \"Tell\"\n    webhook(url: \"https://soc.example.org/hook\", headers: \"Authorization: Bearer \" + secret(\"SOC_TOKEN\"))\n}\n";

#[test]
fn secrets_show_nowhere_and_are_compared_by_what_was_written() {
    let (project, misp) = (folder(&[("tell.mwf", SECRET)]), empty());
    let url = misp.url();
    let with = |token: &'static str| {
        vec![("MISPFLOW_URL", url.clone()), ("MISPFLOW_KEY", KEY.to_owned()), ("SOC_TOKEN", token.to_owned())]
    };
    let call = |variables: &[(&str, String)], arguments: &[&str]| {
        let variables: Vec<(&str, &str)> = variables.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let done = run_with(project.path(), &variables, arguments);
        for text in [done.out(), done.messages()] {
            assert!(!text.contains("topsecret"), "{text}");
        }
        done
    };
    let without = with("topsecret-one")[..2].to_vec();
    let done = call(&without, &["push", "--yes"]);
    assert_eq!(done.code(), 2);
    assert!(done.messages().contains("`SOC_TOKEN` must be set"), "{}", done.messages());
    assert!(misp.is_untouched());
    let done = call(&with("topsecret-one"), &["push", "--yes"]);
    assert_eq!(done.code(), 0, "{}", done.messages());
    assert!(misp.server.lock().unwrap().workflows[0].data.to_string().contains("Bearer topsecret-one"));
    // Without the value a plan tells that the server has what was written.
    let done = call(&without, &["plan", "--exit-code"]);
    assert_eq!(done.code(), 0, "{}", done.out());
    // Another value is a change, and neither shows.
    let done = call(&with("topsecret-two"), &["plan", "--exit-code"]);
    assert_eq!(done.code(), 1);
    assert!(done.out().contains("(not shown)"), "{}", done.out());
    assert_eq!(call(&with("topsecret-two"), &["push", "--yes"]).code(), 0);
    let state = std::fs::read_to_string(project.path().join(".mispflow/server.json")).unwrap();
    assert!(!state.contains("topsecret") && state.contains("SOC_TOKEN"), "{state}");
}
