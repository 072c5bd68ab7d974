//! Comparing a simulated run with the recorded one.

use mispflow::engine::{AdhocResult, Effect, Outcome};
use mispflow::php::{Array, Value};

use super::observed::{self, HttpRequest, Mail, Observed};
use super::unknown::{self, Unknown};
use super::world::{IN_SHORT, World};

/// The longest part of a difference that is shown, in characters.
const WIDTH: usize = 200;

/// Where the simulation differs from the recorded run.
pub(crate) fn differences(
    request: &Value<'_>,
    expected: &Value<'_>,
    seen: &Observed<'_>,
    world: &World<'_>,
) -> Vec<String> {
    let mut found = Vec::new();
    let own = own_prefix(request, expected);
    let unknown = unknown::of(request, seen);
    ending(&mut found, request, expected, seen);
    log(&mut found, expected, seen, &own);
    requests(&mut found, expected, seen, &own, &unknown);
    let mails: Vec<_> = list(expected, "mail").filter_map(recorded_mail).collect();
    if failed_mail(expected).is_none() {
        compare(&mut found, "mails", &mails, &seen.mails.iter().map(trimmed).collect());
    }
    let (asked, asked_here) = world.queries();
    compare(&mut found, "queries to misp-modules", &asked.len(), &asked_here.len());
    for (index, (there, here)) in asked.iter().zip(&asked_here).enumerate() {
        found.extend(difference(&unknown.forget(there), &unknown.forget(here), &format!("query {index}")));
    }
    data(&mut found, expected, seen, &own, &unknown);
    analyst_data(&mut found, expected, seen);
    toasts(&mut found, expected, seen);
    found
}

/// The notes, opinions and relationships that were written: to what, and what they say.
fn analyst_data(found: &mut Vec<String>, expected: &Value<'_>, seen: &Observed<'_>) {
    let shown = |row: &Value<'_>| {
        let part = |name: &str| row.get(name).and_then(Value::to_text).unwrap_or_default().into_owned();
        ["object_type", "object_uuid", "language", "note", "opinion", "comment", "relationship_type"].map(part)
    };
    let there: Vec<_> = list(expected, "analyst_data").map(shown).collect();
    let is_to_itself =
        |row: &Value<'_>| row.get("related_object_uuid").is_some_and(|uuid| row.get("object_uuid") == Some(uuid));
    let rows = seen.effects.iter().filter_map(|record| match &record.effect {
        // One to itself is not stored.
        Effect::AddAnalystData { data, .. } if !is_to_itself(data) => Some(shown(data)),
        _ => None,
    });
    // What the database kept was recorded only where there was any.
    if !there.is_empty() {
        compare(found, "analyst data", &there, &rows.collect());
    }
}

fn toasts(found: &mut Vec<String>, expected: &Value<'_>, seen: &Observed<'_>) {
    let texts: Vec<Value<'_>> =
        list(expected, "toasts").filter_map(|toast| Value::from_json(toast.as_str()?).ok()).collect();
    let there: Vec<_> = texts.iter().map(|toast| text(toast, "message").to_owned()).collect();
    let here = seen.effects.iter().filter_map(|record| match &record.effect {
        Effect::Toast { header, .. } => Some(header.clone()),
        _ => None,
    });
    compare(found, "toasts", &there, &here.collect());
}

/// Where the runs of an ad-hoc workflow differ from the recorded ones.
pub(crate) fn adhoc_differences(
    request: &Value<'_>,
    expected: &Value<'_>,
    result: &AdhocResult<'_>,
    world: &World<'_>,
) -> Vec<String> {
    let mut found = Vec::new();
    let own = own_prefix(request, expected);
    let runs: Vec<_> = result.runs.iter().collect();
    let seen = Observed::of(&runs, &[]);
    let unknown = unknown::of(request, &seen);
    let here = result.outcome.map_or("", Outcome::as_str);
    compare(&mut found, "outcome", &text(expected, "outcome"), &here);
    log(&mut found, expected, &seen, &own);
    requests(&mut found, expected, &seen, &own, &unknown);
    let Some(recorded) = expected.get("runs").and_then(Value::as_array) else { return found };
    let id = |event: &Value<'_>| event.get("Event").and_then(|event| event.get("id")?.to_text().map(Into::into));
    let there: Vec<Option<String>> = recorded.values().map(|run| run.get("event").and_then(id)).collect();
    let here: Vec<Option<String>> = runs.iter().map(|run| id(&run.data)).collect();
    compare(&mut found, "how many runs", &there.len(), &here.len());
    if runs.iter().all(|run| run.data.get("Event").is_some()) {
        compare(&mut found, "events", &there, &here);
    }
    for (there, run) in recorded.values().zip(runs) {
        let seen = Observed::of(&[run], &run.calls);
        if text(there, "outcome").is_empty() {
            // The run that died is recorded as far as the debug endpoint heard of it.
            data(&mut found, there, &seen, &own, &unknown);
        } else {
            ending(&mut found, request, there, &seen);
            data(&mut found, there, &seen, &own, &unknown);
        }
    }
    let _ = world;
    found
}

