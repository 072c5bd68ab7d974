//! What every picture keeps, for graphs made at random with hostile texts.

use std::io::Write as _;
use std::process::{Command, Stdio};

use proptest::prelude::*;

use super::content::font;
use super::font::Font;
use super::{Options, Scene};
use crate::base::characters::hidden_characters;
use crate::catalogue::Catalogue;
use crate::lower::testing::node;
use crate::model::{Connection, Document, DocumentKind, Frame, Graph, ModuleType, ParamText, ParamValue, TextPart};

/// Texts that mean something to SVG, HTML, JavaScript, CSS, Mermaid, Graphviz, Markdown or a terminal.
const HOSTILE: [&str; 20] = [
    "</script><script>alert(1)</script>",
    "]]><x>&amp;&#60;",
    "\"];n1->n2[label=\"",
    "`**bold** _x_`",
    "style a:#b; classDef c:#d;",
    "end",
    "1. one\n- two",
    "\u{202e}desrever\u{202c}",
    "\u{0}\u{1b}[31m\u{7f}\u{9b}",
    "\u{feff}\u{ffff}\u{fffe}",
    "\\N\\l\\\"\\",
    "{{ Event.info }} {% if x %}",
    "|subgraph|%%{init: {}}%%",
    "日本語の長い文章をここに書きます、とても長い",
    "שלום עולם",
    "#35;#quot;&quot;",
    "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
    "-->|x| n9",
    "click n1 href \"javascript:alert(1)\"",
    "",
];

const MODULES: [&str; 9] = [
    "event-publish",
    "tag-if",
    "generic-if",
    "concurrent-task",
    "webhook",
    "generic-filter-data",
    "generic-filter-reset",
    "stop-execution",
    "of-a-server",
];

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => prop::sample::select(HOSTILE.to_vec()).prop_map(str::to_owned),
        2 => any::<String>(),
        2 => "[a-z:.{}\\[\\], ]{0,80}",
    ]
}

fn value() -> impl Strategy<Value = ParamValue<'static>> {
    prop_oneof![
        text().prop_map(ParamValue::text),
        prop::collection::vec(text().prop_map(ParamValue::text), 0..4).prop_map(ParamValue::List),
        prop::sample::select(vec!["A", "B", "all", "in", "in_or", "event"]).prop_map(ParamValue::text),
        text().prop_map(|name| {
            let part = TextPart::Secret { name: name.into(), origin: None };
            ParamValue::Text(ParamText::Parts(vec![TextPart::Plain("a".into()), part]))
        }),
        any::<bool>().prop_map(ParamValue::Boolean),
    ]
}

/// The names of parameters: those that the words of conditions are made of, and others.
fn parameter() -> impl Strategy<Value = String> {
    let known = ["tags", "scope", "condition", "value", "hash_path", "selector", "operator", "filtering-label", "url"];
    prop_oneof![3 => prop::sample::select(known.to_vec()).prop_map(str::to_owned), 1 => text()]
}

fn document() -> impl Strategy<Value = Document<'static>> {
    let nodes = prop::collection::vec(
        (prop::sample::select(MODULES.to_vec()), prop::collection::vec((parameter(), value()), 0..5), text()),
        1..14,
    );
    let links = prop::collection::vec((any::<prop::sample::Index>(), 0_usize..2, any::<prop::sample::Index>()), 0..24);
    let frames = prop::collection::vec((text(), prop::collection::vec(any::<prop::sample::Index>(), 0..5)), 0..3);
    (nodes, links, frames, text(), text()).prop_map(|(nodes, links, frames, name, description)| {
        let mut graph = Graph::default();
        for (index, (module, params, selector)) in nodes.into_iter().enumerate() {
            let signature = Catalogue::built_in().module(module);
            let outputs = signature.map_or(index % 3, |signature| usize::from(signature.outputs));
            let mut node = node(module, outputs).node;
            node.module_type = signature.map_or(ModuleType::Action, |signature| signature.module_type);
            node.id = index as u32 + 1;
            node.params = params.into_iter().map(|(id, value)| (id.into(), value)).collect();
            node.filter.selector = if index % 4 == 0 { selector.into() } else { "".into() };
            graph.nodes.push(node);
        }
        let count = graph.nodes.len();
        for (from, output, to) in links {
            let (from, to) = (from.index(count), to.index(count));
            let outputs = &mut graph.nodes[from].outputs;
            if let Some(links) = outputs.get_mut(output) {
                links.push(Connection { node: to as u32 + 1, input: 1 });
            }
        }
        for (text, nodes) in frames {
            let nodes = nodes.into_iter().map(|node| node.index(count) as u32 + 1).collect();
            graph.frames.push(Frame { uuid: "f".into(), text: text.into(), nodes, class: "".into() });
        }
        let mut document = Document::bare(DocumentKind::Workflow, graph);
        document.name = name.into();
        document.description = description.into();
        document
    })
}

