//! `send-mail` and `send-log-mail`.

use super::Module;
use crate::engine::arguments::{Arguments, TextArgument};
use crate::engine::effect::Effect;
use crate::engine::meaning::Meaning;
use crate::engine::module_run::ModuleRun;
use crate::php::{Array, Thrown};

#[derive(Debug)]
struct SendMail {
    recipients: Array<'static>,
    subject: TextArgument,
    body: TextArgument,
}

pub(super) fn prepare(arguments: &Arguments<'_>) -> Box<dyn Module> {
    Box::new(SendMail {
        recipients: arguments.list("recipients"),
        subject: arguments.rendered("mail_template_subject"),
        body: arguments.rendered("mail_template_body"),
    })
}

impl Module for SendMail {
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        let data = step.copy()?;
        let subject = step.render(&self.subject, &data)?;
        let body = step.render(&self.body, &data)?;
        if self.recipients.is_empty() {
            return Ok(step.fail("No recipient set."));
        }
        if matches!(subject.as_str(), "" | "0") {
            return Ok(step.fail("The mail template is empty."));
        }
        step.effect(Effect::Mail { recipients: self.recipients.clone(), subject, body });
        Ok(true)
    }

    fn meaning(&self) -> Meaning<'_> {
        if self.subject.is_wrong() || self.body.is_wrong() {
            return Meaning::Unknown("a part of its text is not a string");
        }
        let is_empty = self.subject.fixed().is_some_and(|subject| matches!(subject, "" | "0"));
        Meaning::Sends { kind: "mail", always_fails: self.recipients.is_empty() || is_empty, paths: Vec::new() }
    }
}
