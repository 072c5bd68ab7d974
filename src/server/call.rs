//! One request to a server, and what carries it.

use crate::http::SendError;

/// What a request does with an address. MISP needs no more than these two.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Verb {
    /// Ask.
    Get,
    /// Send something.
    Post,
}

impl Verb {
    /// As HTTP has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
        }
    }
}

/// A request. Whose key it carries, and to which server it goes, is the business of the [`Transport`].
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Call {
    /// What it does.
    pub verb: Verb,
    /// The path below the address of the server, with its leading slash.
    pub path: String,
    /// The body, JSON.
    pub body: Option<String>,
    /// Whether it may be sent again, since it changes nothing.
    pub is_question: bool,
}

impl Call {
    /// A question.
    pub fn get(path: impl Into<String>) -> Self {
        Self { verb: Verb::Get, path: path.into(), body: None, is_question: true }
    }

    /// A question that is too long for an address.
    pub fn ask(path: impl Into<String>, body: impl Into<String>) -> Self {
        Self { is_question: true, ..Self::post(path, body) }
    }

    /// A request that changes something.
    pub fn post(path: impl Into<String>, body: impl Into<String>) -> Self {
        Self { verb: Verb::Post, path: path.into(), body: Some(body.into()), is_question: false }
    }
}

/// An answer, whatever it says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    /// The status of HTTP.
    pub status: u16,
    /// What the body is said to be.
    pub content_type: String,
    /// Where a redirect leads.
    pub location: Option<String>,
    /// How many things there are in all, where an answer holds a page of them (`X-Result-Count`).
    pub result_count: Option<u64>,
    /// The body.
    pub body: String,
    /// Whether the body goes on after what was read.
    pub is_cut: bool,
}

/// Carries requests to one server. Everything that is sent to a server goes through this.
pub trait Transport {
    /// Sends a request once.
    ///
    /// # Errors
    /// There is no answer.
    fn send(&self, call: &Call) -> Result<Answer, SendError>;
}
