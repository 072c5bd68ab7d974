//! What the verbs for servers share: which server, what is known of it, and the project as it would be there.

mod doctor;
mod doing;
mod events;
mod folder;
mod plan;
mod pull;
mod push;
mod rollback;
mod run_on;
mod show;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::Args;

use crate::project::{DiskFiles, Files as _, Located, Project, read_limited, real};
use crate::secrets::Secret;
use crate::server::{
    AddressBook, CLIENT_CERTIFICATE_VARIABLE, Connection, Found, Http, KeySource, Misp, Patience, Snapshot,
};

use super::{Console, Failure};

pub(super) use doctor::Doctor;
pub(super) use events::{Batches, EventSource, FromServer};
pub(super) use plan::Plan;
pub(super) use pull::Pull;
pub(super) use push::Push;
pub(super) use rollback::Rollback;
pub(super) use run_on::{OnServer, Simulation};

/// More bytes than a file of servers, of a key or of certificates has.
const LARGEST: usize = 16 << 20;
/// How long a request may take unless somebody says otherwise.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Which server.
#[derive(Args, Clone, Default, Debug)]
#[command(next_help_heading = "Server")]
pub(super) struct ServerFlags {
    /// The server, by its name in your own `servers.toml` or in the project file [default: the one that `MISPFLOW_URL` and
    /// `MISPFLOW_KEY` say, else the only one]
    #[arg(long, value_name = "NAME")]
    server: Option<String>,
    /// Trust the certificates in this PEM file, and no others
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// The folder for the state of the server and for backups [default: `.mispflow` next to the project file]
    #[arg(long, value_name = "DIR")]
    state: Option<PathBuf>,
}

/// A server that can be spoken to.
pub(super) struct Session {
    /// Its name.
    pub name: String,
    /// Its address.
    pub url: String,
    transport: Http,
    patience: Patience,
}

impl Session {
    /// The server.
    pub fn misp(&self) -> Misp<'_> {
        Misp::new(&self.transport, self.patience)
    }
}

impl ServerFlags {
    /// Finds the server and its key, and tells what the user should know of it. Nothing is sent yet.
    ///
    /// # Errors
    /// There is none, or a file cannot be used.
    pub fn open(&self, project: &Project, console: &mut Console) -> Result<Session, Failure> {
        self.open_named(self.server.as_deref(), project, console)
    }

    /// The same for a server that another flag names.
    ///
    /// # Errors
    /// As for [`Self::open`].
    pub fn open_named(&self, name: Option<&str>, project: &Project, console: &mut Console) -> Result<Session, Failure> {
        let book = address_book(project)?;
        let Found { name, entry, notices } =
            book.find(name, &project.servers, &Secret::from_environment).map_err(other)?;
        for notice in notices {
            warn(console, &notice)?;
        }
        let key = key(&entry.key)?;
        console.protect_values([("MISPFLOW_KEY".to_owned(), key.clone())]);
        let ca_file = self.ca_file.as_ref().or(entry.ca_file.as_ref());
        let of_project = project.servers.iter().find(|server| server.name == name);
        if ca_file.is_none() && of_project.is_some_and(|server| server.ca_file.is_some()) {
            warn(
                console,
                "the `ca-file` of the project file is not used: a project may not decide whom you trust\nname it with `--ca-file`, `MISPFLOW_CA_FILE` or in your own `servers.toml`",
            )?;
        }
        if !entry.verify_tls {
            warn(
                console,
                "the certificate of the server is not checked (`verify-tls = false`): anybody on the way can read the key",
            )?;
        } else if entry.url.starts_with("http://") && !is_this_computer(&entry.url) {
            warn(console, "the address is `http://`: anybody on the way can read the key")?;
        }
        let mut client_certificate = entry.client_certificate.as_deref().map(read).transpose()?;
        if let (Some(certificate), Some(path)) = (&mut client_certificate, &entry.client_key) {
            certificate.push(b'\n');
            certificate.extend(read(path)?);
        }
        let timeout = entry.timeout.unwrap_or(TIMEOUT);
        let connection = Connection {
            name: name.clone(),
            url: entry.url.clone(),
            key,
            timeout,
            certificates: ca_file.map(|path| read(path)).transpose()?,
            client_certificate,
            verify_tls: entry.verify_tls,
        };
        let transport = connection.open().map_err(|error| {
            let hint = format!("see `--ca-file`, and `{CLIENT_CERTIFICATE_VARIABLE}` for a certificate of your own");
            Failure::Other(format!("the server cannot be reached: {error}\n{hint}"))
        })?;
        let usual = Patience::default();
        // Who does not wait long for an answer does not wait long between two questions.
        let patience = Patience { pause: usual.pause.min(timeout / 10), ..usual };
        Ok(Session { name, url: entry.url, transport, patience })
    }

