//! A workflow.

use std::sync::Arc;

use mispflow::embed;
use mispflow::simulate::replay::Record;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;
use pyo3::types::PyBytes;

use crate::errors::detached;
use crate::replay::{OneByOne, Replay};

/// A workflow that is ready to run.
#[pyclass(frozen, module = "mispflow._mispflow")]
pub struct Workflow(pub Arc<embed::Workflow>);

/// A run: how it ended, what becomes of the action, and all of it as JSON.
pub type Told = (Option<&'static str>, Option<&'static str>, String);

pub fn as_told(told: embed::Told) -> Told {
    (told.outcome, told.verdict, told.json)
}

#[pymethods]
impl Workflow {
    #[getter]
    fn id(&self) -> &str {
        &self.0.id
    }

    #[getter]
    fn name(&self) -> &str {
        &self.0.name
    }

    #[getter]
    fn uuid(&self) -> &str {
        &self.0.uuid
    }

    #[getter]
    fn trigger(&self) -> &str {
        &self.0.trigger
    }

    #[getter]
    fn json(&self) -> &str {
        &self.0.json
    }

    /// The run, the nodes that were looked at as JSON, and the run in words.
    #[pyo3(signature = (event, answers, as_trigger))]
    fn run(
        &self,
        py: Python<'_>,
        event: PyBackedBytes,
        answers: Option<&str>,
        as_trigger: bool,
    ) -> PyResult<(Told, String, String)> {
        let ran = detached(py, || {
            let answers = self.0.answers(answers)?;
            self.0.run(&event, &answers, as_trigger)
        })?;
        Ok((as_told(ran.told), ran.trace, ran.text))
    }

    #[pyo3(signature = (threads, answers, as_trigger))]
    fn replay(&self, py: Python<'_>, threads: usize, answers: Option<&str>, as_trigger: bool) -> PyResult<Replay> {
        let started = detached(py, || {
            let answers = self.0.answers(answers)?;
            Ok(embed::Replay::new(&self.0, answers, as_trigger, threads))
        });
        started.map(Replay::new)
    }

    #[pyo3(signature = (answers, as_trigger))]
    fn one_by_one(&self, py: Python<'_>, answers: Option<&str>, as_trigger: bool) -> PyResult<OneByOne> {
        let answers = detached(py, || self.0.answers(answers))?;
        Ok(OneByOne::new(Arc::clone(&self.0), answers, as_trigger))
    }

    /// One line of JSON for each event.
    #[pyo3(signature = (events, source, first, answers, as_trigger))]
    fn run_batch<'py>(
        &self,
        py: Python<'py>,
        events: Vec<PyBackedBytes>,
        source: &str,
        first: usize,
        answers: Option<&str>,
        as_trigger: bool,
    ) -> PyResult<Vec<Bound<'py, PyBytes>>> {
        let name: Arc<str> = source.into();
        let told = detached(py, || {
            let answers = self.0.answers(answers)?;
            let records: Vec<Record> =
                (first..).zip(&events).map(|(at, bytes)| Record::of_bytes(name.clone(), Some(at), bytes)).collect();
            self.0.run_all(&records, &answers, as_trigger)
        })?;
        Ok(told.into_iter().map(|told| PyBytes::new(py, told.json.as_bytes())).collect())
    }
}
