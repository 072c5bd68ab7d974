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
use mispflow::layout::{Drawing, Edge, Node, PORT_DISTANCE, layout, nested};
use mispflow::lower::drawing_of;
use mispflow::misp;
use mispflow::model::Graph;
use mispflow::project::DiskFiles;

#[path = "../src/layout/random.rs"]
mod random;
#[path = "../src/layout/samples.rs"]
mod samples;

use samples::{Program, mixed};

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

/// A graph that no program makes.
#[divan::bench(args = [200, 2_000, 20_000])]
fn graph(bencher: Bencher, nodes: usize) {
    let drawing = mixed(nodes as u64, nodes, false);
    bencher.bench(|| layout(&drawing));
}

/// Prints how many connections cross in our layouts and in those of Graphviz: with outputs where MISP's editor has them,
/// and where each line may leave its box anywhere. The latter is a fair comparison where each box has one output.
fn compare() {
    let count = |seed: u64| 6 + seed as usize % 40;
    let random = |make: &dyn Fn(u64) -> Drawing| (0..200).map(|seed| (format!("seed {seed}"), make(seed))).collect();
    let single = |seed: u64| {
        let mut drawing = mixed(seed, count(seed), false);
        drawing.nodes.iter_mut().for_each(|node| node.ports = 1);
        drawing.edges.iter_mut().for_each(|edge| edge.port = 0);
        drawing
    };
    let groups: [(&str, Vec<(String, Drawing)>); 6] = [
        ("examples and files", graphs()),
        ("200 random programs", random(&|seed| Program::new(seed, count(seed)).drawing)),
        ("200 random programs with frames", random(&|seed| Program::with_frames(seed, count(seed)).drawing)),
        ("200 random graphs", random(&|seed| mixed(seed, count(seed), false))),
        ("200 random graphs with frames", random(&|seed| mixed(seed, count(seed), true))),
        ("200 random graphs with one output a box", random(&single)),
    ];
    for (group, rows) in groups {
        let (mut ours, mut theirs, mut free) = (0, 0, 0);
        let (mut worse, mut worse_than_free) = (Vec::new(), 0);
        for (name, drawing) in rows {
            let (Some(with_ports), Some(without)) = (graphviz(&drawing, true), graphviz(&drawing, false)) else {
                println!("there is no `dot` here: crossings are not compared");
                return;
            };
            let (own, other) = (crossings(&polylines(&drawing)), crossings(&with_ports));
            ours += own;
            theirs += other;
            let anywhere = crossings(&without);
            free += anywhere;
            worse_than_free += usize::from(own > anywhere);
            if own > other {
                worse.push(format!("{name} ({own}, dot {other})"));
            }
        }
        println!("{group}: {ours} crossings, dot {theirs}, dot with outputs anywhere {free}");
        println!("  more than dot in {} graphs {}", worse.len(), worse.join(", "));
        println!("  more than dot with outputs anywhere in {worse_than_free} graphs");
    }
}

type Line = Vec<(f64, f64)>;

fn polylines(drawing: &Drawing) -> Vec<Line> {
    layout(drawing).edges
}

/// The lines that Graphviz draws, with its curves in pieces. Frames are its clusters. Outputs are where ours are, or its
/// lines may leave a box anywhere.
fn graphviz(drawing: &Drawing, with_ports: bool) -> Option<Vec<Line>> {
    const PIECES: u32 = 12;
    let mut text = String::from("digraph { rankdir=LR;\n");
    for (index, node) in drawing.nodes.iter().enumerate() {
        let Node { width, height, ports, .. } = *node;
        if !with_ports {
            let (width, height) = (width / 72.0, height / 72.0);
            let _ = writeln!(text, "n{index} [shape=box, fixedsize=true, label=\"\", width={width}, height={height}];");
            continue;
        }
        let cell = |port: &str, height: f64| {
            format!("<TR><TD{port} FIXEDSIZE=\"TRUE\" WIDTH=\"{width}\" HEIGHT=\"{height}\"></TD></TR>")
        };
        let around = cell("", (height - PORT_DISTANCE * f64::from(ports as u32)) / 2.0);
        let outputs: String = (0..ports).map(|port| cell(&format!(" PORT=\"p{port}\""), PORT_DISTANCE)).collect();
        let _ = writeln!(
            text,
            "n{index} [shape=plain, label=<<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"0\" CELLPADDING=\"0\">{around}{outputs}{around}</TABLE>>];"
        );
    }
    // Each frame is in those around it.
    for (index, node) in drawing.nodes.iter().enumerate() {
        let around: Vec<usize> = std::iter::successors(node.frame, |&frame| drawing.frames[frame]).collect();
        for frame in around.iter().rev() {
            let _ = write!(text, "subgraph cluster_{frame} {{ ");
        }
        let _ = writeln!(text, "n{index}; {}", "}".repeat(around.len()));
    }
    for edge in &drawing.edges {
        let Edge { from, port, to } = *edge;
        let _ = if with_ports {
            writeln!(text, "n{from}:p{port}:e -> n{to}:w;")
        } else {
            writeln!(text, "n{from} -> n{to};")
        };
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
