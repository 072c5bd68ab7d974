//! The command line: a verb, paths, few flags. One file a verb, and nothing in them that a user of
//! the library would miss. Results go to standard output, messages to standard error.
//!
//! A new verb is a file here and a row in the list at the end of this one.

mod allow_read;
mod build;
mod check;
mod completions;
mod console;
mod diff;
mod emptied;
mod explain;
mod findings;
mod fmt;
mod import;
mod init;
mod inputs;
mod live;
mod masked;
mod modules;
mod panic;
mod path;
mod progress;
mod run;
mod run_output;
mod shown;
mod status;
mod target_parser;
mod test;
mod unified_diff;
mod write_files;

use std::borrow::Cow;
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand};

use crate::diagnostics::printable;

pub use allow_read::AllowRead;
pub use console::{Color, Console};
pub use findings::{Findings, Format, ReportFormat, report};
pub use inputs::{Inputs, Loaded, Target};
pub use status::{Failure, Status};

/// Workflows for MISP as text: write, check, review and compile them to the JSON of MISP's workflow editor
#[derive(Parser, Debug)]
#[command(name = "mispflow", version, propagate_version = true, arg_required_else_help = true, max_term_width = 100)]
pub struct Arguments {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    verb: Verb,
}

/// What every verb understands.
#[derive(Args, Debug)]
pub struct Global {
    /// When to use colours
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Color::Auto, global = true)]
    color: Color,
    /// Print results and findings, nothing else
    #[arg(short, long, global = true)]
    quiet: bool,
}

/// The definition of the command line, from which help and completions are made.
pub fn command() -> clap::Command {
    Arguments::command()
}

/// Runs the command line of this process. The exit code is 0 when all is done, 1 when the input has
/// errors, and 2 when the command itself could not run.
pub fn main() -> ExitCode {
    panic::install();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(answer) => {
            // Help and version are answers too. Whoever closed the pipe wants no more of it.
            let plain = answer.render().to_string();
            let _ = match printable(&plain) {
                // It repeats what was typed, or the name of a file.
                Cow::Owned(shown) => eprint(&shown),
                Cow::Borrowed(_) => answer.print(),
            };
            return if answer.use_stderr() { Status::Failed } else { Status::Done }.into();
        }
    };
    let mut console = Console::new(arguments.global.color, arguments.global.quiet);
    let done = arguments.verb.run(&mut console).and_then(|status| {
        console.flush()?;
        Ok(status)
    });
    done.unwrap_or_else(|failure| failure.report(&mut console)).into()
}

/// Writes to standard error.
fn eprint(text: &str) -> io::Result<()> {
    io::stderr().write_all(text.as_bytes())
}

macro_rules! verbs {
    ($( $(#[doc = $doc:literal])+ $verb:ident($arguments:ty), )+) => {
        /// The verbs.
        #[derive(Subcommand, Debug)]
        enum Verb {
            $( $(#[doc = $doc])+ $verb($arguments), )+
        }

        impl Verb {
            fn run(self, console: &mut Console) -> Result<Status, Failure> {
                match self {
                    $( Self::$verb(arguments) => arguments.run(console), )+
                }
            }
        }
    };
}

verbs! {
    /// Make a starter project: settings, a workflow with a test, an event
    Init(init::Init),
    /// Look for mistakes
    Check(check::Check),
    /// Compile to the JSON of MISP's workflow editor
    Build(build::Build),
    /// Turn MISP's JSON into text
    Import(import::Import),
    /// Rewrite files in their canonical form
    Fmt(fmt::Fmt),
    /// Show what differs between two workflows as graphs
    Diff(diff::Diff),
    /// List the modules of the catalogue, or show one with everything needed to call it
    Modules(modules::Modules),
    /// Evaluate a hash path on an event
    Path(path::Evaluate),
    /// Say what a code of a finding means
    Explain(explain::Explain),
    /// Run a workflow on events, and say what it does and why
    Run(run::Run),
    /// Run the tests of workflows
    Test(test::Test),
    /// Print the completions for a shell
    Completions(completions::Completions),
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        super::command().debug_assert();
    }
}
