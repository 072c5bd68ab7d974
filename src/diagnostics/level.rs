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

/// The name that stands for all findings that are warnings, where a code may be.
pub const ALL_WARNINGS: &str = "warnings";

/// What a level is set for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LevelOf {
    /// Findings with a code.
    Code(Code),
    /// All findings that are warnings and have no level of their own.
    Warnings,
}

impl LevelOf {
    /// What this name stands for: a code, or [`ALL_WARNINGS`].
    pub fn from_name(name: &str) -> Option<Self> {
        if name == ALL_WARNINGS { Some(Self::Warnings) } else { Code::from_name(name).map(Self::Code) }
    }

    /// All names, codes first.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Code::ALL.iter().map(|code| code.as_str()).chain([ALL_WARNINGS])
    }
}

impl std::fmt::Display for LevelOf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Code(code) => code.fmt(f),
            Self::Warnings => f.write_str(ALL_WARNINGS),
        }
    }
}

/// Levels that differ from the defaults.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct Levels {
    codes: BTreeMap<Code, Level>,
    warnings: Option<Level>,
}

/// An error that was to be turned down.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("`{0}` is always an error: nothing can be built until it is gone")]
pub struct AlwaysAnError(pub Code);

impl Levels {
    /// Sets a level, whatever it was. A level for all warnings holds also for codes that are set to be warnings by now.
    ///
    /// # Errors
    /// The code stands for an error, which cannot be less than that.
    pub fn set(&mut self, of: LevelOf, level: Level) -> Result<(), AlwaysAnError> {
        match of {
            LevelOf::Code(code) if code.severity() == Severity::Error && level != Level::Deny => {
                return Err(AlwaysAnError(code));
            }
            LevelOf::Code(code) => {
                self.codes.insert(code, level);
            }
            LevelOf::Warnings => {
                // What is optional was asked for, and is a warning like the others.
                for (_, known) in self.codes.iter_mut().filter(|(_, known)| **known == Level::Warn) {
                    *known = level;
                }
                self.warnings = Some(level);
            }
        }
        Ok(())
    }

    /// The level that was set for `code` itself.
    pub fn level(&self, code: Code) -> Option<Level> {
        self.codes.get(&code).copied()
    }

    /// Gives every finding its level and removes those that nobody wants to hear of: what is allowed, and what is
    /// [optional](Diagnostic::is_optional) and was not asked for. Errors stay, and so does what has its
    /// [level from the text](Diagnostic::level_from_text).
    pub fn apply(&self, diagnostics: &mut Vec<Diagnostic>) {
        diagnostics.retain_mut(|diagnostic| {
            if diagnostic.is_error() || diagnostic.level_from_text {
                return true;
            }
            let level = self.level(diagnostic.code);
            if level.is_none() && diagnostic.is_optional {
                return false;
            }
            let is_warning = diagnostic.severity == Severity::Warning;
            level.or(self.warnings.filter(|_| is_warning)).is_none_or(|level| diagnostic.apply_level(level))
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finding(code: Code) -> Diagnostic {
        let finding = Diagnostic::new(code, "");
        if code == Code::NeedsTemplateService { finding.on_request() } else { finding }
    }

    #[test]
    fn findings_get_their_level() {
        let mut levels = Levels::default();
        levels.set(LevelOf::Code(Code::ManyPaths), Level::Deny).unwrap();
        levels.set(LevelOf::Code(Code::HiddenParameter), Level::Allow).unwrap();
        levels.set(LevelOf::Code(Code::MispJsonOddity), Level::Warn).unwrap();
        let codes = [
            Code::ManyPaths,
            Code::HiddenParameter,
            Code::MispJsonOddity,
            Code::DetachedNodes,
            Code::NeedsTemplateService,
        ];
        let mut findings: Vec<_> = codes.map(finding).into();
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
        levels.set(LevelOf::Code(Code::NeedsTemplateService), Level::Warn).unwrap();
        let mut findings = vec![finding(Code::NeedsTemplateService), finding(Code::Cycle)];
        levels.apply(&mut findings);
        assert_eq!(
            findings.iter().map(|finding| finding.severity).collect::<Vec<_>>(),
            [Severity::Warning, Severity::Error]
        );
    }

    #[test]
    fn an_error_stays_an_error() {
        let mut levels = Levels::default();
        assert_eq!(levels.set(LevelOf::Code(Code::Cycle), Level::Allow), Err(AlwaysAnError(Code::Cycle)));
        assert_eq!(levels.set(LevelOf::Code(Code::Cycle), Level::Deny), Ok(()));
    }

    /// A warning of its own, one that is a note by default, and an error.
    fn levelled(levels: &Levels) -> Vec<(Code, Severity)> {
        let codes =
            [Code::ManyPaths, Code::DetachedNodes, Code::MispJsonOddity, Code::NeedsTemplateService, Code::Cycle];
        let mut findings: Vec<_> = codes.map(finding).into();
        levels.apply(&mut findings);
        findings.iter().map(|finding| (finding.code, finding.severity)).collect()
    }

    #[test]
    fn all_warnings_at_once() {
        let (note, warning, error) = (Severity::Note, Severity::Warning, Severity::Error);
        let mut levels = Levels::default();
        levels.set(LevelOf::Warnings, Level::Deny).unwrap();
        levels.set(LevelOf::Code(Code::DetachedNodes), Level::Warn).unwrap();
        let left = levelled(&levels);
        assert_eq!(
            left,
            [
                (Code::ManyPaths, error),
                (Code::DetachedNodes, warning),
                (Code::MispJsonOddity, note),
                (Code::Cycle, error)
            ]
        );
        // Said later, and so of everything that is a warning by then.
        levels.set(LevelOf::Code(Code::NeedsTemplateService), Level::Warn).unwrap();
        levels.set(LevelOf::Code(Code::ManyPaths), Level::Allow).unwrap();
        levels.set(LevelOf::Warnings, Level::Deny).unwrap();
        let left = levelled(&levels);
        assert_eq!(
            left,
            [
                (Code::DetachedNodes, error),
                (Code::MispJsonOddity, note),
                (Code::NeedsTemplateService, error),
                (Code::Cycle, error)
            ]
        );
        let mut levels = Levels::default();
        levels.set(LevelOf::Warnings, Level::Allow).unwrap();
        assert_eq!(levelled(&levels), [(Code::MispJsonOddity, note), (Code::Cycle, error)]);
    }

    #[test]
    fn the_text_has_the_last_word() {
        let mut levels = Levels::default();
        levels.set(LevelOf::Warnings, Level::Deny).unwrap();
        let finding = Diagnostic { level_from_text: true, ..Diagnostic::new(Code::ManyPaths, "") };
        let mut findings = vec![finding.clone()];
        levels.apply(&mut findings);
        assert_eq!(findings, [finding]);
    }

    #[test]
    fn names() {
        assert_eq!(LevelOf::from_name("many-paths"), Some(LevelOf::Code(Code::ManyPaths)));
        assert_eq!(LevelOf::from_name("warnings"), Some(LevelOf::Warnings));
        assert_eq!(LevelOf::from_name("warning"), None);
        assert_eq!(Code::from_name(ALL_WARNINGS), None);
    }
}
