//! User names and passwords in addresses.

use std::ops::Range;

use memchr::memmem;

/// The places of all user names and passwords of addresses, `user:password`, in a text. The slashes of the address may
/// be escaped as JSON does.
pub(crate) fn user_info(text: &[u8]) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut end = 0;
    for colon in memchr::memchr_iter(b':', text) {
        let rest = &text[colon + 1..];
        let slashes = if rest.starts_with(b"//") {
            2
        } else if rest.starts_with(br"\/\/") {
            4
        } else {
            continue;
        };
        let has_scheme = colon > 0 && text[colon - 1].is_ascii_alphanumeric();
        let start = colon + 1 + slashes;
        if !has_scheme || start < end {
            continue;
        }
        if let Some(length) = before_at(&text[start..]).filter(|length| *length > 0) {
            end = start + length;
            found.push(start..end);
        }
    }
    found
}

/// How many bytes are before the `@` of what follows `://`.
fn before_at(rest: &[u8]) -> Option<usize> {
    let whole = rest.iter().position(|byte| ends_address(*byte)).unwrap_or(rest.len());
    let authority = rest[..whole].iter().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(whole);
    if let Some(at) = memchr::memrchr(b'@', &rest[..authority]) {
        return Some(at);
    }
    // A password with `/`, `?` or `#` in it: what follows the colon cannot be a port.
    let (_, port) = split(&rest[..authority], b':')?;
    let is_port = port.iter().all(u8::is_ascii_digit);
    let is_ipv6 = rest.starts_with(b"[");
    if is_port || is_ipv6 { None } else { memchr::memrchr(b'@', &rest[..whole]) }
}

fn split(text: &[u8], at: u8) -> Option<(&[u8], &[u8])> {
    let place = memchr::memchr(at, text)?;
    Some((&text[..place], &text[place + 1..]))
}

/// Whether a byte cannot be a part of an address, as people quote it.
fn ends_address(byte: u8) -> bool {
    byte <= b' ' || matches!(byte, b'"' | b'\'' | b'<' | b'>' | b'`' | b'\\' | b'{' | b'}' | 0x7f | 0xff)
}

/// The part of an address after its host: path, query and all.
pub(super) fn after_host(address: &str) -> Option<&str> {
    let start = memmem::find(address.as_bytes(), b"://")? + 3;
    let rest = &address[start..];
    rest.find(['/', '?', '#']).map(|at| &rest[at..])
}

/// `%2F` and the like undone.
pub(crate) fn percent_decoded(text: &str) -> Option<String> {
    let layer = super::decode::Escapes::Percent.undo(text.as_bytes())?;
    String::from_utf8(layer.bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        user_info(text.as_bytes()).into_iter().map(|place| &text[place]).collect()
    }

    #[test]
    fn user_names_and_passwords() {
        for (text, expected) in [
            ("http://user:p4ss@host/", vec!["user:p4ss"]),
            ("https://user@host", vec!["user"]),
            ("see ftp://a:b@c and http://d:e@f.", vec!["a:b", "d:e"]),
            ("http://a:b@c@host/x", vec!["a:b@c"]),
            (r#""url":"http:\/\/u:p@host\/""#, vec!["u:p"]),
            ("http://user:pa/ss@host/", vec!["user:pa/ss"]),
            ("http://user:p#a?b@host/", vec!["user:p#a?b"]),
            ("amqp://guest:guest@[::1]:5672", vec!["guest:guest"]),
            ("http://${USER}:${PASS}@host", vec![]),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }

    #[test]
    fn addresses_without_them() {
        for text in [
            "http://host/",
            "http://host/path@1",
            "http://host:80/a@b",
            "http://[::1]:80/a@b",
            "http://[fe80::1]/a@b",
            "mailto:a@b",
            "// a@b",
            "::// a@b",
            "http://host a@b",
            "http://@host",
            "\"http://a\",\"b@c\"",
        ] {
            assert_eq!(found(text), Vec::<&str>::new(), "{text}");
        }
    }

    #[test]
    fn parts_of_addresses() {
        assert_eq!(after_host("https://a.example/services/T0?x=1"), Some("/services/T0?x=1"));
        assert_eq!(after_host("https://a.example"), None);
        assert_eq!(percent_decoded("p%40ss").as_deref(), Some("p@ss"));
        assert_eq!(percent_decoded("pass"), None);
    }
}