/// How the log calls the workflow of the run.
pub(crate) fn own_prefix(request: &Value<'_>, expected: &Value<'_>) -> String {
    if request.get("callees").is_some() {
        // Those that it calls are simulated too.
        return "Workflow(".into();
    }
    let trigger = text(request, "trigger");
    format!("Workflow({trigger}:{})", observed::server_id(expected, trigger).unwrap_or_default())
}

fn ending(found: &mut Vec<String>, request: &Value<'_>, expected: &Value<'_>, seen: &Observed<'_>) {
    let outcome = text(expected, "outcome");
    let here = seen.outcome.map_or("", Outcome::as_str);
    if outcome != here {
        found.push(format!("outcome: {outcome} on the server, {here} here; {:?}", seen.errors));
    }
    for (what, here) in [("executed", &seen.executed), ("failed", &seen.failed)] {
        if let Some(there) = expected.get(what).and_then(Value::as_array) {
            compare(found, what, &numbers(there), here);
        }
    }
    if seen.outcome == Some(Outcome::Crash) {
        if let Some(reason) = expected.get("internal_error").and_then(Value::as_str) {
            let reason = reason.rsplit_once(", called in").map_or(reason, |(reason, _)| reason);
            let there = match expected.get("exception").and_then(Value::as_str) {
                Some(class) => format!("{class} {reason}"),
                None => reason.replace(['[', ']'], ""),
            };
            let here = seen.errors.last().map(|error| error.replace("MISP dies with an internal error: ", ""));
            compare(found, "internal error", &there, &here.unwrap_or_default().replacen(": ", " ", 1));
        }
    } else if request.get("debug").is_some_and(Value::to_bool) {
        let here = seen.errors.iter().filter(|error| !is_of_no_module(error)).map(|error| message(error));
        compare(found, "errors", &errors(expected), &here.collect());
    }
}

fn log(found: &mut Vec<String>, expected: &Value<'_>, seen: &Observed<'_>, own: &str) {
    let (mut log, mut log_here) = (own_lines(expected, own), seen.log.clone());
    if seen.has_jobs {
        // Workers do their jobs in any order.
        log.sort();
        log_here.sort();
    }
    compare(found, "log", &log, &log_here);
    // A node that was never told of by the debug endpoint, and those of other workflows, tell nothing.
    if list(expected, "nodes").next().is_none() || has_foreign_lines(expected, own) {
        return;
    }
    let mut nodes: Vec<_> = list(expected, "nodes").filter_map(recorded_node).collect();
    let mut nodes_here = seen.nodes.clone();
    if seen.has_jobs {
        nodes.sort();
        nodes_here.sort();
    }
    compare(found, "nodes", &nodes, &nodes_here);
}

/// Whether the log also tells of other workflows, which the run set off.
fn has_foreign_lines(expected: &Value<'_>, own: &str) -> bool {
    log_of(expected).any(|line| line.starts_with("Workflow(") && !line.starts_with(own))
}

fn requests(found: &mut Vec<String>, expected: &Value<'_>, seen: &Observed<'_>, own: &str, unknown: &Unknown) {
    let mut requests: Vec<_> = list(expected, "requests").filter_map(recorded_request).collect();
    let mut requests_here: Vec<_> = seen.requests.iter().map(blurred).collect();
    if seen.has_jobs {
        requests.sort_by(|one, other| one.path.cmp(&other.path));
        requests_here.sort_by(|one, other| one.path.cmp(&other.path));
    }
    if has_foreign_lines(expected, own) {
        // Some are of the other workflows that the run set off.
        let own: Vec<_> = paths(&requests_here).into_iter().map(ToOwned::to_owned).collect();
        requests.retain(|request| own.contains(&request.path));
    }
    compare(found, "paths of requests", &paths(&requests), &paths(&requests_here));
    for (there, here) in requests.iter().zip(&requests_here) {
        compare(found, "method", &there.method, &here.method);
        compare(found, "headers", &there.headers, &here.headers);
        if there.body != here.body && !here.body.contains(IN_SHORT) {
            bodies(found, there, here, unknown);
        }
    }
}

