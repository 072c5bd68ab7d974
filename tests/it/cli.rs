//! The command line from outside: what it prints where, and how it ends.

use std::fs;
use std::process::Output;

use assert_cmd::Command;
use tempfile::TempDir;

use crate::program::{code, mispflow, stderr, stdout};

fn here(arguments: &[&str]) -> Output {
    mispflow(TempDir::new().unwrap().path(), arguments)
}

#[test]
fn init_makes_a_project() {
    let folder = TempDir::new().unwrap();
    let output = mispflow(folder.path(), &["init", "my project"]);
    assert_eq!((code(&output), stdout(&output)), (0, ""));
    assert!(stderr(&output).contains("cd 'my project'"), "{}", stderr(&output));
    for file in ["mispflow.toml", "workflows/publish-guard.mwf", "workflows/events/red.json"] {
        let path = folder.path().join("my project").join(file);
        assert!(fs::metadata(&path).unwrap().len() > 0, "{file}");
        assert!(stderr(&output).contains(file), "{file}");
    }
}

#[test]
fn a_new_project_compiles_as_it_is() {
    let folder = TempDir::new().unwrap();
    assert_eq!(code(&mispflow(folder.path(), &["init"])), 0);
    let output = mispflow(folder.path(), &["check"]);
    assert_eq!((code(&output), stdout(&output), stderr(&output)), (0, "", ""));
    let output = mispflow(folder.path(), &["build", "--quiet"]);
    assert_eq!((code(&output), stderr(&output)), (0, ""));
    let built = fs::read(folder.path().join("build/publish-guard.json")).unwrap();
    let built: serde_json::Value = serde_json::from_slice(&built).unwrap();
    assert_eq!(built["Workflow"]["trigger_id"], "event-publish");
    assert_eq!(code(&mispflow(folder.path(), &["build", "--check"])), 0);
}

#[test]
fn an_empty_folder_is_no_surprise() {
    for (verb, told) in [
        ("check", "there is nothing to check: no `.mwf` file\n"),
        ("fmt", "there is nothing to format: no `.mwf` file\n"),
        ("build", "there is nothing to build: no workflow and no blueprint\n"),
    ] {
        let output = here(&[verb]);
        assert_eq!((code(&output), stdout(&output), stderr(&output)), (0, "", told));
        let output = here(&[verb, "--quiet"]);
        assert_eq!((code(&output), stderr(&output)), (0, ""));
    }
}

#[test]
fn where_nothing_can_be_written_is_said_in_words() {
    let folder = TempDir::new().unwrap();
    assert_eq!(code(&mispflow(folder.path(), &["init"])), 0);
    let output = mispflow(folder.path(), &["build", "--output", "mispflow.toml"]);
    assert_eq!(code(&output), 2);
    let message = "error[unwritable-file]: `mispflow.toml/publish-guard.json` cannot be written: something on the way to it is a file, not a folder\n";
    assert!(stderr(&output).starts_with(message), "{}", stderr(&output));
}

#[test]
fn init_overwrites_nothing() {
    let folder = TempDir::new().unwrap();
    let workflow = folder.path().join("workflows/publish-guard.mwf");
    fs::create_dir_all(workflow.parent().unwrap()).unwrap();
    fs::write(&workflow, "mine").unwrap();
    let output = mispflow(folder.path(), &["init"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("exists already, so nothing was written"), "{}", stderr(&output));
    assert_eq!(fs::read_to_string(&workflow).unwrap(), "mine");
    assert!(!folder.path().join("mispflow.toml").exists());
}

#[test]
fn init_can_be_quiet_and_can_fail() {
    let folder = TempDir::new().unwrap();
    let output = mispflow(folder.path(), &["init", "-q"]);
    assert_eq!((code(&output), stdout(&output), stderr(&output)), (0, "", ""));
    fs::write(folder.path().join("file"), "").unwrap();
    let output = mispflow(folder.path(), &["init", "file/deeper"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).starts_with("error[unwritable-file]: "), "{}", stderr(&output));
}

#[test]
fn completions_name_the_verbs() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = here(&["completions", shell]);
        assert_eq!((code(&output), stderr(&output)), (0, ""));
        assert!(stdout(&output).contains("modules"), "{shell}");
    }
}

