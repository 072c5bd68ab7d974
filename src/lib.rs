//! mispflow: workflows for MISP, the threat-intelligence platform, as text.
//!
//! The pipeline, a room a stage:
//!
//! ```text
//! .mwf text ─▶ syntax ─▶ check ─▶ graph ─▶ misp ─▶ JSON of MISP's workflow editor
//!                          ▲
//!                      catalogue
//! ```
//!
//! Errors are [`diagnostics::Diagnostic`] values with places in [`source::Sources`]; the library
//! never prints.

pub mod diagnostics;
pub mod format;
pub mod source;
mod suggest;
pub mod syntax;
