//! The ids of the modules that the code knows something about. An id is nowhere else in the code, only in the data
//! of the catalogue and in tests.

pub(crate) use crate::model::{ADHOC, ADHOC_PREFIX, ADHOC_TRIGGER, CONCURRENT_TASK, is_adhoc};

pub(crate) const MODULE_ATTRIBUTE_COMMENT_OPERATION: &str = "Module_attribute_comment_operation";
pub(crate) const MODULE_EVENT_DISTRIBUTION_OPERATION: &str = "Module_event_distribution_operation";
pub(crate) const ADD_ANALYST_DATA: &str = "add_analyst_data";
pub(crate) const ADD_EVENTBLOCKLIST_ENTRY: &str = "add_eventblocklist_entry";
pub(crate) const ADD_TO_WARNINGLIST: &str = "add_to_warninglist";
pub(crate) const AGGREGATE_COMPARATOR_IF: &str = "aggregate_comparator_if";
pub(crate) const AI_EXTRACT_INDICATORS: &str = "ai-extract-indicators";
pub(crate) const ANALYST_DATA_AFTER_SAVE: &str = "analyst-data-after-save";
pub(crate) const ASSIGN_COUNTRY: &str = "assign_country";
pub(crate) const ATTACH_DECAY_SCORE: &str = "attach-decay-score";
pub(crate) const ATTACH_ENRICHMENT: &str = "attach-enrichment";
pub(crate) const ATTACH_WARNINGLIST: &str = "attach-warninglist";
pub(crate) const ATTRIBUTE_AFTER_SAVE: &str = "attribute-after-save";
pub(crate) const ATTRIBUTE_DISTRIBUTION_OPERATION: &str = "attribute_distribution_operation";
pub(crate) const ATTRIBUTE_EDITION_OPERATION: &str = "attribute_edition_operation";
pub(crate) const ATTRIBUTE_IDS_FLAG_OPERATION: &str = "attribute_ids_flag_operation";
pub(crate) const BLOCKLIST_ACTION_MODULE: &str = "blocklist-action-module";
pub(crate) const BLUEPRINT_ACTION_MODULE: &str = "blueprint-action-module";
pub(crate) const BLUEPRINT_LOGIC_MODULE: &str = "blueprint-logic-module";
pub(crate) const COUNT_IF: &str = "count-if";
pub(crate) const DISTRIBUTION_IF: &str = "distribution-if";
pub(crate) const ENRICH_EVENT: &str = "enrich-event";
pub(crate) const ENRICHMENT_BEFORE_QUERY: &str = "enrichment-before-query";
pub(crate) const EVENT_AFTER_SAVE: &str = "event-after-save";
pub(crate) const EVENT_BEFORE_SAVE: &str = "event-before-save";
pub(crate) const EVENT_PUBLISH: &str = "event-publish";
pub(crate) const EVENT_REPORT_AFTER_SAVE: &str = "event-report-after-save";
pub(crate) const FILTER_TAG: &str = "filter-tag";
pub(crate) const FILTER_TIMESTAMP: &str = "filter-timestamp";
pub(crate) const FLOWINTEL_CREATE_CASE: &str = "flowintel-create-case";
pub(crate) const GENERIC_FILTER_DATA: &str = "generic-filter-data";
pub(crate) const GENERIC_FILTER_RESET: &str = "generic-filter-reset";
pub(crate) const GENERIC_IF: &str = "generic-if";
pub(crate) const LOG_AFTER_SAVE: &str = "log-after-save";
pub(crate) const MS_TEAMS_WEBHOOK: &str = "ms-teams-webhook";
pub(crate) const NOTIFY_USER_TOAST: &str = "notify-user-toast";
pub(crate) const OBJECT_AFTER_SAVE: &str = "object-after-save";
pub(crate) const ORGANISATION_IF: &str = "organisation-if";
pub(crate) const POST_AFTER_SAVE: &str = "post-after-save";
pub(crate) const PROPOSAL_ACTION: &str = "proposal-action";
pub(crate) const PUBLISH_EVENT: &str = "publish-event";
pub(crate) const PUBLISHED_IF: &str = "published-if";
pub(crate) const PUSH_ZMQ: &str = "push-zmq";
pub(crate) const RELOAD_FULL_EVENT: &str = "reload-full-event";
pub(crate) const RUN_WORKFLOW: &str = "run-workflow";
pub(crate) const SEND_LOG_MAIL: &str = "send-log-mail";
pub(crate) const SEND_MAIL: &str = "send-mail";
pub(crate) const SEND_REPORT_TO_CTI_INFO_EXTRACTOR: &str = "send-report-to-cti-info-extractor";
pub(crate) const SIGHTING_AFTER_SAVE: &str = "sighting-after-save";
pub(crate) const SPLUNK_HEC_EXPORT: &str = "splunk-hec-export";
pub(crate) const STOP_EXECUTION: &str = "stop-execution";
pub(crate) const TAG_ATTACHED_AFTER_SAVE: &str = "tag-attached-after-save";
pub(crate) const TAG_IF: &str = "tag-if";
pub(crate) const TAG_COUNTRY_ASN_FROM_ENRICHMENT: &str = "tag_country_asn_from_enrichment";
pub(crate) const TAG_CVE_FROM_ENRICHMENT: &str = "tag_cve_from_enrichment";
pub(crate) const TAG_OPERATION: &str = "tag_operation";
pub(crate) const TAG_REPLACEMENT_GENERIC: &str = "tag_replacement_generic";
pub(crate) const TAG_REPLACEMENT_PAP: &str = "tag_replacement_pap";
pub(crate) const TAG_REPLACEMENT_TLP: &str = "tag_replacement_tlp";
pub(crate) const TELEGRAM_SEND_ALERT: &str = "telegram-send-alert";
pub(crate) const THREAT_LEVEL_IF: &str = "threat-level-if";
pub(crate) const USER_AFTER_SAVE: &str = "user-after-save";
pub(crate) const USER_BEFORE_SAVE: &str = "user-before-save";
pub(crate) const WEBHOOK: &str = "webhook";

