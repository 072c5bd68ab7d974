//! Boolean circuits: what every question about an event becomes.
//!
//! A circuit is made of choices (inputs) and of gates that say "both". Gates that are the same are made once, and what
//! is known beforehand (`x and not x`) is never made, so that most of a workflow costs nothing.

use std::ops::Not;

use rustc_hash::FxHashMap;

/// A fact that holds for some events and not for others: a choice, a gate, or the opposite of one.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub(super) struct Fact(u32);

impl Fact {
    /// It holds for no event.
    pub(super) const NEVER: Self = Self(0);
    /// It holds for every event.
    pub(super) const ALWAYS: Self = Self(1);

    /// The number of the choice or gate.
    pub(super) fn number(self) -> usize {
        (self.0 >> 1) as usize
    }

    /// Whether the opposite of the choice or gate is meant.
    pub(super) fn is_opposite(self) -> bool {
        self.0 & 1 == 1
    }
}

impl Not for Fact {
    type Output = Self;

    fn not(self) -> Self {
        Self(self.0 ^ 1)
    }
}

impl From<bool> for Fact {
    fn from(value: bool) -> Self {
        if value { Self::ALWAYS } else { Self::NEVER }
    }
}

/// All choices and gates.
#[derive(Debug)]
pub(super) struct Circuit {
    /// What a gate joins; `None` for a choice, and for the constant at the beginning.
    gates: Vec<Option<(Fact, Fact)>>,
    known: FxHashMap<(Fact, Fact), Fact>,
}

impl Circuit {
    pub(super) fn new() -> Self {
        Self { gates: vec![None], known: FxHashMap::default() }
    }

    /// How many choices and gates there are.
    pub(super) fn len(&self) -> usize {
        self.gates.len()
    }

    /// What the gate with a number joins; `None` if it is a choice.
    pub(super) fn gate(&self, number: usize) -> Option<(Fact, Fact)> {
        self.gates[number]
    }

    /// A new choice.
    pub(super) fn choice(&mut self) -> Fact {
        let number = self.gates.len() as u32;
        self.gates.push(None);
        Fact(number << 1)
    }

    pub(super) fn both(&mut self, one: Fact, other: Fact) -> Fact {
        let (one, other) = if one <= other { (one, other) } else { (other, one) };
        match one {
            Fact::NEVER => return Fact::NEVER,
            Fact::ALWAYS => return other,
            _ if one == other => return one,
            _ if one == !other => return Fact::NEVER,
            _ => {}
        }
        // `a and (a and b)`, and `a and not (a and b)` where `b` is left.
        for (left, right) in [(one, other), (other, one)] {
            let Some((first, second)) = self.gates[right.number()] else { continue };
            if right.is_opposite() {
                if first == !left || second == !left {
                    return left;
                }
            } else if first == left || second == left {
                return right;
            } else if first == !left || second == !left {
                return Fact::NEVER;
            }
        }
        if let Some(known) = self.known.get(&(one, other)) {
            return *known;
        }
        let number = self.gates.len() as u32;
        self.gates.push(Some((one, other)));
        let gate = Fact(number << 1);
        self.known.insert((one, other), gate);
        gate
    }

    pub(super) fn either(&mut self, one: Fact, other: Fact) -> Fact {
        !self.both(!one, !other)
    }

    pub(super) fn without(&mut self, one: Fact, other: Fact) -> Fact {
        self.both(one, !other)
    }

    pub(super) fn all(&mut self, facts: impl IntoIterator<Item = Fact>) -> Fact {
        facts.into_iter().fold(Fact::ALWAYS, |all, fact| self.both(all, fact))
    }

    pub(super) fn any(&mut self, facts: impl IntoIterator<Item = Fact>) -> Fact {
        facts.into_iter().fold(Fact::NEVER, |any, fact| self.either(any, fact))
    }

    /// `then` where `test` holds, else `otherwise`.
    pub(super) fn choose(&mut self, test: Fact, then: Fact, otherwise: Fact) -> Fact {
        if then == otherwise {
            return then;
        }
        let then = self.both(test, then);
        let otherwise = self.both(!test, otherwise);
        self.either(then, otherwise)
    }

