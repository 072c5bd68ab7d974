//! `diff --meaning`: whether two workflows decide and do the same for every event.

use codespan_reporting::term::termcolor::Buffer;
use serde_json::{Value as Json, json};

use crate::base::characters::to_json_pretty;
use crate::base::source::Sources;
use crate::catalogue::{Catalogue, Semantics, Target, module_ids};
use crate::diff::pair_documents;
use crate::engine::{Callees, KnownWorkflows, Prepared, Settings};
use crate::format::quote;
use crate::model::{Document, DocumentKind, NodeId};
use crate::prove::{Difference, Sameness, same};
use crate::simulate::replay::{place_of, write_run};

use super::circumstances::prepare;
use super::diff::title;
use super::{Console, Failure, Format};

/// One side of a comparison.
pub(super) struct Side<'d> {
    pub(super) documents: &'d [Document<'d>],
    /// The labels of the steps of each document.
    pub(super) labels: &'d [Vec<(&'d str, NodeId)>],
    pub(super) modules: &'d Catalogue,
    pub(super) target: Target,
}

/// Compares the workflows that are on both sides; says whether all of them certainly do the same.
pub(super) fn compare_meaning(
    sides: &[Side<'_>; 2],
    sources: &Sources,
    format: Format,
    console: &mut Console,
) -> Result<bool, Failure> {
    let [before, after] = sides;
    let pairs = pair_documents(before.documents, after.documents);
    let mut all_same = pairs.removed.is_empty() && pairs.added.is_empty();
    let mut told: Vec<Json> = Vec::new();
    if format == Format::Text {
        let sides = [('-', &pairs.removed, before.documents), ('+', &pairs.added, after.documents)];
        for (sign, indices, documents) in sides {
            for index in indices {
                writeln!(console.results(), "{sign} {}", quote(title(&documents[*index])))?;
            }
        }
    }
    for (old, new) in &pairs.both {
        let documents = [&before.documents[*old], &after.documents[*new]];
        if documents[1].kind != DocumentKind::Workflow {
            continue;
        }
        let prepared = prepared(sides, documents)?;
        let workflows = [&prepared[0], &prepared[1]];
        let settings = Settings::new("", after.modules, Semantics::for_target(after.target));
        let others = before.documents.iter().chain(after.documents);
        let guards = KnownWorkflows::of(others, &settings).for_trigger(module_ids::EVENT_PUBLISH).is_some();
        let sameness = same(workflows, after.modules, guards);
        all_same &= sameness == Sameness::Same;
        let name = title(documents[1]);
        match format {
            Format::Json => told.push(as_json(name, &sameness, workflows)),
            Format::Text => write_text(name, &sameness, workflows, (sides, documents), sources, console)?,
        }
    }
    if format == Format::Json {
        let names = |indices: &[usize], documents: &[Document<'_>]| -> Vec<String> {
            indices.iter().map(|index| title(&documents[*index]).to_owned()).collect()
        };
        let result = json!({
            "meaning": told,
            "added": names(&pairs.added, after.documents),
            "removed": names(&pairs.removed, before.documents),
        });
        to_json_pretty(console.results(), &result)?;
        console.line("")?;
    }
    Ok(all_same)
}

fn prepared(sides: &[Side<'_>; 2], documents: [&Document<'_>; 2]) -> Result<[Prepared; 2], Failure> {
    let one = |which: usize| {
        let Side { modules, target, .. } = &sides[which];
        let name = title(documents[which]);
        prepare(documents[which], &Settings::new(name, modules, Semantics::for_target(*target)))
            .map_err(|problem| Failure::Other(problem.message))
    };
    Ok([one(0)?, one(1)?])
}

fn write_text(
    name: &str,
    sameness: &Sameness,
    workflows: [&Prepared; 2],
    (sides, documents): (&[Side<'_>; 2], [&Document<'_>; 2]),
    sources: &Sources,
    console: &mut Console,
) -> Result<(), Failure> {
    match sameness {
        Sameness::Same => console.line(&format!("{}: the same for every event", quote(name)))?,
        Sameness::NotDecided(undecided) => {
            console.line(&format!("{}: whether both do the same is not decided", quote(name)))?;
            let step = undecided.node.map(|node| format!("step {node}: ")).unwrap_or_default();
            console.line(&format!("  {step}{}", undecided.why))?;
        }
        Sameness::Different(difference) => {
            console.line(&format!("{}: different for this event", quote(name)))?;
            let mut event = Vec::new();
            to_json_pretty(&mut event, &serde_json::to_value(&difference.event).unwrap_or_default())?;
            console.line(&String::from_utf8_lossy(&event))?;
            for (which, side) in ["before", "after"].into_iter().enumerate() {
                console.line(&format!("\n{side}, for {}:", sides[which].target))?;
                if !difference.failing[which].is_empty() {
                    let nodes: Vec<String> = difference.failing[which].iter().map(ToString::to_string).collect();
                    console.line(&format!("in this run these steps fail: {}", nodes.join(", ")))?;
                }
                let mut text = Buffer::no_color();
                difference.run(workflows[which], which, &mut |result| {
                    // Writing to memory does not fail.
                    let place = |node| place_of(sources, &documents[which].graph, node);
                    let _ = write_run(&mut text, result, &place);
                });
                console.line(String::from_utf8_lossy(text.as_slice()).trim_end())?;
            }
        }
    }
    Ok(())
}

fn as_json(name: &str, sameness: &Sameness, workflows: [&Prepared; 2]) -> Json {
    match sameness {
        Sameness::Same => json!({"name": name, "answer": "same"}),
        Sameness::NotDecided(undecided) => {
            json!({"name": name, "answer": "not_decided", "step": undecided.node, "why": undecided.why})
        }
        Sameness::Different(difference) => {
            let runs = [0, 1].map(|which| run_as_json(difference, workflows[which], which));
            let [before, after] = runs;
            json!({
                "name": name, "answer": "different", "event": difference.event, "before": before, "after": after,
            })
        }
    }
}

fn run_as_json(difference: &Difference, workflow: &Prepared, which: usize) -> Json {
    let mut told = Json::Null;
    difference.run(workflow, which, &mut |result| told = serde_json::to_value(result).unwrap_or_default());
    json!({"failing": difference.failing[which], "run": told})
}
