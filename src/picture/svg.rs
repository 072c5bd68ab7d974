//! A scene as SVG.

use std::fmt::Write as _;

use html_escape::{encode_double_quoted_attribute, encode_text};

use super::build::AREA_FONT;
use super::content::font;
use super::font::FAMILY;
use super::scene::{Area, Kind, Mark, NodeBox, Scene, Style, Wire};

/// How things look, in light and dark.
const CSS: &str = include_str!("svg.css");
/// Between the border of a box and its text.
const PADDING: f64 = 12.0;
/// How far the corners of logic modules are cut.
const CUT: f64 = 9.0;
/// How far a connection that leads back goes beyond the boxes.
const TURN: f64 = 28.0;
/// The radius of an output.
const OUTLET: f64 = 3.5;

/// Where the SVG is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Use {
    /// As a file of its own.
    Alone,
    /// In a page, in which nodes can be chosen.
    InPage,
}

impl Scene {
    /// As a file of SVG, light and dark by what the reader prefers.
    pub fn to_svg(&self) -> String {
        draw(self, Use::Alone)
    }
}

pub(super) fn css() -> String {
    CSS.replace("FAMILY", FAMILY)
}

pub(super) fn draw(scene: &Scene, used: Use) -> String {
    let (width, height) = scene.size;
    let mut out = String::new();
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" role=\"{}\" aria-labelledby=\"picture-title picture-text\">\n<title id=\"picture-title\">{}</title>\n<desc id=\"picture-text\">{}</desc>\n",
        if used == Use::Alone { "img" } else { "group" },
        encode_text(&scene.title),
        encode_text(&description(scene)),
    );
    if used == Use::Alone {
        let _ = write!(out, "<style>\n{}</style>\n", css());
        let _ = writeln!(out, "<rect class=\"bg\" width=\"{width}\" height=\"{height}\"/>");
    } else {
        out.push_str("<g id=\"view\">\n");
    }
    for area in &scene.scopes {
        draw_area(&mut out, area, "scope");
    }
    for area in &scene.frames {
        draw_area(&mut out, area, "frame");
    }
    for (index, wire) in scene.wires.iter().enumerate() {
        draw_wire(&mut out, index, wire);
    }
    for node in &scene.nodes {
        draw_node(&mut out, node, used);
    }
    if used == Use::InPage {
        out.push_str("</g>\n");
    }
    out.push_str("</svg>\n");
    out
}

fn description(scene: &Scene) -> String {
    if scene.description.is_empty() {
        scene.summary.clone()
    } else {
        format!("{}\n{}", scene.description, scene.summary)
    }
}

fn draw_area(out: &mut String, area: &Area, class: &str) {
    let place = area.place;
    let _ = writeln!(
        out,
        "<g><title>{}</title><rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"8\"/><text class=\"area of-{class}\" x=\"{}\" y=\"{}\">{}</text></g>",
        encode_text(&area.title),
        number(place.x),
        number(place.y),
        number(place.width),
        number(place.height),
        number(place.x + 8.0),
        number(place.y + 6.0 + AREA_FONT.size),
        encode_text(&area.shown),
    );
}

fn draw_wire(out: &mut String, index: usize, wire: &Wire) {
    let (Some(&first), Some(&end)) = (wire.points.first(), wire.points.last()) else { return };
    let mut path = format!("M{} {}", number(first.0), number(first.1));
    for (piece, ends) in wire.points.windows(2).enumerate() {
        let &[from, to] = ends else { continue };
        if from == to {
            continue;
        }
        if piece % 2 == 0 || (from.1 - to.1).abs() < 0.5 {
            let _ = write!(path, "L{} {}", number(to.0), number(to.1));
            continue;
        }
        // What leads back turns around, first at the right and then at the left.
        let turns = to.0 - from.0 < 1.0;
        let middle = match piece {
            _ if !turns => f64::midpoint(from.0, to.0),
            1 => from.0 + TURN,
            _ => to.0 - TURN,
        };
        let (middle, x, y) = (number(middle), number(to.0), number(to.1));
        let _ = write!(path, "C{middle} {} {middle} {y} {x} {y}", number(from.1));
    }
    let mut class = String::new();
    if wire.is_concurrent {
        class.push_str(" concurrent");
    }
    if let Some(mark) = wire.mark.class() {
        class.push(' ');
        class.push_str(mark);
    }
    let _ = writeln!(
        out,
        "<g id=\"w{index}\" class=\"link\"><path class=\"wire{class}\" d=\"{path}\"/><path class=\"tip{class}\" d=\"M{} {}l-8 -4v8z\"/></g>",
        number(end.0),
        number(end.1)
    );
    if let Some((sign, _)) = wire.mark.told() {
        // Where the wire is most by itself: at its ends there are others.
        let length = |ends: &&[(f64, f64)]| (ends[1].0 - ends[0].0).abs() + (ends[1].1 - ends[0].1).abs();
        let longest = wire.points.windows(2).max_by(|a, b| length(a).total_cmp(&length(b)));
        let [from, to] = longest.and_then(|ends| ends.first_chunk()).copied().unwrap_or([first, end]);
        let (x, y) = (f64::midpoint(from.0, to.0), f64::midpoint(from.1, to.1) - 5.0);
        let _ = writeln!(out, "<text class=\"sign{class}\" x=\"{}\" y=\"{}\">{sign}</text>", number(x), number(y));
    }
}

