//! Errors, as Python raises them.

use std::panic::{AssertUnwindSafe, catch_unwind};

use mispflow::embed::{Problem, ProblemKind};
use pyo3::prelude::*;

/// The name by which Python knows what a problem is about.
fn name(kind: ProblemKind) -> &'static str {
    match kind {
        ProblemKind::Input => "input",
        ProblemKind::Event => "event",
        ProblemKind::Answers => "answers",
        ProblemKind::Path => "path",
        ProblemKind::Request => "request",
        ProblemKind::Defect => "defect",
    }
}

/// The exception for a problem.
fn raised(py: Python<'_>, problem: &Problem) -> PyErr {
    let made = py
        .import("mispflow._errors")
        .and_then(|module| module.getattr("exception"))
        .and_then(|exception| exception.call1((name(problem.kind), &problem.message, &problem.findings)));
    made.map_or_else(|error| error, PyErr::from_value)
}

/// Does something without holding the interpreter's lock. A panic becomes an exception: it is a defect, but no reason to
/// end the interpreter.
pub fn detached<T: Send>(py: Python<'_>, work: impl FnOnce() -> Result<T, Problem> + Send) -> PyResult<T> {
    let done = py.detach(|| catch_unwind(AssertUnwindSafe(work)));
    let done = done.unwrap_or_else(|_| {
        Err(Problem::new(ProblemKind::Defect, "mispflow has a defect: please report what you called, and with what"))
    });
    done.map_err(|problem| raised(py, &problem))
}
