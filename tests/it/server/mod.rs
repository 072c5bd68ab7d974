//! Verbs that speak to a server, against a stand-in for one.

mod addresses;
mod by_hand;
mod doctor;
pub mod events;
mod faults;
mod plan;
mod pull;
mod push;
mod real;
mod run_on;
pub mod stand_in;
mod tls;
mod transcripts;

use std::path::Path;

use assert_cmd::Command;

use crate::program::Done;
use stand_in::{KEY, Served, StandIn};

/// A guard and a notice, for two triggers.
pub const GUARD: &str = "workflow guard on event-publish {\n    name: \"Guard\"\n    if event tagged any \"tlp:red\" { stop-execution(message: \"red\") }\n}\n";
pub const NOTICE: &str = "workflow notice on event-after-save {\n    name: \"Notice\"\n    push-zmq()\n}\n";
/// An ad-hoc workflow.
pub const REVIEW: &str =
    "workflow review on adhoc(scope: \"passed_event_ids\") {\n    name: \"Review\"\n    push-zmq()\n}\n";

/// Calls the program in a folder, with the address and the key of a stand-in in its environment.
pub fn run(folder: &Path, misp: &Served, arguments: &[&str]) -> Done {
    run_with(folder, &[("MISPFLOW_URL", &misp.url()), ("MISPFLOW_KEY", KEY)], arguments)
}

/// Calls the program in a folder, with these variables and a home of its own.
pub fn run_with(folder: &Path, variables: &[(&str, &str)], arguments: &[&str]) -> Done {
    let mut command = Command::cargo_bin("mispflow").unwrap();
    for name in [
        "NO_COLOR",
        "MISPFLOW_URL",
        "MISPFLOW_KEY",
        "MISPFLOW_KEY_FILE",
        "MISPFLOW_TIMEOUT",
        "XDG_CONFIG_HOME",
        "APPDATA",
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "https_proxy",
        "ALL_PROXY",
        "all_proxy",
        "NO_PROXY",
        "no_proxy",
        "MISPFLOW_CA_FILE",
        "MISPFLOW_CLIENT_CERTIFICATE",
    ] {
        command.env_remove(name);
    }
    command.env("HOME", folder.parent().unwrap().join("no-home")).current_dir(folder).args(arguments);
    for (name, value) in variables {
        command.env(name, value);
    }
    Done(command.write_stdin("").output().unwrap())
}

/// A stand-in of the newer release with nothing on it.
pub fn empty() -> Served {
    Served::new(StandIn::new("2.5.19"))
}
