//! The one graph type of the program: what lowering makes, what MISP's JSON is read into, what is
//! written, drawn, compared and run. It holds everything MISP's editor can save, also what a save
//! would refuse.

use std::borrow::Cow;

use crate::base::source::Span;

/// The module that starts jobs: the one module whose meaning the form of a graph depends on.
pub(crate) const CONCURRENT_TASK: &str = "concurrent-task";

/// A node's id in MISP's JSON: the key of the node.
pub type NodeId = u32;

/// A workflow's or blueprint's graph.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Graph<'a> {
    /// The nodes, in order of their ids; ids are unique.
    pub nodes: Vec<Node<'a>>,
    /// The editor's frames.
    pub frames: Vec<Frame<'a>>,
}

impl<'a> Graph<'a> {
    /// The node with this id.
    pub fn node(&self, id: NodeId) -> Option<&Node<'a>> {
        self.index(id).map(|index| &self.nodes[index])
    }

    /// The index in [`Self::nodes`] of the node with this id.
    pub fn index(&self, id: NodeId) -> Option<usize> {
        self.nodes.binary_search_by_key(&id, |node| node.id).ok()
    }

    /// Whether a connection leads to a node from one of `starts`, over any number of others; by index. The starts
    /// themselves count only if one does.
    pub fn reachable_from(&self, starts: impl IntoIterator<Item = usize>) -> Vec<bool> {
        let mut behind = vec![false; self.nodes.len()];
        let mut waiting: Vec<usize> = starts.into_iter().collect();
        while let Some(node) = waiting.pop() {
            for link in self.nodes[node].outputs.iter().flatten() {
                if let Some(next) = self.index(link.node)
                    && !behind[next]
                {
                    behind[next] = true;
                    waiting.push(next);
                }
            }
        }
        behind
    }
}

/// The three kinds of module in MISP.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ModuleType {
    /// Where a workflow starts.
    Trigger,
    /// Decides, filters or splits.
    Logic,
    /// Does something.
    Action,
}

impl ModuleType {
    /// As MISP spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Trigger => "trigger",
            Self::Logic => "logic",
            Self::Action => "action",
        }
    }
}

/// One box of the editor.
#[derive(Clone, Debug, PartialEq)]
pub struct Node<'a> {
    /// Its id.
    pub id: NodeId,
    /// The module's id.
    pub module: Cow<'a, str>,
    /// The module's display name, as the node carries it.
    pub name: Cow<'a, str>,
    /// What kind of module it is.
    pub module_type: ModuleType,
    /// What the node says instead where it names none of the kinds; empty where it names nothing. MISP finds no module
    /// for such a node, and [`Self::module_type`] is a guess.
    pub odd_type: Option<Cow<'a, str>>,
    /// The module's version, as the node carries it.
    pub version: Cow<'a, str>,
    /// Parameters, in the order the editor writes them.
    pub params: Vec<(Cow<'a, str>, ParamValue<'a>)>,
    /// The module filter; all four empty when unused.
    pub filter: SavedFilter<'a>,
    /// The node's own claim that outputs may have several connections.
    pub multiple_output_connection: bool,
    /// Whether the node says that its data has the MISP core format (`misp_core_format`). MISP reads it in trigger nodes
    /// alone: without it `reload-full-event` does nothing. `false` for all other nodes.
    pub gives_core_format: bool,
    /// The node's CSS classes, which tell its shape.
    pub class: Cow<'a, str>,
    /// How many inputs it has (0 for triggers, else 1).
    pub inputs: u8,
    /// Outputs in order: index 0 is `output_1`.
    pub outputs: Vec<Vec<Connection>>,
    /// Top left corner in canvas pixels; `None` until laid out.
    pub position: Option<(f64, f64)>,
    /// The text that made it.
    pub origin: Option<Span>,
}

impl Node<'_> {
    /// Whether it is a concurrent task: MISP never continues past it, and runs what it leads to in
    /// jobs of their own.
    pub fn is_concurrent_task(&self) -> bool {
        self.module == CONCURRENT_TASK
    }
}

/// Where an output leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Connection {
    /// The node it leads to, which may not exist in graphs from elsewhere.
    pub node: NodeId,
    /// The input there, from 1.
    pub input: u8,
}

