//! The world around a recorded run: the web server that took its requests, and misp-modules.

use std::sync::Mutex;

use mispflow::engine::{Answers, Effect, HttpAnswer, Request};
use mispflow::php::{Array, KeyRef, Value};
use rustc_hash::FxHashSet;
use serde_json::json;

/// What the web server answers to everything.
const BODY: &str = r#"{"ok":true,"echo":"answer"}"#;

/// The enrichment modules of the server's misp-modules.
const ENRICHMENT_MODULES: &str = include_str!("enrichment-modules.txt");

/// The tags that a server has seen: those on the events of its runs.
pub(crate) fn seen_tags<'v>(runs: impl Iterator<Item = &'v Value<'v>>) -> FxHashSet<String> {
    let mut tags = FxHashSet::default();
    for run in runs {
        for part in ["event", "payload", "database"] {
            if let Some(part) = run.get("request").and_then(|request| request.get(part)) {
                note_tags(part, &mut tags);
            }
        }
    }
    tags
}

fn note_tags(value: &Value<'_>, tags: &mut FxHashSet<String>) {
    for (key, entry) in value.as_array().into_iter().flatten() {
        if matches!(key, KeyRef::String("Tag" | "tags")) {
            let list = entry.as_array().into_iter().flat_map(Array::values);
            tags.extend(list.filter_map(|tag| tag.get("name").unwrap_or(tag).to_text().map(Into::into)));
        } else {
            note_tags(entry, tags);
        }
    }
}

/// What misp-modules was asked and answered in the recorded run, and what the simulation asks.
pub(crate) struct World<'t> {
    service: Vec<Recorded>,
    /// Which of them have been answered.
    answered: Mutex<Vec<bool>>,
    /// What the simulation asked of actions.
    asked: Mutex<Vec<Value<'static>>>,
    template_service: bool,
    zmq_redis: bool,
    /// The travelling data after each node, which has the scores of decaying models.
    data: Value<'static>,
    events: Vec<Value<'static>>,
    /// The tags that the server has seen.
    tags: &'t FxHashSet<String>,
}

struct Recorded {
    query: Value<'static>,
    answer: Value<'static>,
}

impl<'t> World<'t> {
    pub(crate) fn new(request: &Value<'_>, expected: &Value<'_>, tags: &'t FxHashSet<String>) -> Self {
        let service = request.get("service").and_then(Value::as_array);
        let part = |entry: &Value<'_>, name: &str| entry.get(name).cloned().unwrap_or_default().into_owned();
        let service: Vec<_> = service
            .into_iter()
            .flat_map(Array::values)
            .map(|entry| Recorded { query: part(entry, "query"), answer: part(entry, "answer") })
            .collect();
        Self {
            answered: Mutex::new(vec![false; service.len()]),
            asked: Mutex::new(Vec::new()),
            service,
            tags,
            template_service: request.get("template_service").is_none_or(Value::to_bool),
            zmq_redis: request.get("zmq_redis").is_none_or(Value::to_bool),
            data: expected.get("data").cloned().unwrap_or_default().into_owned(),
            events: events(request, expected),
        }
    }

    /// The queries of actions, as recorded and as simulated, without the data, which is compared at the nodes.
    pub(crate) fn queries(&self) -> (Vec<Value<'static>>, Vec<Value<'static>>) {
        let recorded =
            self.service.iter().map(|recorded| &recorded.query).filter(|query| query.get("params").is_some());
        let asked = self.asked.lock().expect("no panic").clone();
        (recorded.map(without_data).collect(), asked)
    }