    /// Where what is known of the server is kept.
    pub fn folder(&self, project: &Project) -> PathBuf {
        self.state.clone().unwrap_or_else(|| project.folder.join(folder::NAME))
    }
}

/// The user's own servers. The file must be his alone.
fn address_book(project: &Project) -> Result<AddressBook, Failure> {
    let Some(folder) = configuration() else { return Ok(AddressBook::default()) };
    let path = folder.join("servers.toml");
    let Ok(metadata) = path.metadata() else { return Ok(AddressBook::default()) };
    let here = if project.folder.as_os_str().is_empty() { Path::new(".") } else { &project.folder };
    if real(&path).starts_with(real(here)) {
        return Err(Failure::Other(format!(
            "`{}` is in the project, so anyone who changes the project could send your keys anywhere\nkeep it outside, or unset `XDG_CONFIG_HOME`",
            path.display()
        )));
    }
    #[cfg(unix)]
    if std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o022 != 0 {
        return Err(Failure::Other(format!(
            "others may write to `{}`, and could have your keys sent anywhere\ntake that right away: `chmod go-w {}`",
            path.display(),
            path.display()
        )));
    }
    let _ = metadata;
    let text = String::from_utf8_lossy(&read(&path)?).into_owned();
    AddressBook::read(&text, &folder, &Secret::from_environment)
        .map_err(|error| Failure::Other(format!("`{}`: {error}", path.display())))
}

/// The folder of this program below that of all configuration.
fn configuration() -> Option<PathBuf> {
    let folder = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = folder("XDG_CONFIG_HOME");
    let base = if cfg!(windows) { base.or_else(|| folder("APPDATA")) } else { base };
    Some(base.or_else(|| Some(folder("HOME")?.join(".config")))?.join("mispflow"))
}

fn key(source: &KeySource) -> Result<Secret, Failure> {
    let (key, place) = match source {
        KeySource::Given(key) => (key.expose().to_owned(), "the environment".to_owned()),
        KeySource::File(path) => (String::from_utf8_lossy(&read(path)?).into_owned(), format!("`{}`", path.display())),
        KeySource::Unset(name) => {
            return Err(Failure::Other(format!(
                "the key of the server is not set\nset the environment variable `{name}`"
            )));
        }
    };
    let key = key.trim();
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Failure::Other(format!(
            "what {place} holds is not an authentication key\nit is one word, as MISP shows it once when it makes the key, without `Bearer`"
        )));
    }
    Ok(Secret::new(key))
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let failed = |error| Failure::Other(format!("`{}` cannot be read: {error}", path.display()));
    let length = path.metadata().map_err(failed)?.len();
    if length == 0 && !path.is_file() {
        // A pipe, such as the one of `<(pass show misp)`.
        let file = std::fs::File::open(path).map_err(failed)?;
        return read_limited(file, LARGEST, 0).map_err(failed);
    }
    DiskFiles.read(path, LARGEST).map_err(failed)
}

fn is_this_computer(url: &str) -> bool {
    let rest = url.trim_start_matches("http://");
    ["localhost", "127.0.0.1", "[::1]"]
        .iter()
        .any(|host| rest.strip_prefix(host).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/'])))
}

/// Tells what nobody may leave out.
fn warn(console: &mut Console, message: &str) -> Result<(), Failure> {
    Ok(writeln!(console.messages(), "warning: {message}")?)
}

pub(super) fn other(error: impl std::fmt::Display) -> Failure {
    Failure::Other(error.to_string())
}

/// Asks the server for all that it has, and says what is odd about it.
pub(super) fn look(session: &Session, console: &mut Console) -> Result<Snapshot, Failure> {
    let snapshot = Snapshot::fetch(&session.misp()).map_err(other)?;
    if let (_, Some(warning)) = snapshot.target() {
        warn(console, &warning)?;
    }
    if let Err(error) = &snapshot.blueprints {
        warn(console, &format!("the blueprints of the server cannot be listed, and are left aside: {error}"))?;
    }
    if let Err(error) = &snapshot.adhoc {
        warn(console, &format!("the ad-hoc workflows of the server cannot be listed: {error}"))?;
    }
    Ok(snapshot)
}

/// Sets the target of a project that names none, and says if it names another than the server has.
fn settle_target(project: &mut Project, snapshot: &Snapshot, console: &mut Console) -> Result<(), Failure> {
    let (target, _) = snapshot.target();
    match &project.target {
        None => project.target = Some(Located::default_value(target)),
        Some(named) if named.value != target => {
            let message = format!("the project is checked for `{}`, and the server is `{target}`", named.value);
            console.tell(&message)?;
        }
        Some(_) => {}
    }
    Ok(())
}
