//! Addresses without encryption.

use super::facts::Facts;
use super::reads::pieces;
use crate::diagnostics::{Code, Diagnostic};
use crate::model::ParamValue;

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    for &node in &facts.order {
        for (id, value) in &facts.node(node).params {
            let ParamValue::Text(text) = value else { continue };
            let Some(url) = pieces(text).next() else { continue };
            if !is_address(id) || !is_plain_http(url) {
                continue;
            }
            let finding = facts.finding_in(
                Code::PlainHttp,
                (node, url),
                format!("`{id}` is an address without encryption"),
                "everybody on the way can read and change what is sent",
            );
            let secure = format!("https{}", &url["http".len()..]);
            let finding = finding
                .note("the data may be restricted, and anybody on the network can read it or forge the answer")
                .help("use `https://`");
            diagnostics.push(match facts.quoted_place(node, url) {
                Some(place) => finding.unsafe_fix(place, serde_json::Value::from(secure).to_string()),
                None => finding,
            });
        }
    }
}

/// Whether a parameter is an address, by its name.
pub fn is_address(id: &str) -> bool {
    ["url", "homeserver", "endpoint"].iter().any(|word| id.contains(word))
}

/// Whether an address is `http://` to another machine.
fn is_plain_http(url: &str) -> bool {
    const SCHEME: &str = "http://";
    if !url.get(..SCHEME.len()).is_some_and(|scheme| scheme.eq_ignore_ascii_case(SCHEME)) {
        return false;
    }
    let authority = url[SCHEME.len()..].split(['/', '?', '#']).next().unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let host = if let Some(end) = host.find(']') { &host[..=end] } else { host.split(':').next().unwrap_or_default() };
    !(matches!(host, "localhost" | "[::1]") || host.starts_with("127.") || host.ends_with(".localhost"))
}

#[cfg(test)]
mod tests {
    use super::is_plain_http;

    #[test]
    fn the_own_machine_needs_no_encryption() {
        for url in ["http://localhost:8080/x", "http://127.0.0.1", "http://[::1]:80/", "https://a.example.org"] {
            assert!(!is_plain_http(url), "{url}");
        }
        for url in
            ["http://a.example.org", "http://10.0.0.1/x", "HTTP://a.example.org", "http://localhost:x@example.org"]
        {
            assert!(is_plain_http(url), "{url}");
        }
    }
}
