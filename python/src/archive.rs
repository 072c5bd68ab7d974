//! Events from files, as `run --event` finds them.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::vec::IntoIter;

use mispflow::embed::{Problem, ProblemKind};
use mispflow::simulate::replay::{Events, Record, gather_events};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::errors::detached;

/// An event of an archive, and where it is.
#[pyclass(frozen, module = "mispflow._mispflow")]
pub struct ArchivedEvent(pub Arc<Record>);

#[pymethods]
impl ArchivedEvent {
    #[getter]
    fn file(&self) -> &str {
        &self.0.name
    }

    #[getter]
    fn line(&self) -> usize {
        self.0.line
    }

    #[getter]
    fn index(&self) -> Option<usize> {
        self.0.index
    }

    /// The event's JSON; `None` if it cannot be read.
    #[getter]
    fn data<'py>(&self, py: Python<'py>) -> Option<Bound<'py, PyBytes>> {
        self.0.text.as_ref().ok().map(|text| PyBytes::new(py, text.as_bytes()))
    }

    /// Why it cannot be read; `None` if it can.
    #[getter]
    fn error(&self) -> Option<String> {
        self.0.text.as_ref().err().map(ToString::to_string)
    }

    fn __len__(&self) -> usize {
        self.0.text.as_ref().map_or(0, String::len)
    }

    fn __repr__(&self) -> String {
        let index = self.0.index.map(|index| format!("#{index}")).unwrap_or_default();
        format!("<ArchivedEvent {}{index}, line {}>", self.0.name, self.0.line)
    }
}

struct Reading {
    events: Events,
    batch: IntoIter<Record>,
}

/// The events of files and folders, in order.
#[pyclass(frozen, module = "mispflow._mispflow")]
pub struct Archive(Mutex<Reading>);

#[pymethods]
impl Archive {
    #[new]
    fn new(py: Python<'_>, paths: Vec<PathBuf>) -> PyResult<Self> {
        let files = detached(py, || {
            gather_events(&paths)
                .map_err(|error| Problem::new(ProblemKind::Event, format!("the events cannot be read: {error}")))
        })?;
        Ok(Self(Mutex::new(Reading { events: Events::new(files), batch: Vec::new().into_iter() })))
    }

    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<ArchivedEvent>> {
        let next = detached(py, || {
            let mut reading = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            loop {
                if let Some(record) = reading.batch.next() {
                    return Ok(Some(record));
                }
                match reading.events.next() {
                    Some(batch) => reading.batch = batch.into_iter(),
                    None => return Ok(None),
                }
            }
        })?;
        Ok(next.map(|record| ArchivedEvent(Arc::new(record))))
    }
}
