//! MISP's JSON: reading, checking, importing, comparing.

use std::path::Path;

use mispflow::base::source::Sources;
use mispflow::catalogue::Catalogue;
use mispflow::compile::Workspace;
use mispflow::diff::{DiffOptions, compare, pair_documents};
use mispflow::format::format_source;
use mispflow::import::{ImportOptions, import_all};
use mispflow::misp::{self, Filling, Form, write};
use mispflow::project::MemoryFiles;

use super::{parts, show};

/// Any JSON is read or refused with a place. What was read is checked, imported as canonical text, equals itself, and
/// comes out as it is when it was written and read again.
///
/// The parts are two files, which are also compared with each other.
pub fn saved(input: &str) {
    let catalogue = Catalogue::built_in();
    let documents = parts::<2>(input).map(|json| {
        let sources = Sources::new();
        let file = sources.add("main.json", Some(Path::new("main.json")), json.to_owned());
        let files = MemoryFiles::new();
        let workspace = Workspace::load(&sources, &files, &[file], catalogue);
        show(&sources, &workspace.compile().diagnostics);
        let Ok(read) = misp::read(json) else { return (Vec::new(), false) };
        (read.documents, read.oddities.is_empty())
    });
    // What is unusual is repaired when it is written.
    let usual = [documents[0].1, documents[1].1];
    let documents = documents.map(|(documents, _)| documents);
    for layout in [false, true] {
        let options = DiffOptions { catalogue, layout };
        for (document, is_usual) in
            documents.iter().zip(usual).flat_map(|(part, usual)| part.iter().map(move |one| (one, usual)))
        {
            let difference = compare(document, document, options);
            assert!(difference.is_empty(), "a document differs from itself: {difference}");
            for form in [Form::Workflow, Form::Data, Form::Blueprint] {
                let Ok(json) = write(document, form, Filling::Placeholders) else { continue };
                let again = misp::read(&json).expect("what was written can be read");
                assert_eq!(again.documents.len(), 1);
                // A node that is nowhere is written at the origin.
                let is_placed = document.graph.nodes.iter().all(|node| node.position.is_some());
                if again.documents[0].kind == document.kind && form != Form::Data && is_usual && (is_placed || !layout)
                {
                    let difference = compare(document, &again.documents[0], options);
                    assert!(difference.is_empty(), "writing and reading changes it: {difference}\n{json}");
                }
            }
        }
        for (before, after) in pair_documents(&documents[0], &documents[1]).both {
            let _ = compare(&documents[0][before], &documents[1][after], options).to_string();
        }
    }
    for keep_layout in [false, true] {
        for imported in import_all(&documents[0], catalogue, ImportOptions { keep_layout }) {
            let sources = Sources::new();
            let file = sources.add("main.mwf", None, imported.text.clone());
            assert_eq!(format_source(&sources, file).as_ref(), Ok(&imported.text), "imported text is canonical");
            let files = MemoryFiles::new();
            show(&sources, &Workspace::load(&sources, &files, &[file], catalogue).compile().diagnostics);
        }
    }
}
