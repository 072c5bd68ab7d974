//! `pull` and `rollback`

use std::fs;

use serde_json::{Value, json};

use super::stand_in::{Served, StandIn};
use super::{GUARD, NOTICE, REVIEW, empty, run, run_with};
use crate::program::{add, folder};

/// The graphs that the editor saved, of which those are taken that MISP runs for their own trigger.
fn grown() -> StandIn {
    let mut server = StandIn::new("2.5.19");
    let text = crate::editor_saves::text(std::path::Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/editor/saves-2.5.19.ndjson.gz"
    )));
    let triggers: Vec<String> =
        server.triggers.iter().map(|trigger| trigger["id"].as_str().unwrap().to_owned()).collect();
    for trigger in triggers {
        let graph = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).find(|record| {
            let nodes = record["saved"].as_object().into_iter().flatten();
            let mut of_trigger = nodes.filter(|(_, node)| node["data"]["module_type"] == "trigger");
            of_trigger.next().is_some_and(|(_, node)| node["data"]["id"] == *trigger)
                && record["saved"].as_object().is_some_and(|nodes| nodes.len() > 3)
        });
        if let Some(record) = graph {
            server.with_workflow(&trigger, &format!("Grown for {trigger}"), &record["saved"]);
        }
    }
    server
}

#[test]
fn an_empty_folder_becomes_a_project_that_checks() {
    let misp = Served::new(grown());
    let count = misp.server.lock().unwrap().workflows.len();
    assert!(count > 5, "{count}");
    let project = folder(&[]);
    let done = run(project.path(), &misp, &["pull"]);
    assert_eq!(done.code(), 0, "{}\n{}", done.out(), done.messages());
    assert!(misp.is_untouched());
    for name in ["mispflow.toml", "baseline.json", "catalogue/server.json"] {
        assert!(project.path().join(name).is_file(), "{name}");
    }
    let catalogue = fs::read_to_string(project.path().join("catalogue/server.json")).unwrap();
    assert!(!catalogue.contains('@'), "addresses of users");
    let checked = run(project.path(), &misp, &["check"]);
    assert_eq!((checked.code(), checked.out()), (0, ""), "{}", checked.messages());
    let plan = run(project.path(), &misp, &["plan", "--exit-code"]);
    assert_eq!(plan.code(), 0, "{}", plan.out());
    assert!(plan.out().contains(&format!("{count} unchanged")), "{}", plan.out());
    assert_eq!(plan.messages(), "", "what is in the baseline is not spoken of");
    // A second one changes nothing.
    let again = run(project.path(), &misp, &["pull"]);
    assert_eq!(again.code(), 0, "{}", again.messages());
    assert!(!again.messages().contains("created") && !again.messages().contains("changed  "), "{}", again.messages());
}

#[test]
fn fifty_rows_of_any_graphs_become_a_project_without_a_difference() {
    let mut server = StandIn::new("2.5.19");
    let mut triggers: Vec<String> =
        server.triggers.iter().map(|trigger| trigger["id"].as_str().unwrap().to_owned()).collect();
    triggers.extend((1..).map(|number| format!("adhoc_{number}")).take(50 - triggers.len()));
    let mut state = 7_u32;
    for trigger in &triggers {
        let random: Vec<u16> = (0..200)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 16) as u16
            })
            .collect();
        let graph = crate::import_round_trip::any_saved_graph(&random, trigger);
        server.with_workflow(trigger, &format!("Grown for {trigger}"), &graph);
    }
    assert_eq!(server.workflows.len(), 50);
    let misp = Served::new(server);
    let project = folder(&[]);
    let done = run(project.path(), &misp, &["pull"]);
    assert_eq!(done.code(), 0, "{}\n{}", done.out(), done.messages());
    let checked = run(project.path(), &misp, &["check"]);
    assert_eq!((checked.code(), checked.out()), (0, ""), "{}", checked.messages());
    let plan = run(project.path(), &misp, &["plan", "--exit-code"]);
    assert_eq!(plan.code(), 0, "{}", plan.out());
    assert!(plan.out().contains("50 unchanged"), "{}", plan.out());
    assert!(misp.is_untouched());
}

/// The files that a build writes, by their names.
fn built(folder: &std::path::Path, misp: &Served) -> Vec<(String, String)> {
    let done = run_with(folder, &with_secrets(misp), &["build", "-o", "out"]);
    assert_eq!(done.code(), 0, "{}", done.messages());
    let mut files: Vec<(String, String)> = fs::read_dir(folder.join("out"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap()))
        .collect();
    files.sort();
    fs::remove_dir_all(folder.join("out")).unwrap();
    files
}

