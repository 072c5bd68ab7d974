//! `webhook` and the modules that are made of it: `ms-teams-webhook`, `telegram-send-alert`, `splunk-hec-export`.

use super::Module;
use crate::catalogue::Release;
use crate::engine::answers::HttpAnswer;
use crate::engine::arguments::{Arguments, TextArgument};
use crate::engine::effect::{Effect, HttpMethod};
use crate::engine::meaning::Meaning;
use crate::engine::module_run::ModuleRun;
use crate::php::{Array, KeyRef, Thrown, Value};

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
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        if !step.answers.allows_arbitrary_urls() {
            return Ok(step.fail(URLS_OFF));
        }
        let data = step.copy()?;
        let url = step.render(&self.url, &data)?;
        let payload = step.render(&self.payload, &data)?;
        let own_headers = step.render(&self.headers, &data)?;
        if matches!(url.as_str(), "" | "0") {
            return Ok(step.fail("URL not provided."));
        }
        let body = match (self.method, self.is_form, payload.is_empty()) {
            (HttpMethod::Get, _, _) => None,
            (_, true, true) => {
                step.because(|| NO_FORM.into());
                None
            }
            (_, true, false) => Some(step.shared(payload)),
            (_, false, true) => Some(step.body_of("json", &data, json)),
            (_, false, false) => match Value::from_json(&payload) {
                Ok(value) => Some(step.shared(json(&value))),
                Err(error) if error.is_infinite_number() => return Ok(step.fail(INFINITE)),
                Err(_) => Some(step.shared(json(&Value::from(payload.as_str())))),
            },
        };
        // PHP calls `0` empty, and sends nothing.
        let body = body.map(|body| if &*body == "0" { "".into() } else { body });
        let effect = Effect::HttpRequest {
            method: self.method,
            url,
            headers: headers(self.is_form, &own_headers, step.semantics.release),
            body,
            allow_self_signed: self.allow_self_signed,
        };
        Ok(send(step, effect))
    }

    fn meaning(&self) -> Meaning<'_> {
        if [&self.url, &self.payload, &self.headers].iter().any(|text| text.is_wrong()) {
            return Meaning::Unknown("a part of its request is not a string");
        }
        let always_fails = self.url.fixed().is_some_and(|url| matches!(url, "" | "0") || !is_url(url));
        Meaning::Sends { kind: "http_request", always_fails, paths: Vec::new() }
    }
}

const URLS_OFF: &str = "`Security.rest_client_enable_arbitrary_urls` is turned off";

const NO_FORM: &str =
    "without a payload MISP sends a multipart body with the content type of a plain form, which no server can read";

const INFINITE: &str = "Something went wrong. Error returned: Inf and NaN cannot be JSON encoded";

/// What the library that MISP sends its requests with says of an address that is none.
const BAD_URL: &str = "curl error 3 'URL using bad/illegal format or missing URL': URL using bad/illegal format or missing \
                       URL";

/// Whether a request can be sent to an address. White space anywhere makes it none.
fn is_url(url: &str) -> bool {
    let (scheme, host) = url.split_once("://").unwrap_or(("http", url));
    let wants_host = scheme.eq_ignore_ascii_case("http") || scheme.eq_ignore_ascii_case("https");
    let has_host = !host.is_empty() && !host.starts_with(['/', '?', '#']);
    !url.contains(|char: char| char <= ' ' || char == '\x7f') && (has_host || !wants_host)
}

/// JSON as PHP writes it for MISP; data that is nested too deep to be written is null.
fn json(value: &Value<'_>) -> String {
    value.to_json().unwrap_or_else(|_| "null".into())
}

