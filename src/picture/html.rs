//! A scene as a page: a picture that can be moved, what each node is, and runs that can be stepped through.

use std::fmt::Write as _;

use html_escape::encode_text;

use crate::diff::NOT_SHOWN;

use super::run::ShownRun;
use super::scene::{Mark, NodeBox, Scene, SourceLines};
use super::svg::{self, Use};

const CSS: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

impl Scene {
    /// As a page that is complete in itself, with these runs.
    pub fn to_html(&self, runs: &[ShownRun]) -> String {
        let title = encode_text(&self.title);
        let mut out = String::new();
        out.push_str("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        out.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        out.push_str("<meta name=\"color-scheme\" content=\"light dark\">\n");
        // Nothing is loaded, and nothing is sent.
        out.push_str("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n");
        let _ = write!(out, "<title>{title}</title>\n<style>\n{}{CSS}</style>\n</head>\n<body>\n", svg::css());
        let _ = writeln!(out, "<header><h1>{title}</h1>");
        if !self.description.is_empty() {
            let _ = writeln!(out, "<p>{}</p>", encode_text(&self.description));
        }
        out.push_str("</header>\n<main>\n<section id=\"stage\" aria-label=\"Picture\">\n");
        out.push_str("<p class=\"tools\"><button type=\"button\" id=\"in\" aria-label=\"Larger\">+</button> <button type=\"button\" id=\"out\" aria-label=\"Smaller\">−</button> <button type=\"button\" id=\"whole\" aria-label=\"Fit the whole picture\">Fit</button></p>\n");
        out.push_str(&svg::draw(self, Use::InPage));
        out.push_str("</section>\n<aside>\n");
        if !runs.is_empty() {
            out.push_str(RUN);
        }
        out.push_str("<section id=\"details\" aria-live=\"polite\"><h2>Nodes</h2>\n<p class=\"hint\">Choose a node: with a click, or with the Tab key and Enter. The wheel, two fingers, and the keys + and − make the picture larger and smaller; dragging and the arrow keys move it; 0 shows all of it.</p>\n");
        for node in &self.nodes {
            details(&mut out, node);
        }
        out.push_str("</section>\n</aside>\n</main>\n");
        let _ = write!(
            out,
            "<script type=\"application/json\" id=\"runs\">{}</script>\n<script>\n{SCRIPT}</script>\n</body>\n</html>\n",
            json(runs)
        );
        out
    }
}

/// Where runs are shown. The script fills it.
const RUN: &str = r#"<section id="run"><h2>Run</h2>
<p><label for="event">Event</label> <select id="event"></select></p>
<p id="outcome"></p>
<p class="slider"><button type="button" id="back" aria-label="Step back">◀</button> <input type="range" id="at" min="0" value="0" aria-label="Step"> <button type="button" id="on" aria-label="Next step">▶</button></p>
<p id="now" aria-live="polite"></p>
<h3>Steps</h3>
<ol id="steps"></ol>
<h3>Effects</h3>
<ol id="effects"></ol>
</section>
"#;

fn details(out: &mut String, node: &NodeBox) {
    let about = &node.details;
    let _ = writeln!(out, "<article id=\"d{}\"><h3>{}</h3>", node.id, encode_text(&node.title));
    let mut facts = vec![format!("node {}", node.number), node.head.replace(" · ", ", ")];
    if node.title != node.module && !node.head.contains(&node.module) {
        facts.push(node.module.clone());
    }
    if !about.name.is_empty() && about.name != node.module {
        facts.push(format!("in MISP: {}", about.name));
    }
    let _ = writeln!(out, "<p class=\"facts\">{}</p>", encode_text(&facts.join("; ")));
    if !about.description.is_empty() {
        let _ = writeln!(out, "<p>{}</p>", encode_text(&about.description));
    }
    if node.mark != Mark::Same && node.says.iter().any(|said| said.mark != Mark::Same) {
        out.push_str("<ul>\n");
        for said in node.says.iter().filter(|said| said.mark != Mark::Same) {
            let _ = writeln!(out, "<li>{}</li>", encode_text(&said.whole()));
        }
        out.push_str("</ul>\n");
    }
    if !about.parameters.is_empty() {
        out.push_str("<table><caption>Parameters</caption>\n");
        for (name, value) in &about.parameters {
            let _ =
                writeln!(out, "<tr><th scope=\"row\">{}</th><td>{}</td></tr>", encode_text(name), encode_text(value));
        }
        out.push_str("</table>\n");
    }
    for said in node.says.iter().filter(|said| said.name.is_empty()) {
        let _ = writeln!(out, "<p>{}</p>", encode_text(&said.value));
    }
    if !about.traps.is_empty() {
        out.push_str("<details><summary>Traps</summary><ul>\n");
        for trap in &about.traps {
            let _ = writeln!(out, "<li>{}</li>", encode_text(trap));
        }
        out.push_str("</ul></details>\n");
    }
    if let Some(source) = &about.source {
        text_of(out, source);
    }
    out.push_str("<div class=\"in-run\"></div></article>\n");
}

/// The lines that a node comes from, with their numbers.
fn text_of(out: &mut String, source: &SourceLines) {
    let (first, last) = source.range;
    let lines = if first == last { first.to_string() } else { format!("{first}–{last}") };
    let _ = writeln!(out, "<p class=\"source\">{}:{lines}</p>", encode_text(&source.file));
    let width = last.to_string().len();
    let mut text = String::new();
    for (line, shown) in source.numbered() {
        let _ = writeln!(text, "{line:>width$}  {}", encode_text(shown.unwrap_or(NOT_SHOWN)));
    }
    if source.lines.len() < last + 1 - first {
        let _ = writeln!(text, "{:>width$}  …", "");
    }
    let _ = writeln!(out, "<pre>{}</pre>", text.trim_end());
}

/// JSON that ends no script and begins no comment.
fn json(runs: &[ShownRun]) -> String {
    let json = serde_json::to_string(runs).unwrap_or_else(|_| "[]".to_owned());
    json.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026")
}
