//! `run --live` from outside.

use std::fs;

use assert_cmd::Command;
use serde_json::{Value, json};
use tempfile::TempDir;

use super::EVENT;
use super::peer::Peer;

struct Done {
    code: i32,
    out: String,
    messages: String,
}

fn run(steps: &str, flags: &[&str]) -> Done {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("w.mwf"), format!("workflow w on event-publish {{ {steps} }}")).unwrap();
    fs::write(folder.path().join("event.json"), EVENT).unwrap();
    let mut command = Command::cargo_bin("mispflow").unwrap();
    command.current_dir(folder.path()).env("SOC_TOKEN", "s3cr3t").args(["run", "w.mwf", "--event", "event.json"]);
    let output = command.args(flags).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Done { code: output.status.code().unwrap(), out: text(output.stdout), messages: text(output.stderr) }
}

fn webhook(peer: &Peer) -> String {
    format!(r#"webhook(url: "{}", headers: "X-Soc: " + secret("SOC_TOKEN"))"#, peer.url())
}

#[test]
fn nothing_is_performed_that_is_not_named() {
    let peer = Peer::answering("500 Oops", "");
    let zmq: &[&str] = if cfg!(feature = "zeromq") { &["--live", "zmq", "--zmq", "127.0.0.1:0"] } else { &[] };
    for flags in [&[][..], zmq, &["--live", "misp-modules"]] {
        let done = run(&webhook(&peer), flags);
        assert_eq!(done.code, 0, "{}", done.messages);
        assert!(done.out.contains("outcome success"), "{}", done.out);
    }
    assert!(peer.is_untouched());
}

#[test]
fn what_is_performed_is_said_before() {
    let peer = Peer::answering("200 OK", "");
    // Also where few messages are wanted.
    let flags = ["--live", "webhook", "--allow-private-addresses", "--format", "json", "-q"];
    let done = run(&webhook(&peer), &flags);
    assert_eq!(
        done.messages,
        "live: the HTTP requests of `webhook`, `ms-teams-webhook` and `telegram-send-alert` are sent\n\
         live: everything else is simulated\n"
    );
    assert_eq!(peer.request().header("X-Soc"), Some("s3cr3t"));
    let result: Value = serde_json::from_str(&done.out).unwrap();
    assert_eq!(result["errors"], json!([]));
    assert_eq!(result["effects"][0]["headers"][3], json!(["X-Soc", "${SOC_TOKEN}"]));
    assert!(!done.out.contains("s3cr3t"), "{}", done.out);
}

#[test]
fn private_addresses_are_refused() {
    let peer = Peer::answering("200 OK", "");
    let done = run(&webhook(&peer), &["--live", "webhook"]);
    assert!(done.out.contains("the server is at 127.0.0.1, which is not a public address"), "{}", done.out);
    assert!(!done.out.contains("s3cr3t"), "{}", done.out);
    assert!(peer.is_untouched());
}

#[cfg(not(feature = "zeromq"))]
#[test]
fn a_program_without_zeromq_says_so() {
    let done = run("push-zmq()", &["--live", "zmq"]);
    assert_ne!(done.code, 0);
    assert!(
        done.messages.contains("was built without ZeroMQ") && done.messages.contains("--features zeromq"),
        "{}",
        done.messages
    );
    assert_eq!(done.out, "");
}

#[cfg(feature = "zeromq")]
#[test]
fn what_went_wrong_unnoticed_is_said_after_the_run() {
    let done = run(
        "push-zmq()",
        &[
            "--live",
            "zmq,misp-modules",
            "--zmq",
            "127.0.0.1:0",
            "--zmq-wait",
            "10ms",
            "--misp-modules",
            "http://127.0.0.1:1/",
        ],
    );
    assert_eq!(done.code, 0);
    let lines: Vec<&str> = done.messages.lines().collect();
    assert!(
        lines[0].starts_with("live: what `push-zmq` pushes is published on tcp://127.0.0.1:")
            && lines[0].ends_with(" under `misp_json_workflow`"),
        "{lines:?}"
    );
    assert_eq!(
        lines[1..],
        [
            "live: actions of misp-modules are executed, and `attach-enrichment` is answered, by http://127.0.0.1:1",
            "live: everything else is simulated",
            "live: `push-zmq`: there was no subscriber, so nobody received the message",
        ]
    );
}

#[test]
fn flags_that_make_no_sense() {
    for (flags, message) in [
        (&["--allow-private-addresses"][..], "--live"),
        (&["--live", "mail"], "mail"),
        (&["--live", "webhook", "--zmq", "127.0.0.1:1"], "`--zmq` means nothing without `--live zmq`"),
        (&["--live", "webhook", "--misp-modules", "http://x"], "without `--live misp-modules`"),
        (&["--live", "webhook", "--live-timeout", "soon"], "a duration is a whole number"),
        (&["--live", "webhook", "--ca-file", "event.json"], "there is no certificate in the file"),
        (&["--live", "webhook", "--ca-file", "none.pem"], "`none.pem` cannot be read"),
        (&["--live", "zmq", "--zmq", "here"], "`here` is not an address to publish on"),
        (&["--live", "misp-modules", "--misp-modules", "127.0.0.1"], "must begin with `https://` or `http://`"),
        (&["--live", "misp-modules", "--misp-modules", "http://a:pw@b"], "holds a user name or a password"),
    ] {
        let done = run("push-zmq()", flags);
        assert_eq!((done.code, &*done.out), (2, ""), "{flags:?}");
        assert!(done.messages.contains(message) && !done.messages.contains("pw"), "{}", done.messages);
    }
}
