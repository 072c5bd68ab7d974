//! How a command ends.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use crate::base::source::Sources;
use crate::diagnostics::{Code, Diagnostic, printable, write_terminal};
use crate::project::{Refusal, WriteError};

use super::{Console, interrupt};

/// The end of a command that could run.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Status {
    /// Done: exit code 0.
    Done,
    /// The input has errors, or what was asked for is not so: exit code 1.
    Rejected,
    /// The command could not do all it should, such as read a file that was named: exit code 2.
    Failed,
    /// Somebody pressed Ctrl-C: exit code 130.
    Interrupted,
}

impl Status {
    /// What findings make of a command.
    pub fn of(diagnostics: &[Diagnostic]) -> Self {
        let status = |diagnostic: &Diagnostic| match diagnostic.code {
            // With a place it is a mistake in the text that names the file.
            Code::UnreadableFile if diagnostic.primary.is_none() => Self::Failed,
            Code::UnwritableFile => Self::Failed,
            _ => Self::Rejected,
        };
        diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).map(status).max().unwrap_or(Self::Done)
    }
}

impl Status {
    /// The exit code.
    pub fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Rejected => 1,
            Self::Failed => 2,
            Self::Interrupted => interrupt::EXIT_CODE,
        }
    }
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        Self::from(status.code())
    }
}

/// Why a command could not run.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The results or messages cannot be written.
    #[error("the output cannot be written: {0}")]
    Output(#[from] io::Error),
    /// Anything else, in words for the user, perhaps with a second line that says what to do.
    #[error("{0}")]
    Other(String),
    /// Something that the command must not do, or that the system does not let it do.
    #[error("{}", .0.message)]
    Refused(Box<Diagnostic>),
}

impl Failure {
    /// A file that cannot be written.
    pub fn unwritable(path: &Path, error: &io::Error) -> Self {
        if let Some(refusal) = Refusal::of(error) {
            return Self::Refused(Box::new(refusal.unwritable(&path.display().to_string())));
        }
        let reason = match error.kind() {
            io::ErrorKind::NotADirectory => "something on the way to it is a file, not a folder".to_owned(),
            io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
            io::ErrorKind::PermissionDenied => "you may not write there (permission denied)".to_owned(),
            io::ErrorKind::StorageFull => "the disk is full".to_owned(),
            io::ErrorKind::QuotaExceeded => "your share of the disk is full".to_owned(),
            io::ErrorKind::FileTooLarge => "it would be larger than the size limit".to_owned(),
            io::ErrorKind::ReadOnlyFilesystem => "nothing can be written on this disk".to_owned(),
            _ => error.to_string(),
        };
        let message = format!("`{}` cannot be written: {reason}", path.display());
        Self::Refused(Box::new(
            Diagnostic::new(Code::UnwritableFile, message)
                .note("files are written whole or not at all: it is as it was"),
        ))
    }

    /// Takes a refusal for a finding, so that other files need not wait for it.
    ///
    /// # Errors
    /// Any other failure, as it is.
    pub(super) fn or_finding(self, diagnostics: &mut Vec<Diagnostic>) -> Result<(), Self> {
        match self {
            Self::Refused(diagnostic) => diagnostics.push(*diagnostic),
            other => return Err(other),
        }
        Ok(())
    }

    /// Says what happened and gives the exit code. A reader that closed the pipe has seen enough:
    /// that is not a failure.
    pub(super) fn report(&self, console: &mut Console) -> Status {
        if let Self::Output(error) = self
            && error.kind() == io::ErrorKind::BrokenPipe
        {
            return Status::Done;
        }
        if let Self::Refused(diagnostic) = self {
            let _ = write_terminal(&Sources::new(), std::slice::from_ref(diagnostic), console.messages());
            let _ = console.flush();
            return Status::of(std::slice::from_ref(diagnostic));
        }
        let message = self.to_string();
        let _ = console.error_word().and_then(|()| writeln!(console.messages(), "{}", printable(&message)));
        let _ = console.flush();
        Status::Failed
    }
}

impl From<WriteError> for Failure {
    fn from(failed: WriteError) -> Self {
        Self::unwritable(&failed.path, &failed.error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::Span;

    #[test]
    fn the_worst_finding_decides() {
        let warning = Diagnostic::new(Code::ManyPaths, "");
        let error = Diagnostic::new(Code::Cycle, "");
        let unreadable = Diagnostic::new(Code::UnreadableFile, "");
        assert_eq!(Status::of(&[]), Status::Done);
        assert_eq!(Status::of(std::slice::from_ref(&warning)), Status::Done);
        assert_eq!(Status::of(&[warning, error.clone()]), Status::Rejected);
        assert_eq!(Status::of(&[unreadable, error]), Status::Failed);

        let sources = Sources::new();
        let span = Span::new(sources.add("a", None, "x"), 0, 1);
        assert_eq!(Status::of(&[Diagnostic::at(Code::UnreadableFile, span, "")]), Status::Rejected);
    }
}
