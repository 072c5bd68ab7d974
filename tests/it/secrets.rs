//! Whatever is run, and whatever it writes: no secret shows, in no encoding.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::{fs, thread};

use assert_cmd::Command;
use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use mispflow::secrets::{Masker, Secret};
use serde_json::Value;
use tempfile::TempDir;

use crate::program::{mispflow, stdout};

/// Secrets by the variables that hold them.
const SECRETS: [(&str, &str); 4] = [
    ("SOC_TOKEN", "q/w\"e<r>&t#y%20'u+i=\\o-\u{e9}?!z"),
    ("SOC_HEADER", "Bearer x9Yz8-Wv7_Ut6.Sr5/Qp4+On3="),
    ("SOC_LOGIN", "operator:Kn0bl4uch&Zwiebel"),
    ("SOC_LINES", "erste Zeile, geheim\nzweite Zeile, \u{fc}bergeheim"),
];

/// A password that is in the text itself.
const PASSWORD: &str = "p4ssw0rd-in-url";

fn escaped(text: &str, escape: impl Fn(char) -> String) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_string() } else { escape(c) }).collect()
}

fn each(text: &str, write: fn(u8) -> String) -> String {
    text.bytes().map(write).collect()
}

/// Eight ways and more of writing a secret.
fn encodings(secret: &str) -> Vec<String> {
    let json = serde_json::to_string(secret).unwrap();
    let json = &json[1..json.len() - 1];
    let percent = escaped(secret, |c| each(&c.to_string(), |byte| format!("%{byte:02X}")));
    let mut encodings = vec![
        secret.to_owned(),
        json.to_owned(),
        json.replace('/', "\\/"),
        escaped(secret, |c| format!("\\u{:04x}", c as u32)),
        escaped(secret, |c| format!("&#{};", c as u32)),
        secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;"),
        escaped(secret, |c| each(&c.to_string(), |byte| format!("%{byte:02x}"))),
        percent.replace("%20", "+"),
        percent,
        each(secret, |byte| format!("{byte:02x}")),
        each(secret, |byte| format!("{byte:02X}")),
        BASE64_URL_SAFE_NO_PAD.encode(secret),
        BASE64_STANDARD.encode(json),
    ];
    encodings.extend(["", ":", "a:"].map(|before| BASE64_STANDARD.encode(format!("{before}{secret}"))));
    encodings
}

/// What must not be seen: the secrets and what is secret in them.
fn hidden() -> Vec<String> {
    let parts = ["x9Yz8-Wv7_Ut6.Sr5/Qp4+On3=", "Kn0bl4uch&Zwiebel", "zweite Zeile, \u{fc}bergeheim", PASSWORD];
    SECRETS.iter().map(|(_, secret)| *secret).chain(parts).map(str::to_owned).collect()
}

#[track_caller]
fn assert_hidden(what: &str, text: &str) {
    for secret in hidden() {
        for written in encodings(&secret) {
            // The edges of base64 depend on what is around it, and a line is broken here and there.
            let written: Vec<char> = written.chars().collect();
            let middle: String = written[4..written.len() - 4].iter().collect();
            for piece in middle.lines().filter(|piece| piece.len() >= 8) {
                assert!(!text.contains(piece), "{what} shows `{piece}` of `{secret}`:\n{text}");
            }
        }
    }
}

/// A server that answers with everything it got, in every encoding.
fn echo() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut got = String::new();
            let mut length = 0;
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap_or(0) == 0 || line.trim().is_empty() {
                    break;
                }
                if let Some((name, value)) = line.split_once(':')
                    && name.eq_ignore_ascii_case("content-length")
                {
                    length = value.trim().parse().unwrap();
                }
                got.push_str(&line);
            }
            let mut body = vec![0; length];
            std::io::Read::read_exact(&mut reader, &mut body).unwrap();
            got.push_str(&String::from_utf8_lossy(&body));
            let mut answer = got.clone();
            for (_, secret) in SECRETS {
                answer.push_str(&encodings(secret).join("\n"));
                answer.push('\n');
            }
            for written in encodings(&got) {
                answer.push_str(&written);
                answer.push('\n');
            }
            let _ = write!(
                stream,
                "HTTP/1.1 500 No\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{answer}",
                answer.len()
            );
        }
    });
    port
}

