//! Secrets that are sent and not shown.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Mutex;

/// A secret shorter than this is not looked for in what comes back: it would be found everywhere.
const SHORTEST: usize = 4;

/// The secrets of a run. A workflow gets stand-ins: words nobody can guess, so that no data can smuggle one into a
/// request. The secret takes its place at the last moment, and its name `${NAME}` in what people see.
pub struct Secrets {
    environment: Box<Environment>,
    known: Mutex<BTreeMap<String, Secret>>,
    random: [RandomState; 2],
}

/// Variables and their values.
type Environment = dyn Fn(&str) -> Option<String> + Send + Sync;

struct Secret {
    stand_in: String,
    value: Option<String>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Secrets").finish_non_exhaustive()
    }
}

impl Secrets {
    /// Secrets that lie in an environment.
    pub fn new(environment: impl Fn(&str) -> Option<String> + Send + Sync + 'static) -> Self {
        Self {
            environment: Box::new(environment),
            known: Mutex::default(),
            random: [RandomState::new(), RandomState::new()],
        }
    }

    /// What stands for the secret in a variable.
    pub fn stand_in(&self, name: &str) -> String {
        let mut known = self.lock();
        let secret = known.entry(name.to_owned()).or_insert_with(|| Secret {
            stand_in: self.random.iter().fold("secret".to_owned(), |word, state| {
                let number = state.hash_one(name);
                format!("{word}{number:016x}")
            }),
            value: (self.environment)(name),
        });
        secret.stand_in.clone()
    }

    /// The text with its secrets; `write` says how one is written at its place.
    ///
    /// # Errors
    /// The variable that is not set.
    pub(super) fn reveal(&self, text: &str, write: fn(&str) -> String) -> Result<String, String> {
        let mut text = text.to_owned();
        for (name, secret) in self.lock().iter().filter(|(_, secret)| text_has(&text, secret)).collect::<Vec<_>>() {
            let value = secret.value.as_deref().ok_or_else(|| name.clone())?;
            text = text.replace(&secret.stand_in, &write(value));
        }
        Ok(text)
    }

    /// The text with the names of secrets instead of their stand-ins; `None` if there are none in it.
    pub(super) fn conceal(&self, text: &str) -> Option<String> {
        self.with_names(text, |secret| vec![secret.stand_in.clone()])
    }

    /// What came back, with the names of secrets instead of them; `None` if there are none in it.
    pub(super) fn conceal_answer(&self, text: &str) -> Option<String> {
        self.with_names(text, |secret| {
            let value = secret.value.iter().filter(|value| value.len() >= SHORTEST);
            value.flat_map(|value| [value.clone(), in_json(value)]).collect()
        })
    }

    fn with_names(&self, text: &str, hidden: impl Fn(&Secret) -> Vec<String>) -> Option<String> {
        let mut concealed: Option<String> = None;
        for (name, secret) in self.lock().iter() {
            for hidden in hidden(secret) {
                let now = concealed.as_deref().unwrap_or(text);
                if now.contains(&hidden) {
                    concealed = Some(now.replace(&hidden, &format!("${{{name}}}")));
                }
            }
        }
        concealed
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, Secret>> {
        self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn text_has(text: &str, secret: &Secret) -> bool {
    text.contains(&secret.stand_in)
}

/// As it stands inside a string of JSON.
pub(super) fn in_json(value: &str) -> String {
    let json = serde_json::Value::from(value).to_string();
    json[1..json.len() - 1].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets() -> Secrets {
        Secrets::new(|name| match name {
            "TOKEN" => Some("a\"b-very-secret".into()),
            "SHORT" => Some("ab".into()),
            _ => None,
        })
    }

    #[test]
    fn a_stand_in_is_replaced_at_the_last_moment() {
        let secrets = secrets();
        let stand_in = secrets.stand_in("TOKEN");
        assert_eq!(stand_in, secrets.stand_in("TOKEN"));
        assert!(stand_in.len() > 32 && stand_in.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{stand_in}");
        let text = format!("Bearer {stand_in}");
        assert_eq!(secrets.reveal(&text, str::to_owned).unwrap(), "Bearer a\"b-very-secret");
        assert_eq!(secrets.reveal(&text, in_json).unwrap(), "Bearer a\\\"b-very-secret");
    }

    #[test]
    fn what_looks_like_the_name_of_a_secret_is_left_alone() {
        let secrets = secrets();
        secrets.stand_in("TOKEN");
        assert_eq!(secrets.reveal("${TOKEN}", str::to_owned).unwrap(), "${TOKEN}");
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
        assert_eq!(secrets.reveal(&stand_in, str::to_owned), Err("MISSING".into()));
        assert_eq!(secrets.reveal("nothing", str::to_owned), Ok("nothing".into()));
    }

    #[test]
    fn people_see_names() {
        let secrets = secrets();
        let stand_in = secrets.stand_in("TOKEN");
        assert_eq!((secrets.conceal("nothing"), secrets.conceal_answer("nothing")), (None, None));
        assert_eq!(secrets.conceal(&format!("{stand_in}, {stand_in}")).unwrap(), "${TOKEN}, ${TOKEN}");
        let answer = "a\"b-very-secret, a\\\"b-very-secret";
        assert_eq!(secrets.conceal_answer(answer).unwrap(), "${TOKEN}, ${TOKEN}");
        // What people wrote themselves stays, even if it happens to be the secret.
        assert_eq!(secrets.conceal(answer), None);
        secrets.stand_in("SHORT");
        assert_eq!(secrets.conceal_answer("abc"), None);
    }
}
