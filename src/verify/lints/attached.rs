//! What steps add to the travelling data: read where nobody added it, forgotten at a reset, or never read.
//! See `docs/misp-semantics.md`, "Modules in a run" and "Filters".

use rustc_hash::FxHashSet;

use super::facts::Facts;
use super::filters::{is_filter, is_reset};
use super::reads::{Keys, may_read_all, names_key};
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};

/// What a module adds or changes, and under which key.
struct Addition {
    module: &'static str,
    key: &'static str,
    what: &'static str,
    /// Whether it is nowhere but in the data of the run.
    only_in_memory: bool,
}

const ADDITIONS: [Addition; 7] = [
    Addition { module: module_ids::ATTACH_ENRICHMENT, key: "enrichment", what: "the enrichment", only_in_memory: true },
    Addition {
        module: module_ids::ATTACH_WARNINGLIST,
        key: "warnings",
        what: "the list of warninglist matches",
        only_in_memory: true,
    },
    Addition {
        module: module_ids::ATTACH_DECAY_SCORE,
        key: "decay_score",
        what: "the decay score",
        only_in_memory: true,
    },
    Addition {
        module: module_ids::ATTACH_DECAY_SCORE,
        key: "base_score",
        what: "the decay score",
        only_in_memory: true,
    },
    Addition {
        module: module_ids::ATTRIBUTE_IDS_FLAG_OPERATION,
        key: "to_ids",
        what: "the new IDS flag",
        only_in_memory: false,
    },
    Addition {
        module: module_ids::MODULE_ATTRIBUTE_COMMENT_OPERATION,
        key: "comment",
        what: "the new comment",
        only_in_memory: false,
    },
    Addition {
        module: module_ids::MODULE_EVENT_DISTRIBUTION_OPERATION,
        key: "Event.distribution",
        what: "the new distribution",
        only_in_memory: false,
    },
];

/// A set of rows of [`ADDITIONS`], a bit each.
type Set = u8;

#[derive(Clone, Copy, Default)]
struct TravelState {
    /// What is there, on some way.
    there: Set,
    /// What of it goes with the next reset.
    under_filter: Set,
    /// What was there until a reset.
    lost: Set,
    /// What was there until the event was loaded again.
    reloaded: Set,
}

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    // A blueprint's surroundings may add, and read.
    if facts.trigger.is_none() {
        return;
    }
    let keys = Keys::new(ADDITIONS.map(|addition| addition.key));
    let names: Vec<Set> = (0..facts.graph.nodes.len()).map(|node| named(facts, node, &keys)).collect();
    let adds: Vec<Set> = (0..facts.graph.nodes.len()).map(|node| added(facts.module(node))).collect();
    let mut first = [None; ADDITIONS.len()];
    for &node in facts.order.iter().rev() {
        for (_, first) in first.iter_mut().enumerate().filter(|(bit, _)| adds[node] & (1 << bit) != 0) {
            *first = Some(node);
        }
    }
    let mut before = vec![TravelState::default(); facts.graph.nodes.len()];
    let mut filters = FxHashSet::default();
    // Exported nodes have each a place of its own.
    let origin = |node| facts.node(node).origin.filter(|_| !facts.is_saved());
    for &node in &facts.order {
        let mut state = TravelState::default();
        for edge in facts.incoming(node) {
            let behind = after(facts, edge.from, adds[edge.from], before[edge.from]);
            state.there |= behind.there;
            state.under_filter |= behind.under_filter;
            state.lost |= behind.lost;
            state.reloaded |= behind.reloaded;
        }
        before[node] = state;
        let missing = names[node] & !state.there;
        // What the compiler puts on again after a scope that ends inside is to find what it found before.
        let again = is_filter(facts, node) && !filters.insert((origin(node), &facts.node(node).params));
        if missing != 0 && !again && !facts.is_behind_foreign(node) {
            report_missing(facts, node, missing, state, &first, diagnostics);
        }
    }
    report_unread(facts, &names, &adds, diagnostics);
}

fn added(module: &str) -> Set {
    set(|addition| addition.module == module)
}

fn named(facts: &Facts<'_, '_>, node: usize, keys: &Keys<{ ADDITIONS.len() }>) -> Set {
    let named = keys.named(facts, node) & !added(facts.module(node));
    let comment = set(|addition| addition.key == "comment");
    // Objects have comments too.
    let is_about_attributes = || ["Attribute", "_AttributeFlattened"].iter().any(|key| names_key(facts, node, key));
    if named & comment != 0 && !is_about_attributes() { named & !comment } else { named }
}

fn set(holds: impl Fn(&Addition) -> bool) -> Set {
    ADDITIONS.iter().enumerate().filter(|(_, addition)| holds(addition)).fold(0, |set, (bit, _)| set | 1 << bit)
}