fn data(found: &mut Vec<String>, expected: &Value<'_>, seen: &Observed<'_>, own: &str, unknown: &Unknown) {
    let log: Vec<_> = log_of(expected).collect();
    for (node, there) in expected.get("data").and_then(Value::as_array).into_iter().flatten() {
        let node = node.to_string();
        if unknown::may_be_another_workflows(&log, own, &node) {
            continue;
        }
        let place = format!("data after {node}: ");
        match seen.data.iter().find(|(known, _)| known.to_string() == node) {
            Some((_, here)) => found.extend(difference(&unknown.forget(there), &unknown.forget(here), &place)),
            None => found.push(format!("{place}none here")),
        }
    }
}

fn compare<T: PartialEq + std::fmt::Debug>(found: &mut Vec<String>, what: &str, there: &T, here: &T) {
    if there != here {
        let (there, here) = (format!("{there:?}"), format!("{here:?}"));
        found.push(format!("{what}:\n    server {}\n    here   {}", short(&there, &here), short(&here, &there)));
    }
}

/// The part of a text around the first difference from another.
fn short(text: &str, other: &str) -> String {
    let same = text.chars().zip(other.chars()).take_while(|(one, other)| one == other).count();
    let from = same.saturating_sub(WIDTH / 2);
    let part: String = text.chars().skip(from).take(WIDTH * 2).collect();
    if from > 0 { format!("…{part}") } else { part }
}

fn bodies(found: &mut Vec<String>, there: &HttpRequest, here: &HttpRequest, unknown: &Unknown) {
    let place = format!("body at {}: ", there.path);
    if let (Ok(one), Ok(other)) = (Value::from_json(&there.body), Value::from_json(&here.body)) {
        let (one, other) = (unknown.forget(&one), unknown.forget(&other));
        if one.as_str().is_some() && other.as_str().is_some() && unknown.shows_in_texts() {
            return;
        }
        match difference(&one, &other, &place) {
            Some(difference) => found.push(difference),
            None if !unknown.is_anything() => compare(found, &place, &there.body, &here.body),
            None => {}
        }
        return;
    }
    if !unknown.shows_in_texts() {
        compare(found, &place, &there.body, &here.body);
    }
}

/// Where two values differ first.
fn difference(there: &Value<'_>, here: &Value<'_>, place: &str) -> Option<String> {
    let (Value::Array(one), Value::Array(other)) = (there, here) else {
        return (there != here).then(|| {
            let (there, here) = (json(there), json(here));
            format!("{place}\n    server {}\n    here   {}", short(&there, &here), short(&here, &there))
        });
    };
    for (key, value) in one {
        let place = format!("{place}.{key}");
        match other.get(key) {
            Some(known) => {
                if let Some(found) = difference(value, known, &place) {
                    return Some(found);
                }
            }
            None => return Some(format!("{place}: missing here; on the server {}", short(&json(value), ""))),
        }
    }
    for (key, value) in other {
        if one.get(key).is_none() {
            return Some(format!("{place}.{key}: only here: {}", short(&json(value), "")));
        }
    }
    let order = |array: &Array<'_>| array.iter().map(|(key, _)| key.to_string()).collect::<Vec<_>>();
    (order(one) != order(other))
        .then(|| format!("{place}: order of keys: server {:?}, here {:?}", order(one), order(other)))
}

fn json(value: &Value<'_>) -> String {
    value.to_json().unwrap_or_else(|error| error.to_string())
}

fn text<'v>(value: &'v Value<'_>, name: &str) -> &'v str {
    value.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn list<'v, 'a>(value: &'v Value<'a>, name: &str) -> impl Iterator<Item = &'v Value<'a>> {
    value.get(name).and_then(Value::as_array).into_iter().flat_map(Array::values)
}

fn numbers(list: &Array<'_>) -> Vec<u32> {
    list.values().filter_map(Value::to_text).filter_map(|text| text.parse().ok()).collect()
}

fn paths(requests: &[HttpRequest]) -> Vec<&str> {
    requests.iter().map(|request| request.path.as_str()).collect()
}

/// What the modules said of their failures.
fn errors(expected: &Value<'_>) -> Vec<String> {
    let of_module = |errors: &Value<'_>| {
        let errors: Vec<_> = errors.as_array().into_iter().flat_map(Array::values).filter_map(Value::to_text).collect();
        unknown::without_times(&errors.join(", "))
    };
    list(expected, "errors").map(of_module).collect()
}

