//! What every other module may use, and what uses none of them: source texts and places in them, forms of files that
//! are not text, JSON on one line, suggestions for misspelt names, work on several threads, and what graphs of any kind need.

pub mod characters;
pub mod compact_json;
mod components;
pub mod foreign_form;
pub mod json_bytes;
pub mod parallel;
pub mod source;
pub mod suggest;

pub(crate) use components::Components;