#[test]
fn usage_errors_end_with_2() {
    let output = here(&["modles"]);
    assert_eq!((code(&output), stdout(&output)), (2, ""));
    assert!(stderr(&output).contains("'modules'"), "{}", stderr(&output));
    assert_eq!(code(&here(&[])), 2);
    assert_eq!(code(&here(&["init", "--colour", "never"])), 2);
    assert_eq!(code(&here(&["completions", "basic"])), 2);
    assert_eq!(code(&here(&["--color", "sometimes", "init"])), 2);
}

#[test]
fn verbs_of_other_tools_lead_to_ours() {
    for (typed, verb) in [
        ("new", "init"),
        ("lint", "check"),
        ("validate", "check"),
        ("compile", "build"),
        ("format", "fmt"),
        ("simulate", "run"),
    ] {
        let (other, ours) = (here(&[typed, "-h"]), here(&[verb, "-h"]));
        assert_eq!((code(&other), stdout(&other)), (0, stdout(&ours)));
    }
    let output = here(&["watch", "a.mwf"]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("'check --watch'"), "{}", stderr(&output));
}

#[test]
fn help_says_what_is_meant() {
    for verb in ["init", "check", "build", "import", "fmt", "diff", "modules", "path", "explain", "run", "test", "man"]
    {
        let help = here(&[verb, "--help"]);
        assert!(
            stdout(&help).contains("Exit codes:\n  0    done\n  1    the input has errors\n  2    "),
            "{}",
            stdout(&help)
        );
        for flag in ["-h", "--help"] {
            let help = here(&[verb, flag]);
            assert!(!stdout(&help).contains('\u{2060}'), "{verb}");
        }
    }
    for arguments in [&["path", "-h"][..], &["path", "--help"], &["help", "path"], &["man", "path"]] {
        assert!(stdout(&here(arguments)).contains("Event.Tag.{n}.name"), "{arguments:?}");
    }
}

