//! Whatever the input, the answer is findings with places: no panic, no endless work, nothing half
//! written. Tests run on small stacks, so what recurses too deep ends them.

mod bombs;
mod certificates;
mod command;
mod depth;
mod events;
mod garbage;
mod growth;
mod headers;
mod limits;
mod mutations;
mod neighbours;
mod numbers;
mod places;
mod random;
mod saved;
mod settings;
mod shown;

use std::io;
use std::path::Path;

use codespan_reporting::term::termcolor::NoColor;
use mispflow::base::source::Sources;
use mispflow::catalogue::Catalogue;
use mispflow::compile::Workspace;
use mispflow::diagnostics::{Code, Diagnostic, write_json, write_terminal};
use mispflow::misp::{Filling, Form, write};
use mispflow::project::{MemoryFiles, source_from_bytes};

/// Compiles a file of text and others beside it, writes what came of it, shows what was found, and checks
/// what holds of every answer.
fn answer_with(bytes: impl Into<Vec<u8>>, beside: &[(&str, &str)]) -> Vec<Diagnostic> {
    answer_to("a.mwf", bytes, beside)
}

/// As [`answer_with`], for a file of this name.
fn answer_to(name: &str, bytes: impl Into<Vec<u8>>, beside: &[(&str, &str)]) -> Vec<Diagnostic> {
    let sources = Sources::new();
    let mut files = MemoryFiles::new();
    for (name, text) in beside {
        files.insert(*name, *text);
    }
    let bytes = bytes.into();
    files.insert(name, bytes.clone());
    let (roots, mut diagnostics) = match source_from_bytes(&sources, Some(Path::new(name)), name, bytes) {
        Ok(root) => (vec![root], Vec::new()),
        Err(problem) => (Vec::new(), vec![*problem]),
    };
    let workspace = Workspace::load(&sources, &files, &roots, Catalogue::built_in());
    let compilation = workspace.compile();
    for compiled in &compilation.documents {
        for form in [Form::Workflow, Form::Request, Form::Data] {
            let _ = write(&compiled.document, form, Filling::Placeholders);
        }
    }
    diagnostics.extend(compilation.diagnostics);
    for diagnostic in &diagnostics {
        // A file in another form than text has no place that can be shown.
        let has_place = diagnostic.primary.is_some() || diagnostic.code == Code::InvalidUtf8;
        assert!(has_place, "no place: {diagnostic:?}");
        let edits = diagnostic.fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
        for span in diagnostic.primary.iter().chain(&diagnostic.secondary).map(|label| label.span).chain(edits) {
            assert!(sources.text(span.file).get(span.range()).is_some(), "a place that does not exist: {diagnostic:?}");
        }
    }
    let mut out = NoColor::new(io::sink());
    write_terminal(&sources, &diagnostics, &mut out).unwrap();
    write_json(&sources, &diagnostics, &mut io::sink()).unwrap();
    diagnostics
}

fn answer(bytes: impl Into<Vec<u8>>) -> Vec<Diagnostic> {
    answer_with(bytes, &[])
}

#[track_caller]
fn refused(bytes: impl Into<Vec<u8>>) {
    assert!(answer(bytes).iter().any(Diagnostic::is_error), "it was accepted");
}

#[track_caller]
fn refused_with(code: Code, bytes: impl Into<Vec<u8>>) {
    let found = answer(bytes);
    let codes: Vec<Code> = found.iter().map(|diagnostic| diagnostic.code).collect();
    assert!(
        found.iter().any(|diagnostic| diagnostic.is_error() && diagnostic.code == code),
        "{:?}",
        &codes[..codes.len().min(20)]
    );
}

#[track_caller]
fn accepted(bytes: impl Into<Vec<u8>>) {
    let errors: Vec<_> = answer(bytes).into_iter().filter(Diagnostic::is_error).take(3).collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

fn workflow(steps: &str) -> String {
    format!("workflow w on event-publish {{\n{steps}\n}}\n")
}

/// `count` pieces of text, each made from its number.
fn many(count: usize, piece: impl Fn(usize) -> String) -> String {
    (0..count).fold(String::new(), |mut text, number| {
        text.push_str(&piece(number));
        text
    })
}

/// Numbers that look random and are always the same.
fn noise() -> impl Iterator<Item = u32> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32
    })
}

fn any_characters(bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + 4);
    text.extend(noise().filter_map(|number| char::from_u32(number % 0x11_0000)).take(bytes / 4));
    while text.len() < bytes {
        text.push('a');
    }
    text
}

const MEGABYTE: usize = 1_000_000;