fn draw_node(out: &mut String, node: &NodeBox, used: Use) {
    let place = node.place;
    let mut class = node.kind.word().to_owned();
    if node.is_blocking {
        class.push_str(" blocking");
    }
    if let Some(mark) = node.mark.class() {
        class.push(' ');
        class.push_str(mark);
    }
    let _ = write!(out, "<g class=\"node {class}\" id=\"n{}\"", node.id);
    if used == Use::InPage {
        let label = encode_double_quoted_attribute(&label(node)).into_owned();
        let _ = write!(out, " tabindex=\"0\" role=\"button\" aria-pressed=\"false\" aria-label=\"{label}\"");
    }
    let _ = writeln!(out, " transform=\"translate({} {})\">", number(place.x), number(place.y));
    if used == Use::Alone {
        let _ = writeln!(out, "<title>{}</title>", encode_text(&label(node)));
    }
    let (width, height) = (number(place.width), number(place.height));
    match node.kind {
        Kind::Logic => {
            let (right, low) = (number(place.width - CUT), number(place.height - CUT));
            let _ = writeln!(
                out,
                "<path class=\"shape\" d=\"M{CUT} 0H{right}L{width} {CUT}V{low}L{right} {height}H{CUT}L0 {low}V{CUT}z\"/>"
            );
        }
        Kind::Trigger | Kind::Action => {
            let radius = if node.kind == Kind::Trigger { 18 } else { 4 };
            let _ = writeln!(out, "<rect class=\"shape\" width=\"{width}\" height=\"{height}\" rx=\"{radius}\"/>");
        }
    }
    for line in &node.lines {
        let class = match line.style {
            Style::Head => " class=\"head\"",
            Style::Title => " class=\"title\"",
            Style::Text => "",
        };
        let (name, value) = line.text.split_at(line.name);
        let _ = write!(out, "<text{class} x=\"{PADDING}\" y=\"{}\">", number(line.y));
        if !name.is_empty() {
            let _ = write!(out, "<tspan class=\"name\">{}</tspan>", encode_text(name));
        }
        let _ = writeln!(out, "{}</text>", encode_text(value));
    }
    let first = node.lines.iter().find(|line| line.style == Style::Head).map_or(font(Style::Head).size, |line| line.y);
    let edge = number(place.width - PADDING);
    let _ =
        writeln!(out, "<text class=\"id\" x=\"{edge}\" y=\"{}\">{}</text>", number(first), encode_text(&node.number));
    for port in &node.ports {
        let y = number(port.y);
        let _ = writeln!(out, "<circle class=\"outlet\" cx=\"{width}\" cy=\"{y}\" r=\"{OUTLET}\"/>");
        if !port.label.is_empty() {
            let (x, y) = (number(place.width - 8.0), number(port.y + 3.5));
            let _ = writeln!(out, "<text class=\"port\" x=\"{x}\" y=\"{y}\">{}</text>", encode_text(&port.label));
        }
    }
    if node.is_blocking {
        let x = number(place.width - 22.0);
        let _ = writeln!(
            out,
            "<g class=\"stop\" transform=\"translate({x} 0)\"><path d=\"M-3.3 -8H3.3L8 -3.3V3.3L3.3 8H-3.3L-8 3.3V-3.3z\"/><path d=\"M-4 0H4\"/></g>"
        );
    }
    out.push_str("</g>\n");
}

/// A node in words.
pub(super) fn label(node: &NodeBox) -> String {
    let mut label = format!("{}, {}: {}", node.number, node.head, node.title);
    for said in &node.says {
        label.push_str(", ");
        label.push_str(&said.whole());
    }
    if node.mark == Mark::Same { label } else { label.replace(" · ", ", ") }
}

/// A number with at most one digit after the point.
pub(super) fn number(value: f64) -> String {
    let rounded = (value * 10.0).round() / 10.0;
    if rounded == 0.0 { "0".to_owned() } else { rounded.to_string() }
}
