//! What the modules do: a file a family, and the list of them all.

mod add_to_warninglist;
mod assign_country;
mod attach_decay_score;
mod attach_enrichment;
mod attach_warninglist;
mod attribute_edition;
mod count_if;
mod custom;
mod database_form;
mod distribution_if;
mod event_blocklist;
mod event_distribution;
mod filter_nodes;
mod generic_if;
mod mail;
mod misp_module;
mod nothing;
mod organisation_if;
mod proposal_action;
mod publish_event;
mod published_if;
mod push_zmq;
mod reload_full_event;
mod saved_event;
mod select;
mod stop_execution;
mod tag_if;
mod tag_operation;
mod tag_replacement;
mod threat_level_if;
mod travelling_tags;
mod webhook;

use std::fmt::Debug;

use super::arguments::Arguments;
use super::prepare::PrepareError;
use super::step::Step;
use crate::catalogue::Provenance;
use crate::model::ModuleType;
use crate::php::Thrown;

/// A module with the parameters of one node.
pub(super) trait Module: Debug + Send + Sync {
    /// Does what the module does. A logic module says whether its first output is taken, an action whether it
    /// succeeded.
    ///
    /// # Errors
    /// What PHP throws, and MISP dies of.
    fn execute(&self, step: &mut Step<'_, '_>) -> Result<bool, Thrown>;
}

/// Where the walk goes after a node.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Next {
    /// Through the first output; after an action, through all.
    First,
    /// Through the second output.
    Second,
    /// Nowhere.
    Nothing,
}

type Prepared = Result<Box<dyn Module>, PrepareError>;

/// What a node does; `None` if nobody knows its module.
pub(super) fn prepare(
    arguments: &Arguments<'_>,
    provenance: Provenance,
) -> Result<Option<Box<dyn Module>>, PrepareError> {
    let module: Prepared = match (arguments.node.module_type, &*arguments.node.module, provenance) {
        (ModuleType::Trigger, _, _) => return Ok(None),
        (_, _, Provenance::MispModules) => misp_module::prepare(arguments),
        (ModuleType::Logic, id, _) => match id {
            "blueprint-logic-module" | "concurrent-task" => Ok(nothing::prepare()),
            "count-if" => count_if::prepare(arguments),
            "distribution-if" => Ok(distribution_if::prepare(arguments)),
            "generic-filter-data" => filter_nodes::prepare_filter(arguments),
            "generic-filter-reset" => Ok(filter_nodes::prepare_reset(arguments)),
            "generic-if" => generic_if::prepare(arguments),
            "organisation-if" => organisation_if::prepare(arguments),
            "published-if" => Ok(published_if::prepare(arguments)),
            "tag-if" => tag_if::prepare(arguments),
            "threat-level-if" => Ok(threat_level_if::prepare(arguments)),
            _ => Ok(custom::prepare(arguments)),
        },
        (ModuleType::Action, id, _) => match id {
            "Module_attribute_comment_operation" => attribute_edition::prepare_comment(arguments),
            "Module_event_distribution_operation" => event_distribution::prepare(arguments),
            "add_eventblocklist_entry" => event_blocklist::prepare(arguments),
            "add_to_warninglist" => add_to_warninglist::prepare(arguments),
            "assign_country" => assign_country::prepare(arguments),
            "attach-decay-score" => attach_decay_score::prepare(arguments),
            "attach-enrichment" => attach_enrichment::prepare_attach(arguments),
            "attach-warninglist" => attach_warninglist::prepare(arguments),
            "attribute_edition_operation" | "blueprint-action-module" => Ok(nothing::prepare()),
            "attribute_ids_flag_operation" => attribute_edition::prepare_ids_flag(arguments),
            "enrich-event" => attach_enrichment::prepare_enrich(arguments),
            "ms-teams-webhook" => Ok(webhook::prepare_ms_teams(arguments)),
            "proposal-action" => proposal_action::prepare(arguments),
            "publish-event" => Ok(publish_event::prepare()),
            "push-zmq" => push_zmq::prepare(arguments),
            "reload-full-event" => Ok(reload_full_event::prepare()),
            "send-log-mail" | "send-mail" => Ok(mail::prepare(arguments)),
            "splunk-hec-export" => Ok(webhook::prepare_splunk(arguments)),
            "stop-execution" => Ok(stop_execution::prepare(arguments)),
            "tag_operation" => tag_operation::prepare(arguments),
            "tag_replacement_generic" | "tag_replacement_pap" | "tag_replacement_tlp" => {
                tag_replacement::prepare(arguments)
            }
            "telegram-send-alert" => Ok(webhook::prepare_telegram(arguments)),
            "webhook" => Ok(webhook::prepare(arguments)),
            _ => Ok(custom::prepare(arguments)),
        },
    };
    module.map(Some)
}
