//! Answers of a running MISP, which the library must agree with: every vector in `tests/conformance/`, or in the
//! folder that `MISPFLOW_VECTORS` names.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{Read, Write as _};
use std::path::{Path as FilePath, PathBuf};

use flate2::read::GzDecoder;
use mispflow::condition::{Filter, Operator, Subject, matching_items};
use mispflow::hashpath::Path;
use mispflow::normalise::normalise;
use mispflow::php::{KeyRef, Thrown, Value, loose_equal};
use mispflow::semantics::Semantics;

/// How many differences of a kind are shown.
const SHOWN: usize = 5;

/// The longest part of a vector that is shown, in characters.
const WIDTH: usize = 600;

/// Answers a request: a result, or what MISP dies of.
type Answer = for<'a> fn(&Value<'a>) -> Result<Value<'a>, Failure>;

/// A kind of vectors: the name of its file without `.ndjson.gz`, and who answers.
const KINDS: &[(&str, Answer)] = &[
    ("condition", condition),
    ("convert", convert),
    ("extract", extract),
    ("get", get),
    ("insert", insert),
    ("loose_equal", equal),
    ("matching_items", matching),
    ("remove", remove),
];

/// Why there is no result.
enum Failure {
    /// What PHP throws.
    Thrown(Thrown),
    /// The request makes no sense to the library.
    Refused(String),
}

impl From<Thrown> for Failure {
    fn from(thrown: Thrown) -> Self {
        Self::Thrown(thrown)
    }
}

#[test]
fn every_vector_agrees() {
    let folder = std::env::var_os("MISPFLOW_VECTORS")
        .map_or_else(|| FilePath::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance"), PathBuf::from);
    let mut files: Vec<_> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("an entry of the folder").path())
        .filter(|path| path.to_string_lossy().ends_with(".ndjson.gz"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{} holds no vectors", folder.display());
    let mut differences = String::new();
    for file in files {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let kind = name.trim_end_matches(".ndjson.gz");
        match KINDS.iter().find(|(known, _)| *known == kind) {
            Some((_, answer)) => run(kind, &file, *answer, &mut differences),
            None => say(&format!("{kind}: SKIPPED, this test does not know the kind")),
        }
    }
    assert!(differences.is_empty(), "{differences}");
}

fn run(kind: &str, file: &FilePath, answer: Answer, differences: &mut String) {
    let mut text = String::new();
    File::open(file)
        .and_then(|file| GzDecoder::new(file).read_to_string(&mut text))
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let (mut agree, mut total) = (0, 0);
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        total += 1;
        let difference = match Value::from_json(line) {
            Ok(vector) => difference(&vector, answer),
            Err(error) => Some(format!("not a vector: {error}")),
        };
        let Some(difference) = difference else {
            agree += 1;
            continue;
        };
        if total - agree <= SHOWN {
            let _ = writeln!(differences, "{kind}, line {}: {}\n{difference}\n", number + 1, short(line));
        }
    }
    say(&format!("{kind}: {agree} of {total} agree"));
    if agree < total {
        let _ = writeln!(differences, "{kind}: {agree} of {total} agree\n");
    }
}

/// Prints a line, also when the test runner keeps back what tests print.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

/// What is wrong with the answer to a vector, if anything.
fn difference(vector: &Value<'_>, answer: Answer) -> Option<String> {
    let (Some(request), Some(expected)) = (vector.get("request"), vector.get("expected")) else {
        return Some("a vector has `request` and `expected`".into());
    };
    let is_ok = expected.get("ok").is_some_and(Value::to_bool);
    let text =
        |value: Option<&Value<'_>>| value.map_or_else(|| "nothing".into(), |value| value.to_json().expect("JSON"));
    match answer(request) {
        Ok(result) if is_ok => {
            let wanted = expected.get("result")?;
            let written = result.to_json().expect("JSON");
            let read = Value::from_json(&written).expect("what was written can be read");
            (!same(&read, wanted))
                .then(|| format!("  expected {}\n  got      {}", short(&text(Some(wanted))), short(&written)))
        }
        Ok(result) => Some(format!(
            "  expected {} {}\n  got      {}",
            text(expected.get("exception")),
            text(expected.get("message")),
            short(&text(Some(&result)))
        )),
        Err(Failure::Thrown(thrown)) => {
            let wanted = expected.get("exception").and_then(Value::as_str);
            let agrees = !is_ok && wanted.is_none_or(|wanted| wanted == thrown.class.name());
            (!agrees).then(|| format!("  expected {}\n  thrown   {thrown}", short(&text(Some(expected)))))
        }
        Err(Failure::Refused(reason)) => {
            Some(format!("  expected {}\n  refused  {reason}", short(&text(Some(expected)))))
        }
    }
}

/// Whether two answers are the same; `1` and `1.0` are in JSON.
fn same(left: &Value<'_>, right: &Value<'_>) -> bool {
    match (left, right) {
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len()
                && left.iter().zip(right).all(|((key, value), (other, wanted))| key == other && same(value, wanted))
        }
        (Value::Int(int), Value::Float(float)) | (Value::Float(float), Value::Int(int)) => *int as f64 == *float,
        _ => left == right,
    }
}

