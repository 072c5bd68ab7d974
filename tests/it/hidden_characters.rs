//! Nothing that a terminal obeys or does not show leaves the tool, whichever way it came in.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use mispflow::base::characters::hidden_characters;
use tempfile::TempDir;

/// A few of each kind.
const HOSTILE: [char; 16] = [
    '\u{1b}',
    '\u{7}',
    '\u{7f}',
    '\u{9b}',
    '\u{85}',
    '\u{ad}',
    '\u{200b}',
    '\u{200d}',
    '\u{200e}',
    '\u{202e}',
    '\u{2066}',
    '\u{feff}',
    '\u{ffff}',
    '\u{fffe}',
    '\u{e0041}',
    '\u{fe0f}',
];

/// Text that must come through as it is.
const ORDINARY: &str = "Größe 漢字 👩\u{200d}💻 می\u{200c}شود";

fn hostile() -> String {
    HOSTILE.iter().flat_map(|&c| ['x', c]).chain("y\r".chars()).collect()
}

struct Ran {
    code: i32,
    out: String,
    err: String,
}

fn run(folder: &Path, arguments: &[&str]) -> Ran {
    let mut command = Command::cargo_bin("mispflow").unwrap();
    let output = command.current_dir(folder).args(arguments).output().unwrap();
    let ran = Ran {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    };
    for text in [&ran.out, &ran.err] {
        let found: Vec<_> = hidden_characters(text).collect();
        assert_eq!(found, [], "{arguments:?}: {text}");
        assert!(!text.contains('\r'), "{arguments:?}: {text:?}");
    }
    ran
}

/// MISP's JSON with hostile text wherever text can be, raw and as escapes.
fn saved(text: &str) -> String {
    let webhook = serde_json::json!({"url": text, "payload": text, "headers": text, text: text});
    let node = |id: u32, module: &str, kind: &str, parameters: serde_json::Value| {
        serde_json::json!({
            "id": id, "name": text, "class": text, "typenode": false, "pos_x": 0, "pos_y": 0,
            "data": {"id": module, "name": text, "module_type": kind, "indexed_params": parameters, "node_uid": text,
                "saved_filters": {"selector": text, "value": text, "operator": text, "path": text}},
            "inputs": {}, "outputs": {"output_1": {"connections": []}},
        })
    };
    let mut nodes = serde_json::json!({
        "1": node(1, "event-publish", "trigger", serde_json::json!({})),
        "2": node(2, "webhook", "action", webhook),
        "3": node(3, text, "action", serde_json::json!({})),
        "_frames": {"f": {"id": "f", "text": text, "nodes": [2], "class": text}},
    });
    for (from, to) in [("1", "2"), ("2", "3")] {
        nodes[from]["outputs"]["output_1"]["connections"] = serde_json::json!([{"node": to, "output": "input_1"}]);
        nodes[to]["inputs"] = serde_json::json!({"input_1": {"connections": [{"node": from, "input": "output_1"}]}});
    }
    let row = serde_json::json!({"Workflow": {"name": text, "description": text, "trigger_id": "event-publish", "data": nodes}});
    serde_json::to_string(&row).unwrap()
}

#[test]
fn misp_json() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    let text = hostile();
    fs::write(path("a.json"), saved(&text)).unwrap();
    fs::write(path("b.json"), saved(&format!("{text}b"))).unwrap();
    for format in ["text", "json", "sarif", "github"] {
        let ran = run(folder.path(), &["check", "--format", format, "a.json"]);
        assert!(ran.out.contains("hidden-character") || ran.err.contains("hidden-character"), "{format}");
    }
    run(folder.path(), &["build", "a.json", "-o", "out"]);
    run(folder.path(), &["diff", "a.json", "b.json"]);
    run(folder.path(), &["diff", "--layout", "--format", "json", "a.json", "b.json"]);
    fs::write(path("event.json"), serde_json::json!({"Event": {"info": text}}).to_string()).unwrap();
    for format in ["text", "json"] {
        run(folder.path(), &["run", "a.json", "event.json", "--format", format, "--log"]);
    }
    let imported = run(folder.path(), &["import", "a.json"]);
    assert_eq!(imported.code, 0, "{}", imported.err);
    fs::write(path("a.mwf"), &imported.out).unwrap();
    // What is imported says the same.
    let same = run(folder.path(), &["diff", "--exit-code", "a.json", "a.mwf"]);
    assert!(!same.err.contains("hidden-character"), "{}", same.err);
}

