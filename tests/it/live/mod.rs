//! Effects that are performed, against real peers on this machine.

mod cli;
mod http;
mod misp_modules;
pub mod peer;
mod secrets;
mod tls;
#[cfg(feature = "zeromq")]
mod zmq;

use std::time::Duration;

use mispflow::base::source::Sources;
use mispflow::catalogue::{Catalogue, Semantics};
use mispflow::compile::Workspace;
use mispflow::engine::{Answers, Prepared, RunOptions, Settings, SilentAnswers};
use mispflow::http::{Client, ClientOptions};
use mispflow::php::Value;
use mispflow::project::DiskFiles;
use mispflow::secrets::Secret;
use mispflow::simulate::live::{Secrets, Session};
use serde_json::json;

const EVENT: &str = r#"{"Event": {"id": "7", "info": "Phish", "Attribute": [
    {"id": "1", "event_id": "7", "type": "url", "value": "https://a.example/x?y=1", "uuid": "5c1d8f0e-0000-4000-8000-000000000001"},
    {"id": "2", "event_id": "7", "type": "comment", "value": "-", "uuid": "5c1d8f0e-0000-4000-8000-000000000002"}
]}}"#;

/// What came of a run, as `run --format json` prints it, with the data at its end under `data`.
fn run_on(session: &Session, simulated: &impl Answers, steps: &str, event: &str) -> serde_json::Value {
    let text = format!("workflow w on event-publish {{ {steps} }}");
    let sources = Sources::new();
    let file = sources.add("w.mwf", None, text.as_str());
    let workspace = Workspace::load(&sources, &DiskFiles, &[file], Catalogue::built_in());
    let compilation = workspace.compile();
    let errors = compilation.diagnostics.iter().filter(|finding| finding.is_error());
    assert_eq!(errors.map(|error| &error.message).collect::<Vec<_>>(), Vec::<&String>::new(), "{text}");
    let secrets = |name: &str| Some(session.secrets.stand_in(name));
    let mut settings = Settings::new("w", Catalogue::built_in(), Semantics::MISP_2_5_1);
    settings.secrets = &secrets;
    let workflow = Prepared::of_document(&compilation.documents[0].document, &settings).unwrap();
    let answers = session.answers(simulated);
    let options = RunOptions { answers: &answers, trace: true, clock: Some(&|| "now".into()), ..RunOptions::default() };
    let result = workflow.run(Value::from_json(event).unwrap(), &options);
    let mut json = serde_json::to_value(&result).unwrap();
    json["data"] = serde_json::to_value(&result.data).unwrap();
    json["trace"] = serde_json::to_value(&result.trace).unwrap();
    json["log"] = json!(result.log);
    json
}

fn run(session: &Session, steps: &str) -> serde_json::Value {
    run_on(session, &SilentAnswers, steps, EVENT)
}

/// A session that sends requests, also to this machine.
fn local() -> Session {
    with_client(&ClientOptions { allow_private_addresses: true, ..options() })
}

fn options() -> ClientOptions {
    ClientOptions { timeout: Duration::from_secs(20), ..ClientOptions::default() }
}

fn with_client(options: &ClientOptions) -> Session {
    with_secrets(environment(), options)
}

fn with_secrets(secrets: Secrets, options: &ClientOptions) -> Session {
    let mut session = Session::new(secrets);
    session.webhook = Some(Client::new(options).unwrap());
    session
}

fn environment() -> Secrets {
    Secrets::new(|name| (name == "SOC_TOKEN").then(|| Secret::new("s3cr3t \"quoted\"")))
}

/// The one error of a run, without the node it came from.
fn error(result: &serde_json::Value) -> String {
    let errors = result["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 1, "{errors:?}");
    let error = errors[0].as_str().unwrap();
    error.split_once("returned the following error: ").map_or(error, |(_, error)| error).to_owned()
}
