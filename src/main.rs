//! The command line of mispflow.

fn main() {}
