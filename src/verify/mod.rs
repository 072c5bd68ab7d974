//! From graphs to findings, for text and for MISP's JSON alike: the rules that MISP has for graphs, the types of
//! parameters, paths and templates, and what a workflow does otherwise than its author means.
//!
//! A graph comes in, findings go out. Nothing here sees a syntax tree.

mod environment;
mod known_faults;
mod lints;
mod rules;
mod types;

pub(crate) use environment::{check_defaults, check_environment};
pub(crate) use known_faults::{depends_on_places, report_known_faults};
pub use lints::check_lints;
pub(crate) use lints::{Callee, check_call_input, check_callees, check_circles, check_guarded_enrichment};
pub use rules::{Analysis, BlockingEdge, analyse, check_rules};
pub(crate) use types::{Part, Row, TypeFinding, check_row, check_types};
