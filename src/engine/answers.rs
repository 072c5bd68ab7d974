//! What a run needs to know of the world outside.

use crate::model::NodeId;
use crate::php::{Array, Value};

use super::{CallAnswer, Effect, countries};

/// Who asks.
#[derive(Clone, Copy, Debug)]
pub struct Request<'r> {
    /// The node.
    pub node: NodeId,
    /// Its module.
    pub module: &'r str,
}

/// An answer to an HTTP request.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum HttpAnswer {
    /// The server answered.
    Response {
        /// The status code.
        status: u16,
        /// The body.
        body: String,
    },
    /// There was no answer, and why.
    Failed(String),
}

/// What the world outside says. Every method has the answer of a world in which all goes well and nothing is found.
///
/// Each is asked once for everything that MISP would do, at the moment at which it would do it. So an implementation may
/// as well do it and give the answer that came: see [`crate::simulate::live`].
pub trait Answers: Sync {
    /// Whether the module fails, and with which message, instead of doing what it does.
    fn failure(&self, _request: Request<'_>) -> Option<String> {
        None
    }

    /// The answer to an HTTP request; `effect` is [`Effect::HttpRequest`].
    fn http(&self, _request: Request<'_>, _effect: &Effect<'_>) -> HttpAnswer {
        HttpAnswer::Response { status: 200, body: String::new() }
    }

    /// Pushes data to the `ZeroMQ` channel; why that failed, if it did.
    fn push(&self, _request: Request<'_>, _data: &Value<'_>) -> Option<String> {
        None
    }

    /// Sends the query of an action to the misp-modules service: an object with `module`, the id of the action, `data`,
    /// `params` and, where the action has them, `filteredItems` and `matchingData`. The error in the answer, if it
    /// has one.
    fn misp_module(&self, _request: Request<'_>, _query: &Array<'_>) -> Option<String> {
        None
    }

    /// What an enrichment service says about an attribute: the value that is hung on it. `None` if it does not
    /// know this type of attribute; null if it gives no answer, which MISP does not survive.
    fn enrichment(&self, _request: Request<'_>, _service: &str, _attribute: &Value<'_>) -> Option<Value<'static>> {
        None
    }

    /// The warning lists an attribute is on: a list of objects with `warninglist_id`, `warninglist_name`,
    /// `warninglist_category`, `match` and `value`. `lists` are the names that were picked, `["ALL"]` for all.
    fn warnings(&self, _request: Request<'_>, _lists: &Value<'_>, _attribute: &Value<'_>) -> Option<Value<'static>> {
        None
    }

    /// The decay scores of an attribute: what is hung on it as `decay_score`; `None` if no model scores it.
    fn decay_score(
        &self,
        _request: Request<'_>,
        _models: &Value<'_>,
        _attribute: &Value<'_>,
    ) -> Option<Value<'static>> {
        None
    }

    /// The event as it is in the database, where it differs from the one of the run.
    fn reload(&self, _request: Request<'_>) -> Option<Value<'static>> {
        None
    }

    /// What comes of calling an ad-hoc workflow, named as MISP lists it (`TRIGGER :: NAME`); `None` where the workflow itself is
    /// to tell, if it is known.
    fn call(&self, _request: Request<'_>, _workflow: &str) -> Option<CallAnswer> {
        None
    }

    /// The events of the server, on which ad-hoc workflows run that are called; `None` if there is only that of the run.
    fn events(&self) -> Option<Vec<Value<'static>>> {
        None
    }

    /// Whether the database saves what is edited of attributes, and marks them as later releases do.
    fn saves_attributes(&self) -> bool {
        true
    }

    /// What a logic module decides of which only the signature is known; `None` if nobody says.
    fn decision(&self, _request: Request<'_>) -> Option<bool> {
        None
    }

    /// The tag of the country galaxy for what an enrichment calls the country.
    fn country_tag(&self, country: &str) -> Option<String> {
        countries::tag_of(country)
    }

    /// Whether the module is switched off on the server.
    fn is_off(&self, _module: &str) -> bool {
        false
    }

    /// Whether the database takes a tagging; `effect` is [`Effect::AddTags`] or [`Effect::RemoveTags`]. `None` where the
    /// event of the run, and what the run has done to it, are to tell.
    fn takes_tagging(&self, _request: Request<'_>, _effect: &Effect<'_>) -> Option<bool> {
        None
    }

    /// Whether the server has ever seen a tag of this name.
    fn knows_tag(&self, _name: &str) -> bool {
        true
    }

    /// Whether misp-modules has an enrichment module of this name, and it is switched on.
    fn has_enrichment_module(&self, _name: &str) -> bool {
        true
    }

    /// Whether a warning list is one of the server's own, to which values can be added. `list` is what was picked.
    fn is_own_warninglist(&self, _list: &Value<'_>) -> bool {
        true
    }

    /// Whether the template service of misp-modules runs.
    fn has_template_service(&self) -> bool {
        true
    }

    /// Whether the Redis answers that MISP's settings of `ZeroMQ` name, to which later releases connect even where `ZeroMQ` is off.
    fn has_zmq_redis(&self) -> bool {
        true
    }

    /// Whether a program listens at the address in `Plugin.Workflow_debug_url`, to which MISP sends each step of a
    /// workflow that is debugged.
    fn has_debug_listener(&self) -> bool {
        true
    }

    /// Whether a workflow for `enrichment-before-query` stops the queries of an enrichment module.
    fn stops_queries_of(&self, _service: &str) -> bool {
        false
    }

    /// The server's address, `_env.baseurl` in templates of later releases.
    fn base_url(&self) -> String {
        String::new()
    }

    /// Whether `Security.rest_client_enable_arbitrary_urls` is on.
    fn allows_arbitrary_urls(&self) -> bool {
        true
    }

    /// Whether the result must not show credentials, since they are real: see [`Settings::secrets`](super::Settings).
    fn has_secrets(&self) -> bool {
        false
    }

    /// `text` with names in place of secrets; `None` if there are none in it.
    fn redact(&self, _text: &str) -> Option<String> {
        None
    }
}

/// The world in which all goes well and nothing is found.
#[derive(Clone, Copy, Debug, Default)]
pub struct SilentAnswers;

impl Answers for SilentAnswers {}
