//! The canonical text of a file: one form for everything that means the same.
//!
//! The rules are in `docs/formatting.md`. The tree is walked once, in source order, beside the
//! source text, so that every comment is seen between the very tokens it is between; the walk
//! leaves a flat list of pieces with the places where lines may break, and these are laid out in a
//! second pass. Both take time linear in the length of the file.

mod comment;
mod condition;
mod file;
mod filter_label;
mod item;
mod layout;
mod literal;
mod name;
mod piece;
mod step;
mod test_item;
mod value;
mod writer;

#[cfg(test)]
mod tests;

use crate::base::source::{FileId, MAX_TEXT_BYTES, Sources};
use crate::diagnostics::{Code, Diagnostic};
use crate::syntax::{Parsed, parse, tree};

pub use literal::quote;
pub(crate) use name::is_reserved;

/// How wide lines may be, in characters.
pub const LINE_WIDTH: usize = 100;

/// How far one level is indented, in spaces.
pub const INDENT_WIDTH: usize = 4;

/// The canonical text of a file that was read without errors from `sources`.
///
/// What could not be read is not in the tree: for files with syntax errors see [`format_source`].
pub fn format<'s>(file: &'s tree::File<'s>, sources: &'s Sources) -> String {
    let mut writer = writer::Writer::new(file, sources);
    writer.file(file);
    layout::lay_out(&writer.into_pieces())
}

/// The canonical text of a file of `sources`.
///
/// # Errors
/// What is wrong with the file's form: a file that cannot be read wholly is not formatted. Nor is one
/// that would grow so large by it that it could not be read again.
///
/// # Panics
/// If the id came from another set of sources.
pub fn format_source(sources: &Sources, id: FileId) -> Result<String, Vec<Diagnostic>> {
    let Parsed { file, diagnostics } = parse(sources, id);
    if file.incomplete || diagnostics.iter().any(Diagnostic::is_error) {
        return Err(diagnostics);
    }
    let text = format(&file, sources);
    if text.len() > MAX_TEXT_BYTES {
        let (name, limit) = (&sources.file(id).name, MAX_TEXT_BYTES / (1024 * 1024));
        let problem = format!("`{name}` would be larger than {limit} MiB in canonical form");
        return Err(vec![Diagnostic::new(Code::FileTooLarge, problem).help("split it into several files")]);
    }
    Ok(text)
}
