//! Answers from a JSON file.

use crate::catalogue::{Catalogue, ServerFacts};
use crate::diagnostics::{Code, Diagnostic};
use crate::php::{Array, JsonError, KeyRef, Value};

use super::fixed::FixedAnswers;
use super::reply::Reply;
use super::target::Targets;

/// The entry that is about the server and not about a step.
const SERVER: &str = "server";

/// Why a file of answers cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum AnswersFileError {
    /// It is not JSON.
    #[error("it is not JSON: {0}")]
    Json(#[from] JsonError),
    /// It holds something else than an object.
    #[error("it holds no object")]
    NoObject,
    /// An entry is wrong.
    #[error("`{entry}`: {message}")]
    Entry {
        /// The entry.
        entry: String,
        /// What is wrong with it.
        message: String,
        /// What to do about it.
        help: String,
    },
}

impl AnswersFileError {
    /// The finding that says so of the file `name`.
    pub fn diagnostic(self, name: &str) -> Diagnostic {
        let diagnostic = Diagnostic::new(Code::UnusableAnswer, format!("{name} cannot be used: {self}"));
        match self {
            Self::Entry { help, .. } => diagnostic.help(help),
            Self::Json(_) | Self::NoObject => {
                diagnostic.help("it is an object such as `{\"webhook\": {\"fails\": \"timeout\"}}`")
            }
        }
    }
}

/// Reads a file of answers for a workflow: an object that says of modules, `@labels` and numbers of nodes what they get,
/// `{"fails": "…"}` or `{"returns": …}`; under `server` what holds of the server, where it
/// differs from `server`.
///
/// # Errors
/// If it is not JSON, names a step that is not there, or says something that cannot be.
pub fn read_answers(
    json: &str,
    targets: &Targets<'_, '_>,
    catalogue: &Catalogue,
    server: ServerFacts,
) -> Result<FixedAnswers, AnswersFileError> {
    let value = Value::from_json(json)?;
    let mut answers = FixedAnswers::on(server);
    let entries = value.as_array().ok_or(AnswersFileError::NoObject)?;
    for (name, said) in entries {
        let name = name.to_string();
        let Some(said) = said.as_array() else {
            return Err(wrong(&name, "this is not an object", FORM));
        };
        if name == SERVER {
            answers.server.set_all(said).map_err(|error| wrong(SERVER, &error.message, &error.help))?;
        } else {
            step(&name, said, targets, catalogue, &mut answers)?;
        }
    }
    Ok(answers)
}

const FORM: &str = "an entry is `{\"fails\": \"…\"}` or `{\"returns\": …}`";

fn step(
    name: &str,
    said: &Array<'_>,
    targets: &Targets<'_, '_>,
    catalogue: &Catalogue,
    answers: &mut FixedAnswers,
) -> Result<(), AnswersFileError> {
    let nodes = targets.nodes(name).map_err(|unknown| {
        let help = match &unknown.suggestion {
            Some(close) => format!("did you mean `{close}`?"),
            None => "name a module that the workflow calls, a `@label`, or the number of a node".to_owned(),
        };
        AnswersFileError::Entry { entry: name.to_owned(), message: unknown.to_string(), help }
    })?;
    let mut entries = said.iter();
    let (Some((verb, value)), None) = (entries.next(), entries.next()) else {
        return Err(wrong(name, "it must say exactly one thing", FORM));
    };
    for node in nodes {
        match verb {
            KeyRef::String("fails") => {
                let message = value.to_text().ok_or_else(|| wrong(name, "the message is not a string", FORM))?;
                answers.fail(node, message);
            }
            KeyRef::String("returns") => {
                let module = targets.graph.node(node).map_or("", |node| &node.module);
                let reply = Reply::new(module, catalogue.module(module), value)
                    .map_err(|error| wrong(name, &error.message, &error.help))?;
                answers.reply(node, reply);
            }
            other => return Err(wrong(name, &format!("there is no `{other}`"), FORM)),
        }
    }
    Ok(())
}

fn wrong(entry: &str, message: &str, help: &str) -> AnswersFileError {
    AnswersFileError::Entry { entry: entry.to_owned(), message: message.to_owned(), help: help.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Answers, Request};
    use crate::model::Graph;

    fn read(json: &str) -> Result<FixedAnswers, String> {
        let text =
            r#"{"4": {"id": 4, "name": "Webhook", "data": {"id": "webhook", "module_type": "action"}, "outputs": {}}}"#;
        let graph: Graph<'static> = crate::misp::read(text).unwrap().documents.remove(0).graph;
        let targets = Targets { graph: &graph, labels: &[("tell", 4)] };
        read_answers(json, &targets, Catalogue::built_in(), ServerFacts::default()).map_err(|error| error.to_string())
    }

    #[test]
    fn every_name_of_a_node_will_do() {
        for name in ["webhook", "@tell", "4"] {
            let answers = read(&format!(r#"{{"{name}": {{"fails": "timeout"}}}}"#)).unwrap();
            let failure = |node| answers.failure(Request { node, module: "webhook" });
            assert_eq!((failure(4), failure(5)), (Some("timeout".into()), None), "{name}");
        }
        let answers = read(r#"{"server": {"base_url": "https://misp", "template_service": false}}"#).unwrap();
        assert_eq!((answers.base_url(), answers.has_template_service()), ("https://misp".to_owned(), false));
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (json, message) in [
            ("[", "it is not JSON: EOF while parsing a list at line 1 column 1"),
            ("1", "it holds no object"),
            (r#"{"webhok": {"fails": "x"}}"#, "`webhok`: the workflow has no step `webhok`"),
            (r#"{"webhook": {"fail": "x"}}"#, "`webhook`: there is no `fail`"),
            (r#"{"webhook": {}}"#, "`webhook`: it must say exactly one thing"),
            (r#"{"webhook": "x"}"#, "`webhook`: this is not an object"),
            (r#"{"webhook": {"returns": {"status": 1}}}"#, "`webhook`: the status is not a number from 100 to 599"),
            (r#"{"server": {"url": 1}}"#, "`server`: `url` is not known"),
        ] {
            assert_eq!(read(json).unwrap_err(), message, "{json}");
        }
    }
}
