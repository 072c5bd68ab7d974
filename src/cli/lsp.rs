//! `lsp`

use clap::Args;

use super::{Console, Failure, Status};

/// Serve an editor, which starts it.
///
/// It gives findings while you type, completion, and what else the Language Server Protocol has. The editor talks to it
/// over standard input and output.
#[derive(Args, Debug)]
#[command(after_help = "It speaks the Language Server Protocol over standard input and output.
It never changes a file.")]
pub(super) struct Lsp {
    /// What some editors add: it is the only way there is
    #[arg(long, hide = true)]
    stdio: bool,
}

impl Lsp {
    #[expect(clippy::unused_self, reason = "verbs are run alike")]
    #[cfg(feature = "lsp")]
    pub(super) fn run(self, _: &mut Console) -> Result<Status, Failure> {
        use crate::lsp::{Ended, serve_stdio};

        match serve_stdio() {
            Ok(Ended::Properly) => Ok(Status::Done),
            Ok(Ended::Lost) => Ok(Status::Rejected),
            Err(problem) => Err(Failure::Other(format!("the editor does not keep to the protocol: {problem}"))),
        }
    }

    #[cfg(not(feature = "lsp"))]
    #[expect(clippy::unused_self, reason = "verbs are run alike")]
    pub(super) fn run(self, _: &mut Console) -> Result<Status, Failure> {
        Err(Failure::Other("this mispflow was built without the feature `lsp`".to_owned()))
    }
}
