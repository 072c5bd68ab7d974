//! Branches of a concurrent task that come together again: what follows runs once for each.

use super::facts::Facts;
use crate::diagnostics::{Code, Diagnostic};

/// The branch of a concurrent task: the task, and which of its connections.
type Branch = (usize, usize);

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    if !facts.order.iter().any(|&node| facts.node(node).is_concurrent_task()) {
        return;
    }
    let mut branch: Vec<Option<Branch>> = vec![None; facts.graph.nodes.len()];
    for &node in &facts.order {
        let arriving = |edge: &super::facts::Incoming| {
            if facts.node(edge.from).is_concurrent_task() { Some((edge.from, edge.link)) } else { branch[edge.from] }
        };
        let arrivals = || facts.incoming(node).iter().filter_map(arriving);
        let Some(first) = arrivals().min() else { continue };
        let second = arrivals().find(|other| other.0 == first.0 && other.1 != first.1);
        branch[node] = Some(first);
        if second.is_none() {
            continue;
        }
        let finding = facts.finding(
            Code::RunsSeveralTimes,
            node,
            "branches of a concurrent task join here, so this and what follows runs once for each of them",
            "runs several times",
        );
        diagnostics.push(
            facts
                .also(finding, first.0, "the branches start here")
                .note("every branch is a job of its own; jobs do not wait for each other, each walks on to the end")
                .help("put the step at the end of one branch, or before the concurrent task"),
        );
    }
}
