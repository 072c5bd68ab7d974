//! A tag that is set and asked for in the same run: the question does not see it.
//! See `docs/misp-semantics.md`, "Modules in a run".

use rustc_hash::FxHashMap;

use super::facts::Facts;
use super::filters::is_reset;
use super::tags::{asked, asked_by_filter, removes, set};
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};

/// So many different tags are followed through a graph.
const FOLLOWED: usize = 64;

/// Where tags hang.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Holder {
    Event,
    Attribute,
    /// What attributes and reports have of the event.
    Inherited,
}

/// A tag, or a whole family of tags of which one is set, and what it hangs on.
type Mark<'f> = (&'f str, Holder);

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let mut bits: FxHashMap<Mark<'_>, (usize, usize)> = FxHashMap::default();
    for &node in &facts.order {
        for mark in marks(facts, node) {
            if bits.len() < FOLLOWED {
                let next = bits.len();
                bits.entry(mark).or_insert((next, node));
            }
        }
    }
    if bits.is_empty() {
        return;
    }
    let mut behind = vec![0u64; facts.graph.nodes.len()];
    // What is forgotten when the filter is taken off.
    let mut under_filter = vec![0u64; facts.graph.nodes.len()];
    for &node in &facts.order {
        let all = |sets: &[u64]| facts.incoming(node).iter().fold(0, |all, edge| all | sets[edge.from]);
        let (before, filtered) = (all(&behind), all(&under_filter));
        (behind[node], under_filter[node]) = if facts.reloads(node) {
            (0, 0)
        } else if is_reset(facts, node) {
            (before | filtered, 0)
        } else {
            (before, filtered)
        };
        for mark in marks(facts, node) {
            // What is set outside a filter is in the data, whatever was forgotten before.
            if facts.tags_travel
                && facts.filters.may[node] == 0
                && let Some((bit, _)) = bits.get(&(mark.0, Holder::Event))
            {
                behind[node] &= !(1 << bit);
            }
            if let Some((bit, _)) = bits.get(&mark) {
                let sets = if is_forgotten_later(facts, mark) { &mut under_filter } else { &mut behind };
                sets[node] |= 1 << bit;
            }
        }
        if before == 0 {
            continue;
        }
        for (tag, in_filter) in questions(facts, node) {
            let seen = looked_at(facts, node, in_filter);
            let names = [Some(tag), family(tag)];
            let set_before = seen.iter().flat_map(|&holder| names.iter().flatten().map(move |&name| (name, holder)));
            let found = set_before.filter_map(|mark| Some((mark, bits.get(&mark)?)));
            let Some((mark, &(_, from))) = found.into_iter().find(|(_, (bit, _))| before & (1 << bit) != 0) else {
                continue;
            };
            let done = match facts.module(from) {
                module_ids::TAG_OPERATION if removes(facts, from) => "removed",
                module_ids::TAG_OPERATION | module_ids::ASSIGN_COUNTRY => "added",
                _ => "replaced",
            };
            let message = if facts.module(from) == module_ids::TAG_OPERATION {
                format!("`{tag}` was {done} earlier in this run, and this question does not see that")
            } else {
                format!("tags like `{tag}` were {done} earlier in this run, and this question does not see that")
            };
            let finding = facts.finding_in(Code::StaleTag, (node, tag), message, "asks the data as it was before");
            let (place, note, help) = if is_forgotten_later(facts, mark) {
                (
                    format!("{done} here, under a filter"),
                    "when a filter is removed, MISP restores the event as it was before the filter, with the tags it had then; the tag is in the database",
                    "put `reload-full-event()` before the question, or set the tag outside the filter",
                )
            } else if facts.tags_travel {
                (
                    format!("{done} here, on the event alone"),
                    "in the data of the run MISP changes the tags of the event, and not what its attributes and reports have of them",
                    "put `reload-full-event()` between the two, or ask for tags of the event: `event tagged …`",
                )
            } else {
                (
                    format!("{done} here, in MISP's database"),
                    "MISP stores the tag, but the steps of the run go on with the data that they have",
                    "put `reload-full-event()` between the two, or ask before the tag is set",
                )
            };
            diagnostics.push(facts.also(finding, from, place).note(note).help(help));
            break;
        }
    }
}

