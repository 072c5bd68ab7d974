//! Findings about the input: codes, places, help and fixes, and how they are shown.

mod audience;
mod book;
mod code;
mod columns;
mod concise;
mod diagnostic;
mod excerpt;
mod explanation;
mod github;
mod json;
mod junit;
mod level;
mod printable;
mod proposal;
mod revealed;
mod sarif;
mod stage;
mod statistics;
mod summary;
mod terminal;

pub use audience::Audience;
pub use book::page_of;
pub use code::Code;
pub use concise::write_concise;
pub use diagnostic::{Diagnostic, Edit, Fix, Label, Severity};
pub use explanation::{Explanation, SAFE_FIX, Snippet};
pub use github::write_github;
pub use json::{findings_to_json, write_json};
pub use junit::write_junit;
pub use level::{ALL_WARNINGS, AlwaysAnError, Level, LevelOf, Levels};
pub use printable::{printable, printable_line};
pub use sarif::write_sarif;
pub use stage::{Failed, stage};
pub use statistics::{CodeCount, count_by_code};
pub use summary::{Summary, in_order};
pub use terminal::{write_summary, write_terminal};
