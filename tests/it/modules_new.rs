//! `modules new`: a module that works, and what belongs to it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use mispflow::catalogue::{Signature, load};
use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::misp_modules_service::Real;
use crate::program::{code, folder, mispflow, shown, stderr, stdout};

/// The declaration that `--from` reads: every type of parameter.
const DECLARED: &str = r#"
module open-ticket : action {
    name: "Open 'the' ticket"
    description: "Opens a \"ticket\" \\ with the help desk"
    version: "0.3"
    blocking: true
    filters: true

    param queue: select(label: "Queue", options: { triage: "Triage", incident: "It's one" }) = "triage"
    param summary: text(jinja: true, description: "What it is about", required: "the help desk refuses it", example: "$x @CLASS@")
    param details: textarea(label: "Details", shown-when: { queue: "incident" })
    param watchers: picker(multiple: true)
    param path: hashpath(example: "Event.info")
    param api-token: text(sensitive: true)
}
"#;

/// Makes a module in a new folder.
fn made(arguments: &[&str]) -> TempDir {
    let folder = folder(&[("declared.mwf", DECLARED)]);
    let output = mispflow(folder.path(), &[&["modules", "new"], arguments, &["-o", "own"]].concat());
    assert_eq!((code(&output), stdout(&output)), (0, ""), "{}", stderr(&output));
    folder
}

fn signature(folder: &Path, name: &str) -> Signature {
    let text = fs::read_to_string(folder.join(format!("own/catalogue/{name}.json"))).unwrap();
    load(&text).unwrap().remove(0)
}

/// All ways of making one: arguments, the catalogue file, the source.
const WAYS: [(&[&str], &str, &str); 5] = [
    (&["tea-time", "--php"], "tea-time", "WorkflowModules/action/Module_tea_time.php"),
    (&["is-tea", "--php", "--kind", "logic"], "is-tea", "WorkflowModules/logic/Module_is_tea.php"),
    (&["tea-time", "--python"], "tea-time", "misp-modules/action_mod/tea_time.py"),
    (
        &["open-ticket", "--php", "--from", "declared.mwf"],
        "open-ticket",
        "WorkflowModules/action/Module_open_ticket.php",
    ),
    (&["open-ticket", "--python", "--from", "declared.mwf"], "open-ticket", "misp-modules/action_mod/open_ticket.py"),
];

#[test]
fn what_is_written_is_a_project_that_holds() {
    for (arguments, name, source) in WAYS {
        let folder = made(arguments);
        let own = folder.path().join("own");
        let run = |arguments: &[&str]| mispflow(&own, arguments);
        assert_eq!(shown(&run(&["check"])), (0, "", ""), "{arguments:?}");
        assert_eq!(code(&run(&["test"])), 0, "{arguments:?}");
        assert_eq!(code(&run(&["fmt", "--check"])), 0, "{arguments:?}");
        assert_eq!(code(&run(&["build"])), 0, "{arguments:?}");

        // The source says what the catalogue says.
        let output = run(&["modules", "read", source]);
        assert_eq!((code(&output), stderr(&output)), (0, ""), "{arguments:?}");
        let (mut read, written) = (load(stdout(&output)).unwrap().remove(0), signature(folder.path(), name));
        for (parameter, known) in read.parameters.iter_mut().zip(&written.parameters) {
            parameter.description.clone_from(&known.description);
            parameter.required.clone_from(&known.required);
            parameter.sensitive = known.sensitive;
        }
        assert_eq!(read, written, "{arguments:?}");
    }
}

