//! What `attach-decay-score` takes off the attributes, read after it.
//! See `docs/misp-semantics.md`, "Modules in a run".

use super::attribute_reads::reads_of_attributes;
use super::facts::Facts;
use super::filters::is_reset;
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};

/// What is gone, and what puts it back without loading the event again.
const DROPPED: [(&str, &str); 6] = [
    ("Tag", ""),
    ("_allTags", ""),
    ("Galaxy", ""),
    ("ShadowAttribute", ""),
    ("enrichment", module_ids::ATTACH_ENRICHMENT),
    ("warnings", module_ids::ATTACH_WARNINGLIST),
];

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(&score) = facts.nodes_of(module_ids::ATTACH_DECAY_SCORE).first() else { return };
    if facts.trigger.is_none() {
        return;
    }
    // What is attached, and what is gone, after each node on some way.
    let (mut attached, mut gone) = (vec![0u8; facts.graph.nodes.len()], vec![0u8; facts.graph.nodes.len()]);
    for &node in &facts.order {
        let (mut there, mut missing) = (0, 0);
        for edge in facts.incoming(node) {
            there |= attached[edge.from];
            missing |= gone[edge.from];
        }
        if missing != 0 && !facts.is_behind_foreign(node) {
            let read = DROPPED
                .iter()
                .enumerate()
                .find(|(bit, (key, _))| missing & (1 << bit) != 0 && reads_of_attributes(facts, node, key));
            if let Some((_, (key, _))) = read {
                report(facts, node, key, score, diagnostics);
            }
        }
        if facts.reloads(node) || is_reset(facts, node) {
            (there, missing) = (0, 0);
        }
        for (bit, (_, module)) in DROPPED.iter().enumerate() {
            if facts.module(node) == *module {
                there |= 1 << bit;
                missing &= !(1 << bit);
            } else if facts.module(node) == module_ids::ATTACH_DECAY_SCORE
                && (module.is_empty() || there & (1 << bit) != 0)
            {
                missing |= 1 << bit;
            }
        }
        (attached[node], gone[node]) = (there, missing);
    }
}

fn report(facts: &Facts<'_, '_>, node: usize, key: &str, score: usize, diagnostics: &mut Vec<Diagnostic>) {
    let finding = facts.finding(
        Code::DroppedByDecayScore,
        node,
        format!("`{key}` of attributes is read here, and `attach-decay-score` has taken it off them"),
        "finds nothing on the scored attributes",
    );
    diagnostics.push(
        facts
            .also(finding, score, "scores the attributes")
            .note("MISP puts the bare row of the database in the place of each attribute that it scores: tags, galaxies, proposals, warnings and enrichments are gone from the run")
            .help(format!("read `{key}` before `attach-decay-score`, or load the event again with `reload-full-event()` and give up the scores")),
    );
}
