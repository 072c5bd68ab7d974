//! Labels and `goto`.

use super::{Code, finding, graph, secondary};
use crate::lower::testing::lowered;

#[test]
fn jumps_join_with_the_flow_at_their_label() {
    assert_eq!(graph("if c { x goto l } y @l z"), "1 T>2  2 c>3|4  3 x>5  4 y>5  5 z>");
    assert_eq!(graph("if c { goto l } stop @l z"), "1 T>2  2 c>4|3  3 stop>  4 z>");
    // Into another branch.
    assert_eq!(graph("if c { x goto l } else { y @l z } w"), "1 T>2  2 c>3|4  3 x>5  4 y>5  5 z>6  6 w>");
    // Through a label whose step is itself a jump, and to an `if`.
    assert_eq!(graph("if c { goto l } x @l goto m @m if d { y }"), "1 T>2  2 c>4|3  3 x>4  4 d>5|  5 y>");
    // Out of a concurrent branch.
    assert_eq!(graph("if c { concurrent { { x goto l } } } @l z"), "1 T>2  2 c>3|5  3 concurrent-task>4  4 x>5  5 z>");
}

#[test]
fn blueprints_have_labels_of_their_own() {
    assert_eq!(
        graph("use { if c { goto l } x @l y } use { if c { goto l } x @l y }"),
        "1 T>2  2 c>4|3  3 x>4  4 y>5  5 c>7|6  6 x>7  7 y>",
    );
    assert_eq!(finding("use { if c { goto l } } @l y").0, Code::UnknownLabel);
}

#[test]
fn unknown_labels_are_reported_with_the_nearest_one() {
    let (code, at, finding) = finding("if c { goto finsh } x @finish y");
    assert_eq!((code, at), (Code::UnknownLabel, "finsh"));
    assert_eq!(finding.help[0], "did you mean `@finish`?");
}

#[test]
fn a_label_is_defined_once() {
    let text = "if c { goto l } @l x @l y";
    let (code, at, finding) = finding(text);
    assert_eq!((code, at), (Code::DuplicateName, "@l"));
    assert_eq!(finding.primary.as_ref().unwrap().span.start, 21);
    assert_eq!(secondary(text, &finding), ["@l: first defined here"]);
}

#[test]
fn a_loop_is_shown_whole() {
    let text = "w @l x if c { y goto l } z";
    let (code, at, finding) = finding(text);
    assert_eq!((code, at), (Code::Cycle, "l"));
    assert_eq!(secondary(text, &finding), ["@l: the loop begins here", "x: 1. `x`", "c: 2. `c`", "y: 3. `y`"]);
}

#[test]
fn a_loop_without_nodes_is_a_loop() {
    assert_eq!(finding("x @l goto l").0, Code::Cycle);
    assert_eq!(finding("x @l goto m @m goto l").0, Code::Cycle);
}

#[test]
fn loops_that_share_steps_are_one_finding() {
    let text = "@l x if c { goto l } else if d { goto l } z";
    let (code, _, finding) = finding(text);
    assert_eq!(code, Code::Cycle);
    assert_eq!(secondary(text, &finding).last().unwrap(), "l: this jump leads back as well");
}

#[test]
fn a_jump_backwards_without_a_loop_is_reported_as_such() {
    let text = "if c { @l x } else { y goto l } z";
    let (code, at, finding) = finding(text);
    assert_eq!((code, at), (Code::BackwardJump, "l"));
    assert_eq!(secondary(text, &finding), ["@l: up to here"]);
}

#[test]
fn scopes_cannot_be_entered_by_a_jump() {
    for (text, begins) in [
        ("if c { goto l } A { x @l y } z", "A: into a filter scope that begins here"),
        ("if c { goto l } concurrent { { x @l y } }", "concurrent: into a concurrent branch that begins here"),
        ("concurrent { { goto l } { x @l y } }", "concurrent: into a concurrent branch that begins here"),
        ("if c { goto l } detached { x @l y }", "detached { x @l y }: into a `detached` block that begins here"),
        ("if c { goto l } A { B { x @l y } } z", "A: into a filter scope that begins here"),
        ("A { if c { goto l } B { x @l y } } z", "B: into a filter scope that begins here"),
    ] {
        let (code, at, finding) = finding(text);
        assert_eq!((code, at), (Code::JumpIntoScope, "l"), "{text}");
        assert_eq!(secondary(text, &finding)[1], begins, "{text}");
    }
}

#[test]
fn jumps_inside_a_scope_are_free() {
    assert_eq!(graph("A { if c { goto l } x @l y }"), "1 T>2  2 A>3  3 c>5|4  4 x>5  5 y>");
}

#[test]
fn many_jumps_take_linear_time() {
    use std::fmt::Write;
    let mut text = String::new();
    for at in 0..5_000 {
        write!(text, "@l{at} x if c {{ goto l{} }} else if d {{ goto l{at} }} else if e {{ goto nowhere }} ", at + 1)
            .unwrap();
    }
    text.push_str("@l5000 z");
    let (graph, diagnostics) = lowered(&text);
    assert_eq!(graph.nodes.len(), 20_002);
    assert_eq!(diagnostics.iter().filter(|finding| finding.code == Code::UnknownLabel).count(), 5_000);
    assert_eq!(diagnostics.iter().filter(|finding| finding.code == Code::Cycle).count(), 5_000);
}
