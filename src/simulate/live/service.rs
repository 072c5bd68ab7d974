//! The misp-modules service.

use std::sync::OnceLock;
use std::time::Duration;

use serde::Deserialize;

use crate::http::{Client, ClientError, ClientOptions, Message, Method};
use crate::php::{Array, KeyRef, Value};
use crate::secrets::Masker;

/// How long MISP waits for an action, and how long for the answer about an attribute.
const ACTION_TIMEOUT: Duration = Duration::from_secs(10);
const HOVER_TIMEOUT: Duration = Duration::from_secs(5);

const ANSWER_LIMIT: u64 = 64 << 20;

/// A misp-modules service that runs.
#[derive(Debug)]
pub struct Service {
    client: Client,
    url: String,
    modules: OnceLock<Result<Vec<ServiceModule>, String>>,
}

/// What the service says about a module.
#[derive(Debug, Deserialize)]
struct ServiceModule {
    name: String,
    #[serde(default)]
    mispattributes: serde_json::Value,
    #[serde(default)]
    meta: serde_json::Value,
}

/// What came of a question about an attribute.
pub(super) enum Enrichment {
    /// The module does not know this type of attribute.
    NotAsked,
    /// What is hung on the attribute.
    Found(Value<'static>),
    /// There is no answer, and why.
    Failed(String),
}

impl Service {
    /// The service at an address such as `http://127.0.0.1:6666`. Where it is was said by whoever runs it, so that any
    /// address will do.
    ///
    /// # Errors
    /// If the certificates are none.
    pub fn new(url: &str, options: &ClientOptions) -> Result<Self, ClientError> {
        let options = ClientOptions { allow_private_addresses: true, answer_limit: ANSWER_LIMIT, ..options.clone() };
        let url = url.trim_end_matches('/').to_owned();
        Ok(Self { client: Client::new(&options)?, url, modules: OnceLock::new() })
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Calls an action with MISP's query, in which `module` is the action's id. The error that the action reports, if it
    /// does; `reveal` puts secrets into the JSON of the query.
    ///
    /// # Errors
    /// Why there is no answer. MISP takes that for success.
    pub(super) fn act(
        &self,
        query: &Array<'_>,
        reveal: impl Fn(&str) -> Result<String, String>,
        masker: &Masker,
    ) -> Result<Option<String>, String> {
        let id = query.get(KeyRef::String("module")).and_then(Value::to_text).unwrap_or_default();
        let mut query = query.clone();
        query.set("module", Value::string(self.name_of(&id)?));
        let json = Value::from(query).to_json().map_err(|error| error.to_string())?;
        let answer = self.post(&reveal(&json)?, ACTION_TIMEOUT, masker)?;
        let answer = Value::from_json(&answer).map_err(|_| NO_JSON)?;
        let error = answer.get("error").filter(|error| error.to_bool());
        Ok(error.map(|error| match error.to_text() {
            Some(text) => text.into_owned(),
            None => error.to_json().unwrap_or_default(),
        }))
    }

    /// Asks a module about an attribute.
    pub(super) fn enrich(&self, name: &str, attribute: &Value<'_>, masker: &Masker) -> Enrichment {
        match self.try_enrich(name, attribute, masker) {
            Ok(found) => found,
            Err(reason) => Enrichment::Failed(reason),
        }
    }

    fn try_enrich(&self, name: &str, attribute: &Value<'_>, masker: &Masker) -> Result<Enrichment, String> {
        let known = self.modules()?.iter().find(|module| module.name == name);
        let module = known.ok_or_else(|| format!("the service has no module `{name}`"))?;
        let entry = |name| attribute.get(name).cloned().unwrap_or_default();
        let kind = entry("type").to_text().unwrap_or_default().into_owned();
        let is_known = module.mispattributes["input"]
            .as_array()
            .is_some_and(|types| types.iter().any(|known| known.as_str() == Some(&kind)));
        if !is_known {
            return Ok(Enrichment::NotAsked);
        }
        let mut query = Array::new();
        query.set("event_id", entry("event_id"));
        query.set("config", module.settings());
        query.set("module", Value::string(name));
        if module.mispattributes["format"].as_str().is_some_and(|format| !format.is_empty()) {
            query.set("attribute", attribute.clone());
        } else {
            query.set(kind, entry("value"));
        }
        let json = Value::from(query).to_json().map_err(|error| error.to_string())?;
        let answer = self.post(&json, HOVER_TIMEOUT, masker)?;
        let answer = Value::from_json(&answer).map_err(|_| NO_JSON)?;
        let found = if answer.get("error").is_some_and(|error| !error.is_null()) {
            Some(&answer)
        } else {
            answer.get("results")
        };
        match found {
            Some(found @ Value::Array(_)) => Ok(Enrichment::Found(found.clone().into_owned())),
            _ => Err(format!("the answer of `{name}` has neither results nor an error")),
        }
    }

    /// The service's name for an action.
    fn name_of(&self, id: &str) -> Result<String, String> {
        let modules = self.modules()?;
        let known = modules.iter().find(|module| module.name.to_lowercase().replace(' ', "_") == id);
        Ok(known.map_or(id, |module| &module.name).to_owned())
    }

    fn modules(&self) -> Result<&[ServiceModule], String> {
        let modules = self.modules.get_or_init(|| {
            let answer = self.send(Method::GET, "/modules", None, ACTION_TIMEOUT, &Masker::default())?;
            serde_json::from_str(&answer).map_err(|_| "its list of modules cannot be read".to_owned())
        });
        modules.as_deref().map_err(Clone::clone)
    }

    fn post(&self, json: &str, timeout: Duration, masker: &Masker) -> Result<String, String> {
        self.send(Method::POST, "/query", Some(json), timeout, masker)
    }

    fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&str>,
        timeout: Duration,
        masker: &Masker,
    ) -> Result<String, String> {
        let response = self.client.send(&Message {
            method,
            url: &format!("{}{path}", self.url),
            headers: &[("Content-Type".to_owned(), "application/json".to_owned())],
            body,
            allow_self_signed: false,
            timeout: Some(timeout),
            masker,
        });
        let response = response.map_err(|error| error.words)?;
        if !(200..300).contains(&response.status) {
            return Err(format!("it answered with the status {}", response.status));
        }
        if response.is_cut {
            return Err("its answer is too long".to_owned());
        }
        Ok(response.body)
    }
}

const NO_JSON: &str = "its answer is not JSON";

impl ServiceModule {
    /// The settings of the module, of which a server knows the values and we none.
    fn settings(&self) -> Array<'static> {
        let mut settings = Array::new();
        for name in self.meta["config"].as_array().into_iter().flatten().filter_map(serde_json::Value::as_str) {
            settings.set(name.to_owned(), Value::Null);
        }
        if settings.is_empty() {
            settings.set("_", Value::from("_"));
        }
        settings
    }
}
