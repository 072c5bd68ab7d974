//! About bare words that mean nothing.

use crate::base::source::Span;
use crate::diagnostics::Diagnostic;

/// Says what may have been meant: a name that is much like it, else a string.
pub fn meant_by_word(diagnostic: Diagnostic, span: Span, word: &str, close: Option<&str>) -> Diagnostic {
    let quoted = format!("\"{word}\"");
    let help = format!("a string needs quotes: `{quoted}`");
    match close {
        Some(name) => diagnostic.help(format!("did you mean `{name}`?")).help(help).unsafe_fix(span, name),
        None => diagnostic.help(help).unsafe_fix(span, quoted),
    }
}
