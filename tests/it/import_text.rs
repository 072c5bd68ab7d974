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
