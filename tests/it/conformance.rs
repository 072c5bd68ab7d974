//! Answers of running MISPs, which the library must agree with: every vector in the folders of `tests/conformance/`, one
//! for each release, or in the folder that `MISPFLOW_VECTORS` names. `MISPFLOW_VECTORS_TARGET` says which release
//! answered there; without it 2.5.1.

#![expect(clippy::unnecessary_wraps, reason = "every kind of vector has the same shape of function")]
#![expect(clippy::float_cmp, clippy::cast_precision_loss, reason = "the numbers of JSON, compared exactly")]

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{Read, Write as _};
use std::path::{Path as FilePath, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use flate2::read::GzDecoder;
use mispflow::catalogue::{Catalogue, Semantics, Target};
use mispflow::condition::{Filter, Operator, Subject, matching_items};
use mispflow::core_format::normalise;
use mispflow::engine::{
    Answers, CallAnswer, Effect, EffectRecord, Gathered, Locality, Outcome, PathStep, Prepared, Request, RunOptions,
    Settings, TagScope,
};
use mispflow::hashpath::Path;
use mispflow::jinja::Template;
use mispflow::misp;
use mispflow::model::Document;
use mispflow::php::{Array, KeyRef, Thrown, Value, loose_equal};
use mispflow::verify::analyse;
use serde_json::json;

/// How many differences of a kind are shown.
const SHOWN: usize = 5;

/// The longest part of a vector that is shown, in characters.
const WIDTH: usize = 600;

/// Answers a request: a result, or what MISP dies of.
type Answer = for<'a> fn(&Value<'a>, Target) -> Result<Value<'a>, Failure>;

/// A kind of vectors: the `op` of a request, and who answers.
const KINDS: &[(&str, Answer)] = &[
    ("check", check),
    ("collect", collect),
    ("condition", condition),
    ("convert", convert),
    ("execute", execute),
    ("extract", extract),
    ("get", get),
    ("insert", insert),
    ("loose_equal", equal),
    ("matching_items", matching),
    ("remove", remove),
    ("template", template),
];

/// Why there is no result.
enum Failure {
    /// What PHP throws.
    Thrown(Thrown),
    /// MISP dies, and this is said about it.
    Crash(String),
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
    let mut differences = String::new();
    for (folder, target) in folders() {
        let mut files: Vec<_> = fs::read_dir(&folder)
            .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
            .map(|entry| entry.expect("an entry of the folder").path())
            .filter(|path| path.to_string_lossy().ends_with(".ndjson.gz"))
            .collect();
        files.sort();
        assert!(!files.is_empty(), "{} holds no vectors", folder.display());
        say(&format!("{target}:"));
        for file in files {
            run(&file, target, &mut differences);
        }
    }
    assert!(differences.is_empty(), "{differences}");
}

/// The folders, and the release that answered in each.
fn folders() -> Vec<(PathBuf, Target)> {
    let target = |name: &str| Target::meant_by(name).unwrap_or_else(|| panic!("`{name}` is not a target"));
    if let Some(folder) = std::env::var_os("MISPFLOW_VECTORS") {
        let name = std::env::var("MISPFLOW_VECTORS_TARGET").unwrap_or_else(|_| "misp-2.5.1".into());
        return vec![(folder.into(), target(&name))];
    }
    let own = FilePath::new(env!("CARGO_MANIFEST_DIR")).join("tests/conformance");
    ["misp-2.5.1", "misp-2.5.19"].map(|name| (own.join(name), target(name))).to_vec()
}

