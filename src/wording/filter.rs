//! About filters and comparisons.

use crate::catalogue::Signature;
use crate::diagnostics::{Audience, Code, Diagnostic};

/// A module filter on a module that knows none.
pub fn filter_not_supported(signature: &Signature, audience: Audience) -> Diagnostic {
    Diagnostic::new(Code::FilterNotSupported, format!("`{}` takes no module filter", signature.id))
        .note("the module ignores the filter and acts on everything")
        .help(audience.choose(
            "put the step into a filter: `filter SELECTOR where … { … }`",
            "empty the filter of the node, and put a node `generic-filter-data` before it",
        ))
}

/// A comparison that module filters do not know.
pub fn unsupported_in_module_filter(audience: Audience) -> Diagnostic {
    Diagnostic::new(Code::UnsupportedCondition, "a module filter cannot ask this")
        .note(audience.choose(
            "module filters compare with one value: `\"v\" in PATH`, `\"v\" not in PATH`, `PATH == \"v\"`, `PATH != \"v\"`",
            "module filters know four comparisons: `in`, `not_in`, `equals` and `not_equals`",
        ))
        .help(audience.choose(
            "ask one of these, or put the step into a filter: `filter SELECTOR where … { … }`",
            "choose one of them, or put a node `generic-filter-data` before the node",
        ))
}

/// A module filter with an operator that MISP does not have.
pub fn unknown_filter_operator(operator: &str) -> Diagnostic {
    Diagnostic::new(Code::UnknownOption, format!("`operator` does not offer `{operator}`"))
        .note("a filter whose operator MISP does not know keeps nothing")
        .help("the options are `in`, `not_in`, `equals`, `not_equals`")
}

/// A count that is compared with something other than a number.
pub fn not_a_count(given: &str, audience: Audience) -> Diagnostic {
    Diagnostic::new(Code::WrongType, format!("a count is compared with a number, not with {given}"))
        .help(audience.choose("write for example `count(…) > 50`", "give a number, for example `50`"))
}

/// No value at all to look for.
pub fn empty_list(audience: Audience) -> Diagnostic {
    Diagnostic::new(Code::MissingParameter, "this list is empty")
        .note("no value is in an empty list, so the answer would always be no")
        .help(audience.choose("name at least one value", "add at least one value"))
}

/// IF :: Tag without tags.
pub fn no_tag() -> Diagnostic {
    Diagnostic::new(Code::MissingParameter, "no tag is named here")
        .note("without tags MISP's IF :: Tag compares with nothing")
        .help("name at least one tag")
}
