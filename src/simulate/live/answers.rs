//! Answers from outside.

use crate::engine::{Answers, Effect, HttpAnswer, HttpMethod, Request};
use crate::http::{Message, Method};
use crate::php::{Array, Value};

use super::secrets::{in_address, in_json, plainly};
use super::service::Enrichment;
use super::session::Session;

/// Performs what is switched on in a [`Session`]; everything else is simulated.
#[derive(Clone, Copy, Debug)]
pub struct LiveAnswers<'s, A> {
    pub(super) session: &'s Session,
    pub(super) simulated: &'s A,
}

impl<A> LiveAnswers<'_, A> {
    /// Sends a request with its secrets.
    fn send(&self, effect: &Effect<'_>) -> Option<HttpAnswer> {
        let client = self.session.webhook.as_ref()?;
        let Effect::HttpRequest { method, url, headers, body, allow_self_signed } = effect else { return None };
        // MISP's own content types are JSON and that of forms, in which a body is sent as it was written.
        let is_form = headers.iter().any(|(name, value)| {
            name.eq_ignore_ascii_case("content-type") && value.starts_with("application/x-www-form-urlencoded")
        });
        let secrets = &self.session.secrets;
        let revealed = || -> Result<_, String> {
            let url = secrets.reveal(url, in_address)?;
            let headers = headers.iter().map(|(name, value)| Ok((name.clone(), secrets.reveal(value, plainly)?)));
            let headers = headers.collect::<Result<Vec<_>, String>>()?;
            let write = if is_form { plainly } else { in_json };
            let body = body.as_deref().map(|body| secrets.reveal(body, write)).transpose()?;
            Ok((url, headers, body))
        };
        let (url, headers, body) = match revealed() {
            Ok(revealed) => revealed,
            Err(name) => return Some(HttpAnswer::Failed(not_set(&name))),
        };
        secrets.note_credentials(&url);
        let masker = secrets.masker();
        let sent = client.send(&Message {
            method: method_of(*method),
            url: &url,
            headers: &headers,
            body: body.as_deref(),
            allow_self_signed: *allow_self_signed,
            timeout: None,
            masker: &masker,
        });
        Some(match sent {
            Ok(response) => HttpAnswer::Response { status: response.status, body: response.body },
            Err(error) => HttpAnswer::Failed(masker.mask(&error.words).into_owned()),
        })
    }
}

fn not_set(name: &str) -> String {
    format!("nothing was sent: the environment variable `{name}`, a secret of the workflow, is not set")
}

impl<A: Answers> Answers for LiveAnswers<'_, A> {
    fn failure(&self, request: Request<'_>) -> Option<String> {
        self.simulated.failure(request)
    }

    fn http(&self, request: Request<'_>, effect: &Effect<'_>) -> HttpAnswer {
        self.send(effect).unwrap_or_else(|| self.simulated.http(request, effect))
    }

    fn push(&self, request: Request<'_>, data: &Value<'_>) -> Option<String> {
        let Some(publisher) = &self.session.zmq else { return self.simulated.push(request, data) };
        let sent = match data.to_json() {
            Ok(json) => publisher.publish(&json),
            Err(error) => Err(error.to_string()),
        };
        match sent {
            Ok(true) => None,
            Ok(false) => {
                self.session.problem("live: `push-zmq`: there was no subscriber, so nobody received the message");
                None
            }
            Err(reason) => Some(format!("Nothing could be published: {reason}")),
        }
    }

    fn misp_module(&self, request: Request<'_>, query: &Array<'_>) -> Option<String> {
        let Some(service) = &self.session.misp_modules else { return self.simulated.misp_module(request, query) };
        let secrets = &self.session.secrets;
        let reveal = |json: &str| secrets.reveal(json, in_json).map_err(|name| not_set(&name));
        match service.act(query, reveal, &secrets.masker()) {
            Ok(error) => error,
            Err(reason) => {
                let module = request.module;
                self.session.problem(&format!(
                    "live: `{module}`: misp-modules gave no answer, which MISP takes for success: {reason}"
                ));
                None
            }
        }
    }

    fn enrichment(&self, request: Request<'_>, name: &str, attribute: &Value<'_>) -> Option<Value<'static>> {
        let Some(service) = &self.session.misp_modules else {
            return self.simulated.enrichment(request, name, attribute);
        };
        match service.enrich(name, attribute, &self.session.secrets.masker()) {
            Enrichment::NotAsked => None,
            Enrichment::Found(found) => Some(found),
            Enrichment::Failed(reason) => {
                let module = request.module;
                self.session.problem(&format!("live: `{module}`: misp-modules gave no answer: {reason}"));
                Some(Value::Null)
            }
        }
    }

    fn warnings(&self, request: Request<'_>, lists: &Value<'_>, attribute: &Value<'_>) -> Option<Value<'static>> {
        self.simulated.warnings(request, lists, attribute)
    }

    fn decay_score(&self, request: Request<'_>, models: &Value<'_>, attribute: &Value<'_>) -> Option<Value<'static>> {
        self.simulated.decay_score(request, models, attribute)
    }

    fn reload(&self, request: Request<'_>) -> Option<Value<'static>> {
        self.simulated.reload(request)
    }

    fn is_off(&self, module: &str) -> bool {
        self.simulated.is_off(module)
    }

    fn takes_tagging(&self, request: Request<'_>, effect: &Effect<'_>) -> Option<bool> {
        self.simulated.takes_tagging(request, effect)
    }

    fn knows_tag(&self, name: &str) -> bool {
        self.simulated.knows_tag(name)
    }

    fn has_enrichment_module(&self, name: &str) -> bool {
        self.simulated.has_enrichment_module(name)
    }

    fn is_own_warninglist(&self, list: &Value<'_>) -> bool {
        self.simulated.is_own_warninglist(list)
    }

    fn decision(&self, request: Request<'_>) -> Option<bool> {
        self.simulated.decision(request)
    }

    fn country_tag(&self, country: &str) -> Option<String> {
        self.simulated.country_tag(country)
    }

    fn has_template_service(&self) -> bool {
        self.simulated.has_template_service()
    }

    fn has_debug_listener(&self) -> bool {
        self.simulated.has_debug_listener()
    }

    fn stops_queries_of(&self, service: &str) -> bool {
        self.simulated.stops_queries_of(service)
    }

    fn base_url(&self) -> String {
        self.simulated.base_url()
    }

    fn allows_arbitrary_urls(&self) -> bool {
        self.simulated.allows_arbitrary_urls()
    }

    fn has_secrets(&self) -> bool {
        true
    }

    fn redact(&self, text: &str) -> Option<String> {
        self.session.secrets.redact(text)
    }
}

fn method_of(method: HttpMethod) -> Method {
    match method {
        HttpMethod::Get => Method::GET,
        HttpMethod::Post => Method::POST,
        HttpMethod::Put => Method::PUT,
        HttpMethod::Delete => Method::DELETE,
    }
}