#[test]
fn text() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    let text: String = hostile().chars().filter(|&c| c != '\r').collect();
    let source = format!(
        "# {text}\nworkflow w on event-publish {{\n    name: \"{text}\"\n    if event tagged any \"{text}\" {{\n        \
         webhook(url: \"https://{text}\", payload: \"{text}\")\n    }}\n    {text}\n}}\ntest \"{text}\" of w {{\n    given {{ Event: {{ info: \"{text}\" }} }}\n    \
         expect blocked \"{text}\"\n}}\n"
    );
    fs::write(path("a.mwf"), &source).unwrap();
    fs::write(path("b.mwf"), source.replace(&format!("    {text}\n"), "")).unwrap();
    for file in ["a.mwf", "b.mwf"] {
        for format in ["text", "json", "sarif", "github"] {
            run(folder.path(), &["check", "--format", format, file]);
        }
        for format in ["text", "json", "junit"] {
            run(folder.path(), &["test", "--format", format, file]);
        }
        run(folder.path(), &["fmt", "--check", "--diff", file]);
        run(folder.path(), &["build", file, "-o", "-"]);
    }
    fs::write(path("event.json"), serde_json::json!({"Event": {"info": text}}).to_string()).unwrap();
    run(folder.path(), &["run", "b.mwf", "event.json", "--log"]);
    run(folder.path(), &["path", "Event", "event.json"]);
    run(folder.path(), &["path", &format!("Event.{}", text.replace('\0', "")), "event.json"]);
    // `--fix` leaves nothing hidden where it can tell what is meant, and changes no string.
    fs::write(path("b.mwf"), source.replace(&format!("    {text}\n"), "")).unwrap();
    let before = run(folder.path(), &["build", "b.mwf", "-o", "-"]);
    assert!(before.out.contains("\\u202e"), "{}", before.err);
    let fixed = run(folder.path(), &["check", "--fix", "b.mwf"]);
    assert!(fixed.err.contains("fixed"), "{}", fixed.err);
    assert_eq!(hidden_characters(&fs::read_to_string(path("b.mwf")).unwrap()).count(), 0);
    assert_eq!(run(folder.path(), &["build", "b.mwf", "-o", "-"]).out, before.out);
}

#[test]
fn ordinary_text_comes_through() {
    let folder = TempDir::new().unwrap();
    let source = format!(
        "# {ORDINARY}\nworkflow w on event-publish {{\n    push-zmq()\n}}\ntest \"{ORDINARY}\" of w {{\n    given {{ Event: {{ info: \"{ORDINARY}\" }} }}\n    expect blocked\n}}\n"
    );
    fs::write(folder.path().join("a.mwf"), source).unwrap();
    let ran = run(folder.path(), &["check", "a.mwf"]);
    assert_eq!((ran.code, ran.err.contains("hidden-character")), (0, false), "{}", ran.err);
    for format in ["text", "junit"] {
        let ran = run(folder.path(), &["test", "--format", format, "a.mwf"]);
        assert!(ran.out.contains(ORDINARY), "{}", ran.out);
    }
}

#[test]
fn names_of_files_and_arguments() {
    let folder = TempDir::new().unwrap();
    let name: String = hostile().chars().filter(|&c| c != '\u{85}').collect();
    let file = format!("{name}.mwf");
    if fs::write(folder.path().join(&file), "workflow w on event-publish {\n    webhok()\n}\n").is_err() {
        // Not every file system has such names.
        return;
    }
    for format in ["text", "json", "sarif", "github"] {
        run(folder.path(), &["check", "--format", format, &file]);
        run(folder.path(), &["check", "--format", format]);
    }
    for arguments in [
        &["fmt", &file][..],
        &["build", &file, "-o", &name],
        &["import", &file],
        &["run", &file, &file],
        &["path", "x", &file],
        &["modules", &name],
        &["explain", &name],
        &["check", "--deny", &name],
        &["check", "--target", &name],
        &[&name],
    ] {
        run(folder.path(), arguments);
    }
}

