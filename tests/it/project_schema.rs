//! The JSON Schema of the project file, which editors take from the repository.

use std::fs;
use std::path::{Path, PathBuf};

use jsonschema::Validator;
use serde_json::Value;

use crate::golden;
use crate::program::{mispflow, stdout};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn validator() -> Validator {
    let schema = fs::read_to_string(root().join("schema/mispflow.schema.json")).unwrap();
    jsonschema::validator_for(&serde_json::from_str(&schema).unwrap()).unwrap()
}

/// The project files in a folder and below.
fn project_files(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.ends_with("mispflow.toml") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

fn is_valid(validator: &Validator, file: &Path) -> bool {
    let text = fs::read_to_string(file).unwrap();
    // What is not TOML at all is for no schema to say.
    toml::from_str::<Value>(&text).is_ok_and(|data| validator.is_valid(&data))
}

#[test]
fn the_file_is_what_the_verb_prints() {
    let output = mispflow(root(), &["schema"]);
    golden::check("schema/mispflow.schema.json", stdout(&output));
}

#[test]
fn the_project_files_of_the_examples_follow_it() {
    let validator = validator();
    let files = [project_files("examples"), project_files("tests/findings-silent")].concat();
    assert!(files.len() > 10, "{files:?}");
    for file in files {
        assert!(is_valid(&validator, &file), "{}", file.display());
    }
}

#[test]
fn what_the_reader_refuses_does_not_follow_it() {
    let validator = validator();
    for file in project_files("tests/findings") {
        let folder = file.parent().unwrap().file_name().unwrap().to_string_lossy();
        // What the schema cannot know: that a file exists, how long a baseline is, which releases there are.
        if folder.starts_with("invalid-project") {
            let findings = fs::read_to_string(root().join(format!("tests/findings/{folder}.txt"))).unwrap();
            assert!(findings.contains("[invalid-project]"), "{folder}");
            let knows = !folder.contains("-target-too-");
            assert_eq!(is_valid(&validator, &file), !knows, "{folder}");
        }
    }
}
