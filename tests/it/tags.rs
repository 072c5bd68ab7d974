//! Taxonomies from files and the tags of a server, from outside.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Output;

use assert_cmd::Command;
use mispflow::base::source::Sources;
use mispflow::compile::Workspace;
use mispflow::diagnostics::{Code, Diagnostic};
use mispflow::project::{MemoryFiles, Project, catalogue};
use tempfile::TempDir;

const TEAM: &str = r#"{"our-team": {"exclusive": true, "tags": ["our-team:open", "our-team:closed"]}}"#;

fn mispflow(folder: &Path, arguments: &[&str]) -> Output {
    Command::cargo_bin("mispflow").unwrap().current_dir(folder).args(arguments).output().unwrap()
}

fn messages(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

fn project(settings: &str, files: &[(&str, &str)]) -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("mispflow.toml"), format!("[project]\n{settings}\n")).unwrap();
    for (name, content) in files {
        fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

/// A server's answer with these tags in one of its modules.
fn answer(tags: &[&str]) -> String {
    let tags = serde_json::to_string(tags).unwrap();
    format!(
        r#"[{{"id": "tag_operation", "name": "Tag operation", "module_type": "action", "version": "0.2", "outputs": 1,
            "support_filters": true, "expect_misp_core_format": true, "params": [
            {{"id": "scope", "type": "select", "default": "event", "options": {{"event": "Event", "attribute": "Attributes"}}}},
            {{"id": "action", "type": "select", "default": "add", "options": {{"add": "Add", "remove": "Remove"}}}},
            {{"id": "tags", "label": "Tags", "type": "picker", "multiple": true, "options": {tags}}}]}}]"#
    )
}

