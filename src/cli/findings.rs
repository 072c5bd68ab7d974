//! How findings are reported, and which.

use std::io;

use clap::{Args, ValueEnum};
use rustc_hash::FxHashSet;

use crate::base::source::Sources;
use crate::base::suggest::closest;
use crate::diagnostics::{
    Code, Diagnostic, Level, LevelOf, Levels, Severity, Summary, write_concise, write_github, write_json, write_junit,
    write_sarif, write_summary, write_terminal,
};

use super::named::Named;
use super::{Console, Failure, Status};

/// How results are written.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, ValueEnum)]
pub enum Format {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
}

/// How findings are written.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, ValueEnum)]
pub enum ReportFormat {
    /// For people
    #[default]
    Text,
    /// For programs
    Json,
    /// SARIF 2.1.0, for code hosting and editors
    Sarif,
    /// Annotations of GitHub Actions
    Github,
    /// A line each, as of a compiler
    Concise,
    /// For CI: the XML of `JUnit`
    Junit,
}

impl From<Format> for ReportFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Text => Self::Text,
            Format::Json => Self::Json,
        }
    }
}

/// The flags of the verbs that look for mistakes.
#[derive(Args, Clone, Default, Debug)]
pub struct Findings {
    /// Treat findings with this code as errors; `warnings` stands for all warnings
    #[arg(long, value_name = "CODE", value_parser = LEVELS, hide_possible_values = true)]
    deny: Vec<LevelOf>,
    /// Report findings with this code as warnings, also those that are reported only where one asks for them
    #[arg(long, value_name = "CODE", value_parser = LEVELS, hide_possible_values = true)]
    warn: Vec<LevelOf>,
    /// Do not report findings with this code; `warnings` stands for all warnings
    #[arg(long, value_name = "CODE", value_parser = LEVELS, hide_possible_values = true)]
    allow: Vec<LevelOf>,
}

impl Findings {
    /// The levels of the project with what the flags say on top. What a flag says of one code counts more than what
    /// another says of all warnings.
    ///
    /// # Errors
    /// An error cannot be less than that, nor can a code have several levels.
    pub fn levels(&self, project: &Levels) -> Result<Levels, Failure> {
        let mut levels = project.clone();
        let flags = [(&self.allow, Level::Allow), (&self.warn, Level::Warn), (&self.deny, Level::Deny)];
        let mut flags: Vec<_> =
            flags.into_iter().flat_map(|(of, level)| of.iter().map(move |&of| (of, level))).collect();
        flags.sort_by_key(|(of, _)| *of != LevelOf::Warnings);
        for (index, &(of, level)) in flags.iter().enumerate() {
            if let Some((_, other)) = flags[..index].iter().find(|(known, other)| *known == of && *other != level) {
                let flags = format!("`--{} {of}` and `--{} {of}`", other.as_str(), level.as_str());
                return Err(Failure::Other(format!("{flags} contradict each other: keep one of them")));
            }
            levels.set(of, level).map_err(|error| Failure::Other(error.to_string()))?;
        }
        Ok(levels)
    }

    /// Says of warnings that are errors what makes them so, once for each code.
    pub(super) fn say_what_denies(&self, project: &Levels, diagnostics: &mut [Diagnostic]) {
        let mut told = FxHashSet::default();
        for diagnostic in diagnostics {
            let code = diagnostic.code;
            let is_denied = diagnostic.is_error() && !diagnostic.level_from_text && code.severity() != Severity::Error;
            if !is_denied || !told.insert(code) {
                continue;
            }
            let by_flag = [LevelOf::Code(code), LevelOf::Warnings].into_iter().find(|of| self.deny.contains(of));
            let what = match by_flag {
                Some(of) => format!("`--deny {of}`"),
                None if project.level(code) == Some(Level::Deny) => format!("`{code} = \"deny\"` in the project file"),
                None => "`warnings = \"deny\"` in the project file".to_owned(),
            };
            diagnostic.notes.push(format!("{what} makes this an error"));
        }
    }
}

