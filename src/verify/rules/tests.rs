//! The rules, each on small graphs.

use super::paths::{MANY, TOO_MANY};
use super::{BlockingEdge, analyse, check_rules};
use crate::catalogue::Signature;
use crate::diagnostics::{Code, Diagnostic, Severity};
use crate::lower::testing::{graph_of, lowered};
use crate::model::Graph;

/// `stop` blocks, `needs` expects the core format; the trigger `T` does what the test says.
fn signatures(trigger_blocks: bool, trigger_gives: bool) -> Vec<Signature> {
    let signature = |id: &str, module_type: &str| -> Signature {
        serde_json::from_value(serde_json::json!({ "id": id, "name": id, "type": module_type, "version": "0.1" }))
            .unwrap()
    };
    vec![
        Signature { blocking: true, ..signature("stop", "action") },
        Signature { expects_core_format: true, ..signature("needs", "action") },
        Signature { blocking: trigger_blocks, gives_core_format: trigger_gives, ..signature("T", "trigger") },
    ]
}

fn check_with(graph: &Graph<'_>, known: &[Signature], expects_trigger: bool) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let lookup = |id: &str| known.iter().find(|signature| signature.id == id);
    check_rules(graph, &lookup, expects_trigger, None, &mut diagnostics);
    diagnostics
}

/// Code and message of each finding about a graph under a trigger that blocks.
fn findings(text: &str) -> Vec<(Code, String)> {
    let diagnostics = check_with(&graph_of(text), &signatures(true, true), true);
    diagnostics.into_iter().map(|finding| (finding.code, finding.message)).collect()
}

/// The only finding.
fn finding(text: &str) -> (Code, String) {
    let mut found = findings(text);
    assert_eq!(found.len(), 1, "{text}: {found:?}");
    found.remove(0)
}

#[test]
fn a_good_graph_breaks_no_rule() {
    assert_eq!(findings("4=stop 1:1>2 2:1>3 2:2>4 3:1>5"), []);
}

#[test]
fn there_is_one_trigger() {
    assert_eq!(finding("2:1>3"), (Code::TriggerCount, "the workflow has no trigger".to_owned()));
    assert_eq!(
        finding("3=T 1:1>2 3:1>2"),
        (Code::TriggerCount, "the workflow has 2 triggers: `T` (1), `T` (3)".to_owned()),
    );
    assert_eq!(check_with(&graph_of("2:1>3"), &[], false), []);
}

#[test]
fn loops_are_shown_whole() {
    let (code, message) = finding("1:1>2 2:1>3 3:1>4 4:1>2");
    assert_eq!(code, Code::Cycle);
    assert_eq!(message, "the nodes form a loop: `n2` (2) → `n3` (3) → `n4` (4) → `n2` (2)");
    assert_eq!(finding("1:1>2 2:1>2").1, "the nodes form a loop: `n2` (2) → `n2` (2)");
    assert_eq!(findings("1:1>2 2:1>3 3:1>2 3:2>4 4:1>5 5:1>4").len(), 2);
}

#[test]
fn an_output_has_one_connection() {
    assert_eq!(
        finding("1:1>2 2:1>3 2:1>4"),
        (Code::MultipleConnections, "output 1 of `n2` (2) has 2 connections".to_owned()),
    );
    assert_eq!(findings("2=concurrent-task 1:1>2 2:1>3 2:1>4"), []);
}

#[test]
fn connections_lead_to_nodes() {
    let mut graph = graph_of("1:1>2 2:1>3");
    graph.nodes.pop();
    let found = check_with(&graph, &[], true);
    assert_eq!(found[0].message, "output 1 of `n2` (2) leads to node 3, which does not exist");
    assert_eq!((found.len(), found[0].severity), (1, Severity::Error));
    assert_eq!(check_with(&graph, &[], false)[0].severity, Severity::Warning);
}

#[test]
fn nodes_that_no_run_reaches_are_named() {
    assert_eq!(finding("1:1>2 3:1>4 4:1>2").1, "no run reaches 2 nodes: `n3` (3), `n4` (4)");
    assert_eq!(finding("3=x 1:1>2"), (Code::DetachedNodes, "no run reaches `x` (3)".to_owned()));
}

