//! What the prover finds: questions whose answer follows from several others, and workflows that stop every run or do
//! nothing because of that. It is asked only where two questions are about the same thing, or one is about something that
//! the trigger lacks, and little is spent on it.

use rustc_hash::FxHashSet;

use crate::catalogue::{Catalogue, Semantics};
use crate::diagnostics::{Code, Diagnostic};
use crate::engine::{Prepared, Settings};
use crate::model::{ModuleType, ParamText, ParamValue};
use crate::prove::{Always, always};

use super::always_blocks::blocks_all;
use super::answered_before::{HARMLESS, asked_before};
use super::facts::Facts;
use super::related::related;

/// Larger graphs are not looked at.
const MOST_NODES: usize = 160;

/// Findings after which there is no more to say about a question.
const SAID: [Code; 7] = [
    Code::AnsweredBefore,
    Code::DecidedCount,
    Code::NoTags,
    Code::NoOrganisation,
    Code::NotInTrigger,
    Code::MissingNotUnequal,
    Code::NeverAttached,
];

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let Some((trigger, signature)) = facts.trigger.zip(facts.trigger_signature()) else { return };
    if facts.graph.nodes.len() > MOST_NODES || facts.is_foreign(trigger) {
        return;
    }
    let mut asked = related(facts);
    asked.retain(|&node| !is_said(facts, node, diagnostics));
    // Of what the trigger lacks a question has been told; what follows from that is more than one step sees.
    let lacking = diagnostics.iter().position(|finding| {
        finding.code == Code::NotInTrigger && facts.questions.iter().any(|&node| is_at(facts, node, finding))
    });
    if asked.is_empty() && lacking.is_none() || facts.order.iter().any(|&node| is_open(facts, node)) {
        return;
    }
    let Some(workflow) = prepared(facts) else { return };
    let ids: Vec<_> = asked.iter().map(|&node| facts.node(node).id).collect();
    let Always { answers, blocks, is_idle } = always(&workflow, Some(signature), &ids);
    if let Some(finding) = lacking.filter(|_| is_idle).and_then(|at| diagnostics.get_mut(at)) {
        finding.notes.push("so the whole workflow does nothing, whatever event the trigger passes".to_owned());
    }
    for (id, holds) in answers {
        let Some(node) = facts.graph.index(id).filter(|&node| has_other_way(facts, node, holds)) else { continue };
        let answer = if holds { "yes" } else { "no" };
        diagnostics.push(
            facts
                .finding(
                    Code::AnsweredBefore,
                    node,
                    format!("earlier conditions decide this one: the answer is always {answer}"),
                    &format!("always {answer}"),
                )
                .note("no event gets here for which it is otherwise, so one of the two ways is never taken")
                .help("remove the question, or ask for what is meant"),
        );
    }
    if blocks && !diagnostics.iter().any(|finding| finding.code == Code::AlwaysBlocks) {
        diagnostics.extend(blocks_all(facts));
    }
}

/// Whether something has been said about a question that tells as much.
fn is_said(facts: &Facts<'_, '_>, node: usize, diagnostics: &[Diagnostic]) -> bool {
    asked_before(facts, node).is_some()
        || diagnostics.iter().any(|finding| SAID.contains(&finding.code) && is_at(facts, node, finding))
}

/// Whether a finding points at a node.
fn is_at(facts: &Facts<'_, '_>, node: usize, finding: &Diagnostic) -> bool {
    let at = finding.primary.as_ref().map(|label| label.span);
    at.zip(facts.node(node).origin).is_some_and(|(at, place)| place.contains(at))
}

/// Whether something is connected to the output that is never taken. To ask for what is so anyhow does no harm.
fn has_other_way(facts: &Facts<'_, '_>, node: usize, holds: bool) -> bool {
    facts.node(node).outputs.get(usize::from(holds)).is_some_and(|links| !links.is_empty())
}

/// Whether a node that makes a difference for questions depends on the environment.
fn is_open(facts: &Facts<'_, '_>, node: usize) -> bool {
    let own = facts.node(node);
    let matters = own.module_type != ModuleType::Action || !HARMLESS.contains(&&*own.module);
    matters && own.params.iter().any(|(_, value)| is_open_value(value))
}

fn is_open_value(value: &ParamValue<'_>) -> bool {
    match value {
        ParamValue::Text(text) => matches!(text, ParamText::Parts(_)),
        ParamValue::List(items) => items.iter().any(is_open_value),
        ParamValue::Object(entries) => entries.iter().any(|(_, value)| is_open_value(value)),
        ParamValue::Null | ParamValue::Boolean(_) | ParamValue::Number(_) => false,
    }
}

/// The workflow, ready to be looked at.
fn prepared(facts: &Facts<'_, '_>) -> Option<Prepared> {
    let mut catalogue = Catalogue::default();
    let mut known = FxHashSet::default();
    let signatures = (0..facts.graph.nodes.len()).filter_map(|node| facts.signature(node));
    catalogue.extend(signatures.filter(|signature| known.insert(&*signature.id)).cloned());
    let semantics = if facts.is_later { Semantics::MISP_2_5_19 } else { Semantics::MISP_2_5_1 };
    Prepared::new(facts.graph, &Settings::new("", &catalogue, semantics)).ok()
}
