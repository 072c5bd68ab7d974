//! Questions after which the same happens, whatever the answer.

use std::borrow::Cow;

use rustc_hash::FxHashMap;

use super::facts::Facts;
use crate::diagnostics::{Code, Diagnostic};
use crate::model::{ParamValue, SavedFilter};

/// What happens from a node on. Nodes with the same do the same.
#[derive(PartialEq, Eq, Hash)]
struct Course<'f, 'a> {
    module: &'f str,
    parameters: &'f [(Cow<'a, str>, ParamValue<'a>)],
    filter: &'f SavedFilter<'a>,
    outputs: Vec<Vec<usize>>,
}

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    if facts.questions.is_empty() {
        return;
    }
    let mut known: FxHashMap<Course<'_, '_>, usize> = FxHashMap::default();
    let mut courses = vec![0; facts.graph.nodes.len()];
    for &node in facts.order.iter().rev() {
        let own = facts.node(node);
        let targets = |output: &Vec<_>| {
            output.iter().filter_map(|link: &crate::model::Connection| facts.graph.index(link.node)).collect()
        };
        let ways: Vec<Vec<usize>> = own.outputs.iter().map(targets).collect();
        let outputs: Vec<Vec<usize>> =
            ways.iter().map(|way| way.iter().map(|&target| courses[target]).collect()).collect();
        // Where nothing follows, a blueprint may be connected where it is used.
        let is_open = facts.trigger.is_none() && outputs.iter().all(Vec::is_empty);
        if facts.is_question(node) && outputs.windows(2).all(|pair| pair[0] == pair[1]) && !is_open {
            diagnostics.push(pointless(facts, node, &ways));
        }
        let next = known.len();
        let course = Course { module: &own.module, parameters: &own.params, filter: &own.filter, outputs };
        courses[node] = *known.entry(course).or_insert(next);
    }
}

fn pointless(facts: &Facts<'_, '_>, node: usize, ways: &[Vec<usize>]) -> Diagnostic {
    let (message, help) = match ways[0].first() {
        None => (
            "no step follows this question, whatever the answer is".to_owned(),
            "say what should happen, or remove the condition",
        ),
        Some(&next) if ways.iter().all(|way| *way == ways[0]) => (
            format!("the answer to this question changes nothing: both ways lead to {}", facts.name(next)),
            "put the steps that depend on the answer into the block, or remove the question",
        ),
        Some(_) => (
            "the answer to this question changes nothing: both ways do the same".to_owned(),
            "let the ways differ, or remove the question and keep the steps once",
        ),
    };
    facts
        .finding(Code::NoDifference, node, message, "makes no difference")
        .note("MISP asks such a question like any other, and its answer is lost")
        .help(help)
}
