//! The calls on a server, each with what it answers.

use std::thread::sleep;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use super::call::{Answer, Call, Transport};
use super::row::Row;
use super::trouble::{CallError, Problem, problem};
use crate::model::DocumentKind;

/// How often a question is asked at most, and how long to wait before it is asked again.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// How often at most.
    pub tries: u32,
    /// The first wait; each further one is twice as long.
    pub pause: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { tries: 3, pause: Duration::from_millis(500) }
    }
}

/// A MISP server.
///
/// A question is asked again when there is no answer, for that may be repeated. A request that changes something is sent
/// again only when it is certain that the server has not seen it.
#[derive(Clone, Copy)]
pub struct Misp<'t> {
    transport: &'t dyn Transport,
    patience: Patience,
}

/// What a server says of itself and of the key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Version {
    /// The release, such as `2.5.19`.
    pub release: String,
    /// Whether the key may only read: MISP says so nowhere, but withholds this.
    pub is_read_only: bool,
}

impl<'t> Misp<'t> {
    /// The server that a transport reaches.
    pub fn new(transport: &'t dyn Transport, patience: Patience) -> Self {
        Self { transport, patience }
    }

    /// Sends a request whose answer is JSON.
    ///
    /// # Errors
    /// There is none, or it says that something is wrong.
    pub fn json(&self, call: &Call) -> Result<Json, CallError> {
        self.read(call).map(|(json, _)| json)
    }

    /// The same, as far as a type of its own reads it, with the answer itself. An answer that is cut off counts as none.
    pub(super) fn read<T: DeserializeOwned>(&self, call: &Call) -> Result<(T, Answer), CallError> {
        let mut pause = self.patience.pause;
        let mut tries = 1;
        loop {
            let error = match self.once(call).and_then(|answer| parsed(call, answer)) {
                Ok(read) => return Ok(read),
                Err(error) => error,
            };
            let is_unsent = matches!(&error.problem, Problem::NoAnswer(error) if error.is_unsent);
            let may_repeat = if call.is_question { error.is_passing() } else { is_unsent };
            if !may_repeat || tries >= self.patience.tries {
                return Err(error);
            }
            tries += 1;
            sleep(pause);
            pause *= 2;
        }
    }

    fn once(&self, call: &Call) -> Result<Answer, CallError> {
        let answer = self.transport.send(call).map_err(|error| CallError::new(call, Problem::NoAnswer(error)))?;
        if answer.is_cut {
            return Err(CallError::new(call, Problem::Cut));
        }
        if answer.status != 200 {
            return Err(CallError::new(call, problem(call, &answer)));
        }
        Ok(answer)
    }

    pub(super) fn list(&self, path: &str) -> Result<Vec<Json>, CallError> {
        let call = Call::get(path);
        match self.json(&call)? {
            Json::Array(list) => Ok(list),
            // PHP's lists with gaps.
            Json::Object(members) if members.keys().all(|key| key.bytes().all(|byte| byte.is_ascii_digit())) => {
                Ok(members.into_iter().map(|(_, value)| value).collect())
            }
            other => Err(CallError::new(&call, not_a_list(&other))),
        }
    }

    /// Which release it is. It answers whatever else is off.
    ///
    /// # Errors
    /// No answer, or the key is not taken.
    pub fn version(&self) -> Result<Version, CallError> {
        let call = Call::get("/servers/getVersion.json");
        let json = self.json(&call)?;
        let Some(release) = json["version"].as_str() else {
            return Err(CallError::new(&call, Problem::Shape("it has no `version`".to_owned())));
        };
        let is_read_only = json["perm_sighting"] == json!(false) && json["uuid"] == json!("-");
        Ok(Version { release: release.to_owned(), is_read_only })
    }

    /// The workflows, as they are stored.
    ///
    /// # Errors
    /// No list.
    pub fn workflows(&self) -> Result<Vec<Row>, CallError> {
        self.rows(DocumentKind::Workflow, "/workflows/index.json")
    }

    /// The blueprints.
    ///
    /// # Errors
    /// No list.
    pub fn blueprints(&self) -> Result<Vec<Row>, CallError> {
        self.rows(DocumentKind::Blueprint, "/workflowBlueprints/index.json")
    }

    fn rows(&self, kind: DocumentKind, path: &str) -> Result<Vec<Row>, CallError> {
        let read = |json| Row::new(kind, json);
        let rows: Option<Vec<Row>> = self.list(path)?.into_iter().map(read).collect();
        rows.ok_or_else(|| CallError::new(&Call::get(path), Problem::Shape("a row has no `id`".to_owned())))
    }

    /// The triggers, but those of ad-hoc workflows.
    ///
    /// # Errors
    /// No list.
    pub fn triggers(&self) -> Result<Vec<Json>, CallError> {
        self.list("/workflows/triggers.json")
    }

    /// The logic and action modules.
    ///
    /// # Errors
    /// No list.
    pub fn modules(&self) -> Result<Vec<Json>, CallError> {
        self.list("/workflows/moduleIndex/type:all.json")
    }

    /// The ad-hoc workflows' triggers; `None` where the release has none.
    ///
    /// # Errors
    /// No list.
    pub fn adhoc(&self) -> Result<Option<Vec<Json>>, CallError> {
        match self.list("/workflows/adhoc.json") {
            Ok(list) => Ok(Some(list)),
            Err(CallError { problem: Problem::Missing, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The names of all tags.
    ///
    /// # Errors
    /// No list.
    pub fn tags(&self) -> Result<Vec<String>, CallError> {
        let call = Call::get("/tags/index.json");
        let json = self.json(&call)?;
        let Some(list) = json["Tag"].as_array() else { return Err(CallError::new(&call, not_a_list(&json))) };
        Ok(list.iter().filter_map(|tag| tag["name"].as_str()).map(str::to_owned).collect())
    }

    /// The tags and the clusters that pickers offer, in releases that fetch them.
    ///
    /// # Errors
    /// No list.
    pub fn picked_tags(&self) -> Result<(Vec<String>, Vec<String>), CallError> {
        let names = |path: &str| -> Result<Vec<String>, CallError> {
            let list = self.list(path)?;
            Ok(list.iter().filter_map(Json::as_str).map(str::to_owned).collect())
        };
        Ok((names("/tags/fastIndex/0.json")?, names("/tags/fastIndex/1.json")?))
    }
}

/// What an answer says.
fn parsed<T: DeserializeOwned>(call: &Call, answer: Answer) -> Result<(T, Answer), CallError> {
    let error = match serde_json::from_str(&answer.body) {
        Ok(read) => return Ok((read, answer)),
        Err(error) => error,
    };
    let is_page = answer.body.trim_start().starts_with('<');
    let what = if is_page && answer.body.contains("/users/login") {
        Problem::LoginPage
    } else if is_page {
        Problem::Page(200)
    } else if error.is_eof() {
        Problem::Cut
    } else if error.is_data() {
        Problem::Shape(error.to_string())
    } else {
        Problem::Shape("it is not JSON".to_owned())
    };
    Err(CallError::new(call, what))
}

fn not_a_list(json: &Json) -> Problem {
    let what = match json {
        Json::Object(members) => {
            let keys: Vec<&str> = members.keys().take(4).map(String::as_str).collect();
            format!("an object with {}, where a list is wanted", keys.join(", "))
        }
        _ => "no list".to_owned(),
    };
    Problem::Shape(what)
}
