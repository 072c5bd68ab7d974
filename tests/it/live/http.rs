//! Requests of `webhook` and its relatives.

use std::net::TcpListener;
use std::thread;
use std::time::{Duration, Instant};

use mispflow::engine::{Answers, Request as Asked, SilentAnswers};
use mispflow::http::ClientOptions;
use mispflow::simulate::live::Session;
use serde_json::json;

use super::peer::{Peer, respond};
use super::{EVENT, environment, error, local, options, run, run_on, with_client};

#[test]
fn a_webhook_is_called_as_misp_calls_it() {
    let peer = Peer::answering("200 OK", "thanks");
    let steps = format!(
        r#"webhook(url: "{}/hook?a=1", payload: "{{\"text\": \"{{{{ Event.info }}}} é/\"}}", headers: "X-Case: {{{{ Event.id }}}}")"#,
        peer.url()
    );
    let result = run(&local(), &steps);
    assert_eq!((&result["outcome"], &result["errors"]), (&json!("success"), &json!([])));
    let request = peer.request();
    assert_eq!(request.line, "POST /hook?a=1 HTTP/1.1");
    assert_eq!(request.body, r#"{"text":"Phish é/"}"#);
    let own = ["host", "content-length"];
    let mut headers: Vec<_> = request
        .headers
        .iter()
        .map(|(name, value)| (name.to_lowercase(), value.as_str()))
        .filter(|(name, _)| !own.contains(&name.as_str()))
        .collect();
    headers.sort();
    let expected = [
        ("accept", "application/json"),
        ("content-type", "application/json"),
        ("user-agent", "MISP 2.5.1"),
        ("x-case", "7"),
    ];
    assert_eq!(headers, expected.map(|(name, value)| (name.to_owned(), value)));
}

#[test]
fn methods_and_bodies() {
    let peer = Peer::answering("204 No Content", "");
    let session = local();
    for (method, body) in [("get", ""), ("put", "[1]"), ("delete", "[1]"), ("post", "[1]")] {
        let steps = format!(r#"webhook(url: "{}", request_method: {method}, payload: "[1]")"#, peer.url());
        assert_eq!(run(&session, &steps)["failed"], json!([]), "{method}");
        let request = peer.request();
        assert_eq!(request.line, format!("{} / HTTP/1.1", method.to_uppercase()));
        assert_eq!(request.body, body, "{method}");
    }
    let steps = format!(r#"webhook(url: "{}", content_type: form, payload: "a=1")"#, peer.url());
    run(&session, &steps);
    let request = peer.request();
    assert_eq!((request.header("Content-Type"), &*request.body), (Some("application/x-www-form-urlencoded"), "a=1"));
}

#[test]
fn teams_gets_the_event_as_a_text() {
    let peer = Peer::answering("200 OK", "1");
    run(&local(), &format!(r#"ms-teams-webhook(url: "{}", content_type: "json")"#, peer.url()));
    let body: serde_json::Value = serde_json::from_str(&peer.request().body).unwrap();
    let event: serde_json::Value = serde_json::from_str(body["text"].as_str().unwrap()).unwrap();
    assert_eq!(event["Event"]["info"], json!("Phish"));
}

#[test]
fn answers_become_errors_as_misp_words_them() {
    for (status, expected) in [
        ("401 Unauthorized", "Authentication failed."),
        ("403 Forbidden", "Authentication failed."),
        (
            "500 Internal Server Error",
            "Something went wrong with the request or the remote side is having issues. Body returned: oh no",
        ),
    ] {
        let peer = Peer::answering(status, "oh no");
        let result = run(&local(), &format!(r#"webhook(url: "{}")"#, peer.url()));
        assert_eq!(error(&result), expected);
        assert_eq!(result["failed"], result["executed"]);
    }
}

#[test]
fn no_connection() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let error = error(&run(&local(), &format!(r#"webhook(url: "http://{free}/")"#)));
    assert!(
        error.starts_with("Something went wrong while sending the request. Error returned: ")
            && error.to_lowercase().contains("refused"),
        "{error}"
    );
}

#[test]
fn other_schemes_are_refused() {
    for url in ["file:///etc/passwd", "ftp://127.0.0.1/"] {
        let error = error(&run(&local(), &format!(r#"webhook(url: "{url}")"#)));
        assert!(
            error.starts_with("Something went wrong while sending the request. Error returned: the address "),
            "{error}"
        );
    }
}

#[test]
fn what_is_no_address_is_not_asked() {
    for url in ["no address", "http://", "http:///path", " http://127.0.0.1/"] {
        let error = error(&run(&local(), &format!(r#"webhook(url: "{url}")"#)));
        assert!(
            error.starts_with("Something went wrong while sending the request. Error returned: curl error 3 "),
            "{error}"
        );
    }
}

#[test]
fn redirects_are_not_followed() {
    let target = Peer::answering("200 OK", "");
    let place = target.url();
    let peer = Peer::new(move |_, stream| {
        respond(stream, "302 Found", &format!("Location: {place}/elsewhere\r\n"), "moved");
    });
    for method in ["get", "post"] {
        let result = run(&local(), &format!(r#"webhook(url: "{}", request_method: {method})"#, peer.url()));
        assert!(error(&result).ends_with("Body returned: moved"), "{result}");
    }
    assert!(target.is_untouched());
}

#[test]
fn addresses_of_this_machine_and_its_network_are_refused_unless_allowed() {
    let peer = Peer::answering("200 OK", "");
    let session = with_client(&options());
    let port = peer.port();
    for host in [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f.1",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "0.0.0.0",
        "169.254.169.254",
        "10.0.0.1",
    ] {
        let error = error(&run(&session, &format!(r#"webhook(url: "http://{host}:{port}/")"#)));
        assert!(
            error.contains("which is not a public address; `--allow-private-addresses` allows it"),
            "{host}: {error}"
        );
    }
    assert!(peer.is_untouched());
    run(&local(), &format!(r#"webhook(url: "http://localhost:{port}/")"#));
    assert_eq!(peer.request().line, "POST / HTTP/1.1");
}

#[test]
fn a_server_that_does_not_answer_is_given_up() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let timeout = Duration::from_millis(300);
    let session = with_client(&ClientOptions { timeout, allow_private_addresses: true, ..options() });
    let start = Instant::now();
    let result = run(&session, &format!(r#"webhook(url: "http://{}/")"#, silent.local_addr().unwrap()));
    assert_eq!(
        error(&result),
        "Something went wrong while sending the request. Error returned: there was no answer in time"
    );
    assert!(start.elapsed() < Duration::from_secs(10));
}

#[test]
fn an_answer_without_end_is_cut() {
    let peer = Peer::new(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 500 Oops\r\nConnection: close\r\n\r\n");
        while stream.write_all(&[b'x'; 4096]).is_ok() {
            thread::yield_now();
        }
    });
    let session = with_client(&ClientOptions { answer_limit: 10, allow_private_addresses: true, ..options() });
    let result = run(&session, &format!(r#"webhook(url: "{}")"#, peer.url()));
    assert!(error(&result).ends_with("Body returned: xxxxxxxxxx"), "{result}");
}

#[test]
fn what_is_not_switched_on_is_simulated() {
    let peer = Peer::answering("500 Oops", "");
    let result = run(&Session::new(environment()), &format!(r#"webhook(url: "{}")"#, peer.url()));
    assert_eq!(result["errors"], json!([]));
    assert!(peer.is_untouched());
}

#[test]
fn a_node_that_is_to_fail_sends_nothing() {
    struct Failing;
    impl Answers for Failing {
        fn failure(&self, _: Asked<'_>) -> Option<String> {
            Some("told to".into())
        }
    }
    let peer = Peer::answering("200 OK", "");
    let result = run_on(&local(), &Failing, &format!(r#"webhook(url: "{}")"#, peer.url()), EVENT);
    assert_eq!(error(&result), "told to");
    assert!(peer.is_untouched());
    run_on(&local(), &SilentAnswers, &format!(r#"webhook(url: "{}")"#, peer.url()), EVENT);
    peer.request();
}
