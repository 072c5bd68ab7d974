//! What the lint says that asks the prover comes true in every run: random workflows, with random events and failures.

use crate::base::source::{Sources, Span};
use crate::catalogue::{Catalogue, Semantics, Target};
use crate::diagnostics::Code;
use crate::engine::tests::graph;
use crate::engine::{Decision as Decided, Outcome, Prepared, RunResult, Settings};
use crate::misp;
use crate::model::{Document, NodeId};
use crate::php::Value;
use crate::simulate::answers::FixedAnswers;
use crate::verify::check_lints;

use super::generate::{Random, event, workflow};
use super::run;

/// What is said of a workflow.
#[derive(Default, Debug)]
struct Said {
    /// Conditions, and what each is said to answer always.
    answers: Vec<(NodeId, bool)>,
    blocks: bool,
    /// Whether nothing is done at all.
    is_idle: bool,
}

/// What lints say of a workflow. Each node gets a place, so that it is known which one is meant.
fn said(document: &mut Document<'_>, catalogue: &Catalogue) -> Said {
    let sources = Sources::new();
    let file = sources.add("w", None, " ".repeat(100));
    for node in &mut document.graph.nodes {
        node.origin = Some(Span::new(file, node.id as usize, node.id as usize + 1));
    }
    let mut found = Vec::new();
    let (signature, tags) = (|module: &str| catalogue.module(module), catalogue.known_tags());
    check_lints(&document.graph, (&*document).into(), &signature, &tags, None, None, &mut found);
    let mut said = Said::default();
    for finding in found {
        match finding.code {
            Code::AnsweredBefore => {
                let node = finding.primary.expect("a place").span.start;
                said.answers.push((node, finding.message.ends_with("always yes")));
            }
            Code::AlwaysBlocks => said.blocks = true,
            Code::NotInTrigger => said.is_idle |= finding.notes.iter().any(|note| note.contains("does nothing")),
            _ => {}
        }
    }
    said
}

/// What a run answers at a node, in all that it starts.
fn answers(result: &RunResult<'_>, node: NodeId) -> Vec<bool> {
    let traced = result.with_jobs().into_iter().flat_map(|run| &run.trace.as_ref().expect("a trace").nodes);
    traced
        .filter(|traced| traced.node == node)
        .filter_map(|traced| match traced.decision {
            Decided::Then => Some(true),
            Decided::Else => Some(false),
            _ => None,
        })
        .collect()
}

#[test]
fn what_lints_say_comes_true_in_every_run() {
    let count: u64 = std::env::var("PROVER_LINTS").ok().and_then(|count| count.parse().ok()).unwrap_or(400);
    let (mut decided, mut blocking, mut idle) = (0, 0, 0);
    for seed in 1..=count {
        let mut random = Random::new(seed + 500_000);
        let text = workflow(&mut random);
        let trigger = text.lines().next().and_then(|line| line.split(' ').nth(1)).unwrap_or_default().to_owned();
        let target: Target = random.one(&["misp-2.5.1", "misp-2.5.19"]).parse().expect("a target");
        let (catalogue, semantics) = (Catalogue::for_target(target), Semantics::for_target(target));
        let json = graph(&text);
        let mut document = misp::read(&json).expect("a graph").documents.remove(0);
        let prepared = Prepared::of_document(&document, &Settings::new("w", catalogue, semantics)).expect("a workflow");
        let said = said(&mut document, catalogue);
        if said.answers.is_empty() && !said.blocks && !said.is_idle {
            continue;
        }
        decided += said.answers.len();
        blocking += usize::from(said.blocks);
        idle += usize::from(said.is_idle);
        for _ in 0..150 {
            let json = event(&mut random, &trigger);
            let mut fails = FixedAnswers::default();
            for line in text.lines().filter(|line| !line.contains("stop-execution")) {
                if random.below(6) == 0 {
                    fails.fail(line.split(' ').next().and_then(|id| id.parse().ok()).expect("an id"), "it fails");
                }
            }
            for (fails, answered) in [(true, &fails), (false, &FixedAnswers::default())] {
                let result = run(&prepared, Value::from_json(&json).expect("JSON"), answered);
                for (node, holds) in &said.answers {
                    let answers = answers(&result, *node);
                    assert!(answers.iter().all(|answer| answer == holds), "seed {seed}, node {node}: {json}\n{text}");
                }
                let effects = result.with_jobs().into_iter().flat_map(|run| &run.effects);
                let is_idle = effects.filter(|record| !record.effect.touches_nothing()).count() == 0;
                assert!(
                    !said.is_idle || is_idle && result.outcome != Outcome::Blocked,
                    "seed {seed}: it does something with {json}\n{text}"
                );
                if said.blocks && !fails {
                    // A run may also die before it is stopped, which lets nothing through either.
                    assert_ne!(result.outcome, Outcome::Success, "seed {seed}: {json}\n{text}");
                }
            }
        }
    }
    if std::env::var_os("PROVER_LINTS").is_some() {
        println!("{decided} conditions are decided, {blocking} workflows always block, {idle} do nothing");
    }
    assert!(decided > 0 && blocking > 0 && idle > 0, "{decided} conditions, {blocking} and {idle} workflows");
}