/// Whether MISP says this, and not the module.
fn is_of_no_module(error: &str) -> bool {
    ["Could not execute disabled module", "Could not load class for module", "Error while executing module"]
        .iter()
        .any(|words| error.contains(words))
}

fn message(error: &str) -> String {
    let error = error.split_once("returned the following error: ").map_or(error, |(_, message)| message);
    unknown::without_times(error)
}

fn log_of<'v>(expected: &'v Value<'_>) -> impl Iterator<Item = &'v str> {
    list(expected, "log").filter_map(Value::as_str)
}

/// The log without the lines of other workflows.
fn own_lines(expected: &Value<'_>, own: &str) -> Vec<String> {
    let mut is_own = true;
    let mut lines = Vec::new();
    for line in log_of(expected) {
        if line.starts_with("Workflow(") {
            is_own = line.starts_with(own);
        }
        if is_own {
            lines.push(unknown::without_times(line));
        }
    }
    lines
}

/// Node, module and status, as the debug endpoint told them.
fn recorded_node(node: &Value<'_>) -> Option<String> {
    let parts: Vec<_> = node.as_array()?.values().filter_map(Value::to_text).collect();
    Some(parts.join(" "))
}

/// The complaint that a mail could not be sent, which depends on the mail server.
fn failed_mail<'v>(expected: &'v Value<'_>) -> Option<&'v str> {
    let error = expected.get("internal_error").and_then(Value::as_str)?;
    error.starts_with("Exception during sending e-mail").then_some(error)
}

fn trimmed(mail: &Mail) -> Mail {
    Mail { subject: mail.subject.clone(), body: mail.body.trim_end().to_owned() }
}

/// A request as recorded, unless misp-modules sent it.
fn recorded_request(request: &Value<'_>) -> Option<HttpRequest> {
    let mut headers = Vec::new();
    for (name, value) in request.get("headers")?.as_array()? {
        headers.push((name.to_string().to_ascii_lowercase(), from_latin_1(&value.to_text()?)));
    }
    if headers.iter().any(|(name, value)| name == "user-agent" && value.starts_with("python-requests")) {
        return None;
    }
    headers.retain(|(name, _)| !unknown::HEADERS.contains(&name.as_str()));
    headers.sort();
    Some(blurred(&HttpRequest {
        method: text(request, "method").to_owned(),
        path: text(request, "path").to_owned(),
        headers,
        body: text(request, "body").to_owned(),
    }))
}

/// A header as it was sent, which the web server took for Latin 1.
fn from_latin_1(text: &str) -> String {
    let bytes: Option<Vec<u8>> = text.chars().map(|char| u8::try_from(u32::from(char)).ok()).collect();
    bytes.and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_else(|| text.to_owned())
}

/// A request without what is drawn by chance.
fn blurred(request: &HttpRequest) -> HttpRequest {
    let headers = request.headers.iter();
    HttpRequest {
        method: request.method.clone(),
        path: request.path.clone(),
        headers: headers.map(|(name, value)| (name.clone(), unknown::without_boundary(value))).collect(),
        body: unknown::without_boundary(&request.body),
    }
}

/// Subject and text of a recorded mail.
fn recorded_mail(mail: &Value<'_>) -> Option<Mail> {
    let mail = text(mail, "mail");
    let subject = mail.split("\r\n").find_map(|line| line.strip_prefix("Subject: "))?;
    let (_, rest) = mail.split_once("8bit\r\n\r\n--")?;
    let (_, rest) = rest.split_once("\r\n\r\n")?;
    let (body, _) = rest.split_once("\r\n--")?;
    let body = body.replace("\r\n", "\n");
    Some(Mail { subject: decoded(subject), body: body.trim_end().to_owned() })
}

/// A header of a mail whose words may be in base64.
fn decoded(header: &str) -> String {
    let mut decoded = String::new();
    let mut rest = header;
    while let Some((before, word)) = rest.split_once("=?UTF-8?B?") {
        let Some((word, after)) = word.split_once("?=") else { break };
        decoded.push_str(before);
        decoded.push_str(&base64(word));
        rest = after;
    }
    decoded + rest
}

fn base64(text: &str) -> String {
    const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for char in text.bytes() {
        let Some(digit) = DIGITS.iter().position(|known| *known == char) else { continue };
        bits = bits << 6 | digit as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
