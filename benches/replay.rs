//! How fast events are replayed, next to how fast JSON parsers read them, on one core.
//!
//! `cargo bench --bench replay`; `MISPFLOW_BENCH_EVENTS=FOLDER` takes events of MISP from a folder, one a file, instead of
//! made ones. A replay finds where events end, reads them, makes what MISP makes of them, runs the workflow and writes
//! what came of it.

use std::fmt::Write as _;
use std::hint::black_box;
use std::sync::LazyLock;
use std::{env, fs};

use divan::Bencher;
use divan::counter::BytesCount;
use mispflow::catalogue::{Catalogue, Semantics};
use mispflow::engine::{Prepared, RunOptions, Settings};
use mispflow::misp;
use mispflow::php::Value;
use mispflow::simulate::replay::{EventIdentity, Records, needed_data_of, write_json};

/// As in the program.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    divan::main();
}

/// The archive has at least so many bytes.
const BYTES: usize = 8 * 1024 * 1024;

/// Events, one a line.
static ARCHIVE: LazyLock<String> = LazyLock::new(|| {
    let events = env::var_os("MISPFLOW_BENCH_EVENTS").map_or_else(made, |folder| {
        let mut paths: Vec<_> =
            fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("a file").path()).collect();
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
        paths.sort();
        let texts = paths.iter().map(|path| fs::read_to_string(path).expect("a text"));
        texts.map(|text| serde_json::from_str::<serde_json::Value>(&text).expect("JSON").to_string()).collect()
    });
    let mut archive = String::new();
    for event in events.iter().cycle() {
        if archive.len() >= BYTES {
            break;
        }
        archive.push_str(event);
        archive.push('\n');
    }
    archive
});

fn made() -> Vec<String> {
    (0..10).map(|number| event(number, 20 + 30 * number)).collect()
}

fn event(number: usize, attributes: usize) -> String {
    let mut json = format!(
        r##"{{"Event":{{"id":"{number}","info":"Event {number}","uuid":"5aa2e262-8c78-484b-8d0a-2f490a00000{number}","published":false,"threat_level_id":"2","Tag":[{{"id":"1","name":"tlp:green","colour":"#33ff00","local":false}}],"Attribute":["##
    );
    for at in 0..attributes {
        let separator = if at == 0 { "" } else { "," };
        let _ = write!(
            json,
            r#"{separator}{{"id":"{at}","type":"ip-dst","category":"Network activity","to_ids":true,"uuid":"5aa2e262-8c78-484b-8d0a-2f490a{at:06}","event_id":"{number}","distribution":"5","timestamp":"1520624226","comment":"","sharing_group_id":"0","deleted":false,"disable_correlation":false,"object_id":"0","object_relation":null,"value":"198.18.{number}.{at}","Galaxy":[],"ShadowAttribute":[]}}"#
        );
    }
    json + "]}}"
}

/// A workflow of one or two steps.
fn workflow(nodes: &str) -> Prepared {
    let trigger = r#""1": {"id": 1, "name": "event-publish", "data": {"id": "event-publish", "name": "event-publish", "module_type": "trigger"}, "class": "", "inputs": {}, "outputs": {"output_1": {"connections": [{"node": "2", "output": "input_1"}]}}, "pos_x": 0, "pos_y": 0}"#;
    let graph = format!("{{{trigger}, {nodes}, \"_frames\": {{}}}}");
    let read = misp::read(&graph).expect("a graph");
    let settings = Settings::new("w", Catalogue::built_in(), Semantics::MISP_2_5_19);
    Prepared::of_document(&read.documents[0], &settings).expect("a workflow")
}