#[test]
fn colours_go_by_the_customs() {
    let coloured = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = Command::cargo_bin("mispflow").unwrap();
        for name in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "TERM"] {
            command.env_remove(name);
        }
        let output = command.envs(variables.iter().copied()).args(arguments).output().unwrap();
        [stdout(&output), stderr(&output)].iter().any(|text| text.contains('\u{1b}'))
    };
    // A result, a finding, a help and a wrong flag.
    for arguments in [&["modules", "webhook"][..], &["modules", "webhok"], &["check", "-h"], &["chek"]] {
        assert!(!coloured(&[], arguments), "{arguments:?}");
        assert!(coloured(&[("CLICOLOR_FORCE", "1")], arguments), "{arguments:?}");
        assert!(coloured(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "")], arguments), "{arguments:?}");
        assert!(!coloured(&[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")], arguments), "{arguments:?}");
        assert!(!coloured(&[("CLICOLOR_FORCE", "0")], arguments), "{arguments:?}");
        let with = |colour| [&["--color", colour][..], arguments].concat();
        assert!(!coloured(&[("CLICOLOR_FORCE", "1")], &with("never")), "{arguments:?}");
        assert!(coloured(&[("NO_COLOR", "1"), ("TERM", "dumb")], &with("always")), "{arguments:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_a_failure() {
    for arguments in
        [&["help"][..], &["--version"], &["check", "--help"], &["modules"], &["completions", "zsh"], &["man"]]
    {
        let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("mispflow"));
        let output = command.args(arguments).stdout(full).output().unwrap();
        assert_eq!(code(&output), 2, "{arguments:?}");
        assert!(stderr(&output).starts_with("error: the output cannot be written: "), "{}", stderr(&output));
    }
}

#[test]
fn another_folder_and_another_project_file() {
    let folder = TempDir::new().unwrap();
    for (name, content) in [
        ("team/mispflow.toml", "[lints]\nwarnings = \"deny\"\n"),
        ("team/a.mwf", "workflow a on event-publish {\n    push-zmq(\"odd\": \"1\")\n}\n"),
        ("settings/lenient.toml", "[lints]\nwarnings = \"allow\"\n"),
    ] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }
    assert_eq!(code(&mispflow(folder.path(), &["check", "team"])), 1);
    let output = mispflow(folder.path(), &["-C", "team", "check"]);
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("┌─ a.mwf:2:"), "{}", stderr(&output));
    // After the verb it may stand too.
    assert_eq!(code(&mispflow(folder.path(), &["check", "-C", "team", "a.mwf"])), 1);
    let output = mispflow(folder.path(), &["check", "--config", "settings/lenient.toml", "team/a.mwf"]);
    assert_eq!((code(&output), stderr(&output)), (0, ""));
    // Without paths the project of that file is meant.
    let output = mispflow(folder.path(), &["check", "--config", "team/mispflow.toml"]);
    assert_eq!(code(&output), 1, "{}", stderr(&output));
    for (arguments, message) in [
        (&["-C", "nowhere", "check"][..], "`nowhere` cannot be entered"),
        (&["check", "--config", "nothing.toml"], "`nothing.toml` cannot be read"),
    ] {
        let output = mispflow(folder.path(), arguments);
        assert_eq!(code(&output), 2);
        assert!(stderr(&output).contains(message), "{}", stderr(&output));
    }
    let output = mispflow(folder.path(), &["modules", "--config", "settings/lenient.toml", "webhook"]);
    assert_eq!(code(&output), 0);
}

#[test]
fn completions_know_names() {
    for shell in ["bash", "zsh", "fish"] {
        let output = here(&["completions", shell]);
        for name in ["unknown-module", "ms-teams-webhook", "event-after-save-new-from-pull", "misp-2.4.160", "warnings"]
        {
            assert!(stdout(&output).contains(name), "{shell}: {name}");
        }
    }
    // They are not listed in the help, and others are taken too.
    assert!(!stdout(&here(&["explain", "--help"])).contains("unknown-module"));
    assert!(stderr(&here(&["explain", "unknown-modul"])).contains("did you mean `unknown-module`?"));
    assert!(stderr(&here(&["check", "--target", "2.5.1"])).contains("did you mean `misp-2.5.1`?"));
}

#[test]
fn the_manual_has_a_page_for_every_verb() {
    let output = here(&["man"]);
    assert_eq!((code(&output), stderr(&output)), (0, ""));
    assert!(stdout(&output).contains(".TH MISPFLOW 1"), "{}", stdout(&output));
    assert!(stdout(&here(&["man", "check"])).contains(".TH MISPFLOW-CHECK 1"));
    let output = here(&["man", "chek"]);
    assert_eq!((code(&output), stdout(&output)), (2, ""));
    let folder = TempDir::new().unwrap();
    assert_eq!(code(&mispflow(folder.path(), &["man", "-q", "-o", "man1"])), 0);
    let page = |name: &str| fs::read_to_string(folder.path().join("man1").join(name)).unwrap();
    assert_eq!(page("mispflow-check.1"), stdout(&here(&["man", "check"])));
    assert_eq!(page("mispflow.1"), stdout(&here(&["man"])));
}