#[test]
fn every_verb_knows_the_taxonomies_of_the_project() {
    let text =
        "workflow mark on event-after-save-new {\n    tag_operation(scope: event, tags: [\"our-team:opne\"])\n}\n";
    let folder = project(r#"taxonomies = ["team.json"]"#, &[("team.json", TEAM), ("mark.mwf", text)]);
    let folder = folder.path();
    let warning = "the taxonomy `our-team` has no tag `our-team:opne`";
    for arguments in [
        &["check"][..],
        &["check", "--target", "misp-2.5.0", "--target", "misp-2.5.1"],
        &["build", "-o", "out"],
        // What was just built.
        &["check", "out/mark.json"],
    ] {
        let output = mispflow(folder, arguments);
        assert_eq!(output.status.code(), Some(0), "{}", messages(&output));
        assert_eq!(messages(&output).matches(warning).count(), 1, "{arguments:?}:\n{}", messages(&output));
    }
    let output = mispflow(folder, &["check", "out/mark.json"]);
    assert!(messages(&output).contains("in the JSON this is `"), "{}", messages(&output));
    let output = mispflow(folder, &["check", "--fix", "--unsafe", "mark.mwf"]);
    assert_eq!(output.status.code(), Some(0), "{}", messages(&output));
    assert_eq!(fs::read_to_string(folder.join("mark.mwf")).unwrap(), text.replace("opne", "open"));
}

#[test]
fn a_broken_file_stops_a_build() {
    let text = "workflow mark on event-after-save-new {\n    push-zmq()\n}\n";
    let folder = project(r#"taxonomies = ["team.json"]"#, &[("team.json", "[]"), ("mark.mwf", text)]);
    let output = mispflow(folder.path(), &["build"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(messages(&output).contains("error[invalid-taxonomy]"), "{}", messages(&output));
    assert!(!folder.path().join("build").exists());
}

#[test]
fn the_last_catalogue_that_lists_tags_counts() {
    let text = "workflow mark on event-after-save-new {\n    tag_operation(scope: event, tags: [\"a\", \"b\", \"tlp:ex:internal\", \"TLP:RED\"])\n}\n";
    let folder = project(
        r#"catalogues = ["old.json", "new.json", "empty.json"]"#,
        &[
            ("old.json", &answer(&["a"])),
            ("new.json", &answer(&["b", "tlp:ex:internal", "tlp:red"])),
            ("empty.json", &answer(&[])),
            ("mark.mwf", text),
        ],
    );
    let folder = folder.path();
    let output = mispflow(folder, &["check", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let found: Vec<_> = report["diagnostics"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| (finding["code"].as_str().unwrap(), finding["message"].as_str().unwrap()))
        .collect();
    let message = |tag: &str| format!("the catalogue `new.json` does not list the tag `{tag}`");
    assert_eq!(found, [("unknown-tag", &*message("a")), ("unknown-tag", &*message("TLP:RED"))]);
    // Tags are built as they are written.
    let output = mispflow(folder, &["build", "-o", "-"]);
    assert!(std::str::from_utf8(&output.stdout).unwrap().contains("TLP:RED"), "{output:?}");
}

/// What is found in a workflow that sets these tags, with this file of taxonomies.
fn found(taxonomies: &str, tags: &[String]) -> Vec<Diagnostic> {
    let sources = Sources::new();
    let mut files = MemoryFiles::new();
    files.insert("taxonomies.json", taxonomies);
    let settings = sources.add("mispflow.toml", None, "[project]\ntaxonomies = [\"taxonomies.json\"]");
    let mut diagnostics = Vec::new();
    let project = Project::read(&sources, settings, Path::new(""), &mut diagnostics);
    let catalogue = catalogue(&sources, &files, &project, &mut diagnostics);
    let mut text = "workflow mark on event-after-save-new {\n".to_owned();
    for tag in tags {
        writeln!(text, "    tag_operation(scope: attribute, tags: [{}])", serde_json::Value::from(tag.as_str()))
            .unwrap();
    }
    let file = sources.add("mark.mwf", None, text + "}\n");
    diagnostics.extend(Workspace::load(&sources, &files, &[file], &catalogue).compile().diagnostics);
    diagnostics
}

/// As many taxonomies and tags as MISP comes with.
fn large_file() -> String {
    let taxonomies: Vec<_> = (0..183)
        .map(|taxonomy| {
            let tags: Vec<_> = (0..73).map(|tag| format!(r#""space-{taxonomy}:kind=\"value-{tag}\"""#)).collect();
            format!(r#""space-{taxonomy}": {{"version": 1, "exclusive": false, "tags": [{}]}}"#, tags.join(", "))
        })
        .collect();
    format!("{{{}}}", taxonomies.join(",\n"))
}

#[test]
fn thousands_of_tags_of_a_large_file() {
    let tag = |number: usize, value: &str| format!("space-{}:kind=\"{value}-{}\"", number % 183, number % 73);
    let mut tags: Vec<_> = (0..2000).map(|number| tag(number, "value")).collect();
    assert_eq!(found(&large_file(), &tags), []);
    tags.extend((0..1000).map(|number| tag(number, "Value")));
    tags.push("space-7:kind=\"valeu-12\"".to_owned());
    let found = found(&large_file(), &tags);
    assert_eq!(found.len(), 1001);
    assert!(found.iter().all(|finding| finding.code == Code::UnknownTag));
    // Capitals are seen in all of them.
    assert!(found[..1000].iter().all(|finding| finding.fix.is_some()));
    assert_eq!(found[1000].help, ["did you mean `space-7:kind=\"value-12\"`?"]);
}

#[test]
fn hostile_files_come_to_an_end() {
    let namespaces: Vec<_> = (0..20_000).map(|number| format!(r#""space{number:05}": {{"tags": []}}"#)).collect();
    let tags: Vec<_> = (0..5_000).map(|number| format!("spice{number:05}:x")).collect();
    assert_eq!(found(&format!("{{{}}}", namespaces.join(",")), &tags), []);

    let values: Vec<_> = (0..10_000).map(|number| format!(r#""one:{number:070}""#)).collect();
    let tags: Vec<_> = (0..2_000).map(|number| format!("one:{number:069}x")).collect();
    let file = format!(r#"{{"one": {{"tags": [{}]}}}}"#, values.join(","));
    assert_eq!(found(&file, &tags).len(), 2_000);

    for broken in ["{\"a\": ".repeat(200_000), "[".repeat(200_000), "{\"a\"".to_owned(), "\u{0}".to_owned()] {
        let found = found(&broken, &[]);
        assert!(found.iter().any(|finding| finding.code == Code::InvalidTaxonomy), "{found:?}");
    }
}
