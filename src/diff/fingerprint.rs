//! What a node is, and what it is together with all that leads to it and all that it leads to, as
//! small numbers that are equal exactly for equals in both graphs.

use std::hash::Hash;

use rustc_hash::FxHashMap;

use crate::model::Graph;

/// How often neighbours are looked at in a graph with loops.
const ROUNDS: usize = 24;

/// Gives equal things equal numbers.
pub(super) struct Numbers<K>(FxHashMap<K, u32>);

impl<K: Hash + Eq> Numbers<K> {
    pub fn new() -> Self {
        Self(FxHashMap::default())
    }

    /// The number of a thing.
    pub fn of(&mut self, thing: K) -> u32 {
        let next = self.0.len() as u32;
        *self.0.entry(thing).or_insert(next)
    }
}

/// A graph's connections by node index.
pub(super) struct Links {
    /// By node and output: where the connections lead; `None` for nodes that do not exist.
    pub outputs: Vec<Vec<Vec<Option<usize>>>>,
    /// By node: what leads there, with the output.
    pub inputs: Vec<Vec<(usize, usize)>>,
    /// An order in which connections lead forward; `None` if there are loops.
    pub order: Option<Vec<usize>>,
}

impl Links {
    pub fn new(graph: &Graph<'_>) -> Self {
        let count = graph.nodes.len();
        let mut inputs = vec![Vec::new(); count];
        let mut outputs = Vec::with_capacity(count);
        for (from, node) in graph.nodes.iter().enumerate() {
            let mut of_node: Vec<Vec<Option<usize>>> = node
                .outputs
                .iter()
                .map(|output| output.iter().map(|connection| graph.index(connection.node)).collect())
                .collect();
            // Whether an output that leads nowhere is listed means nothing.
            while of_node.last().is_some_and(Vec::is_empty) {
                of_node.pop();
            }
            for (output, targets) in of_node.iter().enumerate() {
                for &target in targets.iter().flatten() {
                    inputs[target].push((from, output));
                }
            }
            outputs.push(of_node);
        }
        let order = order(&outputs, &inputs);
        Self { outputs, inputs, order }
    }
}

fn order(outputs: &[Vec<Vec<Option<usize>>>], inputs: &[Vec<(usize, usize)>]) -> Option<Vec<usize>> {
    let mut waiting: Vec<usize> = inputs.iter().map(Vec::len).collect();
    let mut order: Vec<usize> = (0..outputs.len()).filter(|&node| waiting[node] == 0).collect();
    let mut next = 0;
    while let Some(&node) = order.get(next) {
        next += 1;
        for &target in outputs[node].iter().flatten().flatten() {
            waiting[target] -= 1;
            if waiting[target] == 0 {
                order.push(target);
            }
        }
    }
    (order.len() == outputs.len()).then_some(order)
}

/// The fingerprints of a graph's nodes.
pub(super) struct Fingerprints {
    /// Of the module alone.
    pub module: Vec<u32>,
    /// Of the node alone.
    pub own: Vec<u32>,
    /// With all that the node leads to.
    pub down: Vec<u32>,
    /// With all that leads to the node.
    pub up: Vec<u32>,
    /// With both.
    pub whole: Vec<u32>,
}

/// Makes the fingerprints of both graphs, from what each node is alone.
pub(super) fn fingerprints(links: [&Links; 2], module: [Vec<u32>; 2], own: [Vec<u32>; 2]) -> [Fingerprints; 2] {
    let mut downs = Numbers::new();
    let mut ups = Numbers::new();
    let mut wholes = Numbers::new();
    let mut rounds = Numbers::new();
    let acyclic = links.iter().all(|links| links.order.is_some());
    let mut make = |links: &Links, module: Vec<u32>, own: Vec<u32>| {
        let (down, up) = match &links.order {
            Some(order) if acyclic => (down(links, order, &own, &mut downs), up(links, order, &own, &mut ups)),
            _ => {
                let around = around(links, &own, &mut rounds);
                (around.clone(), around)
            }
        };
        let whole = down.iter().zip(&up).map(|(&down, &up)| wholes.of((down, up))).collect();
        Fingerprints { module, own, down, up, whole }
    };
    let [first, second] = links;
    let ([module_1, module_2], [own_1, own_2]) = (module, own);
    [make(first, module_1, own_1), make(second, module_2, own_2)]
}

/// A node with the numbers of what its outputs lead to; each output ends in a mark.
type Down = (u32, Vec<u32>);
/// Marks the end of an output's targets.
const END: u32 = u32::MAX;
/// Stands for a node that does not exist.
const MISSING: u32 = u32::MAX - 1;

fn below(links: &Links, node: usize, numbers: &[u32]) -> Vec<u32> {
    let mut below = Vec::new();
    for targets in &links.outputs[node] {
        below.extend(targets.iter().map(|target| target.map_or(MISSING, |target| numbers[target])));
        below.push(END);
    }
    below
}

fn above(links: &Links, node: usize, numbers: &[u32]) -> Vec<(u32, u32)> {
    let mut above: Vec<(u32, u32)> =
        links.inputs[node].iter().map(|&(from, output)| (output as u32, numbers[from])).collect();
    above.sort_unstable();
    above
}

fn down(links: &Links, order: &[usize], own: &[u32], numbers: &mut Numbers<Down>) -> Vec<u32> {
    let mut down = vec![0; own.len()];
    for &node in order.iter().rev() {
        down[node] = numbers.of((own[node], below(links, node, &down)));
    }
    down
}

fn up(links: &Links, order: &[usize], own: &[u32], numbers: &mut Numbers<(u32, Vec<(u32, u32)>)>) -> Vec<u32> {
    let mut up = vec![0; own.len()];
    for &node in order {
        up[node] = numbers.of((own[node], above(links, node, &up)));
    }
    up
}

/// A round, a node, and its neighbours.
type Around = (usize, u32, Vec<u32>, Vec<(u32, u32)>);

/// For graphs with loops: a node with its neighbours up to some distance.
fn around(links: &Links, own: &[u32], numbers: &mut Numbers<Around>) -> Vec<u32> {
    let mut around = own.to_vec();
    for round in 0..ROUNDS {
        around = (0..own.len())
            .map(|node| numbers.of((round, around[node], below(links, node, &around), above(links, node, &around))))
            .collect();
    }
    around
}
