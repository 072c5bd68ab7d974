//! What is switched on.

use std::sync::{Mutex, PoisonError};

use crate::engine::Answers;
use crate::http::Client;

use super::answers::LiveAnswers;
use super::publisher::{Publisher, TOPIC};
use super::secrets::Secrets;
use super::service::Service;

/// The kinds of effects that are performed: those that are there. It may serve many runs, on several threads.
#[derive(Debug)]
pub struct Session {
    /// Sends the HTTP requests of `webhook`, `ms-teams-webhook` and `telegram-send-alert`.
    pub webhook: Option<Client>,
    /// Publishes what `push-zmq` pushes.
    pub zmq: Option<Publisher>,
    /// Executes the actions of misp-modules, and answers `attach-enrichment`.
    pub misp_modules: Option<Service>,
    /// The secrets that are sent.
    pub secrets: Secrets,
    problems: Mutex<Vec<String>>,
}

impl Session {
    /// A session in which nothing is performed.
    pub fn new(secrets: Secrets) -> Self {
        Self { webhook: None, zmq: None, misp_modules: None, secrets, problems: Mutex::default() }
    }

    /// Answers that perform what is switched on and leave the rest to `simulated`. Whether a module fails is always left to
    /// it, so that a node that is to fail does nothing.
    pub fn answers<'s, A: Answers>(&'s self, simulated: &'s A) -> LiveAnswers<'s, A> {
        LiveAnswers { session: self, simulated }
    }

    /// What will be performed, a line for each kind.
    pub fn announcement(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if self.webhook.is_some() {
            lines.push(
                "live: the HTTP requests of `webhook`, `ms-teams-webhook` and `telegram-send-alert` are sent"
                    .to_owned(),
            );
        }
        if let Some(publisher) = &self.zmq {
            lines
                .push(format!("live: what `push-zmq` pushes is published on {} under `{TOPIC}`", publisher.endpoint()));
        }
        if let Some(service) = &self.misp_modules {
            lines.push(format!(
                "live: actions of misp-modules are executed, and `attach-enrichment` is answered, by {}",
                service.url()
            ));
        }
        if !lines.is_empty() {
            lines.push("live: everything else is simulated".to_owned());
        }
        lines
    }

    /// What went wrong so far without the workflow's noticing, as it would in MISP. Each is told once.
    pub fn take_problems(&self) -> Vec<String> {
        std::mem::take(&mut *self.problems.lock().unwrap_or_else(PoisonError::into_inner))
    }

    pub(super) fn problem(&self, problem: &str) {
        let problem = self.secrets.masker().mask(problem).into_owned();
        let mut problems = self.problems.lock().unwrap_or_else(PoisonError::into_inner);
        if !problems.contains(&problem) {
            problems.push(problem);
        }
    }
}
