//! What a step asks and does, for whoever reasons about all events at once instead of running one.

use crate::condition::{CountOperator, Operator, Subject};
use crate::hashpath::Path;
use crate::model::{ModuleType, NodeId};
use crate::php::{Array, Value};

use super::access::integer;
use super::arguments::TextArgument;
use super::effect::Locality;
use super::filters::FilterSpec;
use super::modules::TagReplacement;
use super::prepared::Prepared;

/// What a step asks of the data, or does.
#[derive(Clone, Debug)]
pub enum Meaning<'m> {
    /// It does nothing, and succeeds.
    Nothing,
    /// It ends the run, unless it is not executed at all.
    Stops {
        /// The reason that MISP logs, where it is the same for every event.
        message: Option<&'m str>,
        /// Whether its parameter is not a string, which MISP does not survive.
        dies: bool,
    },
    /// `generic-if`.
    Compares(Question<'m>),
    /// `tag-if`: the same of a list, whatever the operator.
    Tagged(Question<'m>),
    /// `count-if`.
    Counts {
        /// What is counted.
        path: &'m Path,
        /// How the number is compared.
        operator: Option<CountOperator>,
        /// With what.
        value: &'m Value<'static>,
    },
    /// `organisation-if`: the operator asks the list that was written, with the number of the organisation.
    Organisation(Question<'m>),
    /// `published-if`; `None` for a condition that MISP does not know.
    Published(Option<bool>),
    /// `threat-level-if`.
    ThreatLevel {
        /// The condition as it is written.
        condition: &'m str,
        /// The level.
        level: &'m Value<'static>,
    },
    /// A logic module of which only the signature is known: the server decides.
    Decides,
    /// It puts filters on the travelling data.
    Filters(Vec<LabelledFilter<'m>>),
    /// It takes filters off.
    Resets {
        /// The label.
        label: &'m Value<'static>,
    },
    /// `tag_operation`.
    Tags {
        /// The module filter.
        filter: Option<FilterMeaning<'m>>,
        /// Whether it is about the event; else about attributes.
        of_event: bool,
        /// Whether tags are taken off.
        removes: bool,
        /// Their names.
        tags: &'m Array<'static>,
        /// Their kind.
        locality: Locality,
        /// How they relate to what they are on.
        relationship_type: &'m Value<'static>,
    },
    /// Attributes are edited.
    EditsAttributes {
        /// The module filter.
        filter: Option<FilterMeaning<'m>>,
        /// The field.
        field: &'static str,
        /// What it becomes, where that is the same for every event.
        value: Option<Value<'static>>,
    },
    /// The distribution of the event is changed.
    SavesEvent {
        /// Where the attributes are: without one nothing happens.
        attributes: &'m Path,
        /// The distribution.
        distribution: &'m Value<'static>,
    },
    /// One thing leaves MISP and nothing changes in the data.
    Sends {
        /// The kind of the effect.
        kind: &'static str,
        /// Why it always fails, if it does.
        always_fails: bool,
        /// Paths that it follows.
        paths: Vec<&'m Path>,
    },
    /// Tags are brought to the spelling of a taxonomy.
    ReplacesTags {
        /// Whether those of the event are.
        of_event: bool,
        /// Whether those of attributes are.
        of_attributes: bool,
        /// Which names are replaced.
        replaces: TagTest<'m>,
    },
    /// Something is hung on attributes.
    Hangs {
        /// The module filter.
        filter: Option<FilterMeaning<'m>>,
        /// Under which key of an attribute.
        key: &'static str,
        /// The keys of an attribute that stay as they are; `None` for all others.
        keeps: Option<&'static [&'static str]>,
        /// Whether nothing is picked, so that it fails.
        always_fails: bool,
        /// The kind of its effect, if it has one.
        kind: Option<&'static str>,
    },
    /// The event is published.
    Publishes,
    /// What comes of it is not followed, and why.
    Unknown(&'static str),
}

/// A question about what a path finds.
#[derive(Clone, Copy, Debug)]
pub struct Question<'m> {
    /// The path.
    pub path: &'m Path,
    /// The operator; `None` for a name that MISP does not know.
    pub operator: Option<Operator>,
    /// What is compared.
    pub value: &'m Value<'static>,
}

impl Question<'_> {
    /// What `organisation-if` answers where this is the number of the organisation.
    pub fn accepts_organisation(&self, found: &Value<'_>) -> bool {
        let organisation = Value::Int(integer(found));
        self.operator.is_some_and(|operator| operator.compare(Subject::Value(self.value), &organisation))
    }
}

/// A filter: which list, and which of its items stay.
#[derive(Clone, Copy, Debug)]
pub struct FilterMeaning<'m> {
    /// The list.
    pub selector: &'m Path,
    /// What is asked of each item.
    pub question: Question<'m>,
}

