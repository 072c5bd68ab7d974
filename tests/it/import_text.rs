//! How imported texts read.

use mispflow::base::source::Sources;
use mispflow::catalogue::Catalogue;
use mispflow::compile::Workspace;
use mispflow::diff::{DiffOptions, compare};
use mispflow::import::{ImportOptions, import_all};
use mispflow::misp;
use mispflow::project::DiskFiles;

/// The text of a file under `tests/import/`, which compiles to what the file holds, with its notes.
fn imported(name: &str, keep_layout: bool) -> String {
    let path = format!("{}/tests/import/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let read = misp::read(&std::fs::read_to_string(path).unwrap()).unwrap();
    let catalogue = Catalogue::built_in();
    let mut shown = String::new();
    let texts = import_all(&read.documents, catalogue, ImportOptions { keep_layout });
    for (document, imported) in read.documents.iter().zip(texts) {
        let sources = Sources::new();
        let file = sources.add("imported.mwf", None, imported.text.clone());
        let workspace = Workspace::load(&sources, &DiskFiles, &[file], catalogue);
        let compilation = workspace.compile();
        assert!(!compilation.has_errors(), "{:#?}\n{}", compilation.diagnostics, imported.text);
        let back = &compilation.documents[0].document;
        let difference = compare(document, back, DiffOptions { catalogue, layout: keep_layout });
        assert!(difference.is_empty(), "{difference}\n{}", imported.text);
        shown.push_str(&imported.text);
        for note in imported.notes {
            shown.push_str(&format!(
                "note{}: {}\n",
                note.node.map(|id| format!(" on node {id}")).unwrap_or_default(),
                note.message
            ));
        }
    }
    shown
}

#[test]
fn joins_inside_filter_scopes() {
    insta::assert_snapshot!(imported("joins", false));
}

#[test]
fn boolean_conditions_and_sugar() {
    insta::assert_snapshot!(imported("conditions", false));
}

#[test]
fn orphans_unknown_modules_and_odd_parameters() {
    insta::assert_snapshot!(imported("odd", false));
}

#[test]
fn the_layout_is_kept() {
    insta::assert_snapshot!(imported("layout", true));
}

#[test]
fn frames_become_comments() {
    insta::assert_snapshot!(imported("layout", false));
}

#[test]
fn filters_that_are_left_on() {
    insta::assert_snapshot!(imported("filters", false));
}

#[test]
fn what_the_checker_would_refuse_is_kept() {
    insta::assert_snapshot!(imported("refused", false));
}

/// The steps of a workflow as they come back from its graph, a line for each, without indentation.
fn back(steps: &str) -> String {
    let on = |label: char| {
        format!(
            "generic-filter-data(filtering-label: {label}, selector: Event._AttributeFlattened.{{n}}, operator: in, value: \"x\", hash_path: type)\n"
        )
    };
    let steps = steps.replace("ON-A", &on('A')).replace("ON-B", &on('B')).replace("OFF", "generic-filter-reset()\n");
    let catalogue = Catalogue::built_in();
    let sources = Sources::new();
    let file = sources.add("a.mwf", None, format!("workflow w on event-publish {{\n{steps}\n}}"));
    let workspace = Workspace::load(&sources, &DiskFiles, &[file], catalogue);
    let compilation = workspace.compile();
    assert!(!compilation.has_errors(), "{:#?}", compilation.diagnostics);
    let document = &compilation.documents[0].document;
    let text = import_all(std::slice::from_ref(document), catalogue, ImportOptions::default()).remove(0).text;
    let again = sources.add("b.mwf", None, text.clone());
    let workspace = Workspace::load(&sources, &DiskFiles, &[again], catalogue);
    let difference =
        compare(document, &workspace.compile().documents[0].document, DiffOptions { catalogue, layout: false });
    assert!(difference.is_empty(), "{difference}\n{text}");
    let short = text.replace(" Event._AttributeFlattened.{n} where \"x\" in type", "");
    let lines: Vec<&str> = short.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    lines[1..lines.len() - 1].join("\n")
}

#[test]
fn a_filter_that_stays_on_to_the_end_is_a_block() {
    assert_eq!(back("ON-A push-zmq()"), "filter {\npush-zmq()\n}");
    assert_eq!(back("ON-A ON-B push-zmq()"), "filter {\nfilter {\npush-zmq()\n}\n}");
    assert_eq!(
        back("if published { ON-A push-zmq() } else { ON-A webhook(url: \"u\") }"),
        "if published {\nfilter {\npush-zmq()\n}\n} else {\nfilter {\nwebhook(url: \"u\")\n}\n}"
    );
    assert_eq!(
        back("ON-A if published { stop-execution(message: \"m\") } push-zmq()"),
        "filter {\nif published {\nstop-execution(message: \"m\")\n}\npush-zmq()\n}"
    );
    assert_eq!(
        back("concurrent { branch { ON-A push-zmq() } branch { push-zmq() } }"),
        "concurrent {\nbranch {\nfilter {\npush-zmq()\n}\n}\nbranch { push-zmq() }\n}"
    );
    assert_eq!(
        back("push-zmq() detached { ON-A push-zmq() }"),
        "push-zmq()\n\ndetached {\nfilter {\npush-zmq()\n}\n}".replace("\n\n", "\n")
    );
}

#[test]
fn a_reset_where_nothing_follows_comes_back() {
    assert_eq!(back("ON-A push-zmq() OFF"), "filter {\npush-zmq()\n} reset");
    assert_eq!(back("ON-A push-zmq() OFF push-zmq()"), "filter {\npush-zmq()\n}\npush-zmq()");
    assert_eq!(back("ON-A ON-B push-zmq() OFF"), "filter {\nfilter {\npush-zmq()\n}\n} reset");
    assert_eq!(
        back("concurrent { branch { ON-A push-zmq() OFF } }"),
        "concurrent {\nbranch {\nfilter {\npush-zmq()\n} reset\n}\n}"
    );
}

#[test]
fn a_filter_that_stays_on_along_some_ways_only_is_a_call() {
    for steps in [
        "ON-A if published { push-zmq() } else { push-zmq() OFF push-zmq() }",
        "if published { ON-A push-zmq() } push-zmq()",
        "if published { ON-A } push-zmq() OFF",
    ] {
        let text = back(steps);
        assert!(!text.contains("filter A") && text.contains("generic-filter-data"), "{text}");
    }
}
