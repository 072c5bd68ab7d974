//! Layouts a second, and how many connections cross, beside what Graphviz makes of the same graphs.
//!
//! `cargo bench --bench layout`. The examples are compiled; `MISPFLOW_PICTURES` may name a folder with further workflows or
//! blueprints of MISP. Crossings are compared where there is a `dot`.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use divan::Bencher;
use mispflow::base::source::Sources;
use mispflow::catalogue::{Catalogue, box_size};
use mispflow::compile::Workspace;
use mispflow::layout::{Drawing, Edge, Node, layout};
use mispflow::lower::drawing_of;
use mispflow::misp;
use mispflow::model::Graph;
use mispflow::project::DiskFiles;

fn main() {
    compare();
    divan::main();
}

/// A program of about so many nodes, without frames.
#[divan::bench(args = [200, 2_000, 20_000])]
fn program(bencher: Bencher, nodes: usize) {
    let drawing = Program::new(nodes as u64, nodes).drawing;
    bencher.bench(|| layout(&drawing));
}

/// Numbers that look random, always the same.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        // Splitmix64.
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }
}

/// A graph as a program makes it: calls, conditions whose branches meet or end, and branches that two conditions share.
struct Program {
    random: Random,
    drawing: Drawing,
    left: usize,
}

/// Outputs that lead to what comes next.
type Open = Vec<(usize, usize)>;

impl Program {
    fn new(seed: u64, nodes: usize) -> Self {
        let mut program = Self { random: Random(seed), drawing: Drawing::default(), left: nodes };
        let mut open = program.node(1, Vec::new());
        while program.left > 0 {
            open = program.block(open, 0);
            if open.is_empty() {
                break;
            }
        }
        program
    }

    fn node(&mut self, ports: usize, from: Open) -> Open {
        self.left = self.left.saturating_sub(1);
        let to = self.drawing.nodes.len();
        let height = 84.0 + 66.0 * f64::from(self.random.below(5) as u32);
        self.drawing.nodes.push(Node { width: 320.0, height, ports, frame: None });
        self.drawing.edges.extend(from.into_iter().map(|(from, port)| Edge { from, port, to }));
        (0..ports).map(|port| (to, port)).collect()
    }

    fn block(&mut self, mut open: Open, depth: usize) -> Open {
        for _ in 0..=self.random.below(3) {
            if self.left == 0 {
                break;
            }
            open = match self.random.below(10) {
                0..=4 => self.node(1, open),
                // A guard: one branch ends.
                5 | 6 => {
                    let [then, otherwise] = self.node(2, open)[..] else { return Vec::new() };
                    self.node(0, vec![then]);
                    vec![otherwise]
                }
                // `a or b`: two conditions share a branch.
                7 => {
                    let [then, otherwise] = self.node(2, open)[..] else { return Vec::new() };
                    let [second, last] = self.node(2, vec![otherwise])[..] else { return Vec::new() };
                    let mut ways = self.node(1, vec![then, second]);
                    ways.push(last);
                    ways
                }
                _ if depth < 4 => {
                    let [then, otherwise] = self.node(2, open)[..] else { return Vec::new() };
                    let mut ways = self.block(vec![then], depth + 1);
                    if self.random.below(2) == 0 {
                        ways.extend(self.block(vec![otherwise], depth + 1));
                    } else {
                        ways.push(otherwise);
                    }
                    ways
                }
                _ => self.node(1, open),
            };
        }
        open
    }
}

fn size(graph: &Graph<'_>, index: usize) -> (f64, f64) {
    let node = &graph.nodes[index];
    let signature = Catalogue::built_in().module(&node.module);
    box_size(&node.module, node.module_type, signature, node.params.len())
}

fn files(folder: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()) {
        if entry.is_dir() {
            found.extend(files(&entry, extension));
        } else if entry.extension().is_some_and(|own| own == extension) {
            found.push(entry);
        }
    }
    found.sort();
    found
}

/// The graphs to compare, with their names. Frames are left out, for Graphviz knows them as something else.
fn graphs() -> Vec<(String, Drawing)> {
    let mut graphs = Vec::new();
    let mut add = |name: &Path, graph: &Graph<'_>| {
        let mut drawing = drawing_of(graph, |index| size(graph, index)).drawing;
        drawing.frames.clear();
        drawing.nodes.iter_mut().for_each(|node| node.frame = None);
        graphs.push((name.file_stem().unwrap_or_default().to_string_lossy().into_owned(), drawing));
    };
    for path in files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("examples"), "mwf") {
        let sources = Sources::new();
        let text = std::fs::read_to_string(&path).expect("an example");
        let file = sources.add(path.display().to_string(), Some(&path), text);
        let workspace = Workspace::load(&sources, &DiskFiles, &[file], Catalogue::built_in());
        for compiled in workspace.compile().documents {
            add(&path, &compiled.document.graph);
        }
    }
    if let Some(folder) = std::env::var_os("MISPFLOW_PICTURES") {
        for path in files(Path::new(&folder), "json") {
            let text = std::fs::read_to_string(&path).expect("a file");
            for document in misp::read(&text).map(|read| read.documents).unwrap_or_default() {
                add(&path, &document.graph);
            }
        }
    }
    graphs
}

