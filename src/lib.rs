//! mispflow: workflows for MISP, the threat-intelligence platform, as text.
//!
//! Text and MISP's JSON both become a graph, which is checked, compared, simulated and written:
//!
//! ```text
//! .mwf text ─▶ load ─▶ resolve ─▶ check ─▶ lower ─┐
//!                                                 ├─▶ model ─▶ verify ─▶ findings
//! MISP's JSON ─▶ misp ────────────────────────────┘     │
//!                                                       ├─▶ misp ─▶ JSON for MISP
//!                                                       ├─▶ import ─▶ text, diff
//!                                                       └─▶ simulate ─▶ run, test, replay
//! ```
//!
//! `ARCHITECTURE.md` lists the modules in order: each may use only those above it. A test checks that.
//!
//! Errors are [`diagnostics::Diagnostic`] values with places in [`base::source::Sources`]; the library
//! never prints.

pub mod base;
pub mod catalogue;
pub mod check;
pub mod cli;
pub mod compile;
pub mod condition;
pub mod core_format;
pub mod diagnostics;
pub mod diff;
pub mod embed;
pub mod engine;
pub mod exported;
pub mod fix;
pub mod format;
pub mod hashpath;
pub mod http;
pub mod ide;
pub mod import;
pub mod inputs;
pub mod jinja;
pub mod layout;
pub mod load;
pub mod lower;
#[cfg(feature = "lsp")]
pub mod lsp;
pub mod misp;
pub mod model;
pub mod module_source;
pub mod php;
pub mod picture;
pub mod project;
pub mod prove;
pub mod resolve;
pub mod scaffold;
pub mod schema;
pub mod secrets;
pub mod server;
pub mod simulate;
pub mod suppressions;
pub mod syntax;
pub mod tags;
pub mod typing;
pub mod upgrade;
pub mod verify;
pub mod wording;
