//! What is in built JSON for a value that is filled in later.

/// The placeholder of a variable.
pub(super) fn placeholder(name: &str) -> String {
    format!("${{{name}}}")
}
