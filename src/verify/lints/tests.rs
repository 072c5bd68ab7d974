//! Graphs that no text made: without places, and with whatever MISP saves.

use super::{Row, check_lints};
use crate::catalogue::Catalogue;
use crate::diagnostics::{Code, Diagnostic};
use crate::misp::read;
use crate::model::{Connection, Graph, ModuleType, Node, ParamValue};

/// What the editor saved for a graph with one node of every module of MISP 2.5.1.
const EDITOR: &str = include_str!("../../../tests/editor/saved-all-modules-2.5.1.json");

fn found(graph: &Graph<'_>) -> Vec<Diagnostic> {
    let mut diagnostics = Vec::new();
    let catalogue = Catalogue::built_in();
    check_lints(
        graph,
        Row::default(),
        &|module| catalogue.module(module),
        &catalogue.known_tags(),
        None,
        None,
        &mut diagnostics,
    );
    diagnostics
}

/// Every other node, one after the other; the first one a trigger.
fn chain(modules: &[&str]) -> Graph<'static> {
    let mut graph = read(EDITOR).unwrap().documents.remove(0).graph;
    graph.nodes.retain(|node| modules.contains(&&*node.module));
    graph.nodes.sort_by_key(|node| modules.iter().position(|module| *module == node.module));
    let count = graph.nodes.len();
    assert_eq!(count, modules.len());
    for (index, node) in graph.nodes.iter_mut().enumerate() {
        node.id = u32::try_from(index).unwrap();
        let next = index + 1;
        let links = (next < count).then(|| Connection { node: u32::try_from(next).unwrap(), input: 1 });
        for (output, connections) in node.outputs.iter_mut().enumerate() {
            *connections = links.filter(|_| output == 0).into_iter().collect();
        }
    }
    graph
}

#[test]
fn nodes_are_named_where_no_text_made_them() {
    let graph = chain(&["event-publish", "organisation-if", "threat-level-if", "publish-event"]);
    let found = found(&graph);
    let codes: Vec<Code> = found.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, [Code::IdleDefault, Code::NoOrganisation, Code::PublishesAgain]);
    assert!(found[2].message.starts_with("this publishes the event"), "{}", found[2].message);
    assert!(found.iter().all(|finding| finding.primary.is_none() && finding.fix.is_none()));
}

#[test]
fn loops_and_missing_nodes_are_left_to_the_rules() {
    let mut graph = chain(&["event-publish", "push-zmq", "publish-event"]);
    graph.nodes[2].outputs[0].push(Connection { node: 99, input: 1 });
    assert_eq!(found(&graph).len(), 1);
    graph.nodes[2].outputs[0].push(Connection { node: 1, input: 1 });
    assert_eq!(found(&graph), []);
}

#[test]
fn an_answer_is_told_by_its_output() {
    for (output, answer) in [(0, "yes"), (1, "no")] {
        let mut graph = chain(&["event-publish", "published-if", "push-zmq", "reload-full-event"]);
        graph.nodes[0].gives_core_format = true;
        graph.nodes[2] = Node { id: 2, ..graph.nodes[1].clone() };
        graph.nodes[2].outputs = vec![vec![Connection { node: 3, input: 1 }], Vec::new()];
        graph.nodes[1].outputs = vec![Vec::new(); 2];
        graph.nodes[1].outputs[output].push(Connection { node: 2, input: 1 });
        graph.nodes[0].gives_core_format = true;
        let found = found(&graph);
        let codes: Vec<Code> = found.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, [Code::AnsweredBefore]);
        assert!(found[0].message.ends_with(answer), "{}", found[0].message);
    }
}

#[test]
fn very_long_chains_of_questions() {
    // Each is asked anew, far after the first of its kind.
    let mut graph = chain(&["event-publish", "published-if"]);
    let question = graph.nodes[1].clone();
    graph.nodes.truncate(1);
    for id in 1..50_000 {
        let mut node = Node { id, ..question.clone() };
        node.params[0].1 = ParamValue::text(format!("{id}"));
        node.outputs = vec![Vec::new(), vec![Connection { node: id + 1, input: 1 }]];
        graph.nodes.push(node);
    }
    let found = found(&graph);
    assert!(found.iter().all(|finding| finding.code == Code::IdleDefault || finding.code == Code::NoDifference));
}

#[test]
fn defaults_of_all_modules() {
    // Without a trigger it is a blueprint, in which everything is looked at.
    let mut graph = read(EDITOR).unwrap().documents.remove(0).graph;
    graph.nodes.retain(|node| node.module_type != ModuleType::Trigger);
    let found = found(&graph);
    for code in [Code::IdleDefault, Code::BrokenModule, Code::BrokenContentType, Code::NoOrganisation] {
        assert!(found.iter().any(|finding| finding.code == code), "{code}");
    }
    assert!(found.iter().all(|finding| finding.code != Code::NeverAttached));
}
