//! From files to syntax trees: the files that were asked for, and all that they import.

mod program;

pub(crate) use program::imports;
pub use program::{ImportedBlueprint, Program, ProgramFile, ResolvedImport};
