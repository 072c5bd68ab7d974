//! Secrets are sent, and shown nowhere.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use mispflow::engine::SilentAnswers;
use mispflow::http::ClientOptions;
use mispflow::secrets::Secret;
use mispflow::simulate::live::{Secrets, Session};
use serde_json::json;

use super::peer::{Peer, respond};
use super::{EVENT, error, local, options, run, run_on, with_secrets};

const SECRET: &str = "s3cr3t \"quoted\"";

fn shows_it(result: &serde_json::Value) -> bool {
    result.to_string().contains("s3cr3t")
}

#[test]
fn a_secret_reaches_the_server_and_nothing_else() {
    let peer = Peer::new(|request, stream| {
        // An answer that repeats what it got.
        let echo = format!("{} {}", request.header("Authorization").unwrap_or("-"), request.body);
        respond(stream, "500 Oops", "", &echo);
    });
    let steps = format!(
        r#"webhook(
            url: "{}", headers: "Authorization: Bearer " + secret("SOC_TOKEN") + "\nX-Trace: " + secret("SOC_TOKEN"),
            payload: "{{\"token\": \"" + secret("SOC_TOKEN") + "\"}}",
        )"#,
        peer.url()
    );
    let session = local();
    let result = run(&session, &steps);
    let request = peer.request();
    assert_eq!(request.header("Authorization"), Some(&*format!("Bearer {SECRET}")));
    assert_eq!(request.header("X-Trace"), Some(SECRET));
    assert_eq!(serde_json::from_str::<serde_json::Value>(&request.body).unwrap(), json!({ "token": SECRET }));

    assert!(!shows_it(&result), "{result}");
    assert!(!result.to_string().contains(&session.secrets.stand_in("SOC_TOKEN")), "{result}");
    assert!(error(&result).ends_with(r#"Body returned: Bearer ${SOC_TOKEN} {"token":"${SOC_TOKEN}"}"#), "{result}");
    let effect = &result["effects"][0];
    assert_eq!(effect["body"], json!(r#"{"token":"${SOC_TOKEN}"}"#));
    let headers = effect["headers"].as_array().unwrap();
    assert!(headers.contains(&json!(["Authorization", "(hidden)"])), "{headers:?}");
    assert!(headers.contains(&json!(["X-Trace", "${SOC_TOKEN}"])), "{headers:?}");
}

#[test]
fn data_cannot_ask_for_a_secret() {
    let peer = Peer::answering("200 OK", "");
    let steps = format!(
        r#"webhook(url: "{}", payload: "{{{{ Event.info }}}}", headers: "X-Token: " + secret("SOC_TOKEN"))"#,
        peer.url()
    );
    let event = EVENT.replace("Phish", "${SOC_TOKEN}");
    run_on(&local(), &SilentAnswers, &steps, &event);
    let request = peer.request();
    assert_eq!((request.header("X-Token"), &*request.body), (Some(SECRET), r#""${SOC_TOKEN}""#));
}

#[test]
fn without_its_secret_nothing_is_sent() {
    let peer = Peer::answering("200 OK", "");
    let result = run(&local(), &format!(r#"webhook(url: "{}", headers: "X: " + secret("OTHER"))"#, peer.url()));
    assert_eq!(
        error(&result),
        "Something went wrong while sending the request. Error returned: nothing was sent: the environment variable \
         `OTHER`, a secret of the workflow, is not set"
    );
    assert!(peer.is_untouched());
}

#[test]
fn credentials_that_are_no_secrets_of_the_workflow_are_hidden_too() {
    let peer = Peer::answering("200 OK", "");
    let steps = format!(r#"webhook(url: "{}", headers: "authorization: plain-token")"#, peer.url());
    let result = run(&local(), &steps);
    assert_eq!(peer.request().header("Authorization"), Some("plain-token"));
    assert!(!result["effects"].to_string().contains("plain-token"), "{result}");
}

/// A session in which the secret `SOC_TOKEN` has this value.
fn with_token(value: &'static str) -> Session {
    let secrets = Secrets::new(move |name| (name == "SOC_TOKEN").then(|| Secret::new(value)));
    with_secrets(secrets, &ClientOptions { allow_private_addresses: true, ..options() })
}

const TOKEN: &str = "a/b\"c<d>&e#f%20'g+h=\\i-\u{e9}?!";

/// A text with each of its bytes as `write` has it.
fn each(text: &str, write: fn(u8) -> String) -> String {
    text.bytes().map(write).collect()
}

fn hexadecimal(text: &str) -> String {
    each(text, |byte| format!("{byte:02x}"))
}

fn with_escapes(text: &str, escape: impl Fn(char) -> String) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_string() } else { escape(c) }).collect()
}

/// Ways in which a server may repeat what it got.
fn repetitions(token: &str) -> Vec<(&'static str, String)> {
    let utf8 = |c: char| each(&c.to_string(), |byte| format!("%{byte:02X}"));
    let json = serde_json::to_string(token).unwrap();
    vec![
        ("as it is", token.to_owned()),
        ("JSON", json.clone()),
        ("JSON of PHP", with_escapes(token, |c| format!("\\u{:04x}", c as u32)).replace("\\u002f", "\\/")),
        ("JSON of PHP in capitals", with_escapes(token, |c| format!("\\u{:04X}", c as u32))),
        ("HTML by number", with_escapes(token, |c| format!("&#{};", c as u32))),
        ("HTML by hexadecimal number", with_escapes(token, |c| format!("&#x00{:X};", c as u32))),
        ("percent", with_escapes(token, utf8)),
        ("percent in small letters", with_escapes(token, |c| utf8(c).to_lowercase())),
        ("percent, but for slashes", with_escapes(token, |c| if c == '/' { "/".into() } else { utf8(c) })),
        ("hexadecimal", hexadecimal(token)),
        ("HEXADECIMAL", hexadecimal(token).to_uppercase()),
        ("base64", BASE64_STANDARD.encode(token)),
        ("base64, second place", BASE64_STANDARD.encode(format!(":{token}"))),
        ("base64, third place", BASE64_STANDARD.encode(format!("a:{token}:"))),
        ("base64 for addresses", BASE64_URL_SAFE_NO_PAD.encode(format!("user:{token}"))),
        ("base64 of JSON", BASE64_STANDARD.encode(json)),
    ]
}

/// Whether five characters of the token, in any of the ways, are in a text.
fn leaks(text: &str, token: &str) -> bool {
    repetitions(token).iter().any(|(_, written)| {
        let written: Vec<char> = written.trim_matches('"').chars().collect();
        let piece: String = written[written.len() / 2 - 4..written.len() / 2 + 4].iter().collect();
        text.contains(&piece)
    })
}

#[test]
fn a_secret_is_hidden_however_it_comes_back() {
    for (way, _) in repetitions(TOKEN) {
        let peer = Peer::new(move |request, stream| {
            let token = request.header("X-Token").unwrap_or_default();
            let written = repetitions(token).into_iter().find(|(name, _)| *name == way).unwrap().1;
            respond(stream, "500 Oops", "", &format!("<p>{written}</p>"));
        });
        let session = with_token(TOKEN);
        let steps = format!(r#"webhook(url: "{}", headers: "X-Token: " + secret("SOC_TOKEN"))"#, peer.url());
        let result = run(&session, &steps);
        assert_eq!(peer.request().header("X-Token"), Some(TOKEN), "{way}");
        let error = error(&result);
        assert!(error.contains("${SOC_TOKEN}"), "{way}: {error}");
        assert!(!leaks(&result.to_string(), TOKEN), "{way}: {result}");
    }
}

#[test]
fn a_secret_that_is_cut_is_hidden_whole() {
    let limit = usize::try_from(ClientOptions::default().answer_limit).unwrap();
    for (escaped, part) in [(false, 1), (false, 7), (true, 8), (true, 40)] {
        let peer = Peer::new(move |request, stream| {
            let token = request.header("X-Token").unwrap_or_default();
            let token = if escaped { with_escapes(token, |c| format!("&#{};", c as u32)) } else { token.to_owned() };
            respond(stream, "500 Oops", "", &format!("{}{token}{}", ".".repeat(limit - part), ".".repeat(limit)));
        });
        let session = with_token(TOKEN);
        let steps = format!(r#"webhook(url: "{}", headers: "X-Token: " + secret("SOC_TOKEN"))"#, peer.url());
        let error = error(&run(&session, &steps));
        assert!(error.ends_with("...${SOC_TOKEN}"), "{part}: {}", &error[error.len() - 60..]);
        // A server may do the cutting.
        let peer = Peer::new(move |request, stream| {
            let token = request.header("X-Token").unwrap_or_default();
            respond(stream, "500 Oops", "", &format!("got {}", &token[..8]));
        });
        let steps = format!(r#"webhook(url: "{}", headers: "X-Token: " + secret("SOC_TOKEN"))"#, peer.url());
        assert!(super::error(&run(&session, &steps)).ends_with("Body returned: got ${SOC_TOKEN}"));
    }
}

#[test]
fn an_address_that_is_a_secret_is_hidden_in_parts() {
    let peer = Peer::new(|request, stream| {
        let path = request.line.split(' ').nth(1).unwrap_or_default();
        let login = request.header("Authorization").unwrap_or_default();
        respond(stream, "404 Not Found", "", &format!("there is no {path} for {login}"));
    });
    let address: &'static str =
        format!("http://analyst:p%40ss-word@127.0.0.1:{}/services/T0ABCDEF/x?key=abcdefgh#part", peer.port()).leak();
    let session = with_token(address);
    let result = run(&session, r#"webhook(url: secret("SOC_TOKEN"))"#);
    let request = peer.request();
    assert_eq!(request.line, "POST /services/T0ABCDEF/x?key=abcdefgh HTTP/1.1");
    let login = format!("Basic {}", BASE64_STANDARD.encode("analyst:p@ss-word"));
    assert_eq!(request.header("Authorization"), Some(&*login));
    assert!(error(&result).ends_with("there is no ${SOC_TOKEN} for Basic ${SOC_TOKEN}"), "{result}");
}

#[test]
fn a_secret_in_an_address_arrives_whole() {
    let peer = Peer::answering("200 OK", "");
    let session = with_token("a b#c/%d\"\u{e9}");
    let steps = format!(r#"webhook(url: "{}/x?token=" + secret("SOC_TOKEN") + "&y=1")"#, peer.url());
    let result = run(&session, &steps);
    assert_eq!(result["errors"], json!([]));
    assert_eq!(peer.request().line, "POST /x?token=a%20b%23c/%d%22%C3%A9&y=1 HTTP/1.1");
    assert!(result["effects"][0]["url"].as_str().unwrap().ends_with("/x?token=${SOC_TOKEN}&y=1"), "{result}");
}

#[test]
fn a_secret_arrives_whole_in_headers_and_bodies() {
    for (kind, payload, expected) in [
        (
            "json",
            r#""{\"a\": \"" + secret("SOC_TOKEN") + "\"}""#,
            serde_json::to_string(&json!({ "a": TOKEN })).unwrap(),
        ),
        ("json", r#"secret("SOC_TOKEN")"#, serde_json::to_string(TOKEN).unwrap()),
        ("form", r#""a=" + secret("SOC_TOKEN")"#, format!("a={TOKEN}")),
        ("form", r#""[a=" + secret("SOC_TOKEN")"#, format!("[a={TOKEN}")),
    ] {
        let peer = Peer::answering("200 OK", "");
        let steps = format!(
            r#"webhook(url: "{}", content_type: {kind}, payload: {payload}, headers: "X-Token: " + secret("SOC_TOKEN"))"#,
            peer.url()
        );
        let result = run(&with_token(TOKEN), &steps);
        assert_eq!(result["errors"], json!([]), "{kind}");
        let request = peer.request();
        assert_eq!((request.header("X-Token"), &*request.body), (Some(TOKEN), &*expected));
        assert!(!leaks(&result.to_string(), TOKEN), "{result}");
    }
}

#[test]
fn a_password_in_an_address_is_hidden() {
    let peer = Peer::new(|request, stream| {
        let login = request.header("Authorization").unwrap_or_default();
        respond(stream, "500 Oops", "", &format!("{login} http:\\/\\/me:p4ssw0rd@host\\/"));
    });
    let steps = format!(r#"webhook(url: "http://me:p4ssw0rd@127.0.0.1:{}/hook")"#, peer.port());
    let result = run(&local(), &steps);
    let login = format!("Basic {}", BASE64_STANDARD.encode("me:p4ssw0rd"));
    assert_eq!(peer.request().header("Authorization"), Some(&*login));
    assert!(error(&result).ends_with("Body returned: Basic *** http:\\/\\/***@host\\/"), "{result}");
    assert_eq!(result["effects"][0]["url"], json!(format!("http://***@127.0.0.1:{}/hook", peer.port())));
    assert!(!result.to_string().contains("p4ssw0rd"), "{result}");
}
