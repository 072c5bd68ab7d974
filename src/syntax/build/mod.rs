//! From pest's pairs to the tree.

mod builder;
mod condition;
mod item;
mod module;
mod step;
mod test;
mod value;

pub use builder::Builder;
