//! Which secrets a text names.

use memchr::memmem;

use crate::base::source::Sources;

use super::address::user_info;
use super::{Masker, Secret};

/// The secrets that texts name, as far as their values are known.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct NamedSecrets {
    /// Names and values.
    secrets: Vec<(String, Secret)>,
    /// User names and passwords of addresses, `user:password`.
    credentials: Vec<Secret>,
}

/// How texts name a variable, and whether its value is a secret: in the language, in JSON that was built, and in the
/// settings of a project.
const WORDS: [(&str, char, bool); 5] = [
    ("secret", '(', true),
    ("env", '(', false),
    ("\"secret\"", ':', true),
    ("\"env\"", ':', false),
    ("key-env", '=', true),
];

impl NamedSecrets {
    /// Adds what a text names: secrets, and user names and passwords in addresses, its own and those that the variables
    /// hold. The text may have mistakes.
    pub fn add(&mut self, text: &str, environment: &dyn Fn(&str) -> Option<Secret>) {
        self.add_credentials(text);
        for (word, sign, is_secret) in WORDS {
            for name in names(text, word, sign) {
                match environment(&name) {
                    Some(value) if is_secret => self.add_value(name, value),
                    Some(value) => self.add_credentials(value.expose()),
                    None => {}
                }
            }
        }
    }

    /// Adds what the texts of sources name, with the values that the environment of this process has.
    pub fn add_sources(&mut self, sources: &Sources) {
        for file in sources.iter() {
            self.add(&file.text, &Secret::from_environment);
        }
    }

    /// Adds a value that is known.
    pub fn add_value(&mut self, name: String, value: Secret) {
        let named = (name, value);
        if !self.secrets.contains(&named) {
            self.secrets.push(named);
        }
    }

    fn add_credentials(&mut self, text: &str) {
        for place in user_info(text.as_bytes()) {
            let pair = Secret::new(&text[place]);
            if !self.credentials.contains(&pair) {
                self.credentials.push(pair);
            }
        }
    }

    /// What hides them all. The shortest are not hidden: they would be found everywhere.
    pub fn masker(&self) -> Masker {
        Masker::new(self.secrets.iter().map(|(name, secret)| (name.as_str(), secret)), &self.credentials, false)
    }
}

/// The strings after `word` and `sign`.
fn names(text: &str, word: &str, sign: char) -> Vec<String> {
    let is_letter = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let mut names = Vec::new();
    for at in memmem::find_iter(text.as_bytes(), word) {
        if text[..at].ends_with(is_letter) {
            continue;
        }
        let rest = text[at + word.len()..].trim_start();
        let Some(rest) = rest.strip_prefix(sign).map(str::trim_start).filter(|rest| rest.starts_with('"')) else {
            continue;
        };
        let mut string = serde_json::Deserializer::from_str(rest).into_iter::<String>();
        names.extend(string.next().and_then(Result::ok));
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_named_in_texts_json_and_settings() {
        let mut named = NamedSecrets::default();
        let environment = |name: &str| match name {
            "UNSET" => None,
            "HOOK" => Some(Secret::new("http://me:word99@host/")),
            name => Some(Secret::new(format!("value of {name}"))),
        };
        named.add("a: secret(\"A\") + secret ( \"B\\u0041\" ) + secret(\"UNSET\") # my-secret(\"X\")", &environment);
        named.add("{\"secret\": \"C\", \"secret\" :\"D\"} env(\"HOOK\") secret(E) secret(\"F", &environment);
        named.add("key-env = \"K\"\nurl = \"https://you:pass@host/\"", &environment);
        let found: Vec<&str> = named.secrets.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(found, ["A", "BA", "C", "D", "K"]);
        let pairs: Vec<&str> = named.credentials.iter().map(Secret::expose).collect();
        assert_eq!(pairs, ["me:word99", "you:pass"]);
        assert_eq!(named.masker().mask("value of A, word99"), "${A}, ***");
    }
}
