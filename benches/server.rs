//! Plans and events of large servers, without a network: how long it takes to read what a server answers and to compare.
//!
//! `cargo bench --bench server`.

use std::io::Read as _;
use std::path::Path;
use std::time::Duration;

use divan::Bencher;
use flate2::read::GzDecoder;
use mispflow::base::source::Sources;
use mispflow::catalogue::{Catalogue, Target};
use mispflow::compile::Workspace;
use mispflow::http::SendError;
use mispflow::misp::{self, Filling, Form};
use mispflow::project::MemoryFiles;
use mispflow::secrets::Secret;
use mispflow::server::{
    Answer, Call, FoundEvents, HashKey, Local, Misp, Patience, Planning, Search, Snapshot, State, Transport,
};
use serde_json::{Value, json};

fn main() {
    divan::main();
}

const PATIENCE: Patience = Patience { tries: 1, pause: Duration::ZERO };
/// So many events are on a page.
const PAGE: usize = 64;

/// Answers that are there already.
struct Canned {
    workflows: String,
    modules: String,
    triggers: String,
    tags: String,
    pages: Vec<String>,
    events: usize,
}

impl Canned {
    fn new(workflows: &[Value], tags: usize, events: usize) -> Self {
        let packed = include_bytes!("../tests/editor/modules-2.5.19.json.gz");
        let mut text = String::new();
        GzDecoder::new(&packed[..]).read_to_string(&mut text).expect("text");
        let modules: Value = serde_json::from_str(&text).expect("JSON");
        let tag = |number: usize| json!({"id": number.to_string(), "name": format!("ours:number=\"{number}\"")});
        let events_of =
            |page: usize| -> Vec<Value> { (page * PAGE..((page + 1) * PAGE).min(events)).map(event).collect() };
        let pages = (0..events.div_ceil(PAGE)).map(|page| json!({"response": events_of(page)}).to_string()).collect();
        Self {
            workflows: json!(workflows).to_string(),
            modules: modules["modules"].to_string(),
            triggers: modules["triggers"].to_string(),
            tags: json!({"Tag": (0..tags).map(tag).collect::<Vec<_>>()}).to_string(),
            pages,
            events,
        }
    }
}

/// An event with ten attributes.
fn event(number: usize) -> Value {
    let attribute = |at: usize| {
        json!({"id": at.to_string(), "type": "ip-dst", "category": "Network activity", "to_ids": true,
            "value": format!("198.18.{}.{at}", number % 250), "comment": "", "Tag": []})
    };
    json!({"Event": {"id": (number + 1).to_string(), "info": "Phish", "published": false, "Tag": [{"name": "tlp:red"}],
        "Attribute": (0..10).map(attribute).collect::<Vec<_>>()}})
}

impl Transport for Canned {
    fn send(&self, call: &Call) -> Result<Answer, SendError> {
        let mut result_count = None;
        let body = match call.path.as_str() {
            "/servers/getVersion.json" => {
                "{\"version\": \"2.5.19\", \"perm_sighting\": true, \"uuid\": \"x\"}".to_owned()
            }
            "/workflows/index.json" => self.workflows.clone(),
            "/workflows/moduleIndex/type:all.json" => self.modules.clone(),
            "/workflows/triggers.json" => self.triggers.clone(),
            "/tags/index.json" => self.tags.clone(),
            "/events/restSearch.json" => {
                let asked: Value = serde_json::from_str(call.body.as_deref().unwrap_or("{}")).unwrap_or_default();
                let page = asked["page"].as_u64().unwrap_or(1) as usize;
                result_count = Some(self.events as u64);
                self.pages.get(page - 1).cloned().unwrap_or_else(|| "{\"response\": []}".to_owned())
            }
            _ => "[]".to_owned(),
        };
        Ok(Answer {
            status: 200,
            content_type: "application/json".to_owned(),
            location: None,
            result_count,
            body,
            is_cut: false,
        })
    }
}

/// Plans for a server that has what the texts say.
fn plan(bencher: Bencher, texts: &[String], tags: usize) {
    let sources = Sources::new();
    let roots: Vec<_> = texts
        .iter()
        .enumerate()
        .map(|(at, text)| sources.add(format!("{at}.mwf"), Some(Path::new(&format!("{at}.mwf"))), text.as_str()))
        .collect();
    let files = MemoryFiles::new();
    let catalogue = Catalogue::for_target(Target::DEFAULT);
    let workspace = Workspace::load(&sources, &files, &roots, catalogue);
    let compilation = workspace.compile();
    assert!(!compilation.has_errors());
    let locals: Vec<Local<'_, '_>> = compilation
        .documents
        .iter()
        .map(|compiled| Local { id: compiled.id.text, document: &compiled.document })
        .collect();
    let rows: Vec<Value> = locals
        .iter()
        .enumerate()
        .map(|(at, local)| {
            let data = misp::write(local.document, Form::Data, Filling::Placeholders).expect("a graph");
            json!({"Workflow": {"id": (at + 1).to_string(), "uuid": local.document.uuid.map(|uuid| uuid.to_string()), "name": local.document.name,
                "description": "", "trigger_id": local.document.trigger_id, "debug_enabled": false,
                "data": serde_json::from_str::<Value>(&data).expect("JSON"), "listening_triggers": []}})
        })
        .collect();
    let server = Canned::new(&rows, tags, 0);
    let key = HashKey::random().expect("random numbers");
    let state = State::new("there");
    bencher.bench_local(|| {
        let misp = Misp::new(&server, PATIENCE);
        let snapshot = Snapshot::fetch(&misp).expect("answers");
        let tags = misp.tags().expect("tags");
        let planning = Planning {
            snapshot: &snapshot,
            catalogue,
            environment: &|_: &str| None::<Secret>,
            state: &state,
            key: &key,
            tags: Some(&tags),
        };
        assert!(!planning.plan(&locals).changes_something());
    });
}

#[divan::bench(args = [200, 2_000])]
fn plan_of_one_workflow_with_so_many_nodes(bencher: Bencher, nodes: usize) {
    plan(bencher, &[format!("workflow large on event-publish {{\n{}}}\n", "    push-zmq()\n".repeat(nodes))], 0);
}

#[divan::bench]
fn plan_of_50_workflows_beside_20_000_tags(bencher: Bencher) {
    let steps = "    if event tagged any \"ours:number=\\\"7\\\"\" { push-zmq() }\n".repeat(5);
    let text = |at: usize| format!("workflow w{at} on adhoc {{\n    name: \"W {at}\"\n{steps}}}\n");
    plan(bencher, &(0..50).map(text).collect::<Vec<_>>(), 20_000);
}

#[divan::bench]
fn stream_of_10_000_events(bencher: Bencher) {
    let server = Canned::new(&[], 0, 10_000);
    bencher.bench_local(|| {
        let found = FoundEvents::begin(&server, PATIENCE, "prod", Search::default()).expect("answers");
        assert_eq!(found.flatten().filter(|record| record.text.is_ok()).count(), 10_000);
    });
}
