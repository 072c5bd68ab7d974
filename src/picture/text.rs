//! A scene as text: boxes and lines for a terminal or a log, from the top down.

use std::fmt::Write as _;

use crate::layout::{Drawing, Edge, Node, Spacing, layout};

use super::scene::{Kind, NodeBox, Scene};

/// So many nodes are drawn at most: what is larger nobody can read as text.
pub const MOST_NODES: usize = 60;
/// The text in a box is at most so many characters wide,
const WIDEST: usize = 34;
/// and a box with names at its outputs at least so many.
const NARROWEST: usize = 20;
/// So many lines of a title, of each parameter, and of all parameters.
const TITLE_LINES: usize = 3;
const TEXT_LINES: usize = 2;
const ALL_LINES: usize = 6;
/// The layout's pixels for a character and for a line.
const COLUMN: f64 = 8.0;
const ROW: f64 = 16.0;

/// Directions in which lines leave a cell.
const UP: u8 = 1;
const DOWN: u8 = 2;
const LEFT: u8 = 4;
const RIGHT: u8 = 8;

/// A graph has too many nodes to be drawn as text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the graph has {0} nodes, and as text at most {MOST_NODES} can be read: draw it as svg or html")]
pub struct TooLarge(usize);

impl Scene {
    /// As boxes and lines.
    ///
    /// # Errors
    /// If there are too many nodes.
    pub fn to_text(&self) -> Result<String, TooLarge> {
        if self.nodes.len() > MOST_NODES {
            return Err(TooLarge(self.nodes.len()));
        }
        let boxes: Vec<Vec<String>> = self.nodes.iter().map(content).collect();
        let mut page = Page::of(self, &boxes);
        page.draw();
        let mut text = page.text();
        for area in &self.frames {
            let title =
                if area.title.is_empty() { "without a title".to_owned() } else { format!("\"{}\"", area.title) };
            let _ = write!(text, "\nframe {title}\n");
            for node in area.nodes.iter().map(|&node| &self.nodes[node]) {
                let _ = writeln!(text, "  {} {}", node.number, node.title);
            }
        }
        Ok(text)
    }
}

/// The lines in a box.
fn content(node: &NodeBox) -> Vec<String> {
    let mut lines = cut(&format!("{}  {}", node.head, node.number), 2);
    lines.extend(cut(&node.title, TITLE_LINES));
    let mut left = ALL_LINES;
    for (index, said) in node.says.iter().enumerate() {
        let said = cut(&said.whole(), TEXT_LINES);
        if said.len() > left {
            lines.push(format!("… {} more", node.says.len() - index));
            break;
        }
        left -= said.len();
        lines.extend(said);
    }
    lines
}

/// A text in at most so many lines.
fn cut(text: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = textwrap::wrap(text, WIDEST).into_iter().map(std::borrow::Cow::into_owned).collect();
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            while width(last) + 1 > WIDEST {
                last.pop();
            }
            last.push('…');
        }
    }
    lines
}

fn width(text: &str) -> usize {
    textwrap::core::display_width(text)
}

/// A box on the page, in cells.
#[derive(Clone, Copy)]
struct Place {
    rank: usize,
    left: usize,
    width: usize,
    height: usize,
}

/// A line from side to side, between two ranks.
struct Across {
    wire: usize,
    /// It is above the rank of this number.
    gap: usize,
    from: usize,
    to: usize,
    /// Its place among those of the gap.
    lane: usize,
}

/// The lines in a row: where they begin and end, and where they lead to.
type Lane = Vec<(usize, usize, (usize, usize))>;

struct Page<'s> {
    scene: &'s Scene,
    boxes: &'s [Vec<String>],
    places: Vec<Place>,
    /// The row at which each rank begins, and one for the end.
    tops: Vec<usize>,
    /// The heights of the ranks.
    heights: Vec<usize>,
    /// How many lines from side to side there are above each rank and below the last.
    lanes: Vec<usize>,
    across: Vec<Across>,
    cells: Vec<Vec<Cell>>,
}

