//! Errors, as Python raises them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread;
use std::time::Duration;

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

/// So often somebody who waits looks whether Ctrl-C was pressed.
pub const PATIENCE: Duration = Duration::from_millis(50);

/// As much as the main thread of a program usually has.
const STACK_BYTES: usize = 8 * 1024 * 1024;

/// Does something without holding the interpreter's lock. A panic becomes an exception: it is a defect, but no reason to
/// end the interpreter.
pub fn detached<T: Send>(py: Python<'_>, work: impl FnOnce() -> Result<T, Problem> + Send) -> PyResult<T> {
    py.detach(|| caught(work)).map_err(|problem| raised(py, &problem))
}

/// The same for what may take long: it is done on another thread, and Ctrl-C ends the waiting for it.
pub fn interruptible<T: Send + 'static>(
    py: Python<'_>,
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> PyResult<T> {
    let (done, mut result) = sync_channel(1);
    // After a Ctrl-C nobody waits for it any more.
    let work = move || drop(done.send(caught(work)));
    thread::Builder::new().stack_size(STACK_BYTES).spawn(work)?;
    loop {
        let received;
        (received, result) = py.detach(move || (result.recv_timeout(PATIENCE), result));
        match received {
            Ok(done) => return done.map_err(|problem| raised(py, &problem)),
            Err(RecvTimeoutError::Timeout) => py.check_signals()?,
            Err(RecvTimeoutError::Disconnected) => return Err(raised(py, &defect())),
        }
    }
}

fn caught<T>(work: impl FnOnce() -> Result<T, Problem>) -> Result<T, Problem> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err(defect()))
}

/// What a panic becomes.
fn defect() -> Problem {
    Problem::new(ProblemKind::Defect, "mispflow has a defect: please report what you called, and with what")
}
