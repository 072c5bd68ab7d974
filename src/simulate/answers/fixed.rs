//! Answers that are known beforehand.

use rustc_hash::FxHashMap;

use crate::catalogue::ServerFacts;
use crate::engine::{Answers, Effect, HttpAnswer, Request};
use crate::model::NodeId;
use crate::php::Value;

use super::reply::{Reply, choose, hits};

/// A world that answers what it was told to. Nodes about which nothing was said get the answers of a world in which
/// all goes well and nothing is found.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct FixedAnswers {
    nodes: FxHashMap<NodeId, Answer>,
    /// What holds of the server.
    pub server: ServerFacts,
}

#[derive(Clone, PartialEq, Debug)]
enum Answer {
    Fails(String),
    Returns(Reply),
}

impl FixedAnswers {
    /// A world in which all goes well and nothing is found, on a server of which this holds.
    pub fn on(server: ServerFacts) -> Self {
        Self { server, ..Self::default() }
    }

    /// Lets a node fail with a message, whatever was said about it before.
    pub fn fail(&mut self, node: NodeId, message: impl Into<String>) {
        self.nodes.insert(node, Answer::Fails(message.into()));
    }

    /// Gives a node an answer, whatever was said about it before.
    pub fn reply(&mut self, node: NodeId, reply: Reply) {
        self.nodes.insert(node, Answer::Returns(reply));
    }

    /// What was said about a node: that it fails, or what it gets.
    pub fn said(&self, node: NodeId) -> Option<Result<&Reply, &str>> {
        Some(match self.nodes.get(&node)? {
            Answer::Fails(message) => Err(message),
            Answer::Returns(reply) => Ok(reply),
        })
    }

    fn of(&self, request: Request<'_>) -> Option<&Reply> {
        match self.nodes.get(&request.node)? {
            Answer::Returns(reply) => Some(reply),
            Answer::Fails(_) => None,
        }
    }
}

impl Answers for FixedAnswers {
    fn failure(&self, request: Request<'_>) -> Option<String> {
        match self.nodes.get(&request.node)? {
            Answer::Fails(message) => Some(message.clone()),
            Answer::Returns(_) => None,
        }
    }

    fn http(&self, request: Request<'_>, _: &Effect<'_>) -> HttpAnswer {
        match self.of(request) {
            Some(Reply::Http(answer)) => answer.clone(),
            _ => HttpAnswer::Response { status: 200, body: String::new() },
        }
    }

    fn enrichment(&self, request: Request<'_>, service: &str, attribute: &Value<'_>) -> Option<Value<'static>> {
        let Reply::Enrichment(found) = self.of(request)? else { return None };
        choose(found, attribute, Some(service)).cloned()
    }

    fn warnings(&self, request: Request<'_>, _: &Value<'_>, attribute: &Value<'_>) -> Option<Value<'static>> {
        let Reply::Warnings(said) = self.of(request)? else { return None };
        let hits = hits(choose(said, attribute, None)?, attribute);
        hits.to_bool().then_some(hits)
    }

    fn decay_score(&self, request: Request<'_>, _: &Value<'_>, attribute: &Value<'_>) -> Option<Value<'static>> {
        let Reply::Scores(said) = self.of(request)? else { return None };
        choose(said, attribute, None).cloned()
    }

    fn reload(&self, request: Request<'_>) -> Option<Value<'static>> {
        let Reply::Event(event) = self.of(request)? else { return None };
        Some(event.clone())
    }

    fn decision(&self, request: Request<'_>) -> Option<bool> {
        let Reply::Decision(decision) = self.of(request)? else { return None };
        Some(*decision)
    }

    fn is_off(&self, module: &str) -> bool {
        self.server.off.iter().any(|off| off == module)
    }

    fn knows_tag(&self, name: &str) -> bool {
        !self.server.unknown_tags.iter().any(|unknown| unknown == name)
    }

    fn has_enrichment_module(&self, name: &str) -> bool {
        self.server.enrichment_modules.as_ref().is_none_or(|modules| modules.iter().any(|module| module == name))
    }

    fn is_own_warninglist(&self, list: &Value<'_>) -> bool {
        let picked = list.to_text();
        let lists = self.server.own_warninglists.as_ref();
        lists.is_none_or(|lists| lists.iter().any(|own| Some(own.as_str()) == picked.as_deref()))
    }

    fn has_template_service(&self) -> bool {
        self.server.template_service
    }

    fn has_zmq_redis(&self) -> bool {
        self.server.zmq_redis
    }

    fn has_debug_listener(&self) -> bool {
        self.server.has_debug_listener()
    }

    fn stops_queries_of(&self, service: &str) -> bool {
        self.server.stopped_queries.has(service)
    }

    fn base_url(&self) -> String {
        self.server.base_url.clone()
    }

    fn allows_arbitrary_urls(&self) -> bool {
        self.server.arbitrary_urls
    }
}
