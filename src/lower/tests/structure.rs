//! Sequences, branches, concurrent tasks, blueprints, ids.

use super::{Code, finding, graph, secondary};
use crate::check::{CheckedFlow, CheckedStep, CheckedStepKind};
use crate::lower::lower;
use crate::lower::testing::{flow, graph_of, lowered, node, show};

#[test]
fn steps_follow_each_other() {
    assert_eq!(graph("x y"), "1 T>2  2 x>3  3 y>");
    assert_eq!(graph(""), "1 T>");
}

#[test]
fn branches_join_at_the_next_step() {
    assert_eq!(graph("if c { x } else { y } z"), "1 T>2  2 c>3|4  3 x>5  4 y>5  5 z>");
    assert_eq!(graph("if c { x } z"), "1 T>2  2 c>3|4  3 x>4  4 z>");
    assert_eq!(graph("if c { } z"), "1 T>2  2 c>3|3  3 z>");
    assert_eq!(graph("if c { x } else if d { y } else { z } w"), "1 T>2  2 c>3|4  3 x>7  4 d>5|6  5 y>7  6 z>7  7 w>",);
    assert_eq!(graph("if c { stop } else { y } z"), "1 T>2  2 c>3|4  3 stop>  4 y>5  5 z>");
}

#[test]
fn a_concurrent_task_has_one_connection_a_branch() {
    assert_eq!(graph("concurrent { { x } { y z } }"), "1 T>2  2 concurrent-task>3,4  3 x>  4 y>5  5 z>");
    assert_eq!(graph("concurrent { { } { y } }"), "1 T>2  2 concurrent-task>3  3 y>");
    assert_eq!(graph("concurrent { }"), "1 T>2  2 concurrent-task>");
}

#[test]
fn branches_keep_their_order_also_when_the_first_one_jumps() {
    assert_eq!(graph("concurrent { { goto l } { y } } @l z"), "1 T>2  2 concurrent-task>4,3  3 y>  4 z>");
}

#[test]
fn what_nothing_leads_to_is_reported_once_with_its_reason() {
    for (text, place, reason) in [
        ("stop x y", "x", "stop: `stop` has no outputs: a run ends here"),
        ("concurrent { { a } } x y", "x", "concurrent: MISP never continues past a concurrent task"),
        (
            "if c { stop } else { stop } x if d { y } z",
            "x",
            "if c { stop } else { stop }: every branch of this `if` ends or jumps away",
        ),
        ("if c { goto l x } @l z", "x", "goto l: the flow jumps away here"),
        ("use { stop } x", "x", "stop: `stop` has no outputs: a run ends here"),
    ] {
        let (code, at, finding) = finding(text);
        assert_eq!((code, at), (Code::UnreachableStep, place), "{text}");
        assert_eq!(secondary(text, &finding), [reason], "{text}");
    }
}

#[test]
fn each_run_of_unreachable_steps_is_reported() {
    let (_, diagnostics) = lowered("if c { stop x } else { stop y } z");
    assert_eq!(diagnostics.len(), 3);
}

#[test]
fn ids_go_around_pinned_ones() {
    assert_eq!(graph("x y#2 z"), "1 T>3  2 y>4  3 x>2  4 z>");
    assert_eq!(graph("x#1"), "1 x>  2 T>1");
    assert_eq!(graph("x#4000000000 y"), "1 T>4000000000  2 y>  4000000000 x>2");
}

#[test]
fn two_nodes_cannot_have_one_id() {
    let text = "x#7 if c#7 { y }";
    let (code, at, finding) = finding(text);
    assert_eq!((code, at), (Code::InvalidPin, "c#7"));
    assert_eq!(secondary(text, &finding), ["x#7: the first one"]);
}

#[test]
fn detached_steps_have_no_way_in() {
    assert_eq!(graph("x detached { u v } y"), "1 T>2  2 x>5  3 u>4  4 v>  5 y>");
    assert_eq!(graph("x detached { u goto l } @l y"), "1 T>2  2 x>4  3 u>4  4 y>");
    assert_eq!(graph("stop detached { u }"), "1 T>2  2 stop>  3 u>");
}

#[test]
fn blueprints_are_framed_and_their_pins_stay_at_home() {
    let (graph, diagnostics) = lowered("x use { y#30 use { z } } use { } w");
    assert_eq!(diagnostics, []);
    assert_eq!(show(&graph), "1 T>2  2 x>3  3 y>4  4 z>5  5 w>");
    let frames: Vec<_> = graph.frames.iter().map(|frame| frame.nodes.clone()).collect();
    assert_eq!(frames, [vec![4], vec![3, 4]]);
    assert_ne!(graph.frames[0].uuid, graph.frames[1].uuid);
    assert_eq!(graph.frames, lowered("x use { y#30 use { z } } use { } w").0.frames);
}

#[test]
fn a_blueprint_has_no_trigger() {
    let flow = CheckedFlow { trigger: None, steps: flow("if c { x } y") };
    assert_eq!(show(&lower(flow, "piece", &mut Vec::new())), "1 c>2|3  2 x>3  3 y>");
}

/// `a`, a blueprint of MISP with these connections, `z`.
fn with_blueprint(connections: &str) -> (String, Vec<Code>) {
    let piece: &'static _ = Box::leak(Box::new(graph_of(connections)));
    let mut steps = flow("a z");
    let kind = CheckedStepKind::InlinedGraph { title: "piece".into(), graph: piece };
    steps.insert(1, CheckedStep { label: None, kind, span: steps[0].span });
    let mut diagnostics = Vec::new();
    let graph = lower(CheckedFlow { trigger: Some(node("T", 1)), steps }, "test", &mut diagnostics);
    (show(&graph), diagnostics.iter().map(|finding| finding.code).collect())
}

#[test]
fn blueprints_of_misp_are_entered_at_their_root_and_left_at_open_outputs() {
    // The trigger and the connection to a node outside are dropped.
    let (graph, codes) = with_blueprint("1=T 2=c 1:1>2 2:1>5 2:2>7 5:1>9");
    assert_eq!(graph, "1 T>2  2 a>3  3 c>4|5  4 n5>6  5 n7>7  6 n9>7  7 z>");
    assert_eq!(codes, []);
    let (graph, codes) = with_blueprint("4=stop 3:1>4 3:2>5");
    assert_eq!(graph, "1 T>2  2 a>3  3 n3>4|5  4 stop>  5 n5>6  6 z>");
    assert_eq!(codes, []);
}

#[test]
fn nothing_follows_a_concurrent_task_of_a_blueprint() {
    let (graph, codes) = with_blueprint("3=concurrent-task 3:1>4");
    assert_eq!(graph, "1 T>2  2 a>3  3 concurrent-task>4  4 n4>  5 z>");
    assert_eq!(codes, [Code::UnreachableStep]);
}

#[test]
fn a_blueprint_of_misp_must_have_one_beginning() {
    assert_eq!(with_blueprint("3:1>4 5:1>4").1, [Code::MultipleConnections]);
    assert_eq!(with_blueprint("1:1>5 3:1>4 5:1>4").1, []);
    assert_eq!(with_blueprint("3:1>4 4:1>3").1, [Code::Cycle]);
}