fn run(file: &FilePath, target: Target, differences: &mut String) {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let kind = name.trim_end_matches(".ndjson.gz");
    let mut text = String::new();
    File::open(file)
        .and_then(|file| GzDecoder::new(file).read_to_string(&mut text))
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let (mut agree, mut total) = (0, 0);
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        total += 1;
        let difference = match Value::from_json(line) {
            Ok(vector) => difference(&vector, target),
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
fn difference(vector: &Value<'_>, target: Target) -> Option<String> {
    // A request whose answer is another in a later release has the answers of both.
    let expected = vector.get("expected").or_else(|| vector.get(&target.to_string().replace("misp-", "expected_")));
    let (Some(request), Some(expected)) = (vector.get("request"), expected) else {
        return Some("a vector has `request` and `expected`".into());
    };
    let op = part(request, "op").as_str().unwrap_or_default();
    let Some((_, answer)) = KINDS.iter().find(|(known, _)| *known == op) else {
        return Some(format!("this test does not know the op `{op}`"));
    };
    let is_ok = expected.get("ok").is_some_and(Value::to_bool);
    let text =
        |value: Option<&Value<'_>>| value.map_or_else(|| "nothing".into(), |value| value.to_json().expect("JSON"));
    match answer(request, target) {
        Ok(result) if is_ok => {
            let wanted = &without_choice(expected.get("result")?);
            let written = without_choice(&result).to_json().expect("JSON");
            let read = Value::from_json(&written).expect("what was written can be read");
            (!same(&read, wanted)).then(|| {
                let wanted = text(Some(wanted));
                format!("  expected {}\n  got      {}", around(&wanted, &written), around(&written, &wanted))
            })
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
        Err(Failure::Crash(reason)) => {
            let wanted = expected.get("exception").and_then(Value::as_str).unwrap_or_default();
            let agrees = !is_ok && reason.contains(wanted);
            (!agrees).then(|| format!("  expected {}\n  crashed  {reason}", short(&text(Some(expected)))))
        }
        Err(Failure::Refused(reason)) => {
            Some(format!("  expected {}\n  refused  {reason}", short(&text(Some(expected)))))
        }
    }
}

/// An answer without what is left to whoever answers: which loop of a graph is named, and whether the warnings of a
/// graph with loops are an empty list or missing.
fn without_choice<'a>(answer: &Value<'a>) -> Value<'a> {
    let mut answer = answer.clone();
    if let Some(fields) = answer.as_array_mut()
        && let Some(cycles) = fields.get(KeyRef::new("cycles")).map(Value::to_bool)
    {
        fields.set("cycles", cycles);
        if fields.get(KeyRef::new("warnings")).is_some_and(Value::is_null) {
            fields.set("warnings", Array::new());
        }
    }
    answer
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

/// The part of a text around the first difference from another.
fn around(text: &str, other: &str) -> String {
    let same = text.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
    let skipped = same.saturating_sub(WIDTH / 4);
    let part: String = text.chars().skip(skipped).take(WIDTH).collect();
    if skipped > 0 { format!("… {part}") } else { part }
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
fn extract<'a>(request: &Value<'a>, _: Target) -> Result<Value<'a>, Failure> {
    Ok(path(request)?.extract(part(request, "data"))?.to_value())
}

/// `data`, `path`, `default` → what lies there.
fn get<'a>(request: &Value<'a>, _: Target) -> Result<Value<'a>, Failure> {
    let data = part(request, "data");
    let default = part(request, "default");
    if part(request, "path").is_null() {
        return Ok(default.clone());
    }
    Ok(path(request)?.get(data)?.unwrap_or(default).clone())
}

/// `data`, `path`, `value` → the new data.
fn insert<'a>(request: &Value<'a>, _: Target) -> Result<Value<'a>, Failure> {
    let mut data = part(request, "data").clone();
    path(request)?.insert(&mut data, part(request, "value"))?;
    Ok(data)
}

/// `data`, `path` → the new data.
fn remove<'a>(request: &Value<'a>, _: Target) -> Result<Value<'a>, Failure> {
    let mut data = part(request, "data").clone();
    path(request)?.remove(&mut data)?;
    Ok(data)
}

/// `a`, `b` → whether they are loosely equal.
fn equal<'a>(request: &Value<'a>, _: Target) -> Result<Value<'a>, Failure> {
    Ok(loose_equal(part(request, "a"), part(request, "b")).into())
}

fn operator(request: &Value<'_>) -> Option<Operator> {
    Operator::from_name(part(request, "operator").as_str()?)
}

/// `data` (already extracted), `operator`, `value` → whether the condition holds.
fn condition<'a>(request: &Value<'a>, _: Target) -> Result<Value<'a>, Failure> {
    let subject = Subject::Value(part(request, "data"));
    Ok(operator(request).is_some_and(|operator| operator.compare(subject, part(request, "value"))).into())
}

/// `items`, `value`, `operator`, `path` → the items that stay.
fn matching<'a>(request: &Value<'a>, target: Target) -> Result<Value<'a>, Failure> {
    let path = path(request)?;
    let filter = Filter { path: &path, operator: operator(request), value: part(request, "value") };
    let items = part(request, "items").as_array().ok_or_else(|| Failure::Refused("no items".into()))?;
    Ok(matching_items(items, &filter, &Semantics::for_target(target))?.into())
}

/// `data`: an event as the API gives it → the normalised data.
fn convert<'a>(request: &Value<'a>, target: Target) -> Result<Value<'a>, Failure> {
    normalise(part(request, "data"), Semantics::for_target(target)).map_err(|error| Failure::Refused(error.to_string()))
}

