//! What every layout keeps, on graphs made at random and by hand.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::samples::{Program, mixed};
use super::*;

fn node(height: f64, ports: usize) -> Node {
    Node { width: 320.0, height, ports, frame: None }
}

/// Boxes of height 100 with two outputs, joined by edges `from.port>to`.
fn drawing(nodes: usize, edges: &str) -> Drawing {
    let edge = |word: &str| {
        let (from, to) = word.split_once('>').unwrap();
        let (from, port) = from.split_once('.').unwrap();
        Edge { from: from.parse().unwrap(), port: port.parse().unwrap(), to: to.parse().unwrap() }
    };
    Drawing {
        nodes: vec![node(100.0, 2); nodes],
        edges: edges.split_whitespace().map(edge).collect(),
        ..Drawing::default()
    }
}

/// The heights of the middles.
fn middles(layout: &Layout) -> Vec<f64> {
    layout.nodes.iter().map(|place| place.y + place.height / 2.0 - 50.0).collect()
}

#[test]
fn a_chain_is_straight() {
    let mut chain = drawing(4, "0.0>1 1.0>2 2.0>3");
    for node in &mut chain.nodes {
        node.ports = 1;
    }
    let layout = layout(&chain);
    assert_eq!(middles(&layout), [0.0; 4]);
    assert_eq!(layout.nodes.iter().map(|place| place.x).collect::<Vec<_>>(), [0.0, 440.0, 880.0, 1320.0]);
}

#[test]
fn then_is_above_else_and_the_join_between() {
    let mut diamond = drawing(4, "0.0>1 0.1>2 1.0>3 2.0>3");
    for node in &mut diamond.nodes[1..3] {
        node.ports = 1;
    }
    let layout = layout(&diamond);
    let [_, then, otherwise, join] = middles(&layout)[..] else { panic!("four boxes") };
    assert_eq!((then < join, join < otherwise), (true, true), "{layout:?}");
    assert!((join - f64::midpoint(then, otherwise)).abs() < 1.0, "{layout:?}");
}

#[test]
fn the_way_round_a_branch_is_straight() {
    // `if … { 1 }`, then 2.
    let layout = layout(&drawing(3, "0.0>1 0.1>2 1.0>2"));
    let heights: BTreeSet<i64> = layout.edges[1].iter().map(|point| point.1 as i64).collect();
    assert_eq!(heights.len(), 1, "{layout:?}");
    assert!(layout.nodes[1].y + 100.0 < layout.nodes[2].y + 50.0, "the branch lies above");
}

#[test]
fn what_ends_a_run_does_not_bend_the_rest() {
    let mut guards = drawing(5, "0.0>1 0.1>2 2.0>3 2.1>4");
    guards.nodes[1].ports = 0;
    guards.nodes[3].ports = 0;
    let layout = layout(&guards);
    assert!(layout.nodes[1].y < layout.nodes[2].y && layout.nodes[3].y < layout.nodes[4].y);
    // The way on is as straight as the outputs allow.
    for (from, to) in [(0, 2), (2, 4)] {
        let bend = middles(&layout)[to] - middles(&layout)[from] - PORT_DISTANCE / 2.0;
        assert!(bend.abs() < 0.01, "{layout:?}");
    }
}

#[test]
fn detached_parts_lie_below() {
    let layout = layout(&drawing(6, "0.0>1 0.1>2 3.0>4 4.0>3 5.0>5"));
    let bottom = layout.nodes[..3].iter().map(|place| place.y + place.height).fold(f64::MIN, f64::max);
    for place in &layout.nodes[3..] {
        assert!(place.y > bottom, "{layout:?}");
    }
}

#[test]
fn sets_that_cut_each_other_are_no_frames() {
    let mut drawing = drawing(5, "");
    let sets = [vec![0, 1, 2], vec![2, 3], vec![1], vec![0, 1, 2], vec![], vec![3, 4]];
    assert_eq!(nested(&mut drawing, &sets), [Some(0), None, Some(2), None, None, Some(1)]);
    assert_eq!(drawing.frames, [None, None, Some(0)]);
}

#[test]
fn a_frame_without_boxes_is_empty() {
    let mut drawing = drawing(2, "0.0>1");
    drawing.frames = vec![None, Some(0), None];
    drawing.nodes[1].frame = Some(2);
    let layout = layout(&drawing);
    assert_eq!(layout.frames[..2], [Rectangle::default(); 2]);
    assert!(layout.frames[2].width > 320.0, "{layout:?}");
}

