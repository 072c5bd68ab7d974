//! Secrets that stand in the text.

use super::facts::{Facts, plain};
use crate::diagnostics::{Code, Diagnostic};

/// Headers whose value is a secret.
const HEADERS: [&str; 7] =
    ["authorization", "proxy-authorization", "x-api-key", "api-key", "apikey", "x-auth-token", "private-token"];

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
                    format!("`{id}` is a secret, and stands here for everybody to read"),
                    "readable by all who see the file",
                );
                let finding = explained(facts, finding, &format!("secret(\"{variable}\")"));
                diagnostics.push(match facts.quoted_place(node, text) {
                    Some(place) => finding.unsafe_fix(place, format!("secret(\"{variable}\")")),
                    None => finding,
                });
            } else if let Some(header) = text.lines().find_map(secret_header).filter(|_| id == "headers") {
                diagnostics.push(explained(
                    facts,
                    facts.finding(
                        Code::PlainSecret,
                        node,
                        format!("the header `{header}` holds a secret, which stands here for everybody to read"),
                        "readable by all who see the file",
                    ),
                    &format!("\"{header}: \" + secret(\"NAME\")"),
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
            format!(
                "do not share this file; as text (`mispflow import`) the workflow can hold `{instead}` in its place"
            ),
        ))
}

/// The name of a header with a secret that is written out.
fn secret_header(line: &str) -> Option<&str> {
    let (name, value) = line.split_once(':')?;
    let name = name.trim();
    let is_secret = HEADERS.iter().any(|known| known.eq_ignore_ascii_case(name));
    (is_secret && !value.trim().is_empty() && !value.contains("{{")).then_some(name)
}

fn variable(text: &str) -> String {
    let letter = |character: char| if character.is_ascii_alphanumeric() { character.to_ascii_uppercase() } else { '_' };
    text.chars().map(letter).collect()
}

#[cfg(test)]
mod tests {
    use super::{secret_header, variable};

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
