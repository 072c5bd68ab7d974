//! `modules import-release`: what a server of a release answers becomes the data of that release.

use std::fs;
use std::path::Path;

use mispflow::catalogue::{Catalogue, LaterRelease, Parameter, ParameterKind, Provenance, Signature, Target, load};
use mispflow::model::ModuleType;
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::program::{code, mispflow, shown, stderr, stdout};

/// A parameter as MISP reports it, with words of its own.
fn parameter(parameter: &Parameter) -> Json {
    let is_path = parameter.kind == ParameterKind::HashPath;
    let kind = if parameter.kind == ParameterKind::Text { "input" } else { parameter.kind.as_str() };
    let mut reported = json!({
        "id": parameter.id, "label": parameter.label, "type": kind, "placeholder": "Say something here",
        "description": "What MISP says of it.", "multiple": parameter.multiple, "jinja_supported": parameter.jinja,
        "hashpath": {"is_sub_selector": is_path && parameter.sub_selector},
    });
    if parameter.kind == ParameterKind::Picker {
        // What this server has.
        reported["options"] = json!(["tlp:red", "tlp:green"]);
    } else if !parameter.options.is_empty() {
        reported["options"] = json!(parameter.options);
    }
    if let Some(default) = &parameter.default {
        reported["default"] = default.clone();
    }
    if !parameter.display_on.is_empty() {
        reported["display_on"] = json!(parameter.display_on);
    }
    reported
}

/// A module as MISP reports it, with words of its own.
fn module(module: &Signature) -> Json {
    json!({
        "id": module.id, "name": module.name, "version": module.version, "module_type": module.module_type.as_str(),
        "description": "What MISP says of it.", "icon": "tag", "inputs": module.inputs(), "outputs": module.outputs,
        "html_template": module.shape.as_str(), "blocking": module.blocking, "disabled": true, "is_custom": false,
        "is_misp_module": module.provenance == Provenance::MispModules, "scope": module.scope,
        "multiple_output_connection": module.multiple_output_connection, "support_filters": module.supports_filters,
        "expect_misp_core_format": module.expects_core_format, "misp_core_format": module.gives_core_format,
        "trigger_overhead": module.overhead, "params": module.parameters.iter().map(parameter).collect::<Vec<_>>(),
    })
}

fn newest() -> &'static Catalogue {
    Catalogue::for_target(Target::DEFAULT)
}

/// Writes the two answers of a server that has the modules of the newest release, after `change`.
fn answers(folder: &Path, change: impl Fn(&mut Vec<Json>)) {
    let (triggers, others): (Vec<&Signature>, _) =
        newest().modules().partition(|module| module.module_type == ModuleType::Trigger);
    let mut others: Vec<Json> = others.into_iter().map(module).collect();
    change(&mut others);
    for (name, modules) in [("index.json", others), ("triggers.json", triggers.into_iter().map(module).collect())] {
        fs::write(folder.join(name), serde_json::to_string(&modules).unwrap()).unwrap();
    }
}

const CALL: [&str; 5] = ["modules", "import-release", "2.5.900", "index.json", "triggers.json"];

#[test]
fn what_a_server_of_the_same_modules_answers_changes_nothing() {
    let folder = TempDir::new().unwrap();
    answers(folder.path(), |_| ());
    assert_eq!(shown(&mispflow(folder.path(), &CALL)), (0, "{\n  \"modules\": [],\n  \"traps\": {}\n}\n", ""));
}

#[test]
fn a_release_is_written_and_loads() {
    let folder = TempDir::new().unwrap();
    answers(folder.path(), |modules| {
        modules.retain(|module| module["id"] != "push-zmq");
        let tag_if = modules.iter_mut().find(|module| module["id"] == "tag-if").unwrap();
        tag_if["version"] = "9.1".into();
        tag_if["params"][0]["options"]["kettle"] = "Kettle".into();
        modules.push(json!({
            "id": "kettle", "name": "Kettle", "version": "0.1", "module_type": "action", "description": "MISP's words.",
            "params": [{"id": "water", "label": "Water", "type": "select", "options": ["cold", "hot"], "default": "hot"}],
        }));
    });
    let output = mispflow(folder.path(), &[&CALL[..], &["-o", "data/misp-2.5.900.json"]].concat());
    assert_eq!((code(&output), stdout(&output)), (0, ""), "{}", stderr(&output));
    let before = newest_release();
    let told = format!(
        "  created  data/misp-2.5.900.json\nnew or different since {before}: `tag-if`\nnew or different since {before}: `kettle`\ngone since {before}: `push-zmq`\nto be described: `kettle`\nto be described: `kettle.water`\n"
    );
    assert_eq!(stderr(&output), told);

    let written = fs::read_to_string(folder.path().join("data/misp-2.5.900.json")).unwrap();
    assert!(!written.contains("MISP's words") && !written.contains("What MISP says"), "{written}");
    let data: LaterRelease = serde_json::from_str(&written).unwrap();
    // The modules alone are a catalogue file as well.
    assert_eq!(load(&serde_json::to_string(&data.modules).unwrap()).unwrap(), data.modules);
    let release = data.on(newest());
    assert!(release.module("push-zmq").is_none());
    assert_eq!(release.module("kettle").unwrap().parameters[0].default, Some("hot".into()));
    let tag_if = release.module("tag-if").unwrap();
    assert!(tag_if.parameters[0].has_option("kettle"));
    assert_eq!(tag_if.description, newest().module("tag-if").unwrap().description);
    assert_eq!(release.modules().count(), newest().modules().count());
}

/// The newest release that was seen running.
fn newest_release() -> String {
    Target::DEFAULT.release().unwrap().to_string()
}

#[test]
fn what_cannot_be_imported_is_said() {
    let folder = TempDir::new().unwrap();
    answers(folder.path(), |_| ());
    for (arguments, exit_code, says) in [
        (&["2.5.900", "index.json"][..], 2, "`/workflows/triggers.json`"),
        (&["2.5.900", "triggers.json"], 2, "`/workflows/moduleIndex/type:all.json`"),
        (&["2.4.170", "index.json", "triggers.json"], 2, "2.4.170 is not later than 2.5.1"),
        (&["latest", "index.json"], 2, "a release is three numbers, such as `2.5.19`"),
        (&["2.5.900", "nothing.json"], 2, "error[unreadable-file]"),
        (&["2.5.900"], 2, "FILE"),
    ] {
        let output = mispflow(folder.path(), &[&["modules", "import-release"], arguments].concat());
        assert_eq!((code(&output), stdout(&output)), (exit_code, ""), "{arguments:?}");
        assert!(stderr(&output).contains(says), "{arguments:?}: {}", stderr(&output));
    }
    fs::write(folder.path().join("bad.json"), "[{\"id\": }]").unwrap();
    let output = mispflow(folder.path(), &["modules", "import-release", "2.5.900", "bad.json"]);
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).starts_with("error[invalid-catalogue]: `bad.json` cannot be used"), "{}", stderr(&output));
}
