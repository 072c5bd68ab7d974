//! Stages that stop where something is wrong.

use super::Diagnostic;

/// A stage found an error, which has been reported. What comes after it would only repeat it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Failed;

/// Runs a stage, and gives what it made.
///
/// # Errors
/// If it found an error. All that it found is in `diagnostics` either way.
pub fn stage<T>(diagnostics: &mut Vec<Diagnostic>, run: impl FnOnce(&mut Vec<Diagnostic>) -> T) -> Result<T, Failed> {
    let before = diagnostics.len();
    let made = run(diagnostics);
    if diagnostics[before..].iter().any(Diagnostic::is_error) { Err(Failed) } else { Ok(made) }
}
