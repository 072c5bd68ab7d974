//! What differs between releases of MISP when a workflow runs.

use crate::catalogue::Target;

/// How a release behaves.
///
/// See `docs/misp-semantics.md`, section "Filters".
// Each is a fact of its own, and none depends on another.
#[allow(clippy::struct_excessive_bools)]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Semantics {
    /// Whether a filtered list is numbered anew; else it keeps the gaps, and is an object in JSON.
    pub filters_reindex: bool,
    /// Whether a text whose template cannot be rendered is empty; else, without a template service, the run
    /// ends in an internal error.
    pub failed_templates_are_empty: bool,
    /// Whether templates see the server's address as `_env.baseurl`.
    pub templates_see_base_url: bool,
    /// Whether a reset of a filter label also removes the labels that begin with it.
    pub reset_removes_label_prefix: bool,
    /// Whether tags that are added and removed show in the travelling data.
    pub tag_operations_change_data: bool,
}

impl Semantics {
    /// MISP 2.5.1.
    pub const MISP_2_5_1: Self = Self {
        filters_reindex: false,
        failed_templates_are_empty: false,
        templates_see_base_url: false,
        reset_removes_label_prefix: false,
        tag_operations_change_data: false,
    };

    /// The last releases of MISP 2.5. Read from its sources, not seen running.
    pub const MISP_2_5_LATEST: Self = Self {
        filters_reindex: true,
        failed_templates_are_empty: true,
        templates_see_base_url: true,
        reset_removes_label_prefix: true,
        tag_operations_change_data: true,
    };

    /// The behaviour of a target. Releases before 2.5.1 were not seen running: they are taken to behave
    /// like it. Which release after 2.5.1 brought which change is not known: each is taken to have all.
    pub fn for_target(target: Target) -> Self {
        if target.is_verified() { Self::MISP_2_5_1 } else { Self::MISP_2_5_LATEST }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_target_has_its_behaviour() {
        let of = |name: &str| Semantics::for_target(name.parse().unwrap());
        for seen in ["misp-2.4.160", "misp-2.4.199", "misp-2.5.0", "misp-2.5.1"] {
            assert_eq!(of(seen), Semantics::MISP_2_5_1, "{seen}");
        }
        for later in ["misp-2.5.2", "misp-2.5.27", "misp-2.5-latest"] {
            assert_eq!(of(later), Semantics::MISP_2_5_LATEST, "{later}");
        }
    }
}
