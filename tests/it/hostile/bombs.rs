//! Templates that make much of little.

use mispflow::jinja::Template;
use mispflow::php::Value;

use super::answer_to;
use super::random::{Below, one_of, thousand_costly};

/// No text of a template is longer.
const LONGEST: usize = 48 << 20;

/// What a value is made of in each round of a loop.
const NEXT: [&str; 14] = [
    "[v, v]",
    "(v, v)",
    "{'a': v, 'b': v}",
    "v + v",
    "v ~ v",
    "[v] * 9",
    "dict(a=v)",
    "namespace(s=v)",
    "cycler(v, v)",
    "v|string",
    "[v]|list + [v]",
    "v|tojson",
    "'%s%s' % (v, v)",
    "'{0}{0}'.format(v)",
];
const FIRST: [&str; 8] =
    ["[1]", "'ab'", "{}", "(1,)", "'<&\"\\n'", "range(9999)|list", "'é' * 9999", "[['b', 'a']] * 999"];
const FILTERS: [&str; 30] = [
    "string",
    "tojson",
    "tojson(9999)",
    "list",
    "length",
    "sort",
    "unique|list",
    "join('x' * 9999)",
    "e",
    "forceescape",
    "upper",
    "title",
    "wordwrap(1)",
    "indent(9999)",
    "center(99999999)",
    "replace('a', 'x' * 9999)",
    "batch(3)|list",
    "slice(99999)|list",
    "reverse|list",
    "map('string')|list",
    "sum(start=[])",
    "groupby(0)",
    "dictsort",
    "xmlattr",
    "urlencode",
    "pprint",
    "striptags",
    "truncate(9)",
    "format(1, 2)",
    "filesizeformat",
];

fn bomb(below: Below<'_>) -> String {
    let rounds = [3, 12, 30, 60, 9_999, 99_999][below(6) as usize];
    let next = one_of(&NEXT, below).replace('v', "ns.v");
    let mut used = String::from("ns.v");
    for _ in 0..below(4) {
        used = match below(6) {
            0 => format!("({used} ~ {used})"),
            1 => format!("({used} + {used})"),
            2 => format!("({used} * {})", [2, 9_999, 1_000_000_000][below(3) as usize]),
            3 => format!("[{used}, {used}]"),
            _ => format!("({used}|{})", one_of(&FILTERS, below)),
        };
    }
    let body = match below(5) {
        0 => format!("{{% for a in {used} %}}{{{{ {used} }}}}{{% endfor %}}"),
        1 => format!("{{% for a in range(99999) %}}{{% if {used} == {used} %}}x{{% endif %}}{{% endfor %}}"),
        2 => format!("{{% set y %}}{{{{ {used} }}}}{{% endset %}}{{{{ y ~ y }}}}"),
        3 => format!("{{% macro m(a) %}}{{{{ a }}}}{{{{ m(a) }}}}{{% endmacro %}}{{{{ m({used}) }}}}"),
        _ => format!("{{{{ {used} }}}}"),
    };
    format!(
        "{{% set ns = namespace(v={}) %}}{{% for i in range({rounds}) %}}{{% set ns.v = {next} %}}{{% endfor %}}{body}",
        one_of(&FIRST, below)
    )
}

#[test]
fn templates_that_grow_have_an_end() {
    thousand_costly(|below| {
        let template = bomb(below);
        let data = Value::from_json(r#"{"Event": {"info": "x"}}"#).unwrap();
        let text = Template::compile(&template).render(&data, None);
        assert!(text.len() <= LONGEST, "{}: {template}", text.len());
        let quoted = serde_json::to_string(&template).unwrap();
        answer_to(
            "a.mwf",
            format!(
                "workflow w on event-publish {{ stop-execution(message: {}) }}",
                mispflow::format::quote(&template)
            ),
            &[],
        );
        let json = format!(
            "{{\"1\": {{\"id\": 1, \"data\": {{\"id\": \"event-publish\", \"module_type\": \"trigger\", \"indexed_params\": {{}}}}, \"outputs\": {{\"output_1\": \
             {{\"connections\": [{{\"node\": \"2\", \"output\": \"input_1\"}}]}}}}}}, \"2\": {{\"id\": 2, \"data\": {{\"id\": \"stop-execution\", \"module_type\": \"action\", \
             \"indexed_params\": {{\"message\": {quoted}}}}}, \"outputs\": {{}}}}}}"
        );
        answer_to("a.json", json, &[]);
    });
}
