//! Reports for other programs, and what an old collection needs to be adopted.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};

use crate::program::{folder, mispflow, shown};

const OLD: &str = "workflow old on event-publish {\n    push-zmq(\"odd\": \"1\")\n    push-zmq(\"odd\": \"1\")\n}\n";

#[test]
fn one_line_a_finding() {
    let files = folder(&[("a.mwf", OLD), ("b.mwf", "workflow b on event-publis {\n}\n")]);
    let output = mispflow(files.path(), &["check", "--format", "concise", "a.mwf", "b.mwf", "c.mwf"]);
    let (code, found, messages) = shown(&output);
    assert_eq!((code, messages), (2, ""));
    let starts: Vec<_> = found.lines().map(|line| line.split(": ").take(2).collect::<Vec<_>>().join(": ")).collect();
    assert_eq!(
        starts,
        [
            "error[unreadable-file]: `c.mwf` cannot be read",
            "a.mwf:2:14: warning[kept-parameter]",
            "a.mwf:3:14: warning[kept-parameter]",
            "b.mwf:1:15: error[unknown-trigger]",
        ]
    );
}

#[test]
fn junit_of_findings() {
    let files = folder(&[("a.mwf", OLD), ("good.mwf", "workflow good on event-after-save {\n    push-zmq()\n}\n")]);
    let output = mispflow(files.path(), &["check", "--format", "junit", "a.mwf"]);
    let (code, xml, messages) = shown(&output);
    assert_eq!((code, messages), (0, ""));
    assert!(xml.contains(r#"tests="2" skipped="0" failures="0""#), "{xml}");
    let output = mispflow(files.path(), &["check", "--format", "junit", "--deny", "warnings", "a.mwf"]);
    assert_eq!(shown(&output).0, 1);
    assert!(shown(&output).1.contains(r#"tests="2" skipped="0" failures="2""#), "{output:?}");
    let output = mispflow(files.path(), &["check", "--format", "junit", "good.mwf"]);
    assert!(shown(&output).1.contains(r#"<testcase name="no findings"/>"#), "{output:?}");
    // Tests that cannot run give a report too.
    let output = mispflow(files.path(), &["test", "--format", "junit", "--filter", "nothing"]);
    let (code, xml, messages) = shown(&output);
    assert_eq!(code, 1);
    assert!(xml.contains("<failure") && xml.contains("no-tests") && xml.ends_with("</testsuites>\n"), "{xml}");
    assert!(messages.contains("error[no-tests]"), "{messages}");
}

#[test]
fn statistics() {
    let files = folder(&[("a.mwf", OLD), ("b.mwf", "workflow b on event-publis {\n}\n")]);
    let output = mispflow(files.path(), &["check", "--statistics"]);
    let (code, counts, messages) = shown(&output);
    assert_eq!((code, messages), (1, ""));
    let lines: Vec<_> = counts.lines().collect();
    assert_eq!(lines.len(), 2, "{counts}");
    assert!(lines[0].starts_with("2  warning  kept-parameter   "), "{counts}");
    assert!(lines[1].starts_with("1  error    unknown-trigger  "), "{counts}");
    let output = mispflow(files.path(), &["check", "--statistics", "--format", "json"]);
    assert_eq!(
        shown(&output).1,
        "[{\"code\":\"kept-parameter\",\"severity\":\"warning\",\"count\":2},{\"code\":\"unknown-trigger\",\"severity\":\"error\",\"count\":1}]\n"
    );
    assert_eq!(shown(&mispflow(files.path(), &["check", "--statistics", "--format", "sarif"])).0, 2);
}

#[test]
fn an_old_collection_is_adopted() {
    let settings = "[project]\nbaseline = \"known.json\"\n\n[lints]\nwarnings = \"deny\"\n";
    let files = folder(&[("p/mispflow.toml", "[lints]\nwarnings = \"deny\"\n"), ("p/flows/old.mwf", OLD)]);
    assert_eq!(shown(&mispflow(files.path(), &["check", "p"])).0, 1);
    // From another folder than that of the project, and without one.
    let output = mispflow(files.path(), &["check", "p", "--write-baseline", "p/known.json"]);
    assert_eq!(
        shown(&output),
        (
            0,
            "",
            "2 findings in `p/known.json`\nadd `baseline = \"known.json\"` to `[project]` in the project file, and only new findings are reported\n"
        )
    );
    fs::write(files.path().join("p/mispflow.toml"), settings).unwrap();
    let known = fs::read_to_string(files.path().join("p/known.json")).unwrap();
    assert!(known.contains(r#"{"file":"flows/old.mwf","code":"kept-parameter","finding":""#), "{known}");
    assert_eq!(shown(&mispflow(files.path(), &["check", "p"])), (0, "", ""));
    assert_eq!(shown(&mispflow(&files.path().join("p/flows"), &["check"])), (0, "", ""));
    assert_eq!(shown(&mispflow(files.path(), &["build", "p", "-q"])).0, 0);
    let output = mispflow(files.path(), &["check", "p", "--write-baseline", "p/known.json"]);
    assert_eq!(shown(&output), (0, "", "2 findings in `p/known.json`\n"));

    // Lines move and are indented in another way; one finding more of the same kind is new.
    let moved = OLD.replace("    push", "\n# about it\n  push");
    fs::write(files.path().join("p/flows/old.mwf"), &moved).unwrap();
    assert_eq!(shown(&mispflow(files.path(), &["check", "p"])), (0, "", ""));
    let more = moved.replacen("  push", "  push-zmq(\"odd\": \"1\")\n  push", 1);
    fs::write(files.path().join("p/flows/old.mwf"), &more).unwrap();
    let output = mispflow(files.path(), &["check", "p", "--format", "concise"]);
    assert_eq!(shown(&output).0, 1);
    assert_eq!(shown(&output).1.lines().count(), 1, "{output:?}");
    // What is gone is told.
    fs::write(files.path().join("p/flows/old.mwf"), OLD.replacen("    push-zmq(\"odd\": \"1\")\n", "", 1)).unwrap();
    let output = mispflow(files.path(), &["check", "p"]);
    assert_eq!(shown(&output), (0, "", "1 finding of the baseline is gone: `--write-baseline` brings it up to date\n"));
}

#[test]
fn a_baseline_hides_no_error_from_a_build_and_no_broken_file() {
    let files = folder(&[
        ("mispflow.toml", "[project]\nbaseline = \"known.json\"\n"),
        ("a.mwf", "workflow a on event-publish {\n    webhok()\n}\n"),
        ("b.mwf", "workflow b on {\n"),
    ]);
    let output = mispflow(files.path(), &["check", "--write-baseline", "known.json"]);
    let (code, _, messages) = shown(&output);
    assert_eq!(code, 1);
    assert!(
        messages.starts_with("1 finding in `known.json`\n") && messages.contains("error[syntax-error]"),
        "{messages}"
    );
    fs::remove_file(files.path().join("b.mwf")).unwrap();
    assert_eq!(shown(&mispflow(files.path(), &["check"])), (0, "", ""));
    let output = mispflow(files.path(), &["build"]);
    assert_eq!(shown(&output).0, 1);
    assert!(shown(&output).2.contains("error[unknown-module]"), "{output:?}");
    for (content, message) in
        [("[]", "`known.json` cannot be used"), ("{\"version\": 7, \"findings\": []}", "its version is 7")]
    {
        fs::write(files.path().join("known.json"), content).unwrap();
        let output = mispflow(files.path(), &["check"]);
        assert_eq!(shown(&output).0, 1);
        assert!(shown(&output).2.contains(message) && shown(&output).2.contains("mispflow.toml:2:12"), "{output:?}");
    }
    fs::remove_file(files.path().join("known.json")).unwrap();
    let output = mispflow(files.path(), &["check"]);
    assert!(shown(&output).2.contains("`known.json` cannot be read: it does not exist"), "{output:?}");
    let files = folder(&[("p/mispflow.toml", "[project]\nbaseline = \"../outside.json\"\n"), ("outside.json", "{}")]);
    let output = mispflow(files.path(), &["check", "p"]);
    assert!(shown(&output).2.contains("error[refused-file]"), "{output:?}");
}

#[test]
fn fixes_can_be_seen_first() {
    let broken = "workflow a on event-publish {\n    webhook(url = \"https://soc.example.org\")\n}\n";
    let files = folder(&[("a.mwf", broken)]);
    let output = mispflow(files.path(), &["check", "--fix", "--diff"]);
    let (code, difference, messages) = shown(&output);
    assert_eq!(code, 1);
    assert_eq!(
        difference,
        "--- a.mwf\n+++ a.mwf\n@@ -1,3 +1,3 @@\n workflow a on event-publish {\n-    webhook(url = \"https://soc.example.org\")\n+    webhook(url: \"https://soc.example.org\")\n }\n"
    );
    assert!(messages.starts_with("would fix  a.mwf:2:17  "), "{messages}");
    assert_eq!(fs::read_to_string(files.path().join("a.mwf")).unwrap(), broken);
    assert_eq!(shown(&mispflow(files.path(), &["check", "--diff"])).0, 2);
    assert_eq!(shown(&mispflow(files.path(), &["check", "--fix", "-q"])).0, 0);
    assert_eq!(shown(&mispflow(files.path(), &["check", "--fix", "--diff"])), (0, "", ""));
}

#[test]
fn what_makes_a_warning_an_error_is_said() {
    let files =
        folder(&[("a.mwf", OLD), ("p/mispflow.toml", "[lints]\nkept-parameter = \"deny\"\n"), ("p/a.mwf", OLD)]);
    for (arguments, reason) in [
        (&["check", "--deny", "warnings", "a.mwf"][..], "`--deny warnings` makes this an error"),
        (&["check", "--deny", "kept-parameter", "a.mwf"], "`--deny kept-parameter` makes this an error"),
        (&["check", "p"], "`kept-parameter = \"deny\"` in the project file makes this an error"),
    ] {
        let output = mispflow(files.path(), arguments);
        assert_eq!(shown(&output).2.matches(reason).count(), 1, "{output:?}");
    }
    assert!(!shown(&mispflow(files.path(), &["check", "a.mwf"])).2.contains("makes this an error"));
}

/// A process that is ended with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Starts `mispflow`, and gives what it says on standard error line by line.
fn start(folder: &Path, arguments: &[&str]) -> (Running, impl Iterator<Item = String> + use<>) {
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin("mispflow"));
    let mut child = command
        .current_dir(folder)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let messages = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    (Running(child), messages)
}

#[test]
fn files_are_watched() {
    let tested = "test \"it runs\" of old {\n    given { Event: {} }\n    expect success\n}\n";
    for verb in ["check", "test"] {
        let files = folder(&[("a.mwf", &format!("{}{tested}", OLD.replace("\"odd\": \"1\"", "")))]);
        let (_process, mut messages) = start(files.path(), &[verb, "--watch"]);
        assert!(messages.any(|line| line.starts_with("watching for changes")));
        fs::write(files.path().join("a.mwf"), format!("{}{tested}", OLD.replace("push-zmq", "push-zmk"))).unwrap();
        assert!(messages.any(|line| line == "changed: `a.mwf`" || line == "changed: `./a.mwf`"));
        assert!(messages.any(|line| line.starts_with("error[unknown-module]")));
        // A new file counts too.
        assert!(messages.any(|line| line.starts_with("watching for changes")));
        fs::write(files.path().join("b.mwf"), "workflow b on event-publis {\n}\n").unwrap();
        assert!(messages.any(|line| line.starts_with("error[unknown-trigger]")));
    }
    let files = folder(&[("a.mwf", OLD)]);
    for arguments in [&["check", "--watch", "-"][..], &["check", "--watch", "--fix"], &["test", "--watch", "-"]] {
        assert_eq!(shown(&mispflow(files.path(), arguments)).0, 2);
    }
}

#[cfg(unix)]
#[test]
fn an_interrupted_replay_tells_its_totals() {
    use std::io::Write as _;

    let files = folder(&[("a.mwf", "workflow a on event-publish {\n    push-zmq()\n}\n")]);
    let (mut process, mut messages) = start(files.path(), &["run", "a.mwf", "--event", "-"]);
    let mut input = process.0.stdin.take().unwrap();
    // A broken entry is told at once, so that all before it was read.
    writeln!(input, "{{\"Event\": {{\"info\": \"1\"}}}}\n{{\"Event\": {{\"info\": \"2\"}}}}\n{{\"Event\": {{}}\n{{\"Event\": {{\"info\": \"3\"}}}}").unwrap();
    assert!(messages.any(|line| line.contains("unusable-event")));
    let id = process.0.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    // Further events wake the reader, until it has ended.
    let feeder = std::thread::spawn(move || while writeln!(input, "{{\"Event\": {{\"info\": \"more\"}}}}").is_ok() {});
    let rest: Vec<String> = messages.collect();
    assert_eq!(process.0.wait().unwrap().code(), Some(130));
    feeder.join().unwrap();
    assert!(rest.iter().any(|line| line.starts_with("interrupted: ")), "{rest:?}");
    assert!(rest.iter().any(|line| line.contains(" events: ") && line.contains("1 unusable")), "{rest:?}");
}
