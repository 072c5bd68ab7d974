//! What may be a name, and what names mean across files.

use std::path::Path;

use mispflow::base::source::Sources;
use mispflow::catalogue::Catalogue;
use mispflow::compile::Workspace;
use mispflow::model::Graph;
use mispflow::project::MemoryFiles;

/// What `look` finds in the graph of the only workflow of `main.mwf`.
fn compiled<T>(main: &str, others: &[(&str, &str)], look: impl FnOnce(&Graph<'_>) -> T) -> T {
    let mut files = MemoryFiles::new();
    for (name, text) in others {
        files.insert(*name, *text);
    }
    let sources = Sources::new();
    let root = sources.add("main.mwf", Some(Path::new("main.mwf")), main);
    let workspace = Workspace::load(&sources, &files, &[root], Catalogue::built_in());
    let compilation = workspace.compile();
    assert!(!compilation.has_errors(), "{:#?}", compilation.diagnostics);
    look(&compilation.documents.last().unwrap().document.graph)
}

/// The titles of the frames, inner ones first.
fn frames(main: &str, others: &[(&str, &str)]) -> Vec<String> {
    compiled(main, others, |graph| graph.frames.iter().map(|frame| frame.text.clone().into_owned()).collect())
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

#[test]
fn modules_may_be_named_like_words_of_the_language() {
    let conditions = ["published", "unpublished", "any", "not", "count", "event", "attribute"];
    let actions = ["use", "if", "filter", "goto", "concurrent", "detached", "module", "test"];
    for (kind, names) in [("logic { outputs: 2 }", &conditions[..]), ("action { }", &actions[..])] {
        for name in names {
            let step =
                if kind.starts_with("logic") { format!("if \"{name}\"() {{ }}") } else { format!("\"{name}\"()") };
            let main = format!("module {name} : {kind} workflow share on event-publish {{ {step} }}");
            let module = compiled(&main, &[], |graph| graph.nodes[1].module.clone().into_owned());
            assert_eq!(module, *name);
        }
    }
    // Without quotes where nothing else can be meant.
    for name in ["published", "unpublished", "count", "event", "attribute"] {
        let main =
            format!("module {name} : logic {{ outputs: 2 }} workflow share on event-publish {{ if {name}() {{ }} }}");
        let module = compiled(&main, &[], |graph| graph.nodes[1].module.clone().into_owned());
        assert_eq!(module, name);
    }
}
