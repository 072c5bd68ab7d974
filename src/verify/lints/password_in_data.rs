//! What the triggers of users pass: a password in plain text, a hash of it, and the key of the API.
//! See `docs/misp-semantics.md`, "What triggers pass".

use crate::catalogue::{ParameterKind, Provenance, module_ids};
use crate::diagnostics::{Code, Diagnostic};
use crate::model::ModuleType;
use crate::typing::undeclared_variables;

use super::facts::{Facts, plain};

/// The keys of the data that nobody else should know.
const KEYS: [&str; 3] = ["confirm_password", "password", "authkey"];

/// The text of a message that modules of misp-modules send; the data as a whole if it is empty.
const MESSAGE: &str = "message_template";

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    let Some(trigger) = facts.trigger else { return };
    if !matches!(facts.module(trigger), module_ids::USER_BEFORE_SAVE | module_ids::USER_AFTER_SAVE) {
        return;
    }
    for &node in facts.order.iter().filter(|&&node| facts.node(node).module_type == ModuleType::Action) {
        let (message, help) = if sends_all(facts, node) {
            (
                format!("{} sends out the password and the key of the user", facts.name(node)),
                match facts.module(node) {
                    module_ids::PUSH_ZMQ => "name what you want to tell: `data_extraction_path: email`",
                    // It takes neither a text nor a path.
                    module_ids::MS_TEAMS_WEBHOOK => "use `webhook` with a `payload` that names what you want to tell",
                    module_ids::WEBHOOK => "name what you want to tell in a `payload`: `{{ email }}`",
                    _ => "name what you want to tell in `message_template`: `{{ email }}`",
                },
            )
        } else if let Some(key) = named(facts, node) {
            (format!("{} sends out `{key}` of the user", facts.name(node)), "leave it out")
        } else {
            continue;
        };
        let finding = facts.finding(Code::PasswordInData, node, message, "secrets leave the server here");
        diagnostics.push(
            facts
                .also(finding, trigger, "passes them")
                .note("the data of this trigger is the account as it is saved: `confirm_password` is the new password in plain text, `password` its hash, `authkey` the key of the API")
                .help(help),
        );
    }
}

/// Whether a node sends the data as a whole.
fn sends_all(facts: &Facts<'_, '_>, node: usize) -> bool {
    match facts.module(node) {
        // A form without a payload arrives empty, and `get` has no body.
        module_ids::WEBHOOK => {
            facts.is_empty(node, "payload")
                && facts.text(node, "content_type") != Some("form")
                && facts.text(node, "request_method") != Some("get")
        }
        module_ids::PUSH_ZMQ => facts.is_empty(node, "data_extraction_path"),
        module_ids::MS_TEAMS_WEBHOOK => true,
        _ => facts.signature(node).is_some_and(|signature| {
            signature.provenance == Provenance::MispModules
                && signature.parameter(MESSAGE).is_some()
                && facts.is_empty(node, MESSAGE)
        }),
    }
}

/// The secret that a template or a hash path of a node names.
fn named(facts: &Facts<'_, '_>, node: usize) -> Option<&'static str> {
    let is_key = |text: &str, key: &str| text.split(['.', '[']).next() == Some(key);
    let signature = facts.signature(node)?;
    facts.node(node).params.iter().find_map(|(id, value)| {
        let (parameter, text) = (signature.parameter(id)?, plain(value)?);
        if parameter.jinja {
            let variables = undeclared_variables(text);
            return KEYS.into_iter().find(|key| variables.iter().any(|variable| is_key(variable, key)));
        }
        KEYS.into_iter().find(|key| parameter.kind == ParameterKind::HashPath && is_key(text, key))
    })
}
