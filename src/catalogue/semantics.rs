//! What differs between releases of MISP when a workflow runs.

use crate::catalogue::{Release, Target};

/// How a release behaves. Each difference is named after what it is; all that are here came after 2.5.1, and were seen on a
/// running 2.5.19. Which release in between brought which is not known.
///
/// See `docs/misp-semantics.md`, section "What changed after 2.5.1".
// Each is a fact of its own, and none depends on another.
#[allow(clippy::struct_excessive_bools)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Semantics {
    /// The release that the server calls itself in its requests.
    pub release: Release,
    /// Whether a filtered list is numbered anew; else it keeps the gaps, and is an object in JSON.
    pub filters_reindex: bool,
    /// Whether a text whose template cannot be rendered is empty; else, without a template service, the run
    /// ends in an internal error.
    pub failed_templates_are_empty: bool,
    /// Whether templates see the server's address as `_env.baseurl`.
    pub templates_see_base_url: bool,
    /// Whether `tag_operation` writes what it did into the travelling data. It then dies of an event that has no list of
    /// tags.
    pub tag_operations_change_data: bool,
    /// Whether `tag_replacement_*` and `assign_country` die as soon as they have something to put on or to take off.
    pub replacing_tags_dies: bool,
    /// Whether reports have `_allTags`, as attributes have.
    pub reports_inherit_tags: bool,
    /// Whether what an action changes of attributes under a filter is still there after the filter is removed.
    pub edits_survive_filters: bool,
    /// Whether an edited attribute gets a new `timestamp` and the mark `_materialChange`; else its `timestamp` is taken out.
    pub edits_mark_attributes: bool,
    /// Whether `distribution-if` compares sharing groups only where the event, or its first attribute, is shared with one.
    pub sharing_groups_ask_distribution: bool,
    /// Whether `enrich-event` leaves the event normalised, as `reload-full-event` does.
    pub enriching_normalises: bool,
    /// Whether `publish-event` runs the workflow for `event-publish`, and fails if that stops it.
    pub publishing_asks_workflow: bool,
    /// Whether `enrich-event` and `push-zmq` connect to the Redis of `ZeroMQ` even where `ZeroMQ` is off.
    pub zmq_needs_redis: bool,
}

impl Semantics {
    /// MISP 2.5.1.
    pub const MISP_2_5_1: Self = Self {
        release: Release::FIRST_SEEN,
        filters_reindex: false,
        failed_templates_are_empty: false,
        templates_see_base_url: false,
        tag_operations_change_data: false,
        replacing_tags_dies: false,
        reports_inherit_tags: false,
        edits_survive_filters: false,
        edits_mark_attributes: false,
        sharing_groups_ask_distribution: false,
        enriching_normalises: false,
        publishing_asks_workflow: false,
        zmq_needs_redis: false,
    };

    /// MISP 2.5.19.
    pub const MISP_2_5_19: Self = Self {
        release: Release::LAST_SEEN,
        filters_reindex: true,
        failed_templates_are_empty: true,
        templates_see_base_url: true,
        tag_operations_change_data: true,
        replacing_tags_dies: true,
        reports_inherit_tags: true,
        edits_survive_filters: true,
        edits_mark_attributes: true,
        sharing_groups_ask_distribution: true,
        enriching_normalises: true,
        publishing_asks_workflow: true,
        zmq_needs_redis: true,
    };

    /// The behaviour of a target. Releases before 2.5.1 were not seen running: they are taken to behave
    /// like it, and those after 2.5.1 like 2.5.19.
    pub fn for_target(target: Target) -> Self {
        let release = target.release().unwrap_or(Release::LAST_SEEN);
        let seen = if release <= Release::FIRST_SEEN { Self::MISP_2_5_1 } else { Self::MISP_2_5_19 };
        Self { release, ..seen }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_has_its_behaviour() {
        let of = |name: &str| {
            let semantics = Semantics::for_target(name.parse().unwrap());
            let called = if name == "misp-2.5-latest" { "misp-2.5.19" } else { name };
            assert_eq!(format!("misp-{}", semantics.release), called);
            Semantics { release: Release::LAST_SEEN, ..semantics }
        };
        let first = Semantics { release: Release::LAST_SEEN, ..Semantics::MISP_2_5_1 };
        for seen in ["misp-2.4.160", "misp-2.4.199", "misp-2.5.0", "misp-2.5.1"] {
            assert_eq!(of(seen), first, "{seen}");
        }
        for later in ["misp-2.5.2", "misp-2.5.19", "misp-2.5.27", "misp-2.5-latest"] {
            assert_eq!(of(later), Semantics::MISP_2_5_19, "{later}");
        }
    }
}
