//! What is read and written again stays what it is.

use serde_json::{Map, Value, json};

use super::{Filling, Form, read, write};
use crate::model::{Document, DocumentKind};

/// What the editor saved for a graph with one node of every module of MISP 2.5.1.
const EDITOR: &str = include_str!("../../tests/editor/saved-all-modules-2.5.1.json");

fn rewrite(text: &str, form: Form) -> String {
    let read = read(text).expect("it can be read");
    write(&read.documents[0], form, Filling::Values(&|_| None)).expect("nothing is missing")
}

/// The JSON as text, without what the editor makes anew whenever it loads a graph.
fn without_uids(text: &str) -> String {
    let mut graph: Map<String, Value> = serde_json::from_str(text).expect("a graph");
    for node in graph.values_mut() {
        if let Some(data) = node.get_mut("data") {
            data["node_uid"] = json!("");
            data["previous_module_version"] = data["module_version"].clone();
        }
    }
    serde_json::to_string_pretty(&graph).expect("JSON")
}

#[test]
fn what_the_editor_saved_is_written_as_it_was() {
    assert_eq!(read(EDITOR).expect("it can be read").oddities, []);
    assert_eq!(without_uids(&rewrite(EDITOR, Form::Data)), without_uids(EDITOR));
}

#[test]
fn ten_thousand_nodes_are_read_and_written() {
    let mut graph = Map::new();
    let template: Map<String, Value> = serde_json::from_str(EDITOR).expect("a graph");
    for id in 1..=10_000_u32 {
        let mut node = template["5"].clone();
        node["id"] = json!(id);
        if id > 1 {
            node["inputs"]["input_1"]["connections"] = json!([{"node": (id - 1).to_string(), "input": "output_1"}]);
        }
        if id < 10_000 {
            node["outputs"]["output_1"]["connections"] = json!([{"node": (id + 1).to_string(), "output": "input_1"}]);
        }
        graph.insert(id.to_string(), node);
    }
    graph.insert("_frames".to_owned(), json!({}));
    let text = Value::Object(graph).to_string();
    assert_eq!(read(&text).expect("it can be read").oddities, []);
    assert_eq!(without_uids(&rewrite(&text, Form::Data)), without_uids(&text));
}

mod random {
    use std::borrow::Cow;

    use proptest::collection::{btree_map, vec};
    use proptest::prelude::*;

    use super::*;
    use crate::model::{
        Connection, Frame, Graph, ModuleType, Node, NodeId, ParamText, ParamValue, SavedFilter, workflow_uuid,
    };
    use crate::secrets::Secret;

