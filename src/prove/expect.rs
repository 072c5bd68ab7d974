//! When what is expected does not happen.

use serde_json::Value as Json;

use crate::engine::mismatches;
use crate::model::NodeId;

use super::circuit::{Circuit, Fact};
use super::data::Reason;
use super::happened::{Done, Happened};
use super::state::Assumption;

/// Something that is expected of every run.
#[derive(Clone, Debug)]
pub enum Expectation<'e> {
    /// How it ends, and what the reason holds.
    Outcome {
        /// `success`, `failure` or `blocked`.
        outcome: &'e str,
        /// A part of the reason.
        message: Option<&'e str>,
    },
    /// That one of some nodes is reached, or none of them.
    Ran {
        /// Whether none is to be.
        negated: bool,
        /// The nodes.
        nodes: &'e [NodeId],
    },
    /// That one of some nodes has such an effect, or none of them.
    Effect {
        /// Whether none is to have one.
        negated: bool,
        /// The nodes.
        nodes: &'e [NodeId],
        /// What the effect holds; an object without entries is any effect.
        expected: Json,
    },
    /// Something about the lines of the log.
    Log,
}

/// When an expectation is not met, and what is assumed for that.
pub(super) struct Violation {
    pub(super) fact: Fact,
    pub(super) assumed: Vec<Assumption>,
}

const MESSAGE: &str = "the reason is not the same for every event, so whether it holds this string is not known";
const LOG: &str = "which lines the log gets is not modelled";
const EFFECT: &str = "what this effect holds depends on the event, which is not modelled";

/// When one of some expectations is not met.
pub(super) fn violation(circuit: &mut Circuit, happened: &Happened, expectations: &[Expectation<'_>]) -> Violation {
    let mut violation = Violation { fact: Fact::NEVER, assumed: Vec::new() };
    let mut asks_for_outcome = false;
    for expectation in expectations {
        asks_for_outcome |= matches!(expectation, Expectation::Outcome { .. });
        let own = violation.of(circuit, happened, expectation);
        violation.fact = circuit.either(violation.fact, own);
    }
    if !asks_for_outcome {
        violation.fact = circuit.either(violation.fact, happened.crash);
    }
    violation
}

impl Violation {
    fn guess(&mut self, circuit: &mut Circuit, fact: Fact, node: Option<NodeId>, why: &'static str) -> Fact {
        if fact == Fact::NEVER {
            return fact;
        }
        self.assumed.push(Assumption { fact, reason: Reason { node, why } });
        let guess = circuit.choice();
        circuit.both(fact, guess)
    }

    fn of(&mut self, circuit: &mut Circuit, happened: &Happened, expectation: &Expectation<'_>) -> Fact {
        match expectation {
            Expectation::Outcome { outcome, message } => {
                let ends_so = match *outcome {
                    "blocked" => happened.blocked,
                    "failure" => happened.failure,
                    _ => happened.success(circuit),
                };
                let mut wrong = !ends_so;
                let Some(message) = message else { return wrong };
                if !matches!(*outcome, "blocked" | "failure") {
                    let own = self.guess(circuit, ends_so, None, MESSAGE);
                    return circuit.either(wrong, own);
                }
                for (fact, reason) in &happened.reasons {
                    let fact = circuit.both(*fact, ends_so);
                    let own = match reason {
                        Some(reason) if reason.contains(message) => Fact::NEVER,
                        Some(_) => fact,
                        None => self.guess(circuit, fact, None, MESSAGE),
                    };
                    wrong = circuit.either(wrong, own);
                }
                wrong
            }
            Expectation::Ran { negated, nodes } => {
                let reached = nodes.iter().filter_map(|node| happened.reached.get(node).copied());
                let ran = circuit.any(reached.collect::<Vec<_>>());
                if *negated { ran } else { !ran }
            }
            Expectation::Effect { negated, nodes, expected } => {
                let is_any = *expected == Json::Object(serde_json::Map::new());
                let mut found = Fact::NEVER;
                for done in &happened.effects {
                    if !nodes.contains(&done.node) {
                        continue;
                    }
                    let mut fact = done.fact;
                    if *negated || is_any {
                        fact = circuit.without(fact, done.touches_nothing);
                    }
                    match done.matches(expected) {
                        Some(true) => {}
                        Some(false) => continue,
                        None => fact = self.guess(circuit, fact, Some(done.node), EFFECT),
                    }
                    found = circuit.either(found, fact);
                }
                if *negated { found } else { !found }
            }
            Expectation::Log => self.guess(circuit, Fact::ALWAYS, None, LOG),
        }
    }
}

impl Done {
    /// Whether it has all that is expected; `None` if that is not known.
    fn matches(&self, expected: &Json) -> Option<bool> {
        let kind = self.kind?;
        let Json::Object(entries) = expected else { return None };
        let mut is_known = true;
        for (key, value) in entries {
            let own = match key.as_str() {
                "kind" => Some(Json::from(kind)),
                _ => self.known.iter().find(|(known, _)| known == key).map(|(_, value)| value.clone()),
            };
            match own {
                Some(own) if mismatches(value, &own) > 0 => return Some(false),
                Some(_) => {}
                None => is_known = false,
            }
        }
        is_known.then_some(true)
    }
}
