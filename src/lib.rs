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

pub mod catalogue;
pub mod characters;
pub mod check;
pub mod cli;
pub mod compile;
pub mod condition;
pub mod diagnostics;
pub mod diff;
pub mod engine;
pub mod fix;
pub mod fixture;
pub mod format;
pub mod graph;
pub mod hashpath;
pub mod import;
pub mod level_comments;
pub mod live;
pub mod misp;
pub mod normalise;
pub mod php;
pub mod project;
pub mod replay;
pub mod saved;
pub mod schema;
pub mod secrets;
pub mod semantics;
pub mod source;
pub mod suggest;
pub mod syntax;
pub mod tags;
pub(crate) mod template_bounds;
pub(crate) mod template_names;
pub mod testing;
pub mod upgrade;