/// The server, and what the examples name of the environment.
fn with_secrets(misp: &Served) -> Vec<(&'static str, &'static str)> {
    let url: &'static str = Box::leak(misp.url().into_boxed_str());
    let mut variables = secrets_of_examples();
    variables.extend([("MISPFLOW_URL", url), ("MISPFLOW_KEY", super::stand_in::KEY)]);
    variables
}

/// What the examples name of the environment.
pub fn secrets_of_examples<'s>() -> Vec<(&'s str, &'s str)> {
    let mut variables = Vec::new();
    for name in ["ADMIN_CHAT_WEBHOOK", "CHAT_WEBHOOK", "TEAMS_WEBHOOK", "PUBLISH_WEBHOOK"] {
        variables.push((name, "https://hooks.example.org/1"));
    }
    let tokens = ["HEC_TOKEN", "MATRIX_TOKEN", "MATTERMOST_TOKEN", "SLACK_BOT_TOKEN", "SOC_TOKEN", "TELEGRAM_TOKEN"];
    variables.extend(tokens.map(|name| (name, "abc-def")));
    variables
}

#[test]
fn every_example_is_pushed_and_pulled_and_builds_to_the_same_bytes() {
    let examples = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/examples"));
    let mut tried = 0;
    for example in fs::read_dir(examples).unwrap().map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()) {
        let name = example.file_name().unwrap().to_str().unwrap().to_owned();
        let here = folder(&[]);
        crate::documentation::console::copy(&example, here.path());
        let misp = empty();
        let variables = with_secrets(&misp);
        let pushed = run_with(here.path(), &variables, &["push", "--yes"]);
        assert_eq!(pushed.code(), 0, "{name}: {}\n{}", pushed.out(), pushed.messages());
        let before = built(here.path(), &misp);
        assert!(!before.is_empty(), "{name}");
        // Here nothing changes.
        let pulled = run_with(here.path(), &variables, &["pull"]);
        assert_eq!(pulled.code(), 0, "{name}: {}\n{}", pulled.out(), pulled.messages());
        assert_eq!(built(here.path(), &misp), before, "{name}");
        // Elsewhere it is called by its names, and MISP runs the same graphs.
        let there = folder(&[]);
        let pulled = run_with(there.path(), &variables, &["pull"]);
        assert_eq!(pulled.code(), 0, "{name}: {}\n{}", pulled.out(), pulled.messages());
        let plan = run_with(there.path(), &variables, &["plan", "--exit-code"]);
        assert_eq!(plan.code(), 0, "{name}: {}", plan.out());
        assert_eq!(built(there.path(), &misp).len(), before.len(), "{name}");
        tried += 1;
    }
    assert!(tried > 5, "{tried}");
}

#[test]
fn what_was_pushed_is_pulled_elsewhere() {
    let misp = empty();
    let blueprint =
        "blueprint tell() {\n    name: \"Tell\"\n    description: \"[event-publish] tells\"\n    push-zmq()\n}\n";
    let here = folder(&[("guard.mwf", GUARD), ("review.mwf", REVIEW), ("tell.mwf", blueprint)]);
    assert_eq!(run(here.path(), &misp, &["push", "--yes"]).code(), 0);
    let there = folder(&[]);
    let done = run(there.path(), &misp, &["pull"]);
    assert_eq!(done.code(), 0, "{}\n{}", done.out(), done.messages());
    for (folder, name) in [(&here, "here"), (&there, "there")] {
        assert_eq!(run(folder.path(), &misp, &["build", "-o", "out"]).code(), 0, "{name}");
    }
    for file in ["guard.json", "review.json", "tell.blueprint.json"] {
        let [one, other] =
            [&here, &there].map(|folder| fs::read_to_string(folder.path().join("out").join(file)).unwrap());
        assert_eq!(one, other, "{file}");
    }
}

/// Changes what a row holds, as a person would.
fn edit(misp: &Served, at: usize, from: &str, to: &str) {
    let mut server = misp.server.lock().unwrap();
    let text = server.workflows[at].data.to_string();
    assert!(text.contains(from), "{text}");
    server.workflows[at].data = serde_json::from_str(&text.replace(from, to)).unwrap();
}

