//! How much was found, and the order in which it is told.

use std::fmt;

use super::{Diagnostic, Severity};

/// How many findings there are of each severity that counts.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug, serde::Serialize)]
pub struct Summary {
    /// Errors.
    pub errors: usize,
    /// Warnings.
    pub warnings: usize,
}

impl Summary {
    /// Counts.
    pub fn of(diagnostics: &[Diagnostic]) -> Self {
        let count = |severity| diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
        Self { errors: count(Severity::Error), warnings: count(Severity::Warning) }
    }

    /// Whether there is nothing to count.
    pub fn is_empty(self) -> bool {
        self == Self::default()
    }
}

/// `2 errors, 1 warning`; empty when there are none.
impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (count, noun) in [(self.errors, "error"), (self.warnings, "warning")] {
            if count > 0 {
                write!(f, "{separator}{count} {noun}{}", if count == 1 { "" } else { "s" })?;
                separator = ", ";
            }
        }
        Ok(())
    }
}

/// The findings by file (in the order the files were read) and place, those without a place first.
/// What is at the same place stays in the order in which it was found.
pub fn in_order(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut ordered: Vec<_> = diagnostics.iter().collect();
    ordered.sort_by_key(|diagnostic| diagnostic.primary.as_ref().map(|label| label.span));
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::{Sources, Span};
    use crate::diagnostics::Code;

    #[test]
    fn counted_in_words() {
        let say = |errors, warnings| Summary { errors, warnings }.to_string();
        assert_eq!(say(2, 1), "2 errors, 1 warning");
        assert_eq!(say(1, 0), "1 error");
        assert_eq!(say(0, 3), "3 warnings");
        assert_eq!(say(0, 0), "");
    }

    #[test]
    fn ordered_by_place() {
        let sources = Sources::new();
        let (one, two) = (sources.add("b", None, "0123"), sources.add("a", None, "0123"));
        let at = |file, start, message: &str| Diagnostic::at(Code::Cycle, Span::new(file, start, 4), message);
        let findings =
            [at(two, 0, "4"), at(one, 2, "2"), at(one, 1, "1"), at(one, 2, "3"), Diagnostic::new(Code::Cycle, "0")];
        let messages: Vec<_> = in_order(&findings).iter().map(|finding| finding.message.as_str()).collect();
        assert_eq!(messages, ["0", "1", "2", "3", "4"]);
    }
}
