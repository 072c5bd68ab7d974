//! What a module gets to do its work.

use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::answers::{Answers, Request};
use super::arguments::TextArgument;
use super::callees::Call;
use super::effect::{Effect, EffectRecord};
use super::lookup::Lookup;
use super::options::RunOptions;
use super::prepared::PreparedNode;
use super::roaming::RoamingData;
use super::run::Budget;
use super::trace::{Observation, TracedNode};
use crate::catalogue::Semantics;
use crate::jinja::Unrendered;
use crate::php::{Thrown, Value};

/// One execution of a node.
pub(super) struct ModuleRun<'s, 'a> {
    pub(super) node: &'a PreparedNode,
    pub(super) semantics: Semantics,
    /// Whether the trigger's node says that the data has MISP's core format.
    pub(super) has_core_format_mark: bool,
    pub(super) data: &'s mut RoamingData<'a>,
    pub(super) options: &'s RunOptions<'a>,
    /// What is left of the limits.
    pub(super) budget: &'s mut Budget,
    /// The workflows that were called.
    pub(super) calls: &'s mut Vec<Call<'a>>,
    pub(super) answers: &'s dyn Answers,
    pub(super) effects: &'s mut Vec<EffectRecord<'a>>,
    pub(super) lookups: &'s mut FxHashMap<&'a str, Lookup<'a>>,
    /// What was last sent of the data, for each kind of request.
    pub(super) sent: &'s mut Vec<Sent<'a>>,
    /// What the module says about its failure.
    pub(super) errors: Vec<String>,
    /// Whether it failed with an exception.
    pub(super) has_thrown: bool,
    /// Notes on the run.
    pub(super) notes: &'s mut Vec<String>,
    /// Whether a limit of ours was reached.
    pub(super) is_uncertain: &'s mut bool,
    /// What is written down about it, if anything is.
    pub(super) note: Option<&'s mut TracedNode<'a>>,
}

/// Data, and what a kind of request makes of it.
#[derive(Debug)]
pub(super) struct Sent<'a> {
    kind: &'static str,
    data: Value<'a>,
    body: Arc<str>,
    /// Whether an effect keeps the body.
    is_kept: bool,
}

