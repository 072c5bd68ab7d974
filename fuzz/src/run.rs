//! Runs of any graph on any data.

use codespan_reporting::term::termcolor::NoColor;
use mispflow::catalogue::{Catalogue, Semantics, ServerFacts};
use mispflow::engine::{Limits, Prepared, RunOptions, Settings};
use mispflow::misp;
use mispflow::php::Value;
use mispflow::simulate::answers::{FixedAnswers, Targets, read_answers};
use mispflow::simulate::replay::{Record, data_of, needed_data_of, write_run};

use super::parts;

/// A run ends, says the same twice, leaves the data it was given as it is, can be told, and is the same on data of which
/// only what it may look at was read.
///
/// The parts are a graph as MISP saves it, the data, and answers.
pub fn run(input: &str) {
    let [graph, data, answers] = parts(input);
    let catalogue = Catalogue::built_in();
    let record = Record::of_bytes("-".into(), None, data.as_bytes());
    let (Ok(read), Ok(data)) = (misp::read(graph), Value::from_json(data)) else { return };
    let before = data.to_json();
    for document in &read.documents {
        let targets = Targets { graph: &document.graph, labels: &[] };
        let answers = read_answers(answers, &targets, catalogue, ServerFacts::default())
            .unwrap_or_else(|_| FixedAnswers::default());
        for semantics in [Semantics::MISP_2_5_1, Semantics::MISP_2_5_19] {
            let settings = Settings::new("w", catalogue, semantics);
            let Ok(prepared) = Prepared::of_document(document, &settings) else { continue };
            let options = RunOptions {
                answers: &answers,
                trace: true,
                clock: Some(&|| "2024-01-31 23:59:59".to_owned()),
                limits: Limits { steps: 500, effects: 200, jobs: 10, ..Limits::default() },
                ..RunOptions::default()
            };
            let [first, second] = [0, 1].map(|_| {
                let result = prepared.run(data.clone(), &options);
                let mut told = NoColor::new(Vec::new());
                write_run(&mut told, &result, &|_| None).expect("memory takes all");
                (serde_json::to_string(&result).ok(), result.log, told.into_inner())
            });
            assert!(first == second, "the same run ends in two ways");
            let told = |data| serde_json::to_string(&prepared.run(data, &options)).ok();
            let whole = data_of(&record, &prepared).map(told).map_err(|problem| problem.message);
            let needed = needed_data_of(&record, &prepared, &options).map(told).map_err(|problem| problem.message);
            assert_eq!(whole, needed, "a run looks at what was not read for it");
        }
    }
    assert_eq!(data.to_json().ok(), before.ok(), "a run changed the data of another");
}