#[test]
fn what_changed_there_changes_here() {
    let (project, misp) = (folder(&[("guard.mwf", GUARD), ("notice.mwf", NOTICE)]), empty());
    run(project.path(), &misp, &["push", "--yes"]);
    edit(&misp, 0, "\"red\"", "\"by hand\"");
    misp.server.lock().unwrap().with_workflow("user-after-save", "New", &json!({
        "1": {"id": 1, "data": {"id": "user-after-save", "module_type": "trigger", "indexed_params": []}, "inputs": [],
            "outputs": {"output_1": {"connections": [{"node": "2", "output": "input_1"}]}}},
        "2": {"id": 2, "data": {"id": "push-zmq", "module_type": "action", "indexed_params": {"data_extraction_path": "Event.info"}},
            "inputs": {"input_1": {"connections": [{"node": "1", "input": "output_1"}]}}, "outputs": {"output_1": {"connections": []}}},
    }));
    let done = run(project.path(), &misp, &["pull"]);
    assert_eq!(done.code(), 0, "{}\n{}", done.out(), done.messages());
    let text = fs::read_to_string(project.path().join("guard.mwf")).unwrap();
    assert!(text.contains("workflow guard on event-publish") && text.contains("\"by hand\""), "{text}");
    assert!(project.path().join("new.mwf").is_file());
    assert_eq!(fs::read_to_string(project.path().join("notice.mwf")).unwrap(), NOTICE);
    assert_eq!(run(project.path(), &misp, &["plan", "--exit-code"]).code(), 0);
}

#[test]
fn what_changed_on_both_sides_is_shown_and_left_alone() {
    let (project, misp) = (folder(&[("guard.mwf", GUARD)]), empty());
    run(project.path(), &misp, &["push", "--yes"]);
    edit(&misp, 0, "\"red\"", "\"theirs\"");
    let text = GUARD.replace("\"red\"", "\"ours\"");
    add(project.path(), "guard.mwf", &text);
    let done = run(project.path(), &misp, &["pull"]);
    assert_eq!(done.code(), 1);
    assert!(done.out().contains("it was changed here and on the server"), "{}", done.out());
    assert!(done.out().contains("message: \"theirs\" → \"ours\""), "{}", done.out());
    assert_eq!(fs::read_to_string(project.path().join("guard.mwf")).unwrap(), text);

    let ours = run(project.path(), &misp, &["pull", "--ours"]);
    assert_eq!(ours.code(), 0, "{}\n{}", ours.out(), ours.messages());
    assert_eq!(fs::read_to_string(project.path().join("guard.mwf")).unwrap(), text);
    let plan = run(project.path(), &misp, &["plan"]);
    assert!(plan.code() == 0 && plan.out().contains("~ workflow `guard`"), "{}", plan.out());

    edit(&misp, 0, "\"theirs\"", "\"theirs again\"");
    let theirs = run(project.path(), &misp, &["pull", "--theirs"]);
    assert_eq!(theirs.code(), 0, "{}\n{}", theirs.out(), theirs.messages());
    assert!(fs::read_to_string(project.path().join("guard.mwf")).unwrap().contains("theirs again"));
}

#[test]
fn a_push_can_be_taken_back() {
    let (project, misp) = (folder(&[("guard.mwf", GUARD)]), empty());
    run(project.path(), &misp, &["push", "--yes"]);
    let before = misp.server.lock().unwrap().workflows[0].data.clone();
    add(project.path(), "guard.mwf", &GUARD.replace("\"red\"", "\"worse\""));
    run(project.path(), &misp, &["push", "--yes"]);
    let listed = run(project.path(), &misp, &["rollback"]);
    assert_eq!(listed.out().lines().count(), 2, "{}", listed.out());
    assert!(listed.out().lines().next_back().unwrap().ends_with("\"Guard\""), "{}", listed.out());
    assert_eq!(run(project.path(), &misp, &["rollback", "last"]).code(), 2, "nobody said yes");
    let done = run(project.path(), &misp, &["rollback", "last", "--yes"]);
    assert_eq!(done.code(), 0, "{}\n{}", done.out(), done.messages());
    assert!(done.out().contains("message: \"worse\" → \"red\""), "{}", done.out());
    assert_eq!(misp.server.lock().unwrap().workflows[0].data, before);
    // The text is newer again, and that is not a conflict.
    let plan = run(project.path(), &misp, &["plan"]);
    assert!(plan.code() == 0 && plan.out().contains("~ workflow `guard`"), "{}", plan.out());
}

#[test]
fn a_deleted_workflow_can_be_put_back() {
    let (project, misp) = (folder(&[("guard.mwf", GUARD), ("review.mwf", REVIEW)]), empty());
    run(project.path(), &misp, &["push", "--yes"]);
    fs::remove_file(project.path().join("guard.mwf")).unwrap();
    fs::remove_file(project.path().join("review.mwf")).unwrap();
    assert_eq!(run(project.path(), &misp, &["push", "--yes", "--prune"]).code(), 0);
    assert!(misp.server.lock().unwrap().workflows.is_empty());
    let done = run(project.path(), &misp, &["rollback", "last", "--yes"]);
    assert_eq!(done.code(), 0, "{}\n{}", done.out(), done.messages());
    let server = misp.server.lock().unwrap();
    let names: Vec<_> = server.workflows.iter().map(|row| (row.name.as_str(), row.trigger_id.as_str())).collect();
    assert_eq!(names, [("Guard", "event-publish"), ("Review", "adhoc_review")]);
}

