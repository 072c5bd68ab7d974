//! Heights for a given order of the ranks (Brandes and Köpf 2001), for boxes of different heights and with outputs at
//! different heights (after Rüegg, Schulze, Carstens and von Hanxleden 2015).
//!
//! Each place is put on a level with the middle one of its neighbours, as far as that is free. This is done from the left and
//! from the right, upwards and downwards. A place's height is the middle of the four.

use std::collections::HashSet;

use rustc_hash::FxHashSet;

use super::levels::{Levels, Piece};

/// The height of the middle of each place. `order` are the places of each rank from the top down.
pub fn heights(levels: &Levels, order: &[Vec<usize>]) -> Vec<f64> {
    let mut at = vec![0; levels.rank.len()];
    for places in order {
        for (index, &place) in places.iter().enumerate() {
            at[place] = index;
        }
    }
    let conflicts = conflicts(levels, order, &at);
    let variants = [(false, false), (false, true), (true, false), (true, true)];
    let mut found = variants.map(|(from_right, upwards)| {
        let aligned = Aligned::new(levels, order, &at, &conflicts, from_right, upwards);
        aligned.heights(order, upwards)
    });
    align(levels, order, &mut found);
    let middle = |place: usize| {
        let mut all = found.each_ref().map(|heights| heights[place]);
        all.sort_by(f64::total_cmp);
        f64::midpoint(all[1], all[2])
    };
    let mut heights: Vec<f64> = (0..levels.rank.len()).map(middle).collect();
    part_below_part(levels, order, &mut heights);
    heights
}

/// The pieces that cross one between two points, which is to be straight, but are not between two points themselves.
fn conflicts(levels: &Levels, order: &[Vec<usize>], at: &[usize]) -> FxHashSet<(usize, usize)> {
    let mut found: FxHashSet<(usize, usize)> = HashSet::default();
    let is_inner = |piece: &Piece| levels.is_point[piece.from] && levels.is_point[piece.to];
    for (before, places) in order.iter().zip(order.iter().skip(1)) {
        let (mut first, mut low) = (0, 0);
        for (index, &place) in places.iter().enumerate() {
            let inner = levels.before(place).iter().find(|piece| is_inner(piece)).map(|piece| at[piece.from]);
            if inner.is_none() && index + 1 < places.len() {
                continue;
            }
            let high = inner.unwrap_or(before.len());
            for &other in &places[first..=index] {
                let outside = |piece: &&Piece| at[piece.from] < low || at[piece.from] > high;
                let crossing = levels.before(other).iter().filter(|piece| !is_inner(piece)).filter(outside);
                found.extend(crossing.map(|piece| (piece.from, piece.to)));
            }
            (first, low) = (index + 1, high);
        }
    }
    found
}

/// Places on one level, in one of the four ways.
struct Aligned<'l> {
    levels: &'l Levels,
    /// The first place of the level of each.
    root: Vec<usize>,
    /// How far below that one it is.
    shift: Vec<f64>,
}

impl<'l> Aligned<'l> {
    fn new(
        levels: &'l Levels,
        order: &[Vec<usize>],
        at: &[usize],
        conflicts: &FxHashSet<(usize, usize)>,
        from_right: bool,
        upwards: bool,
    ) -> Self {
        let mut aligned = Self { levels, root: (0..levels.rank.len()).collect(), shift: vec![0.0; levels.rank.len()] };
        let ranks: Vec<usize> = if from_right { (0..order.len()).rev().collect() } else { (0..order.len()).collect() };
        // Turned upside down, what is above is below.
        let turn = |index: usize, length: usize| if upwards { length - 1 - index } else { index };
        for ranks in ranks.windows(2) {
            let &[other, rank] = ranks else { continue };
            let (length, other_length) = (order[rank].len(), order[other].len());
            let mut free = 0;
            for index in 0..length {
                let place = order[rank][turn(index, length)];
                let pieces = if from_right { levels.after(place) } else { levels.before(place) };
                let end = |piece: &Piece| if from_right { piece.to } else { piece.from };
                let mut pieces: Vec<&Piece> = pieces.iter().collect();
                pieces.sort_by_key(|piece| turn(at[end(piece)], other_length));
                let Some(last) = pieces.len().checked_sub(1) else { continue };
                for piece in &pieces[last / 2..=last.div_ceil(2)] {
                    let (next, position) = (end(piece), turn(at[end(piece)], other_length));
                    if position < free || conflicts.contains(&(piece.from, piece.to)) {
                        continue;
                    }
                    aligned.root[place] = aligned.root[next];
                    let offset = if from_right { -piece.offset } else { piece.offset };
                    aligned.shift[place] = aligned.shift[next] + offset;
                    free = position + 1;
                    break;
                }
            }
        }
        aligned
    }

