//! Headers that hold credentials.

/// Their names, in lower case.
const NAMES: [&str; 9] = [
    "api-key",
    "apikey",
    "authorization",
    "cookie",
    "private-token",
    "proxy-authorization",
    "x-api-key",
    "x-auth-token",
    "x-token",
];

/// Whether a header of HTTP is one that holds credentials.
pub(crate) fn is_credential_header(name: &str) -> bool {
    NAMES.iter().any(|known| known.eq_ignore_ascii_case(name))
}
