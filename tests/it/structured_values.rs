//! Objects where MISP takes a text: whatever the data holds, what is rendered is JSON, or lines of one key each. The
//! templates are rendered here, and by the real Jinja2 where `MISPFLOW_TEST_JINJA2` names a Python that has it.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use mispflow::base::source::Sources;
use mispflow::catalogue::Catalogue;
use mispflow::compile::Workspace;
use mispflow::diagnostics::Diagnostic;
use mispflow::import::{ImportOptions, import};
use mispflow::jinja::Template;
use mispflow::model::{ParamText, ParamValue};
use mispflow::php::Value;
use mispflow::project::MemoryFiles;
use serde_json::{Value as Json, json};

/// Texts that break out of quotes, tags, templates and lines.
const HOSTILE: [&str; 12] = [
    "plain",
    "",
    "\"quoted\"",
    "back\\slash\\",
    "two\nlines\r\nthree\ttabs",
    "{{ 7 * 7 }} {% raw %} {# no #}",
    "\", \"admin\": true, \"x\": \"",
    "</script>&<'>",
    "é 東京 👩\u{200d}💻 \u{2028}\u{202e}",
    "\u{0}\u{1}\u{1f}\u{7f}",
    "'; DROP TABLE events; --",
    "}}%}#}",
];

/// The text that a parameter of a webhook gets.
fn compiled(parameter: &str, value: &str) -> String {
    let text = format!(
        "workflow w on event-publish {{\n    webhook(url: \"https://example.org\", {parameter}: {value})\n}}\n"
    );
    let sources = Sources::new();
    let root = sources.add("w.mwf", Some(Path::new("w.mwf")), text.as_str());
    let files = MemoryFiles::new();
    let workspace = Workspace::load(&sources, &files, &[root], Catalogue::built_in());
    let compilation = workspace.compile();
    let errors: Vec<_> = compilation.diagnostics.iter().filter(|finding| Diagnostic::is_error(finding)).collect();
    assert!(errors.is_empty(), "{text}\n{errors:?}");
    let node = &compilation.documents[0].document.graph.nodes[1];
    match node.params.iter().find(|(id, _)| id == parameter) {
        Some((_, ParamValue::Text(ParamText::Plain(text)))) => text.to_string(),
        other => panic!("{other:?}"),
    }
}

/// Renders a template with our engine and, if there is one, with the real one, which must agree.
fn rendered(template: &str, data: &Json) -> String {
    let text = data.to_string();
    let ours = Template::compile(template).render(&Value::from_json(&text).expect("JSON"), None);
    if let Some(theirs) = by_jinja2(template, data) {
        assert_eq!(ours, theirs, "{template}\n{data}");
    }
    ours
}

fn by_jinja2(template: &str, data: &Json) -> Option<String> {
    let python = std::env::var("MISPFLOW_TEST_JINJA2").ok()?;
    let mut service = Command::new(python)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/templates_random/render.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    let mut questions = service.stdin.take().expect("a pipe");
    writeln!(questions, "{data}\n{}", json!([template])).expect("Python listens");
    drop(questions);
    let output = service.wait_with_output().expect("Python ends");
    let line = String::from_utf8(output.stdout).expect("text");
    let answers: Vec<String> = serde_json::from_str(line.lines().next().expect("an answer")).expect("a list of texts");
    answers.into_iter().next()
}

fn event(info: &str) -> Json {
    json!({"Event": {
        "info": info,
        "count": 5,
        "share": 0.5,
        "published": true,
        "nothing": null,
        "Tag": [{"name": info}, {"name": "tlp:red"}],
        "Orgc": {"name": info},
    }})
}

#[test]
fn payloads_are_json_whatever_the_data_holds() {
    let payload = compiled(
        "payload",
        r#"{
            text: "New: {{ Event.info }} ({{ Event.count }})",
            alone: "{{ Event.info }}",
            count: "{{ Event.count }}",
            share: "{{ Event.share }}",
            published: "{{ Event.published }}",
            nothing: "{{ Event.nothing }}",
            missing: "{{ Event.missing }}",
            tags: "{{ Event.Tag | map(attribute='name') | list }}",
            organisation: "{{ Event.Orgc }}",
            choice: "{{ 'a' if Event.published else 'b' }}",
            lines: "{% for tag in Event.Tag %}{{ tag.name }};{% endfor %}",
            "a \"key\" {{ 1 }}": "a \"text\" with \\ and {braces}",
            fixed: [1, -2.5, true, null, { deep: ["x", "{{ Event.info }}"] }, [], {}],
        }"#,
    );
    for info in HOSTILE {
        let text = rendered(&payload, &event(info));
        let read: Json = serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
        let expected = json!({
            "text": format!("New: {info} (5)"),
            "alone": info,
            "count": 5,
            "share": 0.5,
            "published": true,
            "nothing": null,
            "missing": null,
            "tags": [info, "tlp:red"],
            "organisation": {"name": info},
            "choice": "a",
            "lines": format!("{info};tlp:red;"),
            "a \"key\" {{ 1 }}": "a \"text\" with \\ and {braces}",
            "fixed": [1, -2.5, true, null, {"deep": ["x", info]}, [], {}],
        });
        assert_eq!(read, expected, "{payload}");
    }
}

