//! `add_eventblocklist_entry`.

use super::{Module, Prepared};
use crate::engine::arguments::Arguments;
use crate::engine::effect::Effect;
use crate::engine::meaning::Meaning;
use crate::engine::module_run::ModuleRun;
use crate::hashpath::Path;
use crate::php::{Thrown, Value};

#[derive(Debug)]
struct BlockEvent {
    uuid: Path,
    info: Path,
    comment: Value<'static>,
}

pub(super) fn prepare(arguments: &Arguments<'_>) -> Prepared {
    Ok(Box::new(BlockEvent {
        uuid: arguments.path("uuid_hash_path")?,
        info: arguments.path("eventinfo_hash_path")?,
        comment: arguments.value("block_comment"),
    }))
}

impl Module for BlockEvent {
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        let data = step.copy()?;
        let uuid = self.uuid.get(&data)?.cloned().unwrap_or_default();
        let info = self.info.get(&data)?.cloned().unwrap_or_default();
        step.effect(Effect::BlockEvent { uuid, info, comment: self.comment.clone() });
        Ok(true)
    }

    fn meaning(&self) -> Meaning<'_> {
        Meaning::Sends { kind: "block_event", always_fails: false, paths: Vec::new() }
    }
}
