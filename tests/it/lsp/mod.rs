//! The language server, driven as an editor drives it: a process that is spoken to.

mod actions;
mod client;
mod completion;
mod lifecycle;
mod names;
mod neovim;
mod same_as_check;
mod texts;