fn after(facts: &Facts<'_, '_>, node: usize, adds: Set, mut state: TravelState) -> TravelState {
    if facts.trigger == Some(node) && facts.text(node, "scope") == Some("passed_roaming_data") {
        // The workflow that runs this one may have attached everything.
        state.there = Set::MAX;
    } else if adds != 0 {
        state.there |= adds;
        state.lost &= !adds;
        state.reloaded &= !adds;
        if facts.filters.must[node] != 0 {
            state.under_filter |= adds;
        }
    } else if is_reset(facts, node) {
        state.lost |= state.under_filter;
        state.there &= !state.under_filter;
        state.under_filter = 0;
    } else if facts.reloads(node) {
        state = TravelState { reloaded: state.reloaded | state.there, ..TravelState::default() };
    }
    state
}

fn report_missing(
    facts: &Facts<'_, '_>,
    node: usize,
    missing: Set,
    state: TravelState,
    first: &[Option<usize>; ADDITIONS.len()],
    diagnostics: &mut Vec<Diagnostic>,
) {
    for (bit, addition) in ADDITIONS.iter().enumerate().filter(|(bit, _)| missing & (1 << bit) != 0) {
        let (key, what, module) = (addition.key, addition.what, addition.module);
        if state.lost & (1 << bit) != 0 {
            let message =
                format!("`{key}` is read here, and {what} of `{module}` was forgotten at the end of the filter");
            let mut finding =
                facts.finding(Code::ChangesLost, node, message, "sees the data as it was before the filter");
            if let Some(from) = first[bit] {
                finding = facts.also(finding, from, "changed under a filter");
            }
            let takes_filter =
                first[bit].and_then(|from| facts.signature(from)).is_some_and(|known| known.supports_filters);
            let instead = if takes_filter {
                format!("give `{module}` a filter of its own: `{module}(…) for … where …`")
            } else {
                format!("call `{module}` before the filter or after it")
            };
            diagnostics.push(
                finding
                    .note("a reset puts back the data that the first filter saved: what steps changed in between is gone from the run; the end of an inner filter is a reset too")
                    .help(format!("move the step that reads `{key}` into the filter, or {instead}")),
            );
        } else if addition.only_in_memory && state.reloaded & (1 << bit) != 0 {
            let message = format!("`{key}` is read here, and was dropped when the event was loaded again");
            let mut finding = facts.finding(Code::NeverAttached, node, message, "finds nothing");
            if let Some(from) = first[bit] {
                finding = facts.also(finding, from, "attached here");
            }
            diagnostics.push(
                finding
                    .note("`reload-full-event`, `enrich-event`, `proposal-action` and `run-workflow` load the event again: what was only attached to the data of the run is gone after them")
                    .help(format!("read `{key}` before the event is loaded again, or put another `{module}(…)` after that")),
            );
        } else if addition.only_in_memory {
            let message = format!("`{key}` is read here, and no step before attaches it");
            diagnostics.push(
                facts
                    .finding(Code::NeverAttached, node, message, "finds nothing")
                    .note(format!(
                        "MISP's data has no `{key}` of its own: only `{module}` puts it there, for the steps after it"
                    ))
                    .help(format!("put `{module}(…)` on every way that leads here")),
            );
        }
    }
}

/// Results that live in memory only, and that nothing after reads.
fn report_unread(facts: &Facts<'_, '_>, names: &[Set], adds: &[Set], diagnostics: &mut Vec<Diagnostic>) {
    let in_memory = set(|addition| addition.only_in_memory);
    if !facts.order.iter().any(|&node| adds[node] & in_memory != 0) {
        return;
    }
    // A step that names it says itself that it comes too late.
    let named_anywhere = facts.order.iter().fold(0, |all, &node| all | names[node]);
    // What is read after a node: at all, before the event is loaded again, and before a reset.
    let mut ever_read = vec![0; names.len()];
    let mut read = vec![0; names.len()];
    let mut read_before_reset = vec![0; names.len()];
    for &node in facts.order.iter().rev() {
        let (mut ever, mut later, mut sooner) = (0, 0, 0);
        for next in facts.successors(node) {
            let here = if may_read_all(facts, next) { Set::MAX } else { names[next] };
            let reloads = facts.reloads(next);
            ever |= here | ever_read[next];
            later |= here | if reloads { 0 } else { read[next] };
            sooner |= here | if reloads || is_reset(facts, next) { 0 } else { read_before_reset[next] };
        }
        ever_read[node] = ever;
        read[node] = later;
        read_before_reset[node] = sooner;
        let own = adds[node] & in_memory;
        if own == 0 {
            continue;
        }
        let under_filter = facts.filters.must[node] != 0;
        let useful = if under_filter { sooner } else { later } | (ever & named_anywhere);
        if own & useful != 0 {
            continue;
        }
        let what =
            ADDITIONS.iter().find(|addition| addition.module == facts.module(node)).map_or("it", |known| known.what);
        let message = if under_filter && later & own != 0 {
            format!("{what} is forgotten at the end of the filter, before any step reads it")
        } else {
            format!("{what} is never read: no step after this one uses it")
        };
        diagnostics.push(
            facts
                .finding(Code::UnreadResult, node, message, "works for nothing")
                .note("what this step attaches lives in the run's memory only and is never stored in the event")
                .help("let a later step read it, store it with `enrich-event(…)` if it is an enrichment, or remove the step"),
        );
    }
}
