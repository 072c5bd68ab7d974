//! Ad-hoc workflows: what the trigger gathers, and a run for each.
//!
//! See `docs/misp-semantics.md`, section "Ad-hoc workflows".

use crate::model::ModuleType;
use crate::php::{Array, KeyRef, PhpClass, Thrown, Value};

use super::arguments::Arguments;
use super::modules::leave_view;
use super::options::RunOptions;
use super::prepared::Prepared;
use super::result::{Outcome, RunResult};
use super::run::Budget;
use super::search::Search;

/// What the trigger of an ad-hoc workflow says.
#[derive(Debug)]
pub(super) struct AdhocTrigger {
    scope: String,
    /// The text of `filters`, and what it holds as JSON.
    filters: Result<Value<'static>, Thrown>,
}

/// What an ad-hoc workflow runs on.
#[derive(Clone, PartialEq, Debug)]
pub enum Gathered<'a> {
    /// This, as it was passed.
    Data(Value<'a>),
    /// The events that a search with these filters finds.
    Search(Array<'a>),
    /// Nothing.
    Nothing,
}

/// What came of an ad-hoc workflow.
#[derive(Clone, Debug)]
pub struct AdhocResult<'a> {
    /// The runs, one for each event, in the order of their ids.
    pub runs: Vec<RunResult<'a>>,
    /// The outcome of the last one, which is what the caller gets; `None` if there was none.
    pub outcome: Option<Outcome>,
    /// Why there was no run, if there is more to say.
    pub errors: Vec<String>,
    /// What else there is to know.
    pub notes: Vec<String>,
}

/// The scope in which the trigger searches for events itself.
const EVENTS: &str = "events";

impl AdhocTrigger {
    pub(super) fn of(arguments: &Arguments<'_>) -> Self {
        let syntax = || Thrown { class: PhpClass::JsonException, message: "Syntax error".into() };
        let filters = arguments.given("filters").to_text().unwrap_or_default().into_owned();
        let filters = Value::from_json(&filters).map(Value::into_owned).map_err(|_| syntax());
        Self { scope: arguments.given("scope").to_text().unwrap_or_default().into_owned(), filters }
    }

    /// What is gathered where this is passed.
    ///
    /// # Errors
    /// What PHP throws where `filters` is not what the scope needs.
    fn gather<'a>(&'a self, passed: Value<'a>) -> Result<Gathered<'a>, Thrown> {
        let filters = self.filters.as_ref().map_err(Clone::clone)?;
        match self.scope.as_str() {
            "passed_roaming_data" => Ok(Gathered::Data(passed)),
            "passed_event_ids" => Ok(match passed {
                // An event is not a filter.
                passed if passed.get("Event").is_some() => Gathered::Nothing,
                Value::Array(passed) => Gathered::Search(passed),
                _ => Gathered::Search(Array::new()),
            }),
            EVENTS => match filters {
                Value::Array(filters) => Ok(Gathered::Search(filters.clone())),
                other => Err(Thrown::argument("AdHocTrigger::getEvents", 2, "filters", "array", other.type_name())),
            },
            _ => Ok(Gathered::Nothing),
        }
    }
}

impl Prepared {
    /// Whether people and other workflows run it, and no trigger of MISP does.
    pub fn is_adhoc(&self) -> bool {
        self.adhoc.is_some()
    }

    /// Whether the search that an ad-hoc workflow does by itself takes some of what it finds: `limit`, `page`.
    pub fn searches_pages(&self) -> bool {
        self.searches().ok().flatten().is_some_and(|filters| Search::new(&filters).page() != (0, usize::MAX))
    }

