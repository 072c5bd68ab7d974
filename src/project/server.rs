//! The MISP servers a project knows.

use std::path::PathBuf;
use std::time::Duration;

use crate::base::source::Span;
use crate::catalogue::ServerFacts;

/// How long a request may take unless the project says otherwise.
pub(super) const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// One `[server.NAME]` section.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Server {
    /// Its name.
    pub name: String,
    /// Where the name is in the project file.
    pub span: Span,
    /// The address of MISP, `http://` or `https://`, without a slash at its end.
    pub url: String,
    /// Where the authentication key comes from, as the project would have it: the user decides.
    pub key: Option<Key>,
    /// A file with the certificates to trust, as PEM, as the project would have it.
    pub ca_file: Option<PathBuf>,
    /// How long one request may take.
    pub timeout: Duration,
    /// What holds of it when a workflow is run.
    pub facts: ServerFacts,
}

/// Where an authentication key comes from. The key itself never is in a project file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Key {
    /// An environment variable.
    Environment(String),
    /// A file that holds nothing else.
    File(PathBuf),
}

/// What is wrong with an address, if something is: the words go after "the address".
pub(crate) fn url_problem(url: &str) -> Option<&'static str> {
    let Some(rest) = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")) else {
        return Some("must begin with `https://` or `http://`");
    };
    let authority = rest.split('/').next().unwrap_or_default();
    if url.chars().any(|c| c.is_whitespace() || c.is_control()) {
        Some("holds a space")
    } else if rest.contains(['?', '#']) {
        Some("must not hold `?` or `#`: it is the address of the server, not of a page")
    } else if authority.is_empty() || authority.starts_with(':') {
        Some("names no server")
    } else {
        None
    }
}

/// Whether an address carries a user name or a password.
pub(crate) fn has_credentials(url: &str) -> bool {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or_default().contains('@')
}

/// Whether a word looks like an authentication key of MISP: forty letters and digits.
pub(super) fn looks_like_key(word: &str) -> bool {
    word.len() == 40 && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        for good in ["https://misp.example.org", "http://localhost:8080", "https://[::1]/misp"] {
            assert_eq!(url_problem(good), None, "{good}");
        }
        for bad in
            ["misp.example.org", "ftp://x", "https://", "https:///x", "https://:80", "https://a b", "https://a/?x"]
        {
            assert!(url_problem(bad).is_some(), "{bad}");
        }
        assert!(has_credentials("https://user:word@misp.example.org/"));
        assert!(has_credentials("user:word@misp.example.org"));
        assert!(!has_credentials("https://misp.example.org/@x"));
    }
}