fn short(text: &str) -> String {
    if text.chars().count() <= WIDTH {
        return text.to_owned();
    }
    let (head, tail) = (text.chars().take(WIDTH / 2), text.chars().rev().take(WIDTH / 2));
    let tail: Vec<_> = tail.collect();
    head.chain(" … ".chars()).chain(tail.into_iter().rev()).collect()
}

fn part<'v, 'a>(request: &'v Value<'a>, name: &str) -> &'v Value<'a> {
    request.get(name).unwrap_or(&Value::Null)
}

fn path(request: &Value<'_>) -> Result<Path, Failure> {
    let text = part(request, "path").to_text().unwrap_or_default();
    Path::compile(&text).map_err(|error| Failure::Refused(error.to_string()))
}

/// `data`, `path` → what the path selects.
fn extract<'a>(request: &Value<'a>) -> Result<Value<'a>, Failure> {
    Ok(path(request)?.extract(part(request, "data"))?.to_value())
}

/// `data`, `path`, `default` → what lies there.
fn get<'a>(request: &Value<'a>) -> Result<Value<'a>, Failure> {
    let data = part(request, "data");
    let default = part(request, "default");
    if part(request, "path").is_null() {
        return Ok(default.clone());
    }
    Ok(path(request)?.get(data)?.unwrap_or(default).clone())
}

/// `data`, `path`, `value` → the new data.
fn insert<'a>(request: &Value<'a>) -> Result<Value<'a>, Failure> {
    let mut data = part(request, "data").clone();
    path(request)?.insert(&mut data, part(request, "value"))?;
    Ok(data)
}

/// `data`, `path` → the new data.
fn remove<'a>(request: &Value<'a>) -> Result<Value<'a>, Failure> {
    let mut data = part(request, "data").clone();
    path(request)?.remove(&mut data)?;
    Ok(data)
}

/// `a`, `b` → whether they are loosely equal.
fn equal<'a>(request: &Value<'a>) -> Result<Value<'a>, Failure> {
    Ok(loose_equal(part(request, "a"), part(request, "b")).into())
}

fn operator(request: &Value<'_>) -> Option<Operator> {
    Operator::from_name(part(request, "operator").as_str()?)
}

/// `data` (already extracted), `operator`, `value` → whether the condition holds.
fn condition<'a>(request: &Value<'a>) -> Result<Value<'a>, Failure> {
    let subject = Subject::Value(part(request, "data"));
    Ok(operator(request).is_some_and(|operator| operator.compare(subject, part(request, "value"))).into())
}

/// `items`, `value`, `operator`, `path` → the items that stay.
fn matching<'a>(request: &Value<'a>) -> Result<Value<'a>, Failure> {
    let path = path(request)?;
    let filter = Filter { path: &path, operator: operator(request), value: part(request, "value") };
    let items = part(request, "items").as_array().ok_or_else(|| Failure::Refused("no items".into()))?;
    Ok(matching_items(items, &filter, &Semantics::MISP_2_5_1)?.into())
}

/// `data`: an event as the API gives it → the normalised data.
fn convert<'a>(request: &Value<'a>) -> Result<Value<'a>, Failure> {
    normalise(part(request, "data")).map_err(|error| Failure::Refused(error.to_string()))
}

#[test]
fn a_difference_is_seen() {
    let vector = r#"{"request": {"op": "extract", "data": {"a": [1, 2]}, "path": "a.{n}"}, "expected": {"ok": true, "result": [1, 3]}}"#;
    let vector = Value::from_json(vector).expect("JSON");
    assert!(difference(&vector, extract).is_some());
    assert!(vector.as_array().is_some_and(|vector| vector.get(KeyRef::new("request")).is_some()));
}
