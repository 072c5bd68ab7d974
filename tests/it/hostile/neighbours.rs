//! Neighbours of hostile inputs, in many sizes and forms: each ends with findings, and never with an abort.

use std::path::Path;

use mispflow::base::source::Sources;
use mispflow::catalogue::{Catalogue, Semantics};
use mispflow::compile::Workspace;
use mispflow::diff::{DiffOptions, compare};
use mispflow::engine::{Limits, Prepared, RunOptions, Settings};
use mispflow::format::format_source;
use mispflow::import::{ImportOptions, import_all};
use mispflow::misp;
use mispflow::model::Document;
use mispflow::php::Value;
use mispflow::project::MemoryFiles;

use super::answer_to;
use super::random::{Below, one_of, size, thousand};

/// Lets a thousand inputs go everywhere: they are checked, built, formatted, imported, compared and run.
fn neighbours(name: &'static str, make: fn(Below<'_>) -> String) {
    thousand(move |below| {
        let text = make(below);
        answer_to(name, text.as_str(), &[]);
        if name.ends_with("json") {
            let _ = Value::from_json(&text);
            if let Ok(read) = misp::read(&text) {
                import_all(&read.documents, Catalogue::built_in(), ImportOptions::default());
                read.documents.iter().for_each(goes_on);
            }
            return;
        }
        let sources = Sources::new();
        let file = sources.add(name, Some(Path::new(name)), text);
        let _ = format_source(&sources, file);
        let files = MemoryFiles::new();
        let workspace = Workspace::load(&sources, &files, &[file], Catalogue::built_in());
        workspace.compile().documents.iter().for_each(|compiled| goes_on(&compiled.document));
    });
}

