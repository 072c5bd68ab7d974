//! Characters that a reader cannot see, or takes for others.

mod hidden;
mod json;
mod look_alike;
mod name;

pub use hidden::{hidden_characters, is_hidden};
pub use json::{Visible, to_json, to_json_pretty};
pub use look_alike::{escaped, looks_like, plain_look_alike};
pub use name::character_name;
