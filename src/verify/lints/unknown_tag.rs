//! Tags that no taxonomy has, or that the server lacks.

use super::facts::Facts;
use super::tags::{GALAXY, clusters, named, set};
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};
use crate::tags::{ServerTags, Taxonomy};

/// How many tags a message lists.
const SHOWN: usize = 8;

/// Where a server tells what tags it has.
const ANEW: &str = "`/workflows/moduleIndex/type:all.json`";

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    for &node in &facts.order {
        for tag in named(facts, node) {
            // What a server has counts, whatever taxonomies say.
            let finding = match facts.tags.tags_of_server() {
                Some(server) => (!server.tags.contains(tag)).then(|| not_on_server(facts, node, tag, server)),
                None => not_in_taxonomy(facts, node, tag),
            };
            diagnostics.extend(finding);
        }
        if let Some(server) = facts.tags.clusters_of_server() {
            // A cluster with the prefix is a finding of its own.
            let is_cluster = |cluster: &&str| facts.tags_travel || !cluster.starts_with(GALAXY);
            let unknown = clusters(facts, node).filter(is_cluster);
            let unknown = unknown.filter(|cluster| !server.clusters.contains(*cluster));
            diagnostics.extend(unknown.map(|cluster| cluster_not_on_server(facts, node, cluster, server)));
        }
    }
}

fn not_in_taxonomy(facts: &Facts<'_, '_>, node: usize, tag: &str) -> Option<Diagnostic> {
    let taxonomy = facts.tags.taxonomies().of(tag);
    if taxonomy.is_some_and(|taxonomy| taxonomy.has(tag)) {
        return None;
    }
    let meant = facts.tags.meant(tag);
    let message = match taxonomy {
        Some(taxonomy) => format!("the taxonomy `{}` has no tag `{tag}`", taxonomy.namespace),
        None if meant.is_some() => format!("`{tag}` is not a tag of a known taxonomy, but close to one"),
        None => return shortened(facts, node, tag),
    };
    let file = taxonomy.and_then(|taxonomy| taxonomy.file.as_deref());
    let mut finding = facts
        .finding_in(Code::UnknownTag, (node, tag), message, "no such tag")
        .note("MISP compares tags letter by letter, capitals too, and takes an unknown one silently");
    finding.notes.extend(file.map(|file| format!("which tags the taxonomy has is read from `{file}`")));
    finding = finding.maybe_help(taxonomy.filter(|_| meant.is_none()).and_then(all_tags));
    Some(with_suggestion(facts, node, finding, tag, meant))
}

/// The last word of a tag in place of the tag.
fn shortened(facts: &Facts<'_, '_>, node: usize, word: &str) -> Option<Diagnostic> {
    let tags = facts.tags.shortened(word);
    let (first, others) = tags.split_first()?;
    let finding = facts
        .finding_in(Code::UnknownTag, (node, word), format!("`{word}` is only the end of a tag"), "no such tag")
        .note("MISP compares whole tags, including the namespace");
    Some(if others.is_empty() {
        with_suggestion(facts, node, finding, word, Some(first))
    } else {
        finding.help(format!("did you mean {}?", listed(tags.iter().map(String::as_str), " or ")))
    })
}

fn not_on_server(facts: &Facts<'_, '_>, node: usize, tag: &str, server: &ServerTags) -> Diagnostic {
    let finding = lacking(facts, node, tag, server, "tag");
    match facts.tags.taxonomies().of(tag).filter(|taxonomy| taxonomy.has(tag)) {
        Some(taxonomy) => finding
            .note(format!(
                "the taxonomy `{}` has it, but a server only has the tags that were switched on",
                taxonomy.namespace
            ))
            .help(format!("switch the tag on in MISP's list of taxonomies, and fetch the catalogue again from {ANEW}")),
        None => suggested(facts, node, finding, tag, facts.tags.meant(tag), &facts.tags.shortened(tag)),
    }
}

fn cluster_not_on_server(facts: &Facts<'_, '_>, node: usize, cluster: &str, server: &ServerTags) -> Diagnostic {
    let finding = lacking(facts, node, cluster, server, "galaxy cluster");
    suggested(facts, node, finding, cluster, facts.tags.meant_cluster(cluster), &[])
}

fn lacking(facts: &Facts<'_, '_>, node: usize, name: &str, server: &ServerTags, kind: &str) -> Diagnostic {
    let message = format!("the catalogue `{}` does not list the {kind} `{name}`", server.catalogue);
    let label = if kind == "tag" { "no tag of this server" } else { "no cluster of this server" };
    let is_set = set(facts, node).contains(&name);
    let then = if is_set { "the step has no effect" } else { "never finds it" };
    let lost = if is_set { "the step then does less" } else { "a guard on it then lets everything pass" };
    let finding = facts
        .finding_in(Code::UnknownTag, (node, name), message, label)
        .note(format!("MISP silently takes a {kind} that it does not have, and {then}"));
    // Only pickers are read back from the page.
    if !module_ids::lists_tags(facts.module(node)) {
        return finding;
    }
    finding.note(format!(
        "when somebody opens the workflow in MISP's editor and saves it, the {kind} is dropped from the list: {lost}"
    ))
}

fn suggested(
    facts: &Facts<'_, '_>,
    node: usize,
    finding: Diagnostic,
    name: &str,
    meant: Option<&str>,
    shortened: &[String],
) -> Diagnostic {
    match (meant, shortened) {
        (Some(_), _) => with_suggestion(facts, node, finding, name, meant),
        (None, [one]) => with_suggestion(facts, node, finding, name, Some(one)),
        (None, []) => finding.help(format!("if the server has it by now, fetch the catalogue again from {ANEW}")),
        (None, several) => {
            finding.help(format!("did you mean {}?", listed(several.iter().map(String::as_str), " or ")))
        }
    }
}

fn with_suggestion(
    facts: &Facts<'_, '_>,
    node: usize,
    finding: Diagnostic,
    name: &str,
    meant: Option<&str>,
) -> Diagnostic {
    let Some(meant) = meant else { return finding };
    let finding = finding.help(format!("did you mean `{meant}`?"));
    match facts.quoted_place(node, name) {
        Some(place) => finding.unsafe_fix(place, serde_json::Value::from(meant).to_string()),
        None => finding,
    }
}

/// The tags of a small taxonomy in words.
fn all_tags(taxonomy: &Taxonomy) -> Option<String> {
    let few = !taxonomy.tags.is_empty() && taxonomy.tags.len() <= SHOWN;
    few.then(|| format!("its tags are {}", listed(taxonomy.tags.iter().map(String::as_str), ", ")))
}

fn listed<'t>(tags: impl Iterator<Item = &'t str>, between: &str) -> String {
    tags.map(|tag| format!("`{tag}`")).collect::<Vec<_>>().join(between)
}
