//! Actions and enrichment by a misp-modules service.

use std::net::TcpListener;

use mispflow::simulate::live::{Service, Session};
use serde_json::{Value, json};

use crate::misp_modules_service::Real;

use super::peer::{Peer, respond};
use super::{environment, error, options, run};

/// A service that has three modules and always answers the same to a query.
fn service(answer: &'static str) -> Peer {
    const MODULES: &str = r#"[
        {"name": "testaction", "type": "action_mod", "mispattributes": {}, "meta": {"module-type": ["action"]}},
        {"name": "standard", "mispattributes": {"input": ["url"], "format": "misp_standard"}, "meta": {"config": ["key", "host"]}},
        {"name": "old", "mispattributes": {"input": ["url"]}, "meta": {"config": []}}
    ]"#;
    Peer::new(move |request, stream| {
        let body = if request.line.starts_with("GET /modules ") { MODULES } else { answer };
        respond(stream, "200 OK", "", body);
    })
}

fn session(url: &str) -> Session {
    let mut session = Session::new(environment());
    session.misp_modules = Some(Service::new(url, &options()).unwrap());
    session
}

/// The query that came after the list of modules was asked for.
fn query(peer: &Peer) -> Value {
    loop {
        let request = peer.request();
        if request.line == "POST /query HTTP/1.1" {
            assert_eq!(request.header("Content-Type"), Some("application/json"));
            return serde_json::from_str(&request.body).unwrap();
        }
        assert_eq!(request.line, "GET /modules HTTP/1.1");
    }
}

const ACTION: &str = r#"testaction(foo: "a" + secret("SOC_TOKEN"), data_extraction_path: "Event.Attribute.{n}.type")"#;

#[test]
fn an_action_gets_what_misp_sends() {
    let peer = service(r#"{"data": true}"#);
    let session = session(&peer.url());
    let result = run(&session, ACTION);
    assert_eq!((&result["errors"], session.take_problems()), (&json!([]), vec![]));
    let query = query(&peer);
    let keys: Vec<_> = query.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["module", "data", "params", "matchingData"]);
    assert_eq!(query["module"], json!("testaction"));
    assert_eq!(query["data"]["Event"]["info"], json!("Phish"));
    assert_eq!(
        query["params"],
        json!({"foo": "as3cr3t \"quoted\"", "data_extraction_path": "Event.Attribute.{n}.type"})
    );
    assert_eq!(query["matchingData"], json!({"Data Extraction Path": ["url", "comment"]}));
    assert!(!result.to_string().contains("s3cr3t"), "{result}");
    assert_eq!(result["effects"][0]["parameters"]["foo"], json!("a${SOC_TOKEN}"));
}

#[test]
fn an_error_of_an_action_is_a_failure() {
    let peer = service(r#"{"data": false, "error": "no, as3cr3t \"quoted\""}"#);
    let result = run(&session(&peer.url()), ACTION);
    assert_eq!(error(&result), "no, a${SOC_TOKEN}");
    assert_eq!(result["failed"], result["executed"]);
}

#[test]
fn an_action_without_an_answer_succeeds_as_in_misp_and_is_told() {
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let session = session(&format!("http://{free}"));
    assert_eq!(run(&session, ACTION)["errors"], json!([]));
    let problems = session.take_problems();
    assert!(
        problems.len() == 1
            && problems[0]
                .starts_with("live: `testaction`: misp-modules gave no answer, which MISP takes for success: "),
        "{problems:?}"
    );
}

#[test]
fn attributes_are_enriched() {
    let peer = service(r#"{"results": [{"types": ["text"], "values": ["found"]}]}"#);
    let result = run(&session(&peer.url()), r#"attach-enrichment(modules: ["standard", "old"])"#);
    assert_eq!(result["errors"], json!([]));
    let standard = query(&peer);
    assert_eq!(standard["attribute"]["value"], json!("https://a.example/x?y=1"));
    assert_eq!(
        (&standard["module"], &standard["event_id"], &standard["config"]),
        (&json!("standard"), &json!("7"), &json!({"key": null, "host": null}))
    );
    assert_eq!(
        query(&peer),
        json!({"event_id": "7", "config": {"_": "_"}, "module": "old", "url": "https://a.example/x?y=1"})
    );
    // The comment is not a type they know.
    assert!(peer.is_untouched());
    let found = json!([{"types": ["text"], "values": ["found"]}]);
    let attributes = &result["data"]["Event"]["_AttributeFlattened"];
    assert_eq!(attributes[0]["enrichment"], json!([found, found]));
    assert_eq!(attributes[1]["enrichment"], json!(null));
}

#[test]
fn an_error_of_an_enrichment_is_hung_on_the_attribute() {
    let peer = service(r#"{"error": "no key"}"#);
    let result = run(&session(&peer.url()), r#"attach-enrichment(modules: ["standard"])"#);
    assert_eq!(result["errors"], json!([]));
    assert_eq!(result["data"]["Event"]["_AttributeFlattened"][0]["enrichment"], json!([{"error": "no key"}]));
}

#[test]
fn misp_does_not_survive_an_enrichment_without_an_answer() {
    for (answer, module) in [("false", "standard"), ("no json", "old"), ("{}", "old"), ("{}", "unknown")] {
        let peer = service(answer);
        let session = session(&peer.url());
        let result = run(&session, &format!(r#"attach-enrichment(modules: ["{module}"])"#));
        assert_eq!(result["outcome"], json!("crash"), "{answer}");
        assert_eq!(session.take_problems().len(), 1, "{answer}");
    }
}

#[test]
fn the_real_service_understands() {
    let Some(real) = Real::start(&[], "testaction") else { return };
    let session = session(&real.url());
    let result = run(
        &session,
        r#"testaction(foo: "x") attach-enrichment(modules: ["extract_url_components"]) matrix(matrix_homeserver: "x", bot_access_token: "y", room_id: "z", message_template: "{{ Event.info }}")"#,
    );
    assert_eq!(session.take_problems(), Vec::<String>::new());
    // The action that lacks its settings says so, the other has nothing to say.
    let errors = result["errors"].as_array().unwrap();
    assert!(errors.len() == 1 && errors[0].as_str().unwrap().contains("Invalid Matrix configuration"), "{errors:?}");
    let found = &result["data"]["Event"]["_AttributeFlattened"][0]["enrichment"][0]["Object"][0];
    assert_eq!(found["name"], json!("url"));
    let host = found["Attribute"].as_array().unwrap().iter().find(|one| one["object_relation"] == "host").unwrap();
    assert_eq!(host["value"], json!("a.example"));
}
