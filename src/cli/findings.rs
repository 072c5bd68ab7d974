//! How findings are reported, and which.

use std::io;

use clap::{Args, ValueEnum};

use crate::diagnostics::{
    Code, Diagnostic, Level, Levels, Summary, write_github, write_json, write_sarif, write_summary, write_terminal,
};
use crate::source::Sources;
use crate::suggest::closest;

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
    /// Treat findings with this code as errors
    #[arg(long, value_name = "CODE", value_parser = code)]
    deny: Vec<Code>,
    /// Do not report findings with this code
    #[arg(long, value_name = "CODE", value_parser = code)]
    allow: Vec<Code>,
}

impl Findings {
    /// The levels of the project with what the flags say on top.
    ///
    /// # Errors
    /// An error cannot be allowed, nor can a code be denied and allowed.
    pub fn levels(&self, project: &Levels) -> Result<Levels, Failure> {
        let mut levels = project.clone();
        if let Some(code) = self.allow.iter().find(|code| self.deny.contains(code)) {
            return Err(Failure::Other(format!("`{code}` is both allowed and denied: keep one of the flags")));
        }
        let flags = [(&self.allow, Level::Allow), (&self.deny, Level::Deny)];
        for (&code, level) in flags.into_iter().flat_map(|(codes, level)| codes.iter().map(move |code| (code, level))) {
            levels.set(code, level).map_err(|error| Failure::Other(error.to_string()))?;
        }
        Ok(levels)
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
    match format.into() {
        ReportFormat::Json => write_json(sources, diagnostics, console.results())?,
        ReportFormat::Sarif => write_sarif(sources, diagnostics, console.results())?,
        ReportFormat::Github => write_github(sources, diagnostics, console.results())?,
        ReportFormat::Text => {
            write_terminal(sources, diagnostics, console.messages())?;
            if !console.is_quiet() {
                write_summary(Summary::of(diagnostics), console.messages())?;
            }
        }
    }
    Ok(Status::of(diagnostics))
}

/// The code with this name, for flags and arguments.
pub(super) fn code(name: &str) -> Result<Code, String> {
    Code::from_name(name).ok_or_else(|| match closest(name, Code::ALL.iter().map(|code| code.as_str())) {
        Some(code) => format!("there is no such code; did you mean `{code}`?"),
        None => "there is no such code; `mispflow explain` lists them all".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_win_over_the_project() {
        let mut project = Levels::default();
        project.set(Code::ManyPaths, Level::Deny).unwrap();
        project.set(Code::HiddenParameter, Level::Allow).unwrap();
        let flags = Findings { deny: vec![Code::HiddenParameter], allow: vec![Code::ManyPaths] };
        let levels = flags.levels(&project).unwrap();
        assert_eq!(levels.level(Code::ManyPaths), Some(Level::Allow));
        assert_eq!(levels.level(Code::HiddenParameter), Some(Level::Deny));
    }

    #[test]
    fn what_cannot_be() {
        let both = Findings { deny: vec![Code::ManyPaths], allow: vec![Code::ManyPaths] };
        assert!(both.levels(&Levels::default()).is_err());
        let error = Findings { deny: Vec::new(), allow: vec![Code::Cycle] };
        assert!(error.levels(&Levels::default()).is_err());
        assert_eq!(code("many-path"), Err("there is no such code; did you mean `many-paths`?".into()));
        assert_eq!(code("cycle"), Ok(Code::Cycle));
    }
}
