//! A project, and its tests.

use std::path::PathBuf;
use std::sync::Arc;

use mispflow::catalogue::UnknownTarget;
use mispflow::embed;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::errors::{detached, interruptible};
use crate::workflow::Workflow;

/// What a project is loaded from, and how.
fn given(
    path: Option<PathBuf>,
    text: Option<String>,
    name: String,
    target: Option<&str>,
    config: Option<PathBuf>,
    allow_read: Vec<PathBuf>,
) -> PyResult<(embed::Input, embed::Options)> {
    let target = target.map(str::parse).transpose();
    let target = target.map_err(|error: UnknownTarget| PyValueError::new_err(error.to_string()))?;
    let input = match (path, text) {
        (Some(path), None) => embed::Input::Path(path),
        (None, Some(text)) => embed::Input::Text { name, text },
        _ => return Err(PyValueError::new_err("give either a path or a text")),
    };
    Ok((input, embed::Options { target, config, allow_read }))
}

/// A project, compiled.
#[pyclass(frozen, module = "mispflow._mispflow")]
pub struct Project(pub Arc<embed::Project>);

#[pymethods]
impl Project {
    #[new]
    #[pyo3(signature = (path, text, name, target, config, allow_read))]
    fn new(
        py: Python<'_>,
        path: Option<PathBuf>,
        text: Option<String>,
        name: String,
        target: Option<&str>,
        config: Option<PathBuf>,
        allow_read: Vec<PathBuf>,
    ) -> PyResult<Self> {
        let (input, options) = given(path, text, name, target, config, allow_read)?;
        let project = interruptible(py, move || Ok(embed::Project::load(&input, &options)))?;
        Ok(Self(Arc::new(project)))
    }

    #[getter]
    fn findings(&self) -> &str {
        &self.0.findings
    }

    #[getter]
    fn shown(&self) -> &str {
        &self.0.shown
    }

    #[getter]
    fn has_errors(&self) -> bool {
        self.0.has_errors
    }

    #[getter]
    fn target(&self) -> &str {
        &self.0.target
    }

    /// For each workflow and blueprint its id, whether it is a blueprint, and its JSON.
    fn build(&self, py: Python<'_>) -> PyResult<Vec<(String, bool, String)>> {
        let built = detached(py, || self.0.build())?;
        Ok(built.iter().map(|built| (built.id.clone(), built.is_blueprint, built.json.clone())).collect())
    }

    fn workflows(&self, py: Python<'_>) -> PyResult<Vec<Workflow>> {
        detached(py, || self.0.build())?;
        Ok(self.0.workflows.iter().map(|workflow| Workflow(Arc::clone(workflow))).collect())
    }

    #[pyo3(signature = (id))]
    fn workflow(&self, py: Python<'_>, id: Option<&str>) -> PyResult<Workflow> {
        detached(py, || self.0.workflow(id)).map(|workflow| Workflow(Arc::clone(workflow)))
    }
}

/// The tests of a project, compiled and not run.
#[pyclass(frozen, module = "mispflow._mispflow")]
pub struct TestSuite(Arc<embed::TestSuite>);

#[pymethods]
impl TestSuite {
    #[new]
    #[pyo3(signature = (path, text, name, target, config, allow_read))]
    fn new(
        py: Python<'_>,
        path: Option<PathBuf>,
        text: Option<String>,
        name: String,
        target: Option<&str>,
        config: Option<PathBuf>,
        allow_read: Vec<PathBuf>,
    ) -> PyResult<Self> {
        let (input, options) = given(path, text, name, target, config, allow_read)?;
        let suite = interruptible(py, move || embed::TestSuite::load(input, options))?;
        Ok(Self(Arc::new(suite)))
    }

    /// For each test its title, workflow, file and line.
    fn tests(&self) -> Vec<(&str, &str, &str, usize)> {
        let tests = self.0.tests.iter();
        tests.map(|test| (test.title.as_str(), test.workflow.as_str(), test.file.as_str(), test.line)).collect()
    }

    /// Runs one of them. What is not as expected; empty if it passed.
    fn run(&self, py: Python<'_>, index: usize) -> PyResult<String> {
        let suite = Arc::clone(&self.0);
        interruptible(py, move || suite.run(index))
    }
}
