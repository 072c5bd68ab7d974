//! Filter scopes.

use super::{Code, blueprint, finding, graph, secondary};

#[test]
fn a_scope_ends_in_a_reset() {
    assert_eq!(graph("A { x } z"), "1 T>2  2 A>3  3 x>4  4 reset>5  5 z>");
    assert_eq!(graph("A { x } B { y }"), "1 T>2  2 A>3  3 x>4  4 reset>5  5 B>6  6 y>");
}

#[test]
fn where_nothing_follows_a_filter_stays_on() {
    assert_eq!(graph("A { }"), "1 T>2  2 A>");
    assert_eq!(graph("A { B { x } }"), "1 T>2  2 A>3  3 B>4  4 x>");
    assert_eq!(graph("if c { A { x } } else { y }"), "1 T>2  2 c>3|5  3 A>4  4 x>  5 y>");
    assert_eq!(graph("A { x } goto e @e detached { }"), "1 T>2  2 A>3  3 x>");
    assert_eq!(graph("A { x } detached { y }"), "1 T>2  2 A>3  3 x>  4 y>");
    assert_eq!(graph("use { A { x } }"), "1 T>2  2 A>3  3 x>");
    assert_eq!(graph("detached { A { x } }"), "1 T>  2 A>3  3 x>");
}

#[test]
fn a_reset_that_is_asked_for_is_made() {
    assert_eq!(graph("A { x } reset"), "1 T>2  2 A>3  3 x>4  4 reset>");
    assert_eq!(graph("A { x }#9"), "1 T>2  2 A>3  3 x>9  9 reset>");
    assert_eq!(graph("A { B { x } reset }"), "1 T>2  2 A>3  3 B>4  4 x>5  5 reset>");
    assert_eq!(graph("A { B { x } } reset"), "1 T>2  2 A>3  3 B>4  4 x>5  5 reset>");
    assert_eq!(graph("A { B { x } reset } reset z"), "1 T>2  2 A>3  3 B>4  4 x>5  5 reset>6  6 z>");
    assert_eq!(
        graph("concurrent { { A { x } reset } { B { y } } }"),
        "1 T>2  2 concurrent-task>3,6  3 A>4  4 x>5  5 reset>  6 B>7  7 y>"
    );
}

#[test]
fn a_reset_that_no_run_reaches_is_reported() {
    let (code, at, finding) = finding("A { stop } reset");
    assert_eq!((code, at), (Code::UnreachableStep, "}"));
    assert_eq!(finding.message, "no run arrives at this `reset`");
}

#[test]
fn what_a_blueprint_is_placed_before_sees_no_filter_of_it() {
    assert_eq!(blueprint("A { x }"), "1 A>2  2 x>3  3 reset>");
    assert_eq!(blueprint("if c { A { x } } else { y }"), "1 c>2|5  2 A>3  3 x>4  4 reset>  5 y>");
    assert_eq!(blueprint("concurrent { { A { x } } }"), "1 concurrent-task>2  2 A>3  3 x>");
}

#[test]
fn after_an_inner_scope_the_outer_filter_is_put_on_again() {
    assert_eq!(graph("A { B { x } y } z"), "1 T>2  2 A>3  3 B>4  4 x>5  5 reset>6  6 A>7  7 y>8  8 reset>9  9 z>",);
    assert_eq!(graph("A { B { C { x } y } }"), "1 T>2  2 A>3  3 B>4  4 C>5  5 x>6  6 reset>7  7 A>8  8 B>9  9 y>",);
}

#[test]
fn scopes_that_end_together_share_one_reset() {
    assert_eq!(graph("A { B { x } } z"), "1 T>2  2 A>3  3 B>4  4 x>5  5 reset>6  6 z>");
    assert_eq!(graph("A { if c { B { x } } } z"), "1 T>2  2 A>3  3 c>4|6  4 B>5  5 x>6  6 reset>7  7 z>");
    assert_eq!(graph("A { use { B { x } } } z"), "1 T>2  2 A>3  3 B>4  4 x>5  5 reset>6  6 z>");
}

#[test]
fn paths_meet_with_the_same_filters() {
    assert_eq!(graph("A { if c { B { x } } y }"), "1 T>2  2 A>3  3 c>4|8  4 B>5  5 x>6  6 reset>7  7 A>8  8 y>",);
    assert_eq!(graph("if c { A { x } } z"), "1 T>2  2 c>3|6  3 A>4  4 x>5  5 reset>6  6 z>");
}

