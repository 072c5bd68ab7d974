//! Runs the workflows of recorded runs on real MISP servers and compares all that can be compared: how the run ended, what
//! was executed and what failed, the log, the requests and mails, and the travelling data after every node.
//!
//! `tests/server-runs/` holds a file for each release. `MISPFLOW_SERVER_RUNS` names another file; `MISPFLOW_TARGET`
//! is then the release that made it, else its name tells. What a simulation cannot know is in `unknown.rs`.

mod compare;
mod observed;
mod unknown;
mod world;

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use mispflow::catalogue::{Catalogue, Semantics, Target};
use mispflow::engine::{Answers, Prepared, RunOptions, Settings};
use mispflow::misp;
use mispflow::php::{Array, Value};
use rustc_hash::FxHashSet;

use self::world::World;

/// How many differing runs are shown in full.
const SHOWN: usize = 12;

#[test]
fn runs_agree_with_those_of_real_servers() {
    let mut differences = String::new();
    for (file, target) in files() {
        replay(&file, target, &mut differences);
    }
    assert!(differences.is_empty(), "{differences}");
}

/// The files, and the release of each.
fn files() -> Vec<(PathBuf, Target)> {
    let asked = std::env::var("MISPFLOW_TARGET").ok().map(|name| Target::meant_by(&name).expect("a target"));
    if let Some(file) = std::env::var_os("MISPFLOW_SERVER_RUNS") {
        let file = PathBuf::from(file);
        let target = asked.or_else(|| named(&file)).expect("MISPFLOW_TARGET says which release made the runs");
        return vec![(file, target)];
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/server-runs");
    let entries = fs::read_dir(folder).expect("tests/server-runs");
    let mut files: Vec<_> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
        .into_iter()
        .map(|file| {
            let target = named(&file).expect("a file is named after its release");
            (file, target)
        })
        .collect()
}

/// The release that a file is named after.
fn named(file: &Path) -> Option<Target> {
    let release = file.file_name()?.to_str()?.strip_suffix(".ndjson.gz")?;
    format!("misp-{release}").parse().ok()
}

fn replay(file: &Path, target: Target, differences: &mut String) {
    let mut text = String::new();
    File::open(file)
        .and_then(|file| GzDecoder::new(file).read_to_string(&mut text))
        .unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let only = std::env::var("MISPFLOW_SERVER_RUN").ok();
    let (mut agree, mut total, mut unusable) = (0, 0, 0);
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    let runs: Vec<_> = lines
        .map(|line| Value::from_json(line).unwrap_or_else(|error| panic!("{}: {error}", file.display())))
        .collect();
    let tags = world::seen_tags(runs.iter());
    for run in &runs {
        let name = text_at(run, "name");
        if only.as_ref().is_some_and(|only| !name.starts_with(only.as_str())) {
            continue;
        }
        total += 1;
        let (request, expected) =
            (run.get("request").expect("a request"), run.get("expected").expect("what came of it"));
        if unknown::whole(request, expected, &compare::own_prefix(request, expected)).is_some() {
            (agree, unusable) = (agree + 1, unusable + 1);
            continue;
        }
        let found = differences_of(run, target, &tags);
        if found.is_empty() {
            agree += 1;
            continue;
        }
        if total - agree <= SHOWN || only.is_some() {
            let _ = writeln!(differences, "{name}\n  {}\n", found.join("\n  "));
        } else {
            let _ = writeln!(differences, "{name}: {}\n", found[0]);
        }
    }
    let said = format!("server-runs: {agree} of {total} agree");
    let _ = writeln!(std::io::stdout(), "{said}");
    let _ = writeln!(std::io::stdout(), "  {unusable} of these records are of no use: see unknown.rs");
    if agree < total {
        let _ = writeln!(differences, "{}: {said}", file.display());
    }
}

fn text_at<'v>(value: &'v Value<'_>, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// Runs the workflow of a recorded run, and says where the simulation differs.
fn differences_of(run: &Value<'_>, target: Target, tags: &FxHashSet<String>) -> Vec<String> {
    let (request, expected) = (run.get("request").expect("a request"), run.get("expected").expect("what came of it"));
    let graph = request.get("graph").expect("a graph").to_json().expect("JSON");
    let mut documents = match misp::read(&graph) {
        Ok(read) => read.documents,
        Err(error) => return vec![format!("the graph cannot be read: {error}")],
    };
    let mut document = documents.remove(0);
    document.trigger_id = Some(text_at(request, "trigger").to_owned().into());
    document.name = text_at(request, "workflow_name").to_owned().into();
    document.debug_enabled = request.get("debug").is_some_and(Value::to_bool);
    let server_id = observed::server_id(expected, text_at(request, "trigger")).unwrap_or_else(|| "1".into());
    let disabled = |module: &str| {
        let modules = ["disabled", "off"].into_iter().filter_map(|key| request.get(key)?.as_array());
        modules.flat_map(Array::values).any(|off| off.as_str() == Some(module))
    };
    let settings = Settings {
        server_id: &server_id,
        trigger: Some(text_at(request, "trigger")),
        disabled: &disabled,
        ..Settings::new("", Catalogue::for_target(target), Semantics::for_target(target))
    };
    let prepared = match Prepared::of_document(&document, &settings) {
        Ok(prepared) => prepared,
        Err(error) => return vec![format!("it cannot be run: {error}")],
    };
    let callees = match Callees::of(request, expected, &settings) {
        Ok(callees) => callees,
        Err(error) => return vec![format!("a workflow that is called cannot be run: {error}")],
    };
    let world = World::new(request, expected, tags);
    let clock = String::new;
    // `executeWorkflow` runs at once, whatever the trigger.
    let options = RunOptions {
        answers: &world,
        callees: Some(&callees),
        trace: true,
        data: true,
        clock: Some(&clock),
        background: false,
        ..RunOptions::default()
    };
    if let Some(event) = request.get("event") {
        let result = prepared.run(event.clone(), &options);
        let seen = observed::Observed::of(&[&result], &result.calls);
        return compare::differences(request, expected, &seen, &world);
    }
    let payload = request.get("payload").cloned().unwrap_or_default();
    let result = prepared.run_adhoc(payload, world.events().unwrap_or_default(), &options);
    compare::adhoc_differences(request, expected, &result, &world)
}

/// The workflows that the run can call.
struct Callees(Vec<(String, Prepared)>);

impl Callees {
    fn of(request: &Value<'_>, expected: &Value<'_>, settings: &Settings<'_>) -> Result<Self, String> {
        let mut callees = Vec::new();
        for callee in request.get("callees").and_then(Value::as_array).into_iter().flat_map(Array::values) {
            let graph = callee.get("graph").expect("a graph").to_json().expect("JSON");
            let mut document = misp::read(&graph).map_err(|error| error.to_string())?.documents.remove(0);
            let (trigger, name) = (text_at(callee, "trigger"), text_at(callee, "name"));
            document.name = name.to_owned().into();
            document.debug_enabled = callee.get("debug").is_some_and(Value::to_bool);
            let server_id = observed::server_id(expected, trigger).unwrap_or_else(|| "1".into());
            let settings = Settings { server_id: &server_id, trigger: Some(trigger), ..*settings };
            let prepared = Prepared::of_document(&document, &settings).map_err(|error| error.to_string())?;
            callees.push((format!("{trigger} :: {name}"), prepared));
        }
        Ok(Self(callees))
    }
}

impl mispflow::engine::Callees for Callees {
    fn for_trigger(&self, trigger: &str) -> Option<&Prepared> {
        self.0.iter().map(|(_, prepared)| prepared).find(|prepared| prepared.trigger() == trigger)
    }

    fn named(&self, name: &str) -> Option<&Prepared> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, prepared)| prepared)
    }
}