#[derive(Clone, Copy, Default)]
struct Cell {
    lines: u8,
    is_dashed: bool,
    /// What is written here; a wide character is followed by a zero.
    sign: Option<char>,
}

impl<'s> Page<'s> {
    fn of(scene: &'s Scene, boxes: &'s [Vec<String>]) -> Self {
        // The layout goes from left to right; here what it calls width is height.
        let size = |(node, lines): (&NodeBox, &Vec<String>)| {
            let widest = lines.iter().map(|line| width(line)).max().unwrap_or(0);
            let least = if node.ports.len() > 1 { NARROWEST.max(8 * node.ports.len()) } else { 0 };
            ((widest + 4).max(least), lines.len() + 2)
        };
        let sizes: Vec<(usize, usize)> = scene.nodes.iter().zip(boxes).map(size).collect();
        let nodes = scene.nodes.iter().zip(&sizes).map(|(node, &(columns, rows))| Node {
            width: number(rows) * ROW,
            height: number(columns) * COLUMN,
            ports: node.ports.len(),
            frame: None,
        });
        let drawing = Drawing {
            nodes: nodes.collect(),
            edges: scene.wires.iter().map(|wire| Edge { from: wire.from, port: wire.port, to: wire.to }).collect(),
            frames: Vec::new(),
            spacing: Spacing { gap: 4.0 * COLUMN, rank_gap: ROW, rank_width: 0.0, expected: 0.0 },
        };
        let done = layout(&drawing);
        let mut starts: Vec<f64> = done.nodes.iter().map(|place| place.x).collect();
        starts.sort_by(f64::total_cmp);
        starts.dedup();
        let rank_of = |x: f64| starts.partition_point(|&start| start <= x + 1.0).saturating_sub(1);
        let lows = done.nodes.iter().map(|place| place.y).chain(done.edges.iter().flatten().map(|point| point.1));
        let low = lows.fold(0.0, f64::min);
        let column = |y: f64| cells((y - low) / COLUMN);
        let places: Vec<Place> = done
            .nodes
            .iter()
            .zip(&sizes)
            .map(|(place, &(width, height))| Place { rank: rank_of(place.x), left: column(place.y), width, height })
            .collect();
        let mut heights = vec![0; starts.len()];
        for place in &places {
            heights[place.rank] = heights[place.rank].max(place.height);
        }
        let mut page = Self {
            scene,
            boxes,
            places,
            tops: Vec::new(),
            lanes: vec![0; heights.len() + 1],
            heights,
            across: Vec::new(),
            cells: Vec::new(),
        };
        for (index, wire) in scene.wires.iter().enumerate() {
            let (from, to) = (page.places[wire.from], page.places[wire.to]);
            let mut at = page.port(wire.from, wire.port);
            // Between an odd point and the even one after it the line may change its column.
            let bends = done.edges[index].iter().skip(2).step_by(2);
            let bends: Vec<(usize, f64)> = if to.rank > from.rank {
                forward(bends.map(|&(x, y)| (starts.partition_point(|&start| start + 1.0 < x), y)))
            } else {
                bends
                    .enumerate()
                    .map(|(step, point)| (if step == 0 { from.rank + 1 } else { to.rank }, point.1))
                    .collect()
            };
            let count = bends.len();
            for (step, (gap, y)) in bends.into_iter().enumerate() {
                let wanted = if step + 1 == count { to.left + to.width / 2 } else { column(y) };
                // No line makes a bend for the sake of the middle.
                let next = if wanted.abs_diff(at) < 3 && to.width > 8 { at } else { wanted };
                page.across.push(Across { wire: index, gap, from: at, to: next, lane: 0 });
                at = next;
            }
        }
        page.assign_lanes();
        page
    }

    /// The column of an output.
    fn port(&self, node: usize, port: usize) -> usize {
        let place = self.places[node];
        let ports = self.scene.nodes[node].ports.len().max(1);
        place.left + place.width * (2 * port + 1) / (2 * ports)
    }

