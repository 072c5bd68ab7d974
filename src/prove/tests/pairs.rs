//! Random workflows and changed ones: what is called the same does the same, and what differs on an event is not called the same.

use crate::catalogue::{Catalogue, Semantics};
use crate::engine::Prepared;
use crate::engine::tests::prepared_for;
use crate::php::Value;
use crate::prove::cover::taken;
use crate::prove::same::{Sameness, Told, same};
use crate::prove::{Counterexample, cover};
use crate::simulate::answers::FixedAnswers;

use super::generate::{Random, event, workflow};
use super::run;

/// A workflow with a small change: a word that is another, or none at all.
fn changed(random: &mut Random, text: &str) -> String {
    let (from, to) = random.one(&[
        &(r#"["a"]"#, r#"["b"]"#),
        &("in_or", "in_and"),
        &("not_in_or", "in_or"),
        &(r#""equals""#, r#""not_equals""#),
        &("attribute", "event"),
        &(r#""no""#, r#""never""#),
        &(r#""add""#, r#""remove""#),
        &("any_value", "in"),
        &("ip-src", "domain"),
        &("push-zmq", "publish-event"),
        &("local", "any"),
        &("nothing", "nothing"),
    ]);
    text.replacen(from, to, 1)
}

fn trigger_of(text: &str) -> &str {
    text.lines().next().and_then(|line| line.split(' ').nth(1)).unwrap_or_default()
}

fn told(workflow: &Prepared, json: &str) -> Told {
    let data = Value::from_json(json).expect("JSON");
    Told::of(&run(workflow, data, &FixedAnswers::default()))
}

#[test]
fn what_is_called_the_same_does_the_same() {
    let count: u64 = std::env::var("PROVER_PAIRS").ok().and_then(|count| count.parse().ok()).unwrap_or(120);
    let first: u64 = std::env::var("PROVER_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let (mut the_same, mut different, mut not_decided, mut missed) = (0, 0, 0, 0);
    for seed in first..first + count {
        let mut random = Random::new(seed + 77_000);
        let text = workflow(&mut random);
        let other = changed(&mut random, &text);
        let releases = [Semantics::MISP_2_5_1, Semantics::MISP_2_5_19];
        let (one, two) = (releases[random.below(2)], releases[random.below(2)]);
        let workflows = [prepared_for(&text, one), prepared_for(&other, two)];
        let sameness = same([&workflows[0], &workflows[1]], Catalogue::built_in(), false);
        let shown = || format!("seed {seed}, {} and {}\n{text}\n{other}", one.release, two.release);
        match &sameness {
            Sameness::Same => the_same += 1,
            // The runs have been compared.
            Sameness::Different(_) => {
                different += 1;
                continue;
            }
            Sameness::NotDecided(why) => {
                if std::env::var_os("PROVER_PAIRS").is_some() {
                    println!("{why:?} {}", shown());
                }
                not_decided += 1;
            }
        }
        for _ in 0..100 {
            let json = event(&mut random, trigger_of(&text));
            let (one, two) = (told(&workflows[0], &json), told(&workflows[1], &json));
            if sameness == Sameness::Same {
                assert_eq!(one, two, "{json}\n{}", shown());
            } else if one != two {
                missed += 1;
                break;
            }
        }
    }
    if std::env::var_os("PROVER_PAIRS").is_some() {
        println!(
            "{the_same} the same, {different} different, {not_decided} not decided, of which {missed} differ on an event"
        );
    }
    assert!(not_decided * 20 < count, "{not_decided} of {count} are not decided");
    assert!(the_same > 0 && different > 0);
}

#[test]
fn every_branch_that_can_be_taken_is_taken() {
    for seed in 1..20 {
        let mut random = Random::new(seed + 990_000);
        let text = workflow(&mut random);
        let semantics = [Semantics::MISP_2_5_1, Semantics::MISP_2_5_19][random.below(2)];
        let prepared = prepared_for(&text, semantics);
        let cover = cover(&prepared, Catalogue::built_in());
        for _ in 0..60 {
            let json = event(&mut random, trigger_of(&text));
            let event = Value::from_json(&json).expect("JSON").into_owned();
            let taken = taken(&prepared, &Counterexample { event, ..Counterexample::default() });
            for branch in taken {
                assert!(!cover.impossible.contains(&branch), "{branch:?} is taken on {json}\n{text}");
                let is_covered =
                    cover.events.iter().any(|found| super::super::cover::taken(&prepared, found).contains(&branch));
                assert!(is_covered || cover.unknown.contains(&branch), "{branch:?} is not covered\n{text}");
            }
        }
    }
}

#[test]
fn releases_edit_attributes_differently() {
    let text = r#"1 event-after-save-new > 2
        2 attribute_ids_flag_operation {"action": "remove"}"#;
    let workflows = [Semantics::MISP_2_5_1, Semantics::MISP_2_5_19].map(|semantics| prepared_for(text, semantics));
    let sameness = same([&workflows[0], &workflows[1]], Catalogue::built_in(), false);
    assert!(matches!(sameness, Sameness::Different(_)), "{sameness:?}");
    let itself = same([&workflows[1], &workflows[1]], Catalogue::built_in(), false);
    assert_eq!(itself, Sameness::Same);
}
