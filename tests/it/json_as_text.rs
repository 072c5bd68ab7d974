//! What is found in a text is found in the JSON that is built from it, and nothing else is.
//!
//! Text whose types are wrong cannot be built; for these there are cases named `…-in-json` in `tests/findings`.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use mispflow::base::source::{FileId, Sources};
use mispflow::catalogue::Catalogue;
use mispflow::compile::Workspace;
use mispflow::diagnostics::Code;
use mispflow::misp::{Filling, Form, write};
use mispflow::model::DocumentKind;
use mispflow::project::{DiskFiles, load_source};
use mispflow::secrets::Secret;

/// Codes that only one of the two brings about.
struct Exception {
    /// What the text says.
    text: Option<Code>,
    /// What the JSON says in its place.
    json: Option<Code>,
    /// The word that the text must hold.
    word: &'static str,
    /// Why.
    reason: &'static str,
}

const fn of_text(code: Code, reason: &'static str) -> Exception {
    Exception { text: Some(code), json: None, word: "", reason }
}

const EXCEPTIONS: [Exception; 12] = [
    of_text(Code::UnusedConstant, "JSON has no constants"),
    of_text(Code::HiddenCharacter, "built JSON has escapes for them"),
    of_text(Code::UnusedLabel, "JSON has no labels"),
    of_text(Code::UnusedAllow, "JSON has no comments"),
    of_text(Code::UnknownCode, "JSON has no comments"),
    of_text(Code::MalformedAllow, "JSON has no comments"),
    of_text(Code::BlueprintNotWritten, "what is not written is not there"),
    of_text(Code::UnusedBlueprint, "what is not written is not there"),
    Exception {
        text: Some(Code::KeptParameter),
        json: Some(Code::UnknownParameter),
        word: "\"retries\": ",
        reason: "the quotes say that the parameter is there on purpose, and JSON has none",
    },
    Exception { text: None, json: Some(Code::PlainSecret), word: "secret(", reason: "the secret was filled in" },
    Exception {
        text: Some(Code::ResetInScope),
        json: Some(Code::ResetWithoutFilter),
        word: "filter A:",
        reason: "the block is gone, and what its end does is left: a second reset",
    },
    Exception {
        text: Some(Code::FieldAndValueSwapped),
        json: Some(Code::UnknownKey),
        word: "filters: {",
        reason: "a filter that is written as an object is taken as it is, and only the lint looks at it",
    },
];

fn collect(folder: &Path, into_folders: bool, files: &mut Vec<PathBuf>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() && into_folders {
            collect(&path, true, files);
        } else if path.extension().is_some_and(|extension| extension == "mwf") {
            files.push(path);
        }
    }
}

/// What was found in files, and what they compile to.
struct Found {
    codes: BTreeSet<Code>,
    has_errors: bool,
    written: Vec<String>,
    /// The modules there are, also those that a text declares.
    modules: Catalogue,
}

fn found(catalogue: &Catalogue, load: impl Fn(&Sources) -> Vec<FileId>) -> Found {
    let sources = Sources::new();
    let roots = load(&sources);
    let workspace = Workspace::load(&sources, &DiskFiles, &roots, catalogue);
    let compilation = workspace.compile();
    let environment =
        |name: &str| Some(Secret::new(if name == "SCOPE" { "event" } else { "https://soc.example.org/x" }));
    let written = compilation.documents.iter().map(|compiled| {
        let is_workflow = compiled.document.kind == DocumentKind::Workflow;
        let form = if is_workflow { Form::Workflow } else { Form::Blueprint };
        write(&compiled.document, form, Filling::Values(&environment)).unwrap()
    });
    Found {
        codes: compilation.diagnostics.iter().map(|finding| finding.code).collect(),
        has_errors: compilation.has_errors(),
        written: written.collect(),
        modules: workspace.modules().into_owned(),
    }
}

#[test]
fn json_says_what_the_text_says() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    // The folders among the findings are projects with settings of their own.
    collect(&root.join("tests/findings"), false, &mut files);
    collect(&root.join("tests/findings-silent"), false, &mut files);
    collect(&root.join("examples"), true, &mut files);
    let mut problems = Vec::new();
    let mut compared = 0;
    let mut used = [false; EXCEPTIONS.len()];
    for path in files {
        let Ok(written) = fs::read_to_string(&path) else { continue };
        let text = found(Catalogue::built_in(), |sources| {
            load_source(sources, &DiskFiles, &path, "a.mwf").into_iter().collect()
        });
        if text.has_errors || text.written.is_empty() {
            continue;
        }
        compared += 1;
        let json = found(&text.modules, |sources| {
            let texts = text.written.iter();
            texts.map(|json| sources.add("a.json", Some(Path::new("a.json")), json.clone())).collect()
        });
        let (mut only_text, mut only_json): (BTreeSet<_>, BTreeSet<_>) =
            (&text.codes - &json.codes, &json.codes - &text.codes);
        for (exception, used) in EXCEPTIONS.iter().zip(&mut used) {
            if written.contains(exception.word) {
                *used |= exception.text.is_some_and(|code| only_text.remove(&code));
                *used |= exception.json.is_some_and(|code| only_json.remove(&code));
            }
        }
        if !only_text.is_empty() || !only_json.is_empty() {
            problems.push(format!("{}: only the text {only_text:?}, only the JSON {only_json:?}", path.display()));
        }
    }
    assert!(problems.is_empty(), "{}", problems.join("\n"));
    assert!(compared > 80, "{compared}");
    for (exception, used) in EXCEPTIONS.iter().zip(used) {
        assert!(used, "no case needs this any more: {}", exception.reason);
    }
}
