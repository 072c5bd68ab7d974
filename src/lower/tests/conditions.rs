//! Boolean conditions.

use std::fmt::Write;

use proptest::prelude::*;

use super::graph;
use crate::lower::testing::lowered;

#[test]
fn questions_share_the_branches() {
    assert_eq!(graph("if a and b { x } else { y }"), "1 T>2  2 a>3|5  3 b>4|5  4 x>  5 y>");
    assert_eq!(graph("if a or b { x } else { y }"), "1 T>2  2 a>4|3  3 b>4|5  4 x>  5 y>");
    assert_eq!(graph("if not a { x } else { y }"), "1 T>2  2 a>4|3  3 x>  4 y>");
    assert_eq!(
        graph("if ( a or b ) and not ( c and d ) { x } z"),
        "1 T>2  2 a>4|3  3 b>4|7  4 c>5|6  5 d>7|6  6 x>7  7 z>",
    );
}

#[test]
fn ten_thousand_questions_in_a_row() {
    let text = format!("if {} {{ x }} z", vec!["q"; 10_000].join(" and "));
    let (graph, diagnostics) = lowered(&text);
    assert_eq!(diagnostics, []);
    assert_eq!(graph.nodes.len(), 10_003);
    assert!(graph.nodes[1..=10_000].iter().all(|node| node.outputs[1][0].node == 10_003));
}

/// A condition with what it means.
#[derive(Clone, Debug)]
enum Tree {
    Question(bool),
    Not(Box<Tree>),
    And(Vec<Tree>),
    Or(Vec<Tree>),
}

impl Tree {
    /// Writes the condition; the names of its questions count up, and end in their answers.
    fn write(&self, text: &mut String, count: &mut usize) {
        match self {
            Self::Question(answer) => {
                *count += 1;
                write!(text, "q{count}{answer} ").unwrap();
            }
            Self::Not(inner) => {
                text.push_str("not ( ");
                inner.write(text, count);
                text.push_str(") ");
            }
            Self::And(parts) | Self::Or(parts) => {
                let word = if matches!(self, Self::And(_)) { "and " } else { "or " };
                for (index, part) in parts.iter().enumerate() {
                    text.push_str(if index == 0 { "( " } else { word });
                    text.push_str(if index == 0 { "" } else { "( " });
                    part.write(text, count);
                    text.push_str(") ");
                }
            }
        }
    }

    /// The answer, and the numbers of the questions that must be asked for it.
    fn ask(&self, count: &mut usize, asked: &mut Vec<usize>, skip: bool) -> bool {
        match self {
            Self::Question(answer) => {
                *count += 1;
                if !skip {
                    asked.push(*count);
                }
                *answer
            }
            Self::Not(inner) => !inner.ask(count, asked, skip),
            Self::And(parts) | Self::Or(parts) => {
                let decisive = matches!(self, Self::Or(_));
                let mut result = !decisive;
                for part in parts {
                    let decided = result == decisive;
                    let answer = part.ask(count, asked, skip || decided);
                    if !decided {
                        result = answer;
                    }
                }
                result
            }
        }
    }
}

fn trees() -> impl Strategy<Value = Tree> {
    any::<bool>().prop_map(Tree::Question).prop_recursive(5, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|tree| Tree::Not(Box::new(tree))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Tree::And),
            prop::collection::vec(inner, 2..4).prop_map(Tree::Or),
        ]
    })
}

proptest! {
    #[test]
    fn the_graph_asks_what_the_condition_asks(tree in trees()) {
        let mut text = "if ".to_owned();
        tree.write(&mut text, &mut 0);
        text.push_str("{ then } else { otherwise }");
        let (graph, diagnostics) = lowered(&text);
        prop_assert_eq!(diagnostics, []);
        let mut expected = Vec::new();
        let answer = tree.ask(&mut 0, &mut expected, false);
        let mut asked = Vec::new();
        let mut at = 2;
        let end = loop {
            let node = graph.node(at).unwrap();
            if !node.module.starts_with('q') {
                break node.module.as_ref();
            }
            asked.push(at as usize - 1);
            at = node.outputs[usize::from(node.module.ends_with("false"))][0].node;
        };
        prop_assert_eq!(end, if answer { "then" } else { "otherwise" });
        prop_assert_eq!(asked, expected);
    }
}
