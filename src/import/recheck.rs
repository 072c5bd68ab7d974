//! Nodes that are in the graph and that the checker would refuse, such as comparisons which can
//! never hold. A text must hold them all the same.

use crate::base::source::{Sources, Span};
use crate::catalogue::Catalogue;
use crate::compile::Workspace;
use crate::project::MemoryFiles;
use crate::syntax::parse;
use crate::syntax::tree::{Block, Condition, Item, Step, StepKind};

/// The calls, questions and filters in which the checker finds errors, by their place in the order
/// of the text, each with the first of its errors.
pub(super) fn recheck(text: &str, catalogue: &Catalogue) -> Vec<(usize, String)> {
    let sources = Sources::new();
    let file = sources.add("", None, text);
    let files = MemoryFiles::new();
    let workspace = Workspace::load(&sources, &files, &[file], catalogue);
    let compilation = workspace.compile();
    if !compilation.has_errors() {
        return Vec::new();
    }
    let parsed = parse(&sources, file);
    let mut places = Places::default();
    for item in &parsed.file.items {
        match item {
            Item::Workflow(workflow) => places.block(&workflow.body),
            Item::Blueprint(blueprint) => places.block(&blueprint.body),
            _ => {}
        }
    }
    let errors = compilation.diagnostics.into_iter().filter(crate::diagnostics::Diagnostic::is_error);
    let mut refused: Vec<(usize, String)> = errors
        .filter_map(|error| {
            let at = error.primary?.span;
            Some((places.around(at)?, error.message))
        })
        .collect();
    refused.sort_by_key(|(place, _)| *place);
    refused.dedup_by_key(|(place, _)| *place);
    refused
}

/// Where calls, questions and filters are, in the order of the text.
#[derive(Default)]
struct Places {
    spans: Vec<Span>,
}

impl Places {
    fn block(&mut self, block: &Block<'_>) {
        block.steps.iter().for_each(|step| self.step(step));
    }

    fn step(&mut self, step: &Step<'_>) {
        match &step.kind {
            StepKind::Call(call) => {
                let filter = call.filter.as_ref().map_or(call.call.span, |filter| filter.span);
                self.spans.push(call.call.span.to(filter));
            }
            StepKind::If(branches) => {
                for arm in &branches.arms {
                    self.condition(&arm.condition);
                    self.block(&arm.body);
                }
                branches.otherwise.iter().for_each(|block| self.block(block));
            }
            StepKind::Filter(filter) => {
                let end = filter.condition.span().unwrap_or(filter.selector.span);
                self.spans.push(filter.selector.span.to(end));
                self.block(&filter.body);
            }
            StepKind::Concurrent(concurrent) => {
                concurrent.branches.iter().for_each(|block| self.block(block));
            }
            StepKind::Detached(block) => self.block(block),
            StepKind::Use(_) | StepKind::Goto(_) => {}
        }
    }

    fn condition(&mut self, condition: &Condition<'_>) {
        match condition {
            Condition::Or(parts) | Condition::And(parts) => parts.iter().for_each(|part| self.condition(part)),
            Condition::Not { inner, .. } => self.condition(inner),
            Condition::Predicate(predicate) => self.spans.push(predicate.span),
        }
    }

    /// The place in the order of what `at` lies in.
    fn around(&self, at: Span) -> Option<usize> {
        let next = self.spans.partition_point(|span| span.start <= at.start);
        let place = next.checked_sub(1)?;
        (at.end <= self.spans[place].end).then_some(place)
    }
}
