//! Steps as text. Where lines break is left to the formatter.

use crate::diagnostics::printable_line;

use super::step::{StepKind, WrittenStep};
use super::written::{Entry, entries_of};

/// Writes lines.
pub(super) struct Printer<'c> {
    pub text: String,
    /// Comments before the step that begins with a node, by the node's place in the text's order.
    comments: &'c [Vec<String>],
    commented: Vec<bool>,
}

impl<'c> Printer<'c> {
    /// A printer that puts these comments before the steps.
    pub fn new(comments: &'c [Vec<String>]) -> Self {
        Self { text: String::new(), comments, commented: vec![false; comments.len()] }
    }

    /// Writes a line.
    pub fn line(&mut self, line: &str) {
        self.text.push_str(line);
        self.text.push('\n');
    }

    /// Writes a comment, a line for each of its lines.
    fn comment(&mut self, comment: &str) {
        for line in comment.lines() {
            self.line(format!("# {}", printable_line(line)).trim_end());
        }
    }

    /// Writes `name: value` of a head.
    pub fn field(&mut self, entry: &Entry) {
        self.line(&entries_of(std::slice::from_ref(entry)));
    }

    /// Writes steps.
    pub fn steps(&mut self, steps: &[WrittenStep]) {
        for (index, step) in steps.iter().enumerate() {
            let before = index.checked_sub(1).map(|before| &steps[before]);
            if before
                .is_some_and(|before| (is_block(before) || is_block(step)) && !matches!(step.kind, StepKind::Goto(_)))
            {
                self.line("");
            }
            self.step(step);
        }
    }

    fn step(&mut self, step: &WrittenStep) {
        if let Some(comments) = self.comments.get(step.first)
            && !std::mem::replace(&mut self.commented[step.first], true)
        {
            for comment in comments {
                self.comment(comment);
            }
        }
        if let Some(label) = &step.label {
            self.text.extend(["@", label, " "]);
        }
        match &step.kind {
            StepKind::Call { pin, module, arguments, filter } => {
                let filter = filter.as_ref().map(|filter| format!(" {filter}")).unwrap_or_default();
                self.line(&format!("{}{module}({}){filter}", pin_before(pin), entries_of(arguments)));
            }
            StepKind::If { arms, otherwise } => {
                for (index, (condition, steps)) in arms.iter().enumerate() {
                    let word = if index == 0 { "if" } else { "} else if" };
                    self.line(&format!("{word} {condition} {{"));
                    self.steps(steps);
                }
                if !otherwise.is_empty() {
                    self.line("} else {");
                    self.steps(otherwise);
                }
                self.line("}");
            }
            StepKind::Filter { pin, head, body, reset } => {
                self.line(&format!("{}filter {head} {{", pin_before(pin)));
                self.steps(body);
                match reset {
                    None => self.line("}"),
                    Some(pin) if pin.is_empty() => self.line("} reset"),
                    Some(pin) => self.line(&format!("}} reset {}", self::pin(pin))),
                }
            }
            StepKind::Concurrent { pin, branches } => {
                self.line(&format!("{}concurrent {{", pin_before(pin)));
                for branch in branches {
                    self.block("branch", branch);
                }
                self.line("}");
            }
            StepKind::Goto(target) => self.line(&format!("goto @{target}")),
            StepKind::Detached(steps) => self.block("detached", steps),
        }
    }

    fn block(&mut self, word: &str, steps: &[WrittenStep]) {
        self.line(&format!("{word} {{"));
        self.steps(steps);
        self.line("}");
    }
}

/// Whether a step is set apart by blank lines.
fn is_block(step: &WrittenStep) -> bool {
    match &step.kind {
        StepKind::Call { .. } | StepKind::Goto(_) => false,
        StepKind::Detached(steps) => !steps.is_empty(),
        StepKind::If { .. } | StepKind::Filter { .. } | StepKind::Concurrent { .. } => true,
    }
}

/// `@[…]`
fn pin(entries: &[Entry]) -> String {
    format!("@[{}]", entries_of(entries))
}

/// A pin before something, or nothing.
pub(super) fn pin_before(entries: &[Entry]) -> String {
    if entries.is_empty() { String::new() } else { format!("{} ", pin(entries)) }
}
