//! Templates of every kind against what Jinja2 3.1.6 renders in its sandbox: `tests/templates/jinja2.ndjson`, a
//! template and its text a line, all for the data in `data.json`. `docs/misp-semantics.md`, section "Templates", says
//! why some differ.

use mispflow::jinja::Template;
use mispflow::php::Value;

/// The templates that render otherwise here, and why.
const KNOWN: &[(&str, &str)] = &[
    (".append(1)", "lists do not change"),
    (".sort() }}", "lists do not change"),
    (".pop() }}", "lists do not change"),
    (".update(", "dicts do not change"),
    ("{{ varargs }}-", "macros have no varargs and kwargs"),
    ("urlize", "there is no urlize"),
    ("{{ self }}", "a reference to the template prints as nothing"),
];

#[test]
fn templates_render_as_in_jinja2() {
    let data = Value::from_json(include_str!("../templates/data.json")).expect("JSON");
    let mut differences = Vec::new();
    let mut agree = 0;
    let cases = include_str!("../templates/jinja2.ndjson").lines();
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
        format!("{{% if x %}}{}{{% endif %}}", "\n{% elif x %}".repeat(10_000)),
        format!("{{{{ 1{} }}}}", "+1".repeat(100_000)),
        format!("{{{{ x{} }}}}", "|int".repeat(100_000)),
        format!("{{{{ {}x }}}}", "not ".repeat(100_000)),
        format!("{{{{ x{} }}}}", ".x".repeat(100_000)),
    ] {
        assert_eq!(Template::compile(&template).render(&data, None), "", "{}", &template[..40.min(template.len())]);
    }
}

