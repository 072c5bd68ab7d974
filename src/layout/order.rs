//! The order of places within their ranks, so that few edges cross.
//!
//! Ranks are sorted by the means or the weighted medians of where their neighbours are, to and fro, and neighbours change
//! places where that is better (Gansner, Koutsofios, North and Vo 1993). What cannot be made better like that is disturbed
//! and tried again, as long as there is work left (iterated local search: Lourenço, Martin and Stützle 2003).
//!
//! The search begins with the order of the source, and goes back to it wherever that makes nothing cross.

use super::levels::{Levels, Piece};
use super::number;
use super::random::Random;

/// So many comparisons are made at most, for each start of the search,
const WORK: usize = 4_000_000;
/// but every start has so many sweeps.
const LEAST_SWEEPS: usize = 2;
/// A start ends after so many sweeps without success,
const PATIENCE: usize = 6;
/// and the search after so many starts without success.
const STARTS: usize = 120;
/// Neighbours change places in so many rounds at most.
const ROUNDS: usize = 8;

/// An order of all ranks with fewer crossings than that of the levels; none if there is none to be found.
pub fn improved(levels: &Levels) -> Option<Vec<Vec<usize>>> {
    let mut search = Search::new(levels);
    let first = search.crossings();
    let mut best = first;
    let mut kept = search.order.clone();
    let mut random = Random(first as u64);
    let mut failed = 0;
    for start in 0.. {
        if best == 0 || failed == STARTS || (start > 0 && search.work > WORK) {
            break;
        }
        match start % 3 {
            _ if start == 0 => {}
            0 => search.shuffle(&mut random),
            kind => {
                search.set(&kept);
                search.disturb(&mut random, kind);
            }
        }
        let found = search.descend(start % 3 == 0);
        if found < best {
            (best, failed) = (found, 0);
            kept.clone_from(&search.order);
        } else {
            failed += 1;
        }
    }
    if best == first {
        return None;
    }
    search.set(&kept);
    search.return_to(levels);
    Some(search.order)
}

/// From which side a rank is sorted.
#[derive(Clone, Copy, PartialEq)]
enum Side {
    Before,
    After,
}

/// A run of places that changes its place with the one after it, in one rank.
#[derive(Clone, Copy)]
struct Exchange {
    rank: usize,
    start: usize,
    middle: usize,
    end: usize,
}

struct Search<'l> {
    levels: &'l Levels,
    order: Vec<Vec<usize>>,
    /// Where each place is in its rank.
    at: Vec<f64>,
    work: usize,
    above: Vec<f64>,
    below: Vec<f64>,
}

impl<'l> Search<'l> {
    fn new(levels: &'l Levels) -> Self {
        let mut search = Self {
            levels,
            order: Vec::new(),
            at: vec![0.0; levels.rank.len()],
            work: 0,
            above: Vec::new(),
            below: Vec::new(),
        };
        search.set(&levels.ranks);
        search
    }

    fn set(&mut self, order: &[Vec<usize>]) {
        order.clone_into(&mut self.order);
        for places in &self.order {
            for (at, &place) in places.iter().enumerate() {
                self.at[place] = number(at);
            }
        }
    }

    fn crossings(&mut self) -> usize {
        self.work += self.levels.pieces();
        self.levels.crossings(0..self.order.len(), &self.at)
    }

    /// Goes on from an order until nothing gets better, and keeps the best. Returns how many pieces cross.
    fn descend(&mut self, with_sweeps: bool) -> usize {
        self.exchange_all();
        let mut best = self.crossings();
        if !with_sweeps || self.levels.has_frames() {
            return best;
        }
        let mut kept = self.order.clone();
        let mut waited = 0;
        for sweep in 0.. {
            if best == 0 || waited == PATIENCE || (sweep >= LEAST_SWEEPS && self.work > WORK) {
                break;
            }
            let side = if sweep % 2 == 0 { Side::Before } else { Side::After };
            self.sweep(side, sweep % 4 < 2, sweep % 8 >= 4);
            self.exchange_all();
            let found = self.crossings();
            if found < best {
                (best, waited) = (found, 0);
                kept.clone_from(&self.order);
            } else {
                waited += 1;
            }
        }
        self.set(&kept);
        best
    }

