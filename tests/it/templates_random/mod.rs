//! Random templates against the real Jinja2, where Python has it: 2,000 of them, or as many as
//! `MISPFLOW_RANDOM_TEMPLATES` says. `MISPFLOW_TEST_JINJA2` is the Python to ask, `python3` by default.

mod generate;

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use self::generate::Random;
use mispflow::jinja::Template;
use mispflow::php::Value;

const DATA: &str = include_str!("../../templates/data.json");
const BATCH: usize = 500;

/// What renders otherwise, by a part of the template, and why.
const KNOWN: &[(&str, &str)] = &[
    ("|random", "each picks for itself"),
    ("|string|list", "the letters of an address in memory"),
    ("{% filter ", "what is set inside is seen after it, and Jinja2 forgets it"),
    ("|safe", "lists of safe strings are printed as lists of strings, without `Markup(…)`"),
    ("|unique)[", "Jinja2 computes a part of a constant generator beforehand, and finds nothing instead of failing"),
    ("|items)[", "the same"),
    ("[1.0]", "the same, of a list"),
    (")[3:]", "the same, of a constant that has no parts"),
    (")[:-1]", "the same"),
    (")[-2:]", "the same"),
    (")[::-1]", "the same"),
    ("[1:5:2]", "the same"),
    (".items()) >= (", "views of a dictionary are compared as sets"),
    ("{% set s %}", "what is set inside is seen after it, and Jinja2 forgets it"),
    (") // (", "the last digit of a quotient of floats"),
    ("'%*d' % (1000, ", "digits of a float beyond its precision"),
    (".keys()) <", "views of a dictionary are compared as sets"),
    ("{% set n %}{% set s = ", "what is set inside is seen after it, and Jinja2 forgets it"),
    (".name}'.format(", "a field of `format` that is missing is empty"),
    ("|xmlattr", "an empty name of an attribute is written, and refused by Jinja2"),
    ("(range(3)|map(", "a generator as the key of a dictionary"),
];

fn python() -> Option<String> {
    let python = std::env::var("MISPFLOW_TEST_JINJA2").unwrap_or_else(|_| "python3".to_owned());
    let has_jinja2 = Command::new(&python)
        .args(["-c", "import jinja2"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    has_jinja2.then_some(python)
}

#[test]
fn random_templates_render_as_in_jinja2() {
    let Some(python) = python() else {
        eprintln!("skipped: no Python with jinja2 (set MISPFLOW_TEST_JINJA2 to one)");
        return;
    };
    let wanted = std::env::var("MISPFLOW_RANDOM_TEMPLATES").ok().and_then(|count| count.parse().ok()).unwrap_or(2_000);
    let seed = std::env::var("MISPFLOW_RANDOM_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let mut service = Command::new(python)
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/templates_random/render.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    let mut questions = service.stdin.take().expect("a pipe");
    let mut answers = BufReader::new(service.stdout.take().expect("a pipe"));
    let data: serde_json::Value = serde_json::from_str(DATA).expect("JSON");
    writeln!(questions, "{data}").expect("Python listens");

    let value = Value::from_json(DATA).expect("JSON");
    let mut random = Random(seed);
    let (mut done, mut equal, mut known, mut filled) = (0_usize, 0_usize, 0_usize, 0_usize);
    let mut differences = Vec::new();
    while done < wanted {
        let templates: Vec<String> = (0..BATCH.min(wanted - done)).map(|_| generate::template(&mut random)).collect();
        writeln!(questions, "{}", serde_json::to_string(&templates).expect("JSON")).expect("Python listens");
        let mut line = String::new();
        answers.read_line(&mut line).expect("Python answers");
        let expected: Vec<String> = serde_json::from_str(&line).expect("a list of texts");
        for (template, expected) in templates.iter().zip(expected) {
            let expected = without_addresses(&expected);
            let text = without_addresses(&Template::compile(template).render(&value, None));
            filled += usize::from(!expected.is_empty());
            if text == expected {
                equal += 1;
            } else if KNOWN.iter().any(|(part, _)| template.contains(part)) {
                known += 1;
            } else {
                differences.push(format!("{template}\n  expected {expected:?}\n  got      {text:?}"));
            }
        }
        done += templates.len();
    }
    drop(questions);
    let _ = service.wait();
    eprintln!("random-templates: {equal} of {done} agree, {known} differ as known; {filled} are not empty");
    assert!(filled * 3 > done, "most random templates fail: {filled} of {done}");
    let count = differences.len();
    differences.sort_by_key(String::len);
    differences.truncate(40);
    assert!(count == 0, "{count} differ; the shortest are\n{}", differences.join("\n"));
}

/// Without where something lies in memory.
fn without_addresses(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) =
        rest.find("0x7f").or_else(|| rest.find("0X7F")).or_else(|| rest.find("0X7f")).or_else(|| rest.find("0x7F"))
    {
        out.push_str(&rest[..at]);
        rest = rest[at + 4..].trim_start_matches(|char: char| char.is_ascii_hexdigit());
    }
    out + rest
}
