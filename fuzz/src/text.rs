//! Text, the way to MISP's JSON, and the way back.

use std::path::Path;

use mispflow::base::source::Sources;
use mispflow::catalogue::Catalogue;
use mispflow::compile::{Compiled, Workspace};
use mispflow::diff::{DiffOptions, compare};
use mispflow::format::format_source;
use mispflow::import::{ImportOptions, import};
use mispflow::misp;
use mispflow::misp::{Filling, Form, write};
use mispflow::model::{Document, DocumentKind};
use mispflow::project::MemoryFiles;

use super::{parts, show};

/// Any text is compiled or refused with places. Its canonical form is canonical and means the same; the JSON that is built
/// reads as what was built; the text that is imported from it builds the same again.
///
/// The first part is `main.mwf`, the second `other.mwf`, which it may import.
pub fn text(input: &str) {
    let [main, other] = parts(input);
    let mut files = MemoryFiles::new();
    files.insert("other.mwf", other);
    // What the environment fills in is read back as it was filled in.
    let is_plain = ![main, other].iter().any(|text| text.contains("env") || text.contains("secret"));
    compiled(main, &files, |documents| {
        let canonical = canonical(main);
        for compiled in documents {
            goes_round(&compiled.document, &files, is_plain);
        }
        let Some(canonical) = canonical else { return };
        assert_eq!(self::canonical(&canonical).as_ref(), Some(&canonical), "the canonical form is not canonical");
        self::compiled(&canonical, &files, |again| {
            assert_eq!(documents.len(), again.len(), "the canonical form is another program:\n{canonical}");
            for (before, after) in documents.iter().zip(again) {
                same(&before.document, &after.document, true, &canonical);
            }
        });
    });
}

fn compiled(text: &str, files: &MemoryFiles, then: impl FnOnce(&[Compiled<'_>])) {
    let sources = Sources::new();
    let root = sources.add("main.mwf", Some(Path::new("main.mwf")), text.to_owned());
    let workspace = Workspace::load(&sources, files, &[root], Catalogue::built_in());
    let compilation = workspace.compile();
    show(&sources, &compilation.diagnostics);
    then(&compilation.documents);
}

fn canonical(text: &str) -> Option<String> {
    let sources = Sources::new();
    let file = sources.add("main.mwf", None, text.to_owned());
    format_source(&sources, file).ok()
}

fn goes_round(document: &Document<'_>, files: &MemoryFiles, is_plain: bool) {
    for form in [Form::Request, Form::Data] {
        let _ = write(document, form, Filling::Placeholders);
    }
    let form = match document.kind {
        DocumentKind::Workflow => Form::Workflow,
        DocumentKind::Blueprint => Form::Blueprint,
    };
    // What names a variable without a default is not written without it.
    let Ok(json) = write(document, form, Filling::Placeholders) else { return };
    let read = misp::read(&json).expect("what was written can be read");
    let [back] = read.documents.as_slice() else {
        panic!("one document is written, {} are read", read.documents.len())
    };
    if is_plain {
        same(document, back, true, &json);
    }
    let imported = import(back, Catalogue::built_in(), ImportOptions::default());
    compiled(&imported.text, files, |again| {
        let [again] = again else { panic!("the imported text does not build one document:\n{}", imported.text) };
        same(back, &again.document, false, &imported.text);
    });
}

fn same(before: &Document<'_>, after: &Document<'_>, layout: bool, text: &str) {
    let difference = compare(before, after, DiffOptions { catalogue: Catalogue::built_in(), layout });
    assert!(difference.is_empty(), "{difference}\n{text}");
}
