use std::borrow::Cow;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use super::*;
use crate::base::source::{Sources, Span};
use crate::model::{
    Connection, Frame, Graph, ModuleType, Node, NodeId, ParamText, ParamValue, SavedFilter, TextPart, workflow_uuid,
};

fn unset(_: &str) -> Option<Secret> {
    None
}

fn node(id: NodeId, module_type: ModuleType, outputs: Vec<Vec<Connection>>) -> Node<'static> {
    Node {
        id,
        module: Cow::Borrowed("some-module"),
        name: Cow::Borrowed("Some module"),
        module_type,
        version: Cow::Borrowed("0.1"),
        params: Vec::new(),
        filter: SavedFilter::default(),
        multiple_output_connection: false,
        gives_core_format: false,
        odd_type: None,
        class: Cow::Borrowed("block-type-default"),
        inputs: u8::from(module_type != ModuleType::Trigger),
        outputs,
        position: Some((0.0, 0.0)),
        origin: None,
    }
}

fn to(node: NodeId) -> Connection {
    Connection { node, input: 1 }
}

fn document(nodes: Vec<Node<'static>>) -> Document<'static> {
    Document {
        uuid: Some(workflow_uuid("guard")),
        name: Cow::Borrowed("Guard"),
        description: Cow::Borrowed("Line\n\"two\" é/"),
        trigger_id: Some(Cow::Borrowed("event-publish")),
        ..Document::bare(DocumentKind::Workflow, Graph { nodes, frames: Vec::new() })
    }
}

fn written(document: &Document<'_>, form: Form) -> Value {
    serde_json::from_str(&write(document, form, Filling::Values(&unset)).expect("nothing is missing")).expect("JSON")
}

fn keys(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[test]
fn a_workflow_is_laid_out_for_reading() {
    let mut trigger = node(1, ModuleType::Trigger, vec![vec![]]);
    trigger.position = Some((-2671.0, 461.703_842_230_533_84));
    let text = write(&document(vec![trigger]), Form::Workflow, Filling::Values(&unset)).unwrap();
    let uid = text.split("node_uid\": \"").nth(1).unwrap().split('"').next().unwrap();
    let expected = format!(
        r#"{{
  "Workflow": {{
    "uuid": "{}",
    "name": "Guard",
    "description": "Line\n\"two\" é/",
    "trigger_id": "event-publish",
    "debug_enabled": false,
    "data": {{
      "1": {{
        "id": 1,
        "name": "Some module",
        "data": {{
          "id": "some-module",
          "name": "Some module",
          "module_type": "trigger",
          "indexed_params": {{}},
          "saved_filters": {{
            "selector": "",
            "value": "",
            "operator": "",
            "path": ""
          }},
          "multiple_output_connection": false,
          "module_version": "0.1",
          "node_uid": "{uid}",
          "previous_module_version": "0.1"
        }},
        "class": "block-type-default",
        "typenode": false,
        "inputs": {{}},
        "outputs": {{
          "output_1": {{
            "connections": []
          }}
        }},
        "pos_x": -2671,
        "pos_y": 461.70384223053384
      }},
      "_frames": {{}}
    }}
  }}
}}
"#,
        workflow_uuid("guard")
    );
    assert_eq!(text, expected);
}

#[test]
fn a_request_carries_the_graph_as_text() {
    let document = document(vec![node(1, ModuleType::Trigger, vec![vec![to(2)]]), node(2, ModuleType::Action, vec![])]);
    let request = written(&document, Form::Request);
    assert_eq!(keys(&request), ["Workflow"]);
    assert_eq!(keys(&request["Workflow"]), ["data", "name", "description", "debug_enabled"]);
    let data = request["Workflow"]["data"].as_str().expect("a string");
    assert!(!data.contains('\n') && !data.contains("\": "), "{data}");
    assert_eq!(serde_json::from_str::<Value>(data).unwrap(), written(&document, Form::Data));
}

#[test]
fn a_blueprint_holds_a_list_of_nodes_and_no_time() {
    let mut document = document(vec![node(3, ModuleType::Action, vec![vec![]]), node(7, ModuleType::Action, vec![])]);
    document.kind = DocumentKind::Blueprint;
    let blueprint = written(&document, Form::Blueprint);
    assert_eq!(keys(&blueprint["WorkflowBlueprint"]), ["uuid", "name", "description", "default", "data"]);
    let ids: Vec<_> = blueprint["WorkflowBlueprint"]["data"].as_array().unwrap().iter().map(|n| &n["id"]).collect();
    assert_eq!(ids, [3, 7]);
    assert_eq!(written(&document, Form::Request), blueprint);
}

