//! The parser that pest makes of `grammar/mwf.pest`.
#![allow(missing_docs, reason = "the rules are documented in the grammar")]

#[derive(pest_derive::Parser)]
#[grammar = "grammar/mwf.pest"]
pub struct Grammar;