    pub(super) fn same(&mut self, one: Fact, other: Fact) -> Fact {
        self.choose(one, other, !other)
    }

    /// For each number from 0 to `most` whether so many of the facts hold, `most` standing for all beyond it too. Each counts as
    /// often as is said with it.
    pub(super) fn count(&mut self, facts: &[(Fact, u32)], most: usize) -> Vec<Fact> {
        let mut counts = vec![Fact::ALWAYS];
        for (fact, times) in facts {
            if *fact == Fact::NEVER || *times == 0 {
                continue;
            }
            let times = *times as usize;
            let length = (counts.len() + times).min(most + 1);
            let mut next = vec![Fact::NEVER; length];
            for (number, count) in counts.iter().enumerate() {
                if *count == Fact::NEVER {
                    continue;
                }
                let stays = self.both(*count, !*fact);
                next[number] = self.either(next[number], stays);
                let more = (number + times).min(most);
                let grows = self.both(*count, *fact);
                next[more] = self.either(next[more], grows);
            }
            counts = next;
        }
        counts.resize(most + 1, Fact::NEVER);
        counts
    }

    /// So many facts of which exactly one holds. If nothing is chosen it is the first.
    pub(super) fn one_of(&mut self, number: usize) -> Vec<Fact> {
        let mut left = Fact::ALWAYS;
        let mut facts = vec![Fact::NEVER; number];
        for fact in facts.iter_mut().skip(1) {
            let choice = self.choice();
            *fact = self.both(left, choice);
            left = self.both(left, !choice);
        }
        if let Some(first) = facts.first_mut() {
            *first = left;
        }
        facts
    }

    /// What holds if exactly these choices are made.
    pub(super) fn values(&self, is_chosen: impl Fn(usize) -> bool) -> Values {
        let mut values = Values(Vec::with_capacity(self.gates.len()));
        for (number, gate) in self.gates.iter().enumerate() {
            let value = match gate {
                Some((one, other)) => values.holds(*one) && values.holds(*other),
                None => number > 0 && is_chosen(number),
            };
            values.0.push(value);
        }
        values
    }
}

/// What holds of one event.
#[derive(Clone, Debug)]
pub(super) struct Values(Vec<bool>);

impl Values {
    /// Whether a fact holds of it.
    pub(super) fn holds(&self, fact: Fact) -> bool {
        self.0[fact.number()] != fact.is_opposite()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_known_costs_nothing() {
        let mut circuit = Circuit::new();
        let (a, b) = (circuit.choice(), circuit.choice());
        let both = circuit.both(a, b);
        assert_eq!(circuit.both(b, a), both);
        assert_eq!(circuit.both(a, both), both);
        assert_eq!(circuit.both(!a, both), Fact::NEVER);
        assert_eq!(circuit.both(a, !a), Fact::NEVER);
        assert_eq!(circuit.either(a, !a), Fact::ALWAYS);
        assert_eq!(circuit.both(a, Fact::ALWAYS), a);
        assert_eq!(circuit.len(), 4);
    }

    #[test]
    fn facts_are_counted() {
        let mut circuit = Circuit::new();
        let choices: Vec<_> = (0..4).map(|_| circuit.choice()).collect();
        let weights = [1, 1, 3, 1];
        let counts = circuit.count(&choices.iter().copied().zip(weights).collect::<Vec<_>>(), 4);
        for chosen in 0..16_usize {
            let values = circuit.values(|number| chosen >> (number - 1) & 1 == 1);
            let sum: u32 = (0..4).filter(|at| chosen >> at & 1 == 1).map(|at| weights[at]).sum();
            for (number, fact) in counts.iter().enumerate() {
                assert_eq!(values.holds(*fact), number == (sum as usize).min(4), "{chosen:b} {number}");
            }
        }
    }

    #[test]
    fn exactly_one_is_chosen() {
        let mut circuit = Circuit::new();
        let facts = circuit.one_of(3);
        for chosen in 0..4_usize {
            let values = circuit.values(|number| number <= 2 && chosen >> (number - 1) & 1 == 1);
            assert_eq!(facts.iter().filter(|fact| values.holds(**fact)).count(), 1);
        }
        assert!(circuit.values(|_| false).holds(facts[0]));
    }
}
