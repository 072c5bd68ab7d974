//! Workflows that run each other in a circle, which MISP does not look for.

use rustc_hash::FxHashMap;

use crate::base::Components;
use crate::base::source::Span;
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};
use crate::model::{Graph, Node, ParamValue};

use super::facts::plain;

/// How many steps of a circle a message shows.
const MAX_SHOWN: usize = 10;

/// A step that runs another workflow.
struct Run<'g, 'a> {
    from: usize,
    to: usize,
    node: &'g Node<'a>,
}

/// A workflow that others may run.
#[derive(Clone, Copy)]
pub struct Callee<'g, 'a> {
    /// The id by which the text names it.
    pub id: &'g str,
    /// Its name in MISP.
    pub name: &'g str,
    /// Its place.
    pub span: Span,
    /// Its graph.
    pub graph: &'g Graph<'a>,
    /// Whether it was asked for. Of others, which are only known to be called, nothing is reported.
    pub is_asked: bool,
}

/// Looks for circles among workflows.
pub fn check_circles(workflows: &[Callee<'_, '_>], diagnostics: &mut Vec<Diagnostic>) {
    let mut known = FxHashMap::default();
    for (index, workflow) in workflows.iter().enumerate() {
        known.entry(workflow.name).or_insert(index);
    }
    let mut runs = Vec::new();
    for (from, workflow) in workflows.iter().enumerate() {
        for node in workflow.graph.nodes.iter().filter(|node| node.module == module_ids::RUN_WORKFLOW) {
            let targets = called(node).filter_map(|name| known.get(name).copied());
            runs.extend(targets.map(|to| Run { from, to, node }));
        }
    }
    if runs.is_empty() {
        return;
    }
    let components = Components::new(workflows.len(), runs.iter().map(|run| (run.from, run.to)));
    let mut circles: FxHashMap<usize, Vec<&Run<'_, '_>>> = FxHashMap::default();
    for run in &runs {
        let component = components.of[run.from];
        if component == components.of[run.to] && components.is_loop(component) {
            circles.entry(component).or_default().push(run);
        }
    }
    let mut circles: Vec<_> = circles.into_values().collect();
    circles.sort_by_key(|circle| circle[0].from);
    for circle in circles.into_iter().filter(|circle| workflows[circle[0].from].is_asked) {
        let place = |run: &Run<'_, '_>| run.node.origin.unwrap_or(workflows[run.from].span);
        let first = circle[0];
        let mut finding = Diagnostic::at(
            Code::WorkflowCircle,
            place(first),
            format!("the workflow `{}` ends up running itself", workflows[first.from].name),
        )
        .label(format!("runs `{}`", workflows[first.to].name));
        for run in circle[1..].iter().take(MAX_SHOWN) {
            finding =
                finding.also(place(run), format!("`{}` runs `{}`", workflows[run.from].name, workflows[run.to].name));
        }
        diagnostics.push(
            finding
                .note("MISP looks for loops inside one graph only: these run each other until the server stops them")
                .help("remove one of the steps, or ask with `if` for something that is no longer so in the next round"),
        );
    }
}

/// The names of the workflows that a node runs, without the trigger before each.
pub fn called<'g>(node: &'g Node<'_>) -> impl Iterator<Item = &'g str> {
    called_in_full(node).map(|text| text.split_once(SEPARATOR).map_or(text, |(_, name)| name))
}

/// What is between trigger and name in `TRIGGER :: NAME`, as MISP lists workflows.
pub const SEPARATOR: &str = " :: ";

/// The workflows that a node runs, as it names them.
pub fn called_in_full<'g>(node: &'g Node<'_>) -> impl Iterator<Item = &'g str> {
    let lists = node.params.iter().filter(|(id, _)| id == "workflows").map(|(_, value)| value);
    lists
        .flat_map(|value| match value {
            ParamValue::List(items) => items.as_slice(),
            single => std::slice::from_ref(single),
        })
        .filter_map(plain)
}
