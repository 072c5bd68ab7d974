//! Programs with something changed, and arbitrary texts.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use proptest::prelude::*;

use super::{answer, workflow};

/// The texts of the findings, good places to begin with.
fn corpus() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/findings");
    let mut paths: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let small = |path: &Path| fs::metadata(path).is_ok_and(|metadata| metadata.is_file() && metadata.len() < 2_000);
    let texts = paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "mwf") && small(path));
    let mut texts: Vec<String> = texts.filter_map(|path| fs::read_to_string(path).ok()).collect();
    texts.push(TOUR.to_owned());
    texts
}

const TOUR: &str = r#"
let restricted = ["tlp:red", "PAP:RED"] + ["x"]
module notify : action { name: "Notify" outputs: 1 param url: text(required: "no") = "x" param how: select(options: ["a"]) }
blueprint tell(address: string = "https://a.example.org", tags: list) { description: "d" webhook(url: address) tag_operation(tags: tags) }
workflow guard on event-publish {
    name: "Guard"
    debug: true
    if event tagged any restricted or not (count(Event.Tag.{n}[name=/tlp:/]) > 5 and published) {
        stop-execution(message: "{{ Event.info }}")
    } else if "x" in Event.Orgc.name { goto @end }
    filter A: Event._AttributeFlattened.{n} where any type in ["ip-src"] {
        attach-enrichment(modules: ["mmdb_lookup"]) for Event.Attribute.{n} where "a" not in type
    }
    use tell(tags: restricted)
    @end @[x: 1, y: -2.5] notify(url: env("A", "b"), how: a)
    concurrent { branch { push-zmq() } branch { webhook(url: secret("S"), payload: """
        {"a": "{{ b }}"}
    """) } }
    detached { reload-full-event() }
}
test "t" of guard { given { Event: {} } when notify fails "x" expect success expect ran [@end] expect effect notify { a: 1 } }
"#;

/// The pieces of a text: words, texts, runs of spaces, single characters.
fn pieces(text: &str) -> Vec<&str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let like = |c: char| (c.is_alphanumeric() && first.is_alphanumeric()) || (c == ' ' && first == ' ');
        let end = rest.char_indices().skip(1).find(|(_, c)| !like(*c)).map_or(rest.len(), |(end, _)| end);
        pieces.push(&rest[..end]);
        rest = &rest[end..];
    }
    pieces
}

fn mutated(text: &str, mutations: &[(u8, prop::sample::Index, prop::sample::Index)]) -> String {
    const STRANGE: [&str; 12] = ["\"", "\"\"\"", "{", "}", "(", "[", "\\", "#", "\0", "💥", "@", "\u{feff}"];
    let mut pieces: Vec<&str> = pieces(text);
    for (what, one, other) in mutations {
        let (one, other) = (one.index(pieces.len()), other.index(pieces.len()));
        match what % 5 {
            0 if pieces.len() > 1 => drop(pieces.remove(one)),
            1 => pieces.insert(one, pieces[other]),
            2 => pieces.swap(one, other),
            3 => pieces[one] = STRANGE[other % STRANGE.len()],
            _ => pieces[one] = pieces[other],
        }
    }
    pieces.concat()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn changed_programs_get_an_answer(
        which in any::<prop::sample::Index>(),
        mutations in prop::collection::vec(any::<(u8, prop::sample::Index, prop::sample::Index)>(), 1..8),
    ) {
        thread_local! { static CORPUS: Vec<String> = corpus(); }
        let text = CORPUS.with(|corpus| {
            let text: &String = which.get(corpus);
            mutated(text, &mutations)
        });
        answer(text);
    }

    #[test]
    fn any_text_gets_an_answer(text in "\\PC{0,200}") {
        answer(text);
    }

    #[test]
    fn any_bytes_get_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        answer(bytes);
    }

    #[test]
    fn any_tokens_get_an_answer(tokens in prop::collection::vec(prop::sample::select(TOKENS), 0..60)) {
        let mut text = String::new();
        for token in tokens {
            write!(text, "{token} ").unwrap();
        }
        answer(workflow(&text));
        answer(text);
    }
}

const TOKENS: &[&str] = &[
    "let",
    "workflow",
    "blueprint",
    "module",
    "test",
    "import",
    "on",
    "of",
    "as",
    "if",
    "else",
    "filter",
    "concurrent",
    "branch",
    "use",
    "goto",
    "detached",
    "for",
    "where",
    "and",
    "or",
    "not",
    "any",
    "all",
    "in",
    "tagged",
    "event",
    "count(",
    "published",
    "given",
    "when",
    "expect",
    "ran",
    "param",
    "name",
    "A",
    "w",
    "event-publish",
    "push-zmq",
    "webhook",
    "tag_operation",
    "url",
    "tags",
    "Event.info",
    "Event.Tag.{n}",
    "{n}",
    "@x",
    "@[",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "=",
    "+",
    "==",
    "!=",
    ">",
    "\"x\"",
    "\"",
    "\"\"\"",
    "1",
    "-2.5",
    "true",
    "null",
    "env(",
    "secret(",
    "lines(",
    "#",
    "\n",
    ".",
    "x[",
];
