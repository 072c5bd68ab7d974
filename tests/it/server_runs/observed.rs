//! A simulated run in the form in which the real ones were recorded.

use mispflow::engine::{Call, Decision, Effect, EffectRecord, HttpMethod, Outcome, RunResult};
use mispflow::php::Value;

/// What came of a run and its jobs.
pub(crate) struct Observed<'a> {
    pub(crate) outcome: Option<Outcome>,
    pub(crate) executed: Vec<u32>,
    pub(crate) failed: Vec<u32>,
    pub(crate) errors: Vec<String>,
    pub(crate) has_jobs: bool,
    /// Node, module and status of what was executed, or should have been.
    pub(crate) nodes: Vec<String>,
    pub(crate) log: Vec<String>,
    /// The travelling data after each node, the first time it was executed.
    pub(crate) data: Vec<(u32, Value<'a>)>,
    pub(crate) requests: Vec<HttpRequest>,
    pub(crate) mails: Vec<Mail>,
    pub(crate) effects: Vec<EffectRecord<'a>>,
}

/// A request that a web server gets.
#[derive(Debug, PartialEq)]
pub(crate) struct HttpRequest {
    pub(crate) method: String,
    pub(crate) path: String,
    /// Names in lower case, sorted.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

/// A mail.
#[derive(Debug, PartialEq)]
pub(crate) struct Mail {
    pub(crate) subject: String,
    pub(crate) body: String,
}

impl<'a> Observed<'a> {
    /// What came of one run, or of all that an ad-hoc workflow did; the last one tells how it ended.
    pub(crate) fn of(results: &[&RunResult<'a>], calls: &[Call<'a>]) -> Self {
        let last = results.last();
        let callees = || calls.iter().flat_map(|call| &call.runs);
        let mut observed = Self {
            outcome: last.map(|result| result.outcome),
            executed: last.map(|result| result.executed.clone()).unwrap_or_default(),
            failed: last.map(|result| result.failed.clone()).unwrap_or_default(),
            errors: last.map(|result| result.errors.clone()).unwrap_or_default(),
            has_jobs: results.iter().any(|result| !result.jobs.is_empty()) || callees().any(|run| !run.jobs.is_empty()),
            nodes: Vec::new(),
            log: Vec::new(),
            data: Vec::new(),
            requests: Vec::new(),
            mails: Vec::new(),
            effects: Vec::new(),
        };
        for result in results {
            observed.add(result);
        }
        observed
    }

    fn add(&mut self, result: &RunResult<'a>) {
        let lines = result.log.iter().flat_map(|entry| entry.split('\n'));
        self.log.extend(lines.map(|line| line.strip_prefix("[] ").unwrap_or(line).to_owned()));
        for node in result.trace.iter().flat_map(|trace| &trace.nodes) {
            let status = match node.decision {
                _ if node.reasons.iter().any(|reason| reason.starts_with("Could not execute disabled")) => {
                    "disabled_module"
                }
                _ if node.reasons.iter().any(|reason| reason.starts_with("Could not load class")) => "loading_error",
                _ if node.reasons.iter().any(|reason| reason.starts_with("Error while executing module")) => "error",
                Decision::Failed => "partial-success",
                _ => "success",
            };
            let times = if node.decision == Decision::Enqueued {
                result
                    .log
                    .iter()
                    .filter(|line| {
                        line.contains("Executed node `concurrent-task`") && line.contains(&format!("({})", node.node))
                    })
                    .count()
            } else {
                1
            };
            if node.data.is_some() {
                self.nodes.extend((0..times).map(|_| format!("{} {} {status}", node.node, node.module)));
            }
            let Some(data) = &node.data else { continue };
            if !self.data.iter().any(|(known, _)| *known == node.node) {
                self.data.push((node.node, data.clone()));
            }
        }
        let mut calls = result.calls.iter().peekable();
        for (index, record) in result.effects.iter().enumerate() {
            while let Some(call) = calls.next_if(|call| call.effects_before <= index) {
                call.runs.iter().for_each(|run| self.add_requests(run));
            }
            self.effects.push(record.clone());
            match &record.effect {
                // Nothing listens there, so nothing was recorded.
                Effect::HttpRequest { url, .. } if url.contains(":1/") => {}
                Effect::HttpRequest { method, url, headers, body, .. } => {
                    self.requests.push(request(*method, url, headers, body.as_deref()));
                }
                Effect::Mail { subject, body, .. } => {
                    self.mails.push(Mail { subject: subject.clone(), body: body.clone() });
                }
                _ => {}
            }
        }
        for call in calls {
            call.runs.iter().for_each(|run| self.add_requests(run));
        }
        for job in &result.jobs {
            if let Some(result) = &job.result {
                self.add(result);
            }
        }
    }
}

impl<'a> Observed<'a> {
    /// What a workflow that was called sent. Its log is already in that of its caller.
    fn add_requests(&mut self, run: &RunResult<'a>) {
        let mut called = Self::of(&[run], &[]);
        self.requests.append(&mut called.requests);
        self.mails.append(&mut called.mails);
        self.effects.append(&mut called.effects);
    }
}

fn request(method: HttpMethod, url: &str, headers: &[(String, String)], body: Option<&str>) -> HttpRequest {
    let method = match method {
        HttpMethod::Get => "GET",
        HttpMethod::Post => "POST",
        HttpMethod::Put => "PUT",
        HttpMethod::Delete => "DELETE",
    };
    let mut headers: Vec<_> = headers.iter().map(|(name, value)| (name.to_ascii_lowercase(), value.clone())).collect();
    headers.sort();
    HttpRequest { method: method.into(), path: path(url), headers, body: body.unwrap_or_default().to_owned() }
}

/// The path of an address as it is sent: without the fragment, and percent-encoded.
fn path(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split('#').next().unwrap_or_default();
    let at = rest.find(['/', '?']).unwrap_or(rest.len());
    let mut path = String::new();
    for byte in rest[at..].bytes() {
        if byte.is_ascii() {
            path.push(byte.into());
        } else {
            path.push_str(&format!("%{byte:02x}"));
        }
    }
    if path.starts_with('/') { path } else { format!("/{path}") }
}

/// The number of the workflow on the server, as its log has it.
pub(crate) fn server_id(expected: &Value<'_>, trigger: &str) -> Option<String> {
    let prefix = format!("Workflow({trigger}:");
    let lines = expected.get("log")?.as_array()?;
    let found = lines.values().filter_map(Value::as_str).find_map(|line| line.strip_prefix(&prefix))?;
    Some(found.split(')').next()?.to_owned())
}