    /// Sorts all ranks, one after the other, by their neighbours on one side.
    fn sweep(&mut self, side: Side, by_mean: bool, turned: bool) {
        let ranks = self.order.len();
        for step in 1..ranks {
            let rank = if side == Side::Before { step } else { ranks - 1 - step };
            let mut places = std::mem::take(&mut self.order[rank]);
            for part in places.chunk_by_mut(|&a, &b| self.levels.part[a] == self.levels.part[b]) {
                self.sort(part, side, by_mean, turned);
            }
            for (at, &place) in places.iter().enumerate() {
                self.at[place] = number(at);
            }
            self.order[rank] = places;
        }
    }

    /// Sorts places by their neighbours. What has none stays where it is.
    fn sort(&mut self, places: &mut [usize], side: Side, by_mean: bool, turned: bool) {
        let mut sorted: Vec<(f64, usize, usize)> = Vec::with_capacity(places.len());
        for (at, &place) in places.iter().enumerate() {
            self.above.clear();
            match side {
                Side::Before => {
                    let pieces = self.levels.before(place).iter();
                    self.above.extend(pieces.map(|piece| self.at[piece.from] + piece.share));
                }
                Side::After => self.above.extend(self.levels.after(place).iter().map(|piece| self.at[piece.to])),
            }
            self.work += self.above.len() + 1;
            let value = if by_mean { mean(&self.above) } else { median(&mut self.above) };
            if let Some(value) = value {
                sorted.push((value, at, place));
            }
        }
        let slots: Vec<usize> = sorted.iter().map(|(_, at, _)| *at).collect();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0).then(if turned { b.1.cmp(&a.1) } else { a.1.cmp(&b.1) }));
        for (slot, (_, _, place)) in slots.into_iter().zip(sorted) {
            places[slot] = place;
        }
    }

    /// Neighbours change places until that makes nothing better.
    fn exchange_all(&mut self) {
        for round in 0..ROUNDS {
            let mut is_better = false;
            for rank in 0..self.order.len() {
                for at in 1..self.order[rank].len() {
                    if self.work > WORK && (round > 0 || self.levels.has_frames()) {
                        return;
                    }
                    is_better |= self.exchange_if_better(rank, at);
                }
            }
            if !is_better {
                break;
            }
        }
    }

    fn exchange_if_better(&mut self, rank: usize, at: usize) -> bool {
        let (above, below) = (self.order[rank][at - 1], self.order[rank][at]);
        if self.levels.part[above] != self.levels.part[below] {
            return false;
        }
        if !self.levels.has_frames() {
            let (now, then) = self.between(above, below);
            if then < now {
                self.exchange(Exchange { rank, start: at - 1, middle: at, end: at + 1 });
            }
            return then < now;
        }
        let Some(exchanges) = self.exchanges(rank, at) else { return false };
        self.work += exchanges.len() * self.order[rank].len();
        if let [exchange] = exchanges[..] {
            let (mut now, mut then) = (0, 0);
            for above in exchange.start..exchange.middle {
                for below in exchange.middle..exchange.end {
                    let found = self.between(self.order[rank][above], self.order[rank][below]);
                    (now, then) = (now + found.0, then + found.1);
                }
            }
            if then < now {
                self.exchange(exchange);
            }
            return then < now;
        }
        let before = self.crossings_around(&exchanges);
        for &exchange in &exchanges {
            self.exchange(exchange);
        }
        let is_better = self.crossings_around(&exchanges) < before;
        if !is_better {
            for &exchange in &exchanges {
                self.exchange(Exchange { middle: exchange.start + exchange.end - exchange.middle, ..exchange });
            }
        }
        is_better
    }

    fn exchange(&mut self, Exchange { rank, start, middle, end }: Exchange) {
        self.order[rank][start..end].rotate_left(middle - start);
        for at in start..end {
            self.at[self.order[rank][at]] = number(at);
        }
    }

    /// How many pieces cross in and beside the ranks of some exchanges.
    fn crossings_around(&mut self, exchanges: &[Exchange]) -> usize {
        let first = exchanges.iter().map(|exchange| exchange.rank).min().unwrap_or(0);
        let last = exchanges.iter().map(|exchange| exchange.rank).max().unwrap_or(0);
        let ranks = first.saturating_sub(1)..=last;
        self.work += ranks.clone().map(|rank| 2 * self.order[rank].len()).sum::<usize>();
        self.levels.crossings(ranks, &self.at)
    }

    /// What changes places with what, where the place at `at` and the one above are in different frames: whole frames do,
    /// in all ranks that they share.
    fn exchanges(&self, rank: usize, at: usize) -> Option<Vec<Exchange>> {
        let places = &self.order[rank];
        if self.levels.frame[places[at - 1]] == self.levels.frame[places[at]] {
            return Some(vec![Exchange { rank, start: at - 1, middle: at, end: at + 1 }]);
        }
        let (above, below) = self.levels.apart(places[at - 1], places[at]);
        let in_rank = |rank: usize| {
            let places = &self.order[rank];
            let start = places.iter().position(|&place| self.levels.is_in(place, above))?;
            let middle = start + places[start..].iter().take_while(|&&place| self.levels.is_in(place, above)).count();
            let end = middle + places[middle..].iter().take_while(|&&place| self.levels.is_in(place, below)).count();
            Some(Exchange { rank, start, middle, end })
        };
        let (Ok(one), Ok(other)) = (above, below) else { return Some(vec![in_rank(rank)?]) };
        // They must be neighbours in all of them.
        let ranks = self.levels.shared_ranks(one, other);
        ranks.map(|rank| in_rank(rank).filter(|exchange| exchange.end > exchange.middle)).collect()
    }

    /// How many pieces of two neighbours cross, and how many would if they changed places.
    fn between(&mut self, above: usize, below: usize) -> (usize, usize) {
        let levels = self.levels;
        let from = |at: &[f64], piece: &Piece| at[piece.from] + piece.share;
        let to = |at: &[f64], piece: &Piece| at[piece.to];
        let before = self.pairs(levels.before(above), levels.before(below), from);
        let after = self.pairs(levels.after(above), levels.after(below), to);
        (before.0 + after.0, before.1 + after.1)
    }

    fn pairs(&mut self, above: &[Piece], below: &[Piece], key: impl Fn(&[f64], &Piece) -> f64) -> (usize, usize) {
        let at = &self.at;
        if above.len() * below.len() <= 16 {
            self.work += above.len() * below.len();
            let (mut now, mut then) = (0, 0);
            for a in above.iter().map(|piece| key(at, piece)) {
                for b in below.iter().map(|piece| key(at, piece)) {
                    now += usize::from(a > b);
                    then += usize::from(a < b);
                }
            }
            return (now, then);
        }
        self.work += 4 * (above.len() + below.len());
        for (keys, pieces) in [(&mut self.above, above), (&mut self.below, below)] {
            keys.clear();
            keys.extend(pieces.iter().map(|piece| key(at, piece)));
            keys.sort_by(f64::total_cmp);
        }
        let count = |one: &[f64], other: &[f64]| {
            let mut at = 0;
            let less = one.iter().map(|key| {
                while other.get(at).is_some_and(|other| other < key) {
                    at += 1;
                }
                at
            });
            less.sum()
        };
        (count(&self.above, &self.below), count(&self.below, &self.above))
    }

    /// Puts the places of each connected part into an order by chance.
    fn shuffle(&mut self, random: &mut Random) {
        if self.levels.has_frames() {
            self.exchange_by_chance(random, self.levels.rank.len());
            return;
        }
        for places in &mut self.order {
            for part in places.chunk_by_mut(|&a, &b| self.levels.part[a] == self.levels.part[b]) {
                for last in (1..part.len()).rev() {
                    part.swap(last, random.below(last + 1));
                }
            }
            for (at, &place) in places.iter().enumerate() {
                self.at[place] = number(at);
            }
        }
    }

    /// Moves a few places by chance: one in a rank, or with it all points of its edges to the left and to the right.
    fn disturb(&mut self, random: &mut Random, kind: usize) {
        if self.levels.has_frames() {
            self.exchange_by_chance(random, 4);
            return;
        }
        let places = self.levels.rank.len();
        for _ in 0..=random.below(3) {
            let place = random.below(places);
            let goes = random.below(1000);
            self.move_to(place, goes);
            let mut on = place;
            while kind == 2
                && let [piece] = self.levels.after(on)
                && self.levels.is_point[piece.to]
            {
                on = piece.to;
                self.move_to(on, goes);
            }
            on = place;
            while kind == 2
                && let [piece] = self.levels.before(on)
                && self.levels.is_point[piece.from]
            {
                on = piece.from;
                self.move_to(on, goes);
            }
        }
    }

    /// Moves a place within its connected part: to its beginning for 0, to its end for 1000.
    fn move_to(&mut self, place: usize, share: usize) {
        let (levels, rank) = (self.levels, self.levels.rank[place]);
        let places = &mut self.order[rank];
        let part = |other: &&usize| levels.part[**other] == levels.part[place];
        let Some(from) = places.iter().position(|&other| other == place) else { return };
        let start = places.iter().position(|other| part(&other)).unwrap_or(from);
        let length = places[start..].iter().take_while(part).count();
        let to = start + (share * length / 1000).min(length - 1);
        places.remove(from);
        places.insert(to, place);
        for (at, &place) in places.iter().enumerate().take(from.max(to) + 1).skip(from.min(to)) {
            self.at[place] = number(at);
        }
    }

    fn exchange_by_chance(&mut self, random: &mut Random, times: usize) {
        for _ in 0..times {
            let rank = random.below(self.order.len());
            let places = &self.order[rank];
            let at = random.below(places.len());
            if at == 0 || self.levels.part[places[at - 1]] != self.levels.part[places[at]] {
                continue;
            }
            for exchange in self.exchanges(rank, at).unwrap_or_default() {
                self.exchange(exchange);
            }
        }
    }

    /// Lets neighbours take the order of the source again where that makes nothing cross.
    fn return_to(&mut self, levels: &Levels) {
        let mut first = vec![0; levels.rank.len()];
        for (at, &place) in levels.ranks.iter().flat_map(|places| places.iter().enumerate()) {
            first[place] = at;
        }
        for _ in 0..ROUNDS {
            let mut has_moved = false;
            for rank in 0..self.order.len() {
                for at in 1..self.order[rank].len() {
                    let (above, below) = (self.order[rank][at - 1], self.order[rank][at]);
                    if first[above] < first[below] || levels.frame[above] != levels.frame[below] {
                        continue;
                    }
                    let (now, then) = self.between(above, below);
                    if then <= now {
                        self.exchange(Exchange { rank, start: at - 1, middle: at, end: at + 1 });
                        has_moved = true;
                    }
                }
            }
            if !has_moved {
                break;
            }
        }
    }
}

fn mean(values: &[f64]) -> Option<f64> {
    (!values.is_empty()).then(|| values.iter().sum::<f64>() / number(values.len()))
}

/// The middle one; of an even number, nearer to the side on which they are closer together.
fn median(values: &mut [f64]) -> Option<f64> {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match *values {
        [] => None,
        [one, other] => Some(f64::midpoint(one, other)),
        _ if values.len() % 2 == 1 => Some(values[middle]),
        _ => {
            let (left, right) = (values[middle - 1] - values[0], values[values.len() - 1] - values[middle]);
            if left + right > 0.0 {
                Some((values[middle - 1] * right + values[middle] * left) / (left + right))
            } else {
                Some(f64::midpoint(values[middle - 1], values[middle]))
            }
        }
    }
}
