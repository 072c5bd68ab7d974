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

/// The generator for fish leaves out what is after a verb without a flag.
fn values_for_fish(command: &clap::Command) -> String {
    let mut script = String::new();
    for verb in command.get_subcommands() {
        for argument in verb.get_positionals() {
            let values = argument.get_value_parser().possible_values().into_iter().flatten();
            let values: Vec<String> = values.map(|value| value.get_name().to_owned()).collect();
            if !values.is_empty() {
                let (verb, values) = (verb.get_name(), values.join(" "));
                script += &format!(
                    "complete -c mispflow -n \"__fish_mispflow_using_subcommand {verb}\" -f -a \"{values}\"\n"
                );
            }
        }
    }
    script
}

impl Completions {
    pub(super) fn run(self, console: &mut Console) -> Result<Status, Failure> {
        // Into memory first: the generator panics where a stream would only be closed.
        let mut script = Vec::new();
        let mut command = command();
        generate(self.shell, &mut command, "mispflow", &mut script);
        if self.shell == Shell::Fish {
            script.extend(values_for_fish(&command).into_bytes());
        }
        console.results().write_all(&script)?;
        Ok(Status::Done)
    }
}
