//! Whatever graph MISP's editor can save becomes text that compiles to the same graph.

use std::borrow::Cow;

use mispflow::base::source::Sources;
use mispflow::catalogue::Catalogue;
use mispflow::compile::Workspace;
use mispflow::diff::{DiffOptions, Difference, compare};
use mispflow::format::format_source;
use mispflow::import::{ImportOptions, import};
use mispflow::misp::{self, Filling, Form};
use mispflow::model::{
    Connection, Document, DocumentKind, Frame, Graph, ModuleType, Node, ParamValue, SavedFilter, workflow_uuid,
};
use mispflow::project::DiskFiles;
use proptest::collection::vec;
use proptest::prelude::*;

/// Numbers that decide what is made.
struct Choices<'r> {
    random: std::slice::Iter<'r, u16>,
}

impl Choices<'_> {
    /// A number below `limit`; zero once the random ones are used up.
    fn below(&mut self, limit: usize) -> usize {
        self.random.next().map_or(0, |&random| usize::from(random) % limit)
    }

    fn of<'t, T>(&mut self, things: &'t [T]) -> &'t T {
        &things[self.below(things.len())]
    }
}

const TEXTS: [&str; 14] = [
    "",
    "tlp:red",
    "Event.Tag.{n}.name",
    "bad..path",
    "50",
    " 7 ",
    "true",
    "absent",
    "all",
    "{{ Event.info }}",
    "{{ broken",
    "two\n  lines\n",
    "with \"quotes\" # and \\ more\r\n",
    "A",
];

/// Pieces of texts as objects and lists become, and pieces that only look so.
const PIECES: [&str; 26] = [
    "{",
    "}",
    "[",
    "]",
    ", ",
    ",",
    ": ",
    ":",
    "\n",
    "\"a\"",
    "\"b c\"",
    "\"\"",
    "\"{{ x }}\"",
    "\"\\u007b\\u007b\"",
    "1",
    "-0.5",
    "01",
    "null",
    "true",
    "{{ (Event.info) | default(none) | tojson }}",
    "{{ Event.info | tojson }}",
    "{% filter tojson %}a {{ Event.info }}{% endfilter %}",
    "{% filter tojson %}plain{% endfilter %}",
    "X-A",
    "{% filter replace('\\r', '') | replace('\\n', '') %}{{ Event.info }}{% endfilter %}",
    "value",
];

