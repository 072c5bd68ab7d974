//! Where hash paths start: the data that a trigger gives.

use crate::catalogue::{Provenance, Signature};

use super::shape::{Schema, Shape};

/// The data at the beginning of a workflow.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Root {
    /// Its shape.
    pub shape: Shape,
    /// Whether there may be more keys than those that are known, anywhere: custom modules add what they like.
    pub open: bool,
}

impl Root {
    /// Data of which nothing is known.
    pub const OPEN: Self = Self { shape: Shape::Open, open: true };

    /// The data that a trigger gives.
    pub fn of_trigger(trigger: &Signature) -> Self {
        let open = trigger.provenance == Provenance::Custom;
        let object = match (trigger.gives_core_format, trigger.scope.as_deref()) {
            (true, Some("tag")) => "tag-data",
            (true, _) => "data",
            (false, Some("user" | "log")) if !open => "data-without-event",
            (false, _) => return Self::OPEN,
        };
        Self::named(object, open)
    }

    /// The data of a workflow whose trigger is not known, as in a blueprint.
    pub fn of_any_trigger() -> Self {
        Self::named("any-trigger-data", false)
    }

    fn named(object: &str, open: bool) -> Self {
        Schema::core().object_named(object).map_or(Self::OPEN, |shape| Self { shape, open })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;
    use crate::graph::ModuleType;

    #[test]
    fn every_trigger_has_its_data() {
        let mut without_event = Vec::new();
        let mut open = Vec::new();
        for trigger in Catalogue::built_in().modules().filter(|module| module.module_type == ModuleType::Trigger) {
            let root = Root::of_trigger(trigger);
            let Shape::Object(id) = root.shape else {
                open.push(trigger.id.as_str());
                continue;
            };
            let object = Schema::core().object(id);
            assert_eq!(object.keys.contains_key("Event"), trigger.gives_core_format, "{}", trigger.id);
            if !trigger.gives_core_format {
                without_event.push(trigger.id.as_str());
            }
        }
        assert_eq!(without_event, ["log-after-save", "user-after-save", "user-before-save"]);
        assert_eq!(open, ["post-after-save"]);
    }

    #[test]
    fn custom_triggers_are_open() {
        let mut trigger = Catalogue::built_in().module("user-after-save").unwrap().clone();
        trigger.provenance = Provenance::Custom;
        assert_eq!(Root::of_trigger(&trigger), Root::OPEN);
        trigger.gives_core_format = true;
        let root = Root::of_trigger(&trigger);
        assert!(root.open && root.shape != Shape::Open);
    }
}
