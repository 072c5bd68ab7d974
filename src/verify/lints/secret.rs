//! Secrets that are in the text.

use super::facts::{Facts, plain};
use super::plain_http::is_address;
use crate::diagnostics::{Code, Diagnostic};

/// Headers whose value is a secret.
const HEADERS: [&str; 7] =
    ["authorization", "proxy-authorization", "x-api-key", "api-key", "apikey", "x-auth-token", "private-token"];

/// Words for a secret in the query of an address.
const QUERY: [&str; 10] =
    ["api_key", "api-key", "apikey", "key", "token", "access_token", "auth", "secret", "password", "sig"];

/// Services whose webhooks are secrets as a whole: who knows the address may post. Each a host, and how its path begins.
const WEBHOOKS: [(&str, &str); 5] = [
    ("hooks.slack.com", "/services/"),
    ("discord.com", "/api/webhooks/"),
    ("api.telegram.org", "/bot"),
    ("chat.googleapis.com", "/v1/spaces/"),
    (".webhook.office.com", "/webhookb2/"),
];

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    for &node in &facts.order {
        let Some(signature) = facts.signature(node) else { continue };
        for (id, value) in &facts.node(node).params {
            let Some(text) = plain(value).filter(|text| !text.trim().is_empty()) else { continue };
            let sensitive = signature.parameter(id).is_some_and(|parameter| parameter.sensitive);
            if sensitive {
                let variable = variable(&format!("{}_{id}", signature.id));
                let finding = facts.finding_in(
                    Code::PlainSecret,
                    (node, text),
                    format!("`{id}` is a secret, and everybody who sees this file can read it"),
                    "readable by all who see the file",
                );
                let finding = explained(facts, finding, &format!("secret(\"{variable}\")"));
                diagnostics.push(match facts.quoted_place(node, text) {
                    Some(place) => finding.unsafe_fix(place, format!("secret(\"{variable}\")")),
                    None => finding,
                });
            } else if let Some(what) = Some(text).filter(|_| is_address(id)).and_then(secret_in_address) {
                let variable = variable(&format!("{}_{id}", signature.id));
                let finding = facts.finding_in(
                    Code::PlainSecret,
                    (node, text),
                    format!("the address in `{id}` holds {what}, which everybody who sees this file can read"),
                    "readable by all who see the file",
                );
                let finding = explained(facts, finding, &format!("secret(\"{variable}\")"));
                diagnostics.push(match facts.quoted_place(node, text) {
                    Some(place) => finding.unsafe_fix(place, format!("secret(\"{variable}\")")),
                    None => finding,
                });
            } else if let Some(header) =
                Some(text).filter(|_| id == "headers").and_then(|text| text.lines().find_map(secret_header))
            {
                diagnostics.push(explained(
                    facts,
                    facts.finding(
                        Code::PlainSecret,
                        node,
                        format!("the header `{header}` holds a secret, which everybody who sees this file can read"),
                        "readable by all who see the file",
                    ),
                    &format!("headers: {{ {header}: secret(\"NAME\") }}"),
                ));
            }
        }
    }
}

fn explained(facts: &Facts<'_, '_>, finding: Diagnostic, instead: &str) -> Diagnostic {
    finding
        .note("workflow files are kept in version control and shared: a token in one of them is a token given away")
        .help(facts.audience().choose(
            format!("write `{instead}`: the value is read from the environment when the workflow is built"),
            format!("do not share this file; after `mispflow import` the workflow can use `{instead}` instead"),
        ))
}

/// The name of a header with a secret that is written out.
fn secret_header(line: &str) -> Option<&str> {
    let (name, value) = line.split_once(':')?;
    let name = name.trim();
    let is_secret = HEADERS.iter().any(|known| known.eq_ignore_ascii_case(name));
    (is_secret && !value.trim().is_empty() && !value.contains("{{")).then_some(name)
}

/// What is secret in an address: a password, a key, or all of it.
fn secret_in_address(address: &str) -> Option<&'static str> {
    let (_, rest) = address.split_once("://")?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, behind) = rest.split_at(end);
    let host = authority.rsplit('@').next()?.split(':').next()?.to_ascii_lowercase();
    if authority
        .rsplit_once('@')
        .and_then(|(user, _)| user.split_once(':'))
        .is_some_and(|(_, word)| is_written_out(word))
    {
        return Some("a password");
    }
    let is_webhook = |(known, path): &(&str, &str)| {
        let is_host = if known.starts_with('.') { host.ends_with(known) } else { host == *known };
        is_host && behind.strip_prefix(path).is_some_and(is_written_out)
    };
    if WEBHOOKS.iter().any(is_webhook) {
        return Some("the secret of a webhook");
    }
    let query = behind.split_once('?')?.1.split('#').next()?;
    let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    pairs
        .any(|(key, value)| QUERY.iter().any(|known| known.eq_ignore_ascii_case(key)) && is_written_out(value))
        .then_some("a key")
}

/// Whether something is there, and not just a template that is filled in later.
fn is_written_out(text: &str) -> bool {
    !text.is_empty() && !text.starts_with("{{")
}

fn variable(text: &str) -> String {
    let letter = |character: char| if character.is_ascii_alphanumeric() { character.to_ascii_uppercase() } else { '_' };
    text.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::{secret_header, secret_in_address, variable};

    #[test]
    fn addresses_with_secrets() {
        for (address, what) in [
            ("https://misp:hunter2@soc.example.org/", "a password"),
            ("https://soc.example.org/hook?event=1&API_KEY=abc", "a key"),
            ("https://hooks.slack.com/services/T0/B0/x", "the secret of a webhook"),
            ("https://acme.webhook.office.com/webhookb2/abc", "the secret of a webhook"),
        ] {
            assert_eq!(secret_in_address(address), Some(what), "{address}");
        }
        for address in [
            "https://soc.example.org/hooks",
            "https://soc@example.org/",
            "https://soc.example.org/?key=",
            "https://soc.example.org/?key={{ Event.uuid }}",
            "https://soc.example.org/?keyword=abc",
            "https://slack.com/services/T0",
            "hooks.slack.com/services/T0",
        ] {
            assert_eq!(secret_in_address(address), None, "{address}");
        }
    }

    #[test]
    fn headers_with_secrets() {
        assert_eq!(secret_header("authorization : Bearer abc"), Some("authorization"));
        for line in ["Accept: text/plain", "Authorization:", "Authorization: {{ Event.token }}", "X-Api-Key"] {
            assert_eq!(secret_header(line), None, "{line}");
        }
    }

    #[test]
    fn names_of_variables() {
        assert_eq!(variable("telegram-send-alert_bot_token"), "TELEGRAM_SEND_ALERT_BOT_TOKEN");
    }
}