    /// Gives lines that would touch different rows; those that lead to the same place may share one.
    fn assign_lanes(&mut self) {
        let mut order: Vec<usize> =
            (0..self.across.len()).filter(|&at| self.across[at].from != self.across[at].to).collect();
        // Lines to the right are drawn from the right on, those to the left from the left on: so they do not cross.
        order.sort_by_key(|&at| {
            let Across { from, to, .. } = self.across[at];
            if to > from { (0, usize::MAX - from) } else { (1, from) }
        });
        let mut taken: Vec<Vec<Lane>> = vec![Vec::new(); self.lanes.len()];
        for at in order {
            let Across { gap, from, to, wire, .. } = self.across[at];
            let (left, right) = (from.min(to), from.max(to));
            let target = (self.scene.wires[wire].to, to);
            let rows = &mut taken[gap];
            let is_free = |row: &Lane| {
                row.iter().all(|&(start, end, other)| right + 1 < start || end + 1 < left || other == target)
            };
            let lane = rows.iter().position(is_free).unwrap_or_else(|| {
                rows.push(Vec::new());
                rows.len() - 1
            });
            rows[lane].push((left, right, target));
            self.across[at].lane = lane;
        }
        self.lanes = taken.iter().map(Vec::len).collect();
        let mut row = if self.lanes[0] > 0 { self.lanes[0] + 1 } else { 0 };
        for (rank, height) in self.heights.iter().enumerate() {
            self.tops.push(row);
            // A row for the names of outputs, those of the lines, one for the tips.
            row += height + self.lanes[rank + 1] + 2;
        }
        self.tops.push(row);
    }

    /// The first of the rows for lines above a rank.
    fn first_lane(&self, gap: usize) -> usize {
        match gap.checked_sub(1) {
            None => 0,
            Some(above) => self.tops[above] + self.heights[above] + 1,
        }
    }

    fn draw(&mut self) {
        let right = self.places.iter().map(|place| place.left + place.width);
        let across = self.across.iter().map(|across| across.from.max(across.to) + 1);
        let columns = right.chain(across).max().unwrap_or(0) + 8;
        let rows = self.tops.last().copied().unwrap_or(0) + self.lanes.last().copied().unwrap_or(0) + 2;
        self.cells = vec![vec![Cell::default(); columns]; rows];
        for index in 0..self.scene.wires.len() {
            self.draw_wire(index);
        }
        for node in 0..self.places.len() {
            self.draw_box(node);
        }
    }

    fn draw_wire(&mut self, index: usize) {
        let wire = &self.scene.wires[index];
        let dashed = wire.is_concurrent;
        let (from, to) = (self.places[wire.from], self.places[wire.to]);
        let mut row = self.tops[from.rank] + from.height;
        let mut column = self.port(wire.from, wire.port);
        let bends: Vec<(usize, usize, usize)> = self
            .across
            .iter()
            .filter(|across| across.wire == index)
            .map(|across| (self.first_lane(across.gap) + across.lane, across.from, across.to))
            .collect();
        for (lane, start, end) in bends {
            self.vertical(column, row, lane, dashed);
            self.horizontal(lane, start, end, dashed);
            (row, column) = (lane, end);
        }
        let tip = self.tops[to.rank].saturating_sub(1);
        self.vertical(column, row, tip, dashed);
        self.cells[tip][column].sign = Some('▼');
    }

    fn vertical(&mut self, column: usize, from: usize, to: usize, dashed: bool) {
        for row in from.min(to)..=from.max(to) {
            let cell = &mut self.cells[row][column];
            if row > from.min(to) {
                cell.lines |= UP;
            }
            if row < from.max(to) {
                cell.lines |= DOWN;
            }
            cell.is_dashed |= dashed;
        }
    }

    fn horizontal(&mut self, row: usize, from: usize, to: usize, dashed: bool) {
        for column in from.min(to)..=from.max(to) {
            let cell = &mut self.cells[row][column];
            if column > from.min(to) {
                cell.lines |= LEFT;
            }
            if column < from.max(to) {
                cell.lines |= RIGHT;
            }
            cell.is_dashed |= dashed && from != to;
        }
    }