#[test]
fn inputs_mirror_the_outputs_in_order_of_source_and_output() {
    let document = document(vec![
        node(2, ModuleType::Logic, vec![vec![to(9)], vec![to(9), to(10)]]),
        node(5, ModuleType::Trigger, vec![vec![to(9), to(77)]]),
        node(9, ModuleType::Action, vec![]),
        node(10, ModuleType::Action, vec![vec![to(9)]]),
    ]);
    let data = written(&document, Form::Data);
    assert_eq!(keys(&data), ["2", "5", "9", "10", "_frames"]);
    assert_eq!(
        data["9"]["inputs"],
        serde_json::json!({"input_1": {"connections": [
            {"node": "2", "input": "output_1"},
            {"node": "2", "input": "output_2"},
            {"node": "5", "input": "output_1"},
            {"node": "10", "input": "output_1"},
        ]}})
    );
    assert_eq!(data["9"]["outputs"], serde_json::json!({}));
    assert_eq!(data["5"]["inputs"], serde_json::json!({}));
    assert_eq!(
        data["5"]["outputs"],
        serde_json::json!({"output_1": {"connections": [
            {"node": "9", "output": "input_1"},
            {"node": "77", "output": "input_1"},
        ]}})
    );
}

#[test]
fn frames_come_last_with_their_nodes() {
    let mut document = document(vec![node(1, ModuleType::Action, vec![])]);
    document.graph.frames.push(Frame {
        uuid: Cow::Borrowed("c0ffee"),
        text: Cow::Borrowed("Titel"),
        nodes: vec![1],
        class: Cow::Borrowed("frame"),
    });
    let data = written(&document, Form::Data);
    let frame = serde_json::json!({"c0ffee": {"id": "c0ffee", "text": "Titel", "nodes": [1], "class": "frame"}});
    assert_eq!(data["_frames"], frame);
}

#[test]
fn uids_differ_between_nodes_and_documents_and_stay_the_same() {
    let uids = |document: &Document<'_>| {
        let data = written(document, Form::Data);
        ["1", "2"].map(|id| data[id]["data"]["node_uid"].as_str().unwrap().to_owned())
    };
    let one = document(vec![node(1, ModuleType::Action, vec![]), node(2, ModuleType::Action, vec![])]);
    let other = Document { uuid: Some(workflow_uuid("other")), ..one.clone() };
    let [first, second] = uids(&one);
    assert_ne!(first, second);
    assert_eq!(uids(&one), [first.clone(), second]);
    assert_ne!(uids(&other)[0], first);
    assert_eq!(first.len(), 13);
    assert!(first.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()), "{first}");
}

#[test]
fn positions_are_whole_where_they_can_be() {
    for (position, expected) in [(-0.0, "0"), (12.0, "12"), (-0.5, "-0.5"), (1e300, "1e+300"), (f64::NAN, "0")] {
        let mut action = node(1, ModuleType::Action, vec![]);
        action.position = Some((position, 0.0));
        let text = write(&document(vec![action]), Form::Data, Filling::Values(&unset)).unwrap();
        let line = text.lines().find(|line| line.contains("pos_x")).unwrap();
        assert_eq!(line, format!("    \"pos_x\": {expected},"));
    }
}

/// A list with text from the environment: a variable, one with a default, and a secret.
fn from_environment(origin: Option<Span>) -> Document<'static> {
    let parts = vec![
        TextPart::Plain(Cow::Borrowed("https://")),
        TextPart::Env { name: Cow::Borrowed("HOST"), default: None, origin },
        TextPart::Env { name: Cow::Borrowed("PATH_PART"), default: Some(Cow::Borrowed("/hook")), origin },
        TextPart::Plain(Cow::Borrowed("?key=")),
        TextPart::Secret { name: Cow::Borrowed("TOKEN"), origin },
    ];
    let mut webhook = node(1, ModuleType::Action, vec![]);
    webhook
        .params
        .push((Cow::Borrowed("urls"), ParamValue::List(vec![ParamValue::Text(ParamText::Parts(parts.clone()))])));
    webhook.filter.value = ParamText::Parts(parts);
    document(vec![webhook])
}

#[test]
fn the_environment_is_filled_in() {
    let asked = AtomicUsize::new(0);
    let environment = |name: &str| {
        asked.fetch_add(1, Ordering::Relaxed);
        match name {
            "HOST" => Some(Secret::new("soc.example")),
            "TOKEN" => Some(Secret::new("s3\"cret")),
            _ => None,
        }
    };
    let text = write(&from_environment(None), Form::Data, Filling::Values(&environment)).unwrap();
    let data: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(data["1"]["data"]["indexed_params"]["urls"][0], "https://soc.example/hook?key=s3\"cret");
    assert_eq!(data["1"]["data"]["saved_filters"]["value"], "https://soc.example/hook?key=s3\"cret");
    assert_eq!(asked.into_inner(), 6);
}

