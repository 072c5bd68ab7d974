//! A run, as it is drawn over a picture.

use rustc_hash::FxHashMap;
use serde::Serialize;

use crate::diagnostics::printable_line;
use crate::engine::{Decision, RunResult};
use crate::model::NodeId;
use crate::simulate::replay::{decision_word, effect_text, observed};

use super::scene::Scene;

/// What was looked at is read so far before secrets are hidden in it,
const READ: usize = 4_000;
/// and shown so far.
const SHOWN: usize = 300;
/// A run has at most so many steps in a picture.
const MOST_STEPS: usize = 2_000;

/// A run over a scene.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ShownRun {
    /// What it ran on.
    name: String,
    /// How it ended.
    outcome: &'static str,
    /// What becomes of the action that the trigger watches.
    verdict: &'static str,
    /// What MISP logs.
    errors: Vec<String>,
    /// What else there is to know.
    notes: Vec<String>,
    /// The nodes that were looked at, in order; then those of the jobs.
    steps: Vec<ShownStep>,
}

/// A node that a run looked at.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
struct ShownStep {
    /// The node's id.
    node: NodeId,
    /// What came of it.
    word: &'static str,
    /// The job it belongs to; empty for the run itself.
    part: String,
    /// What it saw.
    saw: Vec<String>,
    /// Why.
    because: Vec<String>,
    /// What it does to the world.
    does: Vec<String>,
    /// The connections on which the run came here, by their places in the scene.
    wires: Vec<usize>,
}

impl ShownRun {
    /// A run that was traced. `hide` hides secrets in a text.
    pub fn new(name: &str, result: &RunResult<'_>, scene: &Scene, hide: &dyn Fn(&str) -> String) -> Self {
        let clean = |text: &str| {
            let text = hide(text);
            let mut short: String = text.chars().take(SHOWN).collect();
            if short.len() < text.len() {
                short.push('…');
            }
            printable_line(&short).into_owned()
        };
        let mut run = Self {
            name: clean(name),
            outcome: result.outcome.as_str(),
            verdict: result.verdict.as_str(),
            errors: Vec::new(),
            notes: Vec::new(),
            steps: Vec::new(),
        };
        let places = scene.nodes.iter().enumerate().map(|(place, node)| (node.id, place)).collect();
        let mut way = Way { scene, places, clean: &clean, open: Vec::new(), left_out: 0 };
        let mut waiting = vec![(result, String::new())];
        while let Some((result, part)) = waiting.pop() {
            way.follow(result, &part, &mut run.steps);
            let told = |text: &String| clean(&if part.is_empty() { text.clone() } else { format!("{part}: {text}") });
            run.errors.extend(result.errors.iter().map(told));
            run.notes.extend(result.notes.iter().map(told));
            for call in &result.calls {
                let outcomes: Vec<&str> = call.runs.iter().map(|run| run.outcome.as_str()).collect();
                let outcomes = if outcomes.is_empty() { "not run".to_owned() } else { outcomes.join(", ") };
                run.notes.push(clean(&format!("node {} called `{}`: {outcomes}", call.node, call.workflow)));
            }
            let jobs = result.jobs.iter().rev().filter_map(|job| {
                let done = job.result.as_deref()?;
                Some((done, format!("job that starts at node {}", job.node)))
            });
            waiting.extend(jobs);
        }
        if way.left_out > 0 {
            run.notes.push(format!("{} further steps are not shown", way.left_out));
        }
        run
    }
}

/// Finds the connections that a run takes.
struct Way<'w> {
    scene: &'w Scene,
    /// The places of the nodes in the scene.
    places: FxHashMap<NodeId, usize>,
    clean: &'w dyn Fn(&str) -> String,
    /// Connections that lead on from what was looked at.
    open: Vec<usize>,
    /// How many steps there is no room for.
    left_out: usize,
}

impl Way<'_> {
    fn follow(&mut self, result: &RunResult<'_>, part: &str, steps: &mut Vec<ShownStep>) {
        let nodes = result.trace.as_ref().map_or(&[][..], |trace| &trace.nodes);
        for node in nodes {
            if steps.len() == MOST_STEPS {
                self.left_out += 1;
                continue;
            }
            let clean = self.clean;
            let effects = result.effects.get(node.effects.clone()).unwrap_or_default();
            let does = effects.iter().filter(|record| !record.effect.touches_nothing());
            let saw = node.saw.iter().map(|saw| format!("{} = {}", saw.what, observed(&saw.value, READ)));
            let wires =
                self.places.get(&node.node).copied().map(|place| self.arrive(place, node.decision)).unwrap_or_default();
            steps.push(ShownStep {
                node: node.node,
                word: decision_word(node.decision),
                part: part.to_owned(),
                saw: saw.map(|text| clean(&text)).collect(),
                because: node.reasons.iter().map(|text| clean(text)).collect(),
                does: does.map(|record| clean(&effect_text(record))).collect(),
                wires,
            });
        }
    }

    /// The connection that leads to a node; those that lead on from it are open from now on.
    fn arrive(&mut self, node: usize, decision: Decision) -> Vec<usize> {
        let wires = &self.scene.wires;
        // The latest one: runs go as far as they can before they turn back.
        let taken = self.open.iter().rposition(|&wire| wires[wire].to == node);
        let taken = taken.map(|at| self.open.remove(at));
        let leads = |port: usize| match decision {
            Decision::Then => port == 0,
            Decision::Else => port == 1,
            Decision::Crashed => false,
            // What follows a node that failed or was skipped is told as skipped.
            _ => true,
        };
        let leaving = wires.iter().enumerate().filter(|(_, wire)| wire.from == node && leads(wire.port));
        let leaving: Vec<usize> = leaving.map(|(index, _)| index).rev().collect();
        self.open.extend(leaving);
        taken.into_iter().collect()
    }
}