#[test]
fn branches_change_places_where_fewer_edges_cross() {
    // The first and the third meet before the second meets them.
    let drawing = drawing(7, "0.0>1 0.0>2 0.0>3 1.0>4 2.0>5 3.0>4 4.0>6 5.0>6");
    assert_eq!(Placed::in_order(&drawing).crossings, 1);
    let layout = layout(&drawing);
    assert_eq!(crossings(&layout), 0);
    let [_, first, second, third, ..] = middles(&layout)[..] else { panic!("seven boxes") };
    assert_eq!(first < second, third < second, "{layout:?}");
}

#[test]
fn a_join_lies_clear_of_a_branch_that_ends_between_two_ways_to_it() {
    // The branch with 4 ends between the ways that 1 and 3 begin.
    let drawing = drawing(9, "0.0>1 0.1>2 1.0>8 2.1>3 2.0>8 3.0>4 3.1>8 4.0>5 5.0>6");
    let layout = layout(&drawing);
    assert_eq!(crossings(&layout), 0);
    assert!(layout.nodes[8].x > layout.nodes[6].x, "{layout:?}");
}

/// How many pairs of edges cross, by their points.
fn crossings(layout: &Layout) -> usize {
    let pieces: Vec<(usize, [(f64, f64); 2])> = layout
        .edges
        .iter()
        .enumerate()
        .flat_map(|(edge, points)| points.windows(2).map(move |ends| (edge, [ends[0], ends[1]])))
        .collect();
    let side = |[a, b]: [(f64, f64); 2], c: (f64, f64)| (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0);
    let apart = |line, [a, b]: [(f64, f64); 2]| {
        let (first, second) = (side(line, a), side(line, b));
        first.abs() > 1e-6 && second.abs() > 1e-6 && (first > 0.0) != (second > 0.0)
    };
    let mut found = BTreeSet::new();
    for (index, &(edge, piece)) in pieces.iter().enumerate() {
        for &(other, second) in &pieces[index + 1..] {
            if edge != other && apart(piece, second) && apart(second, piece) {
                found.insert((edge, other));
            }
        }
    }
    found.len()
}

