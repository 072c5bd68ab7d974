//! The command line of mispflow.

use std::process::ExitCode;

/// Workflows are checked, and events replayed, in many small pieces of memory.
#[cfg(feature = "mimalloc")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    mispflow::cli::main()
}
