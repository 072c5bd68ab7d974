//! Whether there is an event for which a fact holds.

use std::cell::Cell;

use batsat::callbacks::Callbacks;
use batsat::{Solver as Sat, SolverInterface, SolverOpts, Var, lbool};
use rustc_hash::FxHashMap;

use super::circuit::{Circuit, Fact, Values};

/// Counts conflicts, so that a search ends after as many on every machine.
struct Steps {
    left: Cell<u64>,
}

impl Callbacks for Steps {
    fn on_new_clause(&mut self, _: &[batsat::Lit], _: batsat::clause::Kind) {
        self.left.set(self.left.get().saturating_sub(1));
    }

    fn stop(&self) -> bool {
        self.left.get() == 0
    }
}

/// What came of a search.
#[derive(Clone, Debug)]
pub(super) enum Found {
    /// There is one: what holds of it.
    Event(Values),
    /// There is none.
    Nothing,
    /// The search was given up.
    GivenUp,
}

/// Searches for events. What it has learnt of a circuit it keeps.
pub(super) struct Solver {
    sat: Sat<Steps>,
    variables: FxHashMap<usize, Var>,
}

impl Solver {
    /// A solver that gives up after so many conflicts.
    pub(super) fn new(conflicts: u64) -> Self {
        let steps = Steps { left: Cell::new(conflicts.max(1)) };
        Self { sat: Sat::new(SolverOpts::default(), steps), variables: FxHashMap::default() }
    }

    /// An event for which all of this holds.
    pub(super) fn find(&mut self, circuit: &Circuit, facts: &[Fact]) -> Found {
        if facts.contains(&Fact::NEVER) {
            return Found::Nothing;
        }
        let mut assumptions = Vec::with_capacity(facts.len());
        for fact in facts {
            if *fact != Fact::ALWAYS {
                assumptions.push(self.literal(circuit, *fact));
            }
        }
        let answer = self.sat.solve_limited(&assumptions);
        if answer == lbool::TRUE {
            let is_chosen = |number: usize| {
                self.variables.get(&number).is_some_and(|variable| self.sat.value_var(*variable) == lbool::TRUE)
            };
            return Found::Event(circuit.values(is_chosen));
        }
        if answer == lbool::FALSE { Found::Nothing } else { Found::GivenUp }
    }

    /// Whether a fact is part of what was searched for so far. Others are free, and do not hold of what is found.
    pub(super) fn knows(&self, fact: Fact) -> bool {
        self.variables.contains_key(&fact.number())
    }

    /// The literal for a fact; all that it is made of becomes clauses.
    fn literal(&mut self, circuit: &Circuit, fact: Fact) -> batsat::Lit {
        let mut open = vec![fact.number()];
        while let Some(number) = open.last().copied() {
            if self.variables.contains_key(&number) {
                open.pop();
                continue;
            }
            let Some((one, other)) = circuit.gate(number) else {
                let variable = self.sat.new_var_default();
                self.variables.insert(number, variable);
                open.pop();
                continue;
            };
            let before = open.len();
            open.extend([one, other].map(Fact::number).into_iter().filter(|part| !self.variables.contains_key(part)));
            if open.len() > before {
                continue;
            }
            let variable = self.sat.new_var_default();
            self.variables.insert(number, variable);
            let gate = batsat::Lit::new(variable, true);
            let [one, other] = [one, other].map(|part| self.known_literal(part));
            for mut clause in [vec![!gate, one], vec![!gate, other], vec![gate, !one, !other]] {
                self.sat.add_clause_reuse(&mut clause);
            }
            open.pop();
        }
        self.known_literal(fact)
    }

    fn known_literal(&self, fact: Fact) -> batsat::Lit {
        batsat::Lit::new(self.variables[&fact.number()], !fact.is_opposite())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_found() {
        let mut circuit = Circuit::new();
        let choices: Vec<_> = (0..5).map(|_| circuit.choice()).collect();
        let counts = circuit.count(&choices.iter().map(|choice| (*choice, 1)).collect::<Vec<_>>(), 5);
        let mut solver = Solver::new(1000);
        for (number, count) in counts.iter().enumerate() {
            let Found::Event(values) = solver.find(&circuit, &[*count, choices[0]]) else {
                assert_eq!(number, 0);
                continue;
            };
            assert_eq!(choices.iter().filter(|choice| values.holds(**choice)).count(), number);
        }
        let (two, three) = (counts[2], counts[3]);
        assert!(matches!(solver.find(&circuit, &[two, three]), Found::Nothing));
    }

    #[test]
    fn a_search_is_given_up() {
        // So many things in one place less.
        let (things, places) = (9, 8);
        let mut circuit = Circuit::new();
        let lies: Vec<Vec<Fact>> = (0..things).map(|_| (0..places).map(|_| circuit.choice()).collect()).collect();
        let mut facts: Vec<Fact> = Vec::new();
        for (index, one) in lies.iter().enumerate() {
            facts.push(circuit.any(one.iter().copied()));
            for other in &lies[..index] {
                for place in 0..places {
                    let both = circuit.both(one[place], other[place]);
                    facts.push(!both);
                }
            }
        }
        assert!(matches!(Solver::new(50).find(&circuit, &facts), Found::GivenUp));
    }
}
