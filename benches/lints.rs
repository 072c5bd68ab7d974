//! All lints on one graph of growing size, in nodes a second: linear lints lose no more than the caches make them lose.
//! (Counted instead of timed, instructions a node are the same within a tenth: `valgrind --tool=callgrind`.)
//!
//! `cargo bench --bench lints`. What the lints cost in a project of many workflows is in `compile`.

use std::fmt::Write as _;

use divan::counter::ItemsCount;
use mispflow::base::source::Sources;
use mispflow::catalogue::Catalogue;
use mispflow::compile::Workspace;
use mispflow::project::MemoryFiles;
use mispflow::verify::check_lints;

fn main() {
    divan::main();
}

/// What the lints look at, again and again: tags, filters, additions and templates; on one long way, or in as many jobs.
fn workflow(steps: usize, jobs: bool) -> String {
    let mut text = String::from("workflow long on event-publish {\n");
    let (before, after) = if jobs { ("branch {", "}") } else { ("", "") };
    if jobs {
        text.push_str("    concurrent {\n");
    }
    for part in 0..steps / 10 {
        writeln!(
            text,
            r#"        {before}
            tag_operation(scope: attribute, action: add, locality: local, tags: ["tlp:green", "team-{part}:seen"])
                for Event._AttributeFlattened.{{n}} where "tlp:white" in Tag.{{n}}.name
            filter A: Event._AttributeFlattened.{{n}} where type == "ip-src" {{
                attach-enrichment(modules: ["mmdb_lookup"])
                filter B: Event._AttributeFlattened.{{n}} where "a" in enrichment.{{n}}.name {{
                    webhook(url: "https://soc.example.org/{part}", payload: "{{{{ Event.info }}}}")
                }}
            }}
            reload-full-event()
            push-zmq()
        {after}"#
        )
        .unwrap();
    }
    text + if jobs { "    }\n}\n" } else { "}\n" }
}

#[divan::bench(args = [500, 5_000, 9_000], sample_count = 20, sample_size = 1)]
fn one_long_way(bencher: divan::Bencher<'_, '_>, steps: usize) {
    lint(bencher, workflow(steps, false));
}

#[divan::bench(args = [500, 5_000, 9_000], sample_count = 20, sample_size = 1)]
fn many_jobs(bencher: divan::Bencher<'_, '_>, steps: usize) {
    lint(bencher, workflow(steps, true));
}

fn lint(bencher: divan::Bencher<'_, '_>, text: String) {
    let sources = Sources::new();
    let root = sources.add("long.mwf".to_owned(), None, text);
    let (catalogue, files) = (Catalogue::built_in(), MemoryFiles::new());
    let workspace = Workspace::load(&sources, &files, &[root], catalogue);
    let compilation = workspace.compile();
    let compiled = &compilation.documents[0];
    let graph = &compiled.document.graph;
    bencher.counter(ItemsCount::new(graph.nodes.len())).bench_local(|| {
        let (mut findings, tags) = (Vec::new(), catalogue.known_tags());
        let signature = |module: &str| catalogue.module(module);
        check_lints(
            graph,
            (&compiled.document).into(),
            &signature,
            &tags,
            Some(compiled.id.span),
            Some(&sources),
            &mut findings,
        );
        findings.len()
    });
}