#[test]
fn everything_that_is_not_set_is_told_at_once() {
    let sources = Sources::new();
    let file = sources.add("w.mwf", None, "let x = env(\"HOST\")");
    let span = Span::new(file, 8, 19);
    let error = write(&from_environment(Some(span)), Form::Request, Filling::Values(&unset)).unwrap_err();
    let expected = [("HOST", false), ("TOKEN", true)].map(|(name, secret)| MissingVariable {
        name: name.to_owned(),
        origin: Some(span),
        secret,
    });
    assert_eq!(error.missing, expected);
    assert_eq!(error.to_string(), "environment variables are not set: `HOST`, `TOKEN`");
    let diagnostic = error.missing[0].diagnostic();
    assert_eq!(diagnostic.code, crate::diagnostics::Code::EnvironmentNotSet);
    assert_eq!(diagnostic.primary.unwrap().span, span);
}

#[test]
fn an_error_shows_no_secret() {
    let environment = |name: &str| (name == "TOKEN").then(|| Secret::new("hunter2"));
    let error = write(&from_environment(None), Form::Workflow, Filling::Values(&environment)).unwrap_err();
    let diagnostics: Vec<_> = error.missing.iter().map(MissingVariable::diagnostic).collect();
    let shown = format!("{error} {error:?} {diagnostics:?}");
    assert!(shown.contains("HOST") && !shown.contains("hunter2"), "{shown}");
}

#[test]
fn placeholders_stand_for_values_and_come_back() {
    let mut document = from_environment(None);
    // Text that looks like a placeholder and is none.
    let literal = TextPart::Plain(Cow::Borrowed("${TOKEN} ${HOST} $${TOKEN}"));
    let secret = || TextPart::Secret { name: Cow::Borrowed("TOKEN"), origin: None };
    let value = ParamText::Parts(vec![literal, secret(), TextPart::Plain(Cow::Borrowed("${TOKEN}")), secret()]);
    let params = &mut document.graph.nodes[0].params;
    params.push((Cow::Borrowed("literal"), ParamValue::text("${TOKEN}")));
    params.push((Cow::Borrowed("both"), ParamValue::Object(vec![(Cow::Borrowed("a/b"), ParamValue::Text(value))])));
    for form in [Form::Data, Form::Workflow, Form::Request, Form::Blueprint] {
        let text = write(&document, form, Filling::Placeholders).unwrap();
        let read = crate::misp::read(&text).unwrap();
        assert_eq!(read.oddities, []);
        assert_eq!(read.documents[0].graph.nodes[0].params, document.graph.nodes[0].params);
        assert_eq!(read.documents[0].graph.nodes[0].filter, document.graph.nodes[0].filter);
        if form == Form::Workflow {
            assert_eq!(write(&read.documents[0], form, Filling::Placeholders).unwrap(), text);
        }
    }
    let data: Value = serde_json::from_str(&write(&document, Form::Data, Filling::Placeholders).unwrap()).unwrap();
    let data = &data["1"]["data"];
    assert_eq!(data["indexed_params"]["urls"][0], "https://${HOST}${PATH_PART}?key=${TOKEN}");
    assert_eq!(data["indexed_params"]["both"]["a/b"], "${TOKEN} ${HOST} $${TOKEN}${TOKEN}${TOKEN}${TOKEN}");
    let placeholders = data["placeholders"].as_array().unwrap();
    assert_eq!(placeholders[0], json!({ "env": "HOST", "at": ["indexed_params", "urls", 0] }));
    assert_eq!(placeholders[1], json!({ "env": "PATH_PART", "at": ["indexed_params", "urls", 0], "default": "/hook" }));
    assert_eq!(placeholders[4], json!({ "secret": "TOKEN", "at": ["indexed_params", "both", "a/b"], "occurrence": 5 }));
    assert_eq!(placeholders[5], json!({ "env": "HOST", "at": ["saved_filters", "value"] }));
}

#[test]
fn values_leave_no_trace_of_placeholders() {
    let values = |_: &str| Some(Secret::new("value"));
    let text = write(&from_environment(None), Form::Data, Filling::Values(&values)).unwrap();
    assert!(!text.contains("placeholders") && !text.contains("${"), "{text}");
}
