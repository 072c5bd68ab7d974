//! Where the address and the key of a server come from.
//!
//! A project file may be a stranger's: pipelines build changes that nobody has looked at yet. So a key goes to an address
//! only if both come from the same place that the user alone controls: his own file of servers, outside of the project, or
//! the environment. A project file may name a server and its address, and that is compared; it decides nothing.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::Deserialize;
use ureq::http::Uri;

use crate::project::{Key, Server, has_credentials, parse_duration, url_problem};
use crate::secrets::Secret;

/// A user's own servers, by name.
#[derive(Clone, Debug, Default)]
pub struct AddressBook {
    entries: BTreeMap<String, Entry>,
}

/// A server that is to be reached. Certificates and keys in files are not read yet.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The address, without a slash at its end.
    pub url: String,
    /// Where the key comes from.
    pub key: KeySource,
    /// Certificates to trust instead of the usual ones.
    pub ca_file: Option<PathBuf>,
    /// The certificate of this side, with its private key or without.
    pub client_certificate: Option<PathBuf>,
    /// Its private key, if that is in a file of its own.
    pub client_key: Option<PathBuf>,
    /// How long a request may take.
    pub timeout: Option<Duration>,
    /// Whether the certificate of the server is checked.
    pub verify_tls: bool,
}

/// Where a key comes from.
#[derive(Clone, Debug)]
pub enum KeySource {
    /// It is here.
    Given(Secret),
    /// A file that holds nothing else.
    File(PathBuf),
    /// A variable of the environment that is not set.
    Unset(String),
}

impl Entry {
    /// The same, which waits as long as the project says if nothing else is said.
    fn waiting_as(&self, server: Option<&Server>) -> Self {
        Self { timeout: self.timeout.or(server.map(|server| server.timeout)), ..self.clone() }
    }
}

/// A server that was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The name by which messages speak of it.
    pub name: String,
    /// How to reach it.
    pub entry: Entry,
    /// What the user should know of how it was found.
    pub notices: Vec<String>,
}

/// Why there is no server to speak to. The words say what to do.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct AddressError(String);

/// The variable that holds the address of a server.
pub const URL_VARIABLE: &str = "MISPFLOW_URL";
/// The variable that holds the key for it.
pub const KEY_VARIABLE: &str = "MISPFLOW_KEY";
/// The variable that names a file with the key for it.
pub const KEY_FILE_VARIABLE: &str = "MISPFLOW_KEY_FILE";
/// The variable that names a file with the certificates to trust.
pub const CA_FILE_VARIABLE: &str = "MISPFLOW_CA_FILE";
/// The variable that says how long a request may take.
pub const TIMEOUT_VARIABLE: &str = "MISPFLOW_TIMEOUT";
/// The variable that names a file with the certificate of this side.
pub const CLIENT_CERTIFICATE_VARIABLE: &str = "MISPFLOW_CLIENT_CERTIFICATE";

/// What the server of the environment is called, where the project has no name for it.
const OF_ENVIRONMENT: &str = "server";

/// An entry of the user's file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct EntryToml {
    url: String,
    key_env: Option<String>,
    key_file: Option<PathBuf>,
    ca_file: Option<PathBuf>,
    client_certificate: Option<PathBuf>,
    client_key: Option<PathBuf>,
    timeout: Option<String>,
    verify_tls: Option<bool>,
}

type Environment<'e> = &'e dyn Fn(&str) -> Option<Secret>;