#[test]
fn help_and_version_are_results() {
    for arguments in [["--help"], ["--version"], ["-V"]] {
        let output = here(&arguments);
        assert_eq!((code(&output), stderr(&output)), (0, ""));
        assert!(stdout(&output).contains("mispflow"));
    }
    assert_eq!(stdout(&here(&["-V"])), concat!("mispflow ", env!("CARGO_PKG_VERSION"), "\n"));
    let version = stdout(&here(&["--version"])).to_owned();
    assert!(version.lines().nth(1).is_some_and(|line| line.starts_with("for MISP 2.4.160 and later")), "{version}");
    let help = stdout(&here(&["--help"])).to_owned();
    assert!(help.contains("  130  it was interrupted\n") && help.contains("Documentation: https://"), "{help}");
    assert_eq!(code(&here(&["init", "--help"])), 0);
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_failure() {
    let binary = assert_cmd::cargo::cargo_bin("mispflow");
    for arguments in [&["completions", "bash"][..], &["modules"], &["modules", "webhook"], &["--help"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = std::process::Command::new(&binary).args(arguments).stdout(writer).output().unwrap();
        assert_eq!((code(&output), stderr(&output)), (0, ""), "{arguments:?}");
    }
}

#[test]
fn colours_when_asked_for() {
    let folder = TempDir::new().unwrap();
    assert_eq!(code(&mispflow(folder.path(), &["init"])), 0);
    let output = mispflow(folder.path(), &["init", "--color", "always"]);
    assert!(output.stderr.contains(&0x1b));
    for color in ["auto", "never"] {
        let output = mispflow(folder.path(), &["init", "--color", color]);
        assert!(!output.stderr.contains(&0x1b), "{color}");
    }
}

#[test]
fn modules_are_listed_by_kind() {
    let output = here(&["modules"]);
    assert_eq!((code(&output), stderr(&output)), (0, ""));
    let text = stdout(&output);
    let place = |line: &str| text.find(line).unwrap_or_else(|| panic!("{line} in {text}"));
    assert!(place("\nLogic: ") < place("\n  tag-if  "));
    assert!(place("  event-publish  ") < place("\nLogic: "));
    assert!(place("\nActions: ") < place("\n  webhook  "));
    // One line a module, all descriptions in one column.
    let mut columns = text.lines().filter(|line| line.starts_with("  ")).map(|line| {
        let id = line.trim_start().split(' ').next().unwrap();
        let rest = &line[2 + id.len()..];
        line.len() - rest.trim_start().len()
    });
    let first = columns.next().unwrap();
    assert!(columns.all(|column| column == first));
}

#[test]
fn a_trigger_is_shown_with_its_data() {
    let shown = |trigger: &str| stdout(&here(&["modules", trigger])).to_owned();
    let query = shown("enrichment-before-query");
    assert!(query.contains("  at the root\n    strings   _module\n    objects   Event\n"), "{query}");
    assert!(query.contains("For example\n  {\n    \"Event\": {\n"), "{query}");
    assert!(query.contains("    \"_module\": \"mmdb_lookup\"\n"), "{query}");
    let saved = shown("event-after-save");
    assert!(saved.contains("`Event.Attribute`, `Event._AttributeFlattened`, `Event.Object`"), "{saved}");
    assert!(!saved.contains("  Event.Attribute.{n}\n"), "{saved}");
    let account = shown("user-before-save");
    assert!(account.contains("`User`, `Role`, `Organisation`, `Event`: not there"), "{account}");
    let pulled = shown("event-after-save-new-from-pull");
    assert!(pulled.contains("taken to give what `event-after-save-new` gives"), "{pulled}");
    assert!(!shown("push-zmq").contains("What it gives"));
}

#[test]
fn modules_as_json_are_a_catalogue() {
    let output = here(&["modules", "--format", "json"]);
    let modules: Vec<serde_json::Value> = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(modules.len(), mispflow::catalogue::load(stdout(&output)).unwrap().len());
    let output = here(&["modules", "webhook", "--format", "json"]);
    let module: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(module["id"], "webhook");
    assert!(modules.contains(&module));
}

#[test]
fn a_module_is_shown_with_all_that_a_call_needs() {
    let output = here(&["modules", "webhook"]);
    assert_eq!((code(&output), stderr(&output)), (0, ""));
    for part in [
        "Calls a web address",
        "version         ",
        "blocking        no",
        "module filter   no",
        "Traps\n  - ",
        "  request_method  one of the options\n",
        "options   post    POST\n                get     GET\n",
        "default   post\n",
        "required  while it is empty, the step fails",
        "url  text, may be a Jinja template\n",
        "  webhook(\n      url: \"https://",
    ] {
        assert!(stdout(&output).contains(part), "{part} in {}", stdout(&output));
    }
    assert!(stdout(&output).lines().all(|line| line.chars().count() <= 100 && line == line.trim_end()));
}

#[test]
fn targets_are_releases() {
    let output = here(&["modules", "--format", "json", "--target", "misp-2.4.168"]);
    assert_eq!(code(&output), 0);
    assert!(stdout(&output).contains("\"attach-enrichment\"") && !stdout(&output).contains("\"assign_country\""));
    for verb in ["check", "build", "modules"] {
        let output = here(&[verb, "--target", "misp-2.4.1"]);
        assert_eq!(code(&output), 2);
        assert!(stderr(&output).contains("older") && stderr(&output).contains("misp-2.4.160"), "{}", stderr(&output));
    }
    let output = here(&["modules", "--target", "misp-2.5-latest"]);
    assert_eq!(code(&output), 0);
    assert!(stderr(&output).starts_with("note[unverified-target]"), "{}", stderr(&output));
}

#[test]
fn an_upgrade_that_breaks_a_workflow_ends_with_1() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("w.mwf"), "workflow w on event-publish {\n    reload-full-event()\n}\n").unwrap();
    let check = |targets: &[&str]| {
        let arguments = targets.iter().flat_map(|target| ["--target", target]);
        mispflow(folder.path(), &["check"].into_iter().chain(arguments).collect::<Vec<_>>())
    };
    assert_eq!(code(&check(&["misp-2.4.199"])), 0);
    assert_eq!(code(&check(&["misp-2.4.199", "misp-2.5.1"])), 0);
    let output = check(&["misp-2.4.199", "misp-2.5.0", "misp-2.5.1"]);
    assert_eq!(code(&output), 1);
    assert!(stderr(&output).contains("this is so for `misp-2.5.0`"), "{}", stderr(&output));
}