/// Modules that fetch the event again, so that what travelled before is replaced.
pub(crate) const RELOADING: [&str; 4] = [RELOAD_FULL_EVENT, ENRICH_EVENT, PROPOSAL_ACTION, RUN_WORKFLOW];

/// Modules with pickers of tags and clusters: a server offers those it has.
pub(crate) const LISTING_TAGS: [&str; 3] = [TAG_IF, FILTER_TAG, TAG_OPERATION];

/// Whether a module fetches the event again, see [`RELOADING`].
pub(crate) fn reloads_event(id: &str) -> bool {
    RELOADING.contains(&id)
}

/// Whether a module lets people pick tags, see [`LISTING_TAGS`].
pub(crate) fn lists_tags(id: &str) -> bool {
    LISTING_TAGS.contains(&id)
}

/// Whether a module asks which tags there are.
pub(crate) fn asks_for_tags(id: &str) -> bool {
    matches!(id, TAG_IF | FILTER_TAG)
}

/// Whether a module asks enrichment modules.
pub(crate) fn enriches(id: &str) -> bool {
    matches!(id, ATTACH_ENRICHMENT | ENRICH_EVENT)
}

/// Whether a module compares what a hash path finds with a parameter `value`, which may look like anything.
pub(crate) fn compares_value(id: &str) -> bool {
    matches!(id, GENERIC_IF | GENERIC_FILTER_DATA | COUNT_IF)
}

/// Whether a module puts a filter on the items that later nodes see.
pub(crate) fn sets_filter(id: &str) -> bool {
    matches!(id, GENERIC_FILTER_DATA | FILTER_TAG | FILTER_TIMESTAMP)
}

/// Whether a module replaces tags of a family by another of the same family.
pub(crate) fn replaces_tags(id: &str) -> bool {
    matches!(id, TAG_REPLACEMENT_GENERIC | TAG_REPLACEMENT_PAP | TAG_REPLACEMENT_TLP)
}