/// Everything that a run of mispflow says.
fn run(folder: &Path, with_environment: bool, arguments: &[&str]) -> (i32, String) {
    let mut command = Command::cargo_bin("mispflow").unwrap();
    command.current_dir(folder).env_remove("NO_COLOR").args(arguments);
    for (name, value) in SECRETS {
        if with_environment {
            command.env(name, value);
        } else {
            command.env_remove(name);
        }
    }
    let output = command.output().unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    (output.status.code().unwrap(), said)
}

fn workflow(port: u16) -> String {
    let (token, header) = (serde_json::to_string(SECRETS[0].1).unwrap(), serde_json::to_string(SECRETS[1].1).unwrap());
    format!(
        r#"let base = "http://me:{PASSWORD}@127.0.0.1:{port}/hook"

workflow tell on event-publish {{
    debug: true
    webhook(
        url: base + "?token=" + secret("SOC_TOKEN"),
        payload: "{{\"lines\": \"" + secret("SOC_LINES") + "\", \"login\": \"" + secret("SOC_LOGIN") + "\"}}",
        headers: "Authorization: " + secret("SOC_HEADER") + "\nX-Token: " + secret("SOC_TOKEN") + "\nX-Login: " + secret("SOC_LOGIN"),
    )
    # These are written out, which is found and must not be shown.
    webhook(url: base, payload: {token}, headers: "Authorization: " + {header})
}}

test "fails, and says what was sent" of tell {{
    given {{ Event: {{ info: "x" }} }}
    expect effect webhook {{ url: "http://me:{PASSWORD}@elsewhere/", body: {token} }}
    expect failure
}}
"#
    )
}

#[test]
fn nothing_that_is_written_shows_a_secret() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    fs::write(path.join("tell.mwf"), workflow(echo())).unwrap();
    fs::write(path.join("event.json"), r#"{"Event": {"id": "1", "info": "x"}}"#).unwrap();
    fs::write(path.join("wrong.mwf"), workflow(1).replace("debug: true", "debug: maybe")).unwrap();
    let live = ["--live", "webhook", "--allow-private-addresses"];
    let event = ["run", "tell.mwf", "--event", "event.json"];
    let mut commands: Vec<(i32, Vec<&str>)> = Vec::new();
    for format in ["text", "json", "sarif", "github"] {
        commands.push((0, vec!["check", "tell.mwf", "--format", format]));
        commands.push((1, vec!["check", "wrong.mwf", "--format", format]));
    }
    commands.push((0, vec!["build", "tell.mwf", "-o", "out"]));
    commands.push((0, vec!["build", "tell.mwf", "-o", "out", "--check"]));
    commands.push((1, vec!["build", "wrong.mwf", "-o", "out"]));
    commands.push((0, vec!["build", "tell.mwf", "--with-secrets", "-o", "deploy"]));
    for other in ["out/tell.json", "deploy/tell.json", "wrong.mwf"] {
        for format in ["text", "json"] {
            let code = i32::from(other == "wrong.mwf");
            commands.push((code, vec!["diff", "tell.mwf", other, "--format", format]));
            commands.push((code, vec!["diff", other, "tell.mwf", "--format", format]));
        }
    }
    commands.push((0, [&event[..], &["--log"]].concat()));
    commands.push((0, [&event[..], &["--format", "json"]].concat()));
    commands.push((0, [&event[..], &live, &["--log"]].concat()));
    commands.push((0, [&event[..], &live, &["--format", "json", "--log"]].concat()));
    commands.push((0, vec!["run", "out/tell.json", "--event", "event.json", "--live", "webhook"]));
    for format in ["text", "json", "junit"] {
        commands.push((1, vec!["test", "tell.mwf", "--format", format]));
    }
    commands.push((1, vec!["fmt", "tell.mwf", "--check"]));
    commands.push((1, vec!["fmt", "tell.mwf", "--diff"]));
    commands.push((0, vec!["explain", "plain-secret"]));
    for (expected, arguments) in &commands {
        let (code, said) = run(path, true, arguments);
        assert_eq!(code, *expected, "{arguments:?}: {said}");
        assert_hidden(&arguments.join(" "), &said);
    }

    // What the live runs said is not nothing.
    let (_, said) = run(path, true, &[&event[..], &live].concat());
    assert!(said.contains("Body returned: ") && said.contains("${SOC_TOKEN}"), "{said}");
    assert!(said.contains("http://***@127.0.0.1:"), "{said}");

    // The difference does not need the environment to know what a secret is.
    for arguments in [["diff", "tell.mwf", "deploy/tell.json"], ["diff", "deploy/tell.json", "tell.mwf"]] {
        let (code, said) = run(path, false, &arguments);
        assert_eq!(code, 0, "{said}");
        for secret in [SECRETS[2].1, "x9Yz8-Wv7_Ut6", "zweite Zeile"] {
            assert!(!said.contains(secret), "{said}");
        }
    }
}

