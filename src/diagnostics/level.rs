//! Which findings a project wants to hear of, and how loudly.

use std::collections::BTreeMap;

use super::{Code, Diagnostic, Severity};

/// What becomes of a finding.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Level {
    /// It is not reported.
    Allow,
    /// It is a warning.
    Warn,
    /// It is an error.
    Deny,
}

impl Level {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Allow, Self::Warn, Self::Deny];

    /// As users write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Warn => "warn",
            Self::Deny => "deny",
        }
    }

    /// The level with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.as_str() == name)
    }
}

/// Levels that differ from the defaults, by code.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Levels(BTreeMap<Code, Level>);

/// An error that was to be turned down.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{0}` is always an error: nothing can be built while it stands")]
pub struct AlwaysAnError(pub Code);

impl Levels {
    /// Sets the level of `code`, whatever it was.
    ///
    /// # Errors
    /// The code stands for an error, which cannot be less than that.
    pub fn set(&mut self, code: Code, level: Level) -> Result<(), AlwaysAnError> {
        if code.severity() == Severity::Error && level != Level::Deny {
            return Err(AlwaysAnError(code));
        }
        self.0.insert(code, level);
        Ok(())
    }

    /// The level that was set for `code`.
    pub fn level(&self, code: Code) -> Option<Level> {
        self.0.get(&code).copied()
    }

    /// Gives every finding its level and removes those that nobody wants to hear of: what is allowed, and what is
    /// [optional](Code::is_optional) and was not asked for. Errors stay.
    pub fn apply(&self, diagnostics: &mut Vec<Diagnostic>) {
        diagnostics.retain_mut(|diagnostic| {
            if diagnostic.is_error() {
                return true;
            }
            match self.level(diagnostic.code) {
                Some(Level::Allow) => return false,
                Some(Level::Warn) => diagnostic.severity = Severity::Warning,
                Some(Level::Deny) => diagnostic.severity = Severity::Error,
                None if diagnostic.code.is_optional() => return false,
                None => {}
            }
            true
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_get_their_level() {
        let mut levels = Levels::default();
        levels.set(Code::ManyPaths, Level::Deny).unwrap();
        levels.set(Code::HiddenParameter, Level::Allow).unwrap();
        levels.set(Code::MispJsonOddity, Level::Warn).unwrap();
        let codes = [
            Code::ManyPaths,
            Code::HiddenParameter,
            Code::MispJsonOddity,
            Code::DetachedNodes,
            Code::NeedsTemplateService,
        ];
        let mut findings: Vec<_> = codes.map(|code| Diagnostic::new(code, "")).into();
        levels.apply(&mut findings);
        let left: Vec<_> = findings.iter().map(|finding| (finding.code, finding.severity)).collect();
        assert_eq!(
            left,
            [
                (Code::ManyPaths, Severity::Error),
                (Code::MispJsonOddity, Severity::Warning),
                (Code::DetachedNodes, Severity::Warning),
            ]
        );
    }

    #[test]
    fn optional_findings_are_asked_for() {
        let mut levels = Levels::default();
        levels.set(Code::NeedsTemplateService, Level::Warn).unwrap();
        let mut findings = vec![Diagnostic::new(Code::NeedsTemplateService, ""), Diagnostic::new(Code::Cycle, "")];
        levels.apply(&mut findings);
        assert_eq!(
            findings.iter().map(|finding| finding.severity).collect::<Vec<_>>(),
            [Severity::Warning, Severity::Error]
        );
    }

    #[test]
    fn an_error_stays_an_error() {
        let mut levels = Levels::default();
        assert_eq!(levels.set(Code::Cycle, Level::Allow), Err(AlwaysAnError(Code::Cycle)));
        assert_eq!(levels.set(Code::Cycle, Level::Deny), Ok(()));
    }
}