/// The places of nodes are part of what MISP stores, and so of the size that old releases limit.
#[test]
fn check_and_build_agree_on_the_size_of_a_graph() {
    let folder = TempDir::new().unwrap();
    let steps = format!("    webhook(url: \"https://example.org/{}\")\n", "a".repeat(471)).repeat(61);
    fs::write(folder.path().join("w.mwf"), format!("workflow w on event-publish {{\n{steps}}}\n")).unwrap();
    let found = |arguments: &[&str]| {
        let output = mispflow(folder.path(), arguments);
        let lines = stderr(&output).lines().filter(|line| line.contains("cannot save this workflow"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let told = found(&["build", "--target", "misp-2.4.169"]);
    assert!(matches!(&*told, [line] if line.contains("its graph has 65")), "{told:?}");
    assert_eq!(found(&["check", "--target", "misp-2.4.169"]), told);
    assert_eq!(found(&["check", "--target", "misp-2.4.169", "--target", "misp-2.4.170"]), told);
    assert_eq!(found(&["check", "--target", "misp-2.4.170"]), [""; 0]);
}

#[test]
fn an_unknown_module_ends_with_1() {
    let output = here(&["modules", "webhok"]);
    assert_eq!((code(&output), stdout(&output)), (1, ""));
    assert!(stderr(&output).starts_with("error[unknown-module]: the catalogue has no module `webhok`"));
    assert!(stderr(&output).contains("did you mean `webhook`?"), "{}", stderr(&output));
    // The name that the editor shows leads to the id.
    assert!(stderr(&here(&["modules", "IF :: Threat Level"])).contains("did you mean `threat-level-if`?"));
    assert_eq!(code(&here(&["modules", "webhook", "--target", "misp-1.0"])), 2);
}

const OWN: &str = r#"[{
    "id": "own module", "name": "Own\u001b[31m", "type": "action", "version": "3", "provenance": "custom",
    "description": "Does what no other module does, and does it so thoroughly that the line that says so is longer than a line should be",
    "blocking": true, "supports_filters": true, "expects_core_format": true, "outputs": 3, "traps": ["It bites"],
    "params": [
        {"id": "where", "label": "Where to", "type": "text", "required": "nothing happens"},
        {"id": "token", "type": "text", "sensitive": true, "required": "nobody lets it in", "jinja": true},
        {"id": "level", "type": "radio", "options": {"1": "High level", "2": "Low"}, "default": "2"},
        {"id": "people", "type": "picker", "options": {"all": "all", "some": "A few"}, "multiple": true, "open": true},
        {"id": "how-often", "type": "number", "example": "3", "display_on": {"level": ["1", "2"]}},
        {"id": "loud", "type": "checkbox", "default": false},
        {"id": "item", "type": "hashpath", "sub_selector": true, "example": "Tag.{n}.name", "display_on": {"level": ["1"]}}
    ]}]"#;

#[test]
fn a_project_brings_its_own_modules() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("mispflow.toml"), "[project]\ncatalogues = [\"own.json\"]\n").unwrap();
    fs::write(folder.path().join("own.json"), OWN).unwrap();
    let below = folder.path().join("below");
    fs::create_dir(&below).unwrap();
    let output = mispflow(&below, &["modules", "own module"]);
    assert_eq!((code(&output), stderr(&output)), (0, ""));
    insta::assert_snapshot!(stdout(&output));

    fs::write(folder.path().join("own.json"), "[{\"id\": 1,}]").unwrap();
    let output = mispflow(&below, &["modules", "webhook"]);
    assert_eq!(code(&output), 1);
    assert!(stdout(&output).starts_with("webhook\n"));
    assert!(stderr(&output).contains("own.json:1:"), "{}", stderr(&output));
}

