//! How nodes are told: conditions, their questions, and pins.

use std::collections::VecDeque;

use super::arguments::{Exact, arguments, exactly};
use super::conditions::Condition;
use super::flow::FlowNode;
use super::predicate::{Predicate, Style, predicate};
use super::print::pin_before;
use super::structure::Structurer;
use super::written::{Entry, Written, called, entries_of};
use crate::model::ModuleType;

impl Structurer<'_, '_> {
    /// Puts the nodes of a condition into the order of the text.
    pub(super) fn note_condition(&mut self, condition: &Condition) {
        match condition {
            Condition::Test(node) => {
                self.sequence.push(*node);
                self.statement_nodes.push(*node);
            }
            Condition::Not(inner) => self.note_condition(inner),
            Condition::And(parts) | Condition::Or(parts) => parts.iter().for_each(|part| self.note_condition(part)),
        }
    }

    pub(super) fn condition(&mut self, condition: &Condition) -> String {
        match condition {
            Condition::Test(node) => self.question(*node),
            Condition::Not(inner) => match **inner {
                Condition::Test(node) => format!("not {}", self.question(node)),
                ref inner => format!("not ({})", self.condition(inner)),
            },
            Condition::And(parts) => self.parts(parts, " and ", true),
            Condition::Or(parts) => self.parts(parts, " or ", false),
        }
    }

    fn parts(&mut self, parts: &VecDeque<Condition>, word: &str, in_and: bool) -> String {
        let mut text = String::new();
        for part in parts {
            if !text.is_empty() {
                text.push_str(word);
            }
            let part_text = self.condition(part);
            if in_and && matches!(part, Condition::Or(_)) {
                text.extend(["(", &part_text, ")"]);
            } else {
                text.push_str(&part_text);
            }
        }
        text
    }

    /// The question of an IF node.
    fn question(&mut self, unit: usize) -> String {
        let node = &self.flow.nodes[unit];
        let mut pin = self.pin(unit);
        let Some(predicate) = predicate(node.node, Style::Source).filter(|_| self.exact[unit] != Exact::All) else {
            // No condition is asked of some of the items: a filter says nothing here.
            let exact = if self.exact[unit] == Exact::Nothing { Exact::Filter } else { self.exact[unit] };
            let arguments = arguments(node, exact, &mut self.notes);
            pin.extend(arguments.pin);
            return format!("{}{}({})", pin_before(&pin), called(&node.node.module), entries_of(&arguments.entries));
        };
        pin.extend(self.deviations(&predicate, unit));
        format!("{}{}", pin_before(&pin), predicate.text)
    }

    pub(super) fn deviations(&mut self, predicate: &Predicate, unit: usize) -> Vec<Entry> {
        let node = self.flow.nodes[unit].node;
        let deviations = predicate.deviations(node);
        deviations.iter().filter_map(|(id, value)| exactly(id, *value, node, &mut self.notes)).collect()
    }

    /// What a pin keeps of a node's place.
    pub(super) fn pin(&mut self, unit: usize) -> Vec<Entry> {
        let FlowNode { node, signature, .. } = &self.flow.nodes[unit];
        let mut pin = Vec::new();
        let says = node.module_type == ModuleType::Trigger && signature.module_type == ModuleType::Trigger;
        if says && node.gives_core_format != signature.gives_core_format {
            pin.push(("core-format".to_owned(), Written::Bare(node.gives_core_format.to_string())));
        }
        if !self.keep_layout {
            return pin;
        }
        let bare = |text: String| Written::Bare(text);
        if node.id > 0 {
            pin.push(("id".to_owned(), bare(node.id.to_string())));
        } else {
            self.notes.about(0, "MISP numbers nodes from 1; this one gets another id");
        }
        if let Some((x, y)) = node.position {
            if x.abs() < 1e7 && y.abs() < 1e7 {
                pin.push(("x".to_owned(), bare(number(x))));
                pin.push(("y".to_owned(), bare(number(y))));
            } else {
                self.notes.about(node.id, "the node's position is out of range and not kept");
            }
        }
        if node.version != signature.version {
            pin.push(("version".to_owned(), Written::Text(node.version.to_string())));
        }
        pin
    }
}

/// A coordinate, without a fraction where it has none.
fn number(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value:.0}") } else { value.to_string() }
}