/// MISP's headers, and `own` ones, a line each, of which those with the same name replace them. The type of a
/// form replaces every other.
fn headers(is_form: bool, own: &str, release: Release) -> Vec<(String, String)> {
    let agent = format!("MISP {release}");
    let mut headers: Vec<(String, String)> = [("Accept", JSON), ("Content-Type", JSON), ("User-Agent", &agent)]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    let mut set = |name: &str, value: &str| match headers.iter_mut().find(|(known, _)| known == name) {
        Some((_, known)) => value.clone_into(known),
        None => headers.push((name.to_owned(), value.to_owned())),
    };
    let mut numbered = 0;
    for line in own.split('\n') {
        let Some((name, value)) = line.split_once(':') else { continue };
        match trimmed(name) {
            // A line that begins with a colon is not sent.
            "" => {}
            // PHP takes a number for an index, and counts anew.
            name if matches!(KeyRef::new(name), KeyRef::Int(_)) => {
                set(&numbered.to_string(), trimmed(value));
                numbered += 1;
            }
            name => set(name, trimmed(value)),
        }
    }
    if is_form {
        set("Content-Type", FORM);
    }
    headers
}

/// PHP's `trim`, which leaves the white space of Unicode where it is.
fn trimmed(text: &str) -> &str {
    text.trim_matches([' ', '\t', '\n', '\r', '\0', '\x0b'])
}

/// Sends a request, and says whether the answer is one of success.
fn send<'a>(step: &mut ModuleRun<'_, 'a>, effect: Effect<'a>) -> bool {
    if let Effect::HttpRequest { url, .. } = &effect
        && !is_url(url)
    {
        return step.fail(format!("Something went wrong while sending the request. Error returned: {BAD_URL}"));
    }
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

/// What keeps the parts of a multipart body apart. MISP draws the digits anew for each request.
const BOUNDARY: &str = "------------------------0000000000000000";

/// A body with one part.
fn multipart(name: &str, value: &str) -> String {
    format!("--{BOUNDARY}\r\nContent-Disposition: attachment; name=\"{name}\"\r\n\r\n{value}\r\n--{BOUNDARY}--\r\n")
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
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        if !step.answers.allows_arbitrary_urls() {
            return Ok(step.fail(URLS_OFF));
        }
        if matches!(self.url.as_str(), "" | "0") {
            return Ok(step.fail("URL not provided."));
        }
        let data = step.copy()?;
        let mut headers = headers(self.is_form, "", step.semantics.release);
        let body = if self.is_form {
            step.because(|| NO_FORM.into());
            if let Some((_, kind)) = headers.iter_mut().find(|(name, _)| name == "Content-Type") {
                *kind = format!("{FORM}; boundary={BOUNDARY}");
            }
            step.body_of("multipart", &data, |data| multipart("text", &json(data)))
        } else {
            step.body_of("text", &data, |data| {
                let mut message = Array::new();
                message.set("text", Value::string(json(data)));
                json(&message.into())
            })
        };
        let effect = Effect::HttpRequest {
            method: HttpMethod::Post,
            url: self.url.clone(),
            headers,
            body: Some(body),
            allow_self_signed: false,
        };
        Ok(send(step, effect))
    }

    fn meaning(&self) -> Meaning<'_> {
        let always_fails = matches!(self.url.as_str(), "" | "0") || !is_url(&self.url);
        Meaning::Sends { kind: "http_request", always_fails, paths: Vec::new() }
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
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        let data = step.copy()?;
        let mut message = Array::new();
        message.set("chat_id", self.chat.clone());
        message.set("text", Value::string(step.render(&self.message, &data)?));
        message.set("parse_mode", Value::from("HTML"));
        let effect = Effect::HttpRequest {
            method: HttpMethod::Post,
            url: format!("https://api.telegram.org/bot{}/sendMessage", self.token),
            headers: headers(false, "", step.semantics.release),
            body: Some(json(&message.into()).into()),
            allow_self_signed: false,
        };
        Ok(send(step, effect))
    }

    fn meaning(&self) -> Meaning<'_> {
        if self.message.is_wrong() {
            return Meaning::Unknown("its message is not a string");
        }
        Meaning::Sends { kind: "http_request", always_fails: false, paths: Vec::new() }
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
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
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
