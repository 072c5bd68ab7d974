//! What happens in a run, for every event at once.

use std::collections::BTreeMap;

use crate::model::NodeId;

use super::circuit::{Circuit, Fact};
use super::data::{Data, Reason};
use super::state::Assumption;

/// What happens, and when.
#[derive(Clone, Debug, Default)]
pub(super) struct Happened {
    /// When each node is reached, and not skipped.
    pub(super) reached: BTreeMap<NodeId, Fact>,
    /// When each branch is taken.
    pub(super) branches: BTreeMap<(NodeId, bool), Fact>,
    /// When a stop ends the run.
    pub(super) blocked: Fact,
    /// When another step that blocks fails.
    pub(super) failure: Fact,
    /// When MISP dies.
    pub(super) crash: Fact,
    /// Why the run ends before its end: the message of a stop where it is always the same.
    pub(super) reasons: Vec<(Fact, Option<String>)>,
    /// The same with what the message is made of.
    pub(super) stops: Vec<Done>,
    /// What is done to the world outside, in order.
    pub(super) effects: Vec<Done>,
    /// Where a choice stands for something that is not known.
    pub(super) assumed: Vec<Assumption>,
    /// Where nothing more is known of the run at all.
    pub(super) lost: Vec<Assumption>,
}

/// An effect.
#[derive(Clone, Debug, Default)]
pub(super) struct Done {
    /// When it happens.
    pub(super) fact: Fact,
    pub(super) node: NodeId,
    /// Its kind; `None` if not even that is known, nor whether there is one.
    pub(super) kind: Option<&'static str>,
    /// What is known of its entries.
    pub(super) known: Vec<(&'static str, serde_json::Value)>,
    /// What the rest of it is made of: the module with its parameters, and the data as it saw it.
    pub(super) made_of: Option<(String, Data)>,
    /// When there is nothing that it is done to.
    pub(super) touches_nothing: Fact,
    /// The attribute that it is about, by its place in the flat list.
    pub(super) attribute: Option<usize>,
}

impl Default for Fact {
    fn default() -> Self {
        Self::NEVER
    }
}

impl Happened {
    pub(super) fn reach(&mut self, circuit: &mut Circuit, node: NodeId, fact: Fact) {
        let known = self.reached.entry(node).or_default();
        *known = circuit.either(*known, fact);
    }

    pub(super) fn branch(&mut self, circuit: &mut Circuit, node: NodeId, holds: bool, fact: Fact) {
        let known = self.branches.entry((node, holds)).or_default();
        *known = circuit.either(*known, fact);
    }

    pub(super) fn assume(&mut self, fact: Fact, reason: Reason) {
        if fact != Fact::NEVER {
            self.assumed.push(Assumption { fact, reason });
        }
    }

    pub(super) fn lose(&mut self, _: &mut Circuit, fact: Fact, reason: Reason) {
        if fact != Fact::NEVER {
            self.lost.push(Assumption { fact, reason });
        }
    }

    /// When the run ends well.
    pub(super) fn success(&self, circuit: &mut Circuit) -> Fact {
        circuit.all([!self.blocked, !self.failure, !self.crash])
    }
}
