//! Events from files, as `run --event` finds them.

use std::io;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::vec::IntoIter;

use mispflow::embed::{Problem, ProblemKind};
use mispflow::simulate::replay::{EventFiles, Events, Record, RecordError, gather_events};
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyType};

use crate::errors::{PATIENCE, detached, interruptible};

/// An event of an archive, and where it is.
#[pyclass(frozen, module = "mispflow._mispflow")]
pub struct ArchivedEvent(pub Arc<Record>);

/// All of an event, to make it again in another process: file, line, index, text, and why there is none.
type Parts = (String, usize, Option<usize>, Option<String>, Option<String>);

#[pymethods]
impl ArchivedEvent {
    #[new]
    fn new(file: &str, line: usize, index: Option<usize>, text: Option<String>, error: Option<String>) -> Self {
        let broken = || RecordError::Broken(io::Error::other(error.unwrap_or_default()));
        Self(Arc::new(Record { name: file.into(), line, index, text: text.ok_or_else(broken) }))
    }

    fn __reduce__<'py>(this: &Bound<'py, Self>) -> (Bound<'py, PyType>, Parts) {
        let record = &this.get().0;
        let (text, error) = match &record.text {
            Ok(text) => (Some(text.clone()), None),
            Err(error) => (None, Some(error.to_string())),
        };
        (this.get_type(), (record.name.to_string(), record.line, record.index, text, error))
    }

    /// The file, or `-` for standard input.
    #[getter]
    fn file(&self) -> &str {
        &self.0.name
    }

    /// The line on which it begins, from 1.
    #[getter]
    fn line(&self) -> usize {
        self.0.line
    }

    /// Its number among the events of the file, from 1.
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

/// What is read of the files, on a thread of its own.
struct Reading {
    /// The files, until the first event is asked for.
    files: Option<EventFiles>,
    batches: Option<Receiver<Vec<Record>>>,
    batch: IntoIter<Record>,
}

impl Reading {
    /// The next batch, if it is there soon; `None` at the end.
    fn receive(&mut self) -> Option<Result<Vec<Record>, RecvTimeoutError>> {
        if let Some(files) = self.files.take() {
            let (read, batches) = sync_channel(1);
            self.batches = Some(batches);
            thread::spawn(move || {
                // Nobody wants more after the archive was given up.
                let _ = Events::new(files).try_for_each(|batch| read.send(batch));
            });
        }
        match self.batches.as_ref()?.recv_timeout(PATIENCE) {
            Err(RecvTimeoutError::Disconnected) => None,
            received => Some(received),
        }
    }
}

/// The events of files and folders, in order.
#[pyclass(frozen, module = "mispflow._mispflow")]
pub struct Archive(Mutex<Reading>);

impl Archive {
    fn reading(&self) -> MutexGuard<'_, Reading> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl Archive {
    #[new]
    fn new(py: Python<'_>, paths: Vec<PathBuf>) -> PyResult<Self> {
        let files = interruptible(py, move || {
            gather_events(&paths)
                .map_err(|error| Problem::new(ProblemKind::Event, format!("the events cannot be read: {error}")))
        })?;
        Ok(Self(Mutex::new(Reading { files: Some(files), batches: None, batch: Vec::new().into_iter() })))
    }

    fn __iter__(this: PyRef<'_, Self>) -> PyRef<'_, Self> {
        this
    }

    fn __next__(&self, py: Python<'_>) -> PyResult<Option<ArchivedEvent>> {
        loop {
            if let Some(record) = self.reading().batch.next() {
                return Ok(Some(ArchivedEvent(Arc::new(record))));
            }
            let has_more = detached(py, || {
                let mut reading = self.reading();
                let received = reading.receive();
                if let Some(Ok(batch)) = received {
                    reading.batch = batch.into_iter();
                    return Ok(true);
                }
                Ok(received.is_some())
            })?;
            if !has_more {
                return Ok(None);
            }
            py.check_signals()?;
        }
    }
}