fn scene(document: &Document<'_>) -> Scene {
    let options =
        Options { catalogue: Catalogue::built_in(), name: "unnamed", hide: &str::to_owned, source: &|_| None };
    Scene::new(document, &options)
}

/// Whether every element is closed where it must be, every name and attribute is in its form, and nothing is left that a
/// parser of XML refuses.
fn check_xml(xml: &str) {
    let mut open: Vec<&str> = Vec::new();
    let mut rest = xml;
    while let Some(at) = rest.find('<') {
        check_text(&rest[..at]);
        let end = rest[at..].find('>').expect("the end of a tag") + at;
        let tag = &rest[at + 1..end];
        rest = &rest[end + 1..];
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name), "{xml}");
            continue;
        }
        let name = tag.split([' ', '/']).next().unwrap_or_default();
        assert!(name.bytes().all(|byte| byte.is_ascii_alphabetic()), "<{tag}>");
        assert!(tag.matches('"').count().is_multiple_of(2) && !tag.contains('<'), "<{tag}>");
        if !tag.ends_with('/') {
            open.push(name);
        }
    }
    check_text(rest);
    assert_eq!(open, [""; 0], "{xml}");
}

fn check_text(text: &str) {
    for (at, _) in text.match_indices('&') {
        let entity = text[at + 1..].split(';').next().unwrap_or_default();
        assert!(matches!(entity, "amp" | "lt" | "gt" | "quot" | "#x27"), "{text}");
    }
}

fn available(program: &str, argument: &str) -> bool {
    let found = Command::new(program).arg(argument).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok();
    if !found {
        eprintln!("skipped: there is no `{program}` here");
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn text_stays_in_its_box(document in document()) {
        let scene = scene(&document);
        for node in &scene.nodes {
            for line in &node.lines {
                let Font { size, is_bold } = font(line.style);
                let width = Font { size, is_bold }.width(&line.text);
                prop_assert!(width + 24.0 <= node.place.width + 0.01, "{:?}", node);
                prop_assert!(line.y + 3.0 < node.place.height, "{:?}", node);
                prop_assert!(line.text.is_char_boundary(line.name));
            }
            prop_assert!(node.ports.iter().all(|port| port.y > 0.0 && port.y < node.place.height));
        }
        for area in scene.frames.iter().chain(&scene.scopes) {
            prop_assert!(super::build::AREA_FONT.width(&area.shown) <= area.place.width);
        }
    }

    #[test]
    fn svg_is_well_formed_and_shows_every_character(document in document()) {
        let made = scene(&document);
        let svg = made.to_svg();
        let (before, rest) = svg.split_once("<style>").unwrap();
        let (_, after) = rest.split_once("</style>").unwrap();
        check_xml(&format!("{before}{after}"));
        prop_assert_eq!(hidden_characters(&svg).next(), None);
        prop_assert_eq!(&svg, &scene(&document).to_svg());
        for form in [made.to_mermaid(), made.to_dot(), made.to_text().unwrap()] {
            prop_assert_eq!(hidden_characters(&form).next(), None);
        }
    }
}

/// So many graphs are given to programs that draw them.
const DRAWN: usize = 48;

fn documents() -> Vec<Document<'static>> {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let strategy = document();
    (0..DRAWN).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}

#[test]
fn graphviz_takes_what_is_written_for_it() {
    if !available("dot", "-V") {
        return;
    }
    for document in documents() {
        let text = scene(&document).to_dot();
        let mut dot = Command::new("dot")
            .args(["-Tplain"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        dot.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let output = dot.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success() && !told.contains("rror"), "{told}\n{text}");
        let drawn = String::from_utf8_lossy(&output.stdout);
        let nodes = drawn.lines().filter(|line| line.starts_with("node ")).count();
        assert_eq!(nodes, document.graph.nodes.len(), "{text}");
    }
}

/// The folder of Node's modules with Mermaid and jsdom.
const MERMAID: &str = "MISPFLOW_TEST_MERMAID";

#[test]
fn mermaid_takes_what_is_written_for_it() {
    let Ok(modules) = std::env::var(MERMAID) else {
        eprintln!("skipped: {MERMAID} does not name a folder with Node's modules `mermaid` and `jsdom`");
        return;
    };
    let documents = documents();
    let texts: Vec<String> = documents.iter().map(|document| scene(document).to_mermaid()).collect();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    serde_json::to_writer(&mut file, &texts).unwrap();
    file.flush().unwrap();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/mermaid.mjs");
    let output = Command::new("node").arg(script).arg(modules).arg(file.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let counts = String::from_utf8(output.stdout).unwrap();
    let wanted: Vec<String> = documents.iter().map(|document| document.graph.nodes.len().to_string()).collect();
    assert_eq!(counts.lines().collect::<Vec<_>>(), wanted);
}
