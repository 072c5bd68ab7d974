//! Extraction over an event of 10,000 attributes, against the same walk written by hand.
//!
//! `cargo bench --bench hashpath`. Each pair selects the same values; `by_hand` knows the shape of the event and
//! looks keys up in the same arrays, `by_hand_serde_json` in `serde_json`'s.
#![expect(clippy::wildcard_imports, reason = "divan groups benchmarks by module")]

use std::fmt::Write;
use std::hint::black_box;
use std::sync::LazyLock;

use divan::Bencher;
use mispflow::catalogue::Semantics;
use mispflow::condition::{Filter, Operator, matching_items};
use mispflow::core_format::normalise;
use mispflow::hashpath::Path;
use mispflow::php::{Array, KeyRef, Value};

const ATTRIBUTES: usize = 10_000;

fn main() {
    divan::main();
}

static JSON: LazyLock<String> = LazyLock::new(|| event(ATTRIBUTES));
static DATA: LazyLock<Value<'static>> =
    LazyLock::new(|| normalise(&Value::from_json(&JSON).unwrap(), Semantics::MISP_2_5_19).unwrap());
static SERDE: LazyLock<serde_json::Value> = LazyLock::new(|| serde_json::from_str(&JSON).unwrap());

/// An event with attributes of the shape that MISP's REST API gives them.
fn event(attributes: usize) -> String {
    let types = ["ip-src", "domain", "md5", "url"];
    let mut json = String::from(
        r#"{"Event":{"id":"1","info":"bench","distribution":"1","Tag":[{"name":"tlp:green"}],"Attribute":["#,
    );
    for number in 0..attributes {
        let separator = if number == 0 { "" } else { "," };
        let _ = write!(
            json,
            r##"{separator}{{"id":"{number}","type":"{}","category":"Network activity","to_ids":{},"uuid":"5aa2e262-8c78-484b-8d0a-2f490a{number:06}","event_id":"1","distribution":"5","timestamp":"1520624226","comment":"","sharing_group_id":"0","deleted":false,"disable_correlation":false,"object_id":"0","object_relation":null,"value":"value {number}","Galaxy":[],"ShadowAttribute":[],"Tag":[{{"id":"{}","name":"tlp:{}","colour":"#ffffff","local":false}}]}}"##,
            types[number % 4],
            number % 2 == 0,
            number % 3,
            ["red", "amber", "green"][number % 3],
        );
    }
    json.push_str("]}}");
    json
}

fn field<'v>(value: &'v Value<'static>, name: &str) -> Option<&'v Value<'static>> {
    value.as_array()?.get(KeyRef::String(name))
}

fn attributes() -> &'static Array<'static> {
    field(&DATA, "Event").and_then(|event| field(event, "Attribute")).and_then(Value::as_array).unwrap()
}

fn serde_attributes() -> &'static Vec<serde_json::Value> {
    SERDE["Event"]["Attribute"].as_array().unwrap()
}

fn compiled(bencher: Bencher, path: &str, expected: usize) {
    let path = Path::compile(path).unwrap();
    assert_eq!(path.extract(&DATA).unwrap().len(), expected);
    bencher.bench(|| path.extract(black_box(&DATA)).unwrap());
}

/// `Event.Attribute.{n}.type`
mod field_of_each {
    use super::*;

    #[divan::bench]
    fn path(bencher: Bencher) {
        compiled(bencher, "Event.Attribute.{n}.type", ATTRIBUTES);
    }

    #[divan::bench]
    fn by_hand(bencher: Bencher) {
        bencher.bench(|| attributes().values().filter_map(|attribute| field(attribute, "type")).collect::<Vec<_>>());
    }

    #[divan::bench]
    fn by_hand_serde_json(bencher: Bencher) {
        bencher.bench(|| serde_attributes().iter().filter_map(|attribute| attribute.get("type")).collect::<Vec<_>>());
    }
}

/// `Event.Attribute.{n}.Tag.{n}.name`
mod nested_lists {
    use super::*;

    #[divan::bench]
    fn path(bencher: Bencher) {
        compiled(bencher, "Event.Attribute.{n}.Tag.{n}.name", ATTRIBUTES);
    }

