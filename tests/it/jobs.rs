//! On any number of threads the program says and writes the same.

use std::fs;
use std::path::Path;

use crate::program::{add, code, folder, mispflow, shown, stderr, stdout};

/// Enough files for threads to be worth their cost.
const FILES: usize = 64;

/// A project of files with a workflow each, which ends in `extra`.
fn project(extra: impl Fn(usize) -> String) -> tempfile::TempDir {
    let here = folder(&[("mispflow.toml", ""), ("common/tags.mwf", "let restricted = [\"tlp:red\", \"PAP:RED\"]\n")]);
    for number in 0..FILES {
        let extra = extra(number);
        let text = format!(
            "# {padding}\nimport \"../common/tags.mwf\"\n\nworkflow guard-{number} on trigger-{number} {{\n    \
             if event tagged any restricted {{\n        stop-execution(message: \"Not out {number}\")\n    }} else {{\n        \
             push-zmq()\n    }}\n{extra}}}\n\nmodule trigger-{number} : trigger {{\n    blocking: true\n    \
             core-format: true\n}}\n",
            padding = "x".repeat(300),
        );
        add(here.path(), &format!("workflows/w{number:03}.mwf"), &text);
    }
    here
}

/// Everything that lies in a folder.
fn written(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let Ok(entries) = fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<_> = entries
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

/// Calls the program with 1, 2 and 16 threads, compares what it says and writes, and gives what it said.
fn same_everywhere(here: &Path, arguments: &[&str]) -> (i32, String, String) {
    let mut first = None;
    for jobs in ["1", "2", "16"] {
        let build = here.join("build");
        let _ = fs::remove_dir_all(&build);
        let done = mispflow(here, &[&["--jobs", jobs], arguments].concat());
        let now = (code(&done), stdout(&done).to_owned(), stderr(&done).to_owned(), written(&build));
        match &first {
            None => first = Some(now),
            Some(first) => assert!(*first == now, "{arguments:?} with {jobs} threads:\n{}\n{}", now.1, now.2),
        }
    }
    first.map(|(code, out, messages, _)| (code, out, messages)).unwrap()
}

#[test]
fn without_mistakes() {
    let here = project(|_| String::new());
    let (code, out, messages) = same_everywhere(here.path(), &["check", "--format", "json"]);
    assert_eq!(code, 0, "{out:.2000}{messages:.2000}");
    let (code, _, messages) = same_everywhere(here.path(), &["build"]);
    assert_eq!(code, 0, "{messages}");
    mispflow(here.path(), &["build", "-o", "exported"]);
    assert_eq!(written(&here.path().join("exported")).len(), FILES);
    let (code, _, messages) = same_everywhere(here.path(), &["check", "exported"]);
    assert_eq!(code, 0, "{messages}");
    let (code, out, _) = same_everywhere(here.path(), &["fmt", "--diff"]);
    assert_eq!(code, 0, "{out}");
}

#[test]
fn with_many_mistakes() {
    // Too many for all of them to get a suggestion, a list that is missing everywhere, tags with a typo, lines to rewrite.
    let here = project(|_| {
        String::from(
            "    stop-executon()\n    push-zmqq()\n    publish-evnt()\n      tag_operation(scope: event, action: add, locality: local, \
             tags: [\"tlp:gren\"])\n    if Event.info in lines(\"missing.txt\") {\n        push-zmq()\n    }\n",
        )
    });
    let (code, out, _) = same_everywhere(here.path(), &["check", "--format", "concise"]);
    assert_eq!(code, 1);
    assert_eq!(out.matches("[unknown-module]").count(), 3 * FILES, "{out:.2000}");
    assert_eq!(out.matches("missing.txt").count(), 1, "{out:.2000}");
    let (_, out, _) = same_everywhere(here.path(), &["check", "--format", "json"]);
    let findings: serde_json::Value = serde_json::from_str(&out).unwrap();
    let suggested = |finding: &&serde_json::Value| finding["code"] == "unknown-module" && !finding["fix"].is_null();
    let findings = findings["diagnostics"].as_array().unwrap();
    assert_eq!(findings.iter().filter(suggested).count(), 100, "as many as there are suggestions");
    let (code, out, _) = same_everywhere(here.path(), &["fmt", "--diff"]);
    assert_eq!((code, out.matches("+    tag_operation").count()), (1, FILES));
}

#[test]
fn with_templates_that_could_take_long() {
    let here = project(|number| {
        (0..5).fold(String::new(), |text, step| {
            text + &format!("    webhook(url: \"https://a.example/{{{{ {number}0{step}00 * 7 }}}}\")\n")
        })
    });
    let (code, out, messages) = same_everywhere(here.path(), &["check", "--format", "concise"]);
    assert_eq!(code, 0, "{out:.2000}{messages:.2000}");
}

#[test]
fn a_number_of_threads_is_at_least_one() {
    let here = folder(&[("a.mwf", "let a = 1\n")]);
    let done = mispflow(here.path(), &["check", "--jobs", "0"]);
    let (code, out, messages) = shown(&done);
    assert_eq!((code, out), (2, ""));
    assert!(
        messages.contains("invalid value '0' for '--jobs <N>': a number of threads is wanted, at least 1"),
        "{messages}"
    );
    assert_eq!(code_of(here.path(), "many"), 2);
    assert_eq!(code_of(here.path(), "1000000000"), 0);
}

fn code_of(here: &Path, jobs: &str) -> i32 {
    code(&mispflow(here, &["check", "-j", jobs]))
}
