//! MISP's own JSON where a workflow is read: what an export, a backup or an API answer holds.
//!
//! The rules for graphs and the lints hold for it as for text. A finding points at the node in the JSON and names
//! its JSON path.

use rustc_hash::FxHashMap;

use crate::catalogue::Catalogue;
use crate::check::check_lints;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::graph::{ModuleType, check_rules};
use crate::misp::{self, Document, DocumentKind, DocumentPlace, ReadError, locate};
use crate::source::{FileId, SourceFile, Sources, Span};
use crate::suggest::closest;
use crate::syntax::tree::Name;
use crate::tags::KnownTags;

/// Whether a file holds MISP's JSON: its name ends in `.json`, or it has no name and begins like
/// JSON, which no text of a workflow does.
pub fn is_misp_json(file: &SourceFile) -> bool {
    match &file.path {
        Some(path) => path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("json")),
        None => file.text.trim_start().starts_with(['{', '[']),
    }
}

/// A workflow or blueprint that was read from MISP's JSON.
#[derive(Debug)]
pub struct Saved<'s> {
    /// Made from the name of the file, with a number where the file holds several. Its place is that
    /// of the document.
    pub id: Name<'s>,
    /// What was read. Its nodes tell where in the JSON they stand.
    pub document: Document<'static>,
    place: DocumentPlace,
}

/// Reads a file with MISP's JSON. What is unusual in it is noted.
pub fn read_saved<'s>(sources: &'s Sources, id: FileId, diagnostics: &mut Vec<Diagnostic>) -> Vec<Saved<'s>> {
    let file = sources.file(id);
    let read = match misp::read(&file.text) {
        Ok(read) => read,
        Err(error) => {
            diagnostics.push(
                Diagnostic::at(Code::InvalidMispJson, place_of_error(file, id, &error), error.to_string())
                    .help("give a workflow, a blueprint or a graph as MISP exports it"),
            );
            return Vec::new();
        }
    };
    let paths = read.places.iter().flat_map(|place| {
        [place.path.as_str(), place.graph.as_str()].into_iter().chain(place.nodes.iter().map(|(_, path)| path.as_str()))
    });
    let found = locate(&file.text, paths.chain(read.oddities.iter().map(|oddity| oddity.path.as_str())));
    let span = |path: &str| found.get(path).map(|place| Span::new(id, place.start, place.end));
    for oddity in &read.oddities {
        let place = span(&oddity.path).unwrap_or(Span::new(id, 0, 0));
        let finding = Diagnostic::at(Code::MispJsonOddity, start_of(place), oddity.message.clone());
        diagnostics.push(with_path(finding, &oddity.path));
    }
    let count = read.documents.len();
    let documents = read.documents.into_iter().zip(&read.places).enumerate();
    documents
        .map(|(index, (mut document, place))| {
            for (node, (_, path)) in document.graph.nodes.iter_mut().zip(&place.nodes) {
                node.origin = span(path).or_else(|| span(&place.graph)).map(start_of);
            }
            let text = if count == 1 { stem(file) } else { format!("{}-{}", stem(file), index + 1) };
            let span = start_of(span(&place.path).unwrap_or(Span::new(id, 0, 0)));
            Saved { id: Name { text: sources.keep(text), span }, document, place: place.clone() }
        })
        .collect()
}

impl Saved<'_> {
    /// Checks the graph. Says whether it can be built.
    pub(crate) fn check(&self, catalogue: &Catalogue, tags: &KnownTags<'_>, diagnostics: &mut Vec<Diagnostic>) -> bool {
        let before = diagnostics.len();
        let graph = &self.document.graph;
        let is_workflow = self.document.kind == DocumentKind::Workflow;
        let signature = |module: &str| catalogue.module(module);
        check_rules(graph, &signature, is_workflow, Some(self.id.span), diagnostics);
        if !diagnostics[before..].iter().any(Diagnostic::is_error) {
            check_lints(graph, &signature, tags, Some(self.id.span), None, diagnostics);
        }
        self.unknown_modules(catalogue, diagnostics);
        let nodes: FxHashMap<Span, usize> =
            graph.nodes.iter().enumerate().filter_map(|(index, node)| Some((node.origin?, index))).collect();
        for finding in &mut diagnostics[before..] {
            // Edits are made for text.
            finding.fix = None;
            let place = finding.primary.as_ref().map(|label| label.span);
            if let Some(&index) = place.and_then(|place| nodes.get(&place)) {
                let node = &graph.nodes[index];
                let path = self.place.nodes.get(index).map_or(self.place.graph.as_str(), |(_, path)| path);
                finding.notes.push(format!("in the JSON this is `{path}`, node {} (`{}`)", node.id, node.module));
            } else if !self.place.path.is_empty() {
                finding.notes.push(format!("in the JSON this is `{}`", self.place.path));
            }
        }
        !diagnostics[before..].iter().any(Diagnostic::is_error)
    }

    /// MISP keeps such nodes, so they are no error here: the catalogue may just not know the server.
    fn unknown_modules(&self, catalogue: &Catalogue, diagnostics: &mut Vec<Diagnostic>) {
        for node in self.document.graph.nodes.iter().filter(|node| catalogue.module(&node.module).is_none()) {
            let (code, kind) = match node.module_type {
                ModuleType::Trigger => (Code::UnknownTrigger, "trigger"),
                ModuleType::Logic | ModuleType::Action => (Code::UnknownModule, "module"),
            };
            let place = node.origin.unwrap_or(self.id.span);
            let mut finding =
                Diagnostic::at(code, place, format!("the catalogue has no {kind} named `{}`", node.module)).note(
                    "MISP saves a node of an unknown module without a word; when a run reaches it, the node fails",
                );
            finding.severity = Severity::Warning;
            diagnostics.push(match closest(&node.module, catalogue.modules().map(|module| module.id.as_str())) {
                Some(close) => finding.help(format!("did you mean `{close}`?")),
                None => finding.help("where the server has it, add the server's catalogue to the project file"),
            });
        }
    }
}

/// The first character only: a document may be thousands of lines.
fn start_of(span: Span) -> Span {
    span.part(0, 1)
}

fn with_path(finding: Diagnostic, path: &str) -> Diagnostic {
    if path.is_empty() { finding } else { finding.note(format!("in the JSON this is `{path}`")) }
}

/// The name of a file without folder and ending.
fn stem(file: &SourceFile) -> String {
    let stem = file.path.as_deref().and_then(|path| path.file_stem()).map(|stem| stem.to_string_lossy().into_owned());
    let stem = stem.unwrap_or_else(|| "workflow".to_owned());
    stem.strip_suffix(".blueprint").map(str::to_owned).unwrap_or(stem)
}

/// Where the text stops being JSON, as far as that is told.
fn place_of_error(file: &SourceFile, id: FileId, error: &ReadError) -> Span {
    let position = error.position.filter(|_| error.path.is_empty());
    let Some(start) = position.and_then(|position| file.line_start(position.line - 1)) else {
        let found = locate(&file.text, [error.path.as_str()]);
        return found
            .values()
            .next()
            .map_or(Span::new(id, 0, 0), |place| start_of(Span::new(id, place.start, place.end)));
    };
    let column = position.map_or(0, |position| position.column - 1);
    let rest = file.text.get(start..).unwrap_or_default();
    let offset = start + rest.char_indices().nth(column).map_or(rest.len(), |(at, _)| at);
    Span::new(id, offset, offset)
}