impl AddressBook {
    /// Reads the user's file, which lies in `folder`: relative paths start there. What it says of the content is never
    /// shown, for somebody may have put a key into it.
    ///
    /// # Errors
    /// It cannot be used.
    pub fn read(text: &str, folder: &Path, environment: Environment<'_>) -> Result<Self, AddressError> {
        let read: BTreeMap<String, EntryToml> = toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| text[..span.start].lines().count().max(1));
            let at = line.map(|line| format!(" (line {line})")).unwrap_or_default();
            AddressError(format!(
                "the file of servers cannot be used{at}\na server is a section `[NAME]` with `url` and `key-env` or `key-file`, and perhaps `ca-file`, `client-certificate`, `client-key`, `timeout`, `verify-tls`"
            ))
        })?;
        let mut entries = BTreeMap::new();
        for (name, entry) in read {
            let wrong = |what: &str| AddressError(format!("the server `{name}` in the file of servers {what}"));
            let url =
                checked(&entry.url).map_err(|problem| wrong(&format!("cannot be used: its address {problem}")))?;
            let key = match (entry.key_env, entry.key_file) {
                // One that is not set matters only to who uses this server.
                (Some(variable), None) => environment(&variable).map_or(KeySource::Unset(variable), KeySource::Given),
                (None, Some(file)) => KeySource::File(folder.join(file)),
                _ => return Err(wrong("needs `key-env` or `key-file`, one of them")),
            };
            let timeout = match entry.timeout.as_deref() {
                None => None,
                Some(text) => Some(
                    self::timeout(text)
                        .ok_or_else(|| wrong("has a `timeout` that is not a length of time, such as `30s`"))?,
                ),
            };
            let path = |path: Option<PathBuf>| path.map(|path| folder.join(path));
            entries.insert(
                name,
                Entry {
                    url,
                    key,
                    ca_file: path(entry.ca_file),
                    client_certificate: path(entry.client_certificate),
                    client_key: path(entry.client_key),
                    timeout,
                    verify_tls: entry.verify_tls.unwrap_or(true),
                },
            );
        }
        Ok(Self { entries })
    }

    /// The server to speak to: the one that is named, or the only one there is.
    ///
    /// # Errors
    /// There is none, or several, or nobody said that the key may go there.
    pub fn find(
        &self,
        named: Option<&str>,
        of_project: &[Server],
        environment: Environment<'_>,
    ) -> Result<Found, AddressError> {
        let given = pair(URL_VARIABLE, KEY_VARIABLE, KEY_FILE_VARIABLE, environment)?;
        // Messages call the server of the environment so, and it may be called so where nothing else is.
        let is_own = |name: &str| {
            name == OF_ENVIRONMENT
                && !self.entries.contains_key(name)
                && !of_project.iter().any(|server| server.name == name)
        };
        let named = named.filter(|name| given.is_none() || !is_own(name));
        if let (None, Some(entry)) = (named, &given) {
            let of_name = of_project.iter().find(|server| same_server(&server.url, &entry.url));
            let mut notices = Vec::new();
            if of_name.is_none() && !of_project.is_empty() {
                notices.push(format!(
                    "the server is {}, as `{URL_VARIABLE}` says; the project file names other addresses",
                    entry.url
                ));
            }
            let name = of_name.map_or_else(|| OF_ENVIRONMENT.to_owned(), |server| server.name.clone());
            return Ok(Found { name, entry: entry.waiting_as(of_name), notices });
        }
        let name = match named {
            Some(name) => name.to_owned(),
            None => self.only(of_project)?,
        };
        let in_project = of_project.iter().find(|server| server.name == name);
        if let Some(entry) = self.entries.get(&name) {
            let notices = moved(&name, entry, in_project);
            return Ok(Found { notices, name, entry: entry.waiting_as(in_project) });
        }
        let Some(server) = in_project else {
            return Err(AddressError(format!(
                "there is no server `{name}`\n{}",
                how_to_name("https://misp.example.org", &name)
            )));
        };
        let own = match &server.key {
            Some(Key::Environment(variable)) if variable != KEY_VARIABLE => {
                pair(&format!("{variable}_URL"), variable, &format!("{variable}_FILE"), environment)?
            }
            _ => None,
        };
        let candidates: Vec<Entry> = given.into_iter().chain(own).collect();
        if let Some(entry) = candidates.iter().find(|entry| same_server(&entry.url, &server.url)) {
            return Ok(Found { name, entry: entry.waiting_as(in_project), notices: Vec::new() });
        }
        if let Some(entry) = candidates.first() {
            return Err(AddressError(format!(
                "the project file says that `{name}` is {}, and the environment has a key for {}: it is not sent elsewhere\nif the server has moved, change the address in the environment; if not, somebody has changed `mispflow.toml`",
                server.url, entry.url
            )));
        }
        let unused = match &server.key {
            Some(Key::File(_)) => {
                "\nthe `key-file` of the project file is not used: who changes the address there would get the key"
            }
            _ => "",
        };
        Err(AddressError(format!(
            "`mispflow.toml` names the server `{name}` at {}, and only that file says that a key may go there{unused}\n{}",
            server.url,
            how_to_name(&server.url, &name)
        )))
    }

    /// The only server there is.
    fn only(&self, of_project: &[Server]) -> Result<String, AddressError> {
        let names: Vec<&str> = if of_project.is_empty() {
            self.entries.keys().map(String::as_str).collect()
        } else {
            of_project.iter().map(|server| server.name.as_str()).collect()
        };
        match names.as_slice() {
            [name] => Ok((*name).to_owned()),
            [] => Err(AddressError(format!("no server is named\n{}", how_to_name("https://misp.example.org", "prod")))),
            names => Err(AddressError(format!(
                "there are several servers: {}\nname one of them: `--server NAME`",
                names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
            ))),
        }
    }
}

/// What is to be said where the project file has another address.
fn moved(name: &str, entry: &Entry, in_project: Option<&Server>) -> Vec<String> {
    let other = in_project.filter(|server| !same_server(&server.url, &entry.url));
    let notice = other.map(|server| {
        format!(
            "`{name}` is {}, as your own file of servers says; `mispflow.toml` names {}, which is not used",
            entry.url, server.url
        )
    });
    notice.into_iter().collect()
}

