//! Formatting a file of ten megabytes that is laid out badly, beside reading it.
//!
//! Rates are bytes a second: `cargo bench --bench format`.

use divan::counter::BytesCount;
use mispflow::base::source::Sources;
use mispflow::format::format;
use mispflow::syntax::parse;

const BYTES: usize = 10_000_000;

const STEPS: &str = r#"if event tagged any ["a","b"] or (published and count(Event.Attribute.{n})>3) { # why
tag_operation(scope:attribute,tags:["x"],locality:local) for Event.Attribute.{n} where type == "ip-src"
} else { webhook(url: "https://example.org/some/path", payload: """
  {"text": "{{ Event.info }}"}
  """) }
"#;

fn main() {
    divan::main();
}

fn file() -> String {
    format!("workflow w on event-publish {{\n{}}}\n", STEPS.repeat(BYTES / STEPS.len()))
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn reading(bencher: divan::Bencher<'_, '_>) {
    let sources = Sources::new();
    let id = sources.add("big.mwf", None, file());
    bencher.counter(BytesCount::new(BYTES)).bench_local(|| parse(&sources, id).file.items.len());
}

#[divan::bench(sample_count = 5, sample_size = 1)]
fn formatting(bencher: divan::Bencher<'_, '_>) {
    let sources = Sources::new();
    let id = sources.add("big.mwf", None, file());
    let parsed = parse(&sources, id);
    bencher.counter(BytesCount::new(BYTES)).bench_local(|| format(&parsed.file, &sources).len());
}
