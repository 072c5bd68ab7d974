//! Decides a test over all events of a workflow with 200 conditions.
//!
//! `cargo bench --bench prove`. Each kind of question is asked alone, and all of them in turn.

use std::fmt::Write;
use std::path::Path;

use divan::Bencher;
use mispflow::base::source::Sources;
use mispflow::catalogue::{Catalogue, Semantics};
use mispflow::compile::Workspace;
use mispflow::project::{MemoryFiles, load_source};
use mispflow::simulate::workflow_tests::{Suite, SuiteSettings, run_case};

fn main() {
    divan::main();
}

/// How many conditions there are.
const CONDITIONS: usize = 200;

/// A question of each kind.
fn question(kind: &str, number: usize) -> String {
    match kind {
        "event" => format!("event tagged any \"t{number}\""),
        "attribute" => format!("attribute tagged any \"t{number}\""),
        "title" => format!("Event.info == \"t{number}\""),
        "value" => format!("\"v{number}\" in Event.Attribute.{{n}}.value"),
        _ => question(["event", "attribute", "title", "value"][number % 4], number),
    }
}

/// A chain of conditions, each of which stops, and a test that the one in the middle does.
fn text(kind: &str) -> String {
    let mut text = String::from("workflow w on event-publish {\n");
    for number in 0..CONDITIONS {
        let word = if number == 0 { "if" } else { " else if" };
        let _ = write!(text, "{word} {} {{ stop-execution(message: \"{number}\") }}", question(kind, number));
    }
    let meant = question(kind, CONDITIONS / 2);
    let _ = write!(text, "\n}}\ntest \"t\" of w {{\ngiven any event where {meant}\nexpect blocked\n}}\n");
    text
}

#[divan::bench(args = ["event", "attribute", "title", "value", "all"], sample_count = 3)]
fn chain(bencher: Bencher<'_, '_>, kind: &str) {
    let mut files = MemoryFiles::new();
    files.insert("w.mwf", text(kind).as_str());
    let sources = Sources::new();
    let file = load_source(&sources, &files, Path::new("w.mwf"), "w.mwf").expect("the file is there");
    let catalogue = Catalogue::built_in();
    let workspace = Workspace::load(&sources, &files, &[file], catalogue);
    let compilation = workspace.compile();
    let settings = SuiteSettings {
        sources: &sources,
        access: &files,
        catalogue,
        semantics: Semantics::MISP_2_5_19,
        filter: None,
        on_other_events: false,
    };
    let mut diagnostics = Vec::new();
    let suite = Suite::new(&compilation, &settings, &mut diagnostics);
    bencher.bench_local(|| {
        for case in &suite.cases {
            let (report, _) = run_case(case, &suite.workflows[case.workflow], catalogue, &sources);
            assert!(report.has_passed());
        }
    });
}
