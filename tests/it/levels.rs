//! How loud findings are: in the project file, on the command line, in the text.

use std::fs;

use assert_cmd::Command;
use tempfile::TempDir;

const WORKFLOW: &str = "workflow guard on event-publish {
    # LEVEL
    if event tagged any \"tlp:rde\" {
        push-zmq()
    } else {
        stop-execution(message: \"no\")
    }
}
test \"a white one\" of guard {
    given { Event: { info: \"a\" } }
    expect blocked
}
";

/// A folder with the workflow in which the text, and a project which the settings, say how loud.
fn project(comment: &str, settings: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("guard.mwf"), WORKFLOW.replace("# LEVEL", comment)).unwrap();
    fs::write(folder.path().join("mispflow.toml"), settings).unwrap();
    folder
}

/// How a verb ends in a folder, and the codes it finds with their severities.
fn outcome(folder: &TempDir, arguments: &[&str]) -> (i32, Vec<String>) {
    let mut command = Command::cargo_bin("mispflow").unwrap();
    let output = command.current_dir(folder).args(arguments).output().unwrap();
    let messages = String::from_utf8(output.stderr).unwrap();
    let heads = messages.lines().filter_map(|line| line.split_once("]: ").map(|(head, _)| head.replacen('[', " ", 1)));
    // What the guard relies on is a note unless a flag makes it more.
    (output.status.code().unwrap(), heads.filter(|head| !head.starts_with("note ")).collect())
}

#[test]
fn flags_and_settings() {
    let none = project("", "");
    let warning = || vec!["warning unknown-tag".to_owned()];
    let error = || vec!["error unknown-tag".to_owned()];
    assert_eq!(outcome(&none, &["check"]), (0, warning()));
    assert_eq!(outcome(&none, &["check", "--deny", "unknown-tag"]), (1, error()));
    assert_eq!(outcome(&none, &["check", "--deny", "warnings"]), (1, error()));
    assert_eq!(outcome(&none, &["check", "--deny", "warnings", "--warn", "unknown-tag"]), (0, warning()));
    assert_eq!(outcome(&none, &["check", "--allow", "warnings"]), (0, vec![]));
    let asked = vec!["warning unknown-tag".to_owned(), "warning needs-template-service".to_owned()];
    assert_eq!(outcome(&none, &["check", "--warn", "needs-template-service"]), (0, asked));
    let denies = project("", "[lints]\nwarnings = \"deny\"\n");
    assert_eq!(outcome(&denies, &["check"]), (1, error()));
    assert_eq!(outcome(&denies, &["build"]), (1, error()));
    assert_eq!(outcome(&denies, &["check", "--allow", "unknown-tag"]), (0, vec![]));
    // Whichever comes first.
    let apart = project("", "[lints]\nunknown-tag = \"warn\"\nwarnings = \"deny\"\n");
    assert_eq!(outcome(&apart, &["check"]), (0, warning()));
    assert_eq!(outcome(&apart, &["check", "--deny", "warnings"]), (1, error()));
}

#[test]
fn the_text_has_the_last_word() {
    let denies = project("# mispflow: deny(unknown-tag)", "[lints]\nunknown-tag = \"allow\"\n");
    let error = vec!["error unknown-tag".to_owned()];
    assert_eq!(outcome(&denies, &["check"]), (1, error.clone()));
    assert_eq!(outcome(&denies, &["build"]), (1, error));
    assert!(!denies.path().join("build").exists());
    // What MISP would do can still be seen.
    assert_eq!(outcome(&denies, &["test"]), (0, vec![]));
    assert_eq!(outcome(&denies, &["diff", "guard.mwf", "guard.mwf"]), (0, vec![]));
    let warns = project("# mispflow: warn(unknown-tag) a team's own", "[lints]\nwarnings = \"deny\"\n");
    assert_eq!(outcome(&warns, &["check", "--deny", "warnings"]), (0, vec!["warning unknown-tag".to_owned()]));
}
