//! Values that must not be shown: the type that holds one, and the search for them in what is about to be shown.
//!
//! [`Secret`] is a value that cannot be printed by accident. [`Masker`] finds secrets in text, also where they are
//! written with escapes or in base64, and puts their names in their place.

mod address;
mod decode;
mod header;
mod json_words;
mod layer;
mod masker;
mod named;
mod parts;
mod secret;

pub use masker::Masker;
pub use named::NamedSecrets;
pub use secret::Secret;

pub(crate) use address::{percent_decoded, user_info};
pub(crate) use header::is_credential_header;
pub(crate) use json_words::CONTEXT;

#[cfg(test)]
mod tests;
