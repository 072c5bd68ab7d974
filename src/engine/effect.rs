//! What a run does to the world outside.

use std::sync::Arc;

use serde::Serialize;

use crate::model::NodeId;
use crate::php::{Array, Value};

/// What MISP would do, as a value. Who performs it is the caller's choice.
///
/// See `docs/misp-semantics.md`, section "Modules in a run".
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Effect<'a> {
    /// Tags are put on.
    AddTags {
        /// On what.
        scope: TagScope,
        /// The id of the event or attribute; null where MISP has none, and then nothing is tagged.
        id: Value<'a>,
        /// Names of tags.
        tags: Array<'a>,
        /// What kind of tag.
        locality: Locality,
        /// How the tag relates to what it is on; empty for none.
        #[serde(skip_serializing_if = "is_empty")]
        relationship_type: Value<'a>,
    },
    /// Tags are taken off.
    RemoveTags {
        /// Of what.
        scope: TagScope,
        /// The id of the event or attribute; null where MISP has none, and then nothing happens.
        id: Value<'a>,
        /// Names of tags.
        tags: Array<'a>,
        /// What kind of tag.
        locality: Locality,
    },
    /// Attributes are saved as they are given here, without their timestamps.
    EditAttributes {
        /// The attributes.
        attributes: Vec<Value<'a>>,
        /// What is new in them: the name of a field.
        changed: &'static str,
    },
    /// The event is saved with another distribution.
    SaveEvent {
        /// The event's id.
        id: Value<'a>,
        /// The new distribution.
        distribution: Value<'a>,
        /// The sharing group that goes with it.
        sharing_group_id: Value<'a>,
        /// Whether the timestamp and the published state stay; else the event is unpublished.
        freeze: bool,
    },
    /// The event is published.
    Publish {
        /// The event's id.
        id: Value<'a>,
    },
    /// Data is pushed to the `ZeroMQ` channel.
    Zmq {
        /// The data.
        data: Value<'a>,
    },
    /// An HTTP request is sent.
    HttpRequest {
        /// The method.
        method: HttpMethod,
        /// The address.
        url: String,
        /// Names and values, in order.
        headers: Vec<(String, String)>,
        /// The body; `None` where the method has none.
        body: Option<Arc<str>>,
        /// Whether the server's certificate may be self-signed.
        allow_self_signed: bool,
    },
    /// A mail is sent.
    Mail {
        /// Addresses and groups of accounts, as they were picked.
        recipients: Array<'a>,
        /// The subject.
        subject: String,
        /// The text.
        body: String,
    },
    /// Enrichment services are asked about attributes.
    Enrich {
        /// The services.
        modules: Array<'a>,
        /// The ids of the attributes.
        attributes: Vec<Value<'a>>,
        /// Whether what they find is saved in the event.
        saves: bool,
    },
    /// Values are added to a warning list.
    AddToWarninglist {
        /// The list as it was picked.
        warninglist: Value<'a>,
        /// The values.
        values: Vec<Value<'a>>,
    },
    /// The event is put on the block list.
    BlockEvent {
        /// The event's uuid.
        uuid: Value<'a>,
        /// Its title.
        info: Value<'a>,
        /// A note.
        comment: Value<'a>,
    },
    /// Proposals are accepted or discarded.
    Proposals {
        /// Accepted, else discarded.
        accept: bool,
        /// The proposals.
        proposals: Vec<Value<'a>>,
    },
    /// An ad-hoc workflow is run.
    RunWorkflow {
        /// Its name, as MISP lists it: `TRIGGER :: NAME`.
        workflow: String,
        /// What it is passed.
        payload: Value<'a>,
    },
    /// A note, an opinion or a relationship is added to something.
    AddAnalystData {
        /// `Note`, `Opinion` or `Relationship`.
        analyst_data: String,
        /// Its fields; `object_type` and `object_uuid` say what it is added to.
        data: Value<'a>,
    },
    /// A message is shown to the user who set off the run.
    Toast {
        /// How it looks.
        variant: String,
        /// The title.
        header: String,
        /// The text.
        body: String,
    },
    /// An action of the misp-modules service is called.
    MispModule {
        /// The action's parameters.
        parameters: Value<'a>,
        /// The data it gets.
        data: Value<'a>,
    },
    /// A module is called whose doings are not known.
    Custom {
        /// Its parameters.
        parameters: Value<'a>,
    },
}

impl Effect<'_> {
    /// Whether there is nothing that it is done to: an edit without attributes, a query about none.
    pub fn touches_nothing(&self) -> bool {
        match self {
            Self::EditAttributes { attributes, .. } | Self::Enrich { attributes, .. } => attributes.is_empty(),
            Self::AddTags { tags, .. } | Self::RemoveTags { tags, .. } => tags.is_empty(),
            Self::AddToWarninglist { values, .. } => values.is_empty(),
            Self::Proposals { proposals, .. } => proposals.is_empty(),
            _ => false,
        }
    }
}

/// An effect, and who caused it.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct EffectRecord<'a> {
    /// The node.
    pub node: NodeId,
    /// Its module.
    pub module: &'a str,
    /// What it does.
    #[serde(flatten)]
    pub effect: Effect<'a>,
}

/// What tags are put on.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TagScope {
    /// An event.
    Event,
    /// An attribute.
    Attribute,
}

/// Kinds of tags.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Locality {
    /// They stay on the server.
    Local,
    /// They travel with the event.
    Global,
    /// Either; tags that are put on become global.
    Any,
}

/// Methods of HTTP.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum HttpMethod {
    /// GET, which has no body.
    Get,
    /// POST.
    Post,
    /// PUT.
    Put,
    /// DELETE.
    Delete,
}

fn is_empty(value: &Value<'_>) -> bool {
    !value.to_bool()
}
