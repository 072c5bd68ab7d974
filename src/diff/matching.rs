//! Which node of one graph is which of the other.

use rustc_hash::FxHashMap;

use super::fingerprint::{Fingerprints, Links};

/// In how many nodes of a module the most similar ones are looked for.
const MAX_SIMILAR: usize = 64;

/// Partners by node index, both ways.
pub(super) struct Matching<'m> {
    links: [&'m Links; 2],
    /// The partner of each node of the first graph.
    pub forward: Vec<Option<usize>>,
    /// The partner of each node of the second graph.
    pub backward: Vec<Option<usize>>,
    /// Pairs whose neighbours were not looked at.
    queue: Vec<(usize, usize)>,
}

/// A number for each node of both graphs.
type Keys<'k> = [&'k [u32]; 2];

impl<'m> Matching<'m> {
    /// Nothing is matched yet.
    pub fn new(links: [&'m Links; 2]) -> Self {
        Self {
            forward: vec![None; links[0].outputs.len()],
            backward: vec![None; links[1].outputs.len()],
            links,
            queue: Vec::new(),
        }
    }

    /// Matches all that can be: equals in equal places first, then equals, then what is in the
    /// same place, then what is similar. `similarity` tells how similar two nodes of a module are.
    pub fn find(&mut self, first: &Fingerprints, second: &Fingerprints, similarity: &dyn Fn(usize, usize) -> usize) {
        self.equals([&first.whole, &second.whole]);
        self.equals([&first.down, &second.down]);
        self.equals([&first.up, &second.up]);
        self.neighbours([&first.own, &second.own]);
        self.equals([&first.own, &second.own]);
        self.neighbours([&first.module, &second.module]);
        self.similar([&first.module, &second.module], similarity);
    }

    /// Matches two nodes, if neither is matched.
    pub fn pair(&mut self, first: usize, second: usize) -> bool {
        if self.forward[first].is_some() || self.backward[second].is_some() {
            return false;
        }
        self.forward[first] = Some(second);
        self.backward[second] = Some(first);
        self.queue.push((first, second));
        true
    }

    /// Matches nodes with equal keys: those that only one node of each graph has, their neighbours,
    /// then one by one what remains, each with its neighbours.
    pub fn equals(&mut self, keys: Keys<'_>) {
        let mut groups: FxHashMap<u32, [Vec<usize>; 2]> = FxHashMap::default();
        for (side, partners) in [&self.forward, &self.backward].into_iter().enumerate() {
            for node in (0..partners.len()).filter(|&node| partners[node].is_none()) {
                groups.entry(keys[side][node]).or_default()[side].push(node);
            }
        }
        for key in keys[0] {
            if let Some([first, second]) = groups.get(key).map(|[first, second]| [&first[..], &second[..]])
                && let ([first], [second]) = (first, second)
            {
                self.pair(*first, *second);
            }
        }
        self.spread(keys);
        for group in groups.values_mut() {
            group[1].reverse();
        }
        for node in 0..self.forward.len() {
            if self.forward[node].is_some() {
                continue;
            }
            let Some([_, others]) = groups.get_mut(&keys[0][node]) else { continue };
            while let Some(other) = others.pop() {
                if self.pair(node, other) {
                    self.spread(keys);
                    break;
                }
            }
        }
    }

    /// Matches neighbours of matched nodes that have equal keys.
    pub fn neighbours(&mut self, keys: Keys<'_>) {
        let pairs = self.forward.iter().enumerate().filter_map(|(node, partner)| Some((node, (*partner)?)));
        self.queue = pairs.collect();
        self.queue.reverse();
        self.spread(keys);
    }

    /// Downwards as far as it goes, then upwards: where twins lead to the same node, the order of the connections that
    /// lead to them tells which is which.
    fn spread(&mut self, keys: Keys<'_>) {
        let links = self.links;
        let mut upwards = Vec::new();
        loop {
            let Some((first, second)) = self.queue.pop() else {
                let Some((first, second)) = upwards.pop() else { break };
                self.spread_up(first, second, keys);
                continue;
            };
            upwards.push((first, second));
            let outputs = links[0].outputs[first].iter().zip(&links[1].outputs[second]);
            for (mine, theirs) in outputs.flat_map(|(mine, theirs)| mine.iter().zip(theirs)) {
                if let (Some(mine), Some(theirs)) = (*mine, *theirs)
                    && keys[0][mine] == keys[1][theirs]
                {
                    self.pair(mine, theirs);
                }
            }
        }
    }

    /// Matches what leads to two matched nodes from the same output.
    fn spread_up(&mut self, first: usize, second: usize, keys: Keys<'_>) {
        let links = self.links;
        let mut theirs: FxHashMap<(usize, u32), Vec<usize>> = FxHashMap::default();
        for &(from, output) in links[1].inputs[second].iter().rev() {
            if self.backward[from].is_none() {
                theirs.entry((output, keys[1][from])).or_default().push(from);
            }
        }
        if theirs.is_empty() {
            return;
        }
        for &(from, output) in &links[0].inputs[first] {
            if self.forward[from].is_some() {
                continue;
            }
            let Some(others) = theirs.get_mut(&(output, keys[0][from])) else { continue };
            while let Some(other) = others.pop() {
                if self.pair(from, other) {
                    break;
                }
            }
        }
    }

    /// Matches nodes of the same module, the most similar ones first.
    fn similar(&mut self, modules: Keys<'_>, similarity: &dyn Fn(usize, usize) -> usize) {
        let mut groups: FxHashMap<u32, [Vec<usize>; 2]> = FxHashMap::default();
        let mut order = Vec::new();
        for (side, partners) in [&self.forward, &self.backward].into_iter().enumerate() {
            for node in (0..partners.len()).filter(|&node| partners[node].is_none()) {
                let group = groups.entry(modules[side][node]).or_default();
                if side == 0 && group[0].is_empty() {
                    order.push(modules[side][node]);
                }
                group[side].push(node);
            }
        }
        for module in order {
            let [first, second] = &groups[&module];
            if first.len().max(second.len()) > MAX_SIMILAR {
                for (&first, &second) in first.iter().zip(second) {
                    self.pair(first, second);
                }
                continue;
            }
            let mut pairs: Vec<_> = first
                .iter()
                .flat_map(|&first| second.iter().map(move |&second| (first, second)))
                .map(|(first, second)| (std::cmp::Reverse(similarity(first, second)), first, second))
                .collect();
            pairs.sort_unstable();
            for (_, first, second) in pairs {
                self.pair(first, second);
            }
        }
        self.queue.clear();
    }
}
