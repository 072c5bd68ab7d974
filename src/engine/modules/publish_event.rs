//! `publish-event`.

use super::Module;
use super::run_workflow::died;
use super::saved_event::saved_event;
use crate::catalogue::module_ids;
use crate::engine::access::entry_at;
use crate::engine::callees::Call;
use crate::engine::effect::Effect;
use crate::engine::meaning::Meaning;
use crate::engine::module_run::ModuleRun;
use crate::engine::prepared::Prepared;
use crate::engine::result::Outcome;
use crate::php::{PhpClass, Thrown};

#[derive(Debug)]
struct PublishEvent;

pub(super) fn prepare() -> Box<dyn Module> {
    Box::new(PublishEvent)
}

impl Module for PublishEvent {
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        let data = step.copy()?;
        let id = entry_at(&data, &["Event", "id"])?.clone();
        if step.semantics.publishing_asks_workflow
            && let Some(guard) = step.options.callees.and_then(|callees| callees.for_trigger(module_ids::EVENT_PUBLISH))
            && !ask(guard, step)?
        {
            return Ok(false);
        }
        step.effect(Effect::Publish { id });
        Ok(true)
    }

    fn meaning(&self) -> Meaning<'_> {
        Meaning::Publishes
    }
}

/// Runs the workflow for `event-publish`, and says whether it lets the event be published.
fn ask<'a>(guard: &'a Prepared, step: &mut ModuleRun<'_, 'a>) -> Result<bool, Thrown> {
    let event = saved_event(step);
    let Some(run) = step.called(|options, budget| guard.run_within(event, options, budget)) else {
        let message = "publishing fires the workflow for `event-publish` again, without end";
        return Err(Thrown { class: PhpClass::Error, message: message.into() });
    };
    let outcome = run.outcome;
    let errors = run.errors.clone();
    let (node, effects_before) = (step.node.id, step.effects.len());
    let workflow = format!("{} :: {}", guard.trigger(), guard.name());
    step.calls.push(Call { node, workflow, effects_before, runs: vec![run] });
    match outcome {
        Outcome::Success => Ok(true),
        Outcome::Crash => Err(died(errors.last().map_or("", String::as_str))),
        _ => {
            step.because(|| "the workflow for `event-publish` stops it".into());
            Ok(false)
        }
    }
}
