//! Parsing, checking and building a generated project of 10,000 workflows, one a file, on one core.
//!
//! Rates are lines a second: `cargo bench --bench compile`.

use std::fmt::Write as _;

use divan::counter::ItemsCount;
use mispflow::base::source::{FileId, Sources};
use mispflow::catalogue::{Catalogue, Signature};
use mispflow::compile::Workspace;
use mispflow::misp::{Filling, Form, write};
use mispflow::project::MemoryFiles;
use mispflow::syntax::parse;
use mispflow::verify::check_lints;

const WORKFLOWS: usize = 10_000;

fn main() {
    divan::main();
}

/// One workflow of the size that people write.
fn workflow(number: usize) -> String {
    let mut text = String::new();
    write!(
        text,
        r#"# Rules of team {number}
let restricted-{number} = ["tlp:red", "tlp:amber+strict", "PAP:RED"]

workflow guard-{number} on trigger-{number} {{
    name: "Guard of team {number}"
    description: "Keeps restricted events inside and tells the others about the rest"

    if event tagged any restricted-{number} or attribute tagged any restricted-{number} {{
        stop-execution(message: "TLP/PAP forbids publishing")
    }} else if count(Event._AttributeFlattened.{{n}}) > {number} {{
        stop-execution(message: "Too large, publish by hand")
    }}

    filter A: Event._AttributeFlattened.{{n}} where any type in ["ip-src", "ip-dst"] {{
        attach-enrichment(modules: ["mmdb_lookup"])
    }}

    tag_operation(scope: attribute, action: add, locality: local, tags: ["tlp:clear"])
        for Event._AttributeFlattened.{{n}} where "tlp:white" in Tag.{{n}}.name

    if "ESET" in Event.Orgc.name and not published {{
        publish-event()
    }}

    concurrent {{
        branch {{ push-zmq() }}
        branch {{
            webhook(
                url: "https://soc.example.org/{number}",
                payload: """
                    {{"text": "{{{{ Event.info }}}} is out"}}
                """,
            )
        }}
    }}
}}
"#
    )
    .unwrap();
    text
}

/// MISP has one workflow for each trigger, so a project of this size needs triggers of its own.
fn catalogue() -> &'static Catalogue {
    let mut catalogue = Catalogue::built_in().clone();
    let trigger = catalogue.module("event-publish").unwrap().clone();
    catalogue.extend((0..WORKFLOWS).map(|number| Signature { id: format!("trigger-{number}"), ..trigger.clone() }));
    Box::leak(Box::new(catalogue))
}

struct Project {
    sources: Sources,
    roots: Vec<FileId>,
    lines: usize,
}

fn project() -> Project {
    let sources = Sources::new();
    let mut lines = 0;
    let roots = (0..WORKFLOWS)
        .map(|number| {
            let text = workflow(number);
            lines += text.lines().count();
            sources.add(format!("guard-{number}.mwf"), None, text)
        })
        .collect();
    Project { sources, roots, lines }
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn parse_only(bencher: divan::Bencher<'_, '_>) {
    let project = project();
    bencher.counter(ItemsCount::new(project.lines)).bench_local(|| {
        project.roots.iter().map(|&root| parse(&project.sources, root).file.items.len()).sum::<usize>()
    });
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn parse_and_check(bencher: divan::Bencher<'_, '_>) {
    let project = project();
    let (catalogue, files) = (catalogue(), MemoryFiles::new());
    bencher.counter(ItemsCount::new(project.lines)).bench_local(|| {
        let workspace = Workspace::load(&project.sources, &files, &project.roots, catalogue);
        let compilation = workspace.compile();
        assert_eq!(compilation.documents.len(), WORKFLOWS);
        compilation.diagnostics.len()
    });
}

/// What all lints of graphs cost: a part of [`parse_and_check`].
#[divan::bench(sample_count = 10, sample_size = 1)]
fn lints_only(bencher: divan::Bencher<'_, '_>) {
    let project = project();
    let (catalogue, files) = (catalogue(), MemoryFiles::new());
    let workspace = Workspace::load(&project.sources, &files, &project.roots, catalogue);
    let compilation = workspace.compile();
    bencher.counter(ItemsCount::new(project.lines)).bench_local(|| {
        let (mut findings, tags) = (Vec::new(), catalogue.known_tags());
        for compiled in &compilation.documents {
            let signature = |module: &str| catalogue.module(module);
            let (graph, at) = (&compiled.document.graph, compiled.id.span);
            check_lints(
                graph,
                (&compiled.document).into(),
                &signature,
                &tags,
                Some(at),
                Some(&project.sources),
                &mut findings,
            );
        }
        findings.len()
    });
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn text_to_json(bencher: divan::Bencher<'_, '_>) {
    let project = project();
    let (catalogue, files) = (catalogue(), MemoryFiles::new());
    bencher.counter(ItemsCount::new(project.lines)).bench_local(|| {
        let workspace = Workspace::load(&project.sources, &files, &project.roots, catalogue);
        let compilation = workspace.compile();
        let written = compilation
            .documents
            .iter()
            .map(|compiled| write(&compiled.document, Form::Workflow, Filling::Values(&|_| None)));
        written.map(|json| json.unwrap().len()).sum::<usize>()
    });
}

/// What writing alone costs.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn write_only(bencher: divan::Bencher<'_, '_>) {
    let project = project();
    let (catalogue, files) = (catalogue(), MemoryFiles::new());
    let workspace = Workspace::load(&project.sources, &files, &project.roots, catalogue);
    let compilation = workspace.compile();
    bencher.counter(ItemsCount::new(project.lines)).bench_local(|| {
        let written = compilation
            .documents
            .iter()
            .map(|compiled| write(&compiled.document, Form::Workflow, Filling::Values(&|_| None)));
        written.map(|json| json.unwrap().len()).sum::<usize>()
    });
}