#[test]
fn blocking_modules_cannot_block_in_a_concurrent_task() {
    let (code, message) = finding("2=concurrent-task 4=stop 1:1>2 2:1>3 3:1>4");
    assert_eq!(code, Code::BlockingInConcurrent);
    assert_eq!(message, "`stop` (4) cannot block here: it runs in a concurrent task");
}

#[test]
fn blocking_modules_need_a_blocking_trigger() {
    let found = check_with(&graph_of("3=stop 1:1>2 2:1>3"), &signatures(false, true), true);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].code, Code::BlockingUnderNonBlocking);
    assert_eq!(found[0].message, "`stop` (3) cannot block: the trigger `T` (1) does not wait");
}

#[test]
fn some_modules_need_the_core_format() {
    let found = check_with(&graph_of("3=needs 1:1>2 2:1>3"), &signatures(true, false), true);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].code, Code::CoreFormatMissing);
    assert_eq!(check_with(&graph_of("3=needs 1:1>2 2:1>3"), &signatures(true, true), true), []);
}

/// What is said about this many `if`s in a row whose branches join.
fn paths(ifs: usize) -> Vec<Diagnostic> {
    let text = "if c { x } else { y } ".repeat(ifs);
    let (graph, diagnostics) = lowered(&text);
    assert_eq!(diagnostics, []);
    let mut diagnostics = Vec::new();
    check_rules(&graph, &|_| None, true, None, &mut diagnostics);
    diagnostics
}

#[test]
fn each_if_doubles_the_paths() {
    assert_eq!(paths(11), []);
    let found = paths(12);
    assert_eq!((found.len(), found[0].code), (1, Code::ManyPaths));
    assert!(found[0].message.starts_with(&format!("{MANY} paths lead")), "{}", found[0].message);
    assert!(paths(14)[0].message.starts_with("16384 paths lead"));
    assert_eq!(paths(19)[0].code, Code::ManyPaths);
    let found = paths(20);
    assert_eq!(found[0].code, Code::TooManyPaths);
    assert!(found[0].message.starts_with("1048576 paths lead") && 1_048_576 >= TOO_MANY);
    // The 13th `if` is the first one to which 4,096 ways lead.
    let at = paths(14)[0].primary.as_ref().unwrap().span.start as usize;
    assert_eq!(at, "if c { x } else { y } ".len() * 12 + 3);
}

#[test]
fn paths_beyond_counting() {
    assert!(paths(100)[0].message.starts_with("more paths than can be counted lead"));
}

#[test]
fn the_analysis_speaks_as_misp_does() {
    let graph = graph_of("2=concurrent-task 4=stop 5=stop 1:1>4 2:1>3 2:1>4 2:1>5 3:1>4 3:2>4");
    let known = signatures(true, true);
    let analysis = analyse(&graph, &|id| known.iter().find(|signature| signature.id == id));
    assert!(analysis.acyclic && !analysis.multiple);
    let edge = |from, to, node| BlockingEdge(from, to, "stop".to_owned(), node);
    assert_eq!(
        analysis.warnings,
        [edge(2, 3, 4), edge(3, 4, 4), edge(2, 3, 4), edge(3, 4, 4), edge(2, 4, 4), edge(2, 5, 5)],
    );
    assert_eq!(analysis.triggers, ["T"]);

    let analysis = analyse(&graph_of("1:1>2 2:1>3 3:1>2 3:1>4"), &|_| None);
    assert_eq!(analysis.cycles, [(2, 3), (3, 2)]);
    assert_eq!(analysis.multiple_edges, [(3, vec![2, 4])]);
}

#[test]
fn the_analysis_of_many_paths_ends() {
    let text = format!(
        "2=concurrent-task 1:1>2 2:1>3 {} 40=stop",
        (3..39).map(|at| format!("{at}:1>{} {at}:2>{}", at + 1, at + 1)).collect::<Vec<_>>().join(" ")
    );
    let mut graph = graph_of(&text);
    graph.nodes[38].module = "stop".into();
    let known = signatures(true, true);
    let analysis = analyse(&graph, &|id| known.iter().find(|signature| signature.id == id));
    assert_eq!(analysis.warnings.len(), 100_000);
}
