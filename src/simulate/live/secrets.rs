//! Secrets that are sent and not shown.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::secrets::{Masker, Secret, user_info};

/// The secrets of a run. A workflow gets stand-ins: words nobody can guess, so that no data can smuggle one into a
/// request. The secret takes its place at the last moment, and its name `${NAME}` in what people see.
pub struct Secrets {
    environment: Box<Environment>,
    known: Mutex<Known>,
    random: [RandomState; 2],
}

/// Variables and their values.
type Environment = dyn Fn(&str) -> Option<Secret> + Send + Sync;

#[derive(Default)]
struct Known {
    secrets: BTreeMap<String, Entry>,
    /// User names and passwords of addresses that were sent to.
    credentials: Vec<Secret>,
    /// Finds all of them; made anew when there are more.
    masker: Option<Arc<Masker>>,
}

struct Entry {
    stand_in: String,
    value: Option<Secret>,
}

/// What is around the place of a secret, and its value.
pub(super) struct SecretPlace<'t> {
    pub(super) before: &'t str,
    pub(super) after: &'t str,
    pub(super) value: &'t str,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Secrets").finish_non_exhaustive()
    }
}

impl Secrets {
    /// Secrets that lie in an environment.
    pub fn new(environment: impl Fn(&str) -> Option<Secret> + Send + Sync + 'static) -> Self {
        Self {
            environment: Box::new(environment),
            known: Mutex::default(),
            random: [RandomState::new(), RandomState::new()],
        }
    }

    /// What stands for the secret in a variable.
    pub fn stand_in(&self, name: &str) -> String {
        let mut known = self.lock();
        if let Some(secret) = known.secrets.get(name) {
            return secret.stand_in.clone();
        }
        let stand_in = self.random.iter().fold("secret".to_owned(), |word, state| {
            let number = state.hash_one(name);
            format!("{word}{number:016x}")
        });
        let secret = Entry { stand_in: stand_in.clone(), value: (self.environment)(name) };
        known.secrets.insert(name.to_owned(), secret);
        known.masker = None;
        stand_in
    }