fn how_to_name(url: &str, name: &str) -> String {
    format!(
        "set `{URL_VARIABLE}={url}` and `{KEY_VARIABLE}`, or write this into `servers.toml` in the folder `mispflow` of your configuration (`~/.config/mispflow/servers.toml`):\n\n[{name}]\nurl = \"{url}\"\nkey-file = \"{name}.key\""
    )
}

/// An address and a key from the environment; `None` if neither is there.
fn pair(url: &str, key: &str, key_file: &str, environment: Environment<'_>) -> Result<Option<Entry>, AddressError> {
    let set = |name: &str| environment(name).filter(|value| !value.expose().trim().is_empty());
    let Some(address) = set(url) else { return Ok(None) };
    let key = match (set(key), set(key_file)) {
        (Some(key), _) => KeySource::Given(key),
        (None, Some(file)) => KeySource::File(PathBuf::from(file.expose())),
        (None, None) => {
            return Err(AddressError(format!(
                "`{url}` is set, and the key for it is not\nset `{key}`, or `{key_file}` to a file that holds it"
            )));
        }
    };
    let address =
        checked(address.expose()).map_err(|problem| AddressError(format!("the address in `{url}` {problem}")))?;
    let path = |name: &str| set(name).map(|value| PathBuf::from(value.expose()));
    let timeout = match set(TIMEOUT_VARIABLE) {
        None => None,
        Some(text) => Some(
            timeout(text.expose())
                .ok_or_else(|| AddressError(format!("`{TIMEOUT_VARIABLE}` is not a length of time, such as `30s`")))?,
        ),
    };
    Ok(Some(Entry {
        url: address,
        key,
        ca_file: path(CA_FILE_VARIABLE),
        client_certificate: path(CLIENT_CERTIFICATE_VARIABLE),
        client_key: None,
        timeout,
        verify_tls: true,
    }))
}

/// How long a request may take.
fn timeout(text: &str) -> Option<Duration> {
    parse_duration(text.trim()).filter(|timeout| !timeout.is_zero())
}

/// An address as it is used.
fn checked(url: &str) -> Result<String, &'static str> {
    let url = url.trim();
    if has_credentials(url) {
        return Err("holds a user name or a password");
    }
    if let Some(problem) = url_problem(url) {
        return Err(problem);
    }
    if url.parse::<Uri>().is_err() {
        return Err("is not one");
    }
    Ok(url.trim_end_matches('/').to_owned())
}