#[test]
fn values_that_grow_without_end_make_no_text() {
    let data = Value::from_json(r#"{"x": [1]}"#).expect("JSON");
    let doubled = "{% set ns = namespace(s=[1]) %}{% for i in range(60) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}";
    let nested = "{% set ns = namespace(s=[]) %}{% for i in range(50000) %}{% set ns.s = [ns.s] %}{% endfor %}";
    for template in [
        format!("{doubled}{{{{ ns.s }}}}"),
        format!("{doubled}{{{{ ns.s | tojson }}}}"),
        format!("{doubled}{{{{ ns.s | pprint }}}}"),
        format!("{doubled}{{{{ [ns.s, ns.s] | sort }}}}"),
        format!("{doubled}{{{{ '{{}}'.format(ns.s) }}}}"),
        format!("{nested}{{{{ ns.s | string | length }}}}"),
        format!("{nested}{{{{ ns.s | tojson }}}}"),
        "{{ range(99999) | join('x' * 100000) | length }}".to_owned(),
        "{{ ('x' * 100000).join(['a'] * 99999) | length }}".to_owned(),
        "{{ '{:>2000000000}'.format('a') | length }}".to_owned(),
        "{{ '{:>{}}'.format('a', 2000000000) | length }}".to_owned(),
        "{{ ('{0}' * 10000).format('a' * 100000) | length }}".to_owned(),
        "{{ ('a\\n' * 100000) | indent(10000) | length }}".to_owned(),
    ] {
        assert_eq!(Template::compile(&template).render(&data, None), "", "{template}");
    }
}

#[test]
fn lists_that_a_template_makes_are_like_those_of_the_data() {
    let data = Value::from_json(r#"{"Tag": [{"name": "tlp:red"}, {"name": "b"}], "n": [3, 1, 2]}"#).expect("JSON");
    for (template, text) in [
        ("{{ Tag[:1] | tojson }}", r#"[{"name": "tlp:red"}]"#),
        ("{{ (n + [4]) | tojson }}", "[3, 1, 2, 4]"),
        ("{{ (n * 2) | tojson }}", "[3, 1, 2, 3, 1, 2]"),
        ("{{ {'a': n[:2]} | tojson }}", r#"{"a": [3, 1]}"#),
        ("{{ n[1:] }}", "[1, 2]"),
        ("{{ n[::-1] | tojson }}", "[2, 1, 3]"),
        ("{{ n[:2].index(1) }}", "1"),
        ("{{ (n + n).count(2) }}", "2"),
        ("{{ n[:2] is sequence }}", "True"),
        (
            "{% set ns = namespace(l=[]) %}{% for x in n %}{% set ns.l = ns.l + [x] %}{% endfor %}{{ ns.l | tojson }}",
            "[3, 1, 2]",
        ),
    ] {
        assert_eq!(Template::compile(template).render(&data, None), text, "{template}");
    }
}

#[test]
fn generators_are_gone_through_once() {
    let data =
        Value::from_json(r#"{"Tag": [{"name": "tlp:red"}, {"name": "b"}], "d": {"b": 1, "a": 2}}"#).expect("JSON");
    for (template, text) in [
        // What has neither length nor places.
        ("{{ Tag | map(attribute='name') | tojson }}", ""),
        ("{{ Tag | selectattr('name', 'equalto', 'b') | length }}", ""),
        ("{{ Tag | rejectattr('name') | count }}", ""),
        ("{{ Tag | map(attribute='name') | last }}", ""),
        ("{{ Tag | select | random }}", ""),
        ("{{ (Tag | map(attribute='name'))[:1] }}", ""),
        ("<{{ (Tag | map(attribute='name'))[0] }}>", "<>"),
        ("{{ (Tag | map(attribute='name')) + ['a'] }}", ""),
        ("{{ d.keys() | tojson }}", ""),
        ("<{{ d.keys()[0] }}>", "<>"),
        ("{{ [3, 1] | reverse | tojson }}", ""),
        ("{{ [3, 1] | unique | tojson }}", ""),
        ("{{ [3, 1] | batch(1) | length }}", ""),
        ("{{ [3, 1] | slice(1) | last }}", ""),
        ("{{ d | items | length }}", ""),
        // It exists, whatever it gives, and only once.
        ("{% if Tag | selectattr('name', 'equalto', 'x') %}yes{% else %}no{% endif %}", "yes"),
        ("{% if [] | map('upper') %}yes{% endif %}", "yes"),
        ("{% set g = Tag | map(attribute='name') %}{{ g | join(',') }}|{{ g | join(',') }}", "tlp:red,b|"),
        ("{% set g = [1, 2, 3] | map('string') %}{{ g | first }}{{ g | list }}", "1['2', '3']"),
        ("{% set g = [1, 2, 3] | select %}{{ 2 in g }}{{ g | list }}", "True[3]"),
        (
            "{% for x in [1, 2] | map('string') %}{{ x }}{{ '' if loop.last else '/' }}{{ loop.length }}{% endfor %}",
            "1/222",
        ),
        ("{{ [1] | map('string') == ['1'] }}", "False"),
        ("{{ [1] | map('string') is sequence }}", "False"),
        ("{{ [1] | map('string') }}", "<generator object sync_do_map at 0x7f0000000000>"),
        // What mends it, and what needs no mending.
        ("{{ Tag | map(attribute='name') | list | tojson }}", r#"["tlp:red", "b"]"#),
        ("{{ Tag | selectattr('name', 'equalto', 'b') | list | length }}", "1"),
        ("{{ (Tag | map(attribute='name') | list)[0] }}", "tlp:red"),
        ("{{ Tag | map(attribute='name') | first }}", "tlp:red"),
        ("{{ Tag | map(attribute='name') | sort | tojson }}", r#"["b", "tlp:red"]"#),
        ("{{ Tag | map(attribute='name') | reverse }}", "['b', 'tlp:red']"),
        ("{{ d.keys() | length }}{{ d.keys() | last }}{{ d.values() | sum }}", "2a3"),
        // What an item does wrong is noticed when it is its turn.
        ("{{ [1, 0] | map('int') | map('nofilter') is iterable }}", "True"),
        ("{{ [1] | map('nofilter') | list }}", ""),
        ("{{ ['a', 1] | select('in', 'abc') | first }}", "a"),
    ] {
        assert_eq!(Template::compile(template).render(&data, None), text, "{template}");
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

/// A list or string that takes the place of its own beginning costs what it grows by: a large event can be gathered.
#[test]
fn what_grows_in_a_loop_pays_for_what_it_grows_by() {
    let data = Value::from_json("{}").unwrap();
    let render = |template: &str| Template::compile(template).render(&data, None);
    let list = "{% set ns = namespace(l=[]) %}{% for i in range(8000) %}{% set ns.l = ns.l + ['value ' ~ i] %}{% endfor %}{{ ns.l|length }}";
    assert_eq!(render(list), "8000");
    let string = "{% set ns = namespace(s='') %}{% for i in range(8000) %}{% set ns.s = ns.s ~ 'value,' %}{% endfor %}{{ ns.s|length }}";
    assert_eq!(render(string), "48000");
    // Older forms that something else holds are paid for in full.
    for kept in [
        "{% set ns.all = ns.all + [ns.s] %}",
        "{% set ns.all = ns.all + (['']|map('default', ns.s, true)|list) %}",
        "{% set ns.all = ns.all + [{'a': ns.s}] %}",
        "{% set ns.all = ns.all + [namespace(s=ns.s)] %}",
    ] {
        let template = format!(
            "{{% set ns = namespace(s='x' * 100000, all=[]) %}}{{% for i in range(3000) %}}{{% set ns.s = ns.s ~ 'y' %}}{kept}{{% endfor %}}end"
        );
        assert_eq!(render(&template), "", "{kept}");
    }
}

/// What Jinja2 3.1.6 renders, or nothing where it fails.
#[test]
fn small_things_are_as_in_jinja2() {
    let data = Value::from_json("{}").unwrap();
    for (template, expected) in [
        ("{{ (-2.5)|round(-1) }}", "-0.0"),
        ("{{ (-0.1)|round(-1) }}", "-0.0"),
        ("{{ (-25.0)|round(-1) }}", "-20.0"),
        ("{{ (25.0)|round(-1) }}", "20.0"),
        ("a{{ '{:^7}'.format(nope) }}", ""),
        ("a{{ '{:>6}'.format([]|first) }}", ""),
        ("a{{ '{}'.format(nope) }}", "a"),
        ("{{ {'a': nope}.get('a') }}|{{ {'a': 1}.get('b') }}|{{ {'a': 1}.get('b', 2) }}", "|None|2"),
        ("{{ '%(a)s' % {'a': nope} }}|{{ '%%' % {} }}", "|%"),
        ("{{ 999.7|filesizeformat }}|{{ (-1e16)|filesizeformat }}", "999 Bytes|-10000000000000000 Bytes"),
    ] {
        assert_eq!(Template::compile(template).render(&data, None), expected, "{template}");
    }
}
