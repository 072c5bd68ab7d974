//! What a file holds: its items, and what can be folded and selected in it.

use std::ops::Range;

use crate::base::source::{SourceFile, Span};
use crate::syntax::tree::{Block, File, Item, Step, StepKind, ValueKind};

use super::walk::{Found, Piece, span_of, walk};

/// What an entry of an outline is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum EntryKind {
    /// A workflow.
    Workflow,
    /// A blueprint.
    Blueprint,
    /// A constant.
    Constant,
    /// A module that the text declares.
    Module,
    /// A test.
    Test,
    /// A step with a label.
    Label,
    /// A parameter.
    Parameter,
}

/// An entry of an outline.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// What it is.
    pub kind: EntryKind,
    /// What it is called.
    pub name: String,
    /// What it is about, such as the trigger of a workflow.
    pub detail: String,
    /// All of it.
    pub span: Span,
    /// Its name.
    pub name_span: Span,
    /// What is inside.
    pub inner: Vec<Entry>,
}

/// The items of a file, with the labels in them.
pub fn outline(file: &File<'_>) -> Vec<Entry> {
    let entry = |item: &Item<'_>| {
        let (kind, name, detail, inner) = match item {
            Item::Import(_) => return None,
            Item::Let(constant) => (EntryKind::Constant, constant.name, String::new(), Vec::new()),
            Item::Workflow(workflow) => {
                let detail = format!("on {}", workflow.trigger.name.text);
                (EntryKind::Workflow, workflow.id, detail, labels(&workflow.body))
            }
            Item::Blueprint(blueprint) => {
                let parameters = blueprint.parameters.iter().map(|parameter| Entry {
                    kind: EntryKind::Parameter,
                    name: parameter.name.text.to_owned(),
                    detail: parameter.kind.text.to_owned(),
                    span: parameter.span,
                    name_span: parameter.name.span,
                    inner: Vec::new(),
                });
                let inner = parameters.chain(labels(&blueprint.body)).collect();
                (EntryKind::Blueprint, blueprint.id, String::new(), inner)
            }
            Item::Module(module) => {
                let parameters = module.parameters.iter().map(|parameter| Entry {
                    kind: EntryKind::Parameter,
                    name: parameter.name.text.to_owned(),
                    detail: parameter.kind.text.to_owned(),
                    span: parameter.span,
                    name_span: parameter.name.span,
                    inner: Vec::new(),
                });
                (EntryKind::Module, module.id, module.kind.text.to_owned(), parameters.collect())
            }
            Item::Test(test) => {
                return Some(Entry {
                    kind: EntryKind::Test,
                    name: test.title.content.to_string(),
                    detail: format!("of {}", test.workflow.text),
                    span: test.span,
                    name_span: test.title.span,
                    inner: Vec::new(),
                });
            }
        };
        let name_span = name.span;
        Some(Entry { kind, name: name.text.to_owned(), detail, span: span_of(item), name_span, inner })
    };
    file.items.iter().filter_map(entry).collect()
}

fn labels(block: &Block<'_>) -> Vec<Entry> {
    let mut found = Vec::new();
    let mut open = vec![block.steps.iter()];
    while let Some(steps) = open.last_mut() {
        let Some(step) = steps.next() else {
            open.pop();
            continue;
        };
        found.extend(step.label.map(|label| Entry {
            kind: EntryKind::Label,
            name: format!("@{}", label.text),
            detail: String::new(),
            span: step.span,
            name_span: label.span,
            inner: Vec::new(),
        }));
        // The last one is looked at first.
        open.extend(blocks(step).into_iter().rev().map(|block| block.steps.iter()));
    }
    found
}