#[test]
fn a_broken_project_file_is_pointed_at() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("mispflow.toml"), "[project]\nsorce = \"x\"\n").unwrap();
    let output = mispflow(folder.path(), &["modules", "webhook"]);
    assert_eq!(code(&output), 1);
    insta::assert_snapshot!(stderr(&output));
}

/// A workflow as MISP exports it, with one step.
const EXPORTED: &str = r#"{"Workflow": {"uuid": "0b0e9a43-3f3c-4a43-9c52-3a0a3b7a1c09", "name": "Mark", "description": "",
    "trigger_id": "event-publish", "debug_enabled": false, "data": {
        "1": {"id": 1, "name": "Event Publish", "data": {"id": "event-publish", "name": "Event Publish", "module_type": "trigger",
              "indexed_params": [], "saved_filters": {}, "module_version": "0.1"}, "class": "block-type-trigger", "typenode": false,
              "inputs": [], "outputs": {"output_1": {"connections": [{"node": "7", "output": "input_1"}]}}, "pos_x": 0, "pos_y": 0},
        "7": {"id": 7, "name": "Tag operation", "data": {"id": "tag_operation", "name": "Tag operation", "module_type": "action",
              "indexed_params": {"scope": "event", "action": "add", "locality": "local", "tags": ["seen"], "clusters": []},
              "saved_filters": {}, "module_version": "0.1"}, "class": "block-type-default", "typenode": false,
              "inputs": {"input_1": {"connections": [{"node": "1", "input": "output_1"}]}},
              "outputs": {"output_1": {"connections": []}}, "pos_x": 400, "pos_y": 0}}}}"#;