/// Prints how many connections cross in our layouts and in those of Graphviz.
fn compare() {
    let mut rows: Vec<(String, Drawing)> = graphs();
    rows.extend((0..200).map(|seed| (format!("random {seed}"), Program::new(seed, 6 + seed as usize % 40).drawing)));
    let (mut ours, mut theirs, mut worse) = ([0, 0], [0, 0], 0);
    for (name, drawing) in rows {
        let own = crossings(&polylines(&drawing));
        let Some(lines) = graphviz(&drawing) else {
            println!("there is no `dot` here: crossings are not compared");
            return;
        };
        let other = crossings(&lines);
        let part = usize::from(name.starts_with("random"));
        ours[part] += own;
        theirs[part] += other;
        worse += usize::from(own > other);
        if own > other || part == 0 {
            println!("{name}: {own} crossings, dot {other}");
        }
    }
    println!("examples and files: {} crossings, dot {}", ours[0], theirs[0]);
    println!("200 random programs: {} crossings, dot {}; more than dot in {worse} graphs", ours[1], theirs[1]);
}

type Line = Vec<(f64, f64)>;

fn polylines(drawing: &Drawing) -> Vec<Line> {
    layout(drawing).edges
}

/// The lines that Graphviz draws, with its curves in pieces.
fn graphviz(drawing: &Drawing) -> Option<Vec<Line>> {
    const PIECES: u32 = 12;
    let mut text = String::from("digraph { rankdir=LR; node [shape=box, fixedsize=true, label=\"\"];\n");
    for (index, node) in drawing.nodes.iter().enumerate() {
        let _ = writeln!(text, "n{index} [width={}, height={}];", node.width / 72.0, node.height / 72.0);
    }
    for edge in &drawing.edges {
        let _ = writeln!(text, "n{} -> n{};", edge.from, edge.to);
    }
    text.push_str("}\n");
    let mut dot = Command::new("dot").arg("-Tplain").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().ok()?;
    dot.stdin.take()?.write_all(text.as_bytes()).ok()?;
    let output = dot.wait_with_output().ok()?;
    let plain = String::from_utf8(output.stdout).ok()?;
    let edges = plain.lines().filter_map(|line| line.strip_prefix("edge "));
    let lines = edges.map(|line| {
        let mut words = line.split(' ').skip(2);
        let count: usize = words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
        let numbers: Vec<f64> = words.take(2 * count).filter_map(|word| word.parse().ok()).collect();
        let points: Line = numbers.chunks(2).map(|pair| (pair[0], pair[1])).collect();
        let mut line = vec![points[0]];
        for curve in points.windows(4).step_by(3) {
            for step in 1..=PIECES {
                let t = f64::from(step) / f64::from(PIECES);
                let s = 1.0 - t;
                let weights = [s * s * s, 3.0 * s * s * t, 3.0 * s * t * t, t * t * t];
                let sum = |part: fn(&(f64, f64)) -> f64| {
                    curve.iter().zip(weights).map(|(point, weight)| part(point) * weight).sum::<f64>()
                };
                line.push((sum(|point| point.0), sum(|point| point.1)));
            }
        }
        line
    });
    Some(lines.collect())
}

/// How many pairs of lines cross.
fn crossings(lines: &[Line]) -> usize {
    let mut count = 0;
    for (index, a) in lines.iter().enumerate() {
        for b in &lines[index + 1..] {
            count += usize::from(a.windows(2).any(|a| b.windows(2).any(|b| cross(a, b))));
        }
    }
    count
}

/// What is nearer to a line than this is on it.
const LEAST: f64 = 1e-6;

/// Whether two pieces have a point in common that is an end of neither.
fn cross(a: &[(f64, f64)], b: &[(f64, f64)]) -> bool {
    let side = |line: &[(f64, f64)], point: (f64, f64)| {
        (line[1].0 - line[0].0) * (point.1 - line[0].1) - (line[1].1 - line[0].1) * (point.0 - line[0].0)
    };
    let apart = |line: &[(f64, f64)], other: &[(f64, f64)]| {
        let (first, second) = (side(line, other[0]), side(line, other[1]));
        first.abs() > LEAST && second.abs() > LEAST && (first > 0.0) != (second > 0.0)
    };
    apart(a, b) && apart(b, a)
}
