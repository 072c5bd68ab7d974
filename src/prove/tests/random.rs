//! Random workflows, with random events that the engine runs: the prover is never wrong.

use crate::catalogue::Semantics;
use crate::engine::Prepared;
use crate::engine::tests::prepared_for;
use crate::model::NodeId;
use crate::php::Value;
use crate::simulate::answers::FixedAnswers;

use super::generate::{Random, condition, event, workflow};
use super::{Decision, Expectation, claim, decided, is_met, run};

/// What came of all claims.
#[derive(Default, Debug)]
struct Tally {
    holds: usize,
    fails: usize,
    no_event: usize,
    not_decided: Vec<String>,
}

fn expectations<'e>(random: &mut Random, nodes: &'e [[NodeId; 1]]) -> Vec<Expectation<'e>> {
    let node = &nodes[random.below(nodes.len())][..];
    let negated = random.below(2) == 0;
    let expected = match random.below(4) {
        0 => serde_json::json!({"kind": "add_tags"}),
        1 => serde_json::json!({"kind": "zmq"}),
        2 => serde_json::json!({"tags": ["a"]}),
        _ => serde_json::json!({}),
    };
    match random.below(8) {
        0 | 1 => vec![Expectation::Outcome { outcome: "success", message: None }],
        2 => vec![Expectation::Outcome { outcome: "blocked", message: None }],
        3 => vec![Expectation::Outcome { outcome: "blocked", message: Some("no") }],
        4 | 5 => vec![Expectation::Ran { negated, nodes: node }],
        6 => vec![Expectation::Effect { negated, nodes: node, expected }],
        _ => vec![
            Expectation::Outcome { outcome: "success", message: None },
            Expectation::Ran { negated: true, nodes: node },
        ],
    }
}

fn check(seed: u64, events: usize, tally: &mut Tally) {
    let mut random = Random::new(seed);
    let text = workflow(&mut random);
    let trigger = text.lines().next().and_then(|line| line.split(' ').nth(1)).unwrap_or_default().to_owned();
    let semantics = if random.below(2) == 0 { Semantics::MISP_2_5_1 } else { Semantics::MISP_2_5_19 };
    let prepared = prepared_for(&text, semantics);
    let asked = (random.below(3) == 0).then(|| condition(&mut random, &trigger));
    let meant = asked.as_ref().map(|asked| prepared_for(asked, semantics));
    let nodes: Vec<[NodeId; 1]> = (2..=text.lines().count() as NodeId).map(|node| [node]).collect();
    let expectations = expectations(&mut random, &nodes);
    let claim = claim(&prepared, meant.as_ref(), &expectations);
    let decision = decided(&claim);
    let shown =
        || format!("seed {seed}, {}\n{text}{}\n{expectations:?}", semantics.release, asked.clone().unwrap_or_default());
    match &decision {
        Decision::Holds => tally.holds += 1,
        // The engine has borne it out.
        Decision::Fails(_) => {
            tally.fails += 1;
            return;
        }
        Decision::NoEvent => tally.no_event += 1,
        Decision::NotDecided(why) => {
            tally.not_decided.push(format!("{why:?}\n{}", shown()));
            return;
        }
    }
    for _ in 0..events {
        let json = event(&mut random, &trigger);
        let data = || Value::from_json(&json).expect("JSON");
        let is_meant = |meant: &Prepared| run(meant, data(), &FixedAnswers::default()).outcome.as_str() == "blocked";
        if !meant.as_ref().is_none_or(is_meant) {
            continue;
        }
        assert!(decision != Decision::NoEvent, "there is an event: {json}\n{}", shown());
        let mut answers = FixedAnswers::default();
        for [node] in &nodes {
            let is_stop = text.lines().nth(*node as usize - 1).is_some_and(|line| line.contains("stop-execution"));
            if random.below(6) == 0 && !is_stop {
                answers.fail(*node, "it fails");
            }
        }
        for answers in [&answers, &FixedAnswers::default()] {
            let result = run(&prepared, data(), answers);
            assert!(is_met(&result, &expectations), "it does not hold for {json}\n{answers:?}\n{}", shown());
        }
    }
}

/// So many workflows are tried; more if this variable says so.
fn number() -> u64 {
    std::env::var("PROVER_WORKFLOWS").ok().and_then(|number| number.parse().ok()).unwrap_or(240)
}

#[test]
fn the_prover_is_never_wrong() {
    let first: u64 = std::env::var("PROVER_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let mut tally = Tally::default();
    let count = number();
    for seed in first..first + count {
        check(seed, 150, &mut tally);
    }
    let not_decided = tally.not_decided.len() as u64;
    if std::env::var_os("PROVER_WORKFLOWS").is_some() {
        for one in tally.not_decided.iter().take(12) {
            println!("{one}\n");
        }
        println!(
            "{} hold, {} fail, {} for no event, {not_decided} not decided",
            tally.holds, tally.fails, tally.no_event
        );
    }
    assert!(not_decided * 20 < count, "{not_decided} of {count} are not decided");
    assert!(tally.holds > 0 && tally.fails > 0, "{tally:?}");
}