const ASKS_FOR_TAGS: &str = r#""2": {"id": 2, "name": "tag-if", "data": {"id": "tag-if", "name": "tag-if", "module_type": "logic", "indexed_params": {"scope": "event_attribute", "condition": "in_or", "tags": ["tlp:red"]}}, "class": "", "inputs": {}, "outputs": {"output_1": {"connections": [{"node": "3", "output": "input_1"}]}, "output_2": {"connections": []}}, "pos_x": 0, "pos_y": 0}, "3": {"id": 3, "name": "stop-execution", "data": {"id": "stop-execution", "name": "stop-execution", "module_type": "action", "indexed_params": {"message": "red"}}, "class": "", "inputs": {}, "outputs": {}, "pos_x": 0, "pos_y": 0}"#;
const SENDS_THE_EVENT: &str = r#""2": {"id": 2, "name": "push-zmq", "data": {"id": "push-zmq", "name": "push-zmq", "module_type": "action", "indexed_params": {}}, "class": "", "inputs": {}, "outputs": {"output_1": {"connections": []}}, "pos_x": 0, "pos_y": 0}"#;

/// What the program does with an archive, on this thread. Says how many events there were.
fn replay(workflow: &Prepared, archive: &str) -> usize {
    let options = RunOptions::default();
    let mut results = Vec::new();
    let mut count = 0;
    for batch in Records::new(archive.as_bytes(), "events", false) {
        for record in &batch {
            let data = needed_data_of(record, workflow, &options).expect("an event");
            let event = EventIdentity::of(&data);
            let result = workflow.run(data, &options);
            results.clear();
            write_json(&mut results, record, event, &result).expect("memory");
            count += 1;
        }
    }
    count
}

fn bytes() -> BytesCount {
    BytesCount::new(ARCHIVE.len())
}

#[divan::bench(sample_count = 20)]
fn a_question_for_tags(bencher: Bencher<'_, '_>) {
    let workflow = workflow(ASKS_FOR_TAGS);
    bencher.counter(bytes()).bench_local(|| black_box(replay(&workflow, &ARCHIVE)));
}

#[divan::bench(sample_count = 20)]
fn an_effect_with_the_whole_event(bencher: Bencher<'_, '_>) {
    let workflow = workflow(SENDS_THE_EVENT);
    bencher.counter(bytes()).bench_local(|| black_box(replay(&workflow, &ARCHIVE)));
}

#[divan::bench(sample_count = 20)]
fn the_ends_of_events_alone(bencher: Bencher<'_, '_>) {
    bencher
        .counter(bytes())
        .bench_local(|| Records::new(ARCHIVE.as_bytes(), "events", false).map(|batch| batch.len()).sum::<usize>());
}

/// As MISP's search answers: the events in a list.
#[divan::bench(sample_count = 20)]
fn a_question_for_tags_of_a_list(bencher: Bencher<'_, '_>) {
    let workflow = workflow(ASKS_FOR_TAGS);
    let list = format!("{{\"response\":[{}]}}", ARCHIVE.trim_end().replace('\n', ","));
    bencher.counter(bytes()).bench_local(|| black_box(replay(&workflow, &list)));
}

#[divan::bench(sample_count = 20)]
fn values_of_mispflow(bencher: Bencher<'_, '_>) {
    bencher.counter(bytes()).bench_local(|| {
        ARCHIVE.lines().map(|line| black_box(Value::from_json(line).is_ok())).filter(|is_read| *is_read).count()
    });
}

#[divan::bench(sample_count = 20)]
fn values_of_serde_json(bencher: Bencher<'_, '_>) {
    let read = |line| black_box(serde_json::from_str::<serde_json::Value>(line)).is_ok();
    bencher.counter(bytes()).bench_local(|| ARCHIVE.lines().filter(|line| read(line)).count());
}

#[divan::bench(sample_count = 20)]
fn values_of_sonic_rs(bencher: Bencher<'_, '_>) {
    let read = |line| black_box(sonic_rs::from_str::<sonic_rs::Value>(line)).is_ok();
    bencher.counter(bytes()).bench_local(|| ARCHIVE.lines().filter(|line| read(line)).count());
}