    /// The text with its secrets; `write` says how one is written at its place.
    ///
    /// # Errors
    /// The variable that is not set.
    pub(super) fn reveal(&self, text: &str, write: fn(&SecretPlace<'_>) -> String) -> Result<String, String> {
        let known = self.lock();
        let mut revealed = String::with_capacity(text.len());
        let mut rest = text;
        let next = |rest: &str| {
            let places = known.secrets.iter().filter_map(|(name, secret)| {
                let at = rest.find(&secret.stand_in)?;
                Some((at, name, secret))
            });
            places.min_by_key(|(at, ..)| *at)
        };
        while let Some((at, name, secret)) = next(rest) {
            let value = secret.value.as_ref().ok_or_else(|| name.clone())?.expose();
            revealed.push_str(&rest[..at]);
            rest = &rest[at + secret.stand_in.len()..];
            let written = write(&SecretPlace { before: &revealed, after: rest, value });
            revealed.push_str(&written);
        }
        revealed.push_str(rest);
        Ok(revealed)
    }

    /// Takes note of the user name and the password in an address, `user:password`, so that they are shown nowhere.
    pub(super) fn note_credentials(&self, address: &str) {
        for info in user_info(address.as_bytes()) {
            let pair = Secret::new(&address[info]);
            let mut known = self.lock();
            if !known.credentials.contains(&pair) {
                known.credentials.push(pair);
                known.masker = None;
            }
        }
    }

    /// The text with the names of secrets instead of their stand-ins; `None` if there are none in it.
    pub(super) fn redact(&self, text: &str) -> Option<String> {
        let mut redacted: Option<String> = None;
        for (name, secret) in &self.lock().secrets {
            let now = redacted.as_deref().unwrap_or(text);
            if now.contains(&secret.stand_in) {
                redacted = Some(now.replace(&secret.stand_in, &format!("${{{name}}}")));
            }
        }
        redacted
    }

    /// What hides the secrets in what comes back.
    pub fn masker(&self) -> Arc<Masker> {
        let mut known = self.lock();
        if let Some(masker) = &known.masker {
            return masker.clone();
        }
        let secrets = known.secrets.iter().filter_map(|(name, secret)| Some((name.as_str(), secret.value.as_ref()?)));
        let masker = Arc::new(Masker::new(secrets, &known.credentials, true));
        known.masker = Some(masker.clone());
        masker
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// As it is.
pub(super) fn plainly(place: &SecretPlace<'_>) -> String {
    place.value.to_owned()
}

/// As it is inside a string of JSON.
pub(super) fn in_json(place: &SecretPlace<'_>) -> String {
    let json = serde_json::Value::from(place.value).to_string();
    json[1..json.len() - 1].to_owned()
}

/// As it is in an address. An address that is itself the secret keeps all that has a meaning in addresses; in one
/// that goes on with the secret, what would end it, or cannot be in it, is written as `%23`; and between the slashes
/// and the `@`, all that is not a letter or a digit.
pub(super) fn in_address(place: &SecretPlace<'_>) -> String {
    let authority = place.before.split_once("://").map(|(_, rest)| rest);
    let host = place.after.split(['/', '?', '#']).next().unwrap_or_default();
    let is_user_info = authority.is_some_and(|rest| !rest.contains(['/', '?', '#'])) && host.contains('@');
    let stays = |byte: u8| {
        if is_user_info {
            byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)
        } else {
            let is_meant = byte != b'#' || place.before.is_empty();
            byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte) && is_meant
        }
    };
    let mut written = String::with_capacity(place.value.len());
    for &byte in place.value.as_bytes() {
        if stays(byte) { written.push(char::from(byte)) } else { written.push_str(&format!("%{byte:02X}")) }
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets {
        Secrets::new(|name| match name {
            "TOKEN" => Some(Secret::new("a\"b-very-secret")),
            "ODD" => Some(Secret::new("a b#c%d/é?")),
            "SHORT" => Some(Secret::new("ab")),
            _ => None,
        })
    }

    #[test]
    fn a_stand_in_is_replaced_at_the_last_moment() {
        let secrets = secrets();
        let stand_in = secrets.stand_in("TOKEN");
        assert_eq!(stand_in, secrets.stand_in("TOKEN"));
        assert!(stand_in.len() > 32 && stand_in.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{stand_in}");
        let text = format!("Bearer {stand_in}, {}", secrets.stand_in("SHORT"));
        assert_eq!(secrets.reveal(&text, plainly).unwrap(), "Bearer a\"b-very-secret, ab");
        assert_eq!(secrets.reveal(&text, in_json).unwrap(), "Bearer a\\\"b-very-secret, ab");
    }

    #[test]
    fn a_secret_arrives_whole_in_an_address() {
        let secrets = secrets();
        let odd = secrets.stand_in("ODD");
        let address = |text: &str| secrets.reveal(text, in_address).unwrap();
        assert_eq!(address(&format!("http://h/?t={odd}")), "http://h/?t=a%20b%23c%d/%C3%A9?");
        assert_eq!(address(&format!("http://me:{odd}@h/")), "http://me:a%20b%23c%25d%2F%C3%A9%3F@h/");
        assert_eq!(address(&format!("{odd}/x@y")), "a%20b#c%d/%C3%A9?/x@y");
    }

    #[test]
    fn what_looks_like_the_name_of_a_secret_is_left_alone() {
        let secrets = secrets();
        secrets.stand_in("TOKEN");
        assert_eq!(secrets.reveal("${TOKEN}", plainly).unwrap(), "${TOKEN}");
    }

    #[test]
    fn other_sessions_have_other_stand_ins() {
        assert_ne!(secrets().stand_in("TOKEN"), secrets().stand_in("TOKEN"));
        let secrets = secrets();
        assert_ne!(secrets.stand_in("TOKEN"), secrets.stand_in("SHORT"));
    }

    #[test]
    fn a_variable_that_is_not_set_is_named() {
        let secrets = secrets();
        let stand_in = secrets.stand_in("MISSING");
        assert_eq!(secrets.reveal(&stand_in, plainly), Err("MISSING".into()));
        assert_eq!(secrets.reveal("nothing", plainly), Ok("nothing".into()));
    }

    #[test]
    fn people_see_names() {
        let secrets = secrets();
        let stand_in = secrets.stand_in("TOKEN");
        assert_eq!((secrets.redact("nothing"), &*secrets.masker().mask("nothing")), (None, "nothing"));
        assert_eq!(secrets.redact(&format!("{stand_in}, {stand_in}")).unwrap(), "${TOKEN}, ${TOKEN}");
        let answer = "a\"b-very-secret, a\\\"b-very-secret";
        assert_eq!(secrets.masker().mask(answer), "${TOKEN}, ${TOKEN}");
        // What people wrote themselves stays, even if it happens to be the secret.
        assert_eq!(secrets.redact(answer), None);
        secrets.stand_in("SHORT");
        assert_eq!(secrets.masker().mask("abc ab"), "abc ${SHORT}");
        secrets.note_credentials("http://me:hunter2@host/");
        assert_eq!(secrets.masker().mask("hunter2 ab"), "*** ${SHORT}");
    }
}