    /// Heights as far up as can be, or as far down, and then back towards what holds them.
    fn heights(&self, order: &[Vec<usize>], upwards: bool) -> Vec<f64> {
        let places = self.root.len();
        // For each level those that must be below it, and by how much.
        let mut below: Vec<Vec<(usize, f64)>> = vec![Vec::new(); places];
        let mut waits_for = vec![0_usize; places];
        for pair in order.iter().flat_map(|places| places.windows(2)) {
            let &[above, other] = pair else { continue };
            let (above, other) = if upwards { (other, above) } else { (above, other) };
            let room = self.levels.extent[above] + self.levels.extent[other];
            // Upwards everything is turned upside down.
            let shift = self.shift[above] - self.shift[other];
            let room = room + if upwards { -shift } else { shift };
            below[self.root[above]].push((self.root[other], room));
            waits_for[self.root[other]] += 1;
        }
        let mut sorted: Vec<usize> =
            (0..places).filter(|&place| self.root[place] == place && waits_for[place] == 0).collect();
        let mut height = vec![0.0_f64; places];
        let mut next = 0;
        while let Some(&root) = sorted.get(next) {
            next += 1;
            for &(other, room) in &below[root] {
                height[other] = height[other].max(height[root] + room);
                waits_for[other] -= 1;
                if waits_for[other] == 0 {
                    sorted.push(other);
                }
            }
        }
        for &root in sorted.iter().rev() {
            let room = below[root].iter().map(|&(other, room)| height[other] - room).fold(f64::INFINITY, f64::min);
            if room.is_finite() {
                height[root] = height[root].max(room);
            }
        }
        let of = |place: usize| {
            let height = height[self.root[place]];
            self.shift[place] + if upwards { -height } else { height }
        };
        (0..places).map(of).collect()
    }
}

/// Moves the four to the one that is the lowest in all: those from above by their tops, those from below by their bottoms.
fn align(levels: &Levels, order: &[Vec<usize>], found: &mut [Vec<f64>; 4]) {
    let bounds = found.each_ref().map(|heights| {
        let ends = order
            .iter()
            .flatten()
            .map(|&place| (heights[place] - levels.extent[place], heights[place] + levels.extent[place]));
        ends.fold((f64::INFINITY, f64::NEG_INFINITY), |all, own| (all.0.min(own.0), all.1.max(own.1)))
    });
    let Some(&smallest) = bounds.iter().min_by(|a, b| (a.1 - a.0).total_cmp(&(b.1 - b.0))) else { return };
    if !smallest.0.is_finite() {
        return;
    }
    for (index, (heights, own)) in found.iter_mut().zip(bounds).enumerate() {
        let by = if index % 2 == 0 { smallest.0 - own.0 } else { smallest.1 - own.1 };
        for height in heights {
            *height += by;
        }
    }
}

/// Moves each connected part below those before it.
fn part_below_part(levels: &Levels, order: &[Vec<usize>], heights: &mut [f64]) {
    let parts = levels.part.iter().max().map_or(0, |last| last + 1);
    let mut bounds = vec![(f64::INFINITY, f64::NEG_INFINITY); parts];
    for &place in order.iter().flatten() {
        let own = &mut bounds[levels.part[place]];
        own.0 = own.0.min(heights[place] - levels.extent[place]);
        own.1 = own.1.max(heights[place] + levels.extent[place]);
    }
    let mut bottom: Option<f64> = None;
    let mut moved = vec![0.0; parts];
    for (own, moved) in bounds.into_iter().zip(&mut moved) {
        if own.0 > own.1 {
            continue;
        }
        *moved = bottom.map_or(0.0, |bottom| bottom - own.0);
        bottom = Some(own.1 + *moved);
    }
    for &place in order.iter().flatten() {
        heights[place] += moved[levels.part[place]];
    }
}
