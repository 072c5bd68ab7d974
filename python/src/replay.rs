//! A workflow on many events.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mispflow::embed;
use mispflow::simulate::answers::FixedAnswers;
use mispflow::simulate::replay::Record;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;

use crate::archive::ArchivedEvent;
use crate::errors::{PATIENCE, detached};
use crate::workflow::{Told, as_told};

/// Runs a workflow on batches of events, on several threads.
#[pyclass(frozen, module = "mispflow._mispflow")]
pub struct Replay {
    inner: Mutex<embed::Replay>,
    name: Arc<str>,
}

/// An event that is handed in.
#[derive(FromPyObject)]
enum Given {
    Archived(Py<ArchivedEvent>),
    Bytes(PyBackedBytes),
}

impl Given {
    /// The event as entry `index` of what messages call `name`, if it has no place of its own.
    fn record(&self, name: &Arc<str>, index: usize) -> Arc<Record> {
        match self {
            Self::Archived(event) => Arc::clone(&event.get().0),
            Self::Bytes(bytes) => Arc::new(Record::of_bytes(Arc::clone(name), Some(index), bytes)),
        }
    }
}

impl Replay {
    pub fn new(inner: embed::Replay) -> Self {
        Self { inner: Mutex::new(inner), name: "-".into() }
    }

    fn with<T: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&mut embed::Replay) -> Result<T, embed::Problem> + Send,
    ) -> PyResult<T> {
        detached(py, || work(&mut self.inner.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

#[pymethods]
impl Replay {
    /// Hands events in. `first` is the number of the first of them, from 1.
    fn submit(&self, py: Python<'_>, events: Vec<Given>, first: usize) -> PyResult<()> {
        let records = (first..).zip(&events).map(|(at, given)| given.record(&self.name, at));
        let records: Vec<Arc<Record>> = records.collect();
        self.with(py, |replay| {
            replay.submit(records);
            Ok(())
        })
    }

    fn under_way(&self, py: Python<'_>) -> PyResult<usize> {
        self.with(py, |replay| Ok(replay.under_way()))
    }

    fn wanted(&self, py: Python<'_>) -> PyResult<usize> {
        self.with(py, |replay| Ok(replay.wanted()))
    }

    /// The next results: with `waits` when they are there, else `None` if they are not there yet.
    fn receive(&self, py: Python<'_>, waits: bool) -> PyResult<Option<Vec<Told>>> {
        let patience = if waits { PATIENCE } else { Duration::ZERO };
        loop {
            let (told, is_done) = self.with(py, |replay| Ok((replay.receive(patience)?, replay.under_way() == 0)))?;
            match told {
                Some(told) => return Ok(Some(told.into_iter().map(as_told).collect())),
                None if !waits || is_done => return Ok(None),
                None => py.check_signals()?,
            }
        }
    }
}

/// Runs a workflow on one event after the other, on the thread that calls.
#[pyclass(frozen, module = "mispflow._mispflow")]
pub struct OneByOne {
    workflow: Arc<embed::Workflow>,
    answers: FixedAnswers,
    as_trigger: bool,
    name: Arc<str>,
}

impl OneByOne {
    pub fn new(workflow: Arc<embed::Workflow>, answers: FixedAnswers, as_trigger: bool) -> Self {
        Self { workflow, answers, as_trigger, name: "-".into() }
    }
}

#[pymethods]
impl OneByOne {
    /// Runs it on an event, which has this number, from 1: a list with the one result.
    fn run(&self, py: Python<'_>, event: Given, index: usize) -> PyResult<Vec<Told>> {
        let told = detached(py, || {
            let record = event.record(&self.name, index);
            self.workflow.run_all(&[record], &self.answers, self.as_trigger)
        });
        Ok(told?.into_iter().map(as_told).collect())
    }
}
