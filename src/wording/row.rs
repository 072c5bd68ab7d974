//! About what a workflow says of itself.

use crate::diagnostics::{Audience, Code, Diagnostic};
use crate::model::MAX_CHARACTERS;

/// A name or description that MISP does not store; `None` if it does.
pub fn text_too_long(text: &str) -> Option<Diagnostic> {
    let length = text.chars().count();
    (length > MAX_CHARACTERS).then(|| {
        Diagnostic::new(Code::TextTooLong, format!("this has {length} characters, and MISP stores {MAX_CHARACTERS}"))
            .note("with one more MISP's save dies with an internal error")
            .help("shorten it")
    })
}

/// A name that is empty; `None` if it is not.
pub fn empty_name(name: &str) -> Option<Diagnostic> {
    name.trim().is_empty().then(|| {
        Diagnostic::new(Code::EmptyName, "the name is empty")
            .note("MISP saves it, but nobody can identify it in MISP's list")
            .help("describe in a few words what it does")
    })
}

/// A workflow that is `stored` for one trigger and whose graph starts with another, the `drawn` one.
pub fn other_trigger(stored: &str, drawn: &str) -> Diagnostic {
    Diagnostic::new(
        Code::OtherTrigger,
        format!("the workflow is stored for the trigger `{stored}`, and its graph starts with `{drawn}`"),
    )
    .note(
        "MISP runs the workflow when the trigger fires for which it is stored, finds no such node in the graph, and the run fails; \
         under a trigger that blocks this cancels the action",
    )
    .help(format!("put the trigger `{stored}` at the start of the graph, or move the graph to the workflow of `{drawn}`"))
}

/// A uuid that is none.
pub fn invalid_uuid(audience: Audience) -> Diagnostic {
    const LIKE: &str = "a uuid is written like `\"5c4fd06e-cd1a-4b0a-8b55-2f8bb5a7e3a1\"`";
    let without = audience.choose("; without the field it is made from the id", "");
    Diagnostic::new(Code::InvalidUuid, "this is not a uuid").help(format!("{LIKE}{without}"))
}
