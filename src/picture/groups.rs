//! Frames and what filters cover, one in the other: for forms that lay everything out themselves.

use super::scene::{Area, Scene};

/// An area with what is directly in it.
pub(super) struct Group<'s> {
    pub area: &'s Area,
    pub is_scope: bool,
    groups: Vec<usize>,
    /// The nodes in it, by their places in the scene.
    pub nodes: Vec<usize>,
}

/// A step on the way through all groups.
pub(super) enum Step<'g, 's> {
    /// A group begins.
    Begin {
        /// Its place in [`Groups::all`].
        index: usize,
        group: &'g Group<'s>,
        /// How many groups are around it, and one.
        depth: usize,
    },
    /// A group ends.
    End {
        /// As at its beginning.
        depth: usize,
    },
}

/// All areas of a scene.
pub(super) struct Groups<'s> {
    pub all: Vec<Group<'s>>,
    outer: Vec<usize>,
    /// The nodes in none.
    pub nodes: Vec<usize>,
}

impl<'s> Groups<'s> {
    pub fn of(scene: &'s Scene) -> Self {
        let frames = scene.frames.iter().map(|area| (area, false));
        let mut areas: Vec<_> = frames.chain(scene.scopes.iter().map(|area| (area, true))).collect();
        areas.sort_by_key(|(area, _)| std::cmp::Reverse(area.nodes.len()));
        let mut innermost: Vec<Option<usize>> = vec![None; scene.nodes.len()];
        let mut groups = Self { all: Vec::with_capacity(areas.len()), outer: Vec::new(), nodes: Vec::new() };
        for (index, (area, is_scope)) in areas.into_iter().enumerate() {
            // Areas hold each other or have nothing in common.
            let around = area.nodes.first().and_then(|&node| innermost[node]);
            match around {
                Some(around) => groups.all[around].groups.push(index),
                None => groups.outer.push(index),
            }
            for &node in &area.nodes {
                innermost[node] = Some(index);
            }
            groups.all.push(Group { area, is_scope, groups: Vec::new(), nodes: Vec::new() });
        }
        for (node, group) in innermost.into_iter().enumerate() {
            match group {
                Some(group) => groups.all[group].nodes.push(node),
                None => groups.nodes.push(node),
            }
        }
        groups
    }

    /// Goes through all groups: each ends after those in it.
    pub fn steps(&self) -> Vec<Step<'_, 's>> {
        let mut steps = Vec::with_capacity(2 * self.all.len());
        // The groups that were not begun, and none for the end of one.
        let mut waiting: Vec<(Option<usize>, usize)> = self.outer.iter().rev().map(|&index| (Some(index), 1)).collect();
        while let Some((index, depth)) = waiting.pop() {
            let Some(index) = index else {
                steps.push(Step::End { depth });
                continue;
            };
            let group = &self.all[index];
            steps.push(Step::Begin { index, group, depth });
            waiting.push((None, depth));
            waiting.extend(group.groups.iter().rev().map(|&inner| (Some(inner), depth + 1)));
        }
        steps
    }
}