#[test]
fn payloads_without_templates_are_plain_json() {
    for (value, text) in [
        (r#"{ text: "a", n: 1, ok: true }"#, r#"{"text": "a", "n": 1, "ok": true}"#),
        (r#"["a", null, { b: [] }]"#, r#"["a", null, {"b": []}]"#),
        (r#"{ text: "say \"hi\"\n" }"#, r#"{"text": "say \"hi\"\n"}"#),
        ("{}", "{}"),
        ("[]", "[]"),
    ] {
        assert_eq!(compiled("payload", value), text);
    }
}

#[test]
fn headers_are_one_line_each() {
    let headers = compiled(
        "headers",
        r#"{
            "X-Event": "{{ Event.info }}",
            "X-Fixed": "a\r\nX-Other: b",
            "X-Count": 5,
            "X-Mixed": "info={{ Event.info }}; n={{ Event.count }}",
        }"#,
    );
    for info in HOSTILE {
        let text = rendered(&headers, &event(info));
        let flat = info.replace(['\r', '\n'], "");
        let lines: Vec<&str> = text.split('\n').collect();
        assert_eq!(
            lines,
            [
                format!("X-Event: {flat}"),
                "X-Fixed: aX-Other: b".to_owned(),
                "X-Count: 5".to_owned(),
                format!("X-Mixed: info={flat}; n=5"),
            ],
            "{headers}"
        );
    }
}

/// The argument as `import` writes it for a webhook that holds this text.
fn imported(parameter: &str, text: &str) -> String {
    let json = json!({"Workflow": {"name": "w", "trigger_id": "event-publish", "data": {
        "1": {"id": 1, "name": "Event Publish", "class": "block-type-trigger", "pos_x": 0, "pos_y": 0, "inputs": {},
            "data": {"id": "event-publish", "module_type": "trigger", "module_version": "0.1", "name": "Event Publish"},
            "outputs": {"output_1": {"connections": [{"node": "2", "output": "input_1"}]}}},
        "2": {"id": 2, "name": "Webhook", "class": "block-type-default", "pos_x": 300, "pos_y": 0,
            "inputs": {"input_1": {"connections": [{"node": "1", "input": "output_1"}]}},
            "outputs": {"output_1": {"connections": []}},
            "data": {"id": "webhook", "module_type": "action", "module_version": "0.7", "name": "Webhook",
                "indexed_params": {"url": "https://example.org", parameter: text}}}
    }}});
    let read = mispflow::misp::read(&json.to_string()).unwrap();
    let written = import(&read.documents[0], Catalogue::built_in(), ImportOptions::default()).text;
    let start = written.find(&format!("{parameter}: ")).unwrap_or_else(|| panic!("{written}"));
    let mut depth = 0_i32;
    let end = written[start..].find(|character| {
        depth += i32::from(matches!(character, '{' | '[')) - i32::from(matches!(character, '}' | ']'));
        depth == 0 && matches!(character, ',' | ')' | '\n') && !written[start..].ends_with(": ")
    });
    written[start + parameter.len() + 2..start + end.unwrap()].split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn import_gives_back_the_objects() {
    for (parameter, object) in [
        ("payload", "{ text: \"New: {{ Event.info }}\", high: true, n: [1, -2.5, null, {}, []] }"),
        ("payload", "[\"a\", { \"with space\": \"{{ Event.Tag | map(attribute='name') | list }}\" }]"),
        ("payload", "{ a: { b: \"{% for tag in Event.Tag %}{{ tag.name }};{% endfor %}\" } }"),
        ("payload", "{ text: \"{ a brace }\" }"),
        ("headers", "{ Authorization: \"Bearer x\", X-Info: \"{{ Event.info }}\" }"),
        ("headers", "{ \"X Y\": \"5\", Empty: \"\" }"),
    ] {
        let text = compiled(parameter, object);
        assert_eq!(imported(parameter, &text), object, "{text}");
    }
}

#[test]
fn texts_that_objects_do_not_become_stay_texts() {
    for (parameter, text) in [
        ("payload", "{\"text\":\"a\"}"),
        ("payload", "{\"text\": {{ Event.info | tojson }}}"),
        ("payload", "{\"a\": 1, \"a\": 2}"),
        ("payload", "{\"a\": \"{{ Event.info }}\"}"),
        ("payload", "{\"a\": 1} "),
        ("payload", "{\"a\": 01}"),
        ("payload", "{\"\": 1}"),
        ("payload", "\"a\""),
        ("payload", "{{ Event.info|tojson }}"),
        ("payload", "{% filter tojson %}a {{ Event.info }}{% endfilter %}"),
        ("headers", "X-A:b"),
        ("headers", "X-A: b\nX-A: c"),
        ("headers", "X-A: b\n"),
        ("headers", "X-A: {{ Event.info }}"),
        ("headers", ": b"),
    ] {
        let written = imported(parameter, text);
        assert!(written.starts_with('"'), "{text}: {written}");
    }
}
