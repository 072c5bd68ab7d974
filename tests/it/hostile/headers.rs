//! Templates of headers and of JSON, rendered with what a stranger may have written: where the text breaks, `check` says so.

use std::sync::{Arc, Mutex};

use mispflow::diagnostics::Code;
use mispflow::format::quote;
use mispflow::jinja::Template;
use mispflow::php::Value;

use super::answer;
use super::random::{Below, one_of, thousand};

/// Which parts of an event are there.
const CASES: [[bool; 3]; 8] = [
    [true, true, true],
    [true, true, false],
    [true, false, true],
    [true, false, false],
    [false, true, true],
    [false, true, false],
    [false, false, true],
    [false, false, false],
];

/// An event with `written` wherever anybody may write anything. What else there is may be there or not.
fn event(written: &str, [is_full, published, locked]: [bool; 3]) -> Value<'static> {
    let given = |value: &'static str| if is_full { value } else { "" };
    let event = serde_json::json!({"Event": {
        "id": given("7"), "uuid": "55c5a39b-1f8c-4c1e-9d7b-0b6a0a0a0a0a", "info": written, "timestamp": "1700000000", "date": given("2024-01-31"),
        "published": published, "locked": locked, "Orgc": {"id": given("1"), "name": "ORG"}, "Tag": [{"id": "1", "name": "tlp:red"}],
        "Attribute": [{"id": "1", "type": "text", "value": written, "comment": written, "to_ids": true, "Tag": []}],
        "EventReport": [{"name": written, "content": written}],
    }});
    Value::from_json(&event.to_string()).unwrap().into_owned()
}

const WRITTEN: [&str; 5] = [
    "Event.info",
    "Event.Attribute[0].value",
    "Event.Attribute[0]['comment']",
    "Event.EventReport[0].content",
    "Event['info']",
];
const SAFE: [&str; 9] = [
    "Event.id",
    "Event.uuid",
    "Event.date",
    "Event.published",
    "Event.timestamp",
    "Event.Orgc.id",
    "'x'",
    "Event.Attribute|length",
    "Event.Attribute[0].type",
];
/// What leaves line breaks and quotes where they are.
const KEEPING: [&str; 9] =
    ["|trim", "|upper", "|string", "|default('x')", ".strip()", "|safe", "|lower", "|d('y')", "|center(3)"];
/// After these there are none.
const CLEANING: [&str; 9] = [
    "|length",
    ".split()|join(' ')",
    "|urlencode",
    "|wordcount",
    "|int",
    "|replace('\\n', ' ')|replace('\"', ' ')",
    "|tojson|length",
    ".split()[0]|length",
    "|float",
];

/// An expression that may let what is written through, or not.
fn expression(below: Below<'_>, depth: u32) -> String {
    if depth > 0 && below(3) == 0 {
        let (one, other) = (expression(below, depth - 1), expression(below, depth - 1));
        return match below(4) {
            0 => format!("({one} ~ {other})"),
            1 => format!("({one} if {} else {other})", ["Event.locked", "Event.published"][depth as usize - 1]),
            2 => format!("({one} ~ ' ')"),
            _ => format!("({} or {other})", one_of(&["Event.id", "Event.date", "Event.Orgc.id"], below)),
        };
    }
    let mut text = if below(2) == 0 { one_of(&WRITTEN, below) } else { one_of(&SAFE, below) }.to_owned();
    if below(3) == 0 && !text.contains('|') && !text.starts_with('\'') {
        text.push_str(one_of(&KEEPING, below));
    }
    if below(4) == 0 && !text.contains('|') && WRITTEN.contains(&text.as_str()) {
        text.push_str(one_of(&CLEANING, below));
    }
    text
}

fn template(below: Below<'_>) -> String {
    let it = expression(below, 2);
    match below(7) {
        0 => format!("{{% set x = {it} %}}X-A: {{{{ x }}}}"),
        1 => format!("{{% if Event.uuid %}}X-A: {{{{ {it} }}}}{{% endif %}}"),
        2 => format!(
            "{{% for a in Event.Attribute %}}X-A: {{{{ {} }}}}{{% endfor %}}",
            one_of(&["a.value", "a.id", "a.comment|upper", "a.type", "a.value|length"], below)
        ),
        3 => format!("X-A: {{{{ [{it}, 'x']|join(',') }}}}"),
        4 => format!("{{% with x = {it} %}}X-A: {{{{ x }}}}{{% endwith %}}"),
        5 => format!(
            "X-A: {{{{ Event.Attribute|map(attribute='{}')|join(',') }}}}",
            one_of(&["value", "id", "comment", "type"], below)
        ),
        _ => format!("X-A: {{{{ {it} }}}}"),
    }
}

/// No template is judged wrongly.
#[track_caller]
fn none(wrong: &Mutex<Vec<String>>) {
    let mut wrong = wrong.lock().unwrap();
    wrong.sort_by_key(String::len);
    assert!(wrong.is_empty(), "{} are judged wrongly:\n{}", wrong.len(), wrong[..wrong.len().min(20)].join("\n"));
}

#[test]
fn a_header_that_a_stranger_can_break_is_found() {
    let found = Arc::<Mutex<Vec<String>>>::default();
    let wrong = found.clone();
    thousand(move |below| {
        let template = template(below);
        let compiled = Template::compile(&template);
        let lines = |written: &str, case| compiled.render(&event(written, case), None).trim().lines().count();
        let breaks = CASES.iter().any(|&case| lines("one", case) != lines("one\nHost: evil.example\ntwo", case));
        let text = format!(
            "workflow w on event-publish {{ webhook(url: \"https://a.example\", payload: \"x\", headers: {}) }}",
            quote(&template)
        );
        let found = answer(text);
        let is_told = found.iter().any(|finding| finding.code == Code::HeaderLineBreak);
        if is_told != breaks {
            wrong.lock().unwrap().push(template);
        }
    });
    none(&found);
}

#[test]
fn json_that_a_stranger_can_break_is_found() {
    let found = Arc::<Mutex<Vec<String>>>::default();
    let wrong = found.clone();
    thousand(move |below| {
        let it = expression(below, 2);
        let template = match below(3) {
            0 => format!("{{\"a\": \"{{{{ {it} }}}}\"}}"),
            1 => format!("{{\"a\": \"before {{{{ {it} }}}} after\", \"b\": 1}}"),
            _ => format!("{{% set x = {it} %}}{{\"a\": [\"{{{{ x }}}}\"]}}"),
        };
        let compiled = Template::compile(&template);
        let is_json = |written: &str, case| {
            serde_json::from_str::<serde_json::Value>(&compiled.render(&event(written, case), None)).is_ok()
        };
        if !is_json("one", CASES[0]) {
            return;
        }
        let breaks = CASES.iter().any(|&case| is_json("one", case) && !is_json("o\"n\ne", case));
        let text = format!(
            "workflow w on event-publish {{ webhook(url: \"https://a.example\", payload: {}) }}",
            quote(&template)
        );
        let is_told = answer(text).iter().any(|finding| finding.code == Code::UnescapedInJson);
        if is_told != breaks {
            wrong.lock().unwrap().push(template);
        }
    });
    none(&found);
}
