//! Near misses: files that look much like those in `tests/findings` and are right as they are.
//!
//! `tests/findings-silent/CODE.mwf`, or `CODE/main.mwf` with a project file beside it, must bring no finding at all, least
//! of all CODE. Every lint has one.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use codespan_reporting::term::termcolor::NoColor;
use mispflow::base::source::Sources;
use mispflow::compile::Workspace;
use mispflow::diagnostics::{Code, write_terminal};
use mispflow::project::{DiskFiles, Project, catalogues, load_source};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/findings-silent")
}

/// The files with the codes that they are named after.
fn cases() -> Vec<(Code, PathBuf)> {
    let mut cases: Vec<_> = fs::read_dir(root())
        .unwrap()
        .map(|entry| {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            let begins = |code: &&Code| {
                name.strip_prefix(code.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
            };
            let code = Code::ALL.iter().filter(begins).max_by_key(|code| code.as_str().len());
            (*code.unwrap_or_else(|| panic!("`{name}` begins with no code")), path)
        })
        .collect();
    cases.sort();
    cases
}

#[test]
fn near_misses_are_silent() {
    let mut problems = Vec::new();
    for (code, path) in cases() {
        let sources = Sources::new();
        let mut diagnostics = Vec::new();
        let mut project = Project::without_file(Path::new(""));
        let file = if path.is_dir() {
            let toml = load_source(&sources, &DiskFiles, &path.join("mispflow.toml"), "mispflow.toml").unwrap();
            project = Project::read(&sources, toml, &path, &mut diagnostics);
            path.join("main.mwf")
        } else {
            path
        };
        let targets = [project.target()];
        let catalogues = catalogues(&sources, &DiskFiles, &project, &targets, &mut diagnostics);
        let root = load_source(&sources, &DiskFiles, &file, file.file_name().unwrap().to_str().unwrap()).unwrap();
        let workspace = Workspace::load(&sources, &DiskFiles, &[root], &catalogues[0]).for_target(targets[0]);
        let mut found = workspace.compile().diagnostics;
        // Near misses of several workflows may share a trigger.
        found.retain(|finding| {
            finding.code != Code::DuplicateTrigger
                && (finding.code != Code::NeedsTemplateService || code == Code::NeedsTemplateService)
        });
        if !found.is_empty() {
            let mut out = NoColor::new(Vec::new());
            write_terminal(&sources, &found, &mut out).unwrap();
            problems.push(format!("{code}:\n{}", String::from_utf8(out.into_inner()).unwrap()));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// The lints: the codes from the first trap on.
#[test]
fn every_lint_has_a_near_miss() {
    let cases: BTreeSet<Code> = cases().into_iter().map(|(code, _)| code).collect();
    let first = Code::ALL.iter().position(|&code| code == Code::StaleTag).unwrap();
    for code in &Code::ALL[first..] {
        assert!(cases.contains(code), "`{code}` has no near miss");
    }
}