#[test]
fn a_reset_stands_where_its_scope_ends() {
    assert_eq!(
        graph("A { if c { B { x } } else { w } y }"),
        "1 T>2  2 A>3  3 c>4|7  4 B>5  5 x>6  6 reset>8  7 w>9  8 A>9  9 y>",
    );
    assert_eq!(
        graph("A { if c { B { x } } else { C { w } } y }"),
        "1 T>2  2 A>3  3 c>4|7  4 B>5  5 x>6  6 reset>10  7 C>8  8 w>9  9 reset>10  10 A>11  11 y>",
    );
    assert_eq!(graph("A { concurrent { { B { x } } } }"), "1 T>2  2 A>3  3 concurrent-task>4  4 B>5  5 x>",);
}

#[test]
fn filters_that_are_off_are_not_reset() {
    assert_eq!(graph("A { B { } goto l @l goto m } @m z"), "1 T>2  2 A>3  3 B>4  4 reset>5  5 z>");
    assert_eq!(graph("A { B { } goto l @l use { } } z"), "1 T>2  2 A>3  3 B>4  4 reset>5  5 z>");
}

#[test]
fn a_scope_that_no_run_leaves_needs_no_reset() {
    assert_eq!(graph("A { stop }"), "1 T>2  2 A>3  3 stop>");
    assert_eq!(graph("A { concurrent { { x } } }"), "1 T>2  2 A>3  3 concurrent-task>4  4 x>");
}

#[test]
fn concurrent_branches_see_the_filters_around_them() {
    assert_eq!(
        graph("A { concurrent { { B { x } y } { z } } }"),
        "1 T>2  2 A>3  3 concurrent-task>4,9  4 B>5  5 x>6  6 reset>7  7 A>8  8 y>  9 z>",
    );
}

#[test]
fn a_jump_out_of_a_scope_leaves_its_filters_behind() {
    assert_eq!(
        graph("A { if c { goto l } x } y @l z"),
        "1 T>2  2 A>3  3 c>7|4  4 x>5  5 reset>6  6 y>8  7 reset>8  8 z>",
    );
    // To a step in the outer scope: the reset, then the outer filter again.
    assert_eq!(
        graph("A { B { if c { goto l } stop } @l z }"),
        "1 T>2  2 A>3  3 B>4  4 c>6|5  5 stop>  6 reset>7  7 A>8  8 z>",
    );
}

#[test]
fn a_pin_holds_for_the_reset_that_the_scope_stands_for() {
    assert_eq!(graph("A { x }#9 z"), "1 T>2  2 A>3  3 x>9  4 z>  9 reset>4");
    assert_eq!(graph("A { B { x }#9 } z"), "1 T>2  2 A>3  3 B>4  4 x>9  5 z>  9 reset>5");
    assert_eq!(graph("A#5 { B { x } y }"), "1 T>5  2 B>3  3 x>4  4 reset>6  5 A>2  6 A>7  7 y>");
}

#[test]
fn a_pin_without_a_node_is_reported() {
    for text in ["A { stop }#9", "A { B { x }#9 }#8"] {
        let (code, at, finding) = finding(text);
        assert_eq!((code, at), (Code::InvalidPin, "}#9"));
        assert_eq!(finding.message, "no node is made that could get the id 9");
    }
}

#[test]
fn a_reset_of_its_own_breaks_the_scope_around() {
    let text = "A { use { generic-filter-reset } x } z";
    let (code, at, finding) = finding(text);
    assert_eq!((code, at), (Code::ResetInScope, "generic-filter-reset"));
    assert_eq!(secondary(text, &finding), ["A: this filter goes too"]);
    graph("A { x } generic-filter-reset z");
}

#[test]
fn a_label_cannot_be_used_inside_its_own_scope() {
    let text = "A { if c { use { A { x } } } }";
    let (code, at, finding) = finding(text);
    assert_eq!((code, at), (Code::FilterLabelReused, "A"));
    assert_eq!(finding.primary.as_ref().unwrap().span.start, 17);
    assert_eq!(secondary(text, &finding), ["A: the outer filter"]);
}
