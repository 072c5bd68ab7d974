//! `completions SHELL`

use clap::Args;
use clap_complete::{Shell, generate};

use super::{Console, Failure, Status, command};

/// Print the completions for a shell.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  mispflow completions bash > ~/.local/share/bash-completion/completions/mispflow
  mispflow completions zsh > ~/.zfunc/_mispflow
  mispflow completions fish > ~/.config/fish/completions/mispflow.fish")]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    shell: Shell,
}

impl Completions {
    pub(super) fn run(self, console: &mut Console) -> Result<Status, Failure> {
        // Into memory first: the generator panics where a stream would only be closed.
        let mut script = Vec::new();
        generate(self.shell, &mut command(), "mispflow", &mut script);
        console.results().write_all(&script)?;
        Ok(Status::Done)
    }
}
