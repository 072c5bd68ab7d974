//! Blueprints that are not ours to keep here: the folder that `MISPFLOW_TEST_BLUEPRINTS` names, with those that come with
//! MISP, for example. They go to text and back by the program.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::program::{mispflow, shown};

/// The exported files; none where the variable is not set.
fn blueprints() -> Vec<PathBuf> {
    let Some(folder) = std::env::var_os("MISPFLOW_TEST_BLUEPRINTS") else {
        eprintln!("skipped: MISPFLOW_TEST_BLUEPRINTS names no folder with exported blueprints");
        return Vec::new();
    };
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    assert!(!files.is_empty(), "{} holds no blueprint", folder.display());
    files
}

/// The text that `import` writes, and what it says.
fn imported(folder: &Path, file: &Path, arguments: &[&str]) -> (String, String) {
    let output = mispflow(folder, &[&["import", file.to_str().unwrap()], arguments].concat());
    let (code, text, messages) = shown(&output);
    assert_eq!(code, 0, "{}: {messages}", file.display());
    (text.to_owned(), messages.to_owned())
}

#[test]
fn exact_texts_are_the_same_graphs() {
    let folder = TempDir::new().unwrap();
    for file in blueprints() {
        let (text, _) = imported(folder.path(), &file, &["--exact"]);
        fs::write(folder.path().join("exact.mwf"), text).unwrap();
        let output = mispflow(folder.path(), &["diff", file.to_str().unwrap(), "exact.mwf"]);
        assert_eq!(shown(&output).0, 0, "{}: {}", file.display(), shown(&output).1);
    }
}

#[test]
fn only_what_a_run_needs_is_absent() {
    let folder = TempDir::new().unwrap();
    for file in blueprints() {
        let (text, messages) = imported(folder.path(), &file, &[]);
        let absent = text.matches(": absent").count();
        assert_eq!(messages.matches("is kept as it is: ").count(), absent, "{}: {text}\n{messages}", file.display());
        fs::write(folder.path().join("text.mwf"), &text).unwrap();
        let output = mispflow(folder.path(), &["check", "--format", "concise", "text.mwf"]);
        let (code, found, _) = shown(&output);
        assert_eq!(code, 0, "{}: {found}", file.display());
        assert_eq!(found.matches("[empty-value-replaced]").count(), absent, "{}: {found}", file.display());
    }
}