    /// The answer to the first recorded query that fits and has not been answered.
    fn answer(&self, fits: impl Fn(&Value<'_>) -> bool) -> Option<&Value<'static>> {
        let mut answered = self.answered.lock().expect("no panic");
        let unanswered = self.service.iter().enumerate().filter(|(index, _)| !answered[*index]);
        let (index, recorded) = unanswered.into_iter().find(|(_, recorded)| fits(&recorded.query))?;
        answered[index] = true;
        Some(&recorded.answer)
    }
}

fn without_data(query: &Value<'static>) -> Value<'static> {
    let mut query = query.clone();
    if let Some(query) = query.as_array_mut() {
        query.remove(KeyRef::new("data"));
    }
    query
}

impl Answers for World<'_> {
    fn http(&self, _: Request<'_>, effect: &Effect<'_>) -> HttpAnswer {
        let Effect::HttpRequest { url, .. } = effect else { panic!("not a request: {effect:?}") };
        if url.contains(":1/") {
            return HttpAnswer::Failed("curl error 7 'Couldn't connect to server'".into());
        }
        let status = url.split_once("/status/").and_then(|(_, status)| status.parse().ok()).unwrap_or(200);
        HttpAnswer::Response { status, body: BODY.into() }
    }

    fn misp_module(&self, _: Request<'_>, query: &Array<'_>) -> Option<String> {
        let query = Value::from(query.clone().into_owned());
        self.asked.lock().expect("no panic").push(without_data(&query));
        let answer = self.answer(|known| known.get("module") == query.get("module"))?;
        answer.get("error").and_then(Value::to_text).map(Into::into)
    }

    fn enrichment(&self, _: Request<'_>, service: &str, attribute: &Value<'_>) -> Option<Value<'static>> {
        let asked = |query: &Value<'_>| {
            let same_attribute = if let Some(known) = query.get("attribute") {
                known.get("id") == attribute.get("id")
            } else {
                let kind = attribute.get("type").and_then(Value::as_str).unwrap_or_default();
                query.get(kind).is_some_and(|value| Some(value) == attribute.get("value"))
            };
            query.get("module").and_then(Value::as_str) == Some(service) && same_attribute
        };
        // What was answered is recorded once for each attribute, also where it was asked again.
        let answer = self
            .answer(asked)
            .or_else(|| self.service.iter().find(|known| asked(&known.query)).map(|known| &known.answer))?;
        Some(answer.get("results").unwrap_or(answer).clone())
    }

    fn decay_score(&self, request: Request<'_>, _: &Value<'_>, attribute: &Value<'_>) -> Option<Value<'static>> {
        let event = self.data.get(&request.node.to_string())?.get("Event")?;
        let scored = event.get("_AttributeFlattened")?.as_array()?;
        let is_same = |known: &&Value<'_>| known.get("id").is_some() && known.get("id") == attribute.get("id");
        scored.values().find(is_same)?.get("decay_score").cloned()
    }

    fn knows_tag(&self, name: &str) -> bool {
        self.tags.contains(name)
    }

    fn has_enrichment_module(&self, name: &str) -> bool {
        self.template_service && ENRICHMENT_MODULES.lines().any(|known| known == name)
    }

    fn has_template_service(&self) -> bool {
        self.template_service
    }

    fn has_zmq_redis(&self) -> bool {
        self.zmq_redis
    }

    fn base_url(&self) -> String {
        "http://127.0.0.1:8089".into()
    }

    fn events(&self) -> Option<Vec<Value<'static>>> {
        (!self.events.is_empty()).then(|| self.events.clone())
    }
}

/// The events of the server, each as whole as the recording has it.
fn events(request: &Value<'_>, expected: &Value<'_>) -> Vec<Value<'static>> {
    let list = |value: Option<&Value<'_>>| -> Vec<Value<'static>> {
        let list = value.and_then(Value::as_array).into_iter().flat_map(Array::values);
        list.map(|entry| entry.clone().into_owned()).collect()
    };
    let id = |event: &Value<'_>| event.get("Event")?.get("id")?.to_text().map(std::borrow::Cow::into_owned);
    let mut whole: Vec<_> = ["runs", "callee_runs"]
        .into_iter()
        .flat_map(|key| list(expected.get(key)))
        .filter_map(|run| run.get("event").cloned())
        .collect();
    whole.extend(request.get("event").map(|event| event.clone().into_owned()));
    let known = list(request.get("database"));
    let in_full = |short: &Value<'static>| {
        let number = short.get("id").and_then(Value::to_text);
        let found = whole.iter().find(|event| id(event).as_deref() == number.as_deref());
        found.cloned().unwrap_or_else(|| in_form_of_the_api(short))
    };
    known.iter().map(in_full).collect()
}

/// Marks an event that the recording has only in short.
pub(crate) const IN_SHORT: &str = "_in_short";

/// An event that the recording has only in short.
fn in_form_of_the_api(short: &Value<'static>) -> Value<'static> {
    let tags = |names: Option<&Value<'_>>| -> Vec<serde_json::Value> {
        let names = names.and_then(Value::as_array).into_iter().flat_map(Array::values);
        names.map(|name| json!({"name": name})).collect()
    };
    let attributes = short.get("attributes").and_then(Value::as_array).into_iter().flat_map(Array::values);
    let attributes: Vec<_> = attributes
        .filter_map(Value::as_array)
        .map(|parts| {
            let part = |at: i64| parts.get(KeyRef::Int(at));
            json!({"type": part(0), "value": part(1), "to_ids": part(2), "Tag": tags(part(3))})
        })
        .collect();
    let event = json!({"Event": {
        "id": short.get("id"), "uuid": short.get("uuid"), "info": short.get("info"),
        "published": short.get("published"), "threat_level_id": short.get("threat_level_id"),
        "Tag": tags(short.get("tags")), "Attribute": attributes, IN_SHORT: true,
    }});
    Value::from_json(&event.to_string()).expect("JSON").into_owned()
}
