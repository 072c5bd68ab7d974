//! A tag that is set and asked for in the same run: the question does not see it.

use rustc_hash::FxHashMap;

use super::facts::Facts;
use super::tags::{asked, removes, set};
use crate::diagnostics::{Code, Diagnostic};

/// So many different tags are followed through a graph.
const FOLLOWED: usize = 64;

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut bits: FxHashMap<&str, (usize, usize)> = FxHashMap::default();
    for &node in &facts.order {
        // Releases whose module takes clusters too put the tag into the data of the run.
        let writes_data = || facts.signature(node).is_some_and(|known| known.parameter("clusters").is_some());
        for tag in set(facts, node) {
            if bits.len() < FOLLOWED && !writes_data() {
                let next = bits.len();
                bits.entry(tag).or_insert((next, node));
            }
        }
    }
    if bits.is_empty() {
        return;
    }
    let mut behind = vec![0u64; facts.graph.nodes.len()];
    for &node in &facts.order {
        let before = facts.incoming(node).iter().fold(0, |all, edge| all | behind[edge.from]);
        behind[node] = if facts.module(node) == "reload-full-event" { 0 } else { before };
        for tag in set(facts, node) {
            if let Some((bit, _)) = bits.get(tag) {
                behind[node] |= 1 << bit;
            }
        }
        if before == 0 {
            continue;
        }
        for tag in asked(facts, node) {
            let Some(&(bit, from)) = bits.get(tag) else { continue };
            if before & (1 << bit) == 0 || out_of_sight(facts, from, node) {
                continue;
            }
            let done = if removes(facts, from) { "removed" } else { "added" };
            let message = format!("`{tag}` was {done} earlier in this run, and this question does not see that");
            let finding = facts.finding_in(Code::StaleTag, (node, tag), message, "asks the data as it was before");
            diagnostics.push(
                facts
                    .also(finding, from, format!("{done} here, in MISP's database"))
                    .note("MISP stores the tag, but the steps of the run go on with the data that they have")
                    .help("put `reload-full-event()` between the two, or ask before the tag is set"),
            );
            break;
        }
    }
}

/// Whether the tag is set on attributes and asked of the event.
fn out_of_sight(facts: &Facts<'_, '_>, from: usize, node: usize) -> bool {
    facts.text(from, "scope") == Some("attribute")
        && facts.module(node) == "tag-if"
        && facts.text(node, "scope") == Some("event")
}
