//! `reload-full-event`, and how an event looks that is fetched again.

use super::Module;
use super::saved_event::saved_event;
use crate::core_format::into_normalised;
use crate::engine::module_run::ModuleRun;
use crate::php::Thrown;

#[derive(Debug)]
struct ReloadFullEvent;

pub(super) fn prepare() -> Box<dyn Module> {
    Box::new(ReloadFullEvent)
}

impl Module for ReloadFullEvent {
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        if step.has_core_format_mark {
            reload(step);
        } else {
            step.because(|| {
                "MISP loads nothing: the trigger's node lacks `misp_core_format: true`; build the workflow again".into()
            });
        }
        Ok(true)
    }
}

/// Replaces the data by the event as the database has it. What was only hung on the data is gone.
pub(super) fn reload(step: &mut ModuleRun<'_, '_>) {
    let Ok(event) = into_normalised(saved_event(step), step.semantics) else {
        step.because(|| "there is no event to reload".into());
        return;
    };
    step.data.replace(event);
}
