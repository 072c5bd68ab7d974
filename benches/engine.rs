//! Runs a second of a prepared workflow on an event that has been parsed and normalised, on one core.
//!
//! `cargo bench --bench engine`. MISP's own engine does about 60 runs a second on an event of 320 attributes (300 KB)
//! and 4,700 on one of 9 (25 KB). `from_json` is the way from text to result, next to `parse` alone.

use std::borrow::Cow;
use std::fmt::Write;
use std::hint::black_box;
use std::sync::LazyLock;

use divan::Bencher;
use divan::counter::{BytesCount, ItemsCount};
use mispflow::catalogue::{Catalogue, Semantics};
use mispflow::core_format::normalise;
use mispflow::engine::{Outcome, Prepared, RunOptions, Settings};
use mispflow::model::{Connection, Graph, ModuleType, Node, ParamValue, SavedFilter};
use mispflow::php::Value;

fn main() {
    divan::main();
}

/// Attributes of the events.
const SIZES: [usize; 2] = [320, 9];

/// An event as MISP's REST API gives it, with `attributes` attributes, each with two tags.
fn event(attributes: usize) -> String {
    const TYPES: [&str; 8] = ["ip-src", "domain", "md5", "url", "sha256", "hostname", "filename", "email-src"];
    let mut json = String::from(
        r##"{"Event":{"id":"1","orgc_id":"1","org_id":"1","date":"2024-01-02","threat_level_id":"2","info":"bench","published":false,"uuid":"5aa2e262-8c78-484b-8d0a-2f490a000000","distribution":"1","sharing_group_id":"0","Tag":[{"id":"1","name":"tlp:green","colour":"#fff","local":false}],"Attribute":["##,
    );
    for number in 0..attributes {
        let separator = if number == 0 { "" } else { "," };
        let _ = write!(
            json,
            r##"{separator}{{"id":"{number}","type":"{}","category":"Network activity","to_ids":{},"uuid":"5aa2e262-8c78-484b-8d0a-2f490a{number:06}","event_id":"1","distribution":"5","timestamp":"1520624226","comment":"{}","sharing_group_id":"0","deleted":false,"disable_correlation":false,"object_id":"0","object_relation":null,"value":"value {number}","Galaxy":[],"ShadowAttribute":[],"Tag":[{{"id":"{}","name":"tlp:{}","colour":"#ffffff","local":false}},{{"id":"9","name":"misp-galaxy:country=\"belgium\"","colour":"#0088cc","local":false}}]}}"##,
            TYPES[number % TYPES.len()],
            number % 2 == 0,
            "seen in traffic of the last month ".repeat(11),
            number % 3,
            ["amber", "green", "clear"][number % 3],
        );
    }
    json.push_str("]}}");
    json
}

static EVENTS: LazyLock<[String; 2]> = LazyLock::new(|| SIZES.map(event));

fn json(size: usize) -> &'static str {
    &EVENTS[usize::from(size != SIZES[0])]
}

fn node(
    id: u32,
    module: &'static str,
    module_type: ModuleType,
    params: &[(&'static str, &[&'static str])],
    outputs: &[&[u32]],
) -> Node<'static> {
    let value = |values: &[&'static str]| match values {
        [text] => ParamValue::text(*text),
        texts => {
            ParamValue::List(texts.iter().filter(|text| !text.is_empty()).map(|text| ParamValue::text(*text)).collect())
        }
    };
    Node {
        id,
        module: Cow::Borrowed(module),
        name: Cow::Borrowed(module),
        module_type,
        version: Cow::Borrowed("0.1"),
        params: params.iter().map(|(name, values)| (Cow::Borrowed(*name), value(values))).collect(),
        filter: SavedFilter::default(),
        multiple_output_connection: false,
        gives_core_format: false,
        odd_type: None,
        class: Cow::Borrowed(""),
        inputs: 1,
        outputs: outputs
            .iter()
            .map(|nodes| nodes.iter().map(|node| Connection { node: *node, input: 1 }).collect())
            .collect(),
        position: None,
        origin: None,
    }
}

/// Are there red attributes? If not: of all IP addresses, are there more than three? Then tag them.
fn workflow() -> Prepared {
    use ModuleType::{Action, Logic, Trigger};
    let nodes = vec![
        node(1, "event-publish", Trigger, &[], &[&[2]]),
        node(
            2,
            "tag-if",
            Logic,
            &[("scope", &["event_attribute"]), ("condition", &["in_or"]), ("tags", &["tlp:red", "PAP:RED"])],
            &[&[7], &[3]],
        ),
        node(
            3,
            "generic-filter-data",
            Logic,
            &[
                ("filtering-label", &["A"]),
                ("selector", &["Event._AttributeFlattened.{n}"]),
                ("operator", &["in_or"]),
                ("value_list", &["ip-src", "ip-dst"]),
                ("hash_path", &["type"]),
            ],
            &[&[4]],
        ),
        node(
            4,
            "count-if",
            Logic,
            &[("selector", &["Event._AttributeFlattened.{n}"]), ("operator", &["greater"]), ("value", &["0"])],
            &[&[5], &[6]],
        ),
        node(
            5,
            "tag_operation",
            Action,
            &[
                ("scope", &["attribute"]),
                ("action", &["add"]),
                ("locality", &["local"]),
                ("tags", &["misp-workflow:run=\"allowed\"", ""]),
            ],
            &[&[6]],
        ),
        node(6, "generic-filter-reset", Logic, &[("filtering-label", &["all"])], &[&[]]),
        node(7, "stop-execution", Action, &[("message", &[""])], &[]),
    ];
    let graph = Graph { nodes, frames: Vec::new() };
    let settings = Settings::new("bench", Catalogue::built_in(), Semantics::MISP_2_5_1);
    Prepared::new(&graph, &settings).expect("a workflow")
}

/// A run on data that is there already.
#[divan::bench(args = SIZES)]
fn run(bencher: Bencher, attributes: usize) {
    let workflow = workflow();
    let data = normalise(&Value::from_json(json(attributes)).unwrap(), Semantics::MISP_2_5_19).unwrap();
    let options = RunOptions::default();
    let result = workflow.run_normalised(data.clone(), &options);
    assert_eq!((result.outcome, result.effects.len()), (Outcome::Success, attributes.div_ceil(8)));
    bencher.counter(ItemsCount::new(1_usize)).bench(|| workflow.run_normalised(black_box(&data).clone(), &options));
}

/// A run on data that is parsed and is still to be normalised.
#[divan::bench(args = SIZES)]
fn normalise_and_run(bencher: Bencher, attributes: usize) {
    let workflow = workflow();
    let data = Value::from_json(json(attributes)).unwrap();
    let options = RunOptions::default();
    bencher.counter(ItemsCount::new(1_usize)).bench(|| workflow.run(black_box(&data).clone(), &options));
}

/// The whole way from text.
#[divan::bench(args = SIZES)]
fn from_json(bencher: Bencher, attributes: usize) {
    let workflow = workflow();
    let json = json(attributes);
    let options = RunOptions::default();
    bencher.counter(BytesCount::of_str(json)).bench(|| {
        let data = Value::from_json(black_box(json)).unwrap();
        workflow.run(data, &options).outcome
    });
}

/// Parsing alone, and letting go of what was parsed, as the whole way does.
#[divan::bench(args = SIZES)]
fn parse(bencher: Bencher, attributes: usize) {
    let json = json(attributes);
    bencher.counter(BytesCount::of_str(json)).bench(|| {
        let data = Value::from_json(black_box(json)).unwrap();
        black_box(&data).is_null()
    });
}