/// What a node sets without a trace in the data of the run.
fn marks<'f>(facts: &Facts<'f, '_>, node: usize) -> impl Iterator<Item = Mark<'f>> + use<'f> {
    let module = facts.module(node);
    let one = match module {
        module_ids::TAG_REPLACEMENT_TLP => Some("tlp:"),
        module_ids::TAG_REPLACEMENT_PAP => Some("pap:"),
        module_ids::ASSIGN_COUNTRY => Some("misp-galaxy:country="),
        _ => None,
    };
    // Where `tag_operation` puts tags into the data of the run, what is inherited of the event lacks them, and the modules that
    // replace tags die.
    let tags: Vec<_> =
        if facts.tags_travel { set(facts, node) } else { one.into_iter().chain(set(facts, node)).collect() };
    let holders: &[Holder] = match facts.text(node, "scope") {
        Some("attribute") if facts.tags_travel => &[],
        _ if facts.tags_travel && facts.filters.must[node] != 0 => &[Holder::Inherited, Holder::Event],
        _ if facts.tags_travel => &[Holder::Inherited],
        Some("attribute") => &[Holder::Attribute],
        Some("event") => &[Holder::Event],
        _ => &[Holder::Event, Holder::Attribute],
    };
    tags.into_iter().flat_map(move |tag| holders.iter().map(move |&holder| (tag, holder)))
}

/// Whether a tag is in the data of the run until a filter is taken off.
fn is_forgotten_later(facts: &Facts<'_, '_>, (_, holder): Mark<'_>) -> bool {
    facts.tags_travel && holder == Holder::Event
}

/// The family that a tag belongs to, if a module sets tags of it.
fn family(tag: &str) -> Option<&'static str> {
    let begins = |start: &str| tag.get(..start.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(start));
    if begins("country=") {
        return Some("misp-galaxy:country=");
    }
    ["tlp:", "pap:", "misp-galaxy:country="].into_iter().find(|family| begins(family))
}

/// The tags that a node asks for, with whether its module filter does.
fn questions<'f>(facts: &Facts<'f, '_>, node: usize) -> impl Iterator<Item = (&'f str, bool)> + use<'f> {
    let own = asked(facts, node).into_iter().map(|tag| (tag, false));
    own.chain(asked_by_filter(facts, node).map(|tag| (tag, true)))
}

/// Whose tags a question looks at.
fn looked_at(facts: &Facts<'_, '_>, node: usize, in_filter: bool) -> &'static [Holder] {
    const BOTH: &[Holder] = &[Holder::Event, Holder::Attribute];
    const ALL: &[Holder] = &[Holder::Event, Holder::Attribute, Holder::Inherited];
    if !in_filter && module_ids::asks_for_tags(facts.module(node)) {
        return match facts.text(node, "scope") {
            Some("attribute") => &[Holder::Attribute],
            Some("event_attribute") => ALL,
            Some("event") | None => &[Holder::Event],
            Some("inherited_report") => &[Holder::Inherited],
            Some(_) => &[],
        };
    }
    let filter = &facts.node(node).filter;
    let own = |id| facts.text(node, id).unwrap_or_default();
    let (selector, path) =
        if in_filter { (&*filter.selector, &*filter.path) } else { (own("selector"), own("hash_path")) };
    if [selector, path].iter().any(|path| path.starts_with("Event.Tag")) {
        &[Holder::Event]
    } else if path.contains("_allTags") {
        ALL
    } else if !selector.contains("Attribute") && !path.contains("Attribute") {
        BOTH
    } else {
        &[Holder::Attribute]
    }
}

#[cfg(test)]
mod tests {
    use super::family;

    #[test]
    fn families_of_tags() {
        assert_eq!(family("TLP:RED"), Some("tlp:"));
        assert_eq!(family("PAP:RED"), Some("pap:"));
        assert_eq!(family("country=\"belgium\""), family("misp-galaxy:country=\"belgium\""));
        assert_eq!(family("tlp"), None);
    }
}
