//! Random templates: the same ones for the same seed.

use std::fmt::Write;

/// `SplitMix64`.
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, count: usize) -> usize {
        usize::try_from(self.next() % count as u64).expect("a small number")
    }

    fn pick<'t>(&mut self, items: &[&'t str]) -> &'t str {
        items[self.below(items.len())]
    }
}

/// What an expression is meant to be; now and then it is something else.
#[derive(Clone, Copy)]
enum Type {
    Number,
    String,
    List,
    Dict,
    Bool,
}

const TYPES: [Type; 5] = [Type::Number, Type::String, Type::List, Type::Dict, Type::Bool];

const NUMBERS: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "7",
    "-1",
    "10",
    "255",
    "1.5",
    "0.1",
    "2.0",
    "-2.5",
    "1e16",
    "1e-5",
    "1000",
    "Event.n",
    "Event.f",
    "Event.neg",
    "true",
    "Event.Tag|length",
    "loop.index",
    "n",
];
const STRINGS: &[&str] = &[
    "''",
    "'a'",
    "'abc'",
    "'A b-c'",
    "'x,y,,z'",
    "'é ß'",
    "'it\\'s'",
    "'\"q\"'",
    "'<b>&'",
    "'12'",
    "' 7.5 '",
    "'tlp:red'",
    "'a\\nb\\n'",
    "'%s-%d'",
    "'{} {}'",
    "Event.info",
    "Event.date",
    "Event.Tag[0].name",
    "s",
    "'Hello World foo'",
    "'0x1f'",
];
const LISTS: &[&str] = &[
    "[]",
    "[1, 2, 3]",
    "['b', 'a', 'C']",
    "[1, 'a', none]",
    "[[1, 2], [3]]",
    "[3, 1, 2, 1]",
    "(1, 2)",
    "()",
    "('a',)",
    "Event.Tag",
    "Event.empty",
    "Event.Attribute",
    "range(3)",
    "range(1, 8, 3)",
    "l",
    "[1.5, true, 0]",
    "Event.dict.keys()",
    "Event.dict.values()",
    "Event.dict.items()",
    "[{'a': 1}, {'a': 2}]",
    "'abc'",
    "[nope]",
    "['x'|safe]",
];
const DICTS: &[&str] = &[
    "{}",
    "{'a': 1, 'b': 'x'}",
    "Event.dict",
    "Event.Tag[0]",
    "Event.Tag|first",
    "{'B': [1], 'a': none}",
    "dict(a=1, b=2)",
    "d",
    "{'a': {'z': 1}}",
];
const BOOLS: &[&str] =
    &["true", "false", "none", "nope", "Event.published", "Event.none", "not nope", "nope.x", "Event.nope"];

const TESTS: &[&str] = &[
    "defined",
    "undefined",
    "none",
    "number",
    "string",
    "mapping",
    "sequence",
    "iterable",
    "lower",
    "upper",
    "odd",
    "even",
    "boolean",
    "integer",
    "float",
    "true",
    "false",
    "callable",
    "escaped",
    "divisibleby(2)",
    "eq(1)",
    "in([1, 'a'])",
    "gt(1)",
    "sameas(none)",
    "filter",
    "test",
    "lt('b')",
    "ne('a')",
];
const TESTS_BY_NAME: &[&str] = &[
    "'odd'",
    "'defined'",
    "'string'",
    "'equalto', 1",
    "'eq', 'a'",
    "'gt', 1",
    "'in', [1, 'a', 'tlp:red']",
    "'none'",
    "'mapping'",
    "'lower'",
    "'divisibleby', 2",
    "'ne', 2",
    "'<', 3",
    "'notest'",
];
const FILTERS_BY_NAME: &[&str] = &[
    "'upper'",
    "'string'",
    "'int'",
    "'length'",
    "'list'",
    "'replace', 'a', 'b'",
    "'first'",
    "'abs'",
    "'default', 'd'",
    "'join', '-'",
    "'title'",
    "'tojson'",
    "'nofilter'",
    "attribute='name'",
    "attribute='a'",
    "attribute='x', default='d'",
    "attribute=0",
    "'trim'",
];

