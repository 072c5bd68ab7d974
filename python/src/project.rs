//! A project.

use std::path::PathBuf;
use std::sync::Arc;

use mispflow::catalogue::UnknownTarget;
use mispflow::embed;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::errors::detached;
use crate::workflow::Workflow;

/// A test: its title, workflow, file and line, and what is not as expected.
type TestOutcome = (String, String, String, usize, String);

/// A project, compiled.
#[pyclass(frozen, module = "mispflow._mispflow")]
pub struct Project {
    pub inner: Arc<embed::Project>,
    input: embed::Input,
    options: embed::Options,
}

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
        let target = target.map(str::parse).transpose();
        let target = target.map_err(|error: UnknownTarget| PyValueError::new_err(error.to_string()))?;
        let options = embed::Options { target, config, allow_read };
        let input = match (path, text) {
            (Some(path), None) => embed::Input::Path(path),
            (None, Some(text)) => embed::Input::Text { name, text },
            _ => return Err(PyValueError::new_err("give either a path or a text")),
        };
        let project = detached(py, || Ok(embed::Project::load(&input, &options)))?;
        Ok(Self { inner: Arc::new(project), input, options })
    }

    #[getter]
    fn findings(&self) -> &str {
        &self.inner.findings
    }

    #[getter]
    fn shown(&self) -> &str {
        &self.inner.shown
    }

    #[getter]
    fn has_errors(&self) -> bool {
        self.inner.has_errors
    }

    #[getter]
    fn target(&self) -> &str {
        &self.inner.target
    }

    /// For each workflow and blueprint its id, whether it is a blueprint, and its JSON.
    fn build(&self, py: Python<'_>) -> PyResult<Vec<(String, bool, String)>> {
        let built = detached(py, || self.inner.build())?;
        Ok(built.iter().map(|built| (built.id.clone(), built.is_blueprint, built.json.clone())).collect())
    }

    fn workflows(&self, py: Python<'_>) -> PyResult<Vec<Workflow>> {
        detached(py, || self.inner.build())?;
        Ok(self.inner.workflows.iter().map(|workflow| Workflow(Arc::clone(workflow))).collect())
    }

    #[pyo3(signature = (id))]
    fn workflow(&self, py: Python<'_>, id: Option<&str>) -> PyResult<Workflow> {
        detached(py, || self.inner.workflow(id)).map(|workflow| Workflow(Arc::clone(workflow)))
    }

    /// Runs the tests in its files, read anew.
    fn test(&self, py: Python<'_>) -> PyResult<Vec<TestOutcome>> {
        let outcomes = detached(py, || embed::run_tests(&self.input, &self.options))?;
        let flat = |test: embed::TestOutcome| (test.title, test.workflow, test.file, test.line, test.failures);
        Ok(outcomes.into_iter().map(flat).collect())
    }
}