/// Whether two addresses are those of one server: the same host, port and scheme.
fn same_server(one: &str, other: &str) -> bool {
    let parts = |url: &str| -> Option<(String, String, u16)> {
        let uri: Uri = url.parse().ok()?;
        let scheme = uri.scheme_str()?.to_ascii_lowercase();
        let port = uri.port_u16().unwrap_or(if scheme == "https" { 443 } else { 80 });
        Some((scheme, uri.host()?.trim_end_matches('.').to_ascii_lowercase(), port))
    };
    parts(one).is_some() && parts(one) == parts(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::{Sources, Span};
    use crate::catalogue::ServerFacts;

    const KEY: &str = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCd";

    fn server(name: &str, url: &str, key: Option<&str>) -> Server {
        let sources = Sources::new();
        Server {
            name: name.to_owned(),
            span: Span::new(sources.add("a", None, ""), 0, 0),
            url: url.to_owned(),
            key: key.map(|name| Key::Environment(name.to_owned())),
            ca_file: None,
            timeout: Duration::from_secs(7),
            facts: ServerFacts::default(),
        }
    }

    fn environment(pairs: &'static [(&'static str, &'static str)]) -> impl Fn(&str) -> Option<Secret> {
        move |name| pairs.iter().find(|(known, _)| *known == name).map(|(_, value)| Secret::new(*value))
    }

    fn book(text: &str) -> AddressBook {
        AddressBook::read(text, Path::new("/home/me"), &environment(&[("PROD_KEY", KEY)])).unwrap()
    }

    fn key(found: &Found) -> &str {
        match &found.entry.key {
            KeySource::Given(key) => key.expose(),
            KeySource::File(path) => path.to_str().unwrap(),
            KeySource::Unset(name) => name,
        }
    }

    #[test]
    fn the_users_own_file_decides() {
        let book = book(
            "[prod]\nurl = \"https://misp.example.org/\"\nkey-env = \"PROD_KEY\"\n[test]\nurl = \"https://t\"\nkey-file = \"t.key\"\nverify-tls = false\ntimeout = \"5s\"",
        );
        let none = environment(&[]);
        let found = book.find(Some("prod"), &[], &none).unwrap();
        assert_eq!((found.entry.url.as_str(), key(&found)), ("https://misp.example.org", KEY));
        assert!(found.entry.verify_tls && found.notices.is_empty());
        let found = book.find(Some("test"), &[], &none).unwrap();
        assert_eq!((key(&found), found.entry.verify_tls), ("/home/me/t.key", false));
        // What a project says of the same name changes nothing, and is told.
        let elsewhere = [server("prod", "https://evil.example", Some("PROD_KEY"))];
        let found = book.find(None, &elsewhere, &none).unwrap();
        assert_eq!(found.entry.url, "https://misp.example.org");
        assert!(found.notices[0].contains("https://evil.example"), "{:?}", found.notices);
    }

    #[test]
    fn address_and_key_come_from_the_environment_together() {
        let both = environment(&[("MISPFLOW_URL", "https://misp.example.org"), ("MISPFLOW_KEY", KEY)]);
        let empty = AddressBook::default();
        let found = empty.find(None, &[], &both).unwrap();
        assert_eq!(
            (found.entry.url.as_str(), key(&found), found.name.as_str()),
            ("https://misp.example.org", KEY, "server")
        );
        let same = [server("prod", "https://MISP.example.org:443/", None)];
        assert_eq!(empty.find(Some("prod"), &same, &both).unwrap().entry.url, "https://misp.example.org");
        assert_eq!(empty.find(None, &same, &both).unwrap().name, "prod");
    }

    #[test]
    fn a_key_never_goes_where_only_the_project_says() {
        let empty = AddressBook::default();
        let both =
            environment(&[("MISPFLOW_URL", "https://misp.example.org"), ("MISPFLOW_KEY", KEY), ("MISP_KEY", KEY)]);
        for url in [
            "https://evil.example",
            "http://misp.example.org",
            "https://misp.example.org:8443",
            "https://misp.example.org.evil.example",
            "https://evil.example/misp.example.org",
        ] {
            for variable in [None, Some("MISP_KEY"), Some("MISPFLOW_KEY")] {
                let servers = [server("prod", url, variable)];
                let refused = empty.find(Some("prod"), &servers, &both).unwrap_err().to_string();
                assert!(refused.contains("it is not sent elsewhere"), "{refused}");
                assert!(!refused.contains(KEY));
                // Without a name the environment is the server.
                assert_eq!(empty.find(None, &servers, &both).unwrap().entry.url, "https://misp.example.org");
            }
        }
        let alone = environment(&[("MISP_KEY", KEY)]);
        let servers = [server("prod", "https://evil.example", Some("MISP_KEY"))];
        let refused = empty.find(None, &servers, &alone).unwrap_err().to_string();
        assert!(refused.contains("only that file says that a key may go there"), "{refused}");
    }

    #[test]
    fn a_variable_of_the_projects_choice_needs_its_own_address() {
        let bound = environment(&[("MISP_KEY", KEY), ("MISP_KEY_URL", "https://misp.example.org")]);
        let empty = AddressBook::default();
        let good = [server("prod", "https://misp.example.org", Some("MISP_KEY"))];
        let found = empty.find(None, &good, &bound).unwrap();
        assert_eq!((key(&found), found.entry.timeout), (KEY, Some(Duration::from_secs(7))));
        let moved = [server("prod", "https://evil.example", Some("MISP_KEY"))];
        assert!(empty.find(None, &moved, &bound).is_err());
    }

    #[test]
    fn what_is_wrong_is_said_without_showing_a_key() {
        for text in [
            format!("[prod]\nurl = \"https://x\"\nkey = \"{KEY}\""),
            format!("[prod]\nurl = \"https://me:{KEY}@x\"\nkey-env = \"K\""),
            format!("{KEY} = ["),
            "[prod]\nurl = \"misp\"\nkey-env = \"K\"".to_owned(),
            "[prod]\nurl = \"https://x\"".to_owned(),
            "[prod]\nurl = \"https://x\"\nkey-env = \"K\"\nkey-file = \"f\"".to_owned(),
            "[prod]\nurl = \"https://x\"\nkey-env = \"K\"\ntimeout = \"soon\"".to_owned(),
        ] {
            let error = AddressBook::read(&text, Path::new(""), &environment(&[])).unwrap_err().to_string();
            assert!(!error.contains(KEY), "{error}");
        }
        let half = environment(&[("MISPFLOW_URL", "https://misp.example.org")]);
        let error = AddressBook::default().find(None, &[], &half).unwrap_err().to_string();
        assert!(error.contains("`MISPFLOW_URL` is set, and the key for it is not"), "{error}");
        let several =
            book("[a]\nurl = \"https://a\"\nkey-env = \"PROD_KEY\"\n[b]\nurl = \"https://b\"\nkey-env = \"PROD_KEY\"");
        let error = several.find(None, &[], &environment(&[])).unwrap_err().to_string();
        assert!(error.contains("`a`, `b`"), "{error}");
    }
}
