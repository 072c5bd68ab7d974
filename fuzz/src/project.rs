//! Files of a project: the project file itself, catalogues, taxonomies, answers.

use std::path::Path;

use mispflow::base::source::Sources;
use mispflow::catalogue::{Catalogue, ServerFacts};
use mispflow::compile::Workspace;
use mispflow::misp;
use mispflow::project::{MemoryFiles, Project, catalogues, load_source};
use mispflow::simulate::answers::{Targets, read_answers};

use super::{parts, show};

const TEXT: &str = "import \"other.mwf\"\nworkflow w on event-publish {\n    if event tagged any [\"tlp:red\"] {\n        \
    stop-execution()\n    }\n    webhook(url: \"https://a.example\", payload: \"x\")\n}\n";

/// Any project is read, and a workflow is checked with what is left of it.
///
/// The parts are `mispflow.toml`, `modules.json`, `taxonomies.json`, `other.mwf` and answers.
pub fn project(input: &str) {
    let [toml, modules, taxonomies, other, answers] = parts(input);
    let mut files = MemoryFiles::new();
    for (name, content) in [
        ("mispflow.toml", toml),
        ("modules.json", modules),
        ("taxonomies.json", taxonomies),
        ("other.mwf", other),
        ("main.mwf", TEXT),
    ] {
        files.insert(name, content);
    }
    let sources = Sources::new();
    let mut diagnostics = Vec::new();
    let load = |name: &str| load_source(&sources, &files, Path::new(name), name).expect("it is there");
    let project = Project::read(&sources, load("mispflow.toml"), Path::new(""), &mut diagnostics);
    let targets = [project.target()];
    let catalogues = catalogues(&sources, &files, &project, &targets, &mut diagnostics);
    let workspace = Workspace::load(&sources, &files, &[load("main.mwf")], &catalogues[0]).for_target(targets[0]);
    diagnostics.extend(workspace.compile().diagnostics);
    project.lints.apply(&mut diagnostics);
    show(&sources, &diagnostics);
    let graph = r#"{"4": {"id": 4, "data": {"id": "webhook", "module_type": "action"}, "outputs": {}}}"#;
    let read = misp::read(graph).expect("a graph");
    let targets = Targets { graph: &read.documents[0].graph, labels: &[("tell", 4)] };
    let _ = read_answers(answers, &targets, Catalogue::built_in(), ServerFacts::default());
}
