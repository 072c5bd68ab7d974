//! Traps of MISP: workflows that are well formed and do not do what their author means.
//!
//! One file a lint, one row a lint in [`LINTS`]. Lints see the graph alone, so that they hold for text and for MISP's
//! JSON alike. Each is linear in nodes and connections, except for `proved`, which looks at small graphs alone.

mod adhoc_filter;
mod always_blocks;
mod always_fails;
mod answered_before;
mod attached;
mod attribute_reads;
mod broken_aggregate;
mod broken_module;
mod call_without_events;
mod callee;
mod circle;
mod content_type;
mod debugging;
mod decay_score;
mod decided_count;
mod disabled_module;
mod empty_concurrent;
mod event_scope;
mod exclusive_steps;
mod exclusive_tags;
mod facts;
mod filter_left_on;
mod filter_of_other_items;
mod filter_reset;
mod filter_without_effect;
mod filtered_action;
mod filters;
mod galaxy_prefix;
mod guard_without_event;
mod guarded_enrichment;
mod half_filled_filter;
mod idle_default;
mod idle_with_filter;
mod ignored_parameter;
mod missing_unequal;
mod narrowed_attributes;
mod network;
mod never_starts;
mod no_attributes;
mod no_difference;
mod no_organisation;
mod no_tags;
mod not_in_trigger;
mod not_normalised;
mod objects_not_filtered;
mod own_trigger;
mod password_in_data;
mod plain_http;
mod proved;
mod publishes_again;
mod reads;
mod related;
mod reload_under_filter;
mod reload_without_core_format;
mod removal;
mod replaced_module;
mod row;
mod secret;
mod several_runs;
mod sharing_group;
mod sharing_group_question;
mod stale_published;
mod stale_tag;
mod swapped;
mod tag_condition;
mod tags;
mod template_generator;
mod template_header;
mod template_membership;
mod template_quotes;
mod template_service;
mod template_variable;
#[cfg(test)]
mod tests;
mod unfiltered_adhoc;
mod unknown_tag;
mod unstorable;
mod untagged_event;
mod value_out_of_range;

use crate::base::source::{Sources, Span};
use crate::catalogue::SignatureLookup;
use crate::diagnostics::Diagnostic;
use crate::model::Graph;
use crate::tags::KnownTags;
use facts::Facts;

pub use call_without_events::check_call_input;
pub use callee::check_callees;
pub use circle::{Callee, check_circles};
pub use guarded_enrichment::check_guarded_enrichment;
pub use row::Row;

type Lint = fn(&Facts<'_, '_>, &mut Vec<Diagnostic>);

/// All lints.
const LINTS: &[Lint] = &[
    stale_tag::check,
    stale_published::check,
    reload_without_core_format::check,
    disabled_module::check,
    galaxy_prefix::check,
    half_filled_filter::check,
    filter_left_on::check,
    filter_reset::check,
    attached::check,
    event_scope::check,
    filtered_action::check,
    tag_condition::check,
    missing_unequal::check,
    idle_default::check,
    template_service::check,
    template_variable::check,
    template_generator::check,
    template_membership::check,
    template_quotes::check,
    template_header::check,
    network::check,
    several_runs::check,
    own_trigger::check,
    swapped::check,
    secret::check,
    plain_http::check,
    unknown_tag::check,
    exclusive_tags::check,
    exclusive_steps::check,
    no_attributes::check,
    content_type::check,
    broken_module::check,
    no_organisation::check,
    decided_count::check,
    reload_under_filter::check,
    idle_with_filter::check,
    filter_of_other_items::check,
    ignored_parameter::check,
    sharing_group::check,
    broken_aggregate::check,
    always_fails::check,
    narrowed_attributes::check,
    value_out_of_range::check,
    replaced_module::check,
    no_tags::check,
    no_difference::check,
    empty_concurrent::check,
    answered_before::check,
    always_blocks::check,
    filter_without_effect::check,
    debugging::check,
    sharing_group_question::check,
    decay_score::check,
    not_normalised::check,
    removal::check,
    unstorable::check,
    not_in_trigger::check,
    guard_without_event::check,
    never_starts::check,
    untagged_event::check,
    publishes_again::check,
    password_in_data::check,
    unfiltered_adhoc::check,
    adhoc_filter::check,
    objects_not_filtered::check,
    // Last: it says nothing of what the others have said.
    proved::check,
];

/// Runs all lints on a graph that keeps the rules. A graph with a loop has been reported by these and is left alone.
///
/// `row` is what the workflow says besides; `signature` looks modules up, `tags` tags. Findings point at the text that made a node (then `sources` hold it), or else at `at`.
pub fn check_lints<'f>(
    graph: &'f Graph<'_>,
    row: Row<'f>,
    signature: &SignatureLookup<'_, 'f>,
    tags: &'f KnownTags<'f>,
    at: Option<Span>,
    sources: Option<&'f Sources>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let Some(facts) = Facts::new(graph, row, signature, tags, at, sources) else { return };
    for lint in LINTS {
        lint(&facts, diagnostics);
    }
}
