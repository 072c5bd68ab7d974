//! MISP's own JSON.

use mispflow::diagnostics::Code;

use super::{MEGABYTE, answer_to, answer_with, many, workflow};

#[test]
fn broken_json_of_misp() {
    for json in [
        "",
        "[",
        "{}",
        "[]",
        "null",
        "1e999",
        "\0",
        "{\"WorkflowBlueprint\": {\"data\": 5}}",
        "[1, 2, 3]",
        "{\"a\": {\"a\": {\"a\": {}}}}",
    ] {
        let found = answer_with(format!("import \"x.json\" as x\n{}", workflow("use x()")), &[("x.json", json)]);
        assert!(found.iter().any(|diagnostic| diagnostic.code == Code::InvalidMispJson), "{json}: {found:?}");
    }
    for piece in ["[", "{\"a\":", "[{\"data\":"] {
        let found = answer_with("import \"x.json\" as x\n", &[("x.json", &piece.repeat(100_000))]);
        assert!(found.iter().any(|diagnostic| diagnostic.code == Code::InvalidMispJson), "{piece}");
    }
}

/// A chain of nodes after a trigger, each of this module and with these parameters and this filter.
fn saved_chain(count: usize, module: (&str, &str), params: &str, filter: &str) -> String {
    let node = |id: usize, (module, kind): (&str, &str), params: &str, filter: &str| {
        let next =
            if id <= count { format!("{{\"node\": \"{}\", \"input\": \"input_1\"}}", id + 1) } else { String::new() };
        let before = if id == 1 {
            String::new()
        } else {
            format!("\"input_1\": {{\"connections\": [{{\"node\": \"{}\", \"input\": \"output_1\"}}]}}", id - 1)
        };
        format!(
            "\"{id}\": {{\"id\": {id}, \"name\": \"{module}\", \"data\": {{\"id\": \"{module}\", \"name\": \"{module}\", \
             \"module_type\": \"{kind}\", \"module_version\": \"0.1\", \"indexed_params\": {params}, \"saved_filters\": {filter}}}, \
             \"class\": \"\", \"inputs\": {{{before}}}, \"outputs\": {{\"output_1\": {{\"connections\": [{next}]}}}}, \
             \"pos_x\": 0, \"pos_y\": 0}}"
        )
    };
    let nodes: Vec<String> = (1..=count + 1)
        .map(|id| {
            if id == 1 { node(id, ("event-publish", "trigger"), "{}", "{}") } else { node(id, module, params, filter) }
        })
        .collect();
    format!("{{{}}}", nodes.join(", "))
}

#[test]
fn ten_thousand_nodes_of_misp_that_are_all_wrong() {
    let filter = r#"{"selector": "Event.Tagg", "value": "x", "operator": "in", "path": "q"}"#;
    let params = r#"{"url": ["a"], "nope": "x", "content_type": "xml", "payload": "{{ a"}"#;
    let graph = saved_chain(10_000, ("webhook", "action"), params, filter);
    let data = serde_json::Value::from(graph.as_str());
    let row = format!("{{\"Workflow\": {{\"name\": \"w\", \"trigger_id\": \"event-publish\", \"data\": {data}}}}}");
    for json in [graph, row] {
        let found = answer_to("a.json", json, &[]);
        for code in [
            Code::WrongType,
            Code::UnknownParameter,
            Code::UnknownOption,
            Code::InvalidTemplate,
            Code::FilterNotSupported,
        ] {
            assert_eq!(found.iter().filter(|finding| finding.code == code).count(), 10_000, "{code}");
        }
    }
}

#[test]
fn one_node_of_misp_that_is_all_wrong() {
    let params = many(50_000, |number| format!(", \"p{number}\": 1"));
    let params = format!("{{\"url\": \"https://a.example.org\"{params}}}");
    let found = answer_to("a.json", saved_chain(1, ("webhook", "action"), &params, "{}"), &[]);
    assert_eq!(found.iter().filter(|finding| finding.code == Code::UnknownParameter).count(), 50_000);
    let tags = format!("{{\"tags\": [[1]{}]}}", ", [1]".repeat(49_999));
    let found = answer_to("a.json", saved_chain(1, ("tag_operation", "action"), &tags, "{}"), &[]);
    assert_eq!(found.iter().filter(|finding| finding.code == Code::WrongType).count(), 50_000);
    for text in ["{{ a }} ".repeat(100_000), "{{ a }}\\n".repeat(50_000), "{{ a".repeat(100_000), "a.".repeat(MEGABYTE)]
    {
        let params = format!("{{\"message\": \"{text}\"}}");
        answer_to("a.json", saved_chain(1, ("stop-execution", "action"), &params, "{}"), &[]);
        let params = format!("{{\"data_extraction_path\": \"{text}\"}}");
        answer_to("a.json", saved_chain(1, ("push-zmq", "action"), &params, "{}"), &[]);
    }
}

#[test]
fn thousands_of_rows_of_misp_that_are_all_wrong() {
    let graph = saved_chain(2, ("webhook", "action"), "{}", "{}");
    let row =
        format!("{{\"Workflow\": {{\"name\": \"\", \"uuid\": \"x\", \"trigger_id\": \"a\", \"data\": {graph}}}}}");
    let found = answer_to("a.json", format!("[{row}{}]", format!(", {row}").repeat(1_999)), &[]);
    for code in [Code::EmptyName, Code::InvalidUuid, Code::OtherTrigger] {
        assert_eq!(found.iter().filter(|finding| finding.code == code).count(), 2_000, "{code}");
    }
}
