//! A world in which all goes well, except for what is chosen.

use crate::catalogue::ServerFacts;
use crate::engine::{Answers, Request};
use crate::model::NodeId;

/// What is chosen of a world: the steps that fail, and what logic modules decide that only the server knows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Chosen<'c> {
    pub(super) failing: &'c [NodeId],
    pub(super) decisions: &'c [(NodeId, bool)],
}

impl Answers for Chosen<'_> {
    fn failure(&self, request: Request<'_>) -> Option<String> {
        self.failing.contains(&request.node).then(|| "it fails in this run".to_owned())
    }

    fn decision(&self, request: Request<'_>) -> Option<bool> {
        self.decisions.iter().find(|(node, _)| *node == request.node).map(|(_, decision)| *decision)
    }

    fn base_url(&self) -> String {
        ServerFacts::default().base_url
    }
}
