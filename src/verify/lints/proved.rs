//! What the prover finds: questions whose answer follows from several others, and workflows that stop every run or do
//! nothing. It is asked only where two questions are about the same thing, or one is about something that the trigger
//! lacks, and little is spent on it.

use rustc_hash::FxHashSet;

use crate::catalogue::{Catalogue, Semantics};
use crate::diagnostics::{Code, Diagnostic};
use crate::engine::{Prepared, Settings};
use crate::model::{ModuleType, ParamText, ParamValue};
use crate::prove::{Always, always};

use super::always_blocks::blocks_all;
use super::answered_before::{HARMLESS, asked_before};
use super::facts::Facts;
use super::related::{Related, related};

/// Larger graphs are not looked at.
const MOST_NODES: usize = 160;

/// Findings that already say what is wrong with a question.
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
    asked.retain(|question| !is_said(facts, question.node, diagnostics));
    // That the trigger lacks something has been said; what the whole then does is more than one step shows.
    let lacking = diagnostics.iter().position(|finding| {
        finding.code == Code::NotInTrigger && facts.questions.iter().any(|&node| is_at(facts, node, finding))
    });
    if asked.is_empty() && lacking.is_none() || facts.order.iter().any(|&node| is_open(facts, node)) {
        return;
    }
    let Some(workflow) = prepared(facts) else { return };
    let ids: Vec<_> = asked.iter().map(|question| facts.node(question.node).id).collect();
    let Always { answers, blocks, is_idle } = always(&workflow, Some(signature), &ids);
    if let Some(finding) = lacking.filter(|_| is_idle).and_then(|at| diagnostics.get_mut(at)) {
        finding.notes.push("the whole workflow does nothing, whatever event the trigger passes".to_owned());
    }
    for (id, holds) in answers {
        let is_meant = |question: &&Related| facts.node(question.node).id == id;
        let Some(question) = asked.iter().find(is_meant) else { continue };
        if !has_other_way(facts, question.node, holds) {
            continue;
        }
        let answer = in_words(holds);
        let finding = facts.finding(
            Code::AnsweredBefore,
            question.node,
            format!("earlier conditions decide this one: the answer is always {answer}"),
            &format!("always {answer}"),
        );
        diagnostics.push(
            with_those_before(facts, finding, question)
                .note("no event gets here for which it is otherwise, so one of the two ways is never taken")
                .help("remove the question, or ask for what is meant"),
        );
    }
    if blocks && !diagnostics.iter().any(|finding| finding.code == Code::AlwaysBlocks) {
        diagnostics.extend(blocks_all(facts));
    }
}

/// Adds which earlier conditions tell something about a question.
fn with_those_before(facts: &Facts<'_, '_>, mut finding: Diagnostic, question: &Related) -> Diagnostic {
    // Questions of a blueprint that is used several times have one place.
    let mut shown = vec![facts.node(question.node).origin];
    for &(before, holds) in &question.before {
        let place = facts.node(before).origin;
        if !shown.contains(&place) {
            shown.push(place);
            finding = facts.also(finding, before, format!("only the answer {} leads from here to it", in_words(holds)));
        }
    }
    finding
}

fn in_words(holds: bool) -> &'static str {
    if holds { "yes" } else { "no" }
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
