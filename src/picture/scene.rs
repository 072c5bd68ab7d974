//! What is drawn, and where: the same for all forms of a picture.

use crate::layout::Rectangle;
use crate::model::NodeId;

/// A workflow or blueprint as it is drawn.
#[derive(Clone, PartialEq, Debug)]
pub struct Scene {
    /// Its name.
    pub title: String,
    /// What it does, in the words of its author; may be empty.
    pub description: String,
    /// What can be seen, for those who cannot see it.
    pub summary: String,
    /// Width and height of everything.
    pub size: (f64, f64),
    /// The nodes: triggers first, then as in the graph.
    pub nodes: Vec<NodeBox>,
    /// The connections.
    pub wires: Vec<Wire>,
    /// The frames of the editor, each after the one around it.
    pub frames: Vec<Area>,
    /// What filters cover.
    pub scopes: Vec<Area>,
}

impl Scene {
    /// What is written at a connection, where that is not done at the outputs: the output, and what became of it.
    pub(super) fn label_of(&self, wire: &Wire) -> String {
        let label = &self.nodes[wire.from].ports[wire.port].label;
        match wire.mark.told() {
            None => label.clone(),
            Some((sign, word)) if label.is_empty() => format!("{sign} {word}"),
            Some((sign, word)) => format!("{sign} {word} {label}"),
        }
    }
}

/// What kind of node it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// A trigger.
    Trigger,
    /// A logic module.
    Logic,
    /// An action.
    Action,
}

impl Kind {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Trigger => "trigger",
            Self::Logic => "logic",
            Self::Action => "action",
        }
    }
}

/// What became of a part from one version to the next.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum Mark {
    /// Nothing, or there is one version only.
    #[default]
    Same,
    /// It is new.
    Added,
    /// It is no longer there.
    Removed,
    /// It is different.
    Changed,
}

impl Mark {
    /// The sign and the word for it; none for what stayed the same.
    pub fn told(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Same => None,
            Self::Added => Some(("+", "added")),
            Self::Removed => Some(("−", "removed")),
            Self::Changed => Some(("~", "changed")),
        }
    }

    /// The word for it in the names of classes.
    pub fn class(self) -> Option<&'static str> {
        self.told().map(|(_, word)| word)
    }
}

/// A node as it is drawn.
#[derive(Clone, PartialEq, Debug)]
pub struct NodeBox {
    /// What tells the node from the others in the picture: its id, or, of a node that was removed, another one.
    pub id: NodeId,
    /// The node's id, as it is shown.
    pub number: String,
    /// The module's id.
    pub module: String,
    /// What kind it is.
    pub kind: Kind,
    /// Whether its failure ends the run, or, of a trigger, whether MISP waits for the workflow.
    pub is_blocking: bool,
    /// What became of it.
    pub mark: Mark,
    /// The small line above: its kind and what else there is to know of it.
    pub head: String,
    /// What it is or asks, on one line, whole.
    pub title: String,
    /// What it says besides, each on one line, whole.
    pub says: Vec<Said>,
    /// The lines in the box, cut where there is no room, from the top down.
    pub lines: Vec<Line>,
    /// The outputs, from the top down.
    pub ports: Vec<Port>,
    /// Where it is.
    pub place: Rectangle,
    /// All that there is to know of it.
    pub details: Details,
}

/// A parameter, or something else that a node says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Said {
    /// The parameter; empty for what has no name.
    pub name: String,
    /// Its value.
    pub value: String,
    /// What became of it.
    pub mark: Mark,
}

impl Said {
    /// On one line.
    pub fn whole(&self) -> String {
        let Self { name, value, .. } = self;
        let sign = self.mark.told().map(|(sign, _)| format!("{sign} ")).unwrap_or_default();
        if name.is_empty() { format!("{sign}{value}") } else { format!("{sign}{name}: {value}") }
    }
}

/// How a line in a box is set.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Style {
    /// The small line above.
    Head,
    /// What the node is or asks.
    Title,
    /// What it says besides.
    Text,
}

/// A line in a box.
#[derive(Clone, PartialEq, Debug)]
pub struct Line {
    /// How it is set.
    pub style: Style,
    /// Its text.
    pub text: String,
    /// So many bytes at the beginning are the name of a parameter.
    pub name: usize,
    /// How far its base line is below the top of the box.
    pub y: f64,
}

/// An output.
#[derive(Clone, PartialEq, Debug)]
pub struct Port {
    /// What is written beside it; empty where nothing is.
    pub label: String,
    /// How far it is below the top of the box.
    pub y: f64,
}

/// A connection.
#[derive(Clone, PartialEq, Debug)]
pub struct Wire {
    /// The place in [`Scene::nodes`] of the node that it leaves.
    pub from: usize,
    /// The output, from 0.
    pub port: usize,
    /// The place in [`Scene::nodes`] of the node that it leads to.
    pub to: usize,
    /// Whether it starts a job: it leaves a concurrent task.
    pub is_concurrent: bool,
    /// What became of it.
    pub mark: Mark,
    /// The points that it goes through; between the first and the second it is level, then it may bend, and so on.
    pub points: Vec<(f64, f64)>,
}

/// A frame, or what a filter covers.
#[derive(Clone, PartialEq, Debug)]
pub struct Area {
    /// What is written at its upper left corner.
    pub title: String,
    /// The same where there is no room for more.
    pub shown: String,
    /// The nodes in it, by their places in [`Scene::nodes`].
    pub nodes: Vec<usize>,
    /// Where it is.
    pub place: Rectangle,
}

/// All that there is to know of a node.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Details {
    /// The name that MISP shows; empty where it is not known.
    pub name: String,
    /// What the module does, in the catalogue's words; empty where it is not known.
    pub description: String,
    /// Known surprises of the module.
    pub traps: Vec<String>,
    /// All parameters.
    pub parameters: Vec<(String, String)>,
    /// Where it is written; `None` where it comes from MISP's JSON.
    pub source: Option<SourceLines>,
}

/// The lines of a text that a node comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SourceLines {
    /// The name of the file.
    pub file: String,
    /// The first line and the last, from 1.
    pub range: (usize, usize),
    /// The lines, or the first of them; `None` for one that must not be seen.
    pub lines: Vec<Option<String>>,
}

impl SourceLines {
    /// The lines with their numbers.
    pub fn numbered(&self) -> impl Iterator<Item = (usize, Option<&str>)> {
        self.lines.iter().enumerate().map(|(at, line)| (self.range.0 + at, line.as_deref()))
    }
}
