//! Large graphs, and graphs that are broken.

use mispflow::base::source::Sources;
use mispflow::catalogue::Catalogue;
use mispflow::compile::Workspace;
use mispflow::diff::{DiffOptions, compare};
use mispflow::import::{ImportOptions, Imported, import};
use mispflow::model::{Connection, Document, DocumentKind, Graph, Node, SavedFilter, workflow_uuid};
use mispflow::project::DiskFiles;

fn node(id: u32, module: &str, targets: &[&[u32]]) -> Node<'static> {
    let signature = Catalogue::built_in().module(module).unwrap();
    let connections = |ids: &&[u32]| ids.iter().map(|&node| Connection { node, input: 1 }).collect();
    let defaults = signature.parameters.iter().filter_map(|it| Some((it.id.clone().into(), it.editor_default()?)));
    Node {
        id,
        module: module.to_owned().into(),
        name: signature.name.clone().into(),
        module_type: signature.module_type,
        version: signature.version.clone().into(),
        params: defaults.collect(),
        filter: SavedFilter::default(),
        multiple_output_connection: signature.multiple_output_connection,
        gives_core_format: signature.gives_core_format,
        odd_type: None,
        class: signature.css_class().into(),
        inputs: signature.inputs(),
        outputs: targets.iter().map(connections).collect(),
        position: None,
        origin: None,
    }
}

fn document(nodes: Vec<Node<'static>>) -> Document<'static> {
    let graph = Graph { nodes, frames: Vec::new() };
    Document { uuid: Some(workflow_uuid("x")), name: "x".into(), ..Document::bare(DocumentKind::Workflow, graph) }
}

/// The text of a graph whose text compiles to the same graph.
fn same_again(nodes: Vec<Node<'static>>) -> String {
    let document = document(nodes);
    let catalogue = Catalogue::built_in();
    let Imported { text, notes, .. } = import(&document, catalogue, ImportOptions::default());
    assert_eq!(notes, []);
    let sources = Sources::new();
    let file = sources.add("x.mwf", None, text.clone());
    let workspace = Workspace::load(&sources, &DiskFiles, &[file], catalogue);
    let compilation = workspace.compile();
    let errors: Vec<_> = compilation.diagnostics.iter().filter(|finding| finding.is_error()).collect();
    assert!(errors.is_empty(), "{:#?}", &errors[..errors.len().min(3)]);
    let difference = compare(&document, &compilation.documents[0].document, DiffOptions { catalogue, layout: false });
    assert!(difference.is_empty(), "{difference}");
    text
}

const MANY: u32 = 10_000;

#[test]
fn a_long_chain_is_a_flat_text() {
    let step = |id| node(id, "tag_operation", if id < MANY { &[&[]] } else { &[] }).tap(id + 1);
    let mut nodes = vec![node(1, "event-publish", &[&[2]])];
    nodes.extend((2..MANY).map(step));
    nodes.push(node(MANY, "tag_operation", &[&[]]));
    let text = same_again(nodes);
    assert_eq!(text.lines().filter(|line| line.trim() == "tag_operation()").count(), MANY as usize - 1);
    assert!(!text.contains("goto"));
}

trait Tap {
    fn tap(self, target: u32) -> Self;
}

impl Tap for Node<'static> {
    /// Leads its first output to a node.
    fn tap(mut self, target: u32) -> Self {
        self.outputs = vec![vec![Connection { node: target, input: 1 }]];
        self
    }
}

#[test]
fn a_long_ladder_is_one_if() {
    // IF nodes that each lead to a step of their own, or else to the next.
    let half = MANY / 2;
    let mut nodes = vec![node(1, "event-publish", &[&[2]])];
    for id in 2..half {
        let next = id + 1;
        nodes.push(node(id, "published-if", &[&[id + half], if next < half { &[0] } else { &[] }]));
        if next < half {
            nodes.last_mut().unwrap().outputs[1][0].node = next;
        }
    }
    nodes.extend((2..half).map(|id| node(id + half, "tag_operation", &[&[]])));
    nodes.sort_by_key(|node| node.id);
    let text = same_again(nodes);
    assert_eq!(text.matches("} else if published {").count() as u32, half - 3);
    assert!(!text.contains("goto"));
}