    #[divan::bench]
    fn by_hand(bencher: Bencher) {
        bencher.bench(|| {
            let tags = attributes().values().filter_map(|attribute| field(attribute, "Tag")?.as_array());
            tags.flat_map(Array::values).filter_map(|tag| field(tag, "name")).collect::<Vec<_>>()
        });
    }

    #[divan::bench]
    fn by_hand_serde_json(bencher: Bencher) {
        bencher.bench(|| {
            let tags = serde_attributes().iter().filter_map(|attribute| attribute.get("Tag")?.as_array());
            tags.flatten().filter_map(|tag| tag.get("name")).collect::<Vec<_>>()
        });
    }
}

/// `Event.Attribute.{n}[type=md5][to_ids=0].value`
mod tested {
    use super::*;

    #[divan::bench]
    fn path(bencher: Bencher) {
        compiled(bencher, "Event.Attribute.{n}[type=domain][to_ids=0].value", ATTRIBUTES / 4);
    }

    #[divan::bench]
    fn by_hand(bencher: Bencher) {
        bencher.bench(|| {
            let wanted = attributes().values().filter(|attribute| {
                field(attribute, "type").and_then(Value::as_str) == Some("domain")
                    && matches!(field(attribute, "to_ids"), Some(Value::Bool(false)))
            });
            wanted.filter_map(|attribute| field(attribute, "value")).collect::<Vec<_>>()
        });
    }

    #[divan::bench]
    fn by_hand_serde_json(bencher: Bencher) {
        bencher.bench(|| {
            let wanted = serde_attributes().iter().filter(|attribute| {
                attribute["type"] == "domain" && attribute["to_ids"] == serde_json::Value::Bool(false)
            });
            wanted.filter_map(|attribute| attribute.get("value")).collect::<Vec<_>>()
        });
    }
}

/// A path that matches nothing: allocates nothing.
#[divan::bench]
fn no_match(bencher: Bencher) {
    compiled(bencher, "Event.Attribute.{n}.nope", 0);
}

/// A regular expression on every attribute.
#[divan::bench]
fn regular_expression(bencher: Bencher) {
    compiled(bencher, "Event.Attribute.{n}[type=/^ip-/].value", ATTRIBUTES / 4);
}

/// A snapshot of an event of 320 attributes, then its list of attributes replaced by the filtered one: what a run
/// pays for a filter.
#[divan::bench]
fn snapshot_and_filter_320(bencher: Bencher) {
    let json = event(320);
    let data = normalise(&Value::from_json(&json).unwrap(), Semantics::MISP_2_5_19).unwrap();
    let (list, item) = (Path::compile("Event.Attribute").unwrap(), Path::compile("type").unwrap());
    let wanted = Value::from("md5");
    let filter = Filter { path: &item, operator: Some(Operator::Equals), value: &wanted };
    bencher.bench_local(|| {
        let mut copy = black_box(&data).clone();
        let items = list.get(&copy).unwrap().and_then(Value::as_array).unwrap();
        let kept = matching_items(items, &filter, &Semantics::MISP_2_5_1).unwrap();
        list.insert(&mut copy, &kept.into()).unwrap();
        copy
    });
}

/// A snapshot alone.
#[divan::bench]
fn snapshot(bencher: Bencher) {
    bencher.bench(|| black_box(&*DATA).clone());
}

/// Reading the JSON of 10,000 attributes.
mod parse {
    use super::*;

    #[divan::bench]
    fn value(bencher: Bencher) {
        bencher.bench(|| Value::from_json(black_box(&JSON)).unwrap());
    }

    #[divan::bench]
    fn serde_json(bencher: Bencher) {
        bencher.bench(|| serde_json::from_str::<serde_json::Value>(black_box(&JSON)).unwrap());
    }
}

/// Normalising 10,000 attributes.
#[divan::bench]
fn normalise_event(bencher: Bencher) {
    let data = Value::from_json(&JSON).unwrap();
    bencher.bench(|| normalise(black_box(&data), Semantics::MISP_2_5_19).unwrap());
}
