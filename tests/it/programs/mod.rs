//! Random well-typed programs over the whole built-in catalogue, as text: they compile, the graphs
//! follow the rules of MISP's save, the editor would load and save them unchanged, and the bytes are
//! always the same.
//!
//! The rules are written down here a second time, naively, over the written JSON, and the editor is a model that agrees with
//! the real one (`editor_saves.rs`), so that nothing of the compiler judges itself.

mod rules;
pub mod writer;

use mispflow::base::source::Sources;
use mispflow::catalogue::Catalogue;
use mispflow::compile::Workspace;
use mispflow::diagnostics::{Code, Diagnostic};
use mispflow::misp::{Filling, Form, write};
use mispflow::model::DocumentKind;
use mispflow::project::MemoryFiles;
use mispflow::secrets::Secret;
use proptest::prelude::*;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

use self::writer::Project;

use crate::editor_model;

/// What a project compiles to: the JSON by kind and id, and the findings.
struct Output {
    documents: BTreeMap<(bool, String), String>,
    errors: Vec<Diagnostic>,
}

fn compile(project: &Project, order: &[usize]) -> Output {
    let mut files = MemoryFiles::new();
    for (name, text) in &project.files {
        files.insert(*name, text.as_bytes());
    }
    let sources = Sources::new();
    let roots: Vec<_> = order
        .iter()
        .map(|&index| {
            let (name, text) = &project.files[index];
            sources.add(*name, Some(Path::new(name)), text.as_str())
        })
        .collect();
    let workspace = Workspace::load(&sources, &files, &roots, Catalogue::built_in());
    let compilation = workspace.compile();
    let mut documents = BTreeMap::new();
    for compiled in &compilation.documents {
        let is_workflow = compiled.document.kind == DocumentKind::Workflow;
        let form = if is_workflow { Form::Workflow } else { Form::Blueprint };
        let json =
            write(&compiled.document, form, Filling::Values(&|name| Some(Secret::new(format!("value of {name}")))))
                .unwrap();
        documents.insert((is_workflow, compiled.id.text.to_owned()), json);
    }
    // The texts are made at random, so that a search is rarely JSON.
    let is_mistake = |found: &Diagnostic| found.is_error() && found.code != Code::AdhocFilter;
    let errors = compilation.diagnostics.into_iter().filter(is_mistake).collect();
    Output { documents, errors }
}

/// The editor saves what was picked in the order in which the server lists it. Where the server alone knows the options,
/// two nodes of a program may name the same ones in different orders, and no server has both.
fn with_open_lists_sorted(mut graph: Value) -> Value {
    for node in graph.as_object_mut().into_iter().flat_map(serde_json::Map::values_mut) {
        let module = node["data"]["id"].as_str().unwrap_or_default();
        let Some(signature) = Catalogue::built_in().module(module) else { continue };
        let open: Vec<String> = signature
            .parameters
            .iter()
            .filter(|parameter| parameter.open && parameter.multiple)
            .map(|parameter| parameter.id.clone())
            .collect();
        for parameter in open {
            if let Some(Value::Array(values)) = node["data"]["indexed_params"].get_mut(&parameter) {
                values.sort_by_key(ToString::to_string);
            }
        }
    }
    graph
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_programs_compile_to_what_misp_takes(random in prop::collection::vec(any::<u8>(), 0..600)) {
        let project = writer::project(&random);
        let text = || project.files.iter().map(|(name, text)| format!("# {name}\n{text}")).collect::<Vec<_>>().join("\n");
        let output = compile(&project, &[0, 1, 2]);
        // Long flows have honestly too many paths.
        if output.errors.iter().any(|error| error.code == Code::TooManyPaths) {
            return Ok(());
        }
        prop_assert!(output.errors.is_empty(), "{}\n{:#?}", text(), output.errors);
        prop_assert_eq!(output.documents.len(), project.documents, "{}", text());
        for ((is_workflow, id), json) in &output.documents {
            let parsed: Value = serde_json::from_str(json).unwrap();
            let broken = if *is_workflow {
                rules::of_workflow(&parsed["Workflow"], project.detached)
            } else {
                rules::of_blueprint(&parsed["WorkflowBlueprint"])
            };
            prop_assert_eq!(broken, Vec::<String>::new(), "{}: {}\n{}", id, text(), json);
            if *is_workflow {
                let graph = &parsed["Workflow"]["data"];
                let (saved, error) = editor_model::save(graph, &editor_model::Server::with_all(Catalogue::built_in(), graph));
                prop_assert_eq!(error, None, "{}: {}", id, text());
                // As text, so that the order of the keys counts.
                let [saved, graph] = [&saved, graph]
                    .map(|graph| format!("{:#}", with_open_lists_sorted(editor_model::without_marks(graph))));
                prop_assert_eq!(saved, graph, "{}: {}", id, text());
            }
        }
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            let again = compile(&project, &order);
            prop_assert_eq!(&again.documents, &output.documents, "{}", text());
        }
    }
}

/// The generator must reach what it is there for.
#[test]
fn the_programs_are_rich() {
    let mut random = 1_u64;
    let mut next = || {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) as u8
    };
    let mut text = String::new();
    for _ in 0..300 {
        let numbers: Vec<u8> = (0..600).map(|_| next()).collect();
        text.extend(writer::project(&numbers).files.into_iter().map(|(_, text)| text));
    }
    for module in Catalogue::built_in().modules() {
        assert!(text.contains(&module.id), "no program uses `{}`", module.id);
        for parameter in &module.parameters {
            assert!(text.contains(&format!("{}: ", parameter.id)), "no program gives `{}`", parameter.id);
        }
    }
    for form in [
        "else if",
        "else {",
        " or ",
        " and ",
        "not ",
        "concurrent {",
        "goto @",
        "detached {",
        "use ",
        "filter ",
        " for ",
        "tagged any",
        "tagged all",
        "not tagged",
        "count(",
        "published",
        "unpublished",
        "any Event",
        "@[x:",
        "env(",
        "secret(",
        "\"\"\"",
        "import ",
        "uuid: ",
        "debug: ",
        "tags + [",
    ] {
        assert!(text.contains(form), "no program has `{form}`");
    }
}
