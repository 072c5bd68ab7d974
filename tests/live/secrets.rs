//! Secrets are sent, and shown nowhere.

use mispflow::engine::SilentAnswers;
use serde_json::json;

use super::peer::{Peer, respond};
use super::{EVENT, error, local, run, run_on};

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
