//! What needs no project, and the command line.

use std::ffi::OsString;

use mispflow::catalogue::Target;
use mispflow::embed;
use pyo3::prelude::*;

use crate::errors::detached;
use crate::project::Project;

/// Runs a command line: the name of the program, and its arguments. Returns the exit code.
#[pyfunction]
pub fn main(py: Python<'_>, line: Vec<OsString>) -> u8 {
    py.detach(|| mispflow::cli::run(line).code())
}

/// The canonical form of a text.
#[pyfunction]
pub fn format(py: Python<'_>, text: &str, name: &str) -> PyResult<String> {
    detached(py, || embed::format(text, name))
}

/// For each workflow and blueprint of MISP's JSON its id, its text, and what the text cannot say.
#[pyfunction]
pub fn import_(py: Python<'_>, json: &str, keep_layout: bool) -> PyResult<Vec<(String, String, Vec<String>)>> {
    detached(py, || embed::import(json, keep_layout))
}

/// What differs between two projects, as JSON.
#[pyfunction]
pub fn diff(py: Python<'_>, before: &Bound<'_, Project>, after: &Bound<'_, Project>) -> PyResult<String> {
    let (before, after) = (before.get().0.clone(), after.get().0.clone());
    detached(py, || embed::diff(&before, &after))
}

/// What a hash path finds, as JSON.
#[pyfunction]
pub fn evaluate(py: Python<'_>, expression: &str, json: &str, normalise: bool) -> PyResult<String> {
    detached(py, || embed::evaluate(expression, json, normalise))
}

/// The releases of MISP that are known, as `target` takes them.
#[pyfunction]
pub fn targets() -> Vec<String> {
    Target::NAMES.map(ToOwned::to_owned).to_vec()
}
