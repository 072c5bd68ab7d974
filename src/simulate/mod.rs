//! What MISP does when a workflow runs, without doing it: the engine, what the world outside answers, many events, and
//! the tests of workflows.

pub mod answers;
pub mod engine;
pub mod live;
pub mod replay;
pub mod workflow_tests;