/// The graph of a request.
fn graph(request: &Value<'_>) -> Result<Document<'static>, Failure> {
    let json = part(request, "graph").to_json().expect("JSON");
    let read = misp::read(&json).map_err(|error| Failure::Refused(error.to_string()))?;
    read.documents.into_iter().next().ok_or_else(|| Failure::Refused("no graph".into()))
}

/// `graph` → what MISP's check of it reports.
fn check<'a>(request: &Value<'a>, target: Target) -> Result<Value<'a>, Failure> {
    let document = graph(request)?;
    let analysis = analyse(&document.graph, &|id| Catalogue::for_target(target).module(id));
    let mut answer = serde_json::to_value(&analysis).expect("JSON");
    // MISP writes a map from node to the nodes it leads to.
    let edges = analysis.multiple_edges.iter().map(|(node, targets)| (node.to_string(), json!(targets)));
    let edges: serde_json::Map<_, _> = edges.collect();
    answer["multiple_edges"] = if edges.is_empty() { json!([]) } else { edges.into() };
    Ok(Value::from_json(&answer.to_string()).expect("JSON").into_owned())
}

/// `params` of an ad-hoc trigger, what is `passed`, and the `events` that any search finds → the data of each run.
fn collect<'a>(request: &Value<'a>, target: Target) -> Result<Value<'a>, Failure> {
    let trigger = json!({
        "id": "adhoc_18", "name": "Ad-Hoc", "module_type": "trigger",
        "indexed_params": part(request, "params"), "saved_filters": {},
    });
    let graph = json!({"1": {
        "id": 1, "name": "Ad-Hoc", "data": trigger, "inputs": {}, "outputs": {"output_1": {"connections": []}},
        "pos_x": 0, "pos_y": 0, "class": "", "typenode": false,
    }});
    let read = misp::read(&graph.to_string()).map_err(|error| Failure::Refused(error.to_string()))?;
    let settings = Settings::new("w", Catalogue::for_target(target), Semantics::for_target(target));
    let prepared = Prepared::of_document(&read.documents[0], &settings).expect("it can be run");
    let gathered = prepared.gather(part(request, "passed").clone()).expect("it is an ad-hoc workflow")?;
    let (data, effects) = match &gathered {
        Gathered::Nothing => (json!([]), json!([])),
        Gathered::Data(data) => (json!([data]), json!([])),
        Gathered::Search(filters) => {
            (json!(part(request, "events")), json!([{"call": "search", "args": {"filters": filters}}]))
        }
    };
    Ok(Value::from_json(&json!({"data": data, "effects": effects}).to_string()).expect("JSON").into_owned())
}

/// `template`, `data` → the text.
fn template<'a>(request: &Value<'a>, _: Target) -> Result<Value<'a>, Failure> {
    let text = part(request, "template").to_text().unwrap_or_default();
    let base_url = part(request, "env").get("baseurl").and_then(Value::to_text);
    Ok(Value::string(Template::compile(&text).render(part(request, "data"), base_url.as_deref())))
}

/// The ad-hoc workflows that the server of the vectors has.
const CALLEES: [&str; 3] = ["adhoc_18 :: Ad one", "adhoc_20 :: Second", "adhoc_21 :: Third one"];

/// The database of the vectors: it takes everything, and changes nothing of what it gets.
struct Stubbed {
    /// The event that is loaded again.
    reload: Option<Value<'static>>,
    /// How often that was done.
    reloads: AtomicUsize,
}

impl Answers for Stubbed {
    fn takes_tagging(&self, _: Request<'_>, _: &Effect<'_>) -> Option<bool> {
        Some(true)
    }

    fn saves_attributes(&self) -> bool {
        false
    }

    fn call(&self, _: Request<'_>, workflow: &str) -> Option<CallAnswer> {
        Some(if CALLEES.contains(&workflow) { CallAnswer::Done } else { CallAnswer::Unknown })
    }

