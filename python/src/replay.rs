//! A workflow on many events.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use mispflow::embed;
use mispflow::simulate::replay::Record;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;

use crate::archive::ArchivedEvent;
use crate::errors::detached;
use crate::workflow::{Told, as_told};

/// So often somebody who waits looks whether Ctrl-C was pressed.
const PATIENCE: Duration = Duration::from_millis(50);

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
        let records = (first..).zip(&events).map(|(at, given)| match given {
            Given::Archived(event) => event.get().0.clone(),
            Given::Bytes(bytes) => Arc::new(Record::of_bytes(self.name.clone(), Some(at), bytes)),
        });
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