/// The module filter that a node carries in `saved_filters`. See `docs/misp-semantics.md`, "Filters".
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct SavedFilter<'a> {
    /// Hash path of the items.
    pub selector: Cow<'a, str>,
    /// What they are compared with.
    pub value: ParamText<'a>,
    /// `in`, `not_in`, `equals` or `not_equals`.
    pub operator: Cow<'a, str>,
    /// Hash path inside an item.
    pub path: Cow<'a, str>,
}

impl SavedFilter<'_> {
    /// A filter is active as soon as one of its four parts is not empty.
    pub fn is_active(&self) -> bool {
        !(self.selector.is_empty() && self.value.is_empty() && self.operator.is_empty() && self.path.is_empty())
    }
}

/// A parameter's value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ParamValue<'a> {
    /// `null`: a single picker in which nothing is picked.
    Null,
    /// A boolean.
    Boolean(bool),
    /// A number, which the editor writes only where a default is one.
    Number(serde_json::Number),
    /// Text.
    Text(ParamText<'a>),
    /// A list.
    List(Vec<ParamValue<'a>>),
    /// An object, in source order.
    Object(Vec<(Cow<'a, str>, ParamValue<'a>)>),
}

impl<'a> ParamValue<'a> {
    /// Plain text.
    pub fn text(text: impl Into<Cow<'a, str>>) -> Self {
        Self::Text(ParamText::from(text.into()))
    }

    /// Whether the value is empty for MISP: `null`, `""`, `[]`, `{}`.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Text(text) => text.is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Object(entries) => entries.is_empty(),
            Self::Boolean(_) | Self::Number(_) => false,
        }
    }
}

impl<'a> From<&'a serde_json::Value> for ParamValue<'a> {
    fn from(json: &'a serde_json::Value) -> Self {
        use serde_json::Value as Json;
        match json {
            Json::Null => Self::Null,
            Json::Bool(boolean) => Self::Boolean(*boolean),
            Json::Number(number) => Self::Number(number.clone()),
            Json::String(text) => Self::text(text.as_str()),
            Json::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            Json::Object(entries) => Self::Object(
                entries.iter().map(|(key, value)| (Cow::Borrowed(key.as_str()), Self::from(value))).collect(),
            ),
        }
    }
}

/// Text that may hold parts known only when the JSON is written. Secrets never enter a graph:
/// only their names do.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ParamText<'a> {
    /// Known now.
    Plain(Cow<'a, str>),
    /// Put together when the JSON is written.
    Parts(Vec<TextPart<'a>>),
}

impl Default for ParamText<'_> {
    fn default() -> Self {
        Self::Plain(Cow::Borrowed(""))
    }
}

impl<'a> From<Cow<'a, str>> for ParamText<'a> {
    fn from(text: Cow<'a, str>) -> Self {
        Self::Plain(text)
    }
}

impl ParamText<'_> {
    /// Whether it is the empty text. Text from the environment counts as not empty.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Plain(text) if text.is_empty())
    }

    /// The text, if all of it is known now.
    pub fn as_plain(&self) -> Option<&str> {
        match self {
            Self::Plain(text) => Some(text),
            Self::Parts(_) => None,
        }
    }
}

/// A piece of [`ParamText`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum TextPart<'a> {
    /// Known now.
    Plain(Cow<'a, str>),
    /// From the environment.
    Env {
        /// The variable.
        name: Cow<'a, str>,
        /// Its value when it is not set.
        default: Option<Cow<'a, str>>,
        /// Where it is asked for.
        origin: Option<Span>,
    },
    /// From the environment, never to be shown.
    Secret {
        /// The variable.
        name: Cow<'a, str>,
        /// Where it is asked for.
        origin: Option<Span>,
    },
}

/// A frame around nodes, with a title.
#[derive(Clone, Debug, PartialEq)]
pub struct Frame<'a> {
    /// Its key in `_frames`.
    pub uuid: Cow<'a, str>,
    /// The title.
    pub text: Cow<'a, str>,
    /// The nodes inside.
    pub nodes: Vec<NodeId>,
    /// Its CSS class.
    pub class: Cow<'a, str>,
}