    fn any_text() -> impl Strategy<Value = Cow<'static, str>> {
        prop_oneof!["\\PC{0,8}", "[a-z0-9._-]{1,12}", any::<String>()].prop_map(Cow::Owned)
    }

    fn any_value() -> impl Strategy<Value = ParamValue<'static>> {
        let number = prop_oneof![
            any::<i64>().prop_map(serde_json::Number::from),
            any::<u64>().prop_map(serde_json::Number::from),
            any::<f64>().prop_filter_map("finite", serde_json::Number::from_f64),
        ];
        let leaf = prop_oneof![
            Just(ParamValue::Null),
            any::<bool>().prop_map(ParamValue::Boolean),
            number.prop_map(ParamValue::Number),
            any_text().prop_map(|text| ParamValue::Text(ParamText::Plain(text))),
        ];
        leaf.prop_recursive(4, 16, 4, |inner| {
            prop_oneof![
                vec(inner.clone(), 0..4).prop_map(ParamValue::List),
                btree_map(any_text(), inner, 0..4)
                    .prop_map(|entries| ParamValue::Object(entries.into_iter().collect())),
            ]
        })
    }

    fn any_filter() -> impl Strategy<Value = SavedFilter<'static>> {
        (any_text(), any_text(), any_text(), any_text()).prop_map(|(selector, value, operator, path)| SavedFilter {
            selector,
            value: ParamText::Plain(value),
            operator,
            path,
        })
    }

    fn any_node() -> impl Strategy<Value = Node<'static>> {
        let words =
            (any_text().prop_filter("modules have a name", |id| !id.is_empty()), any_text(), any_text(), any_text());
        let module_type = prop_oneof![Just(ModuleType::Trigger), Just(ModuleType::Logic), Just(ModuleType::Action)];
        // Beyond 30 there is no node: connections dangle.
        let connection = (0..40_u32, 1..3_u8).prop_map(|(node, input)| Connection { node, input });
        (
            (words, module_type, any::<bool>(), 0..3_u8),
            btree_map(any_text(), any_value(), 0..5),
            any_filter(),
            vec(vec(connection, 0..3), 0..4),
            (any::<f64>(), -5000..5000_i32).prop_filter("finite", |(x, _)| x.is_finite()),
        )
            .prop_map(|((words, module_type, multiple, inputs), params, filter, outputs, (x, y))| {
                let (module, name, version, class) = words;
                Node {
                    id: 0,
                    module,
                    name,
                    module_type,
                    version,
                    params: params.into_iter().collect(),
                    filter,
                    multiple_output_connection: multiple,
                    gives_core_format: false,
                    odd_type: None,
                    class,
                    inputs,
                    outputs,
                    position: Some((x, f64::from(y))),
                    origin: None,
                }
            })
    }

    fn any_graph() -> impl Strategy<Value = Graph<'static>> {
        let frame = (any_text(), vec(0..40_u32, 0..5), any_text());
        (btree_map(0..30_u32, any_node(), 0..10), btree_map(any_text(), frame, 0..3)).prop_map(|(nodes, frames)| {
            Graph {
                nodes: nodes.into_iter().map(|(id, node): (NodeId, _)| Node { id, ..node }).collect(),
                frames: frames
                    .into_iter()
                    .map(|(uuid, (text, nodes, class))| Frame { uuid, text, nodes, class })
                    .collect(),
            }
        })
    }

    fn any_document() -> impl Strategy<Value = Document<'static>> {
        (any_graph(), any_text(), any_text(), any::<bool>()).prop_map(|(graph, name, description, debug_enabled)| {
            Document {
                uuid: Some(workflow_uuid(&name)),
                name,
                description,
                debug_enabled,
                trigger_id: Some(Cow::Borrowed("event-publish")),
                ..Document::bare(DocumentKind::Workflow, graph)
            }
        })
    }

    fn none(_: &str) -> Option<Secret> {
        None
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(128))]

        #[test]
        fn workflows_survive(document in any_document()) {
            let first = write(&document, Form::Workflow, Filling::Values(&none)).unwrap();
            let read = read(&first).unwrap();
            prop_assert_eq!(&read.documents[0], &document);
            prop_assert_eq!(write(&read.documents[0], Form::Workflow, Filling::Values(&none)).unwrap(), first);
        }

        #[test]
        fn requests_survive(document in any_document()) {
            let text = write(&document, Form::Request, Filling::Values(&none)).unwrap();
            prop_assert_eq!(&read(&text).unwrap().documents[0].graph, &document.graph);
        }

        #[test]
        fn graphs_survive(graph in any_graph()) {
            let document = Document::bare(DocumentKind::Workflow, graph);
            let first = write(&document, Form::Data, Filling::Values(&none)).unwrap();
            let read = read(&first).unwrap();
            prop_assert_eq!(&read.documents[0], &document);
            prop_assert_eq!(write(&read.documents[0], Form::Data, Filling::Values(&none)).unwrap(), first);
        }

        #[test]
        fn blueprints_survive(graph in any_graph(), name in any_text()) {
            let graph = Graph { frames: Vec::new(), ..graph };
            let document = Document { name, ..Document::bare(DocumentKind::Blueprint, graph) };
            let first = write(&document, Form::Blueprint, Filling::Values(&none)).unwrap();
            let read = read(&first).unwrap();
            prop_assert_eq!(&read.documents[0], &document);
            prop_assert_eq!(write(&read.documents[0], Form::Blueprint, Filling::Values(&none)).unwrap(), first);
        }

        #[test]
        fn well_connected_graphs_have_no_oddity(
            nodes in btree_map(1..20_u32, any_node(), 1..8),
            ends in vec((any::<prop::sample::Index>(), any::<prop::sample::Index>()), 0..12),
        ) {
            let mut nodes: Vec<_> = nodes
                .into_iter()
                .map(|(id, node)| Node { id, inputs: 1, outputs: vec![Vec::new()], ..node })
                .collect();
            for (source, target) in ends {
                let target = target.get(&nodes).id;
                let source = source.index(nodes.len());
                nodes[source].outputs[0].push(Connection { node: target, input: 1 });
            }
            let document = Document::bare(DocumentKind::Workflow, Graph { nodes, frames: Vec::new() });
            let text = write(&document, Form::Data, Filling::Values(&none)).unwrap();
            prop_assert_eq!(read(&text).unwrap().oddities, []);
        }
    }

    /// JSON with the keys of workflows in wrong places and wrong values under them.
    fn almost_misp() -> impl Strategy<Value = Value> {
        let key = prop::sample::select(vec![
            "Workflow",
            "WorkflowBlueprint",
            "response",
            "data",
            "id",
            "name",
            "uuid",
            "trigger_id",
            "debug_enabled",
            "indexed_params",
            "saved_filters",
            "module_type",
            "module_version",
            "class",
            "inputs",
            "outputs",
            "input_1",
            "output_1",
            "output_200",
            "connections",
            "node",
            "input",
            "output",
            "_frames",
            "nodes",
            "text",
            "pos_x",
            "1",
            "2",
            "3",
            "é",
        ]);
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-2..6_i64).prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            prop::sample::select(vec![
                "",
                "1",
                "2",
                "output_1",
                "input_1",
                "[]",
                "{\"1\":{\"data\":{\"id\":\"x\"}}}",
                "{"
            ])
            .prop_map(Value::from),
        ];
        leaf.prop_recursive(9, 120, 6, move |inner| {
            prop_oneof![
                1 => vec(inner.clone(), 0..5).prop_map(Value::from),
                3 => vec((key.clone(), inner), 0..6)
                    .prop_map(|members| members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
            ]
        })
    }

    /// A workflow with one value somewhere in it replaced.
    fn damaged() -> impl Strategy<Value = Value> {
        (any_document(), any::<prop::sample::Index>(), almost_misp()).prop_map(|(document, place, value)| {
            let text = write(&document, Form::Workflow, Filling::Values(&none)).unwrap();
            let mut json: Value = serde_json::from_str(&text).unwrap();
            let mut pointers = Vec::new();
            pointers_of(&json, &mut String::new(), &mut pointers);
            *json.pointer_mut(&pointers[place.index(pointers.len())]).unwrap() = value;
            json
        })
    }

    fn pointers_of(json: &Value, at: &mut String, pointers: &mut Vec<String>) {
        pointers.push(at.clone());
        let members: Vec<_> = match json {
            Value::Array(items) => items.iter().enumerate().map(|(index, item)| (index.to_string(), item)).collect(),
            Value::Object(members) => members.iter().map(|(key, value)| (key.clone(), value)).collect(),
            _ => return,
        };
        for (key, value) in members {
            let length = at.len();
            at.push('/');
            at.push_str(&key.replace('~', "~0").replace('/', "~1"));
            pointers_of(value, at, pointers);
            at.truncate(length);
        }
    }

    /// Whatever can be read can be written and read again, and from then on stays the same.
    fn settles(text: &str) -> Result<(), TestCaseError> {
        for document in read(text).map(|read| read.documents).unwrap_or_default() {
            let form = match document.kind {
                DocumentKind::Workflow => Form::Workflow,
                DocumentKind::Blueprint => Form::Blueprint,
            };
            let first = write(&document, form, Filling::Values(&none)).unwrap();
            let again = read(&first).unwrap();
            prop_assert_eq!(write(&again.documents[0], form, Filling::Values(&none)).unwrap(), first);
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn nothing_makes_the_reader_panic(json in almost_misp()) {
            settles(&json.to_string())?;
        }

        #[test]
        fn damaged_workflows_are_read_or_refused(json in damaged()) {
            settles(&json.to_string())?;
        }

        #[test]
        fn arbitrary_text_is_read_or_refused(text in prop_oneof![any::<String>(), "[\\[\\]{}\",:0-9a-z_ \\\\]{0,60}"]) {
            settles(&text)?;
        }
    }
}