/// A template.
pub fn template(random: &mut Random) -> String {
    let mut out = String::new();
    if random.below(3) == 0 {
        let _ = write!(
            out,
            "{{% set l = {} %}}{{% set d = {} %}}{{% set s = {} %}}",
            expression(random, Type::List, 1),
            expression(random, Type::Dict, 1),
            expression(random, Type::String, 1)
        );
    }
    for _ in 0..=random.below(2) {
        statement(random, &mut out, 2);
    }
    out
}

fn body(random: &mut Random, out: &mut String, depth: usize) {
    for _ in 0..=random.below(2) {
        statement(random, out, depth);
    }
}

#[expect(clippy::too_many_lines, reason = "an arm for each kind")]
fn statement(random: &mut Random, out: &mut String, depth: usize) {
    let any = TYPES[random.below(TYPES.len())];
    let choice = if depth == 0 { random.below(4) } else { random.below(16) };
    match choice {
        0..=8 => {
            let _ = write!(out, "{{{{ {} }}}}", expression(random, any, 3));
        }
        9 => out.push_str(random.pick(&[
            "text ",
            "\n",
            " - ",
            "<i>",
            "{",
            "a longer fixed text\n",
            "{# comment #}",
            "{% raw %}{{ x }}{% endraw %}",
        ])),
        10 => {
            let _ = write!(out, "{{% if {} %}}", expression(random, Type::Bool, 2));
            body(random, out, depth - 1);
            if random.below(3) == 0 {
                let _ = write!(out, "{{% elif {} %}}", expression(random, any, 1));
                body(random, out, depth - 1);
            }
            if random.below(2) == 0 {
                out.push_str("{% else %}");
                body(random, out, depth - 1);
            }
            out.push_str("{% endif %}");
        }
        11 | 12 => {
            let target = random.pick(&["x", "x", "x", "n", "s", "k, v"]);
            let source = if target == "k, v" {
                random
                    .pick(&[
                        "Event.dict.items()",
                        "d|items",
                        "d|dictsort",
                        "[(1, 2), (3, 4)]",
                        "Event.Tag|groupby('local')",
                    ])
                    .to_owned()
            } else {
                expression(random, Type::List, 2)
            };
            let _ = write!(out, "{{% for {target} in {source}");
            if random.below(5) == 0 {
                let _ = write!(out, " if {}", expression(random, Type::Bool, 1));
            }
            out.push_str(" %}");
            let shown = random.pick(&[
                "{{ x }}",
                "{{ loop.index }}",
                "{{ loop.last }},",
                "{{ x.name }}",
                "{{ loop.length }}{{ loop.revindex0 }}",
                "{{ k }}={{ v }};",
                "{{ loop.cycle('a', 'b') }}",
                "{{ loop.changed(x) }}",
                "{{ loop.previtem }}|{{ loop.nextitem }}",
            ]);
            out.push_str(shown);
            body(random, out, depth - 1);
            if random.below(3) == 0 {
                out.push_str("{% else %}none{% endfor %}");
            } else {
                out.push_str("{% endfor %}");
            }
        }
        13 => {
            let name = random.pick(&["l", "d", "s", "n"]);
            if random.below(4) == 0 {
                let _ = write!(out, "{{% set {name} %}}");
                body(random, out, depth - 1);
                out.push_str("{% endset %}");
            } else {
                let _ = write!(out, "{{% set {name} = {} %}}", expression(random, any, 2));
            }
            let _ = write!(out, "{{{{ {name} }}}}");
        }
        14 => {
            let given = random.pick(&["1", "nope", "'x', 2", "b=nope", "", "a=3", "[1]|map('string')"]);
            let _ = write!(out, "{{% macro m(a, b={}) %}}", expression(random, any, 1));
            out.push_str(random.pick(&["[{{ a }}|{{ b }}]", "{{ a is defined }}", "{{ b is undefined }}{{ b }}"]));
            let _ = write!(out, "{{% endmacro %}}{{{{ m({given}) }}}}");
        }
        _ => match random.below(3) {
            0 => {
                let _ = write!(out, "{{% with n = {} %}}", expression(random, any, 2));
                body(random, out, depth - 1);
                out.push_str("{{ n }}{% endwith %}");
            }
            1 => {
                let _ = write!(
                    out,
                    "{{% filter {} %}}",
                    random.pick(&["upper", "title", "trim|length", "replace('a', 'b')", "indent", "e"])
                );
                body(random, out, depth - 1);
                out.push_str("{% endfilter %}");
            }
            _ => {
                let value = expression(random, any, 1);
                let _ = write!(
                    out,
                    "{{% set ns = namespace(v={value}) %}}{{% for x in [1, 2] %}}{{% set ns.v = [ns.v, x] %}}{{% endfor %}}{{{{ ns.v }}}}"
                );
            }
        },
    }
}

