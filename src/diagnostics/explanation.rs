//! The long form of a code, from `explanations/CODE.md`: the one source of `explain`, of
//! `docs/checks.md` and of the help in SARIF.

use super::Code;

/// How the paragraph about a fix begins that `--fix` makes.
pub const SAFE_FIX: &str = "`--fix` makes it";

/// What a code is about, why it matters, and how it looks before and after.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Explanation {
    /// What was found, in paragraphs.
    pub what: &'static str,
    /// Why it matters, in MISP's terms, in paragraphs.
    pub why: &'static str,
    /// Whether an edit comes with it, and what that edit may change, in paragraphs: the edit is safe if this begins with
    /// [`SAFE_FIX`], else it is a suggestion. Empty if none does.
    pub fix: &'static str,
    /// Files that bring the finding about.
    pub before: Vec<Snippet>,
    /// The same without it.
    pub after: Vec<Snippet>,
}

/// A file in an explanation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Snippet {
    /// What it is: `mwf`, `json`, `toml` or `text`.
    pub kind: &'static str,
    /// Its name, where that matters.
    pub file: Option<&'static str>,
    /// Its content, ending in a line break.
    pub content: &'static str,
}

impl Snippet {
    /// The name to show above it, where it says more than the content.
    pub fn name(&self) -> Option<&'static str> {
        self.file.or((self.kind == "toml").then_some("mispflow.toml"))
    }
}

impl Code {
    /// The long form of this code.
    pub fn explanation(self) -> Explanation {
        let text = self.explanation_text();
        let (what, text) = text.split_once("\n## Why\n").unwrap_or((text, ""));
        let (why, text) = text.split_once("\n## Before\n").unwrap_or((text, ""));
        let (why, fix) = why.split_once("\n## Fix\n").unwrap_or((why, ""));
        let (before, after) = text.split_once("\n## After\n").unwrap_or((text, ""));
        Explanation {
            what: what.trim(),
            why: why.trim(),
            fix: fix.trim(),
            before: snippets(before),
            after: snippets(after),
        }
    }
}

/// The blocks between fences.
fn snippets(mut text: &'static str) -> Vec<Snippet> {
    let mut snippets = Vec::new();
    while let Some((_, rest)) = text.split_once("```") {
        let Some((head, rest)) = rest.split_once('\n') else { break };
        let Some((content, rest)) = rest.split_once("```") else { break };
        let (kind, option) = head.split_once(',').unwrap_or((head, ""));
        snippets.push(Snippet { kind, file: option.strip_prefix("file="), content });
        text = rest;
    }
    snippets
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_explanation_has_all_its_parts() {
        for &code in Code::ALL {
            let Explanation { what, why, fix, before, after } = code.explanation();
            assert!(what.ends_with('.') && !what.contains("\n#"), "{code}: {what}");
            assert!(why.ends_with('.') && !why.contains("\n#"), "{code}: {why}");
            assert!(fix.is_empty() || fix.ends_with('.') && !fix.contains("\n#"), "{code}: {fix}");
            assert!(!before.is_empty() && !after.is_empty(), "{code}");
            for snippet in before.iter().chain(&after) {
                assert!(["mwf", "json", "toml", "text"].contains(&snippet.kind), "{code}: {}", snippet.kind);
                assert!(snippet.content.ends_with('\n'), "{code}");
            }
        }
    }
}
