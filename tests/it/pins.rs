//! What pins and the head say about nodes besides their steps.

use mispflow::base::source::Sources;
use mispflow::catalogue::Catalogue;
use mispflow::compile::Workspace;
use mispflow::model::{Graph, ModuleType};
use mispflow::project::DiskFiles;

/// The graph of a text, or the first finding that is an error: its message and its place.
fn graph<T>(text: &str, use_it: impl FnOnce(&Graph<'_>) -> T) -> Result<T, (String, String)> {
    let sources = Sources::new();
    let file = sources.add("w.mwf", None, text);
    let workspace = Workspace::load(&sources, &DiskFiles, &[file], Catalogue::built_in());
    let compilation = workspace.compile();
    if let Some(error) = compilation.diagnostics.iter().find(|finding| finding.is_error()) {
        let place = error.primary.as_ref().map(|label| sources.snippet(label.span)).unwrap_or_default();
        return Err((error.message.clone(), place.to_owned()));
    }
    Ok(use_it(&compilation.documents[0].document.graph))
}

fn error(text: &str) -> (String, String) {
    graph(text, |_| ()).unwrap_err()
}

#[test]
fn a_pin_changes_what_the_node_carries() {
    let text = r#"workflow w on event-publish {
        if @[id: 7, version: "0.1", "clusters": absent, "tags": "x", "stale": 1, filters: { operator: "in" }] event tagged any "y" {}
    }"#;
    graph(text, |graph| {
        let node = graph.node(7).unwrap();
        assert_eq!(
            (node.module.as_ref(), node.version.as_ref(), node.filter.operator.as_ref()),
            ("tag-if", "0.1", "in")
        );
        let params: Vec<String> = node.params.iter().map(|(name, value)| format!("{name} {value:?}")).collect();
        assert_eq!(
            params,
            [
                r#"scope Text(Plain("event"))"#,
                r#"condition Text(Plain("in_or"))"#,
                r#"tags Text(Plain("x"))"#,
                "stale Number(Number(1))"
            ]
        );
    })
    .unwrap();
}

#[test]
fn pins_are_checked() {
    let with = |pin: &str| error(&format!("workflow w on event-publish {{ @[{pin}] push-zmq() }}"));
    assert_eq!(with("version: 1"), ("a version is a string in double quotes".into(), "1".into()));
    assert_eq!(with("verson: \"1\"").0, "a pin has no entry `verson`");
    assert_eq!(with("id: 3, id: 4").0, "the entry `id` is given twice");
    assert_eq!(with("filters: 3").0, "a module filter is an object, not a number");
}

#[test]
fn what_is_said_to_be_empty_is_not_missing() {
    let text = |arguments: &str| format!("workflow w on event-publish {{ attach-enrichment({arguments}) }}");
    assert_eq!(error(&text("")).0, "`attach-enrichment` needs the parameter `modules`");
    assert_eq!(error(&text("modules: []")).0, "`modules` is empty, and `attach-enrichment` cannot do without it");
    graph(&text("\"modules\": []"), |_| ()).unwrap();
    graph(&text("\"modules\": absent"), |graph| assert!(graph.nodes[1].params.is_empty())).unwrap();
}

#[test]
fn frames_name_pinned_nodes() {
    let text = |frames: &str| format!("workflow w on event-publish {{ frames: {frames} @[id: 7] push-zmq() }}");
    graph(&text("[{ uuid: \"u\", title: \"A title\", nodes: [7] }]"), |graph| {
        let frame = &graph.frames[0];
        assert_eq!((frame.uuid.as_ref(), frame.text.as_ref(), frame.nodes.as_slice()), ("u", "A title", &[7][..]));
    })
    .unwrap();
    assert_eq!(error(&text("[{ nodes: [8] }]")).0, "this frame holds the node 8, which does not exist");
    assert_eq!(error(&text("[{ node: [7] }]")), ("this is not a frame".into(), "{ node: [7] }".into()));
    assert_eq!(error(&text("3")).1, "3");
}

#[test]
fn a_blueprint_may_hold_a_trigger_that_use_leaves_out() {
    let piece = "blueprint piece() on @[id: 9] event-publish { push-zmq() }";
    graph(piece, |graph| {
        assert_eq!(graph.node(9).unwrap().module_type, ModuleType::Trigger);
        assert_eq!(graph.node(9).unwrap().outputs[0][0].node, 1);
    })
    .unwrap();
    let used = format!("workflow w on event-after-save {{ use piece() }} {piece}");
    graph(&used, |graph| {
        assert_eq!(graph.nodes.iter().filter(|node| node.module_type == ModuleType::Trigger).count(), 1);
    })
    .unwrap();
}