fn atom(random: &mut Random, wanted: Type) -> String {
    let items = match wanted {
        Type::Number => NUMBERS,
        Type::String => STRINGS,
        Type::List => LISTS,
        Type::Dict => DICTS,
        Type::Bool => BOOLS,
    };
    random.pick(items).to_owned()
}

/// An expression, in brackets unless it is an atom.
fn part(random: &mut Random, wanted: Type, depth: usize) -> String {
    if depth == 0 || random.below(3) == 0 {
        let atom = atom(random, wanted);
        let is_plain = atom.starts_with(|char: char| char.is_alphanumeric() || "'([{".contains(char))
            && !atom.contains(['|', ' ', '.']);
        return if is_plain { atom } else { format!("({atom})") };
    }
    format!("({})", expression(random, wanted, depth - 1))
}

#[expect(clippy::too_many_lines, reason = "an arm for each kind")]
fn expression(random: &mut Random, wanted: Type, depth: usize) -> String {
    // Now and then something else than what is wanted.
    let wanted = if random.below(12) == 0 { TYPES[random.below(TYPES.len())] } else { wanted };
    if depth == 0 || random.below(6) == 0 {
        return atom(random, wanted);
    }
    let depth = depth - 1;
    let any = TYPES[random.below(TYPES.len())];
    let mut operand = |wanted: Type| part(random, wanted, depth);
    let (number, other, string, list, dict) =
        (operand(Type::Number), operand(Type::Number), operand(Type::String), operand(Type::List), operand(Type::Dict));
    let (second_string, second_list) = (operand(Type::String), operand(Type::List));
    let (one, another) = (operand(any), operand(any));
    if random.below(8) == 0 {
        let condition = part(random, Type::Bool, depth);
        return match random.below(4) {
            0 => format!("{one} if {condition}"),
            1 => format!("{one} if {condition} else {another}"),
            2 => format!("{one} and {another}"),
            _ => format!("{one} or {another}"),
        };
    }
    match wanted {
        Type::Number => match random.below(16) {
            0 => format!("{number} + {other}"),
            1 => format!("{number} - {other}"),
            2 => format!("{number} * {other}"),
            3 => format!("{number} / {other}"),
            4 => format!("{number} // {other}"),
            5 => format!("{number} % {other}"),
            6 => format!("{number} ** {}", random.pick(&["2", "0", "-1", "3"])),
            7 => format!("-{number}"),
            8 => format!(
                "{list}|{}",
                random.pick(&["length", "count", "sum", "min", "max", "first", "last", "sum(start=1)"])
            ),
            9 => format!(
                "{number}|{}",
                random.pick(&[
                    "abs",
                    "round",
                    "round(1)",
                    "round(1, 'floor')",
                    "round(0, 'ceil')",
                    "int",
                    "float",
                    "round(-1)",
                    "filesizeformat"
                ])
            ),
            10 => format!("{string}|{}", random.pick(&["int", "float", "length", "wordcount", "int(3)", "int(0, 16)"])),
            11 => format!("{string}.{}", random.pick(&["find('a')", "count('a')", "index('a')", "rfind('b')"])),
            12 => format!("{list}.{}", random.pick(&["count(1)", "index(1)", "index('a')"])),
            13 => format!("{list}[{}]", random.pick(&["0", "-1", "1", "5", "true", "'x'", "1.0"])),
            14 => format!("{one}|length"),
            _ => format!("{dict}|length"),
        },
        Type::String => match random.below(22) {
            0 => format!("{string} ~ {one}"),
            1 => format!("{string} + {second_string}"),
            2 => format!("{string} * {}", random.pick(&["0", "2", "-1", "3"])),
            3 => format!(
                "{string}|{}",
                random.pick(&[
                    "upper",
                    "lower",
                    "title",
                    "capitalize",
                    "trim",
                    "trim('a')",
                    "e",
                    "escape",
                    "safe",
                    "forceescape",
                    "string",
                    "striptags",
                    "urlencode",
                    "reverse",
                    "indent",
                    "indent(2, true)",
                    "indent('>')",
                    "wordwrap(5)",
                    "truncate(5)",
                    "truncate(5, true, '')",
                    "truncate(8, false, '..', 0)",
                    "center(12)",
                    "replace('a', 'xx')",
                    "replace('a', 'b', 1)",
                    "pprint",
                    "tojson",
                    "default('d', true)",
                    "d",
                    "list",
                    "batch(2)|list",
                    "first",
                    "last",
                    "format(1, 2)",
                ])
            ),
            4 => format!(
                "{string}.{}()",
                random.pick(&[
                    "upper",
                    "lower",
                    "title",
                    "capitalize",
                    "strip",
                    "swapcase",
                    "split",
                    "splitlines",
                    "isdigit",
                    "isalpha",
                    "islower",
                    "istitle",
                    "isupper",
                    "isspace",
                    "casefold",
                    "isnumeric",
                    "expandtabs",
                    "isidentifier",
                    "isprintable",
                    "lstrip",
                ])
            ),
            5 => format!(
                "{string}.{}",
                random.pick(&[
                    "split(',')",
                    "split('a', 1)",
                    "rsplit(',', 1)",
                    "replace('a', 'b')",
                    "startswith('a')",
                    "endswith(('b', 'c'))",
                    "join(['x', 'y'])",
                    "center(9, '*')",
                    "ljust(8)",
                    "rjust(8, '0')",
                    "zfill(6)",
                    "partition('b')",
                    "rpartition(' ')",
                    "removeprefix('a')",
                    "removesuffix('c')",
                    "splitlines(true)",
                    "join([1])",
                    "strip('a')",
                ])
            ),
            6 => format!(
                "{one}|{}",
                random.pick(&[
                    "string",
                    "tojson",
                    "pprint",
                    "e",
                    "upper",
                    "default('x')",
                    "d('x', true)",
                    "tojson(2)",
                    "urlencode"
                ])
            ),
            7 => format!("{list}|{}", random.pick(&["join", "join('-')", "join(', ', attribute='name')", "join(d=1)"])),
            8 => format!(
                "{string}{}",
                random.pick(&["[0]", "[-1]", "[1:]", "[:2]", "[::-1]", "[1:5:2]", "[9]", "[:-1]", "[5:1:-2]"])
            ),
            9 => format!(
                "'{}'.format({one})",
                random.pick(&[
                    "{}", "{:>6}", "{:<5}|", "{:^7}", "{!r}", "{0}{0}", "{:05d}", "{:.2f}", "{:,}", "{:x}", "{:+}",
                    "{:e}", "{:*^9}", "{:%}", "{0.name}", "{0[a]}", "{:s}", "{:.3}", "{:06.1f}", "{:_}", "{:#x}",
                    "{:g}"
                ])
            ),
            10 => format!(
                "'{}' % {one}",
                random.pick(&[
                    "%s", "%r", "%5s|", "%-5s|", "%d", "%05d", "%.2f", "%x", "%+d", "%e", "%g", "%c", "%5.1f", "%.2s",
                    "%i", "%%"
                ])
            ),
            11 => format!("'{}' % ({one}, {another})", random.pick(&["%s %s", "%s-%r", "%d %s", "%*d"])),
            12 => format!("'{}' % {dict}", random.pick(&["%(a)s", "%(b)s", "%s", "%(a)d"])),
            13 => format!("{dict}.{}", random.pick(&["name", "a", "get('a')", "get('zz', 'dd')", "b", "get('name')"])),
            14 => format!("{dict}['{}']", random.pick(&["a", "name", "b", "nope", "values"])),
            15 => format!("{one}|attr('{}')", random.pick(&["name", "a", "nope"])),
            16 => format!("{dict}|xmlattr"),
            17 => format!("{dict}|urlencode"),
            18 => format!("{list}|first"),
            19 => format!("{list}|last"),
            20 => format!("cycler({one}, {another}).{}", random.pick(&["next()", "current"])),
            _ => format!("{string}|format({one}, {another})"),
        },
        Type::List => match random.below(22) {
            0 => format!("{list} + {second_list}"),
            1 => format!("{list} * {}", random.pick(&["2", "0", "-1", "true"])),
            2 => format!(
                "{list}{}",
                random.pick(&["[:2]", "[1:]", "[::-1]", "[:-1]", "[::2]", "[-2:]", "[3:]", "[2:0:-1]"])
            ),
            3 => format!("{list}|map({})", random.pick(FILTERS_BY_NAME)),
            4 => format!("{list}|map({})|list", random.pick(FILTERS_BY_NAME)),
            5 => format!("{list}|{}({})|list", random.pick(&["select", "reject"]), random.pick(TESTS_BY_NAME)),
            6 => format!(
                "{list}|{}('{}')|list",
                random.pick(&["selectattr", "rejectattr"]),
                random.pick(&["name", "a", "local", "nope"])
            ),
            7 => format!(
                "{list}|{}('{}', {})",
                random.pick(&["selectattr", "rejectattr"]),
                random.pick(&["name", "a", "local"]),
                random.pick(TESTS_BY_NAME)
            ),
            8 => format!(
                "{list}|{}",
                random.pick(&[
                    "sort",
                    "sort(reverse=true)",
                    "sort(case_sensitive=true)",
                    "sort(attribute='name')",
                    "sort(attribute='local,name')"
                ])
            ),
            9 => format!(
                "{list}|{}",
                random.pick(&["unique", "unique|list", "unique(attribute='local')|list", "unique(true)|list"])
            ),
            10 => format!(
                "{list}|{}",
                random.pick(&["reverse", "reverse|list", "list", "select", "reject|list", "string|list"])
            ),
            11 => format!("{list}|{}|list", random.pick(&["batch(2)", "batch(2, 'f')", "slice(2)", "slice(3, 'f')"])),
            12 => format!(
                "{list}|{}",
                random.pick(&["groupby('local')", "groupby('name')", "groupby('a', default=0)", "groupby(0)"])
            ),
            13 => format!(
                "{dict}|{}",
                random.pick(&[
                    "dictsort",
                    "dictsort(by='value')",
                    "dictsort(reverse=true)",
                    "items",
                    "items|list",
                    "list",
                    "dictsort(true)"
                ])
            ),
            14 => format!("{dict}.{}()", random.pick(&["keys", "values", "items"])),
            15 => format!("[{one}, {another}]"),
            16 => format!("({one}, {another})"),
            17 => format!("range({number})"),
            18 => format!("range({number}, {other})|list"),
            19 => format!("{string}|list"),
            20 => format!("{string}.split({second_string})"),
            _ => format!(
                "{list}|{}",
                random.pick(&["batch(2)", "slice(2)", "map('upper')", "tojson", "pprint", "random is defined"])
            ),
        },
        Type::Dict => match random.below(6) {
            0 => format!("{{'a': {one}, {string}: {another}}}"),
            1 => format!("dict({dict}, a={one})"),
            2 => format!("{list}|first"),
            3 => format!("{list}|selectattr('name')|first"),
            4 => format!("{dict}.copy()"),
            _ => format!("dict({list})"),
        },
        Type::Bool => match random.below(9) {
            0 => format!("{one} == {another}"),
            1 => format!("{one} != {another}"),
            2 => format!("{number} {} {other}", random.pick(&["<", "<=", ">", ">="])),
            3 => format!("{one} {} {another}", random.pick(&["<", ">=", "in", "not in"])),
            4 => format!("{one} in {list}"),
            5 => format!("{one} is {}", random.pick(TESTS)),
            6 => format!("{one} is not {}", random.pick(TESTS)),
            7 => format!("not {one}"),
            // The last one is evaluated here even if the first two decide.
            _ => format!(
                "{number} < {other} {} {}",
                random.pick(&["<", "==", "<="]),
                random.pick(&["1", "2.5", "Event.n", "true"])
            ),
        },
    }
}
