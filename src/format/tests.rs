//! Ugly files and what becomes of them, and properties that hold for every file.

mod compare;
mod generate;
mod limits;
mod properties;
mod scatter;
mod snapshots;

use crate::base::source::Sources;
use crate::syntax::parse;

use super::format_source;

/// The canonical text of a file that can be read.
fn formatted(text: &str) -> String {
    let sources = Sources::new();
    let id = sources.add("test.mwf", None, text);
    format_source(&sources, id).unwrap_or_else(|diagnostics| panic!("{diagnostics:#?}\n{text}"))
}

/// The texts of the comments of a file, without blanks at their ends.
fn comments(text: &str) -> Vec<String> {
    let sources = Sources::new();
    let id = sources.add("test.mwf", None, text);
    let comments = parse(&sources, id).file.comments;
    comments.iter().map(|comment| comment.text.trim_end_matches([' ', '\t']).to_owned()).collect()
}
