//! `run-workflow`.

use super::reload_full_event::reload;
use super::saved_event::saved_events;
use super::select::Selection;
use super::{Module, Prepared};
use crate::engine::access::entry_at;
use crate::engine::arguments::Arguments;
use crate::engine::callees::{Call, CallAnswer};
use crate::engine::effect::Effect;
use crate::engine::module_run::ModuleRun;
use crate::engine::options::RunOptions;
use crate::engine::result::Outcome;
use crate::engine::run::Budget;
use crate::php::{Array, PhpClass, Thrown, Value};

#[derive(Debug)]
struct RunWorkflow {
    workflows: Vec<String>,
    input: Input,
    selection: Selection,
}

/// What is passed to the workflows.
#[derive(Debug)]
enum Input {
    Nothing,
    RoamingData,
    EventIds,
}

pub(super) fn prepare(arguments: &Arguments<'_>) -> Prepared {
    let workflows = arguments.list("workflows");
    Ok(Box::new(RunWorkflow {
        workflows: workflows.values().filter_map(Value::to_text).map(std::borrow::Cow::into_owned).collect(),
        input: match arguments.text("input_data").as_str() {
            "roaming_data" => Input::RoamingData,
            "event_ids" => Input::EventIds,
            _ => Input::Nothing,
        },
        selection: Selection::new(arguments)?,
    }))
}

impl Module for RunWorkflow {
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        if self.workflows.is_empty() {
            return Ok(step.fail("No workflow selected"));
        }
        let data = step.copy()?;
        let payload = match self.input {
            Input::Nothing => Array::new().into(),
            Input::RoamingData => data,
            Input::EventIds => {
                let Some(ids) = self.event_ids(&data, step)? else {
                    step.because(|| "what the module filter leaves has no uuid".into());
                    return Ok(false);
                };
                let mut payload = Array::new();
                payload.set("eventid", ids);
                payload.into()
            }
        };
        for workflow in &self.workflows {
            if !call(workflow, &payload, step)? {
                return Ok(step.throw("Invalid workflow"));
            }
        }
        reload(step);
        Ok(true)
    }
}

impl RunWorkflow {
    /// The uuids of what the module filter leaves, which MISP takes for those of events; `true` where it leaves nothing, and
    /// `None` where it leaves something that has none.
    fn event_ids<'a>(&self, data: &Value<'a>, step: &mut ModuleRun<'_, 'a>) -> Result<Option<Value<'a>>, Thrown> {
        let Some(items) = self.selection.matching(data, step)? else {
            return Ok(Some(vec![entry_at(data, &["Event", "uuid"])?.clone()].into()));
        };
        if items.is_empty() {
            return Ok(Some(true.into()));
        }
        let uuids: Vec<_> = items.values().filter_map(|item| item.get("uuid").cloned()).collect();
        Ok((!uuids.is_empty()).then(|| uuids.into()))
    }
}

/// Calls a workflow; `false` if there is none of this name. What comes of it makes no difference, unless MISP dies.
fn call<'a>(workflow: &str, payload: &Value<'a>, step: &mut ModuleRun<'_, 'a>) -> Result<bool, Thrown> {
    let effect = |step: &mut ModuleRun<'_, 'a>| {
        step.effect(Effect::RunWorkflow { workflow: workflow.to_owned(), payload: payload.clone() });
    };
    match step.answers.call(step.request(), workflow) {
        Some(CallAnswer::Unknown) => return Ok(false),
        Some(CallAnswer::Done) => {
            effect(step);
            return Ok(true);
        }
        Some(CallAnswer::Off) => return Err(died(OFF)),
        Some(CallAnswer::Dies(reason)) => {
            effect(step);
            return Err(died(&reason));
        }
        None => {}
    }
    let Some(callee) = step.options.callees.and_then(|callees| callees.named(workflow)) else { return Ok(false) };
    effect(step);
    let events = saved_events(step);
    let run = |options: &RunOptions<'a>, budget: &mut Budget| {
        callee.run_adhoc_within(payload.clone(), events, options, budget)
    };
    let Some(result) = step.called(run) else {
        return Err(died("the workflows call each other without end, until MISP's time or memory ends"));
    };
    let node = step.node.id;
    let effects_before = step.effects.len();
    for note in result.notes {
        step.notes.push(format!("`{workflow}`: {note}"));
    }
    if result.runs.is_empty() && result.outcome.is_none() {
        step.because(|| format!("`{workflow}` finds no event to run on"));
    }
    let reason = result.errors.first().or_else(|| result.runs.last().and_then(|run| run.errors.last())).cloned();
    step.calls.push(Call { node, workflow: workflow.to_owned(), effects_before, runs: result.runs });
    if result.outcome == Some(Outcome::Crash) {
        let reason = reason.unwrap_or_default();
        return Err(died(&reason));
    }
    Ok(true)
}

/// What MISP dies of where the workflow is switched off.
const OFF: &str = "TypeError: Workflow::executeWorkflow(): Return value must be of type array, bool returned";
const DIED: &str = "MISP dies with an internal error: ";

/// The error of a workflow that was called, with its class in front, as that of its caller.
pub(super) fn died(reason: &str) -> Thrown {
    let reason = reason.strip_prefix(DIED).unwrap_or(reason);
    let (class, message) = match reason.split_once(": ") {
        Some(("ArgumentCountError", message)) => (PhpClass::ArgumentCountError, message),
        Some(("JsonException", message)) => (PhpClass::JsonException, message),
        Some(("Error", message)) => (PhpClass::Error, message),
        Some(("TypeError", message)) => (PhpClass::TypeError, message),
        _ => (PhpClass::TypeError, reason),
    };
    Thrown { class, message: message.to_owned().into() }
}
