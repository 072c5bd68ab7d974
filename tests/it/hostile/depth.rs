//! What nests.

use mispflow::diagnostics::Code;

use super::{accepted, answer, many, refused, refused_with, workflow};

#[test]
fn what_nests_too_deep_is_refused_and_what_just_fits_is_not() {
    let nested = |open: &str, inner: &str, close: &str, depth: usize| {
        format!("{}{inner}{}", open.repeat(depth), close.repeat(depth))
    };
    accepted(workflow(&nested("if published {", "push-zmq()", "}", 62)));
    accepted(workflow(&nested("concurrent { branch {", "push-zmq()", "}}", 31)));
    accepted(workflow(&format!("if {} {{ push-zmq() }}", nested("(", "published", ")", 62))));
    accepted(workflow(&format!("if {}published {{ push-zmq() }}", "not ".repeat(100_000))));
    for depth in [70, 1_000, 100_000] {
        for (open, inner, close) in [
            ("if published {", "push-zmq()", "}"),
            ("concurrent { branch {", "push-zmq()", "}}"),
            ("detached {", "push-zmq()", "}"),
        ] {
            refused_with(Code::NestingTooDeep, workflow(&nested(open, inner, close, depth)));
        }
        refused_with(
            Code::NestingTooDeep,
            workflow(&format!("if {} {{ push-zmq() }}", nested("(", "published", ")", depth))),
        );
        refused_with(Code::NestingTooDeep, format!("let a = {}", nested("[", "1", "]", depth)));
        refused_with(Code::NestingTooDeep, format!("let a = {}", nested("{ a: ", "1", "}", depth)));
    }
}

#[test]
fn depth_does_not_hide_in_texts_and_tests_of_hash_paths() {
    let deep = "[".repeat(100_000);
    for text in [
        format!("if any x in[\"] \", {deep}\""),
        format!("if a.{{\"}} == b and {}\"", deep.replace('[', "(")),
        format!("x[{}]", deep.replace('[', "(")),
        format!("x(a: \"\"\"\" {deep} \""),
        format!("x a[\"] \"; y({deep}\""),
        format!("x[# ] y(a: {deep}"),
        format!("x(a: \"\\\" {deep}"),
    ] {
        refused(workflow(&text));
    }
}

#[test]
fn depth_does_not_add_up_over_blueprints_and_constants() {
    for (open, close) in
        [("if published {", "}"), ("concurrent { branch {", "}}"), ("filter A: Event.Tag.{n} where any name {", "}")]
    {
        let blueprints = many(30, |number| {
            format!("blueprint b{number}() {{ {} use b{}() {} }}\n", open.repeat(30), number + 1, close.repeat(30))
        });
        refused(format!(
            "{blueprints}blueprint b30() {{ push-zmq() }}\n{}",
            workflow(&format!("{}use b0(){}", open.repeat(30), close.repeat(30)))
        ));
    }
    let constants =
        many(200, |number| format!("let a{number} = {}a{}{}\n", "[".repeat(60), number + 1, "]".repeat(60)));
    refused_with(
        Code::NestingTooDeep,
        format!("{constants}let a200 = \"x\"\n{}", workflow("webhook(url: \"x\", \"odd\": a0)")),
    );
    let chain = many(20_000, |number| format!("let a{number} = a{}\n", number + 1));
    accepted(format!("{chain}let a20000 = \"x\"\n"));
    refused_with(Code::ConstantCycle, format!("{chain}let a20000 = a0\n"));
}

#[test]
fn templates_and_payloads_nest_too() {
    for inside in ["(", "[", "-", "not ", "a + ", "a.", "a|f|", "a if b else ", "{", "a and ", "'"] {
        answer(workflow(&format!("stop-execution(message: \"{{{{ {}a }}}}\")", inside.repeat(50_000))));
        answer(workflow(&format!("stop-execution(message: \"{{{{ {}a }}}}\")", inside.repeat(3_900 / inside.len()))));
    }
    for inside in ["{% if a %}", "{% for a in b %}", "{# ", "{{ ", "{% raw %}", "{% macro a() %}", "{% block a %}"] {
        answer(workflow(&format!("stop-execution(message: \"{}\")", inside.repeat(50_000))));
    }
    for inside in ["[", "{\\\"a\\\":", "[{{ a }},", "\\\\"] {
        answer(workflow(&format!("webhook(url: \"x\", payload: \"[{}\")", inside.repeat(50_000))));
    }
}
