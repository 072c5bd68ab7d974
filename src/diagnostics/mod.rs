//! Findings about the input: codes, places, help and fixes, and how they are shown.

mod code;
mod diagnostic;

pub use code::Code;
pub use diagnostic::{Diagnostic, Edit, Fix, Label, Severity};
