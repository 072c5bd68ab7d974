//! How often each code was found.

use std::collections::BTreeMap;

use super::{Code, Diagnostic, Severity};

/// So many findings with this code that are as bad as this.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct CodeCount {
    /// How many.
    pub count: usize,
    /// How bad.
    pub severity: Severity,
    /// The code.
    pub code: Code,
}

/// Counts findings, the most frequent first.
pub fn count_by_code(diagnostics: &[Diagnostic]) -> Vec<CodeCount> {
    let mut counts: BTreeMap<(Code, Severity), usize> = BTreeMap::new();
    for diagnostic in diagnostics {
        *counts.entry((diagnostic.code, diagnostic.severity)).or_default() += 1;
    }
    let mut counts: Vec<_> =
        counts.into_iter().map(|((code, severity), count)| CodeCount { count, severity, code }).collect();
    counts.sort_by_key(|counted| (std::cmp::Reverse(counted.count), counted.code.as_str()));
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_frequent_first() {
        let denied = Diagnostic { severity: Severity::Error, ..Diagnostic::new(Code::ManyPaths, "") };
        let of = |code| Diagnostic::new(code, "");
        let found = [of(Code::Cycle), of(Code::ManyPaths), of(Code::UnusedLabel), denied, of(Code::UnusedLabel)];
        let counts: Vec<_> = count_by_code(&found).iter().map(|c| (c.count, c.severity, c.code)).collect();
        assert_eq!(
            counts,
            [
                (2, Severity::Warning, Code::UnusedLabel),
                (1, Severity::Error, Code::Cycle),
                (1, Severity::Warning, Code::ManyPaths),
                (1, Severity::Error, Code::ManyPaths),
            ]
        );
    }
}
