//! What was there when mispflow last wrote to a server or read from it.
//!
//! The file holds ids that the server gave, and hashes with a key that lies in a file of its own: nobody can read out of
//! it what a workflow or a secret was, nor try out what it may have been. Whoever loses it loses no safety: a row of which
//! nothing is known is either equal to the text or a conflict.

use std::collections::BTreeMap;

use ring::hmac;
use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};

use crate::model::DocumentKind;

/// The version of the file.
const VERSION: u32 = 1;
/// So many bytes has the key of the hashes.
const KEY_BYTES: usize = 32;

/// The key of the hashes.
#[derive(Clone)]
pub struct HashKey(hmac::Key, String);

impl std::fmt::Debug for HashKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HashKey(…)")
    }
}

impl HashKey {
    /// A new one.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn random() -> Result<Self, &'static str> {
        let mut bytes = [0; KEY_BYTES];
        SystemRandom::new().fill(&mut bytes).map_err(|_| "the system gives no random numbers")?;
        Ok(Self::of(&bytes))
    }

    fn of(bytes: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, bytes), hex(bytes))
    }

    /// Reads what [`Self::text`] wrote; `None` if it is something else.
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let is_hex = text.len() == 2 * KEY_BYTES && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let byte = |at: usize| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok();
        let bytes: Option<Vec<u8>> = if is_hex { (0..KEY_BYTES).map(byte).collect() } else { None };
        bytes.map(|bytes| Self::of(&bytes))
    }

    /// As it is kept.
    pub fn text(&self) -> String {
        format!("{}\n", self.1)
    }

    /// The hash of a text.
    pub fn hash(&self, text: &str) -> String {
        hex(hmac::sign(&self.0, text.as_bytes()).as_ref())
    }
}

fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or('0');
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// What is known of one server.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct State {
    version: u32,
    /// The address.
    pub url: String,
    /// What was pushed or pulled, by kind and the id in the text.
    #[serde(default)]
    known: BTreeMap<String, Known>,
}

/// What is known of one workflow or blueprint.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub struct Known {
    /// The number of its row.
    pub row: String,
    /// The uuid that the server has for it.
    pub uuid: String,
    /// The trigger of the row, which the server chooses for ad-hoc workflows; empty for a blueprint.
    pub trigger: String,
    /// Hashes of what the row held: as it was, and with defaults.
    pub there: Vec<String>,
    /// Hash of the text then.
    pub here: String,
    /// Hashes of the values of secrets, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub secrets: BTreeMap<String, String>,
}

impl State {
    /// Nothing is known of the server at this address.
    pub fn new(url: &str) -> Self {
        Self { version: VERSION, url: url.to_owned(), known: BTreeMap::new() }
    }

    /// Reads the file of the server at this address. Of another server nothing is taken.
    ///
    /// # Errors
    /// Why it cannot be used.
    pub fn read(text: &str, url: &str) -> Result<Self, &'static str> {
        let state: Self = serde_json::from_str(text).map_err(|_| "it is damaged")?;
        if state.version != VERSION {
            return Err("another version of mispflow wrote it");
        }
        if state.url != url {
            return Err("it is about a server at another address");
        }
        Ok(state)
    }

    /// As it is kept.
    pub fn to_text(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// What is known of a workflow or blueprint.
    pub fn get(&self, kind: DocumentKind, id: &str) -> Option<&Known> {
        self.known.get(&key(kind, id))
    }

    /// Keeps what is known of one.
    pub fn set(&mut self, kind: DocumentKind, id: &str, known: Known) {
        self.known.insert(key(kind, id), known);
    }

    /// Forgets one.
    pub fn forget(&mut self, kind: DocumentKind, id: &str) {
        self.known.remove(&key(kind, id));
    }

    /// All of a kind, in order of their ids.
    pub fn of_kind(&self, kind: DocumentKind) -> impl Iterator<Item = (&str, &Known)> {
        let prefix = key(kind, "");
        self.known.iter().filter_map(move |(id, known)| Some((id.strip_prefix(&prefix)?, known)))
    }
}

fn key(kind: DocumentKind, id: &str) -> String {
    match kind {
        DocumentKind::Workflow => format!("workflow/{id}"),
        DocumentKind::Blueprint => format!("blueprint/{id}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_back() {
        let mut state = State::new("https://a");
        let known = Known { row: "7".into(), trigger: "adhoc_3".into(), ..Known::default() };
        state.set(DocumentKind::Workflow, "one", known.clone());
        state.set(DocumentKind::Blueprint, "one", Known::default());
        let read = State::read(&state.to_text(), "https://a").unwrap();
        assert_eq!(read, state);
        assert_eq!(read.get(DocumentKind::Workflow, "one"), Some(&known));
        assert_eq!(read.of_kind(DocumentKind::Blueprint).map(|(id, _)| id).collect::<Vec<_>>(), ["one"]);
        state.forget(DocumentKind::Workflow, "one");
        assert_eq!(state.get(DocumentKind::Workflow, "one"), None);
        for (text, url) in [
            (read.to_text().as_str(), "https://b"),
            ("{", "https://a"),
            ("{\"version\": 9, \"url\": \"https://a\"}", "https://a"),
        ] {
            assert!(State::read(text, url).is_err(), "{text}");
        }
    }

    #[test]
    fn hashes_depend_on_the_key() {
        let (one, other) = (HashKey::random().unwrap(), HashKey::random().unwrap());
        assert_eq!(one.hash("a"), one.hash("a"));
        assert_ne!(one.hash("a"), one.hash("b"));
        assert_ne!(one.hash("a"), other.hash("a"));
        assert_eq!(HashKey::read(&one.text()).unwrap().hash("a"), one.hash("a"));
        for text in ["", "zz", &"z".repeat(64), &"0".repeat(63), &"é".repeat(32)] {
            assert!(HashKey::read(text).is_none(), "{text}");
        }
        assert_eq!(format!("{one:?}"), "HashKey(…)");
    }
}
