//! What can go wrong with a request, in words.

use crate::http::SendError;

use super::call::{Answer, Call};

/// A request that did not bring what it should.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{} {}: {problem}", .verb, .path)]
pub struct CallError {
    /// How it was asked.
    pub verb: &'static str,
    /// Where.
    pub path: String,
    /// What came of it.
    pub problem: Problem,
}

/// What came of a request.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Problem {
    /// Nothing.
    #[error("there is no answer: {0}")]
    NoAnswer(SendError),
    /// The answer ended too early.
    #[error("the answer is cut off")]
    Cut,
    /// MISP does not know the key.
    #[error(
        "MISP does not take the key. {0}\nthe key may be wrong, cut short, expired, or that of another server; give it alone, without `Bearer`"
    )]
    Key(String),
    /// The key may not be used from here.
    #[error(
        "MISP does not take the key from this address. {0}\nadd this computer's address to the key's list of allowed addresses"
    )]
    Address(String),
    /// The key does not reach so far.
    #[error("the key has no right to this\nworkflows need a key of a site admin that is not read-only")]
    Rights,
    /// MISP says why it does not do it.
    #[error("MISP refuses: {0}")]
    Refused(String),
    /// There is no such thing.
    #[error("MISP has nothing there (404)")]
    Missing,
    /// MISP failed, and does not say why.
    #[error("MISP ended with an internal error (500) and gives no reason{0}")]
    Internal(&'static str),
    /// A page for people.
    #[error(
        "the answer is the login page\nis the address that of MISP itself, and does nothing before it, such as single sign-on, ask people to log in?"
    )]
    LoginPage,
    /// Another page for people.
    #[error(
        "the answer is a page for people, not JSON (status {0})\nis the address that of MISP? A proxy on the way may have answered instead"
    )]
    Page(u16),
    /// A redirect to somewhere else.
    #[error(
        "the server sends the request on to another address, and it is not followed: the key would go there too\nif the server has moved, change its address"
    )]
    Redirect,
    /// Something before MISP answered.
    #[error("the proxy in front of MISP answered with {0}: MISP may be down, or too slow")]
    Gateway(u16),
    /// JSON that cannot be what was asked for.
    #[error("the answer is not what MISP answers there: {0}")]
    Shape(String),
    /// Anything else.
    #[error("MISP answered with status {0}: {1}")]
    Status(u16, String),
}

/// What may cause an internal error of any call on workflows.
const OF_WORKFLOWS: &str = "\nin MISP 2.5.1 every call on workflows ends like this while the workflow plugin or background jobs are off, or the galaxy `Country` is not in the database; `mispflow doctor` finds out which";
/// What may cause one of a save.
const OF_A_SAVE: &str = "\na character beyond U+FFFF, such as an emoji, in a database that does not store them is one cause; a name of more than 191 characters another";
/// What may cause one of a run.
const OF_A_RUN: &str =
    "\nthe trigger may be off, the workflow may debug to an address where nothing listens, or a module may have died";
/// What may cause one of a list of blueprints.
const OF_BLUEPRINTS: &str = "\nthe data of one blueprint may be broken in the database, which breaks the list of all; it has to be repaired there";
/// What may cause one of the list of ad-hoc workflows.
const OF_ADHOC: &str = "\nthe search filters of one ad-hoc workflow may be broken JSON, which breaks the list of all";

impl CallError {
    pub(super) fn new(call: &Call, problem: Problem) -> Self {
        Self { verb: call.verb.as_str(), path: call.path.clone(), problem }
    }

    /// Whether the server may have done what was asked, or not: only a look tells.
    pub fn is_undecided(&self) -> bool {
        match &self.problem {
            Problem::NoAnswer(error) => !error.is_unsent,
            Problem::Cut | Problem::Internal(_) | Problem::Gateway(_) | Problem::Page(_) | Problem::Shape(_) => true,
            _ => false,
        }
    }

    /// Whether the same request may bring more in a moment.
    pub(super) fn is_passing(&self) -> bool {
        matches!(
            &self.problem,
            Problem::NoAnswer(_) | Problem::Cut | Problem::Gateway(_) | Problem::Status(429 | 503, _)
        )
    }
}

/// What an answer says that is not 200.
pub(super) fn problem(call: &Call, answer: &Answer) -> Problem {
    let is_login = |location: &str| location.contains("/users/login");
    if (300..400).contains(&answer.status) {
        return if answer.location.as_deref().is_some_and(is_login) { Problem::LoginPage } else { Problem::Redirect };
    }
    let json: Option<serde_json::Value> = serde_json::from_str(&answer.body).ok();
    let text = |key: &str| json.as_ref()?.get(key)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let said = text("errors").or_else(|| text("message")).or_else(|| text("name"));
    match answer.status {
        403 => match (json.as_ref().and_then(|json| json.get("errors")), said) {
            (_, Some(said)) if said.contains("It is not possible to use this Auth key from your IP") => {
                Problem::Address(said)
            }
            (_, Some(said)) if said.starts_with("Authentication failed") => Problem::Key(said),
            (_, Some(said)) if said.contains("do not have permission") => Problem::Rights,
            (Some(errors @ serde_json::Value::Object(_)), _) => Problem::Refused(errors.to_string()),
            (_, Some(said)) => Problem::Refused(said),
            (_, None) if json.is_none() => Problem::Page(403),
            _ => Problem::Status(403, String::new()),
        },
        404 => match json {
            Some(_) => Problem::Missing,
            None => Problem::Page(404),
        },
        407 => Problem::Gateway(407),
        502..=504 => Problem::Gateway(answer.status),
        500 => Problem::Internal(causes(&call.path)),
        status if json.is_none() => Problem::Page(status),
        status => Problem::Status(status, said.unwrap_or_default()),
    }
}

/// What is known to cause an internal error there.
fn causes(path: &str) -> &'static str {
    if path.starts_with("/workflows/edit") || path.starts_with("/workflows/add") {
        OF_A_SAVE
    } else if path.starts_with("/workflows/executeWorkflow") {
        OF_A_RUN
    } else if path.starts_with("/workflowBlueprints") {
        OF_BLUEPRINTS
    } else if path.starts_with("/workflows/adhoc") {
        OF_ADHOC
    } else if path.starts_with("/workflows") {
        OF_WORKFLOWS
    } else {
        ""
    }
}
