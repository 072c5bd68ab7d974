//! Where in the JSON the parts of a document are.

use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::base::source::{Sources, Span};
use crate::diagnostics::Diagnostic;
use crate::misp::{DocumentPlace, element, locate_in_part, member};
use crate::model::Document;
use crate::verify::{Part, Row, TypeFinding};

use super::{start_of, with_path};

/// The fields of a row that a finding can be about.
const FIELDS: [&str; 4] = ["name", "description", "uuid", "trigger_id"];

/// The JSON paths of the fields of a row; of a graph without a row there are none.
pub(super) struct RowPaths(Vec<String>);

impl RowPaths {
    pub(super) fn new(place: &DocumentPlace) -> Self {
        if place.path == place.graph {
            return Self(Vec::new());
        }
        Self(FIELDS.iter().map(|field| member(&place.path, field)).collect())
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }

    /// The paths of those fields of which `check` says what the reader noted.
    pub(super) fn reported<'p>(
        &'p self,
        document: &Document<'_>,
        place: &DocumentPlace,
    ) -> impl Iterator<Item = &'p str> + use<'p> {
        let is_reported = [false, false, place.has_invalid_uuid, document.other_trigger().is_some()];
        self.paths().zip(is_reported).filter_map(|(path, is_reported)| is_reported.then_some(path))
    }

    /// Where the fields are, by their order in [`FIELDS`].
    pub(super) fn spans(&self, span: impl Fn(&str) -> Option<Span>) -> [Option<Span>; FIELDS.len()] {
        std::array::from_fn(|index| self.0.get(index).and_then(|path| span(path)))
    }
}

/// The places of a document.
#[derive(Debug)]
pub(super) struct Places<'s> {
    pub(super) sources: &'s Sources,
    /// The first character of the document.
    pub(super) document: Span,
    /// The fields of its row, by their order in [`FIELDS`].
    pub(super) row: [Option<Span>; FIELDS.len()],
    /// The nodes, as a whole.
    pub(super) nodes: Vec<Option<Span>>,
    /// Whether the graph is a text that holds JSON.
    pub(super) is_escaped: bool,
    /// The JSON paths.
    pub(super) paths: DocumentPlace,
}

impl Places<'_> {
    /// What the row tells by what is there.
    pub(super) fn row_facts(&self) -> Row {
        Row { has_name: self.row[0].is_some(), has_invalid_uuid: self.paths.has_invalid_uuid }
    }

    /// Findings about nodes, or about all of the document, with their JSON paths.
    pub(super) fn with_nodes(&self, document: &Document<'_>, mut findings: Vec<Diagnostic>) -> Vec<Diagnostic> {
        let nodes = &document.graph.nodes;
        let known: FxHashMap<Span, usize> =
            nodes.iter().enumerate().filter_map(|(index, node)| Some((node.origin?, index))).collect();
        for finding in &mut findings {
            // Edits are made for text.
            finding.fix = None;
            let place = finding.primary.as_ref().map(|label| label.span);
            match place.and_then(|place| known.get(&place)) {
                Some(&index) => finding.notes.push(note(document, index, self.node_path(index))),
                None if self.paths.path.is_empty() => {}
                None => finding.notes.push(format!("in the JSON this is `{}`", self.paths.path)),
            }
        }
        findings
    }

    /// Findings about parts of the document, with their places and their JSON paths.
    pub(super) fn with_parts(&self, document: &Document<'_>, findings: &[TypeFinding<'_>]) -> Vec<Diagnostic> {
        let mut placed = Vec::with_capacity(findings.len());
        // The findings about a node are together: it is gone through once for all of them.
        let mut rest = findings;
        while let Some(first) = rest.first() {
            let node = first.part.node();
            let count = rest.iter().take_while(|found| found.part.node() == node).count();
            let (these, others) = rest.split_at(count);
            rest = others;
            match node {
                Some(node) => self.place_in_node(document, node, these, &mut placed),
                None => placed.extend(these.iter().map(|found| self.place_in_row(found))),
            }
        }
        placed
    }

    fn place_in_row(&self, found: &TypeFinding<'_>) -> Diagnostic {
        let Part::Row(field) = found.part else { return found.finding.clone() };
        let index = FIELDS.iter().position(|known| *known == field);
        let span = index.and_then(|index| self.row[index]).unwrap_or(self.document);
        with_path(found.finding.clone().placed_at(span), &member(&self.paths.path, field))
    }

    fn place_in_node(
        &self,
        document: &Document<'_>,
        node: usize,
        findings: &[TypeFinding<'_>],
        placed: &mut Vec<Diagnostic>,
    ) {
        let paths: Vec<String> = findings.iter().map(|found| path_in_node(found.part)).collect();
        let whole = self.nodes.get(node).copied().flatten();
        let text = whole.map_or("", |whole| self.sources.snippet(whole));
        let spans = locate_in_part(text, self.is_escaped, paths.iter().map(String::as_str));
        for (found, path) in findings.iter().zip(&paths) {
            let span = whole.and_then(|whole| {
                let place = spans.get(path.as_str())?;
                Some(self.exact(whole.part(place.start, place.end), found.within.as_ref()))
            });
            let span = span.or(document.graph.nodes[node].origin).unwrap_or(self.document);
            let path = match path.as_str() {
                "" => self.node_path(node).to_owned(),
                path => format!("{}.{path}", self.node_path(node)),
            };
            placed.push(found.finding.clone().placed_at(span).note(note(document, node, &path)));
        }
    }

    /// The place of some bytes of the text that is at `span`, where they can be told.
    fn exact(&self, span: Span, within: Option<&(&str, Range<usize>)>) -> Span {
        let written = self.sources.snippet(span);
        if written.starts_with(['{', '[']) {
            return start_of(span);
        }
        let exact = within.and_then(|(text, at)| {
            let start = written.find(text)?;
            Some(span.part(start + at.start, start + at.end))
        });
        exact.unwrap_or(span)
    }

    fn node_path(&self, node: usize) -> &str {
        self.paths.nodes.get(node).map_or(&self.paths.graph, |(_, path)| path)
    }
}

fn note(document: &Document<'_>, node: usize, path: &str) -> String {
    let node = &document.graph.nodes[node];
    format!("in the JSON this is `{path}`, node {} (`{}`)", node.id, node.module)
}

/// The JSON path of a part of a node, from the node on.
fn path_in_node(part: Part<'_>) -> String {
    let parameter = |id: &str| member("data.indexed_params", id);
    match part {
        Part::Row(_) | Part::Node(_) => String::new(),
        Part::Parameter(_, id) => parameter(id),
        Part::Entry(_, id, index) => element(&parameter(id), index),
        Part::Filter(_) => "data.saved_filters".to_owned(),
        Part::FilterField(_, field) => member("data.saved_filters", field),
    }
}