/// A filter under its label.
#[derive(Clone, Copy, Debug)]
pub struct LabelledFilter<'m> {
    /// The label.
    pub label: &'m Value<'static>,
    /// The filter.
    pub filter: FilterMeaning<'m>,
}

/// Which tags are replaced.
#[derive(Clone, Copy, Debug)]
pub struct TagTest<'m>(pub(super) &'m TagReplacement);

impl TagTest<'_> {
    /// Whether a tag of this name is replaced.
    pub fn replaces(&self, name: &str) -> bool {
        self.0.replaces(name)
    }
}

/// A node of a workflow that is ready to run.
#[derive(Clone, Debug)]
pub struct StepMeaning<'m> {
    /// Its number.
    pub node: NodeId,
    /// Its module.
    pub module: &'m str,
    /// What kind of module it is.
    pub kind: ModuleType,
    /// Whether MISP executes it: it does not where the module is not known or switched off.
    pub is_executed: bool,
    /// Whether its failure ends the run.
    pub is_blocking: bool,
    /// What it asks and does.
    pub meaning: Meaning<'m>,
    /// For each output the places, among all steps, of those that it leads to; `None` where there is no such node.
    pub outputs: Vec<Vec<Option<usize>>>,
}

impl StepMeaning<'_> {
    /// Whether only the server knows what it decides.
    pub fn decides(&self) -> bool {
        matches!(self.meaning, Meaning::Decides)
    }
}

impl FilterSpec {
    pub(super) fn meaning(&self) -> FilterMeaning<'_> {
        let question = Question { path: &self.path, operator: self.operator, value: &self.value };
        FilterMeaning { selector: &self.selector, question }
    }
}

impl TextArgument {
    /// The text where it is the same for every event.
    pub(super) fn fixed(&self) -> Option<&str> {
        match self {
            Self::Plain(text) => Some(text),
            Self::Template(template) => template.fixed(),
            Self::Wrong(_) => None,
        }
    }

    /// Whether there is no text at all, which MISP does not survive.
    pub(super) fn is_wrong(&self) -> bool {
        matches!(self, Self::Wrong(_))
    }
}

impl Prepared {
    /// What each node asks and does.
    pub fn steps(&self) -> Vec<StepMeaning<'_>> {
        let steps = self.nodes.iter().map(|node| StepMeaning {
            node: node.id,
            module: &node.module,
            kind: node.kind,
            is_executed: node.handler.is_some() && !node.is_disabled,
            is_blocking: node.is_blocking,
            meaning: node.handler.as_ref().map_or(Meaning::Nothing, |handler| handler.meaning()),
            outputs: node.outputs.iter().map(|edges| edges.iter().map(|edge| edge.target).collect()).collect(),
        });
        steps.collect()
    }

    /// All that the module of a step keeps of its parameters: steps for which it is equal do the same with the same data.
    pub fn behaviour_of(&self, step: usize) -> String {
        let node = self.nodes.get(step);
        let handler = node.and_then(|node| node.handler.as_ref().filter(|_| !node.is_disabled));
        let module = node.map_or("", |node| &node.module);
        handler.map_or_else(|| module.to_owned(), |handler| format!("{module} {handler:?}"))
    }

    /// The place of the trigger among the [steps](Self::steps).
    pub fn start(&self) -> Option<usize> {
        self.start
    }

    /// Whether the trigger is switched off, so that nothing ever runs.
    pub fn is_trigger_off(&self) -> bool {
        self.is_trigger_off
    }

    /// Whether each step is logged.
    pub fn is_debug_enabled(&self) -> bool {
        self.is_debug_enabled
    }

    /// How the release behaves for which it is prepared.
    pub fn semantics(&self) -> crate::catalogue::Semantics {
        self.semantics
    }
}
