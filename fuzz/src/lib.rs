//! What the fuzz targets do with an input. Each panics where something that always holds does not.
//!
//! The targets in `fuzz_targets/` only call these, and `tests/fuzz_seeds.rs` calls them with the seeds.

mod hashpath;
mod ndjson;
mod project;
mod run;
mod saved;
mod template;
mod text;
mod walk;

use std::io;

use codespan_reporting::term::termcolor::NoColor;
use mispflow::base::source::Sources;
use mispflow::diagnostics::{Diagnostic, write_github, write_json, write_sarif, write_terminal};

/// What a target does with an input.
pub type Target = fn(&str);

/// The targets by their names.
pub const TARGETS: [(&str, Target); 8] = [
    ("hashpath", hashpath::hashpath),
    ("ndjson", ndjson::ndjson),
    ("project", project::project),
    ("run", run::run),
    ("saved", saved::saved),
    ("template", template::template),
    ("text", text::text),
    ("walk", walk::walk),
];

/// Calls a target.
pub fn call(name: &str, input: &str) {
    let target = TARGETS.iter().find(|(known, _)| *known == name);
    target.unwrap_or_else(|| panic!("there is no target `{name}`")).1(input);
}

/// The parts of an input: a line `---` ends each. Those that are not there are empty.
fn parts<const N: usize>(input: &str) -> [&str; N] {
    let mut rest = Some(input);
    std::array::from_fn(|index| {
        let Some(text) = rest else { return "" };
        let split = text.split_once("\n---\n").filter(|_| index + 1 < N);
        rest = split.map(|(_, after)| after);
        split.map_or(text, |(part, _)| part)
    })
}

/// Findings have places that exist, and every form of them can be written.
fn show(sources: &Sources, diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        let edits = diagnostic.fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
        for span in diagnostic.primary.iter().chain(&diagnostic.secondary).map(|label| label.span).chain(edits) {
            assert!(sources.text(span.file).get(span.range()).is_some(), "a place that does not exist: {diagnostic:?}");
        }
    }
    write_terminal(sources, diagnostics, &mut NoColor::new(io::sink())).expect("the terminal's form");
    write_json(sources, diagnostics, &mut io::sink()).expect("the JSON form");
    write_sarif(sources, diagnostics, &mut io::sink()).expect("the SARIF form");
    write_github(sources, diagnostics, &mut io::sink()).expect("the annotations");
}
