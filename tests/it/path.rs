//! `mispflow path` from outside.

use std::fs;
use std::process::Output;

use assert_cmd::Command;
use tempfile::TempDir;

const EVENT: &str = r#"{"Event": {"info": "Test", "Org": {"name": null}, "Galaxy": [], "Tag": [{"name": "tlp:red"}],
    "Attribute": [{"type": "ip-dst", "value": "198.51.100.1"}, {"type": "url", "value": "http://x.example"}]}}"#;

fn path(arguments: &[&str], input: &str) -> Output {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("event.json"), EVENT).unwrap();
    let mut command = Command::cargo_bin("mispflow").unwrap();
    command.current_dir(folder.path()).arg("path").args(arguments).write_stdin(input).output().unwrap()
}

fn found(arguments: &[&str]) -> String {
    let output = path(arguments, "");
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    assert!(output.stderr.is_empty());
    String::from_utf8(output.stdout).unwrap()
}

/// What is said when nothing is found.
fn nothing(expression: &str, file: &str) -> String {
    let output = path(&["-q", expression, file], EVENT);
    assert_eq!(output.status.code(), Some(1), "{expression}");
    assert!(output.stdout.is_empty(), "{expression}");
    String::from_utf8(output.stderr).unwrap()
}

#[test]
fn matches_are_printed_as_json() {
    assert_eq!(found(&["Event.info", "event.json"]), "[\n  \"Test\"\n]\n");
    assert_eq!(found(&["Event.Attribute.{n}[type=url].value", "event.json"]), "[\n  \"http://x.example\"\n]\n");
    // What a plain path leads to keeps its keys.
    assert_eq!(found(&["Event.Tag.0", "event.json"]), "{\n  \"name\": \"tlp:red\"\n}\n");
    let output = path(&["Event.info", "-"], EVENT);
    assert_eq!(output.stdout, b"[\n  \"Test\"\n]\n");
}

#[test]
fn an_event_is_normalised_unless_told_otherwise() {
    let inherited = "Event._AttributeFlattened.{n}._allTags.{n}[inherited=1].name";
    assert_eq!(found(&[inherited, "event.json"]), "[\n  \"tlp:red\",\n  \"tlp:red\"\n]\n");
    let output = path(&["--no-normalise", inherited, "event.json"], "");
    assert_eq!(output.status.code(), Some(1));
    // Anything else is taken as it is.
    let output = path(&["Log.model", "-"], r#"{"Log": {"model": "User"}}"#);
    assert_eq!(output.stdout, b"[\n  \"User\"\n]\n");
}

#[test]
fn the_segment_that_left_nothing_is_shown() {
    for (expression, caret, words) in [
        (
            "Event.infos",
            "      ^^^^^\n",
            &["there is no `infos` here", "an object with `info`, `Org`", "did you mean `info`?"][..],
        ),
        ("Event.Tag.name", "          ^^^^\n", &["a list with one entry", "`Event.Tag.{n}.name`"]),
        ("Attribute.{n}", "^^^^^^^^^\n", &["an object with `Event`", "`Event.Attribute.{n}`"]),
        ("Event.Org.name", "          ^^^^\n", &["`name` is null here"]),
        ("Event.info[x=1]", "          ^^^^^\n", &["a test keeps only lists and objects", "\"Test\""]),
        ("Event.Galaxy", "      ^^^^^^\n", &["`Galaxy` is there, and empty"]),
        ("Event.{n}", "      ^^^\n", &["there are no numbered entries to visit"]),
        (
            "Event.Attribute.{n}[type=ip-src].value",
            "                   ^^^^^^^^^^^^^\n",
            &["nothing passes this test: 2 values tried", "`type` is \"ip-dst\", \"url\" here"],
        ),
        ("Event.Attribute.{n}[typ=url]", "                   ^^^^^^^^^\n", &["none has `typ`", "did you mean `type`?"]),
        ("Event.Attribute.{n}.Tg", "                    ^^\n", &["2 values with `type`, `value`"]),
    ] {
        let said = nothing(expression, "event.json");
        assert!(said.contains("error[no-match]"), "{said}");
        for word in words.iter().chain([&caret]) {
            assert!(said.contains(word), "{expression}: {word:?} in {said}");
        }
    }
}

#[test]
fn a_malformed_path_is_an_error() {
    let said = nothing("Event..info", "event.json");
    assert!(said.contains("error[invalid-hash-path]: the hash path has an empty segment"), "{said}");
    let said = nothing("Event.Tag.{n}[name=/(/]", "event.json");
    assert!(said.contains("no value ever matches"), "{said}");
}

#[test]
fn what_cannot_be_read_is_an_error() {
    let output = path(&["a", "-"], "{\n  \"a\": [1,}\n");
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("error[invalid-json]: this is not JSON") && said.contains("-:2:11"), "{said}");

    let output = path(&["a", "missing.json"], "");
    assert_eq!(output.status.code(), Some(2));
    let output = path(&["a", "-"], "1");
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("MISP cannot follow the hash path here"), "{said}");
    let output = path(&["a", "-"], &"[".repeat(100_000));
    assert_eq!(output.status.code(), Some(1));
    let output = path(&[&"a.".repeat(5_000), "event.json"], "");
    assert_eq!(output.status.code(), Some(1));
}
