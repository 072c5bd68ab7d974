//! `mispflow fmt` from outside.

use std::fs;
use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use tempfile::TempDir;

use crate::program::{code, folder, stderr, stdout};

const UGLY: &str = "let a=[1,2] # why\r\n";
const CANONICAL: &str = "let a = [1, 2] # why\n";
const BROKEN: &str = "let a = [1, # why\n";

fn fmt(folder: &Path, arguments: &[&str], input: &str) -> Output {
    let mut command = Command::cargo_bin("mispflow").unwrap();
    command.current_dir(folder).arg("fmt").args(arguments).write_stdin(input).output().unwrap()
}

fn read(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap()
}

#[test]
fn files_are_rewritten() {
    let folder = folder(&[("a.mwf", UGLY), ("b.mwf", CANONICAL), ("c.mwf", "\u{feff}let b = 1\n")]);
    let output = fmt(folder.path(), &[], "");
    assert_eq!((code(&output), stdout(&output)), (0, ""));
    assert_eq!(stderr(&output), "rewritten  a.mwf\nrewritten  c.mwf\n2 files rewritten, 1 in canonical form already\n");
    assert_eq!(read(&folder, "a.mwf"), CANONICAL);
    assert_eq!(read(&folder, "b.mwf"), CANONICAL);
    assert_eq!(read(&folder, "c.mwf"), "let b = 1\n");
    let output = fmt(folder.path(), &[], "");
    assert_eq!((code(&output), stderr(&output)), (0, "3 files in canonical form already\n"));
}

#[test]
fn only_what_is_named_and_in_silence() {
    let folder = folder(&[("a.mwf", UGLY), ("b.mwf", UGLY)]);
    let output = fmt(folder.path(), &["-q", "b.mwf"], "");
    assert_eq!((code(&output), stdout(&output), stderr(&output)), (0, "", ""));
    assert_eq!(read(&folder, "a.mwf"), UGLY);
    assert_eq!(read(&folder, "b.mwf"), CANONICAL);
}

#[test]
fn check_writes_nothing_and_names_the_files() {
    let folder = folder(&[("a.mwf", UGLY), ("b.mwf", CANONICAL), ("c.mwf", "\u{feff}let b = 1\n")]);
    let output = fmt(folder.path(), &["--check"], "");
    assert_eq!(code(&output), 1);
    assert_eq!(stdout(&output), "a.mwf is not in canonical form\nc.mwf is not in canonical form\n");
    assert_eq!(read(&folder, "a.mwf"), UGLY);
    let output = fmt(folder.path(), &["--check", "b.mwf"], "");
    assert_eq!((code(&output), stdout(&output)), (0, ""));
}

#[test]
fn diff_shows_what_would_change() {
    let folder = folder(&[("a.mwf", "let a=1\nlet b = 2\n"), ("b.mwf", CANONICAL)]);
    let output = fmt(folder.path(), &["--diff"], "");
    assert_eq!(code(&output), 1);
    assert_eq!(stdout(&output), "--- a.mwf\n+++ a.mwf\n@@ -1,2 +1,2 @@\n-let a=1\n+let a = 1\n let b = 2\n");
    assert_eq!(read(&folder, "a.mwf"), "let a=1\nlet b = 2\n");
    let output = fmt(folder.path(), &["--diff", "b.mwf"], "");
    assert_eq!((code(&output), stdout(&output)), (0, ""));
}

#[test]
fn a_file_with_errors_stays_and_the_others_do_not_wait_for_it() {
    let folder = folder(&[("a.mwf", BROKEN), ("b.mwf", UGLY)]);
    let output = fmt(folder.path(), &[], "");
    assert_eq!((code(&output), stdout(&output)), (1, ""));
    assert!(stderr(&output).contains("a.mwf:1:"), "{}", stderr(&output));
    assert_eq!(read(&folder, "a.mwf"), BROKEN);
    assert_eq!(read(&folder, "b.mwf"), CANONICAL);
}

#[test]
fn standard_input_goes_to_standard_output() {
    let folder = folder(&[("a.mwf", UGLY)]);
    let output = fmt(folder.path(), &["-"], UGLY);
    assert_eq!((code(&output), stdout(&output)), (0, CANONICAL));
    assert_eq!(read(&folder, "a.mwf"), UGLY);
    let output = fmt(folder.path(), &["-"], BROKEN);
    assert_eq!((code(&output), stdout(&output)), (1, ""));
    let output = fmt(folder.path(), &["--check", "-"], UGLY);
    assert_eq!((code(&output), stdout(&output)), (1, "- is not in canonical form\n"));
}

#[test]
fn a_file_that_is_not_there() {
    let output = fmt(folder(&[]).path(), &["none.mwf"], "");
    assert_eq!((code(&output), stdout(&output)), (2, ""));
    assert!(stderr(&output).contains("none.mwf"), "{}", stderr(&output));
}

#[test]
fn the_starter_project_is_in_canonical_form() {
    let folder = folder(&[]);
    let init = Command::cargo_bin("mispflow").unwrap().current_dir(folder.path()).arg("init").output().unwrap();
    assert_eq!(code(&init), 0);
    let output = fmt(folder.path(), &["--diff"], "");
    assert_eq!((code(&output), stdout(&output)), (0, ""));
}
