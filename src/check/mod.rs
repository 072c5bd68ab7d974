//! From syntax trees to programs in which nothing is left to guess.

mod call;
mod call_paths;
mod checked;
mod checked_test;
mod condition;
mod constant;
mod constant_table;
mod context;
mod declaration;
mod evaluate;
mod filter;
mod flow;
mod hash_path;
mod header;
mod parameter;
mod pin;
mod program;
mod scope;
mod template;
mod test_item;
mod test_value;
mod use_blueprint;
mod verbatim;

pub use checked::{CheckedCondition, CheckedFlow, CheckedStep, CheckedStepKind, NodeTemplate};
pub use checked_test::{CheckedTest, Given, GivenKind, TestClause, TestClauseKind};
pub use constant::{Constant, ConstantKind, ValueType};
pub(crate) use constant_table::ConstantTable;
pub(crate) use context::Context;
pub use declaration::Declarations;
pub(crate) use flow::FlowChecker;
pub use header::{Header, MAX_CHARACTERS};
pub use program::{ImportedBlueprint, Program, ProgramFile, ResolvedImport};
pub(crate) use scope::scopes;
pub(crate) use test_item::check_tests;
pub(crate) use use_blueprint::{check_parameters, standalone_bindings, value_type};
