//! What a comment is about.

use crate::base::source::{SourceFile, Span};
use crate::syntax::tree::{Block, Field, File, Item, Step, StepKind};

/// Items, fields, steps and blocks of a file, each after the one around it.
pub(super) struct Extents {
    extents: Vec<Extent>,
}

struct Extent {
    span: Span,
    /// The one around it.
    parent: Option<usize>,
    /// A block is not a step: a comment in it is about the step that follows.
    is_block: bool,
}

/// What is still to be visited.
enum Visit<'t, 's> {
    Block(&'t Block<'s>),
    Step(&'t Step<'s>),
}

impl Extents {
    pub fn of(file: &File<'_>) -> Self {
        let mut this = Self { extents: Vec::new() };
        for item in &file.items {
            match item {
                Item::Workflow(workflow) => this.flow(workflow.span, &workflow.fields, &workflow.body),
                Item::Blueprint(blueprint) => this.flow(blueprint.span, &blueprint.fields, &blueprint.body),
                Item::Import(item) => this.add(item.span, None, false),
                Item::Let(item) => this.add(item.span, None, false),
                Item::Module(item) => this.add(item.span, None, false),
                Item::Test(item) => this.add(item.span, None, false),
            }
        }
        this
    }

    fn add(&mut self, span: Span, parent: Option<usize>, is_block: bool) {
        self.extents.push(Extent { span, parent, is_block });
    }

    fn flow(&mut self, span: Span, fields: &[Field<'_>], body: &Block<'_>) {
        let item = self.extents.len();
        self.add(span, None, false);
        let body_at = self.extents.len();
        let whole = fields.iter().fold(body.span, |whole, field| whole.to(field.span));
        self.add(whole, Some(item), true);
        for field in fields {
            self.add(field.span, Some(body_at), false);
        }
        let mut open: Vec<(Visit<'_, '_>, usize)> =
            body.steps.iter().rev().map(|step| (Visit::Step(step), body_at)).collect();
        while let Some((visit, parent)) = open.pop() {
            let here = self.extents.len();
            match visit {
                Visit::Block(block) => {
                    self.add(block.span, Some(parent), true);
                    open.extend(block.steps.iter().rev().map(|step| (Visit::Step(step), here)));
                }
                Visit::Step(step) => {
                    self.add(step.span, Some(parent), false);
                    let blocks = blocks(step);
                    open.extend(blocks.into_iter().rev().map(|block| (Visit::Block(block), here)));
                }
            }
        }
    }

    /// The text of one of them.
    pub fn span(&self, at: usize) -> Span {
        self.extents[at].span
    }

    /// All in which a byte lies, from the inside out.
    pub fn around(&self, offset: u32) -> impl Iterator<Item = usize> {
        let innermost = self.extents.partition_point(|extent| extent.span.start <= offset).checked_sub(1);
        let chain = std::iter::successors(innermost, |&at| self.extents[at].parent);
        chain.filter(move |&at| self.extents[at].span.end > offset)
    }

    /// What a comment is about: the step that begins on its line, else the one that ends there; for a
    /// comment on a line of its own the next one in its block. A comment inside a step, between its
    /// parameters say, is about that step.
    pub fn of_comment(&self, source: &SourceFile, comment: Span) -> Option<usize> {
        let line = source.line_start(source.line_index(comment.start as usize))?;
        let is_alone = source.text.get(line..comment.start as usize)?.trim().is_empty();
        let line = line as u32;
        // Extents lie in the order of their beginnings.
        let next = self.extents.partition_point(|extent| extent.span.start < comment.start);
        if !is_alone {
            let first = self.extents.partition_point(|extent| extent.span.start < line);
            if let Some(begins) = (first..next).find(|&at| !self.extents[at].is_block) {
                return Some(begins);
            }
            // The last one that begins before, and those around it: what ends on this line is among them.
            let mut around = next.checked_sub(1);
            let mut ends = None;
            while let Some(at) = around {
                let Extent { span, parent, is_block } = &self.extents[at];
                if !is_block && span.end > line && span.end <= comment.start {
                    ends = Some(at);
                }
                around = *parent;
            }
            if ends.is_some() {
                return ends;
            }
        }
        let mut around = next.checked_sub(1);
        while let Some(at) = around {
            let extent = &self.extents[at];
            if extent.span.end >= comment.end {
                break;
            }
            around = extent.parent;
        }
        match around.map(|at| &self.extents[at]) {
            Some(extent) if !extent.is_block => around,
            _ if !is_alone => None,
            within => {
                let following = self.extents.get(next)?;
                let inside = within.is_none_or(|within| following.span.end <= within.span.end);
                inside.then_some(next)
            }
        }
    }
}

fn blocks<'t, 's>(step: &'t Step<'s>) -> Vec<&'t Block<'s>> {
    match &step.kind {
        StepKind::If(step) => step.arms.iter().map(|arm| &arm.body).chain(&step.otherwise).collect(),
        StepKind::Filter(step) => vec![&step.body],
        StepKind::Concurrent(step) => step.branches.iter().collect(),
        StepKind::Detached(block) => vec![block],
        StepKind::Call(_) | StepKind::Use(_) | StepKind::Goto(_) => Vec::new(),
    }
}
