//! The parts of a secret that are secret by themselves.

use super::address::{after_host, percent_decoded, user_info};
use super::decode::base64;

/// A password this short is still looked for; see [`super::Masker`].
const SHORTEST_PASSWORD: usize = 4;
/// Other parts are words of everyday too often if they are shorter than this.
const SHORTEST_NAME: usize = 6;
/// Pieces of a path or a query, and lines.
const SHORTEST_PIECE: usize = 8;

/// Words before the credentials in a header.
const SCHEMES: [&str; 9] = ["apikey", "basic", "bearer", "bot", "digest", "key", "splunk", "token", "x-api-key"];

/// All that must not be shown of a secret: the secret itself, then what is secret in it. An address that is a secret
/// comes back from a server without scheme and host, a header without its name, and so on.
pub(super) fn parts(secret: &str) -> Vec<String> {
    let mut parts = vec![secret.to_owned()];
    let mut add = |part: &str, shortest: usize| {
        if part.len() >= shortest && !parts.iter().any(|known| known == part) {
            parts.push(part.to_owned());
        }
    };
    add(secret.trim(), SHORTEST_PASSWORD);
    for line in secret.lines().map(str::trim) {
        if secret.lines().nth(1).is_some() && !line.starts_with("-----") {
            add(line, SHORTEST_PIECE);
        }
        of_line(line, &mut add);
    }
    parts
}

fn of_line(line: &str, add: &mut impl FnMut(&str, usize)) {
    for place in user_info(line.as_bytes()) {
        credentials(&line[place], add);
    }
    if let Some(path) = after_host(line) {
        of_path(path, add);
        return;
    }
    if let Some((name, value)) = line.split_once(": ")
        && is_header_name(name)
    {
        add(value.trim(), SHORTEST_NAME);
        of_line(value.trim(), add);
        return;
    }
    if let Some((scheme, token)) = line.split_once(' ')
        && SCHEMES.contains(&scheme.to_ascii_lowercase().as_str())
    {
        let token = token.trim();
        add(token, SHORTEST_PASSWORD);
        if scheme.eq_ignore_ascii_case("basic")
            && let Ok(pair) =
                String::from_utf8(base64(token.trim_end_matches('=').as_bytes(), 0, 1).bytes_without_gaps())
            && pair.contains(':')
        {
            credentials(&pair, add);
        }
        return;
    }
    if !line.contains(char::is_whitespace) && line.matches(':').count() == 1 {
        credentials(line, add);
    }
}

/// `user:password`
fn credentials(pair: &str, add: &mut impl FnMut(&str, usize)) {
    add(pair, SHORTEST_PASSWORD);
    let (user, password) = pair.split_once(':').unwrap_or((pair, ""));
    for (part, shortest) in [(user, SHORTEST_NAME), (password, SHORTEST_PASSWORD)] {
        add(part, shortest);
        if let Some(plain) = percent_decoded(part) {
            add(&plain, shortest);
        }
    }
    if let Some(plain) = percent_decoded(pair) {
        add(&plain, SHORTEST_PASSWORD);
    }
}

/// Path, query and fragment of an address.
fn of_path(path: &str, add: &mut impl FnMut(&str, usize)) {
    // The fragment is never sent, so that the rest comes back without it.
    let (sent, fragment) = path.split_once('#').unwrap_or((path, ""));
    add(path, SHORTEST_PIECE);
    add(sent, SHORTEST_PIECE);
    add(fragment, SHORTEST_PIECE);
    let (path, query) = sent.split_once('?').unwrap_or((sent, ""));
    add(path, SHORTEST_PIECE);
    add(query, SHORTEST_PIECE);
    let pieces = path.split('/').filter(|piece| piece.bytes().any(|byte| byte.is_ascii_digit()));
    let values = query.split('&').filter_map(|pair| pair.split_once('=')).map(|(_, value)| value);
    for piece in pieces.chain(values) {
        add(piece, SHORTEST_PIECE);
        if let Some(plain) = percent_decoded(piece) {
            add(&plain, SHORTEST_PIECE);
        }
    }
}

fn is_header_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn has(secret: &str, expected: &[&str]) {
        let parts = parts(secret);
        assert_eq!(parts[0], secret);
        let others: Vec<&str> = parts[1..].iter().map(String::as_str).collect();
        assert_eq!(others, expected, "{secret}");
    }

    #[test]
    fn a_word_has_no_parts() {
        has("hunter2", &[]);
        has("correct horse battery staple", &[]);
        has("a:b:c", &[]);
    }

    #[test]
    fn parts_of_credentials() {
        has("analyst:hunter2", &["analyst", "hunter2"]);
        has("me:hunter2", &["hunter2"]);
        has("me:p%40ss", &["p%40ss", "p@ss", "me:p@ss"]);
        has("Bearer abc123", &["abc123"]);
        has("Basic bWU6aHVudGVyMg==", &["bWU6aHVudGVyMg==", "me:hunter2", "hunter2"]);
        has(
            "X-Key: abc123\nAuthorization: Bearer xyz789",
            &["X-Key: abc123", "abc123", "Authorization: Bearer xyz789", "Bearer xyz789", "xyz789"],
        );
        has("hunter2\n", &["hunter2"]);
    }

    #[test]
    fn parts_of_addresses() {
        has("https://me:hunter2@soc.example/", &["me:hunter2", "hunter2"]);
        has(
            "https://hooks.example/services/T0/B0/abcdef123456#x",
            &["/services/T0/B0/abcdef123456#x", "/services/T0/B0/abcdef123456", "abcdef123456"],
        );
        has(
            "https://soc.example/hook?sig=abc%2Fdef9#part",
            &["/hook?sig=abc%2Fdef9#part", "/hook?sig=abc%2Fdef9", "sig=abc%2Fdef9", "abc%2Fdef9", "abc/def9"],
        );
    }

    #[test]
    fn lines() {
        has("-----BEGIN KEY-----\nMIIEvQIBADANBg\nkqhk\n-----END KEY-----", &["MIIEvQIBADANBg"]);
    }
}
