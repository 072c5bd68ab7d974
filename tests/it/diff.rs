//! What two graphs differ in.

use mispflow::base::source::Sources;
use mispflow::catalogue::Catalogue;
use mispflow::compile::Workspace;
use mispflow::diff::{DiffOptions, Difference, compare, pair_documents};
use mispflow::model::{Document, ParamText, ParamValue, TextPart};
use mispflow::project::DiskFiles;
use proptest::prelude::*;

const FLOW: &str = r#"workflow w on event-publish {
    name: "Guard"
    if event tagged any ["tlp:red"] or published {
        stop-execution(message: "No")
    }
    attach-enrichment(modules: ["lookup"])
    filter A: Event._AttributeFlattened.{n} where "ip-src" in type {
        tag_operation(scope: attribute, tags: ["seen"])
    }
    concurrent {
        branch { push-zmq() }
        branch { webhook(url: "https://soc.example.org/hook", headers: "X: y") }
    }
}"#;

fn with<T>(text: &str, use_it: impl FnOnce(&Document<'_>) -> T) -> T {
    let sources = Sources::new();
    let file = sources.add("w.mwf", None, text);
    let workspace = Workspace::load(&sources, &DiskFiles, &[file], Catalogue::built_in());
    let compilation = workspace.compile();
    assert!(!compilation.has_errors(), "{:#?}\n{text}", compilation.diagnostics);
    use_it(&compilation.documents[0].document)
}

fn difference(before: &str, after: &str) -> Difference {
    with(before, |before| with(after, |after| compare(before, after, options(false))))
}

fn options(layout: bool) -> DiffOptions<'static> {
    DiffOptions { catalogue: Catalogue::built_in(), layout }
}

/// The difference from [`FLOW`] to what it is with some of its text replaced.
fn after_replacing(old: &str, new: &str) -> String {
    assert!(FLOW.contains(old), "{old}");
    difference(FLOW, &FLOW.replace(old, new)).to_string()
}

/// The same document with other ids.
fn renumbered<'a>(document: &Document<'a>, id: impl Fn(u32) -> u32) -> Document<'a> {
    let mut other = document.clone();
    for node in &mut other.graph.nodes {
        node.id = id(node.id);
        node.outputs.iter_mut().flatten().for_each(|link| link.node = id(link.node));
    }
    other.graph.nodes.sort_by_key(|node| node.id);
    other
}

#[test]
fn ids_and_positions_count_only_with_the_layout() {
    with(FLOW, |document| {
        let other = renumbered(document, |id| 100 - 3 * id);
        assert!(compare(document, &other, options(false)).is_empty());
        let difference = compare(document, &other, options(true));
        assert_eq!(difference.changed.len(), document.graph.nodes.len());
        assert!(difference.added_edges.is_empty() && difference.removed_edges.is_empty());
        assert!(compare(document, document, options(true)).is_empty());
    });
}

