//! Jumps that do not go forward: either a loop or a step in the wrong place.

use rustc_hash::FxHashMap;

use super::Lowering;
use super::flow::{End, Source};
use crate::base::Components;
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::tree::Name;

/// How many steps of a loop get a label in a message.
const MAX_STEPS_SHOWN: usize = 40;

/// A jump to a label further up.
pub(super) struct BackwardJump<'a> {
    pub target: Name<'a>,
    /// Index in the list of labels.
    pub label: usize,
    pub ends: Vec<End>,
}

impl Lowering<'_, '_> {
    /// Reports every jump that goes backwards; of each knot of loops one loop is shown.
    pub(super) fn report_backward_jumps(&mut self) {
        if self.backward.is_empty() {
            return;
        }
        let drafts = self.drafts.len();
        let components = self.components();
        let jumps = std::mem::take(&mut self.backward);
        let mut shown: FxHashMap<usize, usize> = FxHashMap::default();
        for jump in jumps {
            let label = drafts + jump.label;
            let component = components.of[label];
            let back = jump.ends.iter().map(|end| vertex(*end, drafts)).find(|&end| components.of[end] == component);
            let Some(end) = back else {
                let finding = self.backward_jump(&jump);
                self.diagnostics.push(finding);
                continue;
            };
            if let Some(&known) = shown.get(&component) {
                let finding: &mut Diagnostic = &mut self.diagnostics[known];
                if finding.secondary.len() < 2 * MAX_STEPS_SHOWN {
                    finding.secondary.push(crate::diagnostics::Label {
                        span: jump.target.span,
                        message: "this jump leads back as well".to_owned(),
                    });
                }
                continue;
            }
            let way =
                if end == label { vec![label] } else { components.way(label, end).into_iter().chain([end]).collect() };
            shown.insert(component, self.diagnostics.len());
            let finding = self.cycle(&jump, &way);
            self.diagnostics.push(finding);
        }
    }

    /// Drafts, then labels, with the jumps backwards in place.
    fn components(&self) -> Components {
        let drafts = self.drafts.len();
        let links = self
            .drafts
            .iter()
            .enumerate()
            .flat_map(|(from, draft)| draft.links.iter().flatten().filter_map(move |to| to.map(|to| (from, to))));
        let labels = self
            .labels
            .iter()
            .enumerate()
            .filter_map(|(index, label)| label.entry.map(|entry| (drafts + index, entry)));
        let jumps = self
            .backward
            .iter()
            .flat_map(|jump| jump.ends.iter().map(move |end| (vertex(*end, drafts), drafts + jump.label)));
        Components::new(drafts + self.labels.len(), links.chain(labels).chain(jumps))
    }

    fn cycle(&self, jump: &BackwardJump<'_>, way: &[usize]) -> Diagnostic {
        let name = jump.target.text;
        let mut finding = Diagnostic::at(Code::Cycle, jump.target.span, format!("`goto @{name}` makes a loop"))
            .label("back to the start of the loop")
            .also(self.labels[jump.label].name.span, "the loop begins here");
        let nodes: Vec<_> = way.iter().filter_map(|&at| self.drafts.get(at)).collect();
        for (step, draft) in nodes.iter().take(MAX_STEPS_SHOWN).enumerate() {
            if let Some(origin) = draft.node.origin {
                finding = finding.also(origin, format!("{}. `{}`", step + 1, draft.node.module));
            }
        }
        if nodes.len() > MAX_STEPS_SHOWN {
            finding = finding.note(format!("the loop has {} more steps", nodes.len() - MAX_STEPS_SHOWN));
        }
        finding
            .note("MISP refuses to save a workflow that contains a loop")
            .help("jump forward, to a step further down, or remove the jump")
    }

    fn backward_jump(&self, jump: &BackwardJump<'_>) -> Diagnostic {
        let name = jump.target.text;
        Diagnostic::at(Code::BackwardJump, jump.target.span, format!("`goto @{name}` jumps backwards"))
            .label("jumps from here")
            .also(self.labels[jump.label].name.span, "up to here")
            .note("jumps only go forward, so that a reader never has to look back; this one does not make a loop")
            .help(format!("move the step `@{name}` after the jump, and jump to it from its present place as well"))
    }
}

fn vertex(end: End, drafts: usize) -> usize {
    match end.source {
        Source::Output { draft, .. } => draft,
        Source::Label(label) => drafts + label,
    }
}
