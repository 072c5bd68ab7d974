//! Random flows: whatever is nested and joined, the graph follows the rules, and on every path
//! through it each node sees the filters that its place in the text says.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use crate::diagnostics::Code;
use crate::lower::testing::lowered;
use crate::model::Graph;
use crate::verify::check_rules;

/// Writes a flow from a list of random numbers.
struct Writer<'r> {
    random: std::slice::Iter<'r, u8>,
    text: String,
    nodes: usize,
    labels: usize,
    /// The filters around the place that is written.
    filters: Vec<char>,
    /// The regions around it, by number.
    regions: Vec<usize>,
    region_count: usize,
    /// Labels that were jumped to and not written yet, and the regions that each jump is in.
    pending: Vec<(usize, Vec<Vec<usize>>)>,
    /// What each node must see.
    expected: BTreeMap<String, Vec<char>>,
}

impl Writer<'_> {
    /// A number below `limit`; zero once the random ones are used up.
    fn choose(&mut self, limit: u8) -> u8 {
        self.random.next().map_or(0, |&random| random % limit)
    }

    fn word(&mut self, word: &str) {
        self.text.push_str(word);
        self.text.push(' ');
    }

    fn node(&mut self, kind: &str) {
        self.nodes += 1;
        let name = format!("{kind}{}", self.nodes);
        self.word(&name);
        self.expected.insert(name, self.filters.clone());
    }

    /// A pending label that all its jumps may reach from here.
    fn take_label(&mut self) -> Option<usize> {
        let here = &self.regions;
        let index = self.pending.iter().position(|(_, jumps)| jumps.iter().all(|jump| jump.starts_with(here)))?;
        Some(self.pending.remove(index).0)
    }

    fn inside(&mut self, write: impl FnOnce(&mut Self)) {
        self.region_count += 1;
        self.regions.push(self.region_count);
        write(self);
        self.regions.pop();
    }

    /// Writes the steps of a block; says whether a run leaves it at its end.
    fn block(&mut self, depth: u8) -> bool {
        let mut open = true;
        for _ in 0..self.choose(5) {
            if (!open || self.choose(3) == 0)
                && let Some(label) = self.take_label()
            {
                self.word(&format!("@l{label}"));
                open = true;
            }
            if !open {
                break;
            }
            open = self.step(depth);
        }
        open
    }

    /// Writes a step; says whether a run goes on after it.
    fn step(&mut self, depth: u8) -> bool {
        let limit = if depth == 0 { 3 } else { 12 };
        match self.choose(limit) {
            1 if self.choose(3) == 0 => {
                self.word("stop");
                false
            }
            2 if !self.text.trim_end().ends_with(|c: char| c.is_ascii_digit()) || self.choose(2) == 0 => {
                self.goto();
                false
            }
            3..=5 => self.branches(depth),
            6..=8 => self.filter(depth),
            9 => {
                self.word("concurrent {");
                for _ in 0..=self.choose(3) {
                    self.word("{");
                    self.inside(|writer| {
                        writer.block(depth - 1);
                    });
                    self.word("}");
                }
                self.word("}");
                false
            }
            10 => {
                self.word("use {");
                let outer = std::mem::take(&mut self.pending);
                let open = self.block(depth - 1);
                let open = self.write_pending(open);
                self.pending = outer;
                self.word("}");
                open
            }
            _ => {
                self.node("n");
                true
            }
        }
    }

    fn goto(&mut self) {
        let jump = self.regions.clone();
        if self.pending.is_empty() || self.choose(2) == 0 {
            self.labels += 1;
            self.pending.push((self.labels, vec![jump]));
        } else {
            let index = usize::from(self.choose(8)) % self.pending.len();
            self.pending[index].1.push(jump);
            let label = self.pending[index].0;
            return self.word(&format!("goto l{label}"));
        }
        self.word(&format!("goto l{}", self.labels));
    }

    fn branches(&mut self, depth: u8) -> bool {
        let mut open = false;
        let arms = 1 + self.choose(3);
        for arm in 0..arms {
            self.word(if arm == 0 { "if" } else { "else if" });
            for question in 0..=self.choose(3) {
                match (question, self.choose(3)) {
                    (0, 0) => self.word("not"),
                    (0, _) => {}
                    (_, 1) => self.word("or"),
                    (_, _) => self.word("and"),
                }
                self.node("q");
            }
            self.word("{");
            open |= self.block(depth - 1);
            self.word("}");
        }
        if self.choose(2) == 0 {
            return true;
        }
        self.word("else {");
        open |= self.block(depth - 1);
        self.word("}");
        open
    }

    fn filter(&mut self, depth: u8) -> bool {
        let first = self.choose(6);
        let free =
            (0..6).map(|offset| char::from(b'A' + (first + offset) % 6)).find(|label| !self.filters.contains(label));
        let Some(label) = free else { return true };
        self.word(&format!("{label} {{"));
        self.filters.push(label);
        let mut open = true;
        self.inside(|writer| open = writer.block(depth - 1));
        self.filters.pop();
        self.word("}");
        open
    }

    /// Writes a step for each label that is still missing.
    fn write_pending(&mut self, open: bool) -> bool {
        let pending = std::mem::take(&mut self.pending);
        let any = !pending.is_empty();
        for (label, _) in pending {
            self.word(&format!("@l{label}"));
            self.node("n");
        }
        open || any
    }
}

