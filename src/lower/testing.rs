//! Flows and graphs in a few letters, for tests.
//!
//! A flow is a list of words: `x` is a node with one output, `stop` one without, `x#30` a pinned
//! one, `@l x` a labelled one. `A { … }` to `F { … }` are filters (`} reset` and `}#9`, which pins it, keep the reset), and `if`,
//! `else`, `and`, `or`, `not`, `(`, `)`, `goto l`, `use { … }`, `detached { … }` and
//! `concurrent { { … } { … } }` are what they are in the language. All words are separated by
//! spaces.

use std::borrow::Cow;

use super::lower;
use crate::base::source::{FileId, Sources, Span};
use crate::check::{CheckedCondition, CheckedFlow, CheckedStep, CheckedStepKind, NodeTemplate};
use crate::diagnostics::Diagnostic;
use crate::model::{Connection, Graph, ModuleType, Node, SavedFilter};
use crate::syntax::tree::Name;

/// The file all tests speak of.
fn file() -> FileId {
    Sources::new().add("test", None, "")
}

/// A node of a module with this many outputs.
pub fn node<'a>(module: &str, outputs: usize) -> NodeTemplate<'a> {
    let module_type = match module {
        "T" => ModuleType::Trigger,
        _ if outputs == 2 => ModuleType::Logic,
        _ => ModuleType::Action,
    };
    NodeTemplate {
        node: Node {
            id: 0,
            module: Cow::Owned(module.to_owned()),
            name: Cow::Owned(module.to_owned()),
            module_type,
            version: Cow::Borrowed("0.1"),
            params: Vec::new(),
            filter: SavedFilter::default(),
            multiple_output_connection: module == "concurrent-task",
            gives_core_format: false,
            odd_type: None,
            class: Cow::Borrowed("block-type-default"),
            inputs: u8::from(module != "T"),
            outputs: vec![Vec::new(); outputs],
            position: None,
            origin: None,
        },
        pinned_id: None,
        span: Span::new(file(), 0, 0),
    }
}

/// A graph of connections, `1:2>3` being output 2 of node 1 to node 3. A word `4=stop` makes node 4
/// with that module, before it is connected; else node 1 is the trigger `T`, node 2 is `n2`, …
pub fn graph_of<'a>(text: &str) -> Graph<'a> {
    let mut graph = Graph::default();
    for word in text.split_whitespace() {
        if let Some((id, module)) = word.split_once('=') {
            add(&mut graph, id.parse().unwrap(), module);
            continue;
        }
        let (from, to) = word.split_once('>').unwrap();
        let (from, output) = from.split_once(':').unwrap();
        let (from, to, output): (u32, u32, usize) =
            (from.parse().unwrap(), to.parse().unwrap(), output.parse().unwrap());
        for id in [from, to] {
            if graph.index(id).is_none() {
                add(&mut graph, id, &if id == 1 { "T".to_owned() } else { format!("n{id}") });
            }
        }
        let index = graph.index(from).unwrap();
        let outputs = &mut graph.nodes[index].outputs;
        if outputs.len() < output {
            outputs.resize(output, Vec::new());
        }
        outputs[output - 1].push(Connection { node: to, input: 1 });
    }
    graph
}

fn add(graph: &mut Graph<'_>, id: u32, module: &str) {
    let mut node = node(module, usize::from(module != "stop")).node;
    node.id = id;
    let index = graph.nodes.partition_point(|node| node.id < id);
    graph.nodes.insert(index, node);
}

/// A graph in one line: `2 c>3|4` is node 2, of module c, whose outputs lead to 3 and to 4.
pub fn show(graph: &Graph<'_>) -> String {
    let ids = |links: &Vec<Connection>| links.iter().map(|link| link.node.to_string()).collect::<Vec<_>>().join(",");
    let node = |node: &Node<'_>| {
        let outputs: Vec<String> = node.outputs.iter().map(ids).collect();
        format!("{} {}>{}", node.id, node.module, outputs.join("|"))
    };
    graph.nodes.iter().map(node).collect::<Vec<_>>().join("  ")
}

/// Lowers a workflow in the short form; the graph and what was found.
pub fn lowered(text: &str) -> (Graph<'_>, Vec<Diagnostic>) {
    lowered_behind(Some(node("T", 1)), text)
}

/// Lowers a blueprint in the short form.
pub fn lowered_blueprint(text: &str) -> (Graph<'_>, Vec<Diagnostic>) {
    lowered_behind(None, text)
}

fn lowered_behind<'a>(trigger: Option<NodeTemplate<'a>>, text: &'a str) -> (Graph<'a>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let graph = lower(CheckedFlow { trigger, steps: flow(text) }, "test", &mut diagnostics);
    (graph, diagnostics)
}

