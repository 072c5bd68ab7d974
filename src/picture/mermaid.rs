//! A scene as Mermaid, which GitHub and others draw in Markdown.

use std::fmt::Write as _;

use super::groups::{Groups, Step};
use super::scene::{Kind, NodeBox, Scene};

/// A value is cut after so many characters.
const LONGEST: usize = 120;
/// So many parameters are shown.
const MOST_SAID: usize = 6;

/// How each kind of node looks, on light and dark pages alike.
const CLASSES: &str = "    classDef trigger fill:#ddf4ff,stroke:#0550ae,color:#1f2328
    classDef logic fill:#fff8c5,stroke:#7d4e00,color:#1f2328
    classDef action fill:#f6f8fa,stroke:#57606a,color:#1f2328
    classDef blocking stroke:#b3161f,stroke-width:2px
    classDef added stroke:#1a7f37,stroke-width:3px
    classDef removed stroke:#b3161f,stroke-width:2px,stroke-dasharray:4 3
    classDef changed stroke:#9a6700,stroke-width:3px
";

impl Scene {
    /// As a flow chart of Mermaid.
    pub fn to_mermaid(&self) -> String {
        let mut out = String::from("flowchart LR\n");
        let groups = Groups::of(self);
        for &node in &groups.nodes {
            draw_node(&mut out, &self.nodes[node], 1);
        }
        for step in groups.steps() {
            match step {
                Step::Begin { index, group, depth } => {
                    let title = escape_or_space(&group.area.title);
                    let _ = writeln!(out, "{}subgraph g{index} [\"{title}\"]", "    ".repeat(depth));
                    for &node in &group.nodes {
                        draw_node(&mut out, &self.nodes[node], depth + 1);
                    }
                }
                Step::End { depth } => {
                    let _ = writeln!(out, "{}end", "    ".repeat(depth));
                }
            }
        }
        for wire in &self.wires {
            let (from, to) = (&self.nodes[wire.from], &self.nodes[wire.to]);
            let arrow = if wire.is_concurrent { "-.->" } else { "-->" };
            let label = self.label_of(wire);
            let label = if label.is_empty() { label } else { format!("|\"{}\"|", escape(&label)) };
            let _ = writeln!(out, "    n{} {arrow}{label} n{}", from.id, to.id);
        }
        out.push_str(CLASSES);
        out
    }
}

fn draw_node(out: &mut String, node: &NodeBox, depth: usize) {
    let mut lines = vec![escape(&node.head), format!("<b>{}</b>", escape(&cut(&node.title)))];
    lines.extend(node.says.iter().take(MOST_SAID).map(|said| escape(&cut(&said.whole()))));
    if node.says.len() > MOST_SAID {
        lines.push(escape(&format!("… {} more", node.says.len() - MOST_SAID)));
    }
    let label = lines.join("<br/>");
    let (open, close) = match node.kind {
        Kind::Trigger => ("([", "])"),
        Kind::Logic => ("{{", "}}"),
        Kind::Action => ("[", "]"),
    };
    let mut classes = vec![node.kind.word()];
    if node.is_blocking {
        classes.push("blocking");
    }
    classes.extend(node.mark.class());
    let indent = "    ".repeat(depth);
    let id = node.id;
    let _ = writeln!(out, "{indent}n{id}{open}\"{label}\"{close}");
    for class in classes {
        let _ = writeln!(out, "{indent}class n{id} {class}");
    }
}

fn cut(text: &str) -> String {
    let mut short: String = text.chars().take(LONGEST).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// Text in which nothing has a meaning for Mermaid, Markdown or HTML: all signs but the plainest are written as their numbers.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let is_inside = escaped.ends_with(|before: char| before.is_alphanumeric())
            && rest.peek().is_some_and(|after| after.is_alphanumeric());
        let is_plain = match c {
            ' ' | ',' | '/' | '·' | '…' => true,
            '-' | '_' => is_inside,
            // Markdown takes what begins like this for an address.
            '.' => {
                is_inside
                    && !escaped
                        .get(escaped.len().saturating_sub(3)..)
                        .is_some_and(|end| end.eq_ignore_ascii_case("www"))
            }
            _ => c.is_alphanumeric(),
        };
        if is_plain {
            escaped.push(c);
        } else {
            let _ = write!(escaped, "#{};", u32::from(c));
        }
    }
    escaped
}

fn escape_or_space(text: &str) -> String {
    if text.trim().is_empty() { " ".to_owned() } else { escape(text) }
}