/// Follows every path, with the filters that are on; fails where one of them sees others than it
/// should, puts one on that is on, or resets when none is.
fn walk(graph: &Graph<'_>, expected: &BTreeMap<String, Vec<char>>) -> Result<BTreeSet<u32>, TestCaseError> {
    let mut seen = BTreeSet::new();
    let mut stack = vec![(1_u32, Vec::<char>::new())];
    while let Some((id, mut filters)) = stack.pop() {
        if !seen.insert((id, filters.clone())) {
            continue;
        }
        let node = graph.node(id).unwrap();
        match node.module.as_ref() {
            "reset" => {
                prop_assert!(!filters.is_empty(), "node {id} resets when no filter is on");
                filters.clear();
            }
            module @ ("A" | "B" | "C" | "D" | "E" | "F") => {
                let label = module.chars().next().unwrap();
                prop_assert!(!filters.contains(&label), "node {id} puts a filter on twice");
                filters.push(label);
            }
            module => {
                if let Some(expected) = expected.get(module) {
                    prop_assert_eq!(&filters, expected, "node {} ({})", id, module);
                }
            }
        }
        stack.extend(node.outputs.iter().flatten().map(|link| (link.node, filters.clone())));
    }
    Ok(seen.into_iter().map(|(id, _)| id).collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn random_flows_keep_their_meaning(random in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut writer = Writer {
            random: random.iter(),
            text: String::new(),
            nodes: 0,
            labels: 0,
            filters: Vec::new(),
            regions: Vec::new(),
            region_count: 0,
            pending: Vec::new(),
            expected: BTreeMap::new(),
        };
        let open = writer.block(5);
        writer.write_pending(open);
        let Writer { text, expected, .. } = writer;
        let (graph, mut diagnostics) = lowered(&text);
        check_rules(&graph, &|_| None, true, None, &mut diagnostics);
        // Long flows have honestly too many paths.
        let errors: Vec<_> =
            diagnostics.iter().filter(|finding| finding.is_error() && finding.code != Code::TooManyPaths).collect();
        prop_assert!(errors.is_empty(), "{text}: {errors:#?}");
        let reached = walk(&graph, &expected)?;
        prop_assert_eq!(reached.len(), graph.nodes.len(), "some nodes are not reached: {}", text);
        for name in expected.keys() {
            prop_assert_eq!(graph.nodes.iter().filter(|node| node.module == name.as_str()).count(), 1);
        }
    }
}
