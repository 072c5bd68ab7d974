//! What every other module may use, and what uses none of them: source texts and places in them, suggestions for
//! misspelt names, and what graphs of any kind need.

pub mod characters;
mod components;
pub mod source;
pub mod suggest;

pub(crate) use components::Components;
