//! What needs no project.

use serde_json::json;

use crate::base::source::{Sources, Span};
use crate::catalogue::{Catalogue, Semantics, Target};
use crate::core_format::normalise;
use crate::diagnostics::{Code, Diagnostic};
use crate::diff::{DiffOptions, compare, pair_documents};
use crate::engine::behaviour;
use crate::format::format_source;
use crate::hashpath::Path;
use crate::import::{ImportOptions, import_all_as, with_editor_defaults};
use crate::misp;
use crate::model::{Document, Node};
use crate::php::Value;

use super::problem::{Problem, ProblemKind};
use super::project::Project;

/// The canonical form of a text.
///
/// # Errors
/// It has syntax errors.
pub fn format(text: &str, name: &str) -> Result<String, Problem> {
    let sources = Sources::new();
    let file = sources.add(name, None, text);
    format_source(&sources, file).map_err(|found| Problem::of(ProblemKind::Input, &sources, &found))
}

/// Turns MISP's JSON into texts: the id of each workflow or blueprint, its text, and what the text cannot say.
///
/// # Errors
/// It is not JSON of MISP's workflows.
pub fn import(json: &str, keep_layout: bool) -> Result<Vec<(String, String, Vec<String>)>, Problem> {
    let catalogue = Catalogue::for_target(Target::DEFAULT);
    let read = misp::read(json).map_err(|error| {
        let problem = Diagnostic::new(Code::InvalidMispJson, format!("this cannot be read: {error}"))
            .help("give a workflow, a blueprint or a graph as MISP exports it");
        Problem::of(ProblemKind::Input, &Sources::new(), &[problem])
    })?;
    let does = |node: &Node<'_>| behaviour(node, catalogue);
    let documents: Vec<Document<'_>> =
        read.documents.iter().map(|document| with_editor_defaults(document, catalogue, &does).document).collect();
    let named: Vec<_> = documents.iter().map(|document| (document, None)).collect();
    let texts = import_all_as(&named, catalogue, ImportOptions { keep_layout });
    let notes = |notes: Vec<crate::import::Note>| notes.into_iter().map(|note| note.message).collect();
    Ok(texts.into_iter().map(|imported| (imported.id, imported.text, notes(imported.notes))).collect())
}

/// What differs between the workflows and blueprints of two projects, as JSON in the form of `diff --format json`.
///
/// # Errors
/// One of them has errors.
pub fn diff(before: &Project, after: &Project) -> Result<String, Problem> {
    let options = DiffOptions { catalogue: &before.catalogue, layout: false };
    let (before, after) = (before.documents()?, after.documents()?);
    let pairs = pair_documents(&before, &after);
    let changed = pairs.both.iter().filter_map(|&(old, new)| {
        let difference = compare(&before[old], &after[new], options);
        let text = difference.to_string();
        (!difference.is_empty()).then(|| json!({"name": after[new].name, "difference": difference, "text": text}))
    });
    let changed: Vec<_> = changed.collect();
    let names = |of: &[Document<'_>], at: &[usize]| at.iter().map(|&index| of[index].name.to_string()).collect();
    let (added, removed): (Vec<String>, Vec<String>) = (names(&after, &pairs.added), names(&before, &pairs.removed));
    Ok(json!({"changed": changed, "added": added, "removed": removed}).to_string())
}

/// What a hash path finds in data, as JSON; an empty list where it finds nothing. An event is normalised as a trigger of
/// MISP does it, unless that is not wanted.
///
/// # Errors
/// The path is not valid, MISP cannot follow it in this data, or the data is not JSON.
pub fn evaluate(expression: &str, json: &str, normalises: bool) -> Result<String, Problem> {
    let sources = Sources::new();
    let at = sources.add("PATH", None, expression);
    let invalid = |span: Span, message: String, help: &str| {
        let found = Diagnostic::at(Code::InvalidHashPath, span, message).help(help);
        Problem::of(ProblemKind::Path, &sources, &[found])
    };
    let path = Path::compile(expression)
        .and_then(|path| path.check_syntax().map(|()| path))
        .map_err(|error| invalid(Span::new(at, error.at.start, error.at.end), error.message, error.help))?;
    let mut data = Value::from_json(json)
        .map_err(|error| Problem::new(ProblemKind::Event, format!("this is not JSON: {error}")))?;
    if normalises && let Ok(normalised) = normalise(&data, Semantics::MISP_2_5_19) {
        data = normalised;
    }
    let selected = path.extract(&data).map_err(|thrown| {
        let message = format!("MISP cannot follow the hash path here: a run ends with an internal error: {thrown}");
        let found = Diagnostic::at(Code::NoMatch, Span::new(at, 0, expression.len()), message);
        Problem::of(ProblemKind::Path, &sources, &[found])
    })?;
    if selected.is_empty() {
        return Ok("[]".to_owned());
    }
    serde_json::to_string(&selected.to_value()).map_err(|error| Problem::new(ProblemKind::Defect, error.to_string()))
}
