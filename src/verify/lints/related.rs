//! Questions that may decide each other: a cheap look before the prover is asked.

use rustc_hash::FxHashSet;

use crate::catalogue::module_ids;
use crate::condition::{CountOperator, Operator};
use crate::php::Value;

use super::facts::Facts;

/// Graphs with more questions are not looked at.
const MOST_QUESTIONS: usize = 48;

const EVENT_TAGS: &str = "Event.Tag.{n}.name";
const ATTRIBUTE_TAGS: &str = "Event._AttributeFlattened.{n}.Tag.{n}.name";
const ALL_TAGS: &str = "Event._AttributeFlattened.{n}._allTags.{n}.name";

/// What a question is about.
struct Subject<'f> {
    node: usize,
    path: &'f str,
    form: Form<'f>,
}

/// How a question asks.
enum Form<'f> {
    /// How many there are, or whether there is one: the answer for none, and that for each other number where it is the
    /// same for all.
    Number { none: bool, some: Option<bool> },
    /// For an order, or for one of two values.
    Order,
    /// For some values.
    Values {
        values: FxHashSet<&'f str>,
        /// The output that is taken where one of the values is there.
        found: usize,
    },
}

/// A question whose answer may follow from those of others before it.
pub(super) struct Related {
    pub node: usize,
    /// The others, each with the answer after which alone this one is asked: yes or no.
    pub before: Vec<(usize, bool)>,
}

/// The questions whose answer may follow from those of others before them.
pub(super) fn related(facts: &Facts<'_, '_>) -> Vec<Related> {
    if facts.questions.len() < 2 || facts.questions.len() > MOST_QUESTIONS {
        return Vec::new();
    }
    let subjects: Vec<Subject<'_>> = facts.questions.iter().filter_map(|&node| subject(facts, node)).collect();
    let mut related = Vec::new();
    for (at, now) in subjects.iter().enumerate() {
        let telling = subjects[..at].iter().filter(|before| before.may_tell(now));
        let before: Vec<_> = telling.filter_map(|before| Some((before.node, before.tells(facts, now)?))).collect();
        if !before.is_empty() {
            related.push(Related { node: now.node, before });
        }
    }
    related
}

fn subject<'f>(facts: &Facts<'f, '_>, node: usize) -> Option<Subject<'f>> {
    let text = |id| facts.text(node, id);
    let of_values = |operator: Option<&str>, values: FxHashSet<&'f str>| {
        let is_opposite = operator.is_some_and(|operator| operator.starts_with("not_"));
        Form::Values { values, found: usize::from(is_opposite) }
    };
    let (path, form) = match facts.module(node) {
        module_ids::TAG_IF => {
            let path = match text("scope")? {
                "event" => EVENT_TAGS,
                "attribute" => ATTRIBUTE_TAGS,
                "event_attribute" => ALL_TAGS,
                _ => return None,
            };
            let tags = facts.list(node, "tags").chain(facts.list(node, "clusters")).collect();
            (path, of_values(text("condition"), tags))
        }
        module_ids::PUBLISHED_IF => ("Event.published", Form::Order),
        module_ids::THREAT_LEVEL_IF => ("Event.threat_level_id", Form::Order),
        module_ids::ORGANISATION_IF => {
            let path = if text("org_type") == Some("orgc") { "Event.orgc_id" } else { "Event.org_id" };
            (path, of_values(text("condition"), facts.list(node, "org_id").collect()))
        }
        module_ids::COUNT_IF => {
            let operator = CountOperator::from_name(text("operator")?)?;
            let value = Value::string(text("value")?.to_owned());
            // Whatever holds for some numbers and not for others changes at the number that is compared, or next to it.
            let number = text("value")?.trim().parse::<usize>().unwrap_or_default().min(usize::MAX - 2);
            let answers = [1, number.saturating_sub(1).max(1), number.max(1), number + 1]
                .map(|count| operator.compare(count, &value));
            let some = answers.iter().all(|answer| *answer == answers[0]).then_some(answers[0]);
            (text("selector")?, Form::Number { none: operator.compare(0, &value), some })
        }
        module_ids::GENERIC_IF => {
            let operator = text("operator")?;
            let form = if operator == Operator::AnyValue.name() {
                Form::Number { none: false, some: Some(true) }
            } else {
                of_values(Some(operator), text("value").into_iter().chain(facts.list(node, "value_list")).collect())
            };
            (text("hash_path")?, form)
        }
        _ => return None,
    };
    Some(Subject { node, path, form })
}

impl Subject<'_> {
    /// Whether an answer to this question may tell something about another one.
    fn may_tell(&self, other: &Self) -> bool {
        match (&self.form, &other.form) {
            (Form::Number { .. }, _) | (_, Form::Number { .. }) => {
                let [one, two] = [self, other].map(|subject| subject.path.trim_end_matches(".{n}"));
                let (short, long) = if one.len() <= two.len() { (one, two) } else { (two, one) };
                long.strip_prefix(short).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            }
            (Form::Order, _) | (_, Form::Order) => self.path == other.path,
            (Form::Values { values, .. }, Form::Values { values: others, .. }) => {
                let is_alike = self.path == other.path
                    || matches!((self.path, other.path), (ALL_TAGS, ATTRIBUTE_TAGS | EVENT_TAGS))
                    || matches!((self.path, other.path), (ATTRIBUTE_TAGS | EVENT_TAGS, ALL_TAGS));
                is_alike && (self.is_single() || !values.is_disjoint(others))
            }
        }
    }

    /// Whether the path leads to one value at most.
    fn is_single(&self) -> bool {
        !self.path.contains(['{', '[', '*'])
    }

    /// The answer to this question after which alone another one is asked, if that tells something about the other one.
    fn tells(&self, facts: &Facts<'_, '_>, other: &Self) -> Option<bool> {
        let [yes, no] = [0, 1].map(|output| {
            let Some(links) = facts.node(self.node).outputs.get(output) else { return false };
            let targets: Vec<usize> = links.iter().filter_map(|link| facts.graph.index(link.node)).collect();
            targets.contains(&other.node) || facts.graph.reachable_from(targets)[other.node]
        });
        if yes == no {
            return None;
        }
        let tells = match (&self.form, &other.form) {
            // That a value is none of these says nothing about others.
            (Form::Values { values, found }, Form::Values { values: others, .. }) => {
                usize::from(no) == *found || !values.is_disjoint(others)
            }
            // Of what is there, there is not none; and where there is none, nothing is found in it.
            (Form::Values { found, .. }, Form::Number { some, .. }) => usize::from(no) == *found && some.is_some(),
            (Form::Number { none, some }, Form::Values { .. }) => *none == yes && *some == Some(no),
            _ => true,
        };
        tells.then_some(yes)
    }
}
