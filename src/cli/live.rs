//! `--live` and what belongs to it.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use crate::diagnostics::printable_line;
use crate::http::{Client, ClientOptions};
use crate::project::{DiskFiles, Files, has_credentials, parse_duration, url_problem};
use crate::secrets::Secret;
use crate::simulate::live::{Publisher, Secrets, Service, Session};

use super::{Console, Failure};

/// Where MISP publishes unless it is told otherwise.
const ZMQ: &str = "tcp://127.0.0.1:50000";
/// More bytes of certificates than anybody has.
const MAX_CERTIFICATES: usize = 16 << 20;
/// Where misp-modules listens unless it is told otherwise.
const MISP_MODULES: &str = "http://127.0.0.1:6666";

/// What is performed instead of simulated.
#[derive(Args, Debug)]
#[command(next_help_heading = "Performing effects")]
pub(super) struct Live {
    /// Perform effects of these kinds, and simulate the rest
    #[arg(long = "live", value_enum, value_name = "KIND", value_delimiter = ',')]
    kinds: Vec<LiveKind>,
    /// Let requests go to this computer and to private networks too
    #[arg(long, requires = "kinds")]
    allow_private_addresses: bool,
    /// Trust the certificates in this PEM file, and no others
    #[arg(long, value_name = "FILE", requires = "kinds")]
    ca_file: Option<PathBuf>,
    /// How long a request may take [default: 30s]
    #[arg(long = "live-timeout", value_name = "DURATION", value_parser = duration, requires = "kinds")]
    timeout: Option<Duration>,
    /// Where to publish [default: where MISP does, on port 50000 of this computer]
    #[arg(long, value_name = "ADDRESS", requires = "kinds")]
    zmq: Option<String>,
    /// How long the first message waits for a subscriber [default: 5s]
    #[arg(long, value_name = "DURATION", value_parser = duration, requires = "kinds")]
    zmq_wait: Option<Duration>,
    /// Where misp-modules listens [default: on port 6666 of this computer]
    #[arg(long, value_name = "URL", requires = "kinds")]
    misp_modules: Option<String>,
}

/// Kinds of effects that a process outside MISP can perform.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
enum LiveKind {
    /// Send the HTTP requests of `webhook`, `ms-teams-webhook` and `telegram-send-alert`
    Webhook,
    /// Publish what `push-zmq` pushes
    Zmq,
    /// Let a misp-modules service execute its actions and answer `attach-enrichment`
    MispModules,
}

fn duration(text: &str) -> Result<Duration, &'static str> {
    parse_duration(text).ok_or("a duration is a whole number and `ms`, `s`, `m` or `h`, such as `30s`")
}

impl Live {
    /// What is to be performed; `None` if nothing is.
    ///
    /// # Errors
    /// If a flag makes no sense, a file cannot be read, or an address cannot be used.
    pub(super) fn session(&self) -> Result<Option<Session>, Failure> {
        if self.kinds.is_empty() {
            return Ok(None);
        }
        let is_on = |kind: LiveKind| self.kinds.contains(&kind);
        for (flag, is_given, kind, name) in [
            ("--zmq", self.zmq.is_some(), LiveKind::Zmq, "zmq"),
            ("--zmq-wait", self.zmq_wait.is_some(), LiveKind::Zmq, "zmq"),
            ("--misp-modules", self.misp_modules.is_some(), LiveKind::MispModules, "misp-modules"),
        ] {
            if is_given && !is_on(kind) {
                return Err(Failure::Other(format!("`{flag}` means nothing without `--live {name}`")));
            }
        }
        let options = self.client_options()?;
        let mut session = Session::new(Secrets::new(Secret::from_environment));
        if is_on(LiveKind::Webhook) {
            session.webhook = Some(Client::new(&options).map_err(other)?);
        }
        if is_on(LiveKind::Zmq) {
            let address = self.zmq.as_deref().unwrap_or(ZMQ);
            let patience = self.zmq_wait.unwrap_or(Duration::from_secs(5));
            session.zmq = Some(Publisher::bind(address, patience).map_err(other)?);
        }
        if is_on(LiveKind::MispModules) {
            let url = self.misp_modules.as_deref().unwrap_or(MISP_MODULES);
            if let Some(problem) = url_problem(url) {
                return Err(Failure::Other(format!("the address of `--misp-modules` {problem}")));
            }
            if has_credentials(url) {
                return Err(Failure::Other("the address of `--misp-modules` holds a user name or a password".into()));
            }
            session.misp_modules = Some(Service::new(url, &options).map_err(other)?);
        }
        Ok(Some(session))
    }

    fn client_options(&self) -> Result<ClientOptions, Failure> {
        let defaults = ClientOptions::default();
        let read = |path: &PathBuf| {
            let error = |error| Failure::Other(format!("`{}` cannot be read: {error}", path.display()));
            DiskFiles.read(path, MAX_CERTIFICATES).map_err(error)
        };
        Ok(ClientOptions {
            timeout: self.timeout.unwrap_or(defaults.timeout),
            allow_private_addresses: self.allow_private_addresses,
            certificates: self.ca_file.as_ref().map(read).transpose()?,
            ..defaults
        })
    }
}

fn other(error: impl std::error::Error) -> Failure {
    Failure::Other(error.to_string())
}

/// Says what will be performed, before it is. Nobody can ask for it to be left out.
///
/// # Errors
/// If the message cannot be written.
pub(super) fn announce(session: &Session, console: &mut Console) -> Result<(), Failure> {
    tell(&session.announcement(), console)
}

/// Says what went wrong without the workflow's noticing.
///
/// # Errors
/// If the message cannot be written.
pub(super) fn tell_problems(session: &Session, console: &mut Console) -> Result<(), Failure> {
    tell(&session.take_problems(), console)
}

fn tell(lines: &[String], console: &mut Console) -> Result<(), Failure> {
    for line in lines {
        writeln!(console.messages(), "{}", printable_line(line))?;
    }
    Ok(console.flush()?)
}
