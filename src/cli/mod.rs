//! The command line: a verb, paths, few flags. One file a verb, and nothing in them that a user of
//! the library would miss. Results go to standard output, messages to standard error.
//!
//! A new verb is a file here and a row in the list at the end of this one.

mod baseline;
mod build;
mod check;
mod circumstances;
mod colour;
mod completions;
mod console;
mod diff;
mod explain;
mod findings;
mod fmt;
mod generate;
mod graph;
mod import;
mod init;
mod inputs;
mod interrupt;
mod live;
mod lsp;
mod man;
mod masked;
mod meaning;
mod modules;
mod named;
mod one_document;
mod panic;
mod path;
mod path_explain;
mod progress;
mod project_flags;
mod replayed;
mod run;
mod run_output;
mod schema;
mod server;
mod shown;
mod status;
mod target_parser;
mod test;
mod unified_diff;
mod version;
mod watch;
mod write_files;

use std::borrow::Cow;
use std::ffi::OsString;
use std::io::{self, IsTerminal as _, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Args, CommandFactory, FromArgMatches as _, Parser, Subcommand};

use crate::base::parallel;
use crate::diagnostics::printable;

pub use colour::Color;
pub use console::Console;
pub use findings::{Findings, Format, ReportFormat, report};
pub use inputs::{Inputs, TargetFlag};
pub use project_flags::ProjectFlags;
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
    /// Work in this folder, as if `mispflow` had been started there
    #[arg(short = 'C', value_name = "DIR", global = true)]
    work_in: Option<PathBuf>,
    /// Use this many threads, instead of one for each core
    #[arg(short, long, value_name = "N", value_parser = jobs, global = true)]
    jobs: Option<NonZeroUsize>,
}

/// A number of threads.
fn jobs(text: &str) -> Result<NonZeroUsize, String> {
    text.parse().map_err(|_| "a number of threads is wanted, at least 1".to_owned())
}

/// What the end of a process says, for the help.
const EXIT_CODES: &str = "Exit codes:
  0    done
  1    the input has errors
  2    the command could not run
  130  it was interrupted";

/// Where the documentation is, for the help.
const DOCUMENTATION: &str = concat!("Documentation: ", env!("CARGO_PKG_HOMEPAGE"));

/// The definition of the command line, from which help, completions and the manual are made.
pub fn command() -> clap::Command {
    let command = Arguments::command().long_version(version::LONG.as_str());
    command.after_long_help(format!("{EXIT_CODES}\n\n{DOCUMENTATION}")).mut_subcommands(with_exit_codes)
}

fn with_exit_codes(verb: clap::Command) -> clap::Command {
    let help = match verb.get_after_long_help().or(verb.get_after_help()) {
        Some(help) => format!("{help}\n\n{EXIT_CODES}"),
        None => EXIT_CODES.to_owned(),
    };
    verb.after_long_help(help)
}

/// Clap takes `{n}` in a help for a line break. So helps say `{\u{2060}n}`, and this takes the word joiner out again.
pub(super) fn as_meant(help: &str) -> String {
    help.replace('\u{2060}', "")
}

/// What people type who know another tool, and where it leads here. Verbs of another name are aliases.
const ELSEWHERE: [(&str, &str); 1] = [("watch", "to check or test at every change: 'check --watch', 'test --watch'")];

/// Runs the command line of this process. The exit code is 0 when all is done, 1 when the input has
/// errors, and 2 when the command itself could not run.
pub fn main() -> ExitCode {
    run(std::env::args_os().collect()).into()
}

/// Runs a command line: the name of the program, and its arguments. Results and messages go to the streams of this process.
pub fn run(line: Vec<OsString>) -> Status {
    panic::install();
    let mut command = command();
    let colour = Color::of_arguments(line.iter().skip(1).cloned());
    let matches = command.try_get_matches_from_mut(line);
    let arguments = matches.and_then(|matches| Arguments::from_arg_matches(&matches));
    let arguments = match arguments {
        Ok(arguments) => arguments,
        Err(answer) => return answered(answer.format(&mut command), colour),
    };
    if let Some(jobs) = arguments.global.jobs {
        parallel::use_threads(jobs);
    }
    let mut console = Console::new(arguments.global.color, arguments.global.quiet);
    let done = enter(arguments.global.work_in.as_deref()).and_then(|()| arguments.verb.run(&mut console));
    let done = done.and_then(|status| {
        console.flush()?;
        Ok(status)
    });
    done.unwrap_or_else(|failure| failure.report(&mut console))
}

/// Goes to the folder that is to be worked in.
fn enter(folder: Option<&Path>) -> Result<(), Failure> {
    let Some(folder) = folder else { return Ok(()) };
    std::env::set_current_dir(folder)
        .map_err(|error| Failure::Other(format!("`{}` cannot be entered: {error}", folder.display())))
}

/// Says what is wrong with the arguments, or the help that they ask for.
fn answered(mut answer: clap::Error, colour: Color) -> Status {
    if answer.kind() == ErrorKind::InvalidSubcommand
        && let Some(ContextValue::String(typed)) = answer.get(ContextKind::InvalidSubcommand)
        && let Some((_, tip)) = ELSEWHERE.iter().find(|(known, _)| known == typed)
    {
        answer.remove(ContextKind::SuggestedSubcommand);
        answer.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![(*tip).into()]));
    }
    let is_error = answer.use_stderr();
    let (mut errors, mut results) = (io::stderr(), io::stdout());
    let (stream, is_terminal): (&mut dyn Write, bool) =
        if is_error { (&mut errors, io::stderr().is_terminal()) } else { (&mut results, io::stdout().is_terminal()) };
    let styled = answer.render();
    let plain = as_meant(&styled.to_string());
    let text = match printable(&plain) {
        // It repeats what was typed, or the name of a file.
        Cow::Owned(shown) => shown,
        Cow::Borrowed(_) if colour.is_wanted(is_terminal, &|name| std::env::var_os(name)) => {
            as_meant(&styled.ansi().to_string())
        }
        Cow::Borrowed(_) => plain,
    };
    match stream.write_all(text.as_bytes()).and_then(|()| stream.flush()) {
        // Whoever closed the pipe wants no more of it.
        Err(error) if !is_error && error.kind() != io::ErrorKind::BrokenPipe => {
            let _ = writeln!(io::stderr(), "error: the output cannot be written: {error}");
            Status::Failed
        }
        _ if is_error => Status::Failed,
        _ => Status::Done,
    }
}

macro_rules! verbs {
    ($( $(#[$meta:meta])* $verb:ident($arguments:ty), )+) => {
        /// The verbs.
        #[derive(Subcommand, Debug)]
        enum Verb {
            $( $(#[$meta])* $verb($arguments), )+
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
    #[command(alias = "new")]
    Init(init::Init),
    #[command(aliases = ["lint", "validate"])]
    Check(check::Check),
    #[command(alias = "compile")]
    Build(build::Build),
    Import(import::Import),
    #[command(alias = "format")]
    Fmt(fmt::Fmt),
    Diff(diff::Diff),
    Modules(modules::Modules),
    #[command(alias = "draw")]
    Graph(graph::Graph),
    Path(path::Evaluate),
    Explain(explain::Explain),
    #[command(alias = "simulate")]
    Run(run::Run),
    Test(test::Test),
    Doctor(server::Doctor),
    Plan(server::Plan),
    Push(server::Push),
    Pull(server::Pull),
    Rollback(server::Rollback),
    Lsp(lsp::Lsp),
    Completions(completions::Completions),
    Man(man::Man),
    Schema(schema::Schema),
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_command_line_is_consistent() {
        super::command().debug_assert();
    }
}
