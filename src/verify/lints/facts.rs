//! What the lints look at: the graph in the order of a run, with signatures and parameters at hand.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

use rustc_hash::FxHashMap;

use crate::base::source::{Sources, Span};
use crate::catalogue::{Parameter, Provenance, Signature, SignatureLookup, module_ids};
use crate::diagnostics::{Audience, Code, Diagnostic};
use crate::jinja::{Slips, slips};
use crate::model::{Graph, ModuleType, Node, ParamText, ParamValue};
use crate::tags::KnownTags;

use super::filters::Filters;
use super::row::Row;

/// In longer texts no parts are looked for: a list may have very many entries.
const LONGEST_SNIPPET: usize = 16 * 1024;

/// A connection, seen from the node it leads to.
#[derive(Clone, Copy)]
pub struct Incoming {
    /// The index of the node it comes from.
    pub from: usize,
    /// Which connection of that node it is, counted over all outputs.
    pub link: usize,
}

/// A text that MISP renders, and what its syntax tree shows.
pub struct Template<'f> {
    /// The node that has it.
    pub node: usize,
    /// The parameter that it is the value of.
    pub parameter: &'f Parameter,
    /// The text.
    pub text: &'f str,
    /// What in it may not be meant.
    pub slips: Slips,
}

/// A graph without loops, prepared for the lints. Nodes are named by their index.
pub struct Facts<'f, 'a> {
    /// The graph.
    pub graph: &'f Graph<'a>,
    /// What the workflow says of itself besides.
    pub row: Row<'f>,
    /// The nodes that a run can reach, each after all that lead to it.
    pub order: Vec<usize>,
    /// The trigger; `None` in a blueprint.
    pub trigger: Option<usize>,
    /// The filters that are on.
    pub filters: Filters,
    /// The nodes that ask a question of MISP's own, which does nothing but choose the way.
    pub questions: Vec<usize>,
    by_module: FxHashMap<&'f str, Vec<usize>>,
    /// Whether `tag_operation` puts tags into the data of the run too, as later releases do.
    pub tags_travel: bool,
    /// Whether the release is later than those that were seen to behave like 2.5.1.
    pub is_later: bool,
    /// The tags that are known.
    pub tags: &'f KnownTags<'f>,
    foreign: Vec<bool>,
    incoming: Vec<Incoming>,
    first_incoming: Vec<u32>,
    signatures: Vec<Option<&'f Signature>>,
    /// Where findings about no node point.
    pub at: Option<Span>,
    sources: Option<&'f Sources>,
    templates: OnceCell<Vec<Template<'f>>>,
}

impl<'f, 'a> Facts<'f, 'a> {
    /// `None` if the graph has a loop.
    pub fn new(
        graph: &'f Graph<'a>,
        row: Row<'f>,
        signature: &SignatureLookup<'_, 'f>,
        tags: &'f KnownTags<'f>,
        at: Option<Span>,
        sources: Option<&'f Sources>,
    ) -> Option<Self> {
        let count = graph.nodes.len();
        let trigger = graph.nodes.iter().position(|node| node.module_type == ModuleType::Trigger);
        let reached = reached(graph, trigger);
        let mut first_incoming = vec![0u32; count + 1];
        let links = |from: usize| {
            let targets = graph.nodes[from].outputs.iter().flatten().enumerate();
            targets.filter_map(|(link, target)| graph.index(target.node).map(|to| (link, to)))
        };
        let from_reached = || (0..count).filter(|&from| reached[from]);
        for (_, to) in from_reached().flat_map(links) {
            first_incoming[to + 1] += 1;
        }
        for index in 0..count {
            first_incoming[index + 1] += first_incoming[index];
        }
        let mut waiting: Vec<u32> = first_incoming.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let mut order: Vec<usize> = from_reached().filter(|&node| waiting[node] == 0).collect();
        let mut incoming = vec![Incoming { from: 0, link: 0 }; first_incoming[count] as usize];
        let mut next = 0;
        while let Some(&from) = order.get(next) {
            next += 1;
            for (link, to) in links(from) {
                waiting[to] -= 1;
                incoming[(first_incoming[to] + waiting[to]) as usize] = Incoming { from, link };
                if waiting[to] == 0 {
                    order.push(to);
                }
            }
        }
        if order.len() != from_reached().count() {
            return None;
        }
        let signatures = graph.nodes.iter().map(|node| signature(&node.module)).collect();
        // The parameter came with the change.
        let tags_travel =
            signature(module_ids::TAG_OPERATION).is_some_and(|known| known.parameter("clusters").is_some());
        let filters = Filters::default();
        let mut facts = Self {
            graph,
            row,
            order,
            trigger,
            filters,
            questions: Vec::new(),
            by_module: FxHashMap::default(),
            tags_travel,
            is_later: tags_travel,
            tags,
            foreign: Vec::new(),
            incoming,
            first_incoming,
            signatures,
            at,
            sources,
            templates: OnceCell::new(),
        };
        for index in 0..facts.order.len() {
            let node = facts.order[index];
            facts.by_module.entry(facts.module(node)).or_default().push(node);
            if facts.is_question(node) {
                facts.questions.push(node);
            }
        }
        facts.filters = Filters::new(&facts);
        facts.foreign = facts.reachable_from(|node| facts.is_foreign(node));
        Some(facts)
    }

