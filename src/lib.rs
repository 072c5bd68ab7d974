//! mispflow: workflows for MISP, the threat-intelligence platform, as text.
//!
//! The pipeline, a room a stage:
//!
//! ```text
//! .mwf text ─▶ syntax ─▶ check ─▶ graph ─▶ misp ─▶ JSON of MISP's workflow editor
//!      ▲                   ▲        │        │
//!    format            catalogue    │      import (back to text), diff
//!                      tags, schema ▼
//!                                engine ─▶ replay, testing, live
//! ```
//!
//! The engine stands on `php` (values), `hashpath`, `condition`, `normalise` and `semantics`; `schema`
//! knows the shape of the data, `tags` which tags there are.
//!
//! Errors are [`diagnostics::Diagnostic`] values with places in [`source::Sources`]; the library
//! never prints.

pub mod base;
pub mod catalogue;
pub mod characters;
pub mod check;
pub mod cli;
pub mod compile;
pub mod condition;
pub mod core_format;
pub mod diagnostics;
pub mod diff;
pub mod exported;
pub mod fix;
pub mod format;
pub mod hashpath;
pub mod import;
pub mod jinja;
pub mod load;
pub mod lower;
pub mod misp;
pub mod model;
pub mod php;
pub mod project;
pub mod resolve;
pub mod schema;
pub mod secrets;
pub mod simulate;
pub mod suppressions;
pub mod syntax;
pub mod tags;
pub mod upgrade;
pub mod verify;
pub mod wording;
