//! Modules that send HTTP requests.

use super::{EVENT, prepared, run, run_with};
use crate::engine::{Answers, Effect, HttpAnswer, Request, RunOptions};
use serde_json::json;

fn request(module: &str) -> serde_json::Value {
    let effects = run(&format!("1 event-publish > 2\n2 {module}"), r#"{"Event": {"id": "1", "info": "é/b"}}"#).effects;
    effects.into_iter().next().expect(module)
}

const DATA: &str = r#"{"Event":{"id":"1","info":"é/b","_AttributeFlattened":[]}}"#;

#[test]
fn bodies_of_a_webhook() {
    for (params, body) in [
        (json!({}), json!(DATA)),
        (json!({"payload": "{\"text\": \"{{ Event.info }}\"}"}), json!(r#"{"text":"é/b"}"#)),
        (json!({"payload": "hello {{ Event.info }}"}), json!(r#""hello é/b""#)),
        (json!({"content_type": "form", "payload": "a={{ Event.id }}"}), json!("a=1")),
        (json!({"content_type": "form"}), json!(null)),
        (json!({"request_method": "get", "payload": "x"}), json!(null)),
        (json!({"request_method": "put"}), json!(DATA)),
        (json!({"request_method": "delete", "payload": "[1.0]"}), json!("[1]")),
    ] {
        let mut params = params;
        params["url"] = json!("https://x.example/");
        assert_eq!(request(&format!("webhook {params}"))["body"], body, "{params}");
    }
}

#[test]
fn headers_of_a_webhook() {
    let params =
        json!({"url": "https://x/{{ Event.id }}", "headers": "Authorization: a:b\nAccept: text/plain\nnonsense"});
    let request = request(&format!("webhook {params}"));
    assert_eq!((&request["url"], &request["method"]), (&json!("https://x/1"), &json!("POST")));
    let expected = json!([
        ["Accept", "text/plain"],
        ["Content-Type", "application/json"],
        ["User-Agent", "MISP 2.5.1"],
        ["Authorization", "a:b"]
    ]);
    assert_eq!(request["headers"], expected);
}

#[test]
fn teams_gets_the_data_as_a_text_whatever_the_path_says() {
    let request = request(
        r#"ms-teams-webhook {"url": "https://t", "content_type": "json", "data_extraction_path": "Event.info"}"#,
    );
    let body: serde_json::Value = serde_json::from_str(request["body"].as_str().unwrap()).unwrap();
    assert_eq!(body, json!({ "text": DATA }));
    let default = self::request(r#"ms-teams-webhook {"url": "https://t"}"#);
    let body = default["body"].as_str().unwrap();
    assert!(body.contains("; name=\"text\"\r\n\r\n{\"Event\":"), "{body}");
}

#[test]
fn telegram_gets_a_message() {
    let params = json!({"bot_token": "12:AB", "chat_id": "5", "message_body_template": "<b>{{ Event.info }}</b>"});
    let request = request(&format!("telegram-send-alert {params}"));
    assert_eq!(request["url"], json!("https://api.telegram.org/bot12:AB/sendMessage"));
    assert_eq!(request["body"], json!(r#"{"chat_id":"5","text":"<b>é/b</b>","parse_mode":"HTML"}"#));
}

struct Says(HttpAnswer, bool);

impl Answers for Says {
    fn http(&self, _: Request<'_>, _: &Effect<'_>) -> HttpAnswer {
        self.0.clone()
    }

    fn allows_arbitrary_urls(&self) -> bool {
        self.1
    }
}

#[test]
fn only_an_answer_of_success_is_one() {
    let workflow = prepared("1 event-publish > 2\n2 webhook {\"url\": \"https://x\"}");
    let response = |status, body: &str| HttpAnswer::Response { status, body: body.into() };
    for (answer, allowed, error) in [
        (response(204, ""), true, None),
        (response(403, ""), true, Some("Authentication failed.")),
        (
            response(500, "oops"),
            true,
            Some("Something went wrong with the request or the remote side is having issues. Body returned: oops"),
        ),
        (
            HttpAnswer::Failed("refused".into()),
            true,
            Some("Something went wrong while sending the request. Error returned: refused"),
        ),
        (response(200, ""), false, Some("`Security.rest_client_enable_arbitrary_urls` is turned off")),
    ] {
        let answers = Says(answer, allowed);
        let result = run_with(&workflow, EVENT, &RunOptions { answers: &answers, ..RunOptions::default() });
        let said = result.errors.first().map(|said| said.split(" error: ").nth(1).unwrap());
        assert_eq!(said, error);
        assert_eq!(result.effects.len(), usize::from(allowed));
    }
}
