//! From a syntax tree to a program in which nothing is left to guess.

mod checked;

pub use checked::{CheckedCondition, CheckedFlow, CheckedStep, CheckedStepKind, NodeTemplate};