#[test]
fn a_catalogue_of_the_server() {
    let (project, misp) = (folder(&[("guard.mwf", GUARD.replace("tlp:red", "our:own").as_str())]), empty());
    let done = run(project.path(), &misp, &["modules", "sync"]);
    assert_eq!(done.code(), 0, "{}", done.messages());
    add(project.path(), "mispflow.toml", "[project]\ncatalogues = [\"catalogue/server.json\"]\n");
    let checked = run(project.path(), &misp, &["check"]);
    assert!(checked.messages().contains("[unknown-tag]"), "{}", checked.messages());
    misp.server.lock().unwrap().tags.push("our:own".to_owned());
    run(project.path(), &misp, &["modules", "sync"]);
    let checked = run(project.path(), &misp, &["check"]);
    assert!(!checked.messages().contains("[unknown-tag]"), "{}", checked.messages());
    // What its pickers offer is in it: decaying models, warning lists, organisations, groups, enrichment modules, clusters.
    let text = fs::read_to_string(project.path().join("catalogue/server.json")).unwrap();
    let options = |module: &str, parameter: &str| -> String {
        let modules: Value = serde_json::from_str(&text).unwrap();
        let module = modules.as_array().unwrap().iter().find(|entry| entry["id"] == module).unwrap().clone();
        let params = module["params"].as_array().unwrap().clone();
        params.iter().find(|param| param["id"] == parameter).unwrap()["options"].to_string()
    };
    for (module, parameter, offers) in [
        ("attach-decay-score", "decayingmodels", "Phishing model"),
        ("attach-warninglist", "warninglists", "List of RFC 1918 CIDR blocks"),
        ("add_to_warninglist", "warninglist", "Ours"),
        ("organisation-if", "org_id", "ORGNAME"),
        ("distribution-if", "sharing_group_id", "Partners"),
        ("attach-enrichment", "modules", "apivoid"),
        ("tag-if", "clusters", "luxembourg"),
        ("tag-if", "tags", "our:own"),
        ("send-mail", "recipients", "null"),
    ] {
        assert!(options(module, parameter).contains(offers), "{module}.{parameter}: {}", options(module, parameter));
    }
    assert!(!text.contains("admin@admin.test"));
    run(project.path(), &misp, &["modules", "sync", "--with-users"]);
    assert!(fs::read_to_string(project.path().join("catalogue/server.json")).unwrap().contains("admin@admin.test"));
}

#[test]
fn the_taxonomies_that_are_on_are_written_beside_the_catalogue() {
    let guard = GUARD.replace("tlp:red", "team:state=\\\"opne\\\"");
    let (project, misp) = (folder(&[("guard.mwf", &guard)]), empty());
    assert!(!project.path().join("taxonomies").exists());
    run(project.path(), &misp, &["modules", "sync"]);
    assert!(!project.path().join("taxonomies").exists(), "none is on");
    misp.server.lock().unwrap().taxonomies = vec![
        json!({"Taxonomy": {"id": "1", "namespace": "off", "version": "1", "enabled": false, "exclusive": false}, "entries": []}),
        json!({"Taxonomy": {"id": "2", "namespace": "team", "version": "3", "enabled": true, "exclusive": true}, "entries": [
            {"tag": "team:state=\"open\"", "existing_tag": true}, {"tag": "team:state=\"closed\"", "existing_tag": false}]}),
    ];
    let done = run(project.path(), &misp, &["modules", "sync"]);
    assert_eq!(done.code(), 0, "{}", done.messages());
    let written = fs::read_to_string(project.path().join("taxonomies/server.json")).unwrap();
    assert_eq!(
        serde_json::from_str::<Value>(&written).unwrap(),
        json!({"team": {"version": 3, "exclusive": true, "tags": ["team:state=\"open\"", "team:state=\"closed\""]}})
    );
    add(project.path(), "mispflow.toml", "[project]\ntaxonomies = [\"taxonomies/server.json\"]\n");
    let checked = run(project.path(), &misp, &["check"]);
    assert!(checked.messages().contains("[unknown-tag]"), "{}", checked.messages());
    assert!(checked.messages().contains("open"), "{}", checked.messages());
}