    fn draw_box(&mut self, index: usize) {
        let (node, place) = (&self.scene.nodes[index], self.places[index]);
        let top = self.tops[place.rank];
        let signs = match node.kind {
            _ if node.is_blocking => ['╔', '═', '╗', '║', '╚', '╝'],
            Kind::Trigger => ['╭', '─', '╮', '│', '╰', '╯'],
            Kind::Logic | Kind::Action => ['┌', '─', '┐', '│', '└', '┘'],
        };
        let line = |left: char, right: char| {
            let inner: String = std::iter::repeat_n(signs[1], place.width - 2).collect();
            format!("{left}{inner}{right}")
        };
        self.write(top, place.left, &line(signs[0], signs[2]));
        for (at, text) in self.boxes[index].iter().enumerate() {
            let room = " ".repeat((place.width - 4).saturating_sub(width(text)));
            let side = signs[3];
            self.write(top + 1 + at, place.left, &format!("{side} {text}{room} {side}"));
        }
        let bottom = top + place.height - 1;
        self.write(bottom, place.left, &line(signs[4], signs[5]));
        for (port, shown) in node.ports.iter().enumerate() {
            let column = self.port(index, port);
            let is_used = self.cells[bottom + 1][column].lines != 0;
            if is_used {
                let sign = if node.is_blocking { '╤' } else { '┬' };
                self.cells[bottom][column].sign = Some(sign);
                let label = shown.label.clone();
                self.write(bottom + 1, column + 1, &label);
            }
        }
    }

    fn write(&mut self, row: usize, column: usize, text: &str) {
        let mut at = column;
        for c in text.chars() {
            let wide = width(c.encode_utf8(&mut [0; 4]));
            // What has no width of its own cannot have a cell.
            if wide == 0 {
                continue;
            }
            for (step, sign) in [Some(c), Some('\0')].into_iter().take(wide).enumerate() {
                if let Some(cell) = self.cells[row].get_mut(at + step) {
                    cell.sign = sign;
                }
            }
            at += wide;
        }
    }

    fn text(&self) -> String {
        let mut text = String::new();
        let is_used = |cell: &Cell| cell.lines != 0 || cell.sign.is_some();
        let margin = self.cells.iter().filter_map(|row| row.iter().position(is_used)).min().unwrap_or(0);
        for row in &self.cells {
            let row = &row[margin..];
            let line: String = row.iter().map(|cell| cell.shown()).filter(|&c| c != '\0').collect();
            text.push_str(line.trim_end());
            text.push('\n');
        }
        let end = text.trim_end().len();
        text.truncate(end);
        text.push('\n');
        text
    }
}

impl Cell {
    fn shown(self) -> char {
        if let Some(sign) = self.sign {
            return sign;
        }
        match self.lines {
            0 => ' ',
            lines if lines & (LEFT | RIGHT) == 0 => {
                if self.is_dashed {
                    '╎'
                } else {
                    '│'
                }
            }
            lines if lines & (UP | DOWN) == 0 => {
                if self.is_dashed {
                    '╌'
                } else {
                    '─'
                }
            }
            lines => match lines {
                5 => '┘',
                6 => '┐',
                7 => '┤',
                9 => '└',
                10 => '┌',
                11 => '├',
                13 => '┴',
                14 => '┬',
                _ => '┼',
            },
        }
    }
}

/// The bends of a line to the right, with the gaps they are in. Ranks in which nothing stands are not drawn, so that several
/// bends may be in one gap: of these the last counts.
fn forward(all: impl Iterator<Item = (usize, f64)>) -> Vec<(usize, f64)> {
    let mut bends: Vec<(usize, f64)> = Vec::new();
    for bend in all {
        match bends.last_mut() {
            Some(last) if last.0 == bend.0 => *last = bend,
            _ => bends.push(bend),
        }
    }
    bends
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// A place in cells.
#[expect(clippy::cast_sign_loss, reason = "it is not negative")]
fn cells(value: f64) -> usize {
    // Everything is at or after the origin, and small.
    value.round().clamp(0.0, 1e6) as usize
}
