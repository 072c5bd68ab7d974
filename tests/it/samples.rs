//! What `modules ID` shows can be pasted: it compiles without an error or warning under a trigger that fits.

use mispflow::base::source::Sources;
use mispflow::catalogue::{Catalogue, Signature, Target};
use mispflow::compile::Workspace;
use mispflow::diagnostics::{Code, Levels, Severity};
use mispflow::model::ModuleType;
use mispflow::project::MemoryFiles;

/// Triggers of all kinds; a module fits at least one.
const TRIGGERS: [&str; 4] = ["event-publish", "event-after-save-new", "log-after-save", "enrichment-before-query"];

/// What has to be before a call, for it reads what another one attaches.
const BEFORE: [(&str, &str); 2] = [
    ("assign_country", "attach-enrichment(modules: [\"mmdb_lookup\"])"),
    ("tag_country_asn_from_enrichment", "attach-enrichment(modules: [\"mmdb_lookup\"])"),
];

/// What has to be after a call, for nothing would read what it attaches.
const AFTER: [(&str, &str); 3] = [
    ("attach-decay-score", "if any Event._AttributeFlattened.{n}.decay_score.{n}.score { push-zmq() }"),
    ("attach-enrichment", "if any Event._AttributeFlattened.{n}.enrichment { push-zmq() }"),
    ("attach-warninglist", "if any Event._AttributeFlattened.{n}.warnings { push-zmq() }"),
];

/// What is wrong with a text, worse than a note.
fn findings(text: &str, catalogue: &Catalogue) -> Vec<String> {
    let (sources, files) = (Sources::new(), MemoryFiles::new());
    let file = sources.add("sample.mwf", None, text);
    let mut found = Workspace::load(&sources, &files, &[file], catalogue).compile().diagnostics;
    Levels::default().apply(&mut found);
    // That a module does not work, or a trigger fires often, is said of them, and no sample can help it.
    // The last two are about what is around the sample.
    let of_the_module = [Code::BrokenModule, Code::BusyTrigger, Code::UntaggedEvent, Code::UnfilteredAdhoc];
    found.retain(|finding| finding.severity > Severity::Note && !of_the_module.contains(&finding.code));
    found.iter().map(|finding| format!("{}: {}", finding.code, finding.message)).collect()
}

fn samples(module: &Signature) -> Vec<String> {
    let call = module.has_example_call().then(|| module.example_call());
    call.into_iter().chain(module.example_in_words().map(str::to_owned)).collect()
}

/// What is wrong with a sample, under the trigger that fits best.
fn wrong(module: &Signature, sample: &str, catalogue: &Catalogue) -> Vec<String> {
    if module.module_type == ModuleType::Trigger {
        return findings(sample, catalogue);
    }
    let beside =
        |list: &[(&str, &'static str)]| list.iter().find(|(id, _)| *id == module.id).map_or("", |(_, step)| *step);
    let read = "push-zmq(data_extraction_path: Event._AttributeFlattened.{n}.value)";
    let filter = catalogue.module("generic-filter-data").map(|filter| format!("{}\n{read}", filter.example_call()));
    let filter = filter.filter(|_| sample.starts_with("generic-filter-reset")).unwrap_or_default();
    let steps = format!("{filter}\n{}\n{sample}\n{}", beside(&BEFORE), beside(&AFTER));
    let under = TRIGGERS.map(|trigger| findings(&format!("workflow sample on {trigger} {{\n{steps}\n}}"), catalogue));
    under.into_iter().min_by_key(Vec::len).unwrap_or_default()
}

#[test]
fn every_sample_passes() {
    let mut problems = Vec::new();
    for target in [Target::DEFAULT, Target::Latest] {
        let catalogue = Catalogue::for_target(target);
        for module in catalogue.modules() {
            for sample in samples(module) {
                let wrong = wrong(module, &sample, catalogue);
                if !wrong.is_empty() {
                    problems.push(format!("{target}, {}:\n{sample}\n{}\n", module.id, wrong.join("\n")));
                }
            }
        }
    }
    assert!(problems.is_empty(), "{} samples do not pass:\n\n{}", problems.len(), problems.join("\n"));
}
