//! The parameters of the trigger `tag-attached-after-save`, the only one that has any.

use super::access::entry;
use super::arguments::Arguments;
use crate::catalogue::module_ids;
use crate::php::{Thrown, Value, loose_equal};

/// Which tags start the workflow.
#[derive(Debug)]
pub(super) struct TagTrigger {
    scope: String,
    locality: String,
    name: Value<'static>,
}

impl TagTrigger {
    /// The parameters of a node; `None` if it is another trigger.
    pub(super) fn of(arguments: &Arguments<'_>) -> Option<Self> {
        (arguments.node.module == module_ids::TAG_ATTACHED_AFTER_SAVE).then(|| Self {
            scope: arguments.text("scope"),
            locality: arguments.text("locality"),
            name: arguments.value("tag"),
        })
    }

    /// Whether it is about tags of events only.
    pub(super) fn is_about_events(&self) -> bool {
        self.scope == "event"
    }

    /// Whether a tag that was attached, as MISP describes it (`name`, `local`, `attribute_id`), starts the workflow.
    pub(super) fn accepts(&self, tag: &Value<'_>) -> Result<bool, Thrown> {
        let on_attribute = entry(tag, "attribute_id")?.to_bool();
        let is_local = entry(tag, "local")?.to_bool();
        let scope_fits = match self.scope.as_str() {
            "attribute" => on_attribute,
            "event" => !on_attribute,
            _ => true,
        };
        let locality_fits = match self.locality.as_str() {
            "local" => is_local,
            "global" => !is_local,
            _ => true,
        };
        let name_fits = !self.name.to_bool() || loose_equal(entry(tag, "name")?, &self.name);
        Ok(scope_fits && locality_fits && name_fits)
    }
}
