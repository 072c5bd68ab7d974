//! Project files, catalogues, taxonomies and answers that nest and repeat.

use std::path::Path;

use mispflow::base::source::Sources;
use mispflow::catalogue::{Catalogue, ServerFacts};
use mispflow::compile::Workspace;
use mispflow::diagnostics::Diagnostic;
use mispflow::misp;
use mispflow::project::{MemoryFiles, Project, catalogues, load_source};
use mispflow::simulate::answers::{Targets, read_answers};

use super::random::{Below, one_of, size, thousand};
use super::workflow;

/// JSON with something in it that nests or repeats.
fn json(below: Below<'_>, keys: &[&str]) -> String {
    let key = one_of(keys, below);
    let (open, close) =
        [("[", "]"), ("{\"a\":", "}"), ("[{\"params\":", "}]"), ("{\"options\":{\"x\":", "}}")][below(4) as usize];
    let count = size(below) * (1 + 999 * usize::from(below(10) == 0));
    let closed = if below(4) > 0 { count } else { size(below) };
    let inner = one_of(&["1", "null", "\"x\"", "1e999", "", "\"\\ud800\"", "\"\u{202e}\""], below);
    let deep = format!("{}{inner}{}", open.repeat(count), close.repeat(closed));
    let repeated =
        format!("[{}]", vec![one_of(&["1", "{}", "\"x\"", "[]", "{\"id\":\"x\"}"], below); size(below)].join(","));
    let value = if below(3) > 0 { deep } else { repeated };
    match below(4) {
        0 => value,
        1 => format!("[{{\"id\": \"webhook\", \"module_type\": \"action\", \"{key}\": {value}}}]"),
        2 => format!("{{\"{key}\": {value}}}"),
        _ => format!("{{\"response\": [{{\"{key}\": {value}}}]}}"),
    }
}

fn toml(below: Below<'_>) -> String {
    let count = size(below) * (1 + 999 * usize::from(below(10) == 0));
    let table = one_of(&["project", "lints", "server.a", "target", "x"], below);
    match below(8) {
        0 => format!("[project]\ncatalogues = {}{}", "[".repeat(count), "]".repeat(count)),
        1 => format!("[{table}]\nx = {}1{}", "{a = ".repeat(count), "}".repeat(count)),
        2 => format!("[{}]\nx = 1", vec!["a"; count].join(".")),
        3 => format!("{} = 1", vec!["a"; count].join(".")),
        4 => format!("[{table}]\n").repeat(count.min(2_000)),
        5 => format!("[{table}]\ncatalogues = [{}]", vec!["\"modules.json\""; count.min(300)].join(", ")),
        6 => format!("x = {}", one_of(&["\"", "'", "\"\"\"", "#", "1_", "9", "[[", "0x"], below).repeat(count)),
        _ => format!(
            "[{table}]\n\"{}\" = {}",
            "x".repeat(count),
            one_of(&["inf", "nan", "1e999", "1979-05-27", "[1,", "true"], below)
        ),
    }
}

#[test]
fn settings_of_any_form() {
    thousand(|below| {
        let project = "[project]\ncatalogues = [\"modules.json\"]\ntaxonomies = [\"taxonomies.json\"]\n";
        let project = if below(2) == 0 { project.to_owned() } else { toml(below) };
        let given = project.len();
        let mut files = MemoryFiles::new();
        files.insert("mispflow.toml", project.as_str());
        files.insert("modules.json", json(below, &["params", "options", "id", "name", "inputs", "disabled", "Tag"]));
        files.insert("taxonomies.json", json(below, &["predicates", "values", "entry", "namespace", "Tag"]));
        files.insert("w.mwf", workflow("if event tagged any \"tlp:red\" { webhook(url: \"https://a.example\") }"));
        let sources = Sources::new();
        let mut found = Vec::new();
        let load = |name: &str| load_source(&sources, &files, Path::new(name), name).unwrap();
        let project = Project::read(&sources, load("mispflow.toml"), Path::new(""), &mut found);
        let targets = [project.target()];
        let catalogues = catalogues(&sources, &files, &project, &targets, &mut found);
        let workspace = Workspace::load(&sources, &files, &[load("w.mwf")], &catalogues[0]).for_target(targets[0]);
        found.extend(workspace.compile().diagnostics);
        for finding in found.iter().filter(|finding| finding.is_error()) {
            assert!(
                !finding.message.is_empty() && finding.message.len() < 2_000 + 2 * given,
                "{:.500}",
                finding.message
            );
        }
        let answers = json(below, &["webhook", "4", "tell", "server", "misp-modules"]);
        let graph = r#"{"4": {"id": 4, "data": {"id": "webhook", "module_type": "action"}, "outputs": {}}}"#;
        let read = misp::read(graph).unwrap();
        let targets = Targets { graph: &read.documents[0].graph, labels: &[("tell", 4)] };
        let _ = read_answers(&answers, &targets, Catalogue::built_in(), ServerFacts::default());
    });
}

/// What nests too deep in a file of a project is an error with a code.
#[test]
fn deep_settings_are_errors() {
    for depth in [300, 20_000, 1_000_000] {
        let nested = format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        for (project, modules) in [
            ("[project]\ncatalogues = [\"modules.json\"]\n".to_owned(), nested.clone()),
            (
                "[project]\ncatalogues = [\"modules.json\"]\n".to_owned(),
                format!("[{{\"id\": \"x\", \"params\": {nested}}}]"),
            ),
            ("[project]\ntaxonomies = [\"modules.json\"]\n".to_owned(), nested.clone()),
            (format!("[project]\ncatalogues = {nested}\n"), String::new()),
            (format!("[project]\nx = {}1{}\n", "{a = ".repeat(depth), "}".repeat(depth)), String::new()),
        ] {
            let mut files = MemoryFiles::new();
            files.insert("mispflow.toml", project.as_str());
            files.insert("modules.json", modules);
            let sources = Sources::new();
            let mut found: Vec<Diagnostic> = Vec::new();
            let file = load_source(&sources, &files, Path::new("mispflow.toml"), "mispflow.toml").unwrap();
            let project_read = Project::read(&sources, file, Path::new(""), &mut found);
            let all = catalogues(&sources, &files, &project_read, &[project_read.target()], &mut found);
            files.insert("w.mwf", workflow("if event tagged any \"tlp:red\" { push-zmq() }"));
            let root = load_source(&sources, &files, Path::new("w.mwf"), "w.mwf").unwrap();
            found.extend(Workspace::load(&sources, &files, &[root], &all[0]).compile().diagnostics);
            assert!(found.iter().any(Diagnostic::is_error), "{depth}: {project:.60}");
        }
    }
}
