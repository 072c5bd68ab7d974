//! Where hash paths start: the data that a trigger gives.

use crate::catalogue::{Provenance, Signature, module_ids};

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
        let object = match (trigger.gives_core_format, trigger.id.as_str()) {
            // What else is given to these nobody knows.
            (true, _) if open || trigger.scope.as_deref() == Some("adhoc") => "data",
            (true, module_ids::TAG_ATTACHED_AFTER_SAVE) => "tag-data",
            (true, module_ids::ENRICHMENT_BEFORE_QUERY) => "enrichment-data",
            (true, _) => "event-data",
            (false, module_ids::USER_AFTER_SAVE | module_ids::USER_BEFORE_SAVE) if !open => "user-data",
            (false, module_ids::LOG_AFTER_SAVE) if !open => "log-data",
            (false, module_ids::POST_AFTER_SAVE) if !open => "post-data",
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
    use crate::model::ModuleType;

    #[test]
    fn every_trigger_has_its_data() {
        for trigger in Catalogue::built_in().modules().filter(|module| module.module_type == ModuleType::Trigger) {
            let Shape::Object(id) = Root::of_trigger(trigger).shape else { panic!("{} is open", trigger.id) };
            let has_event = Schema::core().object(id).keys.contains_key("Event");
            assert_eq!(has_event, trigger.gives_core_format || trigger.id == "post-after-save", "{}", trigger.id);
        }
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
