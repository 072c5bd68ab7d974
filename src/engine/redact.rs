//! A result without the credentials that were used.

use crate::php::{Array, Value};
use crate::secrets::{is_credential_header, user_info};

use super::Answers;
use super::effect::Effect;
use super::result::RunResult;

/// What is where a credential was that has no name.
const HIDDEN: &str = "(hidden)";

const TELEGRAM: &str = "https://api.telegram.org/bot";

/// Takes the credentials out of what came of a run in which effects were performed.
pub(super) fn redact(result: &mut RunResult<'_>, answers: &dyn Answers) {
    if !answers.has_secrets() {
        return;
    }
    let redacter = Redacter(answers);
    result.errors.iter_mut().for_each(|error| redacter.text(error));
    result.log.iter_mut().for_each(|line| redacter.text(line));
    result.effects.iter_mut().for_each(|record| redacter.effect(&mut record.effect));
    result.jobs.iter_mut().for_each(|job| redacter.value(&mut job.data));
    redacter.value(&mut result.data);
    for node in result.trace.iter_mut().flat_map(|trace| &mut trace.nodes) {
        node.reasons.iter_mut().for_each(|reason| redacter.text(reason));
        node.saw.iter_mut().for_each(|seen| redacter.value(&mut seen.value));
    }
}

struct Redacter<'c>(&'c dyn Answers);

impl Redacter<'_> {
    fn text(&self, text: &mut String) {
        if let Some(redacted) = self.0.redact(text) {
            *text = redacted;
        }
    }

    fn value(&self, value: &mut Value<'_>) {
        // Data that is nested too deep for JSON comes from outside, where nobody knows what stands for a secret.
        let Some(redacted) = value.to_json().ok().and_then(|json| self.0.redact(&json)) else { return };
        if let Ok(redacted) = Value::from_json(&redacted) {
            *value = redacted.into_owned();
        }
    }

    fn array(&self, array: &mut Array<'_>) {
        let mut value = Value::from(std::mem::take(array));
        self.value(&mut value);
        if let Value::Array(redacted) = value {
            *array = redacted;
        }
    }

    fn effect(&self, effect: &mut Effect<'_>) {
        match effect {
            Effect::HttpRequest { url, headers, body, .. } => {
                self.text(url);
                for place in user_info(url.as_bytes()).into_iter().rev() {
                    url.replace_range(place, "***");
                }
                if let Some(rest) = url.strip_prefix(TELEGRAM) {
                    let path = rest.find('/').map_or("", |at| &rest[at..]);
                    *url = format!("{TELEGRAM}{HIDDEN}{path}");
                }
                for (name, value) in headers {
                    self.text(value);
                    if is_credential_header(name) {
                        HIDDEN.clone_into(value);
                    }
                }
                if let Some(body) = body
                    && let Some(redacted) = self.0.redact(body)
                {
                    *body = redacted.into();
                }
            }
            Effect::Mail { recipients, subject, body } => {
                self.array(recipients);
                self.text(subject);
                self.text(body);
            }
            Effect::MispModule { parameters, data } => {
                self.value(parameters);
                self.value(data);
            }
            Effect::Custom { parameters } => self.value(parameters),
            Effect::Toast { header, body, .. } => {
                self.text(header);
                self.text(body);
            }
            Effect::AddTags { tags, .. } | Effect::RemoveTags { tags, .. } => self.array(tags),
            Effect::EditAttributes { attributes, .. } => attributes.iter_mut().for_each(|one| self.value(one)),
            Effect::Zmq { data } | Effect::RunWorkflow { payload: data, .. } | Effect::AddAnalystData { data, .. } => {
                self.value(data);
            }
            Effect::BlockEvent { comment, .. } => self.value(comment),
            Effect::AddToWarninglist { values, .. } => values.iter_mut().for_each(|one| self.value(one)),
            Effect::SaveEvent { .. } | Effect::Publish { .. } | Effect::Enrich { .. } | Effect::Proposals { .. } => {}
        }
    }
}