fn overlap(a: &Rectangle, b: &Rectangle) -> bool {
    a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

/// The boxes that a frame and those in it hold.
fn held(drawing: &Drawing, frame: usize) -> BTreeSet<usize> {
    let inside = |node: &usize| {
        let mut around = drawing.nodes[*node].frame;
        while around.is_some_and(|around| around != frame) {
            around = drawing.frames[around.unwrap()];
        }
        around == Some(frame)
    };
    (0..drawing.nodes.len()).filter(inside).collect()
}

fn check(drawing: &Drawing) {
    let layout = layout(drawing);
    for (index, a) in layout.nodes.iter().enumerate() {
        for (other, b) in layout.nodes.iter().enumerate().skip(index + 1) {
            assert!(!overlap(a, b), "boxes {index} and {other} of {drawing:?}");
        }
    }
    for (index, a) in layout.frames.iter().enumerate() {
        let held = held(drawing, index);
        for (node, place) in layout.nodes.iter().enumerate() {
            assert_eq!(overlap(a, place), held.contains(&node), "frame {index} and box {node} of {drawing:?}");
        }
        for (other, b) in layout.frames.iter().enumerate().skip(index + 1) {
            let nested = self::held(drawing, other).is_subset(&held) || held.is_subset(&self::held(drawing, other));
            assert!(nested || !overlap(a, b), "frames {index} and {other} of {drawing:?}");
        }
    }
    let ranks = ranks::Ranks::new(drawing, Joins::ClearWhereOpen);
    for (index, edge) in drawing.edges.iter().enumerate().filter(|(index, _)| ranks.forward[*index]) {
        let (from, to) = (&layout.nodes[edge.from], &layout.nodes[edge.to]);
        assert!(from.x + from.width < to.x, "edge {index} of {drawing:?}");
        for (piece, ends) in layout.edges[index].windows(2).enumerate() {
            let [start, end] = ends else { continue };
            let level = piece % 2 == 0;
            assert!(!level || (start.1 - end.1).abs() < 0.01, "edge {index}");
            // Where it bends it is between two ranks, which no box is.
            for (other, place) in layout.nodes.iter().enumerate() {
                let beside = end.0 <= place.x || start.0 >= place.x + place.width;
                let clear = level && (start.1 < place.y || start.1 > place.y + place.height);
                assert!(beside || clear, "edge {index} and box {other} of {drawing:?}");
            }
        }
    }
    assert_eq!(layout, super::layout(drawing));
}

/// Graphs as programs make them, and others: edges lead anywhere, frames hold anything.
fn drawings() -> impl Strategy<Value = Drawing> {
    (1_usize..24).prop_flat_map(|count| {
        let nodes = prop::collection::vec((40_u16..600, 0_usize..4), count);
        let near =
            (0..count, 0_usize..3, 1_usize..4).prop_map(move |(from, port, by)| (from, port, (from + by) % count));
        let far = (0..count, 0_usize..3, 0..count);
        let edges = prop::collection::vec(prop_oneof![4 => near, 1 => far], 0..2 * count);
        let sets = prop::collection::vec(prop::collection::btree_set(0..count, 0..6), 0..5);
        (nodes, edges, sets).prop_map(|(nodes, edges, sets)| {
            let mut drawing = Drawing {
                nodes: nodes.into_iter().map(|(height, ports)| node(f64::from(height), ports)).collect(),
                edges: edges.into_iter().map(|(from, port, to)| Edge { from, port, to }).collect(),
                ..Drawing::default()
            };
            nested(&mut drawing, &sets.into_iter().map(|set| set.into_iter().collect()).collect::<Vec<_>>());
            drawing
        })
    })
}

/// A tree of boxes: each hangs from an output of one before it that is free.
fn trees() -> impl Strategy<Value = Drawing> {
    prop::collection::vec((40_u16..320, 0_usize..3, any::<prop::sample::Index>()), 1..30).prop_map(|nodes| {
        let mut drawing = Drawing::default();
        let mut free: Vec<(usize, usize)> = Vec::new();
        for (to, (height, ports, from)) in nodes.into_iter().enumerate() {
            if to > 0 && free.is_empty() {
                break;
            }
            if to > 0 {
                let (from, port) = free.remove(from.index(free.len()));
                drawing.edges.push(Edge { from, port, to });
            }
            drawing.nodes.push(node(f64::from(height), ports));
            free.extend((0..ports).map(|port| (to, port)));
        }
        drawing
    })
}

proptest! {
    #[test]
    fn boxes_edges_and_frames_keep_apart(drawing in drawings()) {
        check(&drawing);
    }
}

/// The boxes from which ways lead to one, and that one.
fn before(drawing: &Drawing, node: usize) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut waiting = vec![node];
    while let Some(node) = waiting.pop() {
        if found.insert(node) {
            waiting.extend(drawing.edges.iter().filter(|edge| edge.to == node).map(|edge| edge.from));
        }
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn edges_of_programs_do_not_cross(seed in 0_u64..5_000, nodes in 1_usize..60, has_frames: bool) {
        let made = if has_frames { Program::with_frames(seed, nodes) } else { Program::new(seed, nodes) };
        prop_assert_eq!(crossings(&layout(&made.drawing)), 0);
    }

    #[test]
    fn frames_of_programs_hold_their_boxes_alone(seed in 0_u64..5_000, nodes in 1_usize..60) {
        check(&Program::with_frames(seed, nodes).drawing);
    }

    #[test]
    fn what_no_program_makes_keeps_apart_too(seed: u64, nodes in 1_usize..30, frames: bool) {
        check(&mixed(seed, nodes, frames));
    }

    #[test]
    fn the_order_of_the_source_stays_where_nothing_crosses(seed: u64, nodes in 1_usize..30, frames: bool) {
        let drawing = mixed(seed, nodes, frames);
        let trunk = ends::Trunk::new(&drawing, &growth::Growth::new(&drawing));
        let mut placed = Placed::in_order(&drawing);
        let first = placed.crossings;
        if first == 0 {
            let is_kept = !drawing.frames.is_empty()
                || (trunk.is_of_program() && Placed::in_order(&trunk.drawing).crossings == 0);
            prop_assert!(!is_kept || placed.layout(&drawing) == layout(&drawing));
        } else {
            placed.reorder(&drawing);
            prop_assert!(placed.crossings <= first);
        }
    }

    #[test]
    fn a_step_at_an_end_of_a_program_moves_nothing_before_it(
        seed: u64,
        nodes in 1_usize..60,
        is_picture: bool,
        steps in prop::collection::vec(step(), 1..6),
    ) {
        let mut drawing = with_open_ends(Program::new(seed, nodes).drawing);
        if is_picture {
            drawing.spacing = PICTURE;
        }
        check_steps(drawing, &steps);
    }

    #[test]
    fn a_step_at_an_end_of_any_graph_moves_nothing_before_it(
        seed: u64,
        nodes in 1_usize..24,
        is_picture: bool,
        steps in prop::collection::vec(step(), 1..3),
    ) {
        let mut drawing = mixed(seed, nodes, false);
        if is_picture {
            drawing.spacing = PICTURE;
        }
        check_steps(drawing, &steps);
    }

    #[test]
    fn a_step_at_an_end_of_a_tree_moves_nothing_before_it(
        drawing in trees(),
        steps in prop::collection::vec(step(), 1..4),
    ) {
        check_steps(drawing, &steps);
    }
}

/// The spacing of pictures: no room is kept for steps to come.
const PICTURE: Spacing = Spacing { gap: 34.0, rank_gap: 64.0, rank_width: 0.0, expected: 0.0 };

/// A step: which of the free outputs it follows, how high it is, how many outputs it has.
fn step() -> impl Strategy<Value = (prop::sample::Index, u16, usize)> {
    (any::<prop::sample::Index>(), 40_u16..600, 0_usize..3)
}

/// The same where half of the branches that end can go on, but for those that two conditions share.
fn with_open_ends(mut drawing: Drawing) -> Drawing {
    let is_join = |node: usize| drawing.edges.iter().filter(|edge| edge.to == node).count() > 1;
    let joins: Vec<bool> = (0..drawing.nodes.len()).map(is_join).collect();
    for (index, node) in drawing.nodes.iter_mut().enumerate().filter(|(index, _)| !joins[*index]) {
        node.ports = node.ports.max(index % 2);
    }
    drawing
}

/// The outputs that lead nowhere.
fn free_outputs(drawing: &Drawing) -> Vec<(usize, usize)> {
    let outputs = drawing.nodes.iter().enumerate().flat_map(|(node, has)| (0..has.ports).map(move |port| (node, port)));
    outputs.filter(|&output| drawing.edges.iter().all(|edge| (edge.from, edge.port) != output)).collect()
}

/// Adds a step at an output that leads nowhere, and compares where the boxes before it are.
fn with_step(drawing: &Drawing, (end, port): (usize, usize), height: u16, ports: usize) -> Drawing {
    let mut longer = drawing.clone();
    longer.edges.push(Edge { from: end, port, to: drawing.nodes.len() });
    longer.nodes.push(Node { frame: drawing.nodes[end].frame, ..node(f64::from(height), ports) });
    let (first, then) = (layout(drawing), layout(&longer));
    for node in before(drawing, end) {
        assert_eq!(first.nodes[node], then.nodes[node], "box {node}, step at {end}.{port} of {drawing:?}");
    }
    longer
}

/// Adds steps one after the other.
fn check_steps(mut drawing: Drawing, steps: &[(prop::sample::Index, u16, usize)]) {
    for &(end, height, ports) in steps {
        let ends = free_outputs(&drawing);
        if ends.is_empty() {
            return;
        }
        drawing = with_step(&drawing, ends[end.index(ends.len())], height, ports);
    }
}

#[test]
fn a_step_at_any_end_moves_nothing_before_it() {
    let mut added = 0;
    for seed in 0..240 {
        let mut drawing = with_open_ends(Program::with_frames(seed, 3 + seed as usize % 40).drawing);
        for (spacing, ports) in [(Spacing::EDITOR, 0), (PICTURE, 1)] {
            drawing.spacing = spacing;
            for end in free_outputs(&drawing) {
                with_step(&drawing, end, 322, ports);
                added += 1;
            }
        }
    }
    assert!(added > 1_000, "{added}");
}

#[test]
fn a_long_branch_that_ends_moves_nothing_before_it() {
    // 1 and 3 lead to the join 4; the branch with 2 ends, and grows.
    let mut drawing = drawing(5, "0.0>1 0.1>3 1.0>4 1.1>2 3.0>4");
    for height in 0..16 {
        let end = if height == 0 { 2 } else { drawing.nodes.len() - 1 };
        drawing = with_step(&drawing, (end, 0), 100 + 20 * height, 1);
        let layout = layout(&drawing);
        assert_eq!(crossings(&layout), 0, "{drawing:?}");
        assert!(layout.nodes[4].x > layout.nodes[drawing.nodes.len() - 1].x, "{drawing:?}");
    }
}

/// Large graphs of bad form. The number of points is what the time depends on.
#[test]
fn the_work_is_limited() {
    const COUNT: usize = 5_000;
    let chain = |far: &dyn Fn(usize) -> usize| {
        let next = (1..COUNT).map(|to| Edge { from: to - 1, port: 0, to });
        let others = (0..COUNT).map(|from| Edge { from, port: 1, to: far(from) });
        Drawing { nodes: vec![node(100.0, 2); COUNT], edges: next.chain(others).collect(), ..Drawing::default() }
    };
    for graph in [
        chain(&|_| COUNT - 1),
        chain(&|_| 0),
        chain(&|from| (from + COUNT / 2) % COUNT),
        chain(&|from| COUNT - 1 - from),
        chain(&|from| (from * 7919) % COUNT),
    ] {
        let layout = layout(&graph);
        let points: usize = layout.edges.iter().map(Vec::len).sum();
        assert!(points <= 6 * graph.edges.len() + 2 * 16 * (COUNT + graph.edges.len()), "{points}");
    }
}