    fn reload(&self, _: Request<'_>) -> Option<Value<'static>> {
        self.reload.as_ref()?;
        self.reloads.fetch_add(1, Ordering::Relaxed);
        self.reload.clone()
    }
}

/// `graph`, `data` (normalised) → what came of the run, its effects as the calls that MISP makes.
fn execute<'a>(request: &Value<'a>, target: Target) -> Result<Value<'a>, Failure> {
    let document = graph(request)?;
    let settings = Settings::new("w", Catalogue::for_target(target), Semantics::for_target(target));
    let prepared = Prepared::of_document(&document, &settings).map_err(|error| Failure::Refused(error.to_string()))?;
    let reload = request.get("reload").map(|event| event.clone().into_owned());
    let answers = Stubbed { reload, reloads: AtomicUsize::new(0) };
    let options = RunOptions { answers: &answers, jobs: false, ..RunOptions::default() };
    let result = prepared.run_normalised(part(request, "data").clone(), &options);
    if result.outcome == Outcome::Crash {
        return Err(Failure::Crash(result.errors.join(", ")));
    }
    let step = |step: &PathStep| format!("{}:output_{}:{}:{}", step.from, step.output, step.index, step.to);
    let skipped = |path: &Vec<PathStep>| path.iter().map(step).collect::<Vec<_>>();
    // The library keeps jobs apart from effects; MISP makes both in the order of the walk.
    let mut calls = Vec::new();
    let mut jobs = result.jobs.iter().peekable();
    let mut reloads = answers.reloads.load(Ordering::Relaxed);
    for index in 0..=result.effects.len() {
        while let Some(job) = jobs.next_if(|job| job.effects_before == index) {
            let args = json!({"node": job.node, "data": job.data, "path_type": "non-blocking"});
            calls.push(json!({"call": "concurrent", "args": args}));
        }
        let Some(record) = result.effects.get(index) else { continue };
        calls.push(call(record, part(request, "wide").to_bool()));
        // After the last of the workflows that a node calls, the event is loaded again.
        let calls_on = |record: &EffectRecord<'_>| matches!(record.effect, Effect::RunWorkflow { .. });
        let is_last = result.effects.get(index + 1).is_none_or(|next| next.node != record.node || !calls_on(next));
        if calls_on(record) && is_last && reloads > 0 {
            reloads -= 1;
            let id = part(request, "data").get("Event").and_then(|event| event.get("id"));
            calls.push(json!({"call": "reload", "args": {"event_id": id}}));
        }
    }
    let answer = json!({
        "outcome": result.outcome.as_str(),
        "success": result.outcome == Outcome::Success,
        "executed": result.executed,
        "failed": result.failed,
        "blocked_paths": result.skipped.iter().map(skipped).collect::<Vec<_>>(),
        "errors": result.errors,
        "effects": calls,
    });
    Ok(Value::from_json(&answer.to_string()).expect("JSON").into_owned())
}

/// An effect as the call that MISP makes.
fn call(record: &EffectRecord<'_>, wide: bool) -> serde_json::Value {
    let tagging = |verb: &str, scope: &TagScope, id: &Value<'_>, tags: &Array<'_>, locality: &Locality| {
        let (name, key) = match (scope, verb) {
            (TagScope::Event, "attach") => ("ToEvent", "event_id"),
            (TagScope::Event, _) => ("FromEvent", "event_id"),
            (TagScope::Attribute, _) => ("FromAttribute", "attribute_id"),
        };
        let local = match locality {
            Locality::Local => json!(true),
            Locality::Global => json!(false),
            // The two ways in which MISP says "either".
            Locality::Any if record.module.starts_with("tag_replacement") => json!([0, 1]),
            Locality::Any => json!(null),
        };
        json!({"call": format!("{verb}Tags{name}AndTouch"), "args": {key: id, "tags": tags, "local": local}})
    };
    match &record.effect {
        Effect::AddTags { scope, id, tags, locality, .. } => tagging("attach", scope, id, tags, locality),
        Effect::RemoveTags { scope, id, tags, locality } => tagging("detach", scope, id, tags, locality),
        Effect::EditAttributes { attributes, .. } => {
            let part = |attribute: &Value<'_>| {
                let mut shown = json!({"id": attribute.get("id"), "to_ids": attribute.get("to_ids"), "comment": attribute.get("comment")});
                if wide {
                    shown["distribution"] = json!(attribute.get("distribution"));
                    shown["sharing_group_id"] = json!(attribute.get("sharing_group_id"));
                }
                shown
            };
            json!({"call": "editAttributeBulk", "args": {"attributes": attributes.iter().map(part).collect::<Vec<_>>()}})
        }
        Effect::SaveEvent { distribution, sharing_group_id, .. } => {
            json!({"call": "event_save", "args": {"distribution": distribution, "sharing_group_id": sharing_group_id}})
        }
        Effect::Publish { id } => json!({"call": "publish", "args": {"event_id": id}}),
        Effect::Zmq { data } => json!({"call": "zmq", "args": data}),
        Effect::RunWorkflow { workflow, payload } => {
            let id = workflow.split(" :: ").next().unwrap_or_default().trim_start_matches("adhoc_");
            json!({"call": "run_workflow", "args": {"workflow": id, "payload": payload}})
        }
        Effect::AddAnalystData { analyst_data, data } => json!({"call": "analyst_data", "args": {analyst_data: data}}),
        other => json!({"call": "unknown", "args": other}),
    }
}

#[test]
fn a_difference_is_seen() {
    let vector = r#"{"request": {"op": "extract", "data": {"a": [1, 2]}, "path": "a.{n}"}, "expected": {"ok": true, "result": [1, 3]}}"#;
    let vector = Value::from_json(vector).expect("JSON");
    assert!(difference(&vector, Target::DEFAULT).is_some());
    assert!(vector.as_array().is_some_and(|vector| vector.get(KeyRef::new("request")).is_some()));
}
