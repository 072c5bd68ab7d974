//! The grammar of `.mwf` files, workflows of MISP as text, for [tree-sitter](https://tree-sitter.github.io/).

use tree_sitter_language::LanguageFn;

unsafe extern "C" {
    fn tree_sitter_mwf() -> *const ();
}

/// The grammar.
// SAFETY: the function is the one that tree-sitter has generated in `src/parser.c`.
pub const LANGUAGE: LanguageFn = unsafe { LanguageFn::from_raw(tree_sitter_mwf) };

/// What is shown in which colour.
pub const HIGHLIGHTS_QUERY: &str = include_str!("../../queries/highlights.scm");

/// Which other languages are inside: Jinja, JSON and regular expressions.
pub const INJECTIONS_QUERY: &str = include_str!("../../queries/injections.scm");