#[test]
fn import_prints_text_that_is_the_same_graph() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("mark.json"), EXPORTED).unwrap();
    let output = mispflow(folder.path(), &["import", "mark.json"]);
    assert_eq!(code(&output), 0);
    assert!(stdout(&output).contains("tag_operation(tags: [\"seen\"])"), "{}", stdout(&output));
    assert!(stderr(&output).contains("version 0.1 of `tag_operation` becomes 0.2"), "{}", stderr(&output));

    let output = mispflow(folder.path(), &["import", "mark.json", "-o", "flows", "--keep-layout"]);
    assert_eq!((code(&output), stdout(&output)), (0, ""));
    let output = mispflow(folder.path(), &["diff", "flows/mark.mwf", "mark.json", "--layout", "--exit-code"]);
    assert_eq!((code(&output), stdout(&output)), (0, ""), "{}", stderr(&output));
    let output = mispflow(folder.path(), &["fmt", "--check", "flows"]);
    assert_eq!(code(&output), 0);
}

#[test]
fn import_overwrites_only_what_it_is_told_to() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("mark.json"), EXPORTED).unwrap();
    fs::write(folder.path().join("mark.mwf"), "# mine\n").unwrap();
    let output = mispflow(folder.path(), &["import", "mark.json", "-o", "."]);
    assert_eq!(code(&output), 2);
    assert!(stderr(&output).contains("`./mark.mwf` holds something else"), "{}", stderr(&output));
    assert_eq!(fs::read_to_string(folder.path().join("mark.mwf")).unwrap(), "# mine\n");
    assert_eq!(code(&mispflow(folder.path(), &["import", "mark.json", "-o", ".", "--force"])), 0);
    assert!(fs::read_to_string(folder.path().join("mark.mwf")).unwrap().starts_with("workflow mark"));
}

#[test]
fn import_says_what_is_no_json_of_misp() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("bad.json"), "{\"a\": 1}").unwrap();
    let output = mispflow(folder.path(), &["import", "bad.json"]);
    assert_eq!((code(&output), stdout(&output)), (1, ""));
    assert!(stderr(&output).contains("invalid-misp-json"), "{}", stderr(&output));
    assert_eq!(code(&mispflow(folder.path(), &["import"])), 2);
}

#[test]
fn diff_shows_what_changed() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("mark.json"), EXPORTED).unwrap();
    fs::write(folder.path().join("other.json"), EXPORTED.replace("seen", "gone")).unwrap();
    let output = mispflow(folder.path(), &["diff", "mark.json", "other.json"]);
    assert_eq!(code(&output), 0);
    assert_eq!(stdout(&output), "~ tag_operation (7)\n    tags: [\"seen\"] → [\"gone\"]\n");
    let output = mispflow(folder.path(), &["diff", "mark.json", "other.json", "--exit-code", "--format", "json"]);
    assert_eq!(code(&output), 1);
    let json: serde_json::Value = serde_json::from_str(stdout(&output)).unwrap();
    assert_eq!(json["changed"][0]["difference"]["changed"][0]["changes"][0]["after"], "[\"gone\"]");
    fs::write(folder.path().join("broken.mwf"), "workflow w on event-publish { nothing() }").unwrap();
    let output = mispflow(folder.path(), &["diff", "mark.json", "broken.mwf"]);
    assert_eq!((code(&output), stdout(&output)), (1, ""));
    assert!(stderr(&output).contains("unknown-module"), "{}", stderr(&output));
}

#[test]
fn several_projects_below_a_folder_are_checked_apart() {
    let folder = TempDir::new().unwrap();
    for name in ["one", "two"] {
        fs::create_dir(folder.path().join(name)).unwrap();
        let text = "workflow guard on event-publish {\n    push-zmq()\n}\n";
        fs::write(folder.path().join(name).join("guard.mwf"), text).unwrap();
    }
    let check = || mispflow(folder.path(), &["check", "."]);
    let output = check();
    let messages = stderr(&output);
    assert!(messages.contains("duplicate-trigger") && messages.contains("duplicate-name"), "{messages}");
    for name in ["one", "two"] {
        fs::write(folder.path().join(name).join("mispflow.toml"), "").unwrap();
    }
    let output = check();
    assert_eq!((code(&output), stderr(&output)), (0, ""));
}
