use serde_json::{Value, json};

use super::*;
use crate::model::{Connection, DocumentKind, ModuleType, ParamValue, workflow_uuid};

/// A node as the editor writes it, with one input (none for a trigger) and one output.
fn node(id: u32, module: &str, from: &[u32], to: &[u32]) -> Value {
    let trigger = module == "event-publish";
    let from: Vec<_> = from.iter().map(|id| json!({"node": id.to_string(), "input": "output_1"})).collect();
    let to: Vec<_> = to.iter().map(|id| json!({"node": id.to_string(), "output": "input_1"})).collect();
    json!({
        "id": id,
        "name": module,
        "data": {
            "id": module,
            "name": module,
            "module_type": if trigger { "trigger" } else { "action" },
            "indexed_params": {},
            "saved_filters": {"selector": "", "value": "", "operator": "", "path": ""},
            "multiple_output_connection": false,
            "module_version": "0.1",
            "node_uid": "abc",
            "previous_module_version": "0.1"
        },
        "class": if trigger { "block-type-trigger" } else { "block-type-default" },
        "typenode": false,
        "inputs": if trigger { json!({}) } else { json!({"input_1": {"connections": from}}) },
        "outputs": {"output_1": {"connections": to}},
        "pos_x": 10,
        "pos_y": 20.5
    })
}

/// A trigger and an action after it.
fn graph() -> Value {
    json!({"1": node(1, "event-publish", &[], &[2]), "2": node(2, "push-zmq", &[1], &[]), "_frames": {}})
}

fn row(data: &Value) -> Value {
    json!({"Workflow": {
        "id": "7", "uuid": workflow_uuid("w").to_string(), "name": "W", "description": "D", "timestamp": "1", "enabled": true,
        "counter": "3", "trigger_id": "event-publish", "debug_enabled": true, "data": data, "listening_triggers": []
    }})
}

fn read_all(json: &Value) -> Read {
    read(&json.to_string()).expect("it can be read")
}

/// The only document, which must be free of oddities.
fn clean(json: &Value) -> Document<'static> {
    let mut read = read_all(json);
    assert_eq!(read.oddities, []);
    assert_eq!(read.documents.len(), 1);
    read.documents.remove(0)
}

/// The only document of a changed graph, and the paths of its oddities.
fn changed(change: impl FnOnce(&mut Value)) -> (Document<'static>, Vec<String>) {
    let mut graph = graph();
    change(&mut graph);
    odd(&graph)
}

fn odd(json: &Value) -> (Document<'static>, Vec<String>) {
    let mut read = read_all(json);
    assert_eq!(read.documents.len(), 1);
    (read.documents.remove(0), read.oddities.into_iter().map(|oddity| oddity.path).collect())
}

