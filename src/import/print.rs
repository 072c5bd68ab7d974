//! Steps as text.

use super::step::{Step, StepKind};
use super::written::{Entry, WIDTH, broken_entry, flat_entries, indentation};

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
    pub fn line(&mut self, depth: usize, line: &str) {
        if !line.is_empty() {
            self.text.push_str(&indentation(depth));
            self.text.push_str(line);
        }
        self.text.push('\n');
    }

    /// Writes a comment, a line for each of its lines.
    pub fn comment(&mut self, depth: usize, comment: &str) {
        for line in comment.lines() {
            let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            self.line(depth, format!("# {line}").trim_end());
        }
    }

    /// Writes `name: value` of a head.
    pub fn field(&mut self, depth: usize, entry: &Entry) {
        self.line(depth, &broken_entry(entry, depth));
    }

    /// Writes steps.
    pub fn steps(&mut self, depth: usize, steps: &[Step]) {
        for step in steps {
            self.step(depth, step);
        }
    }

    fn step(&mut self, depth: usize, step: &Step) {
        if let Some(comments) = self.comments.get(step.first)
            && !std::mem::replace(&mut self.commented[step.first], true)
        {
            for comment in comments {
                self.comment(depth, comment);
            }
        }
        let label = step.label.as_ref().map(|label| format!("@{label} ")).unwrap_or_default();
        match &step.kind {
            StepKind::Call { pin, module, arguments, filter } => {
                self.call(depth, &format!("{label}{}{module}", pin_before(pin)), arguments, filter.as_deref());
            }
            StepKind::If { arms, otherwise } => {
                for (index, (condition, steps)) in arms.iter().enumerate() {
                    let word = if index == 0 { format!("{label}if") } else { "} else if".to_owned() };
                    self.line(depth, &format!("{word} {condition} {{"));
                    self.steps(depth + 1, steps);
                }
                if !otherwise.is_empty() {
                    self.line(depth, "} else {");
                    self.steps(depth + 1, otherwise);
                }
                self.line(depth, "}");
            }
            StepKind::Filter { pin, head, body, reset_pin } => {
                self.line(depth, &format!("{label}{}filter {head} {{", pin_before(pin)));
                self.steps(depth + 1, body);
                let reset = if reset_pin.is_empty() { String::new() } else { format!(" reset {}", self::pin(reset_pin)) };
                self.line(depth, &format!("}}{reset}"));
            }
            StepKind::Concurrent { pin, branches } => {
                self.line(depth, &format!("{label}{}concurrent {{", pin_before(pin)));
                for branch in branches {
                    self.line(depth + 1, "branch {");
                    self.steps(depth + 2, branch);
                    self.line(depth + 1, "}");
                }
                self.line(depth, "}");
            }
            StepKind::Goto(target) => self.line(depth, &format!("{label}goto @{target}")),
            StepKind::Detached(steps) if steps.is_empty() => self.line(depth, &format!("{label}detached {{}}")),
            StepKind::Detached(steps) => {
                self.line(depth, &format!("{label}detached {{"));
                self.steps(depth + 1, steps);
                self.line(depth, "}");
            }
        }
    }

    fn call(&mut self, depth: usize, head: &str, arguments: &[Entry], filter: Option<&str>) {
        let has_lines = arguments.iter().any(|(_, value)| value.has_lines());
        let flat = format!("{head}({})", flat_entries(arguments));
        let width = 4 * depth + flat.chars().count();
        match filter {
            Some(filter) if !has_lines && width + filter.chars().count() < WIDTH => {
                return self.line(depth, &format!("{flat} {filter}"));
            }
            _ if !has_lines && width <= WIDTH || arguments.is_empty() => self.line(depth, &flat),
            _ => {
                self.line(depth, &format!("{head}("));
                for argument in arguments {
                    let entry = broken_entry(argument, depth + 1);
                    self.line(depth + 1, &format!("{entry},"));
                }
                self.line(depth, ")");
            }
        }
        if let Some(filter) = filter {
            self.line(depth + 1, filter);
        }
    }
}

/// `@[…]`
pub(super) fn pin(entries: &[Entry]) -> String {
    format!("@[{}]", flat_entries(entries))
}

/// A pin before something, or nothing.
pub(super) fn pin_before(entries: &[Entry]) -> String {
    if entries.is_empty() { String::new() } else { format!("{} ", pin(entries)) }
}
