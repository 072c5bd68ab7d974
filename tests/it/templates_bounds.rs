//! What templates may cost: every filter and operator on values that grow without end. Each fails, which renders as
//! nothing, or gives a text of some length. How long it takes is not measured here; what it may take is counted.

use mispflow::jinja::Template;
use mispflow::php::Value;

/// The longest text that a template may give.
const LONGEST: usize = 32 * 1024 * 1024;

/// Values that grow, as a beginning and an expression.
const GROWING: &[(&str, &str)] = &[
    ("{% set ns = namespace(s=[1]) %}{% for i in range(60) %}{% set ns.s = [ns.s, ns.s] %}{% endfor %}", "ns.s"),
    ("{% set ns = namespace(s=(1,)) %}{% for i in range(60) %}{% set ns.s = (ns.s, ns.s) %}{% endfor %}", "ns.s"),
    (
        "{% set ns = namespace(s={}) %}{% for i in range(60) %}{% set ns.s = {'a': ns.s, 'b': ns.s} %}{% endfor %}",
        "ns.s",
    ),
    ("{% set ns = namespace(s=[1]) %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}", "ns.s"),
    ("{% set ns = namespace(s='ab') %}{% for i in range(60) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}", "ns.s"),
    ("{% set ns = namespace(s='ab') %}{% for i in range(60) %}{% set ns.s = ns.s + ns.s %}{% endfor %}", "ns.s"),
    ("{% set ns = namespace(s=[]) %}{% for i in range(50000) %}{% set ns.s = [ns.s] %}{% endfor %}", "ns.s"),
    ("{% set ns = namespace(s={}) %}{% for i in range(50000) %}{% set ns.s = {'a': ns.s} %}{% endfor %}", "ns.s"),
    ("{% set ns = namespace() %}{% for i in range(50000) %}{% set ns.s = namespace(s=ns.s) %}{% endfor %}", "ns.s"),
    ("{% set ns = namespace() %}{% for i in range(50000) %}{% set ns.s = cycler(ns.s, 1) %}{% endfor %}", "ns.s"),
    ("{% set ns = namespace() %}{% set ns.s = ns %}", "ns"),
    ("", "('ab' * 4000000)"),
    ("", "('<a> ' * 200000)"),
    ("", "('a\\n' * 200000)"),
    ("", "('é-b ' * 200000)"),
    ("", "(range(100000) | list)"),
    ("", "([1] * 300000)"),
    ("", "([['b', 'a']] * 50000)"),
    ("", "([{'a': 'b'}] * 50000)"),
    ("", "(range(99999) | map('string') | list)"),
];

/// What is done to them.
const USES: &[&str] = &[
    "{{ X }}",
    "{{ X|tojson }}",
    "{{ X|tojson(100) }}",
    "{{ X|tojson('x' * 1000) }}",
    "{{ X|pprint }}",
    "{{ X|string }}",
    "{{ X|list }}",
    "{{ X|length }}",
    "{{ X|sort }}",
    "{{ [X, X]|sort }}",
    "{{ X|sort(attribute='0') }}",
    "{{ X|unique|list }}",
    "{{ [X]|unique|list }}",
    "{{ X|map('string')|join }}",
    "{{ X|map('upper')|list }}",
    "{{ X|map(attribute='a')|list }}",
    "{{ X|select('in', X)|list }}",
    "{{ X|select('equalto', X)|list }}",
    "{{ X|selectattr('a', 'in', X)|list }}",
    "{{ X|groupby(0) }}",
    "{{ X|groupby('a') }}",
    "{{ X|batch(1)|list }}",
    "{{ X|slice(100000)|list }}",
    "{{ [1]|batch(999999999, 'x')|list }}",
    "{{ X|reverse|list }}",
    "{{ X|join('x' * 100000) }}",
    "{{ X|join(X|string) }}",
    "{{ X|sum }}",
    "{{ X|sum(start=[]) }}",
    "{{ X|min }}",
    "{{ X|max }}",
    "{{ X|first }}",
    "{{ X|last }}",
    "{{ X|random }}",
    "{{ X|dictsort }}",
    "{{ X|items|list }}",
    "{{ X|xmlattr }}",
    "{{ X|urlencode }}",
    "{{ X|e }}",
    "{{ X|forceescape|forceescape }}",
    "{{ X|safe + X }}",
    "{{ X|upper }}",
    "{{ X|title }}",
    "{{ X|capitalize }}",
    "{{ X|trim }}",
    "{{ X|striptags }}",
    "{{ X|wordcount }}",
    "{{ X|wordwrap(1) }}",
    "{{ X|wordwrap(1, wrapstring='x' * 1000) }}",
    "{{ X|wordwrap(100000) }}",
    "{{ X|indent(10000) }}",
    "{{ X|indent('x' * 1000, true, true) }}",
    "{{ X|center(1000000000) }}",
    "{{ X|replace('a', 'x' * 10000) }}",
    "{{ X|replace('', 'x' * 100) }}",
    "{{ X|truncate(5) }}",
    "{{ X|format(1) }}",
    "{{ X|filesizeformat }}",
    "{{ X|default(X) }}",
    "{{ X|attr('a') }}",
    "{{ '%s' % X }}",
    "{{ '%r%r%r' % (X, X, X) }}",
    "{{ '%100000s' % X }}",
    "{{ ('%100000s' * 1000) % ((1,) * 1000) }}",
    "{{ '{}'.format(X) }}",
    "{{ '{:>2000000000}'.format(X) }}",
    "{{ '{0}{0}{0}'.format(X) }}",
    "{{ '{:>{}}'.format(1, 2000000000) }}",
    "{{ ('{0}' * 10000).format(X) }}",
    "{{ X ~ X }}",
    "{{ X ~ X ~ X ~ X ~ X ~ X ~ X ~ X }}",
    "{{ X + X }}",
    "{{ X * 1000 }}",
    "{{ X * 1000000000 }}",
    "{{ X[:] }}",
    "{{ X[::-1] }}",
    "{{ X == X }}",
    "{{ X < X }}",
    "{{ X in X }}",
    "{{ X in [X, X] }}",
    "{{ X is sameas X }}",
    "{{ X is lower }}",
    "{{ X.count(X) }}",
    "{{ X.index(X) }}",
    "{{ X.split('') }}",
    "{{ X.split('a')|length }}",
    "{{ X.join(X) }}",
    "{{ X.replace('a', X) }}",
    "{{ X.zfill(1000000000) }}",
    "{{ X.expandtabs(1000000) }}",
    "{{ X.center(1000000000) }}",
    "{{ X.splitlines()|length }}",
    "{{ X.title() }}",
    "{{ X.format(X) }}",
    "{{ dict(X) }}",
    "{{ {'a': X} }}",
    "{{ cycler(X, X).next() }}",
    "{{ X.keys()|list }}",
    "{{ X.values()|list }}",
    "{{ X.items()|list }}",
    "{% for a in X %}{% for b in X %}{{ a }}{{ b }}{% endfor %}{% endfor %}",
    "{% for a in X %}{{ X }}{% endfor %}",
    "{% for a in X %}{{ X[5] }}{{ X|length }}{% endfor %}",
    "{% for a in X recursive %}{{ loop(X) }}{% endfor %}",
    "{% set y %}{% for a in X %}{{ X }}{% endfor %}{% endset %}{{ y|length }}",
    "{% macro m(a) %}{{ a }}{{ m(a) }}{% endmacro %}{{ m(X) }}",
    "{% filter upper %}{% for a in X %}{{ X }}{% endfor %}{% endfilter %}",
    "{% for a in X if a in X %}{{ a }}{% endfor %}",
    "{% for a in range(100000) %}{% set ns2 = namespace(a=X) %}{% endfor %}",
    "{% for a in range(50000) %}{% set y = X[:] %}{% endfor %}",
    "{% for a in range(100000) %}{% if X == X %}{% endif %}{% endfor %}",
    "{% for a in range(100000) %}{% set y = X|length %}{% endfor %}",
    "{% for a in range(100000) %}{% macro m() %}{{ X }}{% endmacro %}{% endfor %}",
    "{% for a in range(100000) %}{{ X is string }}{% endfor %}",
];

