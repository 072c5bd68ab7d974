//! What a service answers, and how it is said.

use crate::catalogue::{Provenance, Signature, module_ids};
use crate::engine::HttpAnswer;
use crate::model::ModuleType;
use crate::php::{Array, KeyRef, Value};

/// Chooses by the value of an attribute.
const BY_VALUE: &str = "by_value";
/// Chooses by the service that is asked.
const BY_SERVICE: &str = "by_service";
/// The choice for all others.
const OTHERS: &str = "*";

/// What a module gets from the service it asks.
#[derive(Clone, PartialEq, Debug)]
#[non_exhaustive]
pub enum Reply {
    /// An answer to an HTTP request.
    Http(HttpAnswer),
    /// What enrichment services find.
    Enrichment(Value<'static>),
    /// The warning lists that attributes are on.
    Warnings(Value<'static>),
    /// The decay scores of attributes.
    Scores(Value<'static>),
    /// The event as it is in the database.
    Event(Value<'static>),
    /// What a logic module decides that only the server knows.
    Decision(bool),
    /// Nothing, but it goes well: nothing outside makes it fail.
    Success,
}

/// Why an answer cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct ReplyError {
    /// What is wrong with it.
    pub message: String,
    /// What to write instead.
    pub help: String,
}

impl Reply {
    /// Reads what a module is to get; `signature` is the module's.
    ///
    /// # Errors
    /// If the module does not look at answers, or if this is none that it can get.
    pub fn new(module: &str, signature: Option<&Signature>, value: &Value<'_>) -> Result<Self, ReplyError> {
        let owned = || value.clone().into_owned();
        match module {
            module_ids::WEBHOOK | module_ids::MS_TEAMS_WEBHOOK | module_ids::TELEGRAM_SEND_ALERT => {
                http(value).map(Self::Http)
            }
            module_ids::ATTACH_ENRICHMENT => Ok(Self::Enrichment(owned())),
            module_ids::ATTACH_WARNINGLIST => Ok(Self::Warnings(owned())),
            module_ids::ATTACH_DECAY_SCORE => Ok(Self::Scores(owned())),
            module_ids::RELOAD_FULL_EVENT | module_ids::ENRICH_EVENT | module_ids::PROPOSAL_ACTION => {
                match value.get("Event") {
                    Some(Value::Array(_)) => Ok(Self::Event(owned())),
                    _ => Err(ReplyError {
                        message: format!("`{module}` gets the event as it is in the database, and this is none"),
                        help: "an event is written `{ Event: { … } }`".into(),
                    }),
                }
            }
            _ if signature.is_some_and(is_unknown_logic) => match value {
                Value::Bool(decision) => Ok(Self::Decision(*decision)),
                _ => Err(ReplyError {
                    message: format!("`{module}` decides, and this is not a decision"),
                    help: "write `true` for its first output or `false` for its second one".into(),
                }),
            },
            _ if can_go_well(module, signature) => match value {
                Value::Bool(true) => Ok(Self::Success),
                _ => Err(ReplyError {
                    message: format!("`{module}` gets no reply: the only answer it can have is `true`"),
                    help: "it can succeed, `returns true`, or fail, `fails \"…\"`".into(),
                }),
            },
            _ => Err(ReplyError {
                message: format!("`{module}` does not use an answer"),
                help: "it can only fail: `fails \"…\"`".into(),
            }),
        }
    }
}

/// Whether a module is an action that does not always end the run.
fn can_go_well(module: &str, signature: Option<&Signature>) -> bool {
    signature.is_some_and(|known| known.module_type == ModuleType::Action) && module != module_ids::STOP_EXECUTION
}

fn is_unknown_logic(signature: &Signature) -> bool {
    signature.module_type == ModuleType::Logic && signature.provenance != Provenance::BuiltIn
}

fn http(value: &Value<'_>) -> Result<HttpAnswer, ReplyError> {
    let wrong = |message: String| ReplyError {
        message,
        help: "an answer is `{ status: 200, body: \"…\" }`, no answer is `{ error: \"timeout\" }`".into(),
    };
    let Some(entries) = value.as_array() else { return Err(wrong("this is not an answer to an HTTP request".into())) };
    let (mut status, mut body) = (200, String::new());
    for (key, value) in entries {
        match key {
            KeyRef::String("error") => {
                let reason = value.to_text().ok_or_else(|| wrong("the error is not a string".into()))?;
                return Ok(HttpAnswer::Failed(reason.into_owned()));
            }
            KeyRef::String("status") => {
                let known = value.to_text().and_then(|text| text.parse().ok());
                status = known
                    .filter(|status| (100..600).contains(status))
                    .ok_or_else(|| wrong("the status is not a number from 100 to 599".into()))?;
            }
            KeyRef::String("body") => {
                body = match value.to_text() {
                    Some(text) => text.into_owned(),
                    None => value.to_json().unwrap_or_default(),
                }
            }
            KeyRef::String(key) => return Err(wrong(format!("an answer to an HTTP request has no `{key}`"))),
            KeyRef::Int(key) => return Err(wrong(format!("an answer to an HTTP request has no `{key}`"))),
        }
    }
    Ok(HttpAnswer::Response { status, body })
}

/// The part of an answer that is about one attribute and, where several are asked, one service.
pub(super) fn choose<'v>(
    mut value: &'v Value<'static>,
    attribute: &Value<'_>,
    service: Option<&str>,
) -> Option<&'v Value<'static>> {
    // Each round goes one level down.
    loop {
        let Some(choice) = only_entry(value) else { return Some(value) };
        let (choices, key) = match choice {
            (BY_VALUE, choices) => (choices, attribute.get("value").and_then(Value::to_text).unwrap_or_default()),
            (BY_SERVICE, choices) => (choices, service.unwrap_or_default().into()),
            _ => return Some(value),
        };
        value = choices.get(&key).or_else(|| choices.get(OTHERS))?;
    }
}

fn only_entry<'v>(value: &'v Value<'static>) -> Option<(&'v str, &'v Value<'static>)> {
    let entries = value.as_array()?;
    match entries.iter().next() {
        Some((KeyRef::String(key), value)) if entries.len() == 1 => Some((key, value)),
        _ => None,
    }
}

/// The hits on warning lists as MISP has them; `said` names lists, or gives the hits as they are.
pub(super) fn hits(said: &Value<'static>, attribute: &Value<'_>) -> Value<'static> {
    let value = attribute.get("value").cloned().unwrap_or_default().into_owned();
    let said = match said {
        Value::String(_) => Array::from(vec![said.clone()]),
        other => other.to_array(),
    };
    let hits = (1_i64..).zip(said.values()).map(|(number, hit)| match hit {
        Value::String(name) => {
            let mut hit = Array::new();
            hit.set("warninglist_id", Value::string(number.to_string()));
            hit.set("warninglist_name", Value::String(name.clone()));
            hit.set("warninglist_category", Value::from("false_positive"));
            hit.set("match", value.clone());
            hit.set("value", value.clone());
            hit.into()
        }
        other => other.clone(),
    });
    hits.collect::<Vec<_>>().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(json: &str) -> Value<'static> {
        Value::from_json(json).unwrap().into_owned()
    }

    #[test]
    fn answers_to_http_requests() {
        let reply = |json: &str| Reply::new("webhook", None, &value(json)).map_err(|error| error.message);
        let response = |status, body: &str| Ok(Reply::Http(HttpAnswer::Response { status, body: body.into() }));
        assert_eq!(reply("{}"), response(200, ""));
        assert_eq!(reply(r#"{"status": 503, "body": "busy"}"#), response(503, "busy"));
        assert_eq!(reply(r#"{"status": "404", "body": {"a": [1]}}"#), response(404, r#"{"a":[1]}"#));
        assert_eq!(reply(r#"{"error": "timeout"}"#), Ok(Reply::Http(HttpAnswer::Failed("timeout".into()))));
        assert_eq!(reply(r#"{"code": 200}"#), Err("an answer to an HTTP request has no `code`".into()));
        assert_eq!(reply(r#"{"status": 20}"#), Err("the status is not a number from 100 to 599".into()));
        assert_eq!(reply("true"), Err("this is not an answer to an HTTP request".into()));
    }

    #[test]
    fn a_module_that_asks_nobody_gets_no_answer() {
        let error = Reply::new("push-zmq", None, &value("{}")).unwrap_err();
        assert_eq!(error.message, "`push-zmq` does not use an answer");
        let told = |module: &str| {
            let signature = crate::catalogue::Catalogue::built_in().module(module);
            Reply::new(module, signature, &value("true")).map_err(|error| error.help)
        };
        assert_eq!(told("push-zmq"), Ok(Reply::Success));
        for module in ["stop-execution", "tag-if"] {
            assert_eq!(told(module), Err("it can only fail: `fails \"…\"`".into()), "{module}");
        }
        assert!(Reply::new("reload-full-event", None, &value(r#"{"Evnt": {}}"#)).is_err());
    }

    #[test]
    fn an_answer_may_depend_on_the_attribute_and_the_service() {
        let attribute = value(r#"{"value": "198.51.100.7"}"#);
        let chosen = |json: &str, service: &str| {
            let value = value(json);
            choose(&value, &attribute, Some(service)).map(|chosen| chosen.to_json().unwrap())
        };
        assert_eq!(chosen(r#"{"a": 1}"#, "x"), Some(r#"{"a":1}"#.into()));
        assert_eq!(chosen(r#"{"by_value": {"198.51.100.7": 1, "*": 2}}"#, "x"), Some("1".into()));
        assert_eq!(chosen(r#"{"by_value": {"198.51.100.8": 1, "*": 2}}"#, "x"), Some("2".into()));
        assert_eq!(chosen(r#"{"by_value": {"198.51.100.8": 1}}"#, "x"), None);
        let nested = r#"{"by_service": {"x": {"by_value": {"198.51.100.7": 1}}, "y": 3}}"#;
        assert_eq!(chosen(nested, "x"), Some("1".into()));
        assert_eq!(chosen(nested, "y"), Some("3".into()));
        assert_eq!(chosen(nested, "z"), None);
    }

    #[test]
    fn a_name_of_a_list_becomes_a_hit() {
        let attribute = value(r#"{"value": "192.0.2.1"}"#);
        let expected = r#"[{"warninglist_id":"1","warninglist_name":"L","warninglist_category":"false_positive","match":"192.0.2.1","value":"192.0.2.1"}]"#;
        assert_eq!(hits(&value(r#"["L"]"#), &attribute).to_json().unwrap(), expected);
        assert_eq!(hits(&value(r#""L""#), &attribute).to_json().unwrap(), expected);
        assert_eq!(hits(&value(r#"[{"warninglist_id": "9"}]"#), &attribute), value(r#"[{"warninglist_id": "9"}]"#));
    }
}