/// The steps of a flow in the short form.
pub fn flow(text: &str) -> Vec<CheckedStep<'_>> {
    let mut parser = Parser { text, at: 0 };
    let steps = parser.steps();
    assert_eq!(parser.peek(), "", "a closing brace too many");
    steps
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> &'a str {
        self.text[self.at..].split_whitespace().next().unwrap_or_default()
    }

    fn next(&mut self) -> Name<'a> {
        let rest = &self.text[self.at..];
        let start = self.at + (rest.len() - rest.trim_start().len());
        let text = self.peek();
        self.at = start + text.len();
        Name { text, span: Span::new(file(), start, self.at) }
    }

    fn accept(&mut self, word: &str) -> bool {
        let found = self.peek() == word;
        if found {
            self.next();
        }
        found
    }

    fn expect(&mut self, word: &str) {
        assert!(self.accept(word), "`{word}` wanted at {}", &self.text[self.at..]);
    }

    /// `name` or `name#id`
    fn template(&mut self, outputs: usize) -> NodeTemplate<'a> {
        let word = self.next();
        let (module, pin) = word.text.split_once('#').map_or((word.text, None), |(module, id)| (module, Some(id)));
        let pinned_id = pin.map(|id| (id.parse().unwrap(), word.span));
        NodeTemplate { pinned_id, span: word.span, ..node(module, if module == "stop" { 0 } else { outputs }) }
    }

    fn steps(&mut self) -> Vec<CheckedStep<'a>> {
        let mut steps = Vec::new();
        while !self.peek().is_empty() && !self.peek().starts_with('}') {
            let label = self.peek().starts_with('@').then(|| {
                let name = self.next();
                Name { text: &name.text[1..], ..name }
            });
            let start = self.next().span;
            self.at = start.start as usize;
            let kind = self.kind();
            steps.push(CheckedStep { label, kind, span: Span::new(file(), start.start as usize, self.at) });
        }
        steps
    }

    fn block(&mut self) -> Vec<CheckedStep<'a>> {
        self.expect("{");
        let steps = self.steps();
        self.expect("}");
        steps
    }

    fn kind(&mut self) -> CheckedStepKind<'a> {
        match self.peek().split('#').next().unwrap_or_default() {
            "if" => {
                let mut arms = Vec::new();
                let mut otherwise = Vec::new();
                while self.accept("if") {
                    arms.push((self.condition(), self.block()));
                    if !self.accept("else") {
                        break;
                    }
                    if self.peek() != "if" {
                        otherwise = self.block();
                        break;
                    }
                }
                CheckedStepKind::If { arms, otherwise }
            }
            "concurrent" => {
                let mut node = node("concurrent-task", 1);
                node.span = self.next().span;
                self.expect("{");
                let mut branches = Vec::new();
                while self.peek() == "{" {
                    branches.push(self.block());
                }
                self.expect("}");
                CheckedStepKind::Concurrent { node: Box::new(node), branches }
            }
            "use" => {
                self.next();
                CheckedStepKind::Inlined { title: "piece".into(), steps: self.block() }
            }
            "detached" => {
                self.next();
                CheckedStepKind::Detached(self.block())
            }
            "goto" => {
                self.next();
                CheckedStepKind::Goto(self.next())
            }
            "A" | "B" | "C" | "D" | "E" | "F" => {
                let on = self.template(1);
                let label = Name { text: &self.text[on.span.range()][..1], span: on.span };
                self.expect("{");
                let steps = self.steps();
                let mut off = self.template(1);
                off.node.module = Cow::Borrowed("reset");
                let reset = if self.accept("reset") { Some(off.span) } else { off.pinned_id.map(|(_, span)| span) };
                CheckedStepKind::Filter { on: Box::new(on), label: Some(label), off: Box::new(off), reset, steps }
            }
            _ => CheckedStepKind::Node(Box::new(self.template(1))),
        }
    }

    fn condition(&mut self) -> CheckedCondition<'a> {
        let mut parts = vec![self.conjunction()];
        while self.accept("or") {
            parts.push(self.conjunction());
        }
        if parts.len() == 1 { parts.pop().unwrap() } else { CheckedCondition::Or(parts) }
    }

    fn conjunction(&mut self) -> CheckedCondition<'a> {
        let mut parts = vec![self.question()];
        while self.accept("and") {
            parts.push(self.question());
        }
        if parts.len() == 1 { parts.pop().unwrap() } else { CheckedCondition::And(parts) }
    }

    fn question(&mut self) -> CheckedCondition<'a> {
        if self.accept("not") {
            return CheckedCondition::Not(Box::new(self.question()));
        }
        if self.accept("(") {
            let inner = self.condition();
            self.expect(")");
            return inner;
        }
        CheckedCondition::Test(Box::new(self.template(2)))
    }
}