/// Compares a document with itself, and runs it.
fn goes_on(document: &Document<'_>) {
    let catalogue = Catalogue::built_in();
    assert!(compare(document, document, DiffOptions { catalogue, layout: true }).is_empty());
    let settings = Settings::new("w", catalogue, Semantics::MISP_2_5_1);
    let Ok(prepared) = Prepared::of_document(document, &settings) else { return };
    let event = Value::from_json(r#"{"Event": {"id": "1", "info": "x", "Tag": [{"name": "tlp:red"}]}}"#).unwrap();
    let limits = Limits { steps: 300, effects: 100, jobs: 10, ..Limits::default() };
    prepared.run(event, &RunOptions { limits, trace: true, ..RunOptions::default() });
}

#[test]
fn texts_that_nest_and_repeat() {
    neighbours("a.mwf", |below| {
        let (open, close) = [
            ("if published {", "}"),
            ("if Event.id == \"1\" { push-zmq() } else if published {", "}"),
            ("concurrent { branch {", "}}"),
            ("detached {", "}"),
            ("filter A: Event.Tag.{n} where any name {", "}"),
            ("if (", ") { push-zmq() }"),
            ("if not (", "published) { push-zmq() }"),
            ("webhook(url: [", "])"),
            ("webhook(url: { a: ", "})"),
            ("push-zmq()\n", ""),
            ("if published { push-zmq() } else { push-zmq() }\n", ""),
            ("if published { goto @e }\n", ""),
            ("@[id: 3] push-zmq()\n", ""),
            ("\"", ""),
            ("\"\"\"", ""),
            ("{", ""),
            ("}", ""),
            ("#", "\n"),
            ("\u{202e}", ""),
        ][below(19) as usize];
        let (opened, closed) = (size(below), size(below));
        let closed = if below(3) > 0 { opened } else { closed };
        let inner = one_of(&["push-zmq()", "published", "", "@e push-zmq()", "\u{0}", "x"], below);
        format!("workflow w on event-publish {{\n{}{inner}{}\n}}\n", open.repeat(opened), close.repeat(closed))
    });
}

#[test]
fn conditions_values_and_templates_of_any_length() {
    neighbours("a.mwf", |below| {
        let joined = |piece: &str, with: &str, count: usize| vec![piece; count].join(with);
        let count = size(below);
        match below(6) {
            0 => format!(
                "workflow w on event-publish {{ if {} {{ push-zmq() }} }}",
                joined("published", one_of(&[" and ", " or "], below), count)
            ),
            1 => format!(
                "workflow w on event-publish {{ if any Event.Tag.{{n}}.name in [{}] {{ push-zmq() }} }}",
                joined("\"x\"", ", ", count)
            ),
            2 => format!("let x = {}\n", joined(one_of(&["\"a\"", "[\"a\"]", "1"], below), " + ", count)),
            3 => format!("workflow w on event-publish {{ webhook({}) }}", joined("url: \"x\"", ", ", count)),
            4 => {
                let piece = one_of(
                    &["{% if a %}", "{% elif a %}", "{{ a", "{% for a in a %}", "1+", "|int", "not ", "a.", "("],
                    below,
                );
                let around = one_of(&["{{ @ }}", "{% if a %}@{% endif %}", "@"], below);
                let template = around.replace('@', &piece.repeat(count));
                format!("workflow w on event-publish {{ stop-execution(message: \"{template}\") }}")
            }
            _ => format!(
                "workflow w on event-publish {{ if Event.{}b == {} {{ push-zmq() }} }}",
                "a.".repeat(count),
                "9".repeat(count)
            ),
        }
    });
}

#[test]
fn json_that_nests_and_repeats() {
    neighbours("a.json", |below| {
        let (open, close) = [
            ("[", "]"),
            ("{\"a\":", "}"),
            ("{\"Workflow\":", "}"),
            ("[1,", "]"),
            ("\"", "\""),
            ("{\"data\":{\"1\":", "}}"),
        ][below(6) as usize];
        let count = size(below);
        let closed = if below(3) > 0 { count } else { size(below) };
        let inner = one_of(&["1", "1e400", "-0.0", "null", "\"\\ud83d\"", "\"\u{202e}\"", "{}", "[]", ""], below);
        let deep = format!("{}{inner}{}", open.repeat(count), close.repeat(closed));
        match below(4) {
            0 => deep,
            1 => format!("{{\"Workflow\": {{\"name\": {deep}, \"trigger_id\": \"event-publish\", \"data\": {deep}}}}}"),
            2 => format!("{{\"WorkflowBlueprint\": {{\"name\": \"x\", \"data\": [{deep}]}}}}"),
            _ => {
                let entries = vec![format!("\"{}\": 1", one_of(&["a", "id", "1", "_frames"], below)); count].join(",");
                format!(
                    "{{\"Workflow\": {{\"name\": \"x\", \"trigger_id\": \"event-publish\", \"data\": {{\"1\": {{\"id\": 1, \"data\": {{\"id\": \"event-publish\", \"module_type\": \"trigger\", \"indexed_params\": {{{entries}}}}}}}}}}}}}"
                )
            }
        }
    });
}

/// Graphs with any edges: lines, fans, loops, diamonds, edges to nowhere.
#[test]
fn graphs_of_any_form() {
    neighbours("a.json", |below| {
        let count = 2 + below(20);
        let form = below(4);
        let nodes: Vec<String> = (1..=count)
            .map(|id| {
                let module = if id == 1 { "event-publish" } else { one_of(&["push-zmq", "published-if", "concurrent-task", "generic-filter-data", "stop-execution", "x"], below) };
                let kind = match module { "event-publish" => "trigger", "push-zmq" | "stop-execution" | "x" => "action", _ => "logic" };
                let targets: Vec<u32> = match form {
                    0 => vec![id + 1],
                    1 => (0..below(4)).map(|_| 1 + below(count + 2)).collect(),
                    2 if id == 1 => (2..=count).collect(),
                    2 => vec![count],
                    _ => vec![id + 1, id + 2],
                };
                let targets: Vec<String> = targets.iter().map(|to| format!("{{\"node\": \"{to}\", \"output\": \"input_1\"}}")).collect();
                let outputs = if module == "published-if" { 2 } else { 1 };
                let outputs: Vec<String> = (1..=outputs).map(|output| format!("\"output_{output}\": {{\"connections\": [{}]}}", targets.join(","))).collect();
                format!(
                    "\"{id}\": {{\"id\": {id}, \"name\": \"n\", \"data\": {{\"id\": \"{module}\", \"module_type\": \"{kind}\", \"indexed_params\": []}}, \"inputs\": [], \"outputs\": {{{}}}, \"pos_x\": 0, \"pos_y\": 0}}",
                    outputs.join(",")
                )
            })
            .collect();
        format!(
            "{{\"Workflow\": {{\"name\": \"w\", \"trigger_id\": \"event-publish\", \"data\": {{{}}}}}}}",
            nodes.join(",")
        )
    });
}