#[test]
fn catalogues_and_project_files() {
    let folder = TempDir::new().unwrap();
    let text = hostile();
    let module = serde_json::json!({"id": text, "name": text, "description": text, "version": text,
        "params": [{"id": text, "label": text, "type": "select", "default": text, "options": {text.as_str(): text}, "jinja_supported": true, "description": text}],
        "is_misp_module": false, "blocking": false, "support_filters": true, "expect_misp_core_format": false, "html_template": text, "module_type": "action",
        "misp_core_format": false, "scope": text, "icon": text, "inputs": 1, "outputs": 1, "disabled": true});
    let catalogue = serde_json::json!([module]);
    fs::write(folder.path().join("c.json"), catalogue.to_string()).unwrap();
    fs::write(folder.path().join("mispflow.toml"), "[project]\ncatalogues = [\"c.json\"]\n# \u{202e}\n").unwrap();
    fs::write(
        folder.path().join("a.mwf"),
        format!("workflow w on event-publish {{\n    \"{}\"()\n}}\n", text.replace('\r', "\\r")),
    )
    .unwrap();
    for format in ["text", "json"] {
        run(folder.path(), &["modules", "--format", format]);
        run(folder.path(), &["modules", &text, "--format", format]);
    }
    for format in ["text", "json", "sarif", "github"] {
        run(folder.path(), &["check", "--format", format]);
    }
    let ran = run(folder.path(), &["check"]);
    assert!(ran.err.contains("mispflow.toml:3:3"), "{}", ran.err);
    fs::write(
        folder.path().join("mispflow.toml"),
        format!("[project]\n\"{}\" = 1\n", text.replace(['\u{7f}', '\u{1b}', '\u{7}', '\r'], "")),
    )
    .unwrap();
    run(folder.path(), &["check"]);
}

/// A letter of another alphabet in a name is shown by its number where the name is taken for another.
#[test]
fn look_alikes() {
    let folder = TempDir::new().unwrap();
    let json = saved("w").replace("\"id\":\"webhook\"", "\"id\":\"enri\u{441}h-event\"");
    fs::write(folder.path().join("a.json"), json).unwrap();
    let body = "\"st\u{43e}\u{440}-ex\u{435}\u{441}uti\u{43e}n\"()\n\
        webhook(\"p\u{430}yload\": \"y\", \"\u{443}\u{440}\u{4cf}\": \"x\", url: \"https://x.example.org\")\n";
    fs::write(folder.path().join("a.mwf"), format!("workflow w on event-publish {{\n{body}}}\n")).unwrap();
    let tag =
        "workflow w on event-publish {\n    if event tagged any \"tlp:r\u{435}d\" {\n        push-zmq()\n    }\n}\n";
    fs::write(folder.path().join("c.mwf"), tag).unwrap();
    fs::write(folder.path().join("b.mwf"), "workflow w on event-publish {\n    if Event.\u{41e}rgc.name == \"x\" {\n        \u{435}nrich-event()\n    }\n}\n").unwrap();
    for format in ["text", "json", "sarif", "github"] {
        let is_json = matches!(format, "json" | "sarif");
        for (file, names) in [
            ("a.json", &["`enri\\u{441}h-event`", "did you mean `enrich-event`"][..]),
            ("a.mwf", &["`st\\u{43e}\\u{440}-ex\\u{435}\\u{441}uti\\u{43e}n`", "did you mean `stop-execution`"]),
            ("c.mwf", &["`tlp:r\\u{435}d`", "`tlp:red`"]),
            ("b.mwf", &["\\u{41e}rgc", "`\\u{435}nrich-event`", "looks like `e`"]),
        ] {
            let ran = run(folder.path(), &["check", "--format", format, file]);
            let said = format!("{}{}", ran.out, ran.err);
            for name in names {
                let name = if is_json { name.replace('\\', "\\\\") } else { (*name).to_owned() };
                assert!(said.contains(&name), "{format}: {name}: {said}");
            }
        }
    }
}
