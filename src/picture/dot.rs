//! A scene in the language of Graphviz.

use std::fmt::Write as _;

use super::groups::{Groups, Step};
use super::scene::{Kind, Mark, NodeBox, Scene};

impl Scene {
    /// For Graphviz: `dot -Tsvg`.
    pub fn to_dot(&self) -> String {
        let mut out = format!("digraph \"{}\" {{\n", escape(&self.title));
        out.push_str("  rankdir=LR;\n");
        out.push_str("  node [shape=box, style=filled, fontname=\"DejaVu Sans\", fontsize=11];\n");
        out.push_str("  edge [fontname=\"DejaVu Sans\", fontsize=10];\n");
        let groups = Groups::of(self);
        for node in &self.nodes {
            draw_node(&mut out, node);
        }
        for step in groups.steps() {
            match step {
                Step::Begin { index, group, depth } => {
                    let indent = "  ".repeat(depth);
                    let style = if group.is_scope { "style=\"filled,dotted\"; fillcolor=\"#f6edff\"; " } else { "" };
                    let _ = writeln!(out, "{indent}subgraph cluster_{index} {{");
                    let _ = writeln!(out, "{indent}  {style}label=\"{}\";", escape(&group.area.title));
                    for &node in &group.nodes {
                        let _ = writeln!(out, "{indent}  n{};", self.nodes[node].id);
                    }
                }
                Step::End { depth } => {
                    let _ = writeln!(out, "{}}}", "  ".repeat(depth));
                }
            }
        }
        for wire in &self.wires {
            let (from, to) = (&self.nodes[wire.from], &self.nodes[wire.to]);
            let label = self.label_of(wire);
            let mut attributes = Vec::new();
            if !label.is_empty() {
                attributes.push(format!("label=\"{}\"", escape(&label)));
            }
            if wire.is_concurrent {
                attributes.push("style=dashed".to_owned());
            }
            attributes.extend(colour(wire.mark).map(|colour| format!("color=\"{colour}\"")));
            let attributes =
                if attributes.is_empty() { String::new() } else { format!(" [{}]", attributes.join(", ")) };
            let _ = writeln!(out, "  n{} -> n{}{attributes};", from.id, to.id);
        }
        out.push_str("}\n");
        out
    }
}

fn draw_node(out: &mut String, node: &NodeBox) {
    let mut label = String::new();
    for line in &node.lines {
        label.push_str(&escape(&line.text));
        label.push_str("\\l");
    }
    let (shape, fill, stroke) = match node.kind {
        Kind::Trigger => ("box", "#ddf4ff", "#0550ae"),
        Kind::Logic => ("octagon", "#fff8c5", "#7d4e00"),
        Kind::Action => ("box", "#f6f8fa", "#57606a"),
    };
    let stroke = colour(node.mark).unwrap_or(stroke);
    let mut style = vec!["filled"];
    if node.kind == Kind::Trigger {
        style.push("rounded");
    }
    if node.mark == Mark::Removed {
        style.push("dashed");
    }
    let borders = if node.is_blocking { ", peripheries=2" } else { "" };
    let _ = writeln!(
        out,
        "  n{} [label=\"{label}\", shape={shape}, style=\"{}\", fillcolor=\"{fill}\", color=\"{stroke}\"{borders}];",
        node.id,
        style.join(",")
    );
}

fn colour(mark: Mark) -> Option<&'static str> {
    match mark {
        Mark::Same => None,
        Mark::Added => Some("#1a7f37"),
        Mark::Removed => Some("#b3161f"),
        Mark::Changed => Some("#9a6700"),
    }
}

/// Text between quotes, in which entities and escapes would be read.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('\\', "\\\\").replace('"', "\\\"")
}