/// Reports findings: as text among the messages, for programs as the result.
///
/// # Errors
/// What the streams say.
pub fn report(
    console: &mut Console,
    sources: &Sources,
    diagnostics: &[Diagnostic],
    format: impl Into<ReportFormat>,
) -> io::Result<Status> {
    console.protect(sources);
    match format.into() {
        ReportFormat::Json => write_json(sources, diagnostics, console.results())?,
        ReportFormat::Sarif => write_sarif(sources, diagnostics, console.results())?,
        ReportFormat::Github => write_github(sources, diagnostics, console.results())?,
        ReportFormat::Concise => write_concise(sources, diagnostics, console.results())?,
        ReportFormat::Junit => write_junit(sources, diagnostics, console.results())?,
        ReportFormat::Text => {
            write_terminal(sources, diagnostics, console.messages())?;
            if !console.is_quiet() {
                write_summary(Summary::of(diagnostics), console.messages())?;
            }
        }
    }
    Ok(Status::of(diagnostics))
}

/// The codes, and all warnings.
const LEVELS: Named<LevelOf> = Named { read: level_of, names: || LevelOf::names().collect() };

/// The codes.
pub(super) const CODES: Named<Code> =
    Named { read: code, names: || Code::ALL.iter().map(|code| code.as_str()).collect() };

/// The code with this name, for flags and arguments.
fn code(name: &str) -> Result<Code, String> {
    Code::from_name(name).ok_or_else(|| no_such_code(name, Code::ALL.iter().map(|code| code.as_str())))
}

fn no_such_code(name: &str, names: impl Iterator<Item = &'static str>) -> String {
    match closest(name, names) {
        Some(code) => format!("there is no such code; did you mean `{code}`?"),
        None => "there is no such code; `mispflow explain` lists them all".to_owned(),
    }
}

/// The code with this name, or all warnings, for flags.
fn level_of(name: &str) -> Result<LevelOf, String> {
    LevelOf::from_name(name).ok_or_else(|| no_such_code(name, LevelOf::names()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(codes: &[Code]) -> Vec<LevelOf> {
        codes.iter().map(|&code| LevelOf::Code(code)).collect()
    }

    #[test]
    fn flags_win_over_the_project() {
        let mut project = Levels::default();
        project.set(LevelOf::Code(Code::ManyPaths), Level::Deny).unwrap();
        project.set(LevelOf::Code(Code::HiddenParameter), Level::Allow).unwrap();
        project.set(LevelOf::Code(Code::UnusedLabel), Level::Warn).unwrap();
        let flags = Findings {
            deny: of(&[Code::HiddenParameter]),
            allow: of(&[Code::ManyPaths]),
            warn: of(&[Code::NeedsTemplateService]),
        };
        let levels = flags.levels(&project).unwrap();
        assert_eq!(levels.level(Code::ManyPaths), Some(Level::Allow));
        assert_eq!(levels.level(Code::HiddenParameter), Some(Level::Deny));
        assert_eq!(levels.level(Code::NeedsTemplateService), Some(Level::Warn));
        let mut flags = Findings { deny: vec![LevelOf::Warnings], ..Findings::default() };
        let levels = flags.levels(&project).unwrap();
        assert_eq!(levels.level(Code::UnusedLabel), Some(Level::Deny));
        assert_eq!(levels.level(Code::HiddenParameter), Some(Level::Allow));
        flags.warn = of(&[Code::UnusedLabel]);
        assert_eq!(flags.levels(&project).unwrap().level(Code::UnusedLabel), Some(Level::Warn));
    }

    #[test]
    fn what_cannot_be() {
        let deny = of(&[Code::ManyPaths]);
        let both = Findings { allow: deny.clone(), deny, ..Findings::default() };
        let Err(Failure::Other(message)) = both.levels(&Levels::default()) else { panic!("taken") };
        assert_eq!(message, "`--allow many-paths` and `--deny many-paths` contradict each other: keep one of them");
        let error = Findings { allow: of(&[Code::Cycle]), ..Findings::default() };
        assert!(error.levels(&Levels::default()).is_err());
        assert_eq!(level_of("many-path"), Err("there is no such code; did you mean `many-paths`?".into()));
        assert_eq!(level_of("cycle"), Ok(LevelOf::Code(Code::Cycle)));
        assert_eq!(level_of("warnings"), Ok(LevelOf::Warnings));
        assert_eq!(level_of("warning"), Err("there is no such code; did you mean `warnings`?".into()));
    }
}