    /// The filters of the search that an ad-hoc workflow does by itself; `None` if it searches for nothing.
    ///
    /// # Errors
    /// What PHP throws where `filters` is not what the scope needs.
    pub(super) fn searches(&self) -> Result<Option<Array<'_>>, Thrown> {
        let Some(trigger) = &self.adhoc else { return Ok(None) };
        let gathered = trigger.gather(Value::Null)?;
        Ok(match gathered {
            Gathered::Search(filters) if trigger.scope == EVENTS => Some(filters),
            _ => None,
        })
    }

    /// What the workflow runs on where somebody passes this; `None` if it is not an ad-hoc workflow.
    ///
    /// # Errors
    /// What PHP throws.
    pub fn gather<'a>(&'a self, passed: Value<'a>) -> Option<Result<Gathered<'a>, Thrown>> {
        self.adhoc.as_ref().map(|trigger| trigger.gather(passed))
    }

    /// Runs an ad-hoc workflow as MISP does: once for each event that its trigger gathers from `events`, the events of the
    /// server as the REST API returns them. `passed` is what the caller passes.
    pub fn run_adhoc<'a>(
        &'a self,
        passed: Value<'a>,
        events: Vec<Value<'a>>,
        options: &RunOptions<'a>,
    ) -> AdhocResult<'a> {
        let limits = options.limits;
        let mut budget = Budget::new(limits);
        self.run_adhoc_within(passed, events, options, &mut budget)
    }

    /// As [`run_adhoc`](Self::run_adhoc), with what is left of the limits of a caller.
    pub(super) fn run_adhoc_within<'a>(
        &'a self,
        passed: Value<'a>,
        events: Vec<Value<'a>>,
        options: &RunOptions<'a>,
        budget: &mut Budget,
    ) -> AdhocResult<'a> {
        let mut result = AdhocResult { runs: Vec::new(), outcome: None, errors: Vec::new(), notes: Vec::new() };
        let died = |result: &mut AdhocResult<'a>, reason: String| {
            result.outcome = Some(Outcome::Crash);
            result.errors.push(format!("MISP dies with an internal error: {reason}"));
        };
        if self.is_off(options) {
            died(
                &mut result,
                "TypeError: Workflow::executeWorkflow(): Return value must be of type array, bool returned".into(),
            );
            return result;
        }
        if self.start.is_none() {
            let trigger = self.nodes.iter().find(|node| node.kind == ModuleType::Trigger);
            let module = trigger.map_or("", |trigger| trigger.module.as_str());
            died(&mut result, format!("TriggerNotFoundException: Unknown module `{module}` for module type `trigger`"));
            return result;
        }
        let gathered = match self.gather(passed) {
            Some(Ok(gathered)) => gathered,
            Some(Err(thrown)) => {
                died(&mut result, format!("{}: {thrown}", thrown.class.name()));
                return result;
            }
            None => Gathered::Nothing,
        };
        let found = match gathered {
            Gathered::Nothing => Vec::new(),
            Gathered::Data(data) => vec![data],
            Gathered::Search(filters) => {
                let search = Search::new(&filters);
                let ignored: Vec<_> = search.not_simulated().map(|name| format!("`{name}`")).collect();
                if !ignored.is_empty() {
                    result.notes.push(format!(
                        "the search filters {} are not simulated, so it may find too much",
                        ignored.join(", ")
                    ));
                }
                let (passed_over, limit) = search.page();
                let mut found: Vec<_> = events.into_iter().filter(|event| search.fits(event)).collect();
                found.sort_by_key(event_number);
                let mut found: Vec<_> = found.into_iter().skip(passed_over).take(limit).collect();
                found.iter_mut().for_each(leave_view);
                found
            }
        };
        for event in found {
            let run = self.run_within(event, options, budget);
            budget.errors_before.extend(run.errors.iter().cloned());
            result.outcome = Some(run.outcome);
            let is_over = run.outcome == Outcome::Crash;
            result.runs.push(run);
            if is_over {
                break;
            }
        }
        result
    }
}

/// The id of an event, by which the database orders them.
fn event_number(event: &Value<'_>) -> i64 {
    let event = event.as_array().and_then(|data| data.get(KeyRef::String("Event")));
    event.and_then(|event| event.get("id")).map_or(0, super::access::integer)
}
