//! The part of the Python package that is Rust: thin, and with JSON as its currency. What people call is written in Python,
//! in `python/mispflow/`.

mod archive;
mod errors;
mod functions;
mod project;
mod replay;
mod workflow;

use pyo3::prelude::*;

/// What `mispflow` is made of. Not for use from outside of the package.
#[pymodule]
mod _mispflow {
    #[pymodule_export]
    use crate::archive::{Archive, ArchivedEvent};
    #[pymodule_export]
    use crate::functions::{diff, evaluate, format, import_, main, targets};
    #[pymodule_export]
    use crate::project::{Project, TestSuite};
    #[pymodule_export]
    use crate::replay::{OneByOne, Replay};
    #[pymodule_export]
    use crate::workflow::Workflow;
}
