//! What the modules do: a file a family, and the list of them all.

mod add_to_warninglist;
mod analyst_data;
mod assign_country;
mod attach_decay_score;
mod attach_enrichment;
mod attach_warninglist;
mod attribute_distribution;
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
mod run_workflow;
mod saved_event;
mod select;
mod stop_execution;
mod tag_if;
mod tag_operation;
mod tag_replacement;
mod tag_visibility;
mod tags_in_data;
mod threat_level_if;
mod toast;
mod webhook;

use std::fmt::Debug;

use super::arguments::Arguments;
use super::meaning::Meaning;
use super::module_run::ModuleRun;
use super::prepare::PrepareError;
use crate::catalogue::{Provenance, module_ids};
use crate::model::ModuleType;
use crate::php::Thrown;

/// A module with the parameters of one node.
pub(super) trait Module: Debug + Send + Sync {
    /// Does what the module does. A logic module says whether its first output is taken, an action whether it
    /// succeeded.
    ///
    /// # Errors
    /// What PHP throws, and MISP dies of.
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown>;

    /// What it asks and does, for whoever reasons about all events.
    fn meaning(&self) -> Meaning<'_> {
        Meaning::Unknown("what this module does to an event is not followed")
    }
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

pub(super) use saved_event::leave_view;
pub(super) use tag_replacement::TagReplacement;

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
            module_ids::BLUEPRINT_LOGIC_MODULE | module_ids::CONCURRENT_TASK => Ok(nothing::prepare()),
            module_ids::COUNT_IF => count_if::prepare(arguments),
            module_ids::DISTRIBUTION_IF => Ok(distribution_if::prepare(arguments)),
            module_ids::FILTER_TAG => filter_nodes::prepare_filter_tag(arguments),
            module_ids::GENERIC_FILTER_DATA => filter_nodes::prepare_filter(arguments),
            module_ids::GENERIC_FILTER_RESET => Ok(filter_nodes::prepare_reset(arguments)),
            module_ids::GENERIC_IF => generic_if::prepare(arguments),
            module_ids::ORGANISATION_IF => organisation_if::prepare(arguments),
            module_ids::PUBLISHED_IF => Ok(published_if::prepare(arguments)),
            module_ids::TAG_IF => tag_if::prepare(arguments),
            module_ids::THREAT_LEVEL_IF => Ok(threat_level_if::prepare(arguments)),
            _ => Ok(custom::prepare(arguments)),
        },
        (ModuleType::Action, id, _) => match id {
            module_ids::MODULE_ATTRIBUTE_COMMENT_OPERATION => attribute_edition::prepare_comment(arguments),
            module_ids::MODULE_EVENT_DISTRIBUTION_OPERATION => event_distribution::prepare(arguments),
            module_ids::ADD_ANALYST_DATA => analyst_data::prepare(arguments),
            module_ids::ADD_EVENTBLOCKLIST_ENTRY => event_blocklist::prepare(arguments),
            module_ids::ADD_TO_WARNINGLIST => add_to_warninglist::prepare(arguments),
            module_ids::ASSIGN_COUNTRY => assign_country::prepare(arguments),
            module_ids::ATTACH_DECAY_SCORE => attach_decay_score::prepare(arguments),
            module_ids::ATTACH_ENRICHMENT => attach_enrichment::prepare_attach(arguments),
            module_ids::ATTACH_WARNINGLIST => attach_warninglist::prepare(arguments),
            module_ids::ATTRIBUTE_DISTRIBUTION_OPERATION => attribute_distribution::prepare(arguments),
            module_ids::ATTRIBUTE_EDITION_OPERATION | module_ids::BLUEPRINT_ACTION_MODULE => Ok(nothing::prepare()),
            module_ids::ATTRIBUTE_IDS_FLAG_OPERATION => attribute_edition::prepare_ids_flag(arguments),
            module_ids::ENRICH_EVENT => attach_enrichment::prepare_enrich(arguments),
            module_ids::MS_TEAMS_WEBHOOK => Ok(webhook::prepare_ms_teams(arguments)),
            module_ids::NOTIFY_USER_TOAST => Ok(toast::prepare(arguments)),
            module_ids::PROPOSAL_ACTION => proposal_action::prepare(arguments),
            module_ids::PUBLISH_EVENT => Ok(publish_event::prepare()),
            module_ids::PUSH_ZMQ => push_zmq::prepare(arguments),
            module_ids::RELOAD_FULL_EVENT => Ok(reload_full_event::prepare()),
            module_ids::RUN_WORKFLOW => run_workflow::prepare(arguments),
            module_ids::SEND_LOG_MAIL | module_ids::SEND_MAIL => Ok(mail::prepare(arguments)),
            module_ids::SPLUNK_HEC_EXPORT => Ok(webhook::prepare_splunk(arguments)),
            module_ids::STOP_EXECUTION => Ok(stop_execution::prepare(arguments)),
            module_ids::TAG_OPERATION => tag_operation::prepare(arguments),
            module_ids::TAG_REPLACEMENT_GENERIC | module_ids::TAG_REPLACEMENT_PAP | module_ids::TAG_REPLACEMENT_TLP => {
                tag_replacement::prepare(arguments)
            }
            module_ids::TELEGRAM_SEND_ALERT => Ok(webhook::prepare_telegram(arguments)),
            module_ids::WEBHOOK => Ok(webhook::prepare(arguments)),
            _ => Ok(custom::prepare(arguments)),
        },
    };
    module.map(Some)
}
