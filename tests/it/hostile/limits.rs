//! Beyond each limit there is a message; `docs/limits.md` lists them.

use std::fmt::Write as _;

use mispflow::diagnostics::Code;
use mispflow::misp;
use mispflow::php::Value;

use super::{accepted, answer_to, many, refused_with, workflow};

#[test]
fn a_text_is_at_most_one_mebibyte() {
    let steps = |count: usize| workflow(&"push-zmq()\n".repeat(count));
    accepted(format!("{}# {}", steps(1), "x".repeat(1024 * 1024 - 100)));
    for text in [
        steps(100_000),
        format!("# {}\n{}", "x".repeat(1024 * 1024), steps(1)),
        "\n".repeat(1024 * 1024 + 1),
        format!("workflow {} on event-publish {{ push-zmq() }}", "w".repeat(2_000_000)),
        workflow(&format!("webhook(url: \"{}\")", "x".repeat(2_000_000))),
    ] {
        refused_with(Code::FileTooLarge, text);
    }
}

#[test]
fn json_with_workflows_is_limited() {
    let name = "x".repeat(16 * 1024 * 1024);
    let found = answer_to("a.json", format!("{{\"Workflow\": {{\"name\": \"{name}\"}}}}"), &[]);
    assert_eq!(found[0].code, Code::InvalidMispJson);
    assert!(found[0].message.contains("more than 16 MiB"), "{}", found[0].message);
}

/// A document with a value that nests, wherever there can be one.
#[test]
fn deep_json_is_refused_everywhere() {
    for depth in [600, 10_000, 1_000_000] {
        for (open, close) in [("[", "]"), ("{\"a\":", "}"), ("[{\"a\":", "}]")] {
            let deep = format!("{}1{}", open.repeat(depth), close.repeat(depth));
            assert!(Value::from_json(&deep).is_err());
            let parameters = format!(
                "{{\"Workflow\": {{\"name\": \"w\", \"trigger_id\": \"event-publish\", \"data\": {{\"1\": {{\"id\": 1, \"data\": \
                 {{\"id\": \"event-publish\", \"module_type\": \"trigger\", \"indexed_params\": {{\"x\": {deep}}}}}}}}}}}}}"
            );
            for text in [&deep, &parameters, &deep[..deep.len() / 2].to_owned()] {
                assert!(misp::read(text).is_err());
                let found = answer_to("a.json", text.as_str(), &[]);
                assert!(found.iter().any(mispflow::diagnostics::Diagnostic::is_error), "{depth}");
            }
        }
    }
    let fits = format!("{}1{}", "[".repeat(500), "]".repeat(500));
    assert!(Value::from_json(&fits).is_ok());
}

#[test]
fn paths_are_counted_not_walked() {
    let diamonds = "if published { push-zmq() } else { push-zmq() }\n";
    for count in [20, 60, 1_000] {
        refused_with(Code::TooManyPaths, workflow(&diamonds.repeat(count)));
    }
    accepted(workflow(&diamonds.repeat(10)));
}

#[test]
fn blueprints_are_bounded() {
    let chain = many(40, |number| format!("blueprint b{number}() {{ use b{}() }}\n", number + 1));
    refused_with(Code::NestingTooDeep, format!("{chain}blueprint b40() {{ push-zmq() }}\n{}", workflow("use b0()")));
    let mut doubling = String::from("blueprint b0() { push-zmq() }\n");
    for number in 1..25 {
        let _ = writeln!(doubling, "blueprint b{number}() {{ use b{0}() use b{0}() }}", number - 1);
    }
    refused_with(Code::TooManyNodes, format!("{doubling}{}", workflow("use b24()")));
}