/// The blocks of a step, in order.
pub(super) fn blocks<'t, 's>(step: &'t Step<'s>) -> Vec<&'t Block<'s>> {
    match &step.kind {
        StepKind::If(step) => step.arms.iter().map(|arm| &arm.body).chain(&step.otherwise).collect(),
        StepKind::Filter(filter) => vec![&filter.body],
        StepKind::Concurrent(concurrent) => concurrent.branches.iter().collect(),
        StepKind::Detached(block) => vec![block],
        StepKind::Call(_) | StepKind::Use(_) | StepKind::Goto(_) => Vec::new(),
    }
}

/// What can be folded.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fold {
    /// Its bytes.
    pub bytes: Range<usize>,
    /// Whether it is made of comments.
    pub is_comment: bool,
    /// Whether it is made of imports.
    pub is_imports: bool,
}

/// What can be folded: blocks, calls and values of several lines, comments and imports one after the other.
pub fn folds(file: &File<'_>, source: &SourceFile) -> Vec<Fold> {
    let mut folds = Vec::new();
    let line = |offset: u32| source.line_index(offset as usize);
    let mut add = |span: Span, is_comment: bool, is_imports: bool| {
        if line(span.start) < line(span.end) {
            folds.push(Fold { bytes: span.range(), is_comment, is_imports });
        }
    };
    walk(file, &mut |found, _| match found {
        Found::Piece(Piece::Item | Piece::Block | Piece::Call, span) => add(span, false, false),
        Found::Value(value) if matches!(value.kind, ValueKind::List(_) | ValueKind::Object(_) | ValueKind::Text(_)) => {
            add(value.span, false, false);
        }
        _ => {}
    });
    let is_next = |one: Span, other: Span| line(other.start) == line(one.end) + 1;
    let comments: Vec<Span> = file.comments.iter().map(|comment| comment.span).collect();
    for run in comments.chunk_by(|one, other| is_next(*one, *other)) {
        if let [first, .., last] = run {
            add(first.to(*last), true, false);
        }
    }
    let imports = file.items.iter().filter_map(|item| match item {
        Item::Import(import) => Some(import.span),
        _ => None,
    });
    let imports: Vec<Span> = imports.collect();
    for run in imports.chunk_by(|one, other| is_next(*one, *other)) {
        if let [first, .., last] = run {
            add(first.to(*last), false, true);
        }
    }
    folds.sort_by_key(|fold| (fold.bytes.start, std::cmp::Reverse(fold.bytes.end)));
    folds.dedup_by_key(|fold| fold.bytes.clone());
    folds
}

/// What is around a byte, from the smallest piece to the whole file.
pub fn selections(file: &File<'_>, source: &SourceFile, offset: usize) -> Vec<Range<usize>> {
    let whole = 0..source.text.len();
    let mut around = Vec::from([whole]);
    let mut add = |bytes: Range<usize>| {
        if bytes.start <= offset && offset <= bytes.end {
            around.push(bytes);
        }
    };
    walk(file, &mut |found, _| match found {
        Found::Name(_, name) => add(name.span.range()),
        Found::Value(value) => {
            add(value.span.range());
            // What is between the quotes.
            let text = source.text.get(value.span.range()).unwrap_or_default();
            if matches!(value.kind, ValueKind::Text(_)) {
                let quotes = if text.starts_with("\"\"\"") { 3 } else { 1 };
                if text.len() >= 2 * quotes {
                    add(value.span.start as usize + quotes..value.span.end as usize - quotes);
                }
            }
        }
        Found::Piece(piece, span) => {
            add(span.range());
            if piece == Piece::Block && span.end > span.start + 1 {
                add(span.start as usize + 1..span.end as usize - 1);
            }
        }
    });
    for comment in &file.comments {
        add(comment.span.range());
    }
    around.sort_by_key(|bytes| (bytes.len(), bytes.start));
    around.dedup();
    // Each must lie in the next one.
    let mut chain: Vec<Range<usize>> = Vec::new();
    for bytes in around {
        if chain.last().is_none_or(|inner| bytes.start <= inner.start && inner.end <= bytes.end) {
            chain.push(bytes);
        }
    }
    chain
}
