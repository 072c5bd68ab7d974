//! Conditions in all their spellings mean what a truth table says: each is run on every event of a small world. The
//! formatter picks one of the spellings, and the graph stays the same.

use std::path::Path;

use mispflow::base::source::Sources;
use mispflow::catalogue::{Catalogue, Semantics};
use mispflow::compile::Workspace;
use mispflow::diagnostics::Diagnostic;
use mispflow::engine::{Answers, Effect, Prepared, Request, RunOptions, RunResult, Settings, TagScope, Verdict};
use mispflow::format::format_source;
use mispflow::model::Graph;
use mispflow::php::Value;
use mispflow::project::MemoryFiles;
use proptest::prelude::*;
use serde_json::json;

/// What there is to ask about.
#[derive(Clone, Copy, Debug)]
struct World {
    organisation: &'static str,
    tags: &'static [&'static str],
    published: bool,
}

const NAMES: [&str; 3] = ["a", "b", "c"];

fn worlds() -> Vec<World> {
    const TAGS: [&[&str]; 5] = [&[], &["a"], &["b"], &["a", "b"], &["c"]];
    let mut worlds = Vec::new();
    for organisation in NAMES {
        for tags in TAGS {
            worlds.extend([false, true].map(|published| World { organisation, tags, published }));
        }
    }
    worlds
}

impl World {
    fn event(self) -> String {
        let names: Vec<_> = self.tags.iter().map(|name| json!({"name": name})).collect();
        json!({"Event": {
            "id": "1",
            "info": "x",
            "published": self.published,
            "Orgc": {"name": self.organisation},
            "Tag": names,
            "Attribute": [],
        }})
        .to_string()
    }
}

