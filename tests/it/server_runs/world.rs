//! The world around a recorded run: the web server that took its requests, and misp-modules.

use std::sync::Mutex;

use mispflow::php::{Array, KeyRef, Value};
use mispflow::simulate::engine::{Answers, Effect, HttpAnswer, Request};
use rustc_hash::FxHashSet;

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
    /// The tags that the server has seen.
    tags: &'t FxHashSet<String>,
}

struct Recorded {
    query: Value<'static>,
    answer: Value<'static>,
}

impl<'t> World<'t> {
    pub(crate) fn new(request: &Value<'_>, tags: &'t FxHashSet<String>) -> Self {
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

    fn knows_tag(&self, name: &str) -> bool {
        self.tags.contains(name)
    }

    fn has_enrichment_module(&self, name: &str) -> bool {
        ENRICHMENT_MODULES.lines().any(|known| known == name)
    }

    fn has_template_service(&self) -> bool {
        self.template_service
    }
}
