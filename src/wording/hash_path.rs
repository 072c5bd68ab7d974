//! About hash paths.

use crate::diagnostics::{Code, Diagnostic};
use crate::hashpath::PathError;
use crate::schema::PathFinding;

/// A path that is malformed.
pub fn invalid_path(error: &PathError) -> Diagnostic {
    Diagnostic::new(Code::InvalidHashPath, error.message.clone())
        .note("MISP does not complain about such a path: it finds nothing and continues")
        .help(error.help)
}

/// A path, or a question about it, that the data has no answer for.
pub fn path_finding(finding: &PathFinding) -> Diagnostic {
    Diagnostic::new(finding.code, finding.message.clone()).note(finding.note.clone()).maybe_help(finding.help.clone())
}

/// A filter over single values. `holder` is the path of what holds them.
pub fn single_values_selected(holder: &str) -> Diagnostic {
    Diagnostic::new(Code::NotAnObject, "a filter looks into the selected items, and these are single values")
        .note("a run in MISP ends with an internal error when it looks into a single value")
        .help(format!("select what holds them: `{}`", holder.trim_end_matches('.')))
}

/// A comparison inside items whose path is a value and whose value is a field.
pub fn field_and_value_swapped(field: &str, value: &str) -> Diagnostic {
    Diagnostic::new(
        Code::UnknownKey,
        format!("`{field}` is a field and `{value}` one of its values: they are the wrong way round"),
    )
    .note("the hash path says where to look in each item, and the value what must be there")
}