    /// Whether the graph is one that MISP saved and not made from a text.
    pub fn is_saved(&self) -> bool {
        self.sources.is_none()
    }

    /// A node.
    pub fn node(&self, index: usize) -> &'f Node<'a> {
        &self.graph.nodes[index]
    }

    /// The module of a node.
    pub fn module(&self, index: usize) -> &'f str {
        &self.node(index).module
    }

    /// The nodes of a module, each after all that lead to it.
    pub fn nodes_of(&self, module: &str) -> &[usize] {
        self.by_module.get(module).map_or(&[], Vec::as_slice)
    }

    /// The signature of a node's module, if the module is known.
    pub fn signature(&self, index: usize) -> Option<&'f Signature> {
        self.signatures[index]
    }

    /// The signature of the trigger.
    pub fn trigger_signature(&self) -> Option<&'f Signature> {
        self.signatures[self.trigger?]
    }

    /// The connections that lead to a node.
    pub fn incoming(&self, index: usize) -> &[Incoming] {
        &self.incoming[self.first_incoming[index] as usize..self.first_incoming[index + 1] as usize]
    }

    /// The output that a connection belongs to, from 0.
    pub fn output(&self, edge: Incoming) -> usize {
        let mut links = 0;
        let ends = self.node(edge.from).outputs.iter().map(|output| {
            links += output.len();
            links
        });
        ends.take_while(|&end| end <= edge.link).count()
    }

    /// The nodes that a node leads to.
    pub fn successors(&self, index: usize) -> impl Iterator<Item = usize> {
        self.node(index).outputs.iter().flatten().filter_map(|link| self.graph.index(link.node))
    }

    /// Whether a node leads anywhere.
    pub fn has_successor(&self, index: usize) -> bool {
        self.successors(index).next().is_some()
    }

    /// Whether a node asks a question of MISP's own, which does nothing but choose the way.
    pub fn is_question(&self, index: usize) -> bool {
        let node = self.node(index);
        node.module_type == ModuleType::Logic && node.outputs.len() > 1 && !self.is_foreign(index)
    }

    /// Whether a node fetches the event again: what only travelled with the run, filters too, is gone after it.
    pub fn reloads(&self, index: usize) -> bool {
        module_ids::reloads_event(self.module(index))
    }

    /// Whether a node has a module filter.
    pub fn is_filtered(&self, index: usize) -> bool {
        self.node(index).filter.is_active()
    }

    /// Whether a parameter is missing or empty.
    pub fn is_empty(&self, index: usize, id: &str) -> bool {
        self.value(index, id).is_none_or(ParamValue::is_empty)
    }

    /// Whether a module is not one of MISP's own, so that nobody knows what it reads and does.
    pub fn is_foreign(&self, index: usize) -> bool {
        self.signature(index).is_none_or(|signature| signature.provenance != Provenance::BuiltIn)
    }

    /// Whether a module that is not one of MISP's own is passed on some way to a node: what it adds to the data nobody
    /// knows.
    pub fn is_behind_foreign(&self, index: usize) -> bool {
        self.foreign[index]
    }

    /// The nodes in front of which a node of this kind was passed on some way; the nodes themselves count only if
    /// another one is before them.
    pub fn reachable_from(&self, is_mark: impl Fn(usize) -> bool) -> Vec<bool> {
        let mut behind = vec![false; self.graph.nodes.len()];
        for &node in &self.order {
            behind[node] = self.incoming(node).iter().any(|edge| behind[edge.from] || is_mark(edge.from));
        }
        behind
    }

    /// A parameter.
    pub fn value(&self, index: usize, id: &str) -> Option<&'f ParamValue<'a>> {
        self.node(index).params.iter().find(|(name, _)| name == id).map(|(_, value)| value)
    }

    /// The text of a parameter, or else its default.
    pub fn text(&self, index: usize, id: &str) -> Option<&'f str> {
        match self.value(index, id) {
            Some(ParamValue::Text(text)) => text.as_plain(),
            Some(_) => None,
            None => self.signature(index)?.parameter(id)?.default.as_ref()?.as_str(),
        }
    }

    /// The texts of a parameter that is a list. Old files have a single text instead.
    pub fn list(&self, index: usize, id: &str) -> impl Iterator<Item = &'f str> + use<'f, 'a> {
        let (items, single) = match self.value(index, id) {
            Some(ParamValue::List(items)) => (items.as_slice(), None),
            Some(ParamValue::Text(text)) => (&[][..], text.as_plain().filter(|text| !text.is_empty())),
            _ => (&[][..], None),
        };
        items.iter().filter_map(plain).chain(single)
    }

    /// A node in words.
    pub fn name(&self, index: usize) -> Cow<'f, str> {
        let node = self.node(index);
        match node.origin {
            Some(_) => format!("`{}`", node.module).into(),
            None => format!("`{}` ({})", node.module, node.id).into(),
        }
    }

    /// Where findings about a node point.
    pub fn place(&self, index: usize) -> Option<Span> {
        self.node(index).origin.or(self.at)
    }

    /// The place of a text between quotes inside the text that made a node, quotes included, if there is exactly one.
    pub fn quoted_place(&self, index: usize, text: &str) -> Option<Span> {
        self.place_of(index, &serde_json::Value::from(text).to_string())
    }

    /// The text that made a node, unless it is very long.
    pub fn snippet(&self, index: usize) -> Option<&'f str> {
        let snippet = self.sources?.snippet(self.node(index).origin?);
        (snippet.len() <= LONGEST_SNIPPET).then_some(snippet)
    }

    /// The place of a piece of the text that made a node, if it is there exactly once.
    pub fn place_of(&self, index: usize, piece: &str) -> Option<Span> {
        let (origin, snippet) = (self.node(index).origin?, self.snippet(index)?);
        let at = snippet.find(piece)?;
        let end = at + piece.len();
        (!snippet[end..].contains(piece)).then(|| origin.part(at, end))
    }

    /// The place of a part of one of the texts of a node, if it can be told apart from its like.
    pub fn part_of(&self, index: usize, text: &str, part: &Range<usize>) -> Option<Span> {
        // As it is in the text, and as it is quoted there.
        let quoted = |piece: &str| piece.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let plain = |piece: &str| piece.to_owned();
        [0, 10, 30, 100].into_iter().find_map(|more| {
            let start = text.floor_char_boundary(part.start.saturating_sub(more));
            let end = text.ceil_char_boundary((part.end + more).min(text.len()));
            [&plain as &dyn Fn(&str) -> String, &quoted].into_iter().find_map(|form| {
                let place = self.place_of(index, &form(&text[start..end]))?;
                let before = form(&text[start..part.start]).len();
                Some(place.part(before, before + form(&text[part.clone()]).len()))
            })
        })
    }

    /// The texts of a node that MISP renders, with the parameter of each.
    pub fn templates(&self, index: usize) -> impl Iterator<Item = (&'f Parameter, &'f str)> {
        let signature = self.signature(index);
        self.node(index).params.iter().filter_map(move |(id, value)| {
            let parameter = signature?.parameter(id).filter(|parameter| parameter.jinja)?;
            plain(value).map(|text| (parameter, text))
        })
    }

    /// The texts that MISP renders, of all nodes in the order of a run. They are read when the first lint asks.
    pub fn read_templates(&self) -> &[Template<'f>] {
        self.templates.get_or_init(|| {
            let of_node = |&node: &usize| self.templates(node).map(move |(parameter, text)| (node, parameter, text));
            let all = self.order.iter().flat_map(of_node);
            all.map(|(node, parameter, text)| Template { node, parameter, text, slips: slips(text) }).collect()
        })
    }

    /// Who reads the findings.
    pub fn audience(&self) -> Audience {
        if self.sources.is_some() { Audience::Text } else { Audience::Editor }
    }

    /// The place of a parameter's name in the text that made a node.
    pub fn parameter_place(&self, index: usize, id: &str) -> Option<Span> {
        let (origin, snippet) = (self.node(index).origin?, self.snippet(index)?);
        let mut places = snippet.match_indices(id).map(|(at, _)| (at, at + id.len())).filter(|&(at, end)| {
            let behind = snippet[end..].trim_start_matches('"').trim_start();
            behind.starts_with(':')
                && !snippet[..at].ends_with(|before: char| before.is_alphanumeric() || "_-".contains(before))
        });
        let (at, end) = places.next()?;
        places.next().is_none().then(|| origin.part(at, end))
    }

    /// A finding about a parameter of a node.
    pub fn finding_on(
        &self,
        code: Code,
        (index, id): (usize, &str),
        message: impl Into<String>,
        label: &str,
    ) -> Diagnostic {
        Diagnostic::maybe_at(code, self.parameter_place(index, id).or(self.place(index)), message).label(label)
    }

    /// A finding about a node.
    pub fn finding(&self, code: Code, index: usize, message: impl Into<String>, label: &str) -> Diagnostic {
        Diagnostic::maybe_at(code, self.place(index), message).label(label)
    }

    /// Adds an edit of the text that made a node, probably what is meant, where it can be made: `from` becomes `to`, and
    /// `before` comes in front of all.
    pub fn edited(&self, finding: Diagnostic, index: usize, before: &str, from: &str, to: &str) -> Diagnostic {
        let Some((origin, place)) = self.node(index).origin.zip(self.place_of(index, from)) else { return finding };
        let finding = finding.unsafe_fix(place, to);
        if before.is_empty() { finding } else { finding.unsafe_fix(origin.part(0, 0), before) }
    }

    /// Where the last of several equal entries of a list is, with the comma before it.
    pub fn last_entry(&self, index: usize, text: &str) -> Option<Span> {
        let (origin, snippet) = (self.node(index).origin?, self.snippet(index)?);
        let quoted = serde_json::Value::from(text).to_string();
        let at = snippet.rfind(&quoted)?;
        let before = snippet[..at].trim_end();
        (before.ends_with(',') && before.contains(&quoted)).then(|| origin.part(before.len() - 1, at + quoted.len()))
    }

    /// A finding about one of the texts of a node.
    pub fn finding_in(
        &self,
        code: Code,
        (index, text): (usize, &str),
        message: impl Into<String>,
        label: &str,
    ) -> Diagnostic {
        Diagnostic::maybe_at(code, self.quoted_place(index, text).or(self.place(index)), message).label(label)
    }

    /// Adds a node's own text as a further place, if it has one.
    pub fn also(&self, finding: Diagnostic, index: usize, message: impl Into<String>) -> Diagnostic {
        finding.maybe_also(self.node(index).origin, message)
    }
}

/// A value that is text known now.
pub fn plain<'v>(value: &'v ParamValue<'_>) -> Option<&'v str> {
    match value {
        ParamValue::Text(ParamText::Plain(text)) => Some(text),
        _ => None,
    }
}

/// The nodes that a run can reach from the trigger; all in a graph without one.
fn reached(graph: &Graph<'_>, trigger: Option<usize>) -> Vec<bool> {
    let Some(trigger) = trigger else { return vec![true; graph.nodes.len()] };
    let mut reached = graph.reachable_from([trigger]);
    reached[trigger] = true;
    reached
}
