//! How large the boxes of modules are in MISP's editor.

use std::sync::LazyLock;

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use crate::model::ModuleType;

use super::{ParameterKind, Signature};

/// Width and height in each release that was measured, by module.
type Measured = IndexMap<String, IndexMap<String, (f64, f64)>, FxBuildHasher>;

static MEASURED: LazyLock<Measured> = LazyLock::new(|| {
    serde_json::from_str(include_str!("data/box-sizes.json")).expect("tests read the data of the catalogue")
});

/// A box without parameters.
const EMPTY: f64 = 84.0;
/// The head of a trigger.
const TRIGGER: (f64, f64) = (332.0, 65.0);
const LOGIC_WIDTH: f64 = 326.0;
const ACTION_WIDTH: f64 = 318.0;
/// A parameter of which nothing is known.
const PARAMETER: f64 = 66.0;

/// Width and height of a module's box, in pixels: the largest that was measured in any release, so that a workflow looks
/// right in all of them. For other modules it is estimated from the parameters: those of the signature, or else `parameters`
/// that nothing is known of.
pub fn box_size(module: &str, kind: ModuleType, signature: Option<&Signature>, parameters: usize) -> (f64, f64) {
    if let Some(sizes) = MEASURED.get(module) {
        return sizes
            .values()
            .fold((0.0, 0.0), |largest: (f64, f64), size| (largest.0.max(size.0), largest.1.max(size.1)));
    }
    let parameters = match signature {
        Some(signature) => signature.parameters.iter().map(|parameter| height(parameter.kind)).sum(),
        // As many as the largest box has: nobody makes a picture with more.
        None => f64::from(parameters.min(12) as u32) * PARAMETER,
    };
    match kind {
        ModuleType::Trigger => (TRIGGER.0, TRIGGER.1 + parameters),
        ModuleType::Logic => (LOGIC_WIDTH, EMPTY + parameters),
        ModuleType::Action => (ACTION_WIDTH, EMPTY + parameters),
    }
}

/// What a parameter adds to the height.
fn height(kind: ParameterKind) -> f64 {
    match kind {
        ParameterKind::Textarea => 100.0,
        ParameterKind::Picker => 45.0,
        _ => PARAMETER,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Catalogue, Target};

    #[test]
    fn the_largest_of_all_releases_counts() {
        assert_eq!(box_size("webhook", ModuleType::Action, None, 0), (318.0, 574.0));
        assert_eq!(box_size("attribute_edition_operation", ModuleType::Action, None, 0), (318.0, 87.0));
    }

    #[test]
    fn boxes_of_unknown_modules_grow_with_their_parameters() {
        assert_eq!(box_size("of-a-server", ModuleType::Action, None, 0), (318.0, 84.0));
        assert_eq!(box_size("of-a-server", ModuleType::Logic, None, 2), (326.0, 216.0));
        let largest = box_size("of-a-server", ModuleType::Action, None, usize::MAX);
        assert!(largest.1 < 1000.0, "{largest:?}");
    }

    #[test]
    fn estimates_are_near_to_what_was_measured() {
        let catalogue = Catalogue::for_target(Target::DEFAULT);
        let mut compared = 0;
        // Where a choice hides parameters, an untouched box is lower than the estimate, which counts them all.
        let shows_all = |signature: &&Signature| signature.id != "add_analyst_data";
        let measured = catalogue.modules().filter(|signature| MEASURED.contains_key(&signature.id));
        for signature in measured.filter(shows_all) {
            let measured = box_size(&signature.id, signature.module_type, None, 0);
            let estimated = box_size("of-a-server", signature.module_type, Some(signature), 0);
            // Long descriptions make boxes higher than estimated, parameters side by side lower.
            let difference = (measured.1 - estimated.1).abs();
            assert!(difference <= 170.0, "{}: {measured:?}, not {estimated:?}", signature.id);
            compared += 1;
        }
        assert!(compared > 40);
    }
}