/// A text that is put together: often JSON, lines, or nearly so.
fn pieces(choices: &mut Choices<'_>) -> ParamValue<'static> {
    let value = |choices: &mut Choices<'_>| *choices.of(&PIECES[9..]);
    let text = match choices.below(4) {
        0 => (0..choices.below(6)).map(|_| *choices.of(&PIECES)).collect(),
        1 => {
            let items: Vec<_> = (0..choices.below(4)).map(|_| value(choices)).collect();
            format!("[{}]", items.join(", "))
        }
        2 => {
            let keys = ["\"a\"", "\"b c\"", "\"{{ k }}\""];
            let entries: Vec<_> =
                (0..choices.below(4)).map(|_| format!("{}: {}", choices.of(&keys), value(choices))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        _ => {
            let keys = ["X-A", "b c", "{{ k }}", ""];
            let lines: Vec<_> =
                (0..choices.below(4)).map(|_| format!("{}: {}", choices.of(&keys), value(choices))).collect();
            lines.join("\n")
        }
    };
    ParamValue::text(text)
}

fn any_value(choices: &mut Choices<'_>, depth: usize) -> ParamValue<'static> {
    let kinds = if depth == 0 { 8 } else { 6 };
    match choices.below(kinds) {
        0 => ParamValue::Null,
        1 => ParamValue::Boolean(choices.below(2) == 0),
        2 => ParamValue::Number(serde_json::Number::from(choices.below(100))),
        3 => {
            ParamValue::Number(serde_json::Number::from_f64(f64::from(choices.below(100) as u32) / 8.0 - 3.0).unwrap())
        }
        6 => ParamValue::List((0..choices.below(3)).map(|_| any_value(choices, depth + 1)).collect()),
        7 => {
            let names = ["key", "odd key", "true"];
            let count = choices.below(3);
            ParamValue::Object(
                names[..count].iter().map(|name| ((*name).into(), any_value(choices, depth + 1))).collect(),
            )
        }
        _ => ParamValue::text(*choices.of(&TEXTS)),
    }
}

fn texts(choices: &mut Choices<'_>) -> ParamValue<'static> {
    ParamValue::List((0..choices.below(3)).map(|_| ParamValue::text(*choices.of(&TEXTS))).collect())
}

/// Parameters of a module: usual ones, odd ones, stale ones.
fn params(module: &str, choices: &mut Choices<'_>) -> Vec<(Cow<'static, str>, ParamValue<'static>)> {
    let mut params = Vec::new();
    let Some(signature) = Catalogue::built_in().module(module) else {
        for name in ["plain", "odd name", "filters"] {
            if choices.below(2) == 0 {
                params.push((name.into(), any_value(choices, 0)));
            }
        }
        return params;
    };
    for parameter in &signature.parameters {
        let options: Vec<&String> = parameter.options.keys().collect();
        let value = match choices.below(8) {
            0..=3 => parameter.editor_default(),
            4 | 5 if !options.is_empty() => Some(ParamValue::text(choices.of(&options).as_str())),
            4 | 5 if parameter.multiple => Some(texts(choices)),
            4..=6 if parameter.json || parameter.lines.is_some() => Some(pieces(choices)),
            6 => Some(any_value(choices, 0)),
            7 => None,
            _ if parameter.sub_selector => Some(ParamValue::text(*choices.of(&["type", "value"]))),
            _ if parameter.id == "selector" => Some(ParamValue::text("Event._AttributeFlattened.{n}")),
            _ => Some(ParamValue::text(*choices.of(&["Event.info", "tlp:clear", "50", "Event.Tag", "Tag.{n}.name"]))),
        };
        params.extend(value.map(|value| (Cow::Owned(parameter.id.clone()), value)));
    }
    if choices.below(12) == 0 {
        params.push(("stale".into(), any_value(choices, 0)));
    }
    params
}

fn filter(choices: &mut Choices<'_>) -> SavedFilter<'static> {
    if choices.below(6) > 0 {
        return SavedFilter::default();
    }
    SavedFilter {
        selector: (*choices.of(&["Event._AttributeFlattened.{n}", "", "bad..path"])).into(),
        value: Cow::from(*choices.of(&TEXTS)).into(),
        operator: (*choices.of(&["in", "not_in", "equals", "not_equals", "any_value", ""])).into(),
        path: (*choices.of(&["Tag.{n}.name", "type", "", "x y"])).into(),
    }
}

fn node(id: u32, module: &str, choices: &mut Choices<'_>) -> Node<'static> {
    let signature = Catalogue::built_in().module(module);
    let kind = match signature {
        Some(signature) => signature.module_type,
        None if module.contains("question") => ModuleType::Logic,
        None => ModuleType::Action,
    };
    let outputs = signature.map_or(if module.contains("question") { 2 } else { 1 }, |signature| signature.outputs);
    Node {
        id,
        module: module.to_owned().into(),
        name: module.to_owned().into(),
        module_type: kind,
        version: if choices.below(6) == 0 {
            "0.0".into()
        } else {
            signature.map_or("7", |it| &it.version).to_owned().into()
        },
        params: params(module, choices),
        filter: filter(choices),
        multiple_output_connection: module == "concurrent-task",
        gives_core_format: false,
        odd_type: None,
        class: "block-type-default".into(),
        inputs: u8::from(kind != ModuleType::Trigger),
        outputs: vec![Vec::new(); usize::from(outputs)],
        position: Some((f64::from(choices.below(2000) as u32) - 700.5, f64::from(choices.below(9) as u32))),
        origin: None,
    }
}

/// The modules from which graphs are made; what makes structure comes often.
fn module(choices: &mut Choices<'_>) -> String {
    let others: Vec<&str> = Catalogue::built_in()
        .modules()
        .filter(|module| module.module_type != ModuleType::Trigger)
        .map(|module| module.id.as_str())
        .collect();
    let common = [
        "tag-if",
        "generic-if",
        "published-if",
        "count-if",
        "tag_operation",
        "attach-enrichment",
        "stop-execution",
        "concurrent-task",
        "generic-filter-data",
        "generic-filter-data",
        "generic-filter-reset",
        "generic-filter-reset",
        "own-module",
        "Own Module?",
        "own-question",
    ];
    if choices.below(5) == 0 { (*choices.of(&others)).to_owned() } else { (*choices.of(&common)).to_owned() }
}

/// Any graph without loops: nodes lead to nodes further on.
fn graph(choices: &mut Choices<'_>) -> Graph<'static> {
    let count = 1 + choices.below(14);
    let has_trigger = choices.below(6) > 0;
    let mut nodes: Vec<Node<'static>> = (0..count)
        .map(|index| {
            let module = if index == 0 && has_trigger { "event-publish".to_owned() } else { module(choices) };
            node(0, &module, choices)
        })
        .collect();
    // Ids in another order than the connections.
    let step = *choices.of(&[1, 5, 7, 11]);
    let ids: Vec<u32> = (0..count).map(|index| (index * step % 17) as u32 + 1).collect();
    for index in 0..count {
        nodes[index].id = ids[index];
        let is_concurrent = nodes[index].is_concurrent_task();
        for output in 0..nodes[index].outputs.len() {
            let connections = if is_concurrent { choices.below(4) } else { usize::from(choices.below(7) > 0) };
            for _ in 0..connections {
                if index + 1 < count {
                    let near = 1 + choices.below(3.min(count - index - 1));
                    nodes[index].outputs[output].push(Connection { node: ids[index + near], input: 1 });
                }
            }
        }
    }
    nodes.sort_by_key(|node| node.id);
    let frames = (0..choices.below(3))
        .map(|index| Frame {
            uuid: format!("frame-{index}").into(),
            text: (*choices.of(&["Title", "Two \"words\"", ""])).into(),
            nodes: nodes.iter().map(|node| node.id).filter(|_| choices.below(3) == 0).collect(),
            class: (*choices.of(&["", "wide"])).into(),
        })
        .collect();
    Graph { nodes, frames }
}

fn document(graph: Graph<'static>) -> Document<'static> {
    let has_trigger = graph.nodes.iter().any(|node| node.module_type == ModuleType::Trigger);
    let kind = if has_trigger { DocumentKind::Workflow } else { DocumentKind::Blueprint };
    Document {
        uuid: Some(workflow_uuid("any")),
        name: "Any graph".into(),
        description: "One line\nand another".into(),
        debug_enabled: has_trigger,
        ..Document::bare(kind, graph)
    }
}

/// The graph of a workflow of a trigger, as MISP saves it, made of numbers.
pub fn any_saved_graph(random: &[u16], trigger: &str) -> serde_json::Value {
    let mut document = document(graph(&mut Choices { random: random.iter() }));
    if document.kind == DocumentKind::Blueprint {
        let start = node(0, "event-publish", &mut Choices { random: [].iter() });
        document.graph.nodes.insert(0, start);
    }
    let filling = Filling::Placeholders;
    let mut data: serde_json::Value =
        serde_json::from_str(&misp::write(&document, Form::Data, filling).unwrap()).unwrap();
    for (_, node) in data.as_object_mut().unwrap() {
        if node["data"]["module_type"] == "trigger" {
            node["data"]["id"] = trigger.into();
            if trigger.starts_with("adhoc_") {
                node["data"]["indexed_params"] = serde_json::json!({"scope": "events", "filters": "{}"});
            }
        }
    }
    data
}

/// What differs after the way to text and back; the text for messages.
fn round_trip(document: &Document<'_>, keep_layout: bool) -> (Difference, String) {
    let catalogue = Catalogue::built_in();
    let imported = import(document, catalogue, ImportOptions { keep_layout });
    let sources = Sources::new();
    let file = sources.add("imported.mwf", None, imported.text.clone());
    let workspace = Workspace::load(&sources, &DiskFiles, &[file], catalogue);
    let compilation = workspace.compile();
    let errors: Vec<_> = compilation
        .diagnostics
        .iter()
        .filter(|finding| finding.is_error())
        .map(|finding| (finding.code, &finding.message, finding.primary.as_ref().map(|at| sources.snippet(at.span))))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}\n{}", imported.text);
    assert!(imported.notes.iter().all(|note| !note.message.contains("is cut")), "{:?}", imported.notes);
    assert_eq!(compilation.documents.len(), 1, "{}", imported.text);
    assert_eq!(format_source(&sources, file).as_ref(), Ok(&imported.text), "the text is in canonical form");
    let back = &compilation.documents[0].document;
    if keep_layout {
        let (before, after) = (node_by_node(&document.graph), node_by_node(&back.graph));
        assert_eq!(before, after, "{}", imported.text);
    }
    let options = DiffOptions { catalogue, layout: keep_layout };
    (compare(document, back, options), imported.text)
}

/// Everything that must be the same where the layout is kept, in another way than the comparison
/// that is tested here as well looks at it.
fn node_by_node(graph: &Graph<'_>) -> Vec<String> {
    let nodes = graph.nodes.iter().map(|node| {
        let Node { id, module, version, params, filter, outputs, position, .. } = node;
        let mut params: Vec<String> = params.iter().map(|param| format!("{param:?}")).collect();
        params.sort();
        let targets: Vec<Vec<u32>> =
            outputs.iter().map(|output| output.iter().map(|link| link.node).collect()).collect();
        format!("{id} {module} {version} {params:?} {filter:?} {targets:?} {position:?}")
    });
    nodes.chain(graph.frames.iter().map(|frame| format!("{frame:?}"))).collect()
}

/// Text of a flow with filters, branches and jumps that are nested as people nest them.
struct Writer<'r> {
    choices: Choices<'r>,
    text: String,
    filters: Vec<char>,
}

impl Writer<'_> {
    fn block(&mut self, depth: usize) {
        for _ in 0..self.choices.below(4) {
            if !self.step(depth) {
                break;
            }
        }
    }

    /// Writes a step; says whether a run goes on after it.
    fn step(&mut self, depth: usize) -> bool {
        match self.choices.below(if depth == 0 { 3 } else { 9 }) {
            1 => self.text.push_str("attach-warninglist(warninglists: [\"x\"])\n"),
            2 if self.choices.below(3) == 0 => {
                self.text.push_str("stop-execution()\n");
                return false;
            }
            3..=5 => {
                self.text.push_str("if published");
                for _ in 0..self.choices.below(3) {
                    let word = *self.choices.of(&[" and ", " or ", " and not "]);
                    self.text.push_str(word);
                    let question =
                        *self.choices.of(&["unpublished", "event tagged any \"a\"", "(published or unpublished)"]);
                    self.text.push_str(question);
                }
                self.braces(depth);
                if self.choices.below(2) == 0 {
                    self.text.push_str("else");
                    self.braces(depth);
                }
            }
            6 | 7 => {
                let free: Vec<char> = ('A'..='F').filter(|label| !self.filters.contains(label)).collect();
                let label = *self.choices.of(&free);
                self.filters.push(label);
                self.text.push_str(&format!("filter {label}: Event._AttributeFlattened.{{n}} where \"x\" in type"));
                self.braces(depth);
                self.filters.pop();
            }
            8 => {
                self.text.push_str("concurrent {");
                for _ in 0..self.choices.below(3) {
                    self.text.push_str("branch");
                    self.braces(depth);
                }
                self.text.push_str("}\n");
                return false;
            }
            _ => {
                let tag = self.choices.below(3);
                self.text.push_str(&format!("tag_operation(tags: [\"{tag}\"])\n"));
            }
        }
        true
    }

    fn braces(&mut self, depth: usize) {
        self.text.push_str(" {\n");
        self.block(depth - 1);
        self.text.push_str("}\n");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn any_graph_comes_back(random in vec(any::<u16>(), 0..300)) {
        let document = document(graph(&mut Choices { random: random.iter() }));
        let (difference, text) = round_trip(&document, false);
        prop_assert!(difference.is_empty(), "{difference}\n{text}");
        let (difference, text) = round_trip(&document, true);
        prop_assert!(difference.is_empty(), "{difference}\n{text}");
    }

    #[test]
    fn what_people_write_comes_back(random in vec(any::<u16>(), 0..200)) {
        let mut writer = Writer { choices: Choices { random: random.iter() }, text: String::new(), filters: Vec::new() };
        writer.block(5);
        let text = format!("workflow any on event-publish {{\n{}}}", writer.text);
        let sources = Sources::new();
        let file = sources.add("written.mwf", None, text);
        let workspace = Workspace::load(&sources, &DiskFiles, &[file], Catalogue::built_in());
        let compilation = workspace.compile();
        // A step after branches that all end is an error of the one who wrote it.
        if !compilation.has_errors() {
            for keep_layout in [false, true] {
                let (difference, text) = round_trip(&compilation.documents[0].document, keep_layout);
                prop_assert!(difference.is_empty(), "{difference}\n{text}");
            }
        }
    }
}
