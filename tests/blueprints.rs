//! Blueprints across files.

use std::path::Path;

use mispflow::catalogue::Catalogue;
use mispflow::compile::Workspace;
use mispflow::project::MemoryFiles;
use mispflow::source::Sources;

/// The frames of the only workflow of `main.mwf`, inner ones first.
fn frames(main: &str, others: &[(&str, &str)]) -> Vec<String> {
    let mut files = MemoryFiles::new();
    for (name, text) in others {
        files.insert(*name, *text);
    }
    let sources = Sources::new();
    let root = sources.add("main.mwf", Some(Path::new("main.mwf")), main);
    let workspace = Workspace::load(&sources, &files, &[root], Catalogue::built_in());
    let compilation = workspace.compile();
    assert!(!compilation.has_errors(), "{:#?}", compilation.diagnostics);
    let graph = &compilation.documents.last().unwrap().document.graph;
    graph.frames.iter().map(|frame| frame.text.clone().into_owned()).collect()
}

#[test]
fn blueprints_of_different_files_may_have_the_same_name() {
    let main = r#"
        import "lib.mwf"
        blueprint common(tags: list) { use lib() if event tagged any tags { publish-event() } }
        workflow share on event-after-save { use common(tags: ["tlp:clear"]) }
    "#;
    let lib = r#"import "other.mwf" blueprint lib() { use common() }"#;
    let other = "blueprint common() { push-zmq() }";
    assert_eq!(frames(main, &[("lib.mwf", lib), ("other.mwf", other)]), ["common", "lib", "common"]);
}

#[test]
fn a_frame_has_the_name_that_a_constant_gives_the_blueprint() {
    let main = r#"
        import "lib.mwf"
        let prefix = "not this one"
        workflow share on event-publish { use send() }
    "#;
    let lib = r#"
        let team = "SOC"
        blueprint send() { name: "Send to " + team push-zmq() }
    "#;
    assert_eq!(frames(main, &[("lib.mwf", lib)]), ["Send to SOC"]);
}