/// A question, which can be spelled in several ways.
#[derive(Clone, Debug)]
enum Question {
    /// Whether the organisation is one of these.
    Organisation(Vec<&'static str>),
    /// Whether one of the tags is one of these.
    Tags(Vec<&'static str>),
    AnyTag,
    Published,
}

#[derive(Clone, Debug)]
enum Condition {
    /// A question with the number of its spelling.
    Question(Question, usize),
    Not(Box<Condition>),
    And(Vec<Condition>),
    Or(Vec<Condition>),
}

impl Question {
    fn holds(&self, world: World) -> bool {
        match self {
            Self::Organisation(names) => names.contains(&world.organisation),
            Self::Tags(names) => world.tags.iter().any(|tag| names.contains(tag)),
            Self::AnyTag => !world.tags.is_empty(),
            Self::Published => world.published,
        }
    }

    /// Spellings of the question, and of its opposite.
    fn spellings(&self, negated: bool) -> Vec<String> {
        let list = |names: &[&str]| format!("{names:?}");
        let (spellings, one): (Vec<String>, _) = match self {
            Self::Organisation(names) => {
                let (list, path) = (list(names), "Event.Orgc.name");
                let all = if negated {
                    vec![
                        format!("{path} not in {list}"),
                        format!("not {path} in {list}"),
                        format!("not any {path} in {list}"),
                        format!("not ({path} in {list})"),
                        format!("not not {path} not in {list}"),
                    ]
                } else {
                    vec![
                        format!("{path} in {list}"),
                        format!("any {path} in {list}"),
                        format!("not {path} not in {list}"),
                        format!("({path} in {list})"),
                    ]
                };
                let one = if negated {
                    vec![
                        format!("{path} != {:?}", names[0]),
                        format!("not {path} == {:?}", names[0]),
                        format!("{:?} not in {path}", names[0]),
                    ]
                } else {
                    vec![
                        format!("{path} == {:?}", names[0]),
                        format!("{:?} in {path}", names[0]),
                        format!("not {path} != {:?}", names[0]),
                    ]
                };
                (all, (names.len() == 1).then_some(one))
            }
            Self::Tags(names) => {
                let (list, path) = (list(names), "Event.Tag.{n}.name");
                let all = if negated {
                    vec![
                        format!("not any {path} in {list}"),
                        format!("{path} not in {list}"),
                        format!("tags not in {list}"),
                        format!("not tags in {list}"),
                        format!("not any tags in {list}"),
                        format!("event not tagged any {list}"),
                    ]
                } else {
                    vec![
                        format!("any {path} in {list}"),
                        format!("{path} in {list}"),
                        format!("tags in {list}"),
                        format!("any tags in {list}"),
                        format!("event tagged any {list}"),
                    ]
                };
                let one = if negated {
                    vec![format!("{:?} not in {path}", names[0]), format!("not {:?} in tags", names[0])]
                } else {
                    vec![format!("{:?} in {path}", names[0]), format!("event tagged any {:?}", names[0])]
                };
                (all, (names.len() == 1).then_some(one))
            }
            Self::AnyTag if negated => {
                (vec!["not any Event.Tag.{n}".to_owned(), "count(Event.Tag.{n}) == 0".to_owned()], None)
            }
            Self::AnyTag => (vec!["any Event.Tag.{n}".to_owned(), "count(tags) > 0".to_owned()], None),
            Self::Published if negated => (vec!["unpublished".to_owned(), "not published".to_owned()], None),
            Self::Published => (vec!["published".to_owned(), "not unpublished".to_owned()], None),
        };
        spellings.into_iter().chain(one.into_iter().flatten()).collect()
    }
}

impl Condition {
    fn holds(&self, world: World) -> bool {
        match self {
            Self::Question(question, _) => question.holds(world),
            Self::Not(inner) => !inner.holds(world),
            Self::And(parts) => parts.iter().all(|part| part.holds(world)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(world)),
        }
    }

    fn text(&self) -> String {
        match self {
            Self::Question(question, spelling) => {
                let spellings = question.spellings(false);
                spellings[spelling % spellings.len()].clone()
            }
            Self::Not(inner) => match &**inner {
                Self::Question(question, spelling) => {
                    let spellings = question.spellings(true);
                    spellings[spelling % spellings.len()].clone()
                }
                inner => format!("not ({})", inner.text()),
            },
            Self::And(parts) | Self::Or(parts) => {
                let word = if matches!(self, Self::And(_)) { " and " } else { " or " };
                let parts: Vec<String> = parts.iter().map(|part| format!("({})", part.text())).collect();
                parts.join(word)
            }
        }
    }
}

/// A database that takes every tagging.
struct Taking;

impl Answers for Taking {
    fn takes_tagging(&self, _: Request<'_>, _: &Effect<'_>) -> Option<bool> {
        Some(true)
    }
}

/// Compiles a text, which must be without errors, and passes on its graph.
fn compiled<T>(text: &str, each: impl FnOnce(&Graph<'_>) -> T) -> T {
    let sources = Sources::new();
    let root = sources.add("w.mwf", Some(Path::new("w.mwf")), text);
    let files = MemoryFiles::new();
    let workspace = Workspace::load(&sources, &files, &[root], Catalogue::built_in());
    let compilation = workspace.compile();
    let errors: Vec<_> = compilation.diagnostics.iter().filter(|finding| Diagnostic::is_error(finding)).collect();
    assert!(errors.is_empty(), "{text}\n{errors:?}");
    each(&compilation.documents[0].document.graph)
}

/// The graph as it is told apart from others, without places in the text.
fn shown(graph: &Graph<'_>) -> String {
    let nodes = graph.nodes.iter().map(|node| {
        let targets: Vec<_> = node.outputs.iter().flatten().map(|connection| connection.node).collect();
        format!("{} {} {:?} {:?} {targets:?}\n", node.id, node.module, node.params, node.filter)
    });
    nodes.collect()
}

fn formatted(text: &str) -> String {
    let sources = Sources::new();
    let file = sources.add("w.mwf", None, text);
    format_source(&sources, file).expect("the text can be read")
}

/// Checks that formatting keeps the graph and that the second time changes nothing; returns the canonical text.
fn canonical(text: &str) -> String {
    let once = formatted(text);
    assert_eq!(formatted(&once), once);
    assert_eq!(compiled(text, shown), compiled(&once, shown), "{text}\n{once}");
    once
}

fn run<'p>(workflow: &'p Prepared, event: &'p str) -> RunResult<'p> {
    workflow.run(Value::from_json(event).expect("JSON"), &RunOptions { answers: &Taking, ..RunOptions::default() })
}

fn prepared(graph: &Graph<'_>) -> Prepared {
    let semantics = Semantics::for_target("misp-2.5-latest".parse().expect("a target"));
    Prepared::new(graph, &Settings::new("w", Catalogue::built_in(), semantics)).expect("a workflow")
}

const HEAD: &str = "let tags = Event.Tag.{n}.name\nworkflow w on event-publish {\n";

fn names() -> impl Strategy<Value = Vec<&'static str>> {
    prop::sample::subsequence(NAMES.to_vec(), 1..=3)
}

fn question() -> impl Strategy<Value = Question> {
    prop_oneof![
        3 => names().prop_map(Question::Organisation),
        3 => names().prop_map(Question::Tags),
        1 => Just(Question::AnyTag),
        1 => Just(Question::Published),
    ]
}

fn condition() -> impl Strategy<Value = Condition> {
    let question = (question(), 0_usize..60).prop_map(|(question, spelling)| Condition::Question(question, spelling));
    question.prop_recursive(4, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| Condition::Not(Box::new(inner))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Condition::And),
            prop::collection::vec(inner, 2..4).prop_map(Condition::Or),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn conditions_mean_what_the_table_says(condition in condition()) {
        let text = format!("{HEAD}if {} {{ stop-execution(message: \"yes\") }}\n}}\n", condition.text());
        canonical(&text);
        compiled(&text, |graph| {
            let workflow = prepared(graph);
            for world in worlds() {
                let event = world.event();
                let stopped = run(&workflow, &event).verdict == Verdict::Cancel;
                assert_eq!(stopped, condition.holds(world), "{text}{event}");
            }
        });
    }
}

#[test]
fn one_spelling_is_picked() {
    let picked = |spelling: &str| {
        let text = format!(
            "let several = Event.Tag.{{n}}.name\nworkflow w on event-publish {{ if {spelling} {{ push-zmq() }} }}"
        );
        let text = canonical(&text);
        text.lines().find_map(|line| line.trim().strip_prefix("if ")?.strip_suffix(" {")).expect("an `if`").to_owned()
    };
    for (spellings, canonical) in [
        (&["Event.info in [\"a\"]", "any Event.info in [\"a\"]"][..], "Event.info in [\"a\"]"),
        (
            &[
                "Event.info not in [\"a\"]",
                "not Event.info in [\"a\"]",
                "not any Event.info in [\"a\"]",
                "not (any Event.info in [\"a\"])",
                "(not ((Event.info in [\"a\"])))",
            ],
            "Event.info not in [\"a\"]",
        ),
        (&["Event.Tag.{n}.name in [\"a\"]", "any Event.Tag.{n}.name in [\"a\"]"], "any Event.Tag.{n}.name in [\"a\"]"),
        (
            &[
                "Event.Tag.{n}.name not in [\"a\"]",
                "not any Event.Tag.{n}.name in [\"a\"]",
                "not (Event.Tag.{n}.name in [\"a\"])",
            ],
            "not any Event.Tag.{n}.name in [\"a\"]",
        ),
        (&["several in [\"a\"]", "any several in [\"a\"]"], "any several in [\"a\"]"),
        (&["several not in [\"a\"]", "not several in [\"a\"]"], "not any several in [\"a\"]"),
        (&["\"a\" not in several", "\"a\" not in several"], "\"a\" not in several"),
    ] {
        for spelling in spellings {
            assert_eq!(picked(spelling), canonical, "{spelling}");
        }
    }
}

/// Attributes by id, type and tags.
const ATTRIBUTES: [(&str, Option<&str>, &[&str]); 5] = [
    ("1", Some("a"), &[]),
    ("2", Some("b"), &["a"]),
    ("3", Some("c"), &["a", "b"]),
    ("4", Some("a"), &["c"]),
    // Without a type: what `!=` and `not in` do not say alike.
    ("5", None, &["b"]),
];

/// A spelling with what it means for the attribute with an id, and for names.
type FilterQuestion = (String, fn(&str, &[&'static str]) -> bool);

/// Spellings of what a filter asks, with what it means.
fn filter_questions(names: &[&'static str], negated: bool, of_module: bool) -> Vec<FilterQuestion> {
    fn among(index: &str, names: &[&'static str]) -> bool {
        ATTRIBUTES.iter().any(|(id, kind, _)| *id == index && kind.is_some_and(|kind| names.contains(&kind)))
    }
    fn not_among(index: &str, names: &[&'static str]) -> bool {
        !among(index, names)
    }
    fn is_other(index: &str, names: &[&'static str]) -> bool {
        ATTRIBUTES.iter().any(|(id, kind, _)| *id == index && kind.is_some_and(|kind| !names.contains(&kind)))
    }
    fn tagged(index: &str, names: &[&'static str]) -> bool {
        ATTRIBUTES.iter().any(|(id, _, tags)| *id == index && tags.iter().any(|tag| names.contains(tag)))
    }
    fn untagged(index: &str, names: &[&'static str]) -> bool {
        !tagged(index, names)
    }
    let list = format!("{names:?}");
    let first = format!("{:?}", names[0]);
    let mut questions: Vec<FilterQuestion> = Vec::new();
    let mut add = |text: String, means| questions.push((text, means));
    if !negated && (!of_module || names.len() == 1) {
        add(format!("comment in {list}"), among);
        add(format!("any comment in {list}"), among);
        add(format!("not not comment in {list}"), among);
        add(format!("Tag.{{n}}.name in {list}"), tagged);
        add(format!("any Tag.{{n}}.name in {list}"), tagged);
    }
    if negated && names.len() == 1 {
        add(format!("comment not in {list}"), not_among);
        add(format!("not comment in {list}"), not_among);
        add(format!("not (any comment in {list})"), not_among);
        add(format!("not {first} in comment"), not_among);
        add(format!("{first} not in comment"), not_among);
        add(format!("comment != {first}"), is_other);
        add(format!("not any Tag.{{n}}.name in {list}"), untagged);
        add(format!("Tag.{{n}}.name not in {list}"), untagged);
    }
    if !negated && names.len() == 1 {
        add(format!("not {first} not in comment"), among);
        add(format!("comment == {first}"), among);
        add(format!("(({first} in comment))"), among);
        add(format!("{first} in Tag.{{n}}.name"), tagged);
    }
    questions
}

#[test]
fn filters_keep_what_the_table_says() {
    let attributes: Vec<_> = ATTRIBUTES
        .iter()
        .map(|(id, kind, tags)| {
            let tags: Vec<_> = tags.iter().map(|name| json!({"name": name})).collect();
            let mut attribute = json!({"id": id, "type": "text", "value": id, "Tag": tags});
            if let Some(kind) = kind {
                attribute["comment"] = json!(kind);
            }
            attribute
        })
        .collect();
    let event = json!({"Event": {"id": "1", "info": "x", "Attribute": attributes}}).to_string();
    let step = "tag_operation(scope: attribute, tags: [\"seen\"])";
    let lists: [&[&str]; 4] = [&["a"], &["b"], &["a", "b"], &["c", "a", "b"]];
    let mut count = 0;
    for (names, negated, of_module) in lists
        .into_iter()
        .flat_map(|names| [(names, false, false), (names, true, false), (names, false, true), (names, true, true)])
    {
        for (question, means) in filter_questions(names, negated, of_module) {
            let selector = "Event._AttributeFlattened.{n}";
            let steps = if of_module {
                format!("{step} for {selector} where {question}")
            } else {
                format!("filter {selector} where {question} {{ {step} }}")
            };
            let text = format!("workflow w on event-publish {{\n{steps}\n}}\n");
            canonical(&text);
            let seen: Vec<String> = compiled(&text, |graph| {
                let workflow = prepared(graph);
                let result = run(&workflow, &event);
                let ids = result.effects.iter().filter_map(|record| match &record.effect {
                    Effect::AddTags { scope: TagScope::Attribute, id, .. } => Some(id.to_json().expect("an id")),
                    _ => None,
                });
                ids.map(|id| id.trim_matches('"').to_owned()).collect()
            });
            let wanted: Vec<_> = ATTRIBUTES.iter().map(|(id, ..)| *id).filter(|id| means(id, names)).collect();
            assert_eq!(seen, wanted, "{text}");
            count += 1;
        }
    }
    assert!(count > 50, "{count}");
}