/// Templates that need no other beginning.
const ALONE: &[&str] = &[
    "{% for a in range(99999) %}{% for b in range(99999) %}{% for c in range(99999) %}{% endfor %}{% endfor %}{% endfor %}",
    "{% for a in range(99999) %}{% for b in range(99999) %}{{ a }}{% endfor %}{% endfor %}",
    "{% for a in range(99999) %}a longer text that is fixed, and printed again and again, in each round of the loop{% endfor %}",
    "{{ 'a' * 1000000000000 }}",
    "{{ 2 ** 100000000 }}",
    "{{ 10 ** 10 ** 10 }}",
    "{{ range(99999) | join('x' * 100000) | length }}",
    "{{ range(99999)|map('center', 100000)|join|length }}",
    "{{ ('x' * 100000).join(['a'] * 99999) | length }}",
    "{% macro m(a) %}{{ m(a ~ a) }}{% endmacro %}{{ m('aa') }}",
    "{% macro m(a) %}{% for x in [1, 2] %}{{ m(a) }}{% endfor %}{% endmacro %}{{ m(1) }}",
    "{% macro m() %}{% call m() %}{{ caller() }}{% endcall %}{% endmacro %}{{ m() }}",
    "{% set ns = namespace(l=[]) %}{% for i in range(100000) %}{% set ns.l = ns.l + [i] %}{% endfor %}{{ ns.l|length }}",
    "{% set ns = namespace(l='') %}{% for i in range(100000) %}{% set ns.l = ns.l ~ 'abc' %}{% endfor %}{{ ns.l|length }}",
    "{% set ns = namespace(l={}) %}{% for i in range(100000) %}{% set ns.l = dict(ns.l, a=i) %}{% endfor %}{{ ns.l|length }}",
    "{% set ns = namespace(l=[]) %}{% for i in range(100000) %}{% set ns.l = [ns.l, [], [], [], [], [], [], []][1:] %}{% endfor %}",
    "{% for i in range(99999) %}{% for x in [ns] %}{% set ns = loop %}{% endfor %}{% endfor %}",
    "{% set ns = namespace() %}{% for i in range(99999) %}{% for x in [ns.l] %}{% set ns.l = loop %}{% endfor %}{% endfor %}",
];

fn check(template: &str) {
    let data = Value::from_json(r#"{"x": [1]}"#).expect("JSON");
    let text = Template::compile(template).render(&data, None);
    assert!(text.len() <= LONGEST, "{} bytes: {template}", text.len());
}

#[test]
fn whatever_grows_is_refused_or_small() {
    // A build without optimisation is slow: it takes a part of the pairs, another for each use.
    let every = if cfg!(debug_assertions) { 60 } else { 1 };
    for (number, used) in USES.iter().enumerate() {
        for (other, (before, value)) in GROWING.iter().enumerate() {
            if (number + other).is_multiple_of(every) {
                check(&format!("{before}{}", used.replace('X', value)));
            }
        }
    }
}

#[test]
fn what_does_too_much_is_refused() {
    for template in ALONE {
        check(template);
    }
}
