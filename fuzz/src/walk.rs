//! The walk through a graph, against the same rules told again without any care for speed.

use mispflow::catalogue::{Catalogue, Semantics};
use mispflow::engine::{Outcome, Prepared, RunOptions, Settings};
use mispflow::misp;
use mispflow::php::Value;

/// The most connections: their number decides how many paths there are.
const MOST_CONNECTIONS: usize = 8;

/// The most jobs that the engine makes in a run.
const MOST_JOBS: usize = 1_000;

/// What a node does.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Trigger,
    /// An action that succeeds.
    Works,
    /// An action that fails and does not block: MISP does not know it.
    Fails,
    /// An action that fails and blocks.
    Stops,
    /// An IF that holds, or does not.
    If(bool),
    /// A task whose branches become jobs.
    Concurrent,
}

/// Connections by node and output.
struct Graph {
    kinds: Vec<Kind>,
    links: Vec<(usize, usize, usize)>,
    is_blocking: bool,
}

/// What came of a run.
#[derive(Default, PartialEq, Debug)]
struct Told {
    is_stopped: bool,
    executed: Vec<usize>,
    failed: Vec<usize>,
    /// The nodes on the way to each that was passed over.
    skipped: Vec<Vec<usize>>,
    jobs: Vec<usize>,
}

/// The engine walks any graph, also one with loops, as the rules say.
///
/// The first byte says whether the trigger blocks, then there is a letter for each node up to a space, then three digits for each
/// connection: from, output, to.
pub fn walk(input: &str) {
    let Some(graph) = read(input) else { return };
    let mut told = Told::default();
    let mut path = Vec::new();
    told.is_stopped = graph.follow(0, &mut path, false, &mut told).is_none();
    // Where the ways become too many the engine gives up, and says so: here, and where it has visited too many nodes.
    if told.jobs.len() > MOST_JOBS {
        return;
    }

    let json = graph.json();
    let documents = misp::read(&json).expect("a graph").documents;
    let settings = Settings::new("w", Catalogue::built_in(), Semantics::MISP_2_5_1);
    let prepared = Prepared::of_document(&documents[0], &settings).expect("it can run");
    let event = Value::from_json(r#"{"Event": {"published": true}}"#).expect("an event");
    let result = prepared.run(event, &RunOptions { jobs: false, ..RunOptions::default() });
    if result.is_uncertain {
        return;
    }
    let numbers = |ids: &[u32]| ids.iter().map(|id| *id as usize - 1).collect::<Vec<_>>();
    let engine = Told {
        is_stopped: result.outcome == Outcome::Blocked,
        executed: numbers(&result.executed),
        failed: numbers(&result.failed),
        skipped: result.skipped.iter().map(|path| path.iter().map(|step| step.to as usize - 1).collect()).collect(),
        jobs: result.jobs.iter().map(|job| job.node as usize - 1).collect(),
    };
    assert_eq!(engine, told, "{json}");
}

fn read(input: &str) -> Option<Graph> {
    let (head, tail) = input.split_once(' ')?;
    let mut letters = head.bytes();
    let is_blocking = letters.next()? == b'b';
    let kinds: Vec<Kind> = std::iter::once(Some(Kind::Trigger))
        .chain(letters.map(|letter| match letter {
            b'a' => Some(Kind::Works),
            b'f' => Some(Kind::Fails),
            b's' => Some(Kind::Stops),
            b'y' => Some(Kind::If(true)),
            b'n' => Some(Kind::If(false)),
            b'c' => Some(Kind::Concurrent),
            _ => None,
        }))
        .collect::<Option<_>>()?;
    let digits: Vec<usize> = tail.bytes().map(|byte| usize::from(byte.wrapping_sub(b'0'))).collect();
    let links: Vec<_> = digits.chunks_exact(3).take(MOST_CONNECTIONS).map(|link| (link[0], link[1], link[2])).collect();
    let fits = |&(from, output, to): &(usize, usize, usize)| {
        let outputs = match kinds.get(from) {
            Some(Kind::If(_)) => 2,
            Some(Kind::Stops) | None => 0,
            Some(_) => 1,
        };
        output < outputs && (1..kinds.len()).contains(&to)
    };
    (kinds.len() <= 9 && links.iter().all(fits)).then_some(Graph { kinds, links, is_blocking })
}

impl Graph {
    /// Goes to a node and on from there; `None` if the run ends.
    fn follow(&self, node: usize, path: &mut Vec<usize>, mut is_over: bool, told: &mut Told) -> Option<()> {
        let mut outputs = 0..2;
        match self.kinds[node] {
            Kind::Trigger => {}
            Kind::If(holds) => outputs = if holds { 0..1 } else { 1..2 },
            Kind::Concurrent => {
                told.jobs.extend(self.links.iter().filter(|link| link.0 == node).map(|link| link.2));
                outputs = 0..0;
            }
            Kind::Works | Kind::Fails | Kind::Stops if is_over => {
                told.skipped.push(path.iter().map(|&link| self.links[link].2).collect());
            }
            Kind::Works => told.executed.push(node),
            Kind::Fails => {
                told.executed.push(node);
                told.failed.push(node);
                is_over = !self.is_blocking;
            }
            Kind::Stops => {
                told.executed.push(node);
                told.failed.push(node);
                return None;
            }
        }
        for output in outputs {
            for (number, &(from, at, to)) in self.links.iter().enumerate() {
                if from == node && at == output && !path.contains(&number) {
                    path.push(number);
                    self.follow(to, path, is_over, told)?;
                    path.pop();
                }
            }
        }
        Some(())
    }

    /// As MISP saves it.
    fn json(&self) -> String {
        let mut nodes = serde_json::Map::new();
        for (node, kind) in self.kinds.iter().enumerate() {
            let trigger = if self.is_blocking { "event-publish" } else { "event-after-save" };
            let (module, module_type, condition) = match kind {
                Kind::Trigger => (trigger, "trigger", ""),
                Kind::Works => ("push-zmq", "action", ""),
                Kind::Fails => ("no-such-module", "action", ""),
                Kind::Stops => ("stop-execution", "action", ""),
                Kind::If(true) => ("published-if", "logic", "equals"),
                Kind::If(false) => ("published-if", "logic", "not_equals"),
                Kind::Concurrent => ("concurrent-task", "logic", ""),
            };
            let params =
                if condition.is_empty() { serde_json::json!({}) } else { serde_json::json!({"condition": condition}) };
            let mut outputs = serde_json::Map::new();
            for output in 0..2 {
                let links = self.links.iter().filter(|link| link.0 == node && link.1 == output);
                let links: Vec<_> = links
                    .map(|link| serde_json::json!({"node": (link.2 + 1).to_string(), "output": "input_1"}))
                    .collect();
                outputs.insert(format!("output_{}", output + 1), serde_json::json!({"connections": links}));
            }
            let data = serde_json::json!({"id": module, "module_type": module_type, "indexed_params": params});
            nodes.insert(
                (node + 1).to_string(),
                serde_json::json!({"id": node + 1, "name": module, "data": data, "outputs": outputs}),
            );
        }
        serde_json::Value::from(nodes).to_string()
    }
}
