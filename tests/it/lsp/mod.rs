//! The language server, driven as an editor drives it: a process that is spoken to.

mod client;
mod lifecycle;
mod same_as_check;
mod texts;
