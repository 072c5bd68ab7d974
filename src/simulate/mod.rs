//! What MISP does when a workflow runs, without doing it: what the world outside answers, many events, and the tests of
//! workflows. The engine that runs them is [`crate::engine`].

pub mod answers;
pub mod live;
pub mod replay;
pub mod workflow_tests;
