//! Texts that are rendered.

use super::{EVENT, prepared_for, run_with};
use crate::catalogue::Semantics;
use crate::engine::{Answers, Outcome, RunOptions};

struct NoService;

impl Answers for NoService {
    fn has_template_service(&self) -> bool {
        false
    }
}

#[test]
fn without_the_template_service_a_text_kills_the_run_in_2_5_1() {
    let text = "1 event-publish > 2\n2 stop-execution {\"message\": \"plain\"}";
    let options = RunOptions { answers: &NoService, ..RunOptions::default() };
    let result = run_with(&prepared_for(text, Semantics::MISP_2_5_1), EVENT, &options);
    assert_eq!(result.outcome, Outcome::Crash);
    let result = run_with(&prepared_for(text, Semantics::MISP_2_5_19), EVENT, &options);
    assert_eq!(result.outcome, Outcome::Blocked);
    let empty = "1 event-publish > 2\n2 stop-execution {\"message\": \"\"}";
    assert_eq!(run_with(&prepared_for(empty, Semantics::MISP_2_5_1), EVENT, &options).outcome, Outcome::Blocked);
}

#[test]
fn templates_see_the_address_of_the_server_in_later_releases() {
    struct Addressed;
    impl Answers for Addressed {
        fn base_url(&self) -> String {
            "https://misp.example".into()
        }
    }
    let text = "1 event-publish > 2\n2 stop-execution {\"message\": \"{{ _env.baseurl }}\"}";
    let options = RunOptions { answers: &Addressed, ..RunOptions::default() };
    let message = |semantics| run_with(&prepared_for(text, semantics), EVENT, &options).errors.remove(0);
    assert!(message(Semantics::MISP_2_5_19).ends_with("https://misp.example"));
    assert!(message(Semantics::MISP_2_5_1).ends_with("Execution stopped"));
}

#[test]
fn secrets_are_named_and_never_known() {
    use crate::model::{Graph, ModuleType, ParamText, ParamValue, TextPart};
    let read = crate::misp::read(&super::graph("1 event-publish > 2\n2 telegram-send-alert")).unwrap();
    let mut graph: Graph<'_> = read.documents.into_iter().next().unwrap().graph;
    let token = ParamText::Parts(vec![TextPart::Secret { name: "TOKEN".into(), origin: None }]);
    graph.nodes[1].params.push(("bot_token".into(), ParamValue::Text(token)));
    let mut settings =
        crate::engine::Settings::new("w", crate::catalogue::Catalogue::built_in(), Semantics::MISP_2_5_1);
    settings.environment = &|_| Some("never asked".into());
    assert_eq!(graph.nodes[1].module_type, ModuleType::Action);
    let workflow = crate::engine::Prepared::new(&graph, &settings).unwrap();
    let result = run_with(&workflow, EVENT, &RunOptions::default());
    assert_eq!(result.effects[0]["url"], "https://api.telegram.org/bot${TOKEN}/sendMessage");
}