#[test]
fn deep_branches_are_told_flat() {
    // `if` in `if`, 500 deep, each with a step before it.
    let mut nodes = vec![node(1, "event-publish", &[&[2]])];
    for level in 0..500 {
        let id = 2 + 2 * level;
        nodes.push(node(id, "tag_operation", &[&[id + 1]]));
        nodes.push(node(id + 1, "published-if", &[&[id + 2], &[]]));
    }
    nodes.push(node(1002, "tag_operation", &[&[]]));
    let text = same_again(nodes);
    let indentation = text.lines().map(|line| line.len() - line.trim_start().len()).max().unwrap();
    assert!(indentation < 4 * 40, "{indentation}");
    assert!(text.contains("goto @"));
}

#[test]
fn concurrent_tasks_in_each_other_are_told_flat() {
    let mut nodes = vec![node(1, "event-publish", &[&[2]])];
    for id in 2..500 {
        nodes.push(node(id, "concurrent-task", &[&[id + 1, 1000]]));
    }
    nodes.push(node(500, "tag_operation", &[&[]]));
    nodes.push(node(1000, "tag_operation", &[&[]]));
    let text = same_again(nodes);
    assert_eq!(text.matches("concurrent {").count(), 498);
}

#[test]
fn many_questions_become_one_condition() {
    let mut nodes = vec![node(1, "event-publish", &[&[2]])];
    for id in 2..5_000 {
        nodes.push(node(id, "published-if", &[&[id + 1], &[5_001]]));
    }
    nodes.push(node(5_000, "tag_operation", &[&[5_001]]));
    nodes.push(node(5_001, "tag_operation", &[&[]]));
    let text = same_again(nodes);
    assert_eq!(text.matches("published").count(), 4_998 + "on event-publish".matches("published").count());
    assert_eq!(text.matches("if ").count(), 1);
}

#[test]
fn everything_joins_everything() {
    // Each IF node leads to the next one and to the one after it: joins that no block can say.
    let mut nodes = vec![node(1, "event-publish", &[&[2]])];
    for id in 2..30 {
        nodes.push(node(id, "published-if", &[&[id + 1], &[(id + 2).min(30)]]));
    }
    nodes.push(node(30, "tag_operation", &[&[]]));
    same_again(nodes);
}

#[test]
fn a_loop_is_cut_and_noted() {
    let nodes = vec![
        node(1, "event-publish", &[&[2]]),
        node(2, "tag_operation", &[&[3]]),
        node(3, "published-if", &[&[2], &[9]]),
        // Nothing leads to these two but themselves.
        node(5, "tag_operation", &[&[6]]),
        node(6, "tag_operation", &[&[5]]),
    ];
    let Imported { text, notes, .. } =
        import(&document(nodes), Catalogue::built_in(), ImportOptions { keep_layout: false });
    let told: Vec<_> = notes.iter().map(|note| (note.node, note.message.as_str())).collect();
    assert_eq!(
        told,
        [
            (Some(3), "the connection to node 9, which does not exist, is cut"),
            (Some(3), "the connection to node 2 closes a loop, which MISP refuses to save; it is cut"),
            (Some(6), "the connection to node 5 closes a loop, which MISP refuses to save; it is cut"),
        ]
    );
    insta::assert_snapshot!(text, @r#"
    workflow x on event-publish {
        tag_operation()

        if published {}

        detached {
            tag_operation()
            tag_operation()
        }
    }
    "#);
}

#[test]
fn a_graph_with_two_triggers_or_none() {
    let two = vec![
        node(1, "event-publish", &[&[3]]),
        node(2, "event-after-save", &[&[4]]),
        node(3, "tag_operation", &[&[]]),
        node(4, "stop-execution", &[]),
    ];
    let imported = import(&document(two), Catalogue::built_in(), ImportOptions::default());
    assert_eq!(imported.notes.len(), 1);
    assert_eq!(imported.notes[0].message, "a workflow has one trigger; `event-after-save` is left out");
    insta::assert_snapshot!(imported.text, @r#"
    workflow x on event-publish {
        tag_operation()

        detached {
            stop-execution()
        }
    }
    "#);

    let none = vec![node(3, "tag_operation", &[&[]])];
    let mut without = document(none);
    let imported = import(&without, Catalogue::built_in(), ImportOptions::default());
    assert!(imported.text.starts_with("blueprint x()"), "{}", imported.text);
    without.trigger_id = Some("event-publish".into());
    let imported = import(&without, Catalogue::built_in(), ImportOptions::default());
    insta::assert_snapshot!(imported.text, @r#"
    workflow x on event-publish {
        detached {
            tag_operation()
        }
    }
    "#);
}
