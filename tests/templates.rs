//! Templates of every kind against what Jinja2 3.1.6 renders in its sandbox: `tests/templates/jinja2.ndjson`, a
//! template and its text a line, all for the data in `data.json`. `docs/misp-semantics.md`, section "Templates", says
//! why some differ.

use mispflow::engine::template::Template;
use mispflow::php::Value;

/// The templates that render otherwise here, and why.
const KNOWN: &[(&str, &str)] = &[
    ("{!r}", "conversions are unknown to str.format"),
    (".append(1)", "lists do not change"),
    (".sort() }}", "lists do not change"),
    (".pop() }}", "lists do not change"),
    (".update(", "dicts do not change"),
    ("{{ 1 < 'a' }}", "values of every kind have an order"),
    ("{{ nope < 1 }}", "values of every kind have an order"),
    ("{{ 1 in 'abc' }}", "everything can be looked for in a string"),
    ("{{ range(3) }}", "a range prints its items"),
    ("{{ varargs }}-", "macros have no varargs and kwargs"),
    ("urlize", "there is no urlize"),
    ("{% for x in none %}", "none counts as an empty list"),
    ("{{ self }}", "a reference to the template prints as nothing"),
];

#[test]
fn templates_render_as_in_jinja2() {
    let data = Value::from_json(include_str!("templates/data.json")).expect("JSON");
    let mut differences = Vec::new();
    let mut agree = 0;
    let cases = include_str!("templates/jinja2.ndjson").lines();
    for case in cases {
        let case: serde_json::Value = serde_json::from_str(case).expect("JSON");
        let (template, expected) = (case["template"].as_str().unwrap(), case["text"].as_str().unwrap());
        let known = KNOWN.iter().find(|(part, _)| template.contains(part));
        let text = Template::compile(template).render(&data, None);
        match (text == expected, known) {
            (true, None) => agree += 1,
            (false, Some(_)) => {}
            (true, Some((_, reason))) => differences.push(format!("{template}\n  agrees, although {reason}")),
            (false, None) => differences.push(format!("{template}\n  expected {expected:?}\n  got      {text:?}")),
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(agree > 700, "{agree}");
}

#[test]
fn hostile_templates_end() {
    let data = Value::from_json(r#"{"x": [1]}"#).expect("JSON");
    for template in [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}{% endfor %}{% endfor %}{% endfor %}"
            .to_owned(),
        "{{ 'a' * 1000000000000 }}".to_owned(),
        "{{ 'a'.center(1000000000000) }}".to_owned(),
        "{{ '%1000000000000s'|format(1) }}".to_owned(),
        "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}".to_owned(),
        format!("{{{{ {}1{} }}}}", "(".repeat(10_000), ")".repeat(10_000)),
        format!("{{{{ {} }}}}", "'%s' % (".repeat(10_000)),
        format!("{{{{ {}x{} }}}}", "[".repeat(5_000), "]".repeat(5_000)),
        "{% if true %}".repeat(10_000),
    ] {
        assert_eq!(Template::compile(&template).render(&data, None), "", "{}", &template[..40.min(template.len())]);
    }
}

#[test]
fn a_text_without_templates_loses_its_last_newline_only() {
    for (template, text) in
        [("a", "a"), ("a\n", "a"), ("a\n\n", "a\n"), ("a\r\nb\r", "a\nb"), ("", ""), ("{ % }", "{ % }")]
    {
        assert_eq!(Template::compile(template).render(&Value::Null, None), text);
    }
}