#[test]
fn a_declaration_is_kept() {
    let folder = made(&["open-ticket", "--php", "--from", "declared.mwf"]);
    let module = signature(folder.path(), "open-ticket");
    assert_eq!((module.name.as_str(), module.version.as_str()), ("Open 'the' ticket", "0.3"));
    assert_eq!(module.description, "Opens a \"ticket\" \\ with the help desk");
    assert!(module.blocking && module.supports_filters);
    let ids: Vec<_> = module.parameters.iter().map(|parameter| parameter.id.as_str()).collect();
    assert_eq!(ids, ["queue", "summary", "details", "watchers", "path", "api-token"]);
    let [queue, summary, details, watchers, _, token] = module.parameters.as_slice() else { panic!() };
    assert_eq!((queue.option_by_label("it's one"), queue.default.clone()), (Some("incident"), Some("triage".into())));
    assert_eq!((summary.example.as_str(), summary.jinja), ("$x @CLASS@", true));
    assert_eq!(details.display_on["queue"], ["incident"]);
    assert!(watchers.multiple && watchers.open && token.sensitive);
}

#[test]
fn nothing_is_overwritten() {
    let folder = made(&["tea-time", "--php"]);
    let workflow = folder.path().join("own/workflows/tea-time-example.mwf");
    fs::write(&workflow, "mine").unwrap();
    fs::remove_file(folder.path().join("own/WorkflowModules/action/Module_tea_time.php")).unwrap();
    let output = mispflow(folder.path(), &["modules", "new", "tea-time", "--php", "-o", "own"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("exists already, so nothing was written"), "{}", stderr(&output));
    assert_eq!(fs::read_to_string(&workflow).unwrap(), "mine");
    assert!(!folder.path().join("own/WorkflowModules/action/Module_tea_time.php").exists());

    // A project keeps its settings, and is told what to add.
    let output = mispflow(folder.path(), &["modules", "new", "second", "--php", "-o", "own"]);
    assert_eq!(code(&output), 0);
    assert!(
        stderr(&output).ends_with("add `catalogue/second.json` to `catalogues` in `mispflow.toml`\n"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn what_cannot_be_made_is_said() {
    let folder = folder(&[
        ("declared.mwf", DECLARED),
        ("trigger.mwf", "module tea : trigger {\n}\n"),
        ("broken.mwf", "module tea : action {\n"),
    ]);
    for (arguments, exit_code, says) in [
        (&["tea", "--python", "--kind", "logic"][..], 2, "misp-modules has actions only"),
        (&["tea", "--php", "--from", "trigger.mwf"], 2, "MISP itself starts triggers"),
        (&["tea", "--php", "--from", "declared.mwf"], 2, "declares no module `tea`"),
        (&["tea", "--php", "--from", "broken.mwf"], 1, "error[syntax-error]"),
        (&["tea", "--php", "--from", "nothing.mwf"], 2, "error[unreadable-file]"),
        (&["webhook", "--php"], 2, "MISP has a module `webhook` already"),
        (&["send-mail", "--python"], 2, "MISP has a module `send-mail` already"),
        (&["../tea", "--php"], 2, "a name begins with a letter"),
        (&["tea", "--php", "--python"], 2, "cannot be used with"),
        (&["tea"], 2, "--php"),
    ] {
        let output = mispflow(folder.path(), &[&["modules", "new"], arguments].concat());
        assert_eq!((code(&output), stdout(&output)), (exit_code, ""), "{arguments:?}");
        assert!(stderr(&output).contains(says), "{arguments:?}: {}", stderr(&output));
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 3);
}

/// Runs PHP; `None`, said, where there is none.
fn php(arguments: &[&str]) -> Option<std::process::Output> {
    let output = Command::new("php").args(arguments).output().ok();
    if output.is_none() {
        eprintln!("skipped: there is no `php`");
    }
    output
}

/// Loads a class with the harness, and runs it.
fn execute(source: &Path, params: &Json, data: &Json) -> Option<Json> {
    let harness = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/modules/harness.php");
    let arguments = [harness.to_str().unwrap(), source.to_str().unwrap(), &params.to_string(), &data.to_string()];
    let output = php(&arguments)?;
    assert!(output.status.success(), "{}{}", stdout(&output), stderr(&output));
    Some(serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", stdout(&output))))
}

#[test]
fn php_takes_the_classes() {
    for (arguments, _, source) in WAYS.iter().filter(|way| way.2.starts_with("WorkflowModules/")) {
        let folder = made(arguments);
        let source: PathBuf = folder.path().join("own").join(source);
        let Some(output) = php(&["-l", source.to_str().unwrap()]) else { return };
        assert!(output.status.success(), "{}", stdout(&output));
    }
    let event = json!({"Event": {"info": "A phishing mail"}});
    let folder = made(&["tea-time", "--php"]);
    let source = folder.path().join("own/WorkflowModules/action/Module_tea_time.php");
    let Some(done) = execute(&source, &json!({"message": "Ready"}), &event) else { return };
    assert_eq!((&done["id"], &done["outputs"], &done["result"]), (&json!("tea-time"), &json!(1), &json!(true)));
    assert_eq!(done["log"], json!([r#"info: tea-time: {"message":"Ready","level":"low"}"#]));
    let failed = execute(&source, &json!({"message": ""}), &event).unwrap();
    assert_eq!((&failed["result"], &failed["errors"]), (&json!(false), &json!(["`message` is empty"])));

    let folder = made(&["is-tea", "--php", "--kind", "logic"]);
    let source = folder.path().join("own/WorkflowModules/logic/Module_is_tea.php");
    for (text, result) in [("Phishing", true), ("tea", false), ("", false)] {
        let done = execute(&source, &json!({"text": text}), &event).unwrap();
        assert_eq!((&done["result"], &done["outputs"]), (&json!(result), &json!(2)), "{text}");
    }

    let folder = made(&["open-ticket", "--php", "--from", "declared.mwf"]);
    let source = folder.path().join("own/WorkflowModules/action/Module_open_ticket.php");
    let done = execute(&source, &json!({"summary": "0"}), &event).unwrap();
    assert_eq!((&done["result"], &done["name"]), (&json!(true), &json!("Open 'the' ticket")));
    assert_eq!(done["params"][0]["options"], json!({"triage": "Triage", "incident": "It's one"}));
}

#[test]
fn a_real_service_loads_the_action_and_calls_it() {
    let folder = made(&["tea-time", "--python"]);
    let output =
        mispflow(folder.path(), &["modules", "new", "open-ticket", "--python", "--from", "declared.mwf", "-o", "own"]);
    assert_eq!(code(&output), 0, "{}", stderr(&output));
    let modules = folder.path().join("own/misp-modules");
    let Some(real) = Real::start(&["-c", modules.to_str().unwrap()], "tea_time") else { return };

    let answer = real.request("GET /modules HTTP/1.0\r\n\r\n");
    let listed: Vec<Json> = serde_json::from_str(answer.split_once("\r\n\r\n").unwrap().1).unwrap();
    for (id, file) in [("tea_time", "tea-time"), ("open_ticket", "open-ticket")] {
        let reported = listed.iter().find(|module| module["name"] == id).unwrap_or_else(|| panic!("{id}"));
        let mut reported = load(&reported.to_string()).unwrap().remove(0);
        let written = signature(folder.path(), file);
        for (parameter, known) in reported.parameters.iter_mut().zip(&written.parameters) {
            parameter.description.clone_from(&known.description);
            parameter.required.clone_from(&known.required);
            parameter.sensitive = known.sensitive;
        }
        assert_eq!(reported, written, "{id}");
    }

    let query = |params: Json| {
        real.query(&json!({"module": "tea_time", "params": params, "data": {"Event": {"info": "x"}}}).to_string())
    };
    assert_eq!(query(json!({"message": "Ready"})), r#"{"data":true}"#);
    assert_eq!(query(json!({"message": ""})), r#"{"error":"`message` is empty"}"#);

    // The workflow beside it calls it too.
    let own = folder.path().join("own");
    fs::write(own.join("event.json"), r#"{"Event": {"info": "x"}}"#).unwrap();
    let url = real.url();
    let arguments = [
        "run",
        "workflows/tea-time-example.mwf",
        "--event",
        "event.json",
        "--live",
        "misp-modules",
        "--allow-private-addresses",
        "--misp-modules",
        &url,
    ];
    let output = mispflow(&own, &arguments);
    assert_eq!(code(&output), 0, "{}{}", stdout(&output), stderr(&output));
}
