//! A project.

use std::path::PathBuf;
use std::sync::Arc;

use mispflow::embed;
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use crate::errors::detached;
use crate::workflow::Workflow;

/// A project, compiled.
#[pyclass(frozen, module = "mispflow._mispflow")]
pub struct Project(pub Arc<embed::Project>);

/// How a project is read.
pub fn options(target: Option<&str>, config: Option<PathBuf>, allow_read: Vec<PathBuf>) -> PyResult<embed::Options> {
    let target = target.map(str::parse).transpose();
    let target =
        target.map_err(|error: mispflow::catalogue::UnknownTarget| PyValueError::new_err(error.to_string()))?;
    Ok(embed::Options { target, config, allow_read })
}

/// The file or folder, or the text.
pub fn input(path: Option<PathBuf>, text: Option<String>, name: String) -> PyResult<embed::Input> {
    match (path, text) {
        (Some(path), None) => Ok(embed::Input::Path(path)),
        (None, Some(text)) => Ok(embed::Input::Text { name, text }),
        _ => Err(PyValueError::new_err("give either a path or a text")),
    }
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
        let options = options(target, config, allow_read)?;
        let input = input(path, text, name)?;
        detached(py, || Ok(embed::Project::load(&input, &options))).map(|project| Self(Arc::new(project)))
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