#[test]
fn a_row_is_read_whole() {
    let document = clean(&row(&graph()));
    assert_eq!(document.kind, DocumentKind::Workflow);
    assert_eq!(document.uuid, Some(workflow_uuid("w")));
    assert_eq!((document.name.as_ref(), document.description.as_ref()), ("W", "D"));
    assert_eq!(document.trigger_id.as_deref(), Some("event-publish"));
    assert!(document.debug_enabled);
    let nodes = &document.graph.nodes;
    assert_eq!(nodes.iter().map(|node| node.id).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(nodes[0].module_type, ModuleType::Trigger);
    assert_eq!((nodes[0].inputs, nodes[1].inputs), (0, 1));
    assert_eq!(nodes[0].outputs, [[Connection { node: 2, input: 1 }]]);
    assert_eq!(nodes[1].position, Some((10.0, 20.5)));
}

#[test]
fn the_graph_may_be_a_text() {
    assert_eq!(clean(&row(&Value::String(graph().to_string()))), clean(&row(&graph())));
}

#[test]
fn a_bare_graph_listens_to_its_trigger() {
    let document = clean(&graph());
    assert_eq!(document.graph, clean(&row(&graph())).graph);
    assert_eq!((document.uuid, document.trigger_id.as_deref()), (None, Some("event-publish")));
}

#[test]
fn blueprints_hold_a_list_or_a_text() {
    let list = json!([node(55, "push-zmq", &[56], &[]), node(56, "push-zmq", &[], &[55])]);
    let blueprint =
        |data: Value| json!({"WorkflowBlueprint": {"name": "B", "data": data, "default": false, "mermaid": ""}});
    let document = clean(&blueprint(list.clone()));
    assert_eq!(document.kind, DocumentKind::Blueprint);
    assert_eq!(document.graph.nodes.iter().map(|node| node.id).collect::<Vec<_>>(), [55, 56]);
    assert_eq!(clean(&blueprint(Value::String(list.to_string()))), document);
    assert_eq!(clean(&list).graph, document.graph);
    let keyed = json!({"0": list[0], "1": list[1]});
    assert_eq!(clean(&blueprint(keyed)), document);
}

#[test]
fn lists_and_answers_hold_several() {
    let all = read_all(&json!({"response": [row(&graph()), {"WorkflowBlueprint": {"data": []}}, graph()]}));
    assert_eq!(all.oddities, []);
    let kinds: Vec<_> = all.documents.iter().map(|document| document.kind).collect();
    assert_eq!(kinds, [DocumentKind::Workflow, DocumentKind::Blueprint, DocumentKind::Workflow]);
    assert_eq!(read("[]").unwrap(), Read { documents: vec![], oddities: vec![], places: vec![] });
}

#[test]
fn oddities_in_lists_tell_which() {
    let mut second = row(&graph());
    second["Workflow"]["colour"] = json!("red");
    let paths: Vec<_> = read_all(&json!([row(&graph()), second])).oddities.into_iter().map(|odd| odd.path).collect();
    assert_eq!(paths, ["[1].Workflow.colour"]);
}

#[test]
fn a_row_without_its_wrapper_is_noted() {
    let (document, paths) = odd(&row(&graph())["Workflow"]);
    assert_eq!(document, clean(&row(&graph())));
    assert_eq!(paths, [""]);
}

#[test]
fn empty_objects_may_be_lists() {
    let (document, paths) = changed(|graph| {
        graph["1"]["inputs"] = json!([]);
        graph["1"]["data"]["indexed_params"] = json!([]);
        graph["2"]["outputs"] = json!([]);
        graph["2"]["data"]["saved_filters"] = json!([]);
        graph["_frames"] = json!([]);
    });
    assert_eq!(paths, [""; 0]);
    assert!(document.graph.nodes[1].outputs.is_empty() && document.graph.frames.is_empty());
}

#[test]
fn ids_may_be_texts_or_numbers() {
    let (document, paths) = changed(|graph| {
        graph["2"]["id"] = json!("2");
        graph["1"]["outputs"]["output_1"]["connections"][0]["node"] = json!(2);
    });
    assert_eq!(paths, ["1.outputs.output_1.connections[0].node", "2.id"]);
    assert_eq!(document, clean(&graph()));
}

#[test]
fn a_key_counts_more_than_an_id() {
    let (document, paths) = changed(|graph| graph["2"]["id"] = json!(9));
    assert_eq!(paths, ["2.id"]);
    assert_eq!(document, clean(&graph()));
}

#[test]
fn keys_that_are_no_numbers_give_way_to_ids() {
    let (document, paths) = changed(|graph| {
        let node = graph.as_object_mut().unwrap().remove("2").unwrap();
        graph["second"] = node;
    });
    assert_eq!(paths, ["second"]);
    assert_eq!(document, clean(&graph()));
}

#[test]
fn a_second_node_with_the_same_id_is_renumbered_past_everything_named() {
    // 2 and 3 are named by connections, so the second node 1 becomes 4.
    let list =
        json!([node(1, "push-zmq", &[], &[2, 3]), node(1, "push-zmq", &[], &[]), node(2, "push-zmq", &[1], &[])]);
    let (document, paths) = odd(&list);
    assert_eq!(document.graph.nodes.iter().map(|node| node.id).collect::<Vec<_>>(), [1, 2, 4]);
    assert_eq!(paths, ["[1]", "[0].outputs.output_1.connections[1]"]);
}

#[test]
fn a_key_that_comes_twice_counts_last() {
    let text = graph().to_string().replacen("\"pos_x\":10", "\"pos_x\":99,\"pos_x\":11", 1);
    let read = read(&text).unwrap();
    assert_eq!(read.documents[0].graph.nodes[0].position, Some((11.0, 20.5)));
    assert_eq!(read.oddities.len(), 1);
    assert_eq!(read.oddities[0].path, "1.pos_x");
}

#[test]
fn missing_inputs_are_made_from_outputs() {
    let (document, paths) = changed(|graph| {
        for id in ["1", "2"] {
            graph[id].as_object_mut().unwrap().remove("inputs");
        }
    });
    assert_eq!(paths, ["1", "2"]);
    assert_eq!(document, clean(&graph()));
}

#[test]
fn missing_outputs_are_noted_and_so_is_what_relied_on_them() {
    let (document, paths) = changed(|graph| {
        graph["1"].as_object_mut().unwrap().remove("outputs");
    });
    assert_eq!(paths, ["1", "2.inputs.input_1.connections[0]"]);
    assert!(document.graph.nodes[0].outputs.is_empty());
}

#[test]
fn inputs_and_outputs_are_compared() {
    let (document, paths) = changed(|graph| {
        graph["2"]["inputs"]["input_1"]["connections"] =
            json!([{"node": "2", "input": "output_1"}, {"node": "8", "input": "output_1"}]);
    });
    assert_eq!(
        paths,
        ["1.outputs.output_1.connections[0]", "2.inputs.input_1.connections[0]", "2.inputs.input_1.connections[1]"]
    );
    assert_eq!(document, clean(&graph()), "the outputs count");
}

#[test]
fn dangling_connections_are_kept() {
    let (document, paths) = changed(|graph| {
        graph["2"]["outputs"]["output_1"]["connections"] =
            json!([{"node": "40", "output": "input_1"}, {"node": "1", "output": "input_1"}]);
    });
    assert_eq!(paths, ["2.outputs.output_1.connections[1]", "2.outputs.output_1.connections[0]"]);
    let kept: Vec<_> = document.graph.nodes[1].outputs[0].iter().map(|connection| connection.node).collect();
    assert_eq!(kept, [40, 1]);
}

#[test]
fn leftovers_are_named() {
    let (document, paths) = changed(|graph| {
        graph["1"]["html"] = json!("<div/>");
        graph["1"]["typenode"] = json!("vue");
        graph["1"]["data"]["icon"] = json!("upload");
        graph["1"]["data"]["params"] = json!([]);
        graph["1"]["data"]["mine"] = json!(1);
        graph["1"]["outputs"]["output_1"]["connections"][0]["labels"] = json!([]);
        graph["1"]["outputs"]["output_1"]["more"] = json!(1);
        graph["1"]["data"]["saved_filters"]["more"] = json!(1);
        graph["viewport"] = json!(3);
    });
    let mut sorted = paths;
    sorted.sort();
    assert_eq!(
        sorted,
        [
            "1.data",
            "1.data.mine",
            "1.data.saved_filters.more",
            "1.html",
            "1.outputs.output_1.connections[0].labels",
            "1.outputs.output_1.more",
            "1.typenode",
            "viewport",
        ]
    );
    assert_eq!(document, clean(&graph()));
}

#[test]
fn parameters_are_kept_as_they_are() {
    let odd = json!({"modules": "hashlookup", "gone": [1, 1.5, null, {"deep": [true]}], "": {}, "é\"": "\u{1F600}"});
    let (document, paths) = changed(|graph| graph["2"]["data"]["indexed_params"] = odd);
    assert_eq!(paths, [""; 0]);
    let params = &document.graph.nodes[1].params;
    assert_eq!(params[0], ("modules".into(), ParamValue::text("hashlookup")));
    assert_eq!(
        params[1].1,
        ParamValue::List(vec![
            ParamValue::Number(1.into()),
            ParamValue::Number(serde_json::Number::from_f64(1.5).unwrap()),
            ParamValue::Null,
            ParamValue::Object(vec![("deep".into(), ParamValue::List(vec![ParamValue::Boolean(true)]))]),
        ])
    );
    assert_eq!(params[2], ("".into(), ParamValue::Object(vec![])));
    assert_eq!(params[3], ("é\"".into(), ParamValue::text("\u{1F600}")));
}

#[test]
fn parameters_in_a_list_keep_their_numbers() {
    let (document, paths) = changed(|graph| graph["2"]["data"]["indexed_params"] = json!(["a"]));
    assert_eq!(paths, ["2.data.indexed_params"]);
    assert_eq!(document.graph.nodes[1].params, [("0".into(), ParamValue::text("a"))]);
}

#[test]
fn module_types_come_from_the_class_where_they_must() {
    let (document, paths) = changed(|graph| {
        graph["2"]["class"] = json!("block-type-if block-type-logic");
        graph["2"]["data"]["module_type"] = json!("magic");
    });
    assert_eq!(paths, ["2.data"]);
    assert_eq!(document.graph.nodes[1].module_type, ModuleType::Logic);
}

#[test]
fn two_names_are_noted() {
    let (document, paths) = changed(|graph| graph["2"]["data"]["name"] = json!("Other"));
    assert_eq!(paths, ["2.name"]);
    assert_eq!(document.graph.nodes[1].name, "Other", "the editor takes the name in `data`");
}

#[test]
fn old_nodes_lack_a_version() {
    let (document, paths) = changed(|graph| {
        graph["2"]["data"].as_object_mut().unwrap().remove("module_version");
    });
    assert_eq!(paths, ["2.data"]);
    assert_eq!(document.graph.nodes[1].version, "");
}

#[test]
fn what_is_no_node_is_left_out_with_a_note() {
    let (document, paths) = changed(|graph| {
        graph["3"] = json!(null);
        graph["4"] = json!({"id": 4, "data": {}, "class": "", "inputs": {}, "outputs": {}, "pos_x": 0, "pos_y": 0});
    });
    assert_eq!(paths, ["3", "4.data"]);
    assert_eq!(document, clean(&graph()));
}

#[test]
fn positions_may_be_texts_or_missing() {
    let (document, paths) = changed(|graph| {
        graph["1"]["pos_x"] = json!("10");
        let second = graph["2"].as_object_mut().unwrap();
        second.remove("pos_x");
        second.remove("pos_y");
    });
    assert_eq!(paths, ["1.pos_x", "2"]);
    assert_eq!(document.graph.nodes[0].position, Some((10.0, 20.5)));
    assert_eq!(document.graph.nodes[1].position, None);
}

#[test]
fn outputs_with_gaps_and_wild_numbers() {
    let (document, paths) = changed(|graph| {
        graph["2"]["outputs"] = json!({
            "output_3": {"connections": []}, "output_1": {"connections": []}, "output_4000000000": {"connections": []}
        });
    });
    assert_eq!(paths, ["2.outputs.output_4000000000", "2.outputs", "2.outputs"]);
    assert_eq!(document.graph.nodes[1].outputs.len(), 3);
}

#[test]
fn lists_that_php_made_objects_are_lists() {
    let (document, paths) = changed(|graph| {
        let connections = &mut graph["1"]["outputs"]["output_1"]["connections"];
        *connections = json!({"3": connections[0].clone()});
    });
    assert_eq!(paths, [""; 0]);
    assert_eq!(document, clean(&graph()));
}

#[test]
fn frames_are_read() {
    let (document, paths) = changed(|graph| {
        graph["_frames"] = json!({
            "a": {"id": "a", "text": "A", "nodes": [1, 2], "class": "c"},
            "b": {"id": "x", "text": "B", "nodes": ["2", 99, "?"], "class": "", "colour": "red"},
            "c": 3
        });
    });
    assert_eq!(
        paths,
        [
            "_frames.b.id",
            "_frames.b.nodes[0]",
            "_frames.b.nodes[1]",
            "_frames.b.nodes[2]",
            "_frames.b.colour",
            "_frames.c"
        ]
    );
    let frames = &document.graph.frames;
    assert_eq!((frames[0].uuid.as_ref(), frames[0].text.as_ref(), frames[0].class.as_ref()), ("a", "A", "c"));
    assert_eq!((frames[0].nodes.as_slice(), frames[1].nodes.as_slice()), ([1, 2].as_slice(), [2, 99].as_slice()));
}

#[test]
fn a_trigger_in_a_blueprint_is_kept_and_noted() {
    let list = [node(1, "event-publish", &[], &[2]), node(2, "push-zmq", &[1], &[])];
    let (document, paths) = odd(&json!({"WorkflowBlueprint": {"name": "B", "data": list}}));
    assert_eq!(paths, ["WorkflowBlueprint.data[0]"]);
    assert_eq!(document.graph.nodes.len(), 2);
}

#[test]
fn rows_are_read_tolerantly() {
    let mut row = row(&graph());
    row["Workflow"]["uuid"] = json!("not-a-uuid");
    row["Workflow"]["description"] = json!(null);
    row["Workflow"]["debug_enabled"] = json!("1");
    row["Workflow"]["trigger_id"] = json!("user-after-save");
    let (document, paths) = odd(&row);
    assert_eq!(paths, ["Workflow.uuid", "Workflow.debug_enabled", "Workflow.trigger_id"]);
    assert!(document.uuid.is_none() && document.debug_enabled && document.description.is_empty());
    let (document, paths) = odd(&json!({"Workflow": {"name": "W"}}));
    assert_eq!(paths, ["Workflow"]);
    assert!(document.graph.nodes.is_empty());
}

#[test]
fn ad_hoc_workflows_have_trigger_ids_of_their_own() {
    let graph = json!({"1": node(1, "adhoc-trigger", &[], &[])});
    let mut row = row(&graph);
    row["Workflow"]["trigger_id"] = json!("adhoc-3f2a");
    let read = read(&row.to_string()).unwrap();
    assert_eq!(read.documents[0].other_trigger(), None);
    assert!(read.oddities.iter().all(|oddity| oddity.path != "Workflow.trigger_id"), "{:?}", read.oddities);
}

#[test]
fn texts_that_are_not_json_tell_line_and_column() {
    for (text, message) in [
        ("", "the JSON ends before it is complete, at line 1, column 1"),
        ("{\"Workflow\": {\n  \"é\": !", "this is not valid JSON: expected value, at line 2, column 8"),
        ("[1", "the JSON ends before it is complete, at line 1, column 2"),
        ("3", "a number is neither a workflow nor a blueprint nor a graph of MISP"),
        ("[[\"x\"]]", "a string is neither a workflow nor a blueprint nor a graph of MISP, at `[0][0]`"),
        ("{\"Workflow\": 1}", "a number is here instead of an object, at `Workflow`"),
        (
            "{\"Workflow\": {\"data\": \"{]\"}}",
            "this is not valid JSON: key must be a string, at line 1, column 2 of the text at `Workflow.data`",
        ),
        (
            "{\"Workflow\": {\"data\": true}}",
            "a graph is an object or a list of nodes, not a boolean, at `Workflow.data`",
        ),
    ] {
        assert_eq!(read(text).unwrap_err().to_string(), message, "{text}");
    }
}

#[test]
fn depth_is_bounded() {
    let error = read(&"[".repeat(1_000_000)).unwrap_err();
    assert_eq!(error.message, "the JSON nests too deep");
    assert!(error.position.is_some());
    let deep = |levels: usize| {
        let value: Value = serde_json::from_str(&format!("{}{}", "[".repeat(levels), "]".repeat(levels))).unwrap();
        let mut graph = graph();
        graph["2"]["data"]["indexed_params"]["deep"] = value;
        read(&graph.to_string())
    };
    assert!(deep(90).is_ok());
    assert!(deep(110).unwrap_err().message.contains("nest deeper"));
}

#[test]
fn a_byte_order_mark_is_skipped() {
    assert!(read(&format!("\u{feff}{}", graph())).is_ok());
}