#[test]
fn a_parameter() {
    insta::assert_snapshot!(after_replacing("message: \"No\"", "message: \"Never\""), @r#"
    ~ stop-execution (4)
        message: "No" → "Never"
    "#);
    insta::assert_snapshot!(after_replacing("modules: [\"lookup\"]", "modules: [\"lookup\", \"more\"]"), @r#"
    ~ attach-enrichment (5)
        modules: ["lookup"] → ["lookup", "more"]
    "#);
}

#[test]
fn another_kind() {
    let node = |keys: &str| {
        format!(
            r#"{{"Workflow": {{"name": "w", "trigger_id": "event-publish", "data": {{
                "1": {{"id": 1, "data": {{"id": "event-publish", "module_type": "trigger"}}, "outputs": {{"output_1": {{"connections": [{{"node": "2", "output": "input_1"}}]}}}}}},
                "2": {{"id": 2, "data": {{"id": "push-zmq", {keys}}}, "outputs": {{}}}}}}}}}}"#
        )
    };
    let action = r#""module_type": "action""#;
    let changes = |keys: [&str; 2]| {
        let texts = keys.map(node);
        let [before, after] = [0, 1].map(|side| mispflow::misp::read(&texts[side]).unwrap().documents.remove(0));
        compare(&before, &after, options(false)).to_string()
    };
    let logic = r#""module_type": "logic""#;
    let several = r#""module_type": "action", "multiple_output_connection": true"#;
    for (keys, change) in [
        ([action, logic], "module_type: action → logic"),
        ([logic, action], "module_type: logic → action"),
        ([action, r#""module_type": "odd""#], "module_type: action → \"odd\""),
        ([action, several], "multiple_output_connection: false → true"),
        ([several, action], "multiple_output_connection: true → false"),
    ] {
        assert_eq!(changes(keys).trim_end(), format!("~ push-zmq (2)\n    {change}"));
    }
}

#[test]
fn a_module_filter() {
    insta::assert_snapshot!(after_replacing("tags: [\"seen\"])", "tags: [\"seen\"]) for Event.Attribute.{n} where \"x\" in type"), @r#"
    ~ tag_operation (7)
        filter operator: "in" (was not there)
        filter path: "type" (was not there)
        filter selector: "Event.Attribute.{n}" (was not there)
        filter value: "x" (was not there)
    "#);
}

#[test]
fn a_step_more() {
    insta::assert_snapshot!(after_replacing("    filter A", "    attach-warninglist()\n    filter A"), @r#"
    + attach-warninglist (6)
        warninglists: ["ALL"]
    - connection attach-enrichment (5), output 1 → generic-filter-data (6)
    + connection attach-enrichment (5), output 1 → attach-warninglist (6)
    + connection attach-warninglist (6), output 1 → generic-filter-data (7)
    "#);
}

#[test]
fn a_step_less() {
    insta::assert_snapshot!(after_replacing("attach-enrichment(modules: [\"lookup\"])", ""), @r#"
    - attach-enrichment (5)
        modules: ["lookup"]
    - connection published-if (3), output 2 → attach-enrichment (5)
    - connection attach-enrichment (5), output 1 → generic-filter-data (6)
    + connection published-if (3), output 2 → generic-filter-data (5)
    "#);
}

#[test]
fn another_branch() {
    insta::assert_snapshot!(after_replacing("] or published", "] and not published"), @r#"
    - connection tag-if (2), output 1 → stop-execution (4)
    - connection tag-if (2), output 2 → published-if (3)
    - connection published-if (3), output 1 → stop-execution (4)
    - connection published-if (3), output 2 → attach-enrichment (5)
    + connection tag-if (2), output 1 → published-if (3)
    + connection tag-if (2), output 2 → attach-enrichment (5)
    + connection published-if (3), output 1 → attach-enrichment (5)
    + connection published-if (3), output 2 → stop-execution (4)
    "#);
}

#[test]
fn branches_in_another_order() {
    let swapped =
        FLOW.replace("branch { push-zmq() }", "").replace("\"X: y\") }", "\"X: y\") }\n branch { push-zmq() }");
    insta::assert_snapshot!(difference(FLOW, &swapped), @r#"
    ~ concurrent-task (9)
        order of output 1: 11, 10 → 10, 11
    "#);
}

#[test]
fn fields_and_the_trigger() {
    insta::assert_snapshot!(after_replacing("\"Guard\"", "\"Other\"\ndebug: true"), @r#"
    ~ name: "Guard" → "Other"
    ~ debug: false → true
    "#);
    insta::assert_snapshot!(after_replacing("event-publish", "event-after-save"), @r#"
    ~ trigger: "event-publish" → "event-after-save"
    ~ event-after-save (1)
        module: "event-publish" → "event-after-save"
    "#);
}

#[test]
fn secrets_are_not_shown() {
    let text = after_replacing("\"https://soc.example.org/hook\"", "secret(\"HOOK\")");
    insta::assert_snapshot!(text, @r#"
    ~ webhook (11)
        url: (not shown) → secret("HOOK")
    "#);
    let teams =
        |url: &str| format!("workflow w on event-publish {{ ms-teams-webhook(url: \"https://{url}.example.org\") }}");
    let json = serde_json::to_string(&difference(&teams("one"), &teams("two"))).unwrap();
    assert!(!json.contains("example.org"), "{json}");
    assert!(json.contains("(not shown)"), "{json}");
}

#[test]
fn where_text_comes_from_is_compared_by_name() {
    let asks = |name: &str| FLOW.replace("\"No\"", &format!("env(\"{name}\")"));
    assert!(difference(&asks("A"), &format!("# moved\n{}", asks("A"))).is_empty());
    insta::assert_snapshot!(difference(&asks("A"), &asks("B")), @r#"
    ~ stop-execution (4)
        message: env("A") → env("B")
    "#);
    with(&asks("A"), |document| {
        let parts = document.graph.nodes.iter().flat_map(|node| &node.params);
        let from_environment = |value: &ParamValue<'_>| matches!(value, ParamValue::Text(ParamText::Parts(parts)) if matches!(parts[0], TextPart::Env { .. }));
        assert!(parts.into_iter().any(|(_, value)| from_environment(value)));
    });
}

#[test]
fn documents_are_paired_by_uuid_then_name_then_trigger() {
    with(FLOW, |a| {
        with(&FLOW.replace("workflow w", "workflow v").replace("event-publish", "event-after-save"), |b| {
            let renamed = Document { name: "New".into(), ..a.clone() };
            let pairs = pair_documents(&[a.clone(), b.clone()], &[b.clone(), renamed.clone()]);
            assert_eq!(pairs.both, [(0, 1), (1, 0)]);
            let pairs = pair_documents(std::slice::from_ref(a), &[renamed.clone(), b.clone()]);
            assert_eq!((pairs.both, pairs.added), (vec![(0, 0)], vec![1]));
        });
    });
}

#[test]
fn twins_are_no_difference() {
    // Pieces that are the same and stand apart, in another order of ids.
    let twins = "workflow w on event-publish {
        detached { tag_operation() attach-warninglist() }
        detached { tag_operation() if published { attach-warninglist() } }
        detached { tag_operation() attach-warninglist() }
        detached { tag_operation() attach-warninglist() }
    }";
    with(twins, |document| {
        let other = renumbered(document, |id| (id * 7) % 31);
        let difference = compare(document, &other, options(false));
        assert!(difference.is_empty(), "{difference}");
    });
}

proptest! {
    #[test]
    fn any_renumbering_is_no_difference_and_any_change_is_one(factor in 1..40_u32, node in 0..20_usize, what in 0..5_u8) {
        with(FLOW, |document| {
            let other = renumbered(document, |id| id * factor % 41 + 1);
            assert!(compare(document, &other, options(false)).is_empty());
            let mut changed = other.clone();
            let count = changed.graph.nodes.len();
            let node = &mut changed.graph.nodes[node % count];
            match what {
                0 => node.params.push(("more".into(), ParamValue::Null)),
                1 => node.module = "other".into(),
                2 => node.filter.operator = "in".into(),
                3 => {
                    let id = node.id;
                    node.outputs.push(vec![mispflow::model::Connection { node: id, input: 1 }]);
                }
                _ => drop(changed.graph.nodes.remove(0)),
            }
            let there = compare(document, &changed, options(false));
            let back = compare(&changed, document, options(false));
            assert!(!there.is_empty() && !back.is_empty());
            assert_eq!(there.added.len(), back.removed.len());
            assert_eq!(there.added_edges.len(), back.removed_edges.len());
        });
    }
}
