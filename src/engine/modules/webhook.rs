//! `webhook` and the modules that are made of it: `ms-teams-webhook`, `telegram-send-alert`, `splunk-hec-export`.

use super::Module;
use crate::engine::answers::HttpAnswer;
use crate::engine::arguments::{Arguments, TextArgument};
use crate::engine::effect::{Effect, HttpMethod};
use crate::engine::step::Step;
use crate::php::{Array, Thrown, Value};

const JSON: &str = "application/json";
const FORM: &str = "application/x-www-form-urlencoded";

#[derive(Debug)]
struct Webhook {
    url: TextArgument,
    is_form: bool,
    method: HttpMethod,
    allow_self_signed: bool,
    payload: TextArgument,
    headers: TextArgument,
}

pub(super) fn prepare(arguments: &Arguments<'_>) -> Box<dyn Module> {
    Box::new(Webhook {
        url: arguments.rendered("url"),
        is_form: arguments.is("content_type", "form"),
        method: match arguments.text("request_method").as_str() {
            "get" => HttpMethod::Get,
            "put" => HttpMethod::Put,
            "delete" => HttpMethod::Delete,
            _ => HttpMethod::Post,
        },
        allow_self_signed: arguments.is("self_signed", "allow"),
        payload: arguments.rendered("payload"),
        headers: arguments.rendered("headers"),
    })
}

impl Module for Webhook {
    fn execute(&self, step: &mut Step<'_, '_>) -> Result<bool, Thrown> {
        if !step.answers.allows_arbitrary_urls() {
            return Ok(step.fail(URLS_OFF));
        }
        let data = step.copy()?;
        let url = self.url.render(&data, step.answers, step.semantics)?;
        let payload = self.payload.render(&data, step.answers, step.semantics)?;
        let own_headers = self.headers.render(&data, step.answers, step.semantics)?;
        if matches!(url.as_str(), "" | "0") {
            return Ok(step.fail("URL not provided."));
        }
        let body = match (self.method, self.is_form, payload.is_empty()) {
            (HttpMethod::Get, _, _) => None,
            (_, true, true) => {
                step.because(|| NO_FORM.into());
                None
            }
            (_, true, false) => Some(payload),
            (_, false, true) => Some(json(&data)),
            (_, false, false) => Some(match Value::from_json(&payload) {
                Ok(value) => json(&value),
                Err(_) => json(&Value::from(payload.as_str())),
            }),
        };
        let effect = Effect::HttpRequest {
            method: self.method,
            url,
            headers: headers(self.is_form, &own_headers),
            body,
            allow_self_signed: self.allow_self_signed,
        };
        Ok(send(step, effect))
    }
}

const URLS_OFF: &str = "`Security.rest_client_enable_arbitrary_urls` is turned off";

const NO_FORM: &str = "without a payload MISP sends multipart text under the type of a form, which no server reads";

/// JSON as PHP writes it for MISP; data that is nested too deep to be written is null.
fn json(value: &Value<'_>) -> String {
    value.to_json().unwrap_or_else(|_| "null".into())
}

/// MISP's headers, and `own` ones, a line each, of which those with the same name replace them. The type of a
/// form replaces every other.
fn headers(is_form: bool, own: &str) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = [("Accept", JSON), ("Content-Type", JSON), ("User-Agent", "MISP 2.5.1")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    let mut set = |name: &str, value: &str| match headers.iter_mut().find(|(known, _)| known == name) {
        Some((_, known)) => value.clone_into(known),
        None => headers.push((name.to_owned(), value.to_owned())),
    };
    for line in own.lines() {
        if let Some((name, value)) = line.split_once(':') {
            set(name.trim(), value.trim());
        }
    }
    if is_form {
        set("Content-Type", FORM);
    }
    headers
}

/// Sends a request, and says whether the answer is one of success.
fn send<'a>(step: &mut Step<'_, 'a>, effect: Effect<'a>) -> bool {
    let answer = step.answers.http(step.request(), &effect);
    step.effect(effect);
    match answer {
        HttpAnswer::Response { status: 200..=299, .. } => true,
        HttpAnswer::Response { status: 401 | 403, .. } => step.fail("Authentication failed."),
        HttpAnswer::Response { body, .. } => step.fail(format!(
            "Something went wrong with the request or the remote side is having issues. Body returned: {body}"
        )),
        HttpAnswer::Failed(reason) => {
            step.fail(format!("Something went wrong while sending the request. Error returned: {reason}"))
        }
    }
}

#[derive(Debug)]
struct MsTeams {
    url: String,
    is_form: bool,
}

pub(super) fn prepare_ms_teams(arguments: &Arguments<'_>) -> Box<dyn Module> {
    Box::new(MsTeams { url: arguments.text("url"), is_form: arguments.is("content_type", "form") })
}

impl Module for MsTeams {
    fn execute(&self, step: &mut Step<'_, '_>) -> Result<bool, Thrown> {
        if !step.answers.allows_arbitrary_urls() {
            return Ok(step.fail(URLS_OFF));
        }
        if matches!(self.url.as_str(), "" | "0") {
            return Ok(step.fail("URL not provided."));
        }
        let data = step.copy()?;
        let body = if self.is_form {
            step.because(|| NO_FORM.into());
            None
        } else {
            let mut message = Array::new();
            message.set("text", Value::string(json(&data)));
            Some(json(&message.into()))
        };
        let effect = Effect::HttpRequest {
            method: HttpMethod::Post,
            url: self.url.clone(),
            headers: headers(self.is_form, ""),
            body,
            allow_self_signed: false,
        };
        Ok(send(step, effect))
    }
}

#[derive(Debug)]
struct Telegram {
    token: String,
    chat: Value<'static>,
    message: TextArgument,
}

pub(super) fn prepare_telegram(arguments: &Arguments<'_>) -> Box<dyn Module> {
    Box::new(Telegram {
        token: arguments.text("bot_token"),
        chat: arguments.value("chat_id"),
        message: arguments.rendered("message_body_template"),
    })
}

impl Module for Telegram {
    fn execute(&self, step: &mut Step<'_, '_>) -> Result<bool, Thrown> {
        let data = step.copy()?;
        let mut message = Array::new();
        message.set("chat_id", self.chat.clone());
        message.set("text", Value::string(self.message.render(&data, step.answers, step.semantics)?));
        message.set("parse_mode", Value::from("HTML"));
        let effect = Effect::HttpRequest {
            method: HttpMethod::Post,
            url: format!("https://api.telegram.org/bot{}/sendMessage", self.token),
            headers: headers(false, ""),
            body: Some(json(&message.into())),
            allow_self_signed: false,
        };
        Ok(send(step, effect))
    }
}

#[derive(Debug)]
struct Splunk {
    url: String,
    token: String,
}

pub(super) fn prepare_splunk(arguments: &Arguments<'_>) -> Box<dyn Module> {
    Box::new(Splunk { url: arguments.text("url"), token: arguments.text("hec_token") })
}

impl Module for Splunk {
    /// What it passes as the method of its request is none, so there is never an answer to look at.
    fn execute(&self, step: &mut Step<'_, '_>) -> Result<bool, Thrown> {
        if !step.answers.allows_arbitrary_urls() {
            return Ok(step.fail(URLS_OFF));
        }
        if matches!(self.url.as_str(), "" | "0") {
            return Ok(step.fail("URL not provided."));
        }
        if matches!(self.token.as_str(), "" | "0") {
            return Ok(step.fail("Authorization token not provided."));
        }
        Err(Thrown::error("Call to a member function isOk() on null"))
    }
}
