//! What users of MISP reported of single releases. See `docs/misp-semantics.md`, "Releases".

use crate::base::source::Span;
use crate::catalogue::{Release, Target, module_ids};
use crate::diagnostics::{Code, Diagnostic};
use crate::misp::{Filling, Form, write};
use crate::model::{Document, DocumentKind, Node, ParamValue};
use crate::secrets::Secret;

/// How many bytes of a graph MISP stored before 2.4.170.
const STORED_BYTES: usize = 65_535;

/// Whether a release stores no more than [`STORED_BYTES`] of a graph.
fn stores_little(release: Release) -> bool {
    release < Release::new(2, 4, 170)
}

/// Whether findings for the target depend on the places of nodes: they are part of what MISP stores, so of its size.
pub(crate) fn depends_on_places(target: Target) -> bool {
    target.release().is_some_and(stores_little)
}

/// A workflow and the place of its id.
#[derive(Clone, Copy)]
struct Workflow<'d> {
    id: Span,
    document: &'d Document<'d>,
}

/// Warns of what does not work in the target, as far as the documents depend on it.
pub(crate) fn report_known_faults(
    target: Target,
    documents: &[(Span, &Document<'_>)],
    diagnostics: &mut Vec<Diagnostic>,
) {
    let Some(release) = target.release() else { return };
    let is_between = |first: (u16, u16, u16), last: (u16, u16, u16)| {
        let release = (release.major, release.minor, release.patch);
        first <= release && release <= last
    };
    let workflows = || {
        documents
            .iter()
            .filter(|(_, document)| document.kind == DocumentKind::Workflow)
            .map(|&(id, document)| Workflow { id, document })
    };
    if is_between((2, 5, 27), (2, 5, 33)) {
        workflows().for_each(|workflow| publishing_goes_on(release, workflow, diagnostics));
    }
    if is_between((2, 5, 23), (2, 5, 23)) {
        workflows().for_each(|workflow| event_tags_are_missed(release, workflow, diagnostics));
    }
    if is_between((2, 5, 46), (2, 5, 46))
        && let Some(first) = workflows().next()
    {
        diagnostics.push(
            finding(first.id, format!("the editor of MISP {release} cannot load workflows"))
                .note("users report it as issue 11112 of MISP; saved workflows run")
                .help("use another release if the workflow is to be looked at in MISP"),
        );
    }
    if stores_little(release) {
        workflows().for_each(|workflow| too_large(release, workflow, diagnostics));
    }
    if is_between((2, 4, 179), (2, 4, 179)) {
        old_nodes_do_nothing(release, workflows(), diagnostics);
    }
}

fn finding(span: Span, message: String) -> Diagnostic {
    Diagnostic::at(Code::ReportedForTarget, span, message)
}

/// Each node of a module with its place.
fn calls<'d>(workflow: Workflow<'d>, module: &'d str) -> impl Iterator<Item = (&'d Node<'d>, Span)> {
    let nodes = workflow.document.graph.nodes.iter().filter(move |node| node.module == module);
    nodes.map(move |node| (node, node.origin.unwrap_or(workflow.id)))
}

fn publishing_goes_on(release: Release, workflow: Workflow<'_>, diagnostics: &mut Vec<Diagnostic>) {
    if workflow.document.trigger_id.as_deref() != Some(module_ids::EVENT_PUBLISH) {
        return;
    }
    for (_, span) in calls(workflow, module_ids::STOP_EXECUTION) {
        diagnostics.push(
            finding(span, format!("in MISP {release} `stop-execution` does not keep the event from being published"))
                .note("users report it for 2.5.27 to 2.5.33, as issue 10690 of MISP")
                .help("upgrade MISP to 2.5.34 or later before you rely on this workflow"),
        );
    }
}

fn event_tags_are_missed(release: Release, workflow: Workflow<'_>, diagnostics: &mut Vec<Diagnostic>) {
    for (node, span) in calls(workflow, module_ids::TAG_ATTACHED_AFTER_SAVE) {
        let scope = node.params.iter().find(|(id, _)| id == "scope");
        let is_about_attributes =
            matches!(scope, Some((_, ParamValue::Text(text))) if text.as_plain() == Some("attribute"));
        if !is_about_attributes {
            diagnostics.push(
                finding(
                    span,
                    format!("in MISP {release} this trigger misses tags on events unless ZeroMQ or Kafka is enabled"),
                )
                .note("users report it as issue 10478 of MISP")
                .help("enable one of them on the server, or use another release"),
            );
        }
    }
}

fn too_large(release: Release, workflow: Workflow<'_>, diagnostics: &mut Vec<Diagnostic>) {
    // What the environment will put in is not known: the graph has at least this size.
    let Ok(text) = write(workflow.document, Form::Data, Filling::Values(&|_| Some(Secret::new("")))) else { return };
    let Ok(graph) = serde_json::from_str::<serde_json::Value>(&text) else { return };
    let size = graph.to_string().len();
    if size > STORED_BYTES {
        diagnostics.push(
            finding(
                workflow.id,
                format!(
                    "MISP {release} cannot save this workflow: its graph has {size} bytes, more than {STORED_BYTES}"
                ),
            )
            .note("users report it for releases before 2.4.170, as issue 8979 of MISP")
            .help("make the workflow smaller, or upgrade MISP to 2.4.170 or later"),
        );
    }
}

/// Modules whose parameters took another form in 2.4.179.
const RESHAPED: [&str; 2] = [module_ids::ORGANISATION_IF, module_ids::ATTACH_WARNINGLIST];

fn old_nodes_do_nothing<'d>(
    release: Release,
    workflows: impl Iterator<Item = Workflow<'d>>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for workflow in workflows {
        for (_, span) in RESHAPED.iter().flat_map(|module| calls(workflow, module)) {
            diagnostics.push(
                finding(
                    span,
                    format!("a node of this module that an older release saved does nothing in MISP {release}"),
                )
                .note("its parameters took another form in 2.4.179; users report it as issue 9423 of MISP")
                .help("after the upgrade build the workflow and save it in MISP again"),
            );
        }
    }
}
