//! From syntax trees to programs in which nothing is left to guess.

mod any_event;
mod call;
mod call_paths;
mod checked;
mod checked_test;
mod condition;
mod condition_slips;
mod context;
pub(crate) mod encoded;
mod file_names;
mod filter;
mod filter_condition;
mod flow;
mod hash_path;
mod header;
mod hidden_characters;
mod implied_node;
mod parameter;
mod pin;
mod positional;
mod structured;
mod test_item;
mod test_value;
mod unused;
mod use_blueprint;
mod verbatim;

pub use checked::{CheckedCondition, CheckedFlow, CheckedStep, CheckedStepKind, NodeTemplate};
pub use checked_test::{AnyEvent, CheckedTest, Given, GivenKind, TestClause, TestClauseKind};
pub(crate) use context::Context;
pub(crate) use file_names::FileNames;
pub(crate) use flow::FlowChecker;
pub use header::Header;
pub(crate) use hidden_characters::{check_hidden_characters, check_hidden_in_data};
pub(crate) use test_item::check_tests;
pub(crate) use unused::check_unused;
pub(crate) use use_blueprint::{check_parameters, standalone_bindings, value_type};