impl<'a> ModuleRun<'_, 'a> {
    /// What a kind of request makes of the data. It is made once as long as the data stays, and shared: an event can be large, and
    /// many steps may send it.
    pub(super) fn body_of(&mut self, kind: &'static str, data: &Value<'a>, make: fn(&Value<'a>) -> String) -> Arc<str> {
        let is_same = |sent: &Sent<'a>| match (&sent.data, data) {
            (Value::Array(sent), Value::Array(data)) => sent.is_same(data),
            _ => false,
        };
        if let Some(sent) = self.sent.iter().find(|sent| sent.kind == kind && is_same(sent)) {
            return sent.body.clone();
        }
        let body: Arc<str> = make(data).into();
        self.sent.retain(|sent| sent.kind != kind);
        self.sent.push(Sent { kind, data: data.clone(), body: body.clone(), is_kept: false });
        body
    }

    /// A body, which is kept only once if the request before had the same.
    pub(super) fn shared(&self, body: String) -> Arc<str> {
        self.last_body().filter(|before| ***before == *body).cloned().unwrap_or_else(|| body.into())
    }

    /// A text for this data. Why a template is empty that could not be rendered is written down.
    ///
    /// # Errors
    /// As [`TextArgument::render`].
    pub(super) fn render(&mut self, text: &TextArgument, data: &Value<'_>) -> Result<String, Thrown> {
        let rendered = text.render(data, self.answers, self.semantics)?;
        match rendered.failure {
            Some(Unrendered::Failed(why)) => self.because(|| format!("a template failed and is empty: {why}")),
            Some(Unrendered::GivenUp(why)) => {
                *self.is_uncertain = true;
                let what = format!("a template was given up and counts as empty: {why}");
                self.because(|| what.clone());
                let note = format!(
                    "node {} (`{}`): {what}; what MISP would do here is not known",
                    self.node.id, self.node.module
                );
                if !self.notes.contains(&note) {
                    self.notes.push(note);
                }
            }
            None => {}
        }
        Ok(rendered.text)
    }

    /// A copy of the data as the node sees it, which costs nothing.
    pub(super) fn copy(&mut self) -> Result<Value<'a>, Thrown> {
        self.data.see().cloned()
    }

    pub(super) fn effect(&mut self, mut effect: Effect<'a>) {
        let is_shared = self.is_kept(&effect);
        if let Some(note) = self.budget.room.keep(&mut effect, is_shared)
            && !self.notes.contains(&note)
        {
            self.notes.push(note);
        }
        self.effects.push(EffectRecord { node: self.node.id, module: &self.node.module, effect });
    }

    /// Whether an effect before has the body of this one.
    fn is_kept(&mut self, effect: &Effect<'a>) -> bool {
        let Effect::HttpRequest { body: Some(body), .. } = effect else { return false };
        if let Some(sent) = self.sent.iter_mut().find(|sent| Arc::ptr_eq(&sent.body, body)) {
            return std::mem::replace(&mut sent.is_kept, true);
        }
        self.last_body().is_some_and(|last| Arc::ptr_eq(last, body))
    }

    /// The body of the request before.
    fn last_body(&self) -> Option<&Arc<str>> {
        self.effects.iter().rev().find_map(|record| match &record.effect {
            Effect::HttpRequest { body, .. } => body.as_ref(),
            _ => None,
        })
    }

    pub(super) fn request(&self) -> Request<'a> {
        Request { node: self.node.id, module: &self.node.module }
    }

    /// Runs something that the node calls, one level deeper; `None` if the levels are used up, as where workflows call each
    /// other without end.
    pub(super) fn called<T>(&mut self, run: impl FnOnce(&RunOptions<'a>, &mut Budget) -> T) -> Option<T> {
        let Some(left) = self.budget.calls.checked_sub(1) else {
            *self.is_uncertain = true;
            return None;
        };
        self.budget.calls = left;
        let errors_before = std::mem::take(&mut self.budget.errors_before);
        let result = run(self.options, self.budget);
        self.budget.errors_before = errors_before;
        self.budget.calls = left + 1;
        Some(result)
    }

    /// Whether a module that uses `ZeroMQ` gets no connection, which makes it fail.
    pub(super) fn lacks_zmq_redis(&mut self) -> bool {
        if !self.semantics.zmq_needs_redis || self.answers.has_zmq_redis() {
            return false;
        }
        self.throw("Connection refused");
        true
    }

    /// Fails with an exception that MISP catches: it logs that in place of the execution.
    pub(super) fn throw(&mut self, message: &str) -> bool {
        self.has_thrown = true;
        self.fail(format!("Error while executing module {}. Error: {message}", self.node.module))
    }

    /// Fails with a message.
    pub(super) fn fail(&mut self, message: impl Into<String>) -> bool {
        self.errors.push(message.into());
        false
    }

    /// Writes down what was looked at, if that is wanted.
    pub(super) fn saw(&mut self, what: &str, value: impl FnOnce() -> Value<'a>) {
        if let Some(note) = &mut self.note {
            note.saw.push(Observation { what: what.to_owned(), value: value() });
        }
    }

    /// Writes down that a module has nothing to work on, and which filters may be the reason.
    pub(super) fn because_nothing_is_left(&mut self, what: &str) {
        let labels = self.data.labels();
        self.because(|| match &labels[..] {
            [] => what.to_owned(),
            [label] => format!("{what}: the filter {label} lets nothing through"),
            labels => format!("{what}: the filters {} let nothing through", labels.join(", ")),
        });
    }

    /// Writes down why, if that is wanted.
    pub(super) fn because(&mut self, reason: impl FnOnce() -> String) {
        if let Some(note) = &mut self.note {
            note.reasons.push(reason());
        }
    }
}
