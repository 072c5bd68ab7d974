//! The command line of mispflow.

use std::process::ExitCode;

fn main() -> ExitCode {
    mispflow::cli::main()
}
