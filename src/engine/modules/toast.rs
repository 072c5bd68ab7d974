//! `notify-user-toast`.

use super::Module;
use crate::engine::arguments::{Arguments, TextArgument};
use crate::engine::effect::Effect;
use crate::engine::meaning::Meaning;
use crate::engine::module_run::ModuleRun;
use crate::php::Thrown;

#[derive(Debug)]
struct Toast {
    variant: String,
    header: TextArgument,
    body: TextArgument,
}

pub(super) fn prepare(arguments: &Arguments<'_>) -> Box<dyn Module> {
    let text = |name: &str| {
        if arguments.given(name).is_null() { TextArgument::Plain(String::new()) } else { arguments.rendered(name) }
    };
    Box::new(Toast { variant: arguments.text("variant"), header: text("toast_header"), body: text("toast_body") })
}

impl Module for Toast {
    /// Fails if there is nothing to show.
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        let data = step.copy()?;
        let header = step.render(&self.header, &data)?;
        let body = step.render(&self.body, &data)?;
        if header.is_empty() && body.is_empty() {
            return Ok(step.fail("The toast text is empty."));
        }
        let header = format!("[{}] {header}", step.node.module);
        step.effect(Effect::Toast { variant: self.variant.clone(), header, body });
        Ok(true)
    }

    fn meaning(&self) -> Meaning<'_> {
        if self.header.is_wrong() || self.body.is_wrong() {
            return Meaning::Unknown("a part of its text is not a string");
        }
        let is_empty = |text: &TextArgument| text.fixed().is_some_and(str::is_empty);
        let always_fails = is_empty(&self.header) && is_empty(&self.body);
        Meaning::Sends { kind: "toast", always_fails, paths: Vec::new() }
    }
}
