//! Blocks and steps.

use crate::syntax::tree::{Block, CallStep, Concurrent, Field, FilterStep, IfStep, Step, StepKind};

use super::comment::Blanks;
use super::writer::Writer;

impl<'s> Writer<'s> {
    /// The head and the steps of a workflow or blueprint.
    pub(super) fn body(&mut self, fields: &'s [Field<'s>], block: &'s Block<'s>) {
        let count = fields.len() + block.steps.len();
        self.block_of(count, |writer, index| match index.checked_sub(fields.len()) {
            None => {
                writer.field(&fields[index]);
                if index + 1 == fields.len() { Blanks::Require } else { Blanks::Keep }
            }
            Some(index) => {
                writer.step(&block.steps[index]);
                Blanks::Keep
            }
        });
    }

    /// Something between braces, one a line; `write` says which blank lines follow it.
    pub(super) fn block_of(&mut self, count: usize, mut write: impl FnMut(&mut Self, usize) -> Blanks) {
        self.token("{");
        if count > 0 {
            self.pieces.indent();
            self.hard(Blanks::Begin);
            for index in 0..count {
                let blanks = write(self, index);
                if index + 1 < count {
                    self.hard(blanks);
                }
            }
            self.hard_and_dedent(Blanks::BeforeComments);
        } else if self.comments_ahead() {
            self.pieces.indent();
            self.hard_and_dedent(Blanks::BetweenComments);
        }
        self.token("}");
    }

    /// `name: value`
    pub(super) fn field(&mut self, field: &'s Field<'s>) {
        self.copy(field.name.span);
        self.named_value(&field.value);
    }

    fn block(&mut self, block: &'s Block<'s>) {
        self.block_of(block.steps.len(), |writer, index| {
            writer.step(&block.steps[index]);
            Blanks::Keep
        });
    }

    fn step(&mut self, step: &'s Step<'s>) {
        if let Some(label) = step.label {
            self.copy(label.span);
            self.space();
        }
        if let Some(pin) = &step.pin {
            self.pin(pin);
            self.space();
        }
        match &step.kind {
            StepKind::Call(step) => self.call_step(step),
            StepKind::If(step) => self.if_step(step),
            StepKind::Filter(step) => self.filter_step(step),
            StepKind::Concurrent(step) => self.concurrent(step),
            StepKind::Use(call) => {
                self.token("use");
                self.add(" ");
                self.call(call);
            }
            StepKind::Goto(label) => {
                self.token("goto");
                self.add(" ");
                self.copy(label.span);
            }
            StepKind::Detached(block) => {
                self.token("detached");
                self.add(" ");
                self.block(block);
            }
        }
    }

    fn call_step(&mut self, step: &'s CallStep<'s>) {
        self.call(&step.call);
        let Some(filter) = &step.filter else { return };
        self.pieces.open();
        self.pieces.indent();
        self.line(true, Blanks::BeforeComments);
        self.token("for");
        self.add(" ");
        self.value(&filter.selector);
        self.pieces.open();
        self.line(true, Blanks::BeforeComments);
        self.token("where");
        self.add(" ");
        self.filter_condition(&filter.condition);
        self.pieces.close();
        self.pieces.dedent();
        self.pieces.close();
    }

    fn if_step(&mut self, step: &'s IfStep<'s>) {
        for (index, arm) in step.arms.iter().enumerate() {
            if index > 0 {
                self.add(" ");
                self.token("else");
                self.add(" ");
            }
            self.token("if");
            self.add(" ");
            self.head_condition(&arm.condition);
            self.block(&arm.body);
        }
        if let Some(otherwise) = &step.otherwise {
            self.add(" ");
            self.token("else");
            self.add(" ");
            self.block(otherwise);
        }
    }

    fn filter_step(&mut self, step: &'s FilterStep<'s>) {
        self.pieces.open();
        self.token("filter");
        self.add(" ");
        if let Some(label) = step.label {
            if self.filter_labels.is_needed(label.text, step) {
                self.copy(label.span);
                self.token(":");
                self.add(" ");
            } else {
                self.reach(label.span);
                self.leave_out(":");
            }
        }
        self.value(&step.selector);
        self.pieces.indent();
        self.line(true, Blanks::BeforeComments);
        self.token("where");
        self.add(" ");
        self.filter_condition(&step.condition);
        self.line_and_dedent(true, Blanks::BeforeComments);
        self.pieces.close();
        self.filter_labels.enter(step);
        self.block(&step.body);
        self.filter_labels.leave();
        if let Some(reset) = &step.reset {
            self.add(" ");
            self.token("reset");
            if let Some(pin) = &reset.pin {
                self.add(" ");
                self.pin(pin);
            }
        }
    }

    fn concurrent(&mut self, step: &'s Concurrent<'s>) {
        self.token("concurrent");
        self.add(" ");
        self.block_of(step.branches.len(), |writer, index| {
            writer.token("branch");
            writer.add(" ");
            writer.branch(&step.branches[index]);
            Blanks::Keep
        });
    }

    /// A branch with one simple step is on one line if that fits.
    fn branch(&mut self, block: &'s Block<'s>) {
        let [step] = block.steps.as_slice() else { return self.block(block) };
        if !matches!(step.kind, StepKind::Call(_) | StepKind::Use(_) | StepKind::Goto(_)) {
            return self.block(block);
        }
        self.pieces.open();
        self.token("{");
        self.pieces.indent();
        self.line(true, Blanks::Begin);
        self.step(step);
        self.line_and_dedent(true, Blanks::BeforeComments);
        self.token("}");
        self.pieces.close();
    }
}