#[test]
fn what_is_built_is_for_git_or_for_misp() {
    let folder = TempDir::new().unwrap();
    let path = folder.path();
    let text = r#"workflow tell on event-publish {
    name: "Tell"
    description: "${SOC_TOKEN}"
    webhook(
        url: env("HOOK", "https://soc.example.org/hook"),
        payload: "${SOC_TOKEN} is " + env("WHO") + ", ${SOC_TOKEN}",
        headers: "X-Token: ${SOC_TOKEN} " + secret("SOC_TOKEN"),
    )
}
"#;
    fs::write(path.join("tell.mwf"), text).unwrap();

    // Without the environment, and the same with it.
    let (code, said) = run(path, false, &["build"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("`build --with-secrets`"), "{said}");
    let built = fs::read_to_string(path.join("build/tell.json")).unwrap();
    assert!(built.contains(r#""headers": "X-Token: ${SOC_TOKEN} ${SOC_TOKEN}""#), "{built}");
    assert_eq!(run(path, true, &["build", "--check", "-q"]), (0, String::new()));
    let (code, said) = run(path, false, &["check", "build/tell.json"]);
    assert_eq!(code, 0, "{said}");

    // It comes back, and differs in nothing.
    let (code, imported) = run(path, false, &["import", "build/tell.json", "-q"]);
    assert_eq!(code, 0, "{imported}");
    assert!(imported.contains(r#""X-Token: ${SOC_TOKEN} " + secret("SOC_TOKEN")"#), "{imported}");
    assert!(imported.contains(r#"env("HOOK", "https://soc.example.org/hook")"#), "{imported}");
    assert!(imported.contains(r#""${SOC_TOKEN} is " + env("WHO") + ", ${SOC_TOKEN}""#), "{imported}");
    let (code, said) = run(path, false, &["diff", "tell.mwf", "build/tell.json", "--exit-code"]);
    assert_eq!(code, 0, "{said}");

    // For MISP the values are needed, and go elsewhere.
    let (code, said) = run(path, true, &["build", "--with-secrets"]);
    assert_eq!(code, 1);
    assert!(said.contains("the environment variable `WHO` is not set"), "{said}");
    assert!(!path.join("build-with-secrets").exists());
    let text = text.replace("env(\"WHO\")", "env(\"WHO\", \"me\")");
    fs::write(path.join("tell.mwf"), text).unwrap();
    let (code, said) = run(path, true, &["build", "--with-secrets"]);
    assert_eq!(code, 0, "{said}");
    let deployed = path.join("build-with-secrets/tell.json");
    let json: serde_json::Value = serde_json::from_str(&fs::read_to_string(&deployed).unwrap()).unwrap();
    let params = &json["Workflow"]["data"]["2"]["data"]["indexed_params"];
    assert_eq!(params["headers"], format!("X-Token: ${{SOC_TOKEN}} {}", SECRETS[0].1));
    assert_eq!(params["payload"], "${SOC_TOKEN} is me, ${SOC_TOKEN}");
    assert_eq!(params["url"], "https://soc.example.org/hook");
    assert_eq!(json["Workflow"]["data"]["2"]["data"].get("placeholders"), None);
    assert!(fs::read_to_string(path.join("build-with-secrets/.gitignore")).unwrap().lines().any(|line| line == "*"));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&deployed).unwrap().permissions().mode() & 0o777, 0o600);
    }
    for folder in ["build", "./build", "build/prod", "new/../build"] {
        let (code, said) = run(path, true, &["build", "--with-secrets", "-o", folder]);
        assert_eq!(code, 2, "{folder}");
        assert!(said.contains("is the folder for files that are committed"), "{said}");
    }
    assert_eq!(run(path, true, &["build", "--with-secrets", "--check"]).0, 2);
    // Only who asks for it gets it on standard output.
    let (code, said) = run(path, true, &["build", "--with-secrets", "-q", "-o", "-"]);
    assert_eq!(code, 0);
    assert!(said.contains("q/w\\\"e<r>"), "{said}");
}

#[test]
fn a_new_project_keeps_files_with_secrets_out_of_git() {
    let folder = TempDir::new().unwrap();
    let (code, said) = run(folder.path(), false, &["init"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(
        fs::read_to_string(folder.path().join(".gitignore")).unwrap().lines().last(),
        Some("/build-with-secrets/")
    );
    // Where there is one, it stays.
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join(".gitignore"), "mine\n").unwrap();
    let (code, said) = run(folder.path(), false, &["init"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("/build-with-secrets/"), "{said}");
    assert_eq!(fs::read_to_string(folder.path().join(".gitignore")).unwrap(), "mine\n");
}

/// Adds all keys of some JSON.
fn keys_of(value: &Value, keys: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => object.iter().for_each(|(key, value)| {
            keys.insert(key.clone());
            keys_of(value, keys);
        }),
        Value::Array(list) => list.iter().for_each(|value| keys_of(value, keys)),
        _ => {}
    }
}

/// A secret that is a word of the output by chance takes nothing from it.
#[test]
fn secrets_that_are_words_of_the_output() {
    let folder = TempDir::new().unwrap();
    let text = r#"workflow guard on event-publish {
    if event tagged any "tlp:red" {
        stop-execution(message: "no")
    }
    tag_operation(scope: attribute, action: add, locality: global, tags: ["reviewed"])
    webhook(url: "https://soc.example.org", payload: "{{ Event.info }}")
}
test "red" of guard { given { Event: { Tag: [{ name: "tlp:red" }] } } expect success }
"#;
    fs::write(folder.path().join("guard.mwf"), text).unwrap();
    fs::write(folder.path().join("other.mwf"), text.replace("reviewed", "seen").split_once("test ").unwrap().0)
        .unwrap();
    fs::write(folder.path().join("wrong.mwf"), "workflow w on event-publish { webhok() }\n").unwrap();
    fs::write(
        folder.path().join("event.json"),
        r#"{"Event": {"id": "1", "info": "a", "Tag": [], "Attribute": [{"id": "3", "type": "url", "value": "x"}]}}"#,
    )
    .unwrap();
    for arguments in [
        &["run", "guard.mwf", "--event", "event.json"][..],
        &["check", "wrong.mwf"],
        &["check", "wrong.mwf", "--statistics"],
        &["check", "wrong.mwf", "--format", "sarif"],
        &["test", "guard.mwf", "--coverage"],
        &["diff", "guard.mwf", "other.mwf", "--event", "event.json"],
        &["diff", "guard.mwf", "other.mwf", "--meaning"],
    ] {
        let format = if arguments.contains(&"--format") { &[][..] } else { &["--format", "json"] };
        let output = mispflow(folder.path(), &[arguments, format].concat());
        let shown = stdout(&output);
        let told: Value = serde_json::from_str(shown).unwrap_or_else(|error| panic!("{error}: {shown}"));
        let mut keys = BTreeSet::new();
        keys_of(&told, &mut keys);
        assert!(keys.len() > 2, "{shown}");
        let literals = ["null", "true", "false"].map(str::to_owned);
        // Shorter secrets are not looked for.
        for secret in keys.iter().chain(&literals).filter(|key| key.len() >= 4) {
            for secret in
                [&secret[..], &secret[1..], &secret[..secret.len() - 1]].into_iter().filter(|secret| secret.len() >= 4)
            {
                let masker = Masker::new([("NAME", &Secret::new(secret))], [], true);
                let hidden = masker.mask(shown);
                let read: Value =
                    serde_json::from_str(&hidden).unwrap_or_else(|error| panic!("{secret}: {error}: {hidden}"));
                let mut after = BTreeSet::new();
                keys_of(&read, &mut after);
                assert_eq!(after, keys, "{secret}");
            }
        }
    }
}
