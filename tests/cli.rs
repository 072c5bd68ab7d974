//! The command line from outside: what it prints where, and how it ends.

use std::fs;
use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use tempfile::TempDir;

fn mispflow(folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::cargo_bin("mispflow").unwrap();
    command.current_dir(folder).env_remove("NO_COLOR").args(arguments).output().unwrap()
}

fn here(arguments: &[&str]) -> Output {
    mispflow(TempDir::new().unwrap().path(), arguments)
}

fn code(output: &Output) -> i32 {
    output.status.code().expect("the process ended by itself")
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
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
    assert!(stderr(&output).starts_with("error: "), "{}", stderr(&output));
}

#[test]
fn completions_name_the_verbs() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let output = here(&["completions", shell]);
        assert_eq!((code(&output), stderr(&output)), (0, ""));
        assert!(stdout(&output).contains("init"), "{shell}");
    }
}

#[test]
fn usage_errors_end_with_2() {
    let output = here(&["innit"]);
    assert_eq!((code(&output), stdout(&output)), (2, ""));
    assert!(stderr(&output).contains("'init'"), "{}", stderr(&output));
    assert_eq!(code(&here(&[])), 2);
    assert_eq!(code(&here(&["init", "--colour", "never"])), 2);
    assert_eq!(code(&here(&["completions", "basic"])), 2);
    assert_eq!(code(&here(&["--color", "sometimes", "init"])), 2);
}

#[test]
fn help_and_version_are_results() {
    for arguments in [["--help"], ["--version"], ["-V"]] {
        let output = here(&arguments);
        assert_eq!((code(&output), stderr(&output)), (0, ""));
        assert!(stdout(&output).contains("mispflow"));
    }
    assert_eq!(code(&here(&["init", "--help"])), 0);
}

#[cfg(unix)]
#[test]
fn a_closed_pipe_is_no_failure() {
    let binary = assert_cmd::cargo::cargo_bin("mispflow");
    for arguments in [&["completions", "bash"][..], &["--help"]] {
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
