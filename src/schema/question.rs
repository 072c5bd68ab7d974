//! What conditions and filters ask of what a path finds, and what can never be.

use std::ops::Range;

use crate::condition::Operator;
use crate::diagnostics::{Audience, Code};
use crate::hashpath::Path;

use super::finding::{About, PathFinding};
use super::follow::{Followed, Typer};
use super::shape::{Schema, Shape};

/// How many values of an enumeration a message lists.
const SHOWN_VALUES: usize = 12;

/// Who asks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reader {
    /// IF :: Generic: `==` and `!=` read a single value and follow only plain keys.
    GenericIf,
    /// A filter: `==` and `!=` take the first of what the path selects.
    Filter,
}

/// An operator with the values that are known.
#[derive(Clone, Copy, Debug)]
pub struct Question<'q> {
    /// Who asks.
    pub reader: Reader,
    /// What is asked.
    pub operator: Operator,
    /// What it compares with; `None` for values that are not known yet.
    pub values: &'q [Option<&'q str>],
}

impl Typer<'_> {
    /// What the question can never find, given where its path leads.
    pub fn check_question(&self, question: &Question<'_>, path: &Path, followed: &Followed) -> Vec<PathFinding> {
        if !question.operator.compares() || !followed.findings.is_empty() {
            return Vec::new();
        }
        let reads_single = question.reader == Reader::GenericIf && question.operator.takes_single_value();
        if reads_single && !path.is_plain() && !path.segments().is_empty() {
            return vec![unread_wildcard(path, question, self.audience)];
        }
        let found = if reads_single { &followed.end } else { &followed.selected };
        if found.is_empty() {
            return Vec::new();
        }
        if found.iter().all(|shape| shape.is_array()) {
            return vec![self.object_compared(path, question, &followed.end, reads_single)];
        }
        let mut findings = Vec::new();
        for (index, value) in question.values.iter().enumerate() {
            if let Some(value) = value {
                findings.extend(self.impossible_value(question.operator, index, value, found));
            }
        }
        findings
    }

    fn object_compared(&self, path: &Path, question: &Question<'_>, end: &[Shape], single: bool) -> PathFinding {
        let text = path.as_str();
        let at = path.segments().last().map_or(0..text.len(), |last| last.span.clone());
        let shape = end.first().copied().unwrap_or(Shape::Open);
        let what = self.schema.describe(shape);
        let negated = matches!(question.operator, Operator::NotIn | Operator::NotInOr | Operator::NotInAnd);
        let [equal, unequal] = equalities(self.audience);
        let both = format!("`{equal}` and `{unequal}` are both false on a list or an object");
        let note = match (negated, single) {
            (_, true) => &both,
            (true, false) => "a list or an object never equals a string, so the answer is always yes",
            (false, false) => "a list or an object never equals a string, so the answer is always no",
        };
        let message = format!("this leads to {what}, and a single value is compared");
        let finding = PathFinding::in_path(Code::ObjectCompared, at, message, note);
        let (object, between) = match shape {
            Shape::Object(id) => (id, ""),
            Shape::List(list) => match self.schema.entry(list) {
                Shape::Object(id) => (id, ".{n}"),
                _ => return finding.help("compare a value inside it"),
            },
            _ => return finding,
        };
        match &self.schema.object(object).main {
            // The longer path would no longer be one of plain keys only.
            Some(main) if single && !between.is_empty() => {
                let inside = format!("{text}{between}.{main}");
                finding.help(format!("ask for one of many: {}", one_of_many(question, &inside, self.audience)))
            }
            Some(main) => {
                let more = format!("{between}.{main}");
                finding.help(format!("compare a value inside it: `{text}{more}`")).fix(text.len()..text.len(), more)
            }
            None => finding.help("compare a value inside it"),
        }
    }

    fn impossible_value(&self, operator: Operator, index: usize, value: &str, found: &[Shape]) -> Option<PathFinding> {
        // A template may render to anything.
        if value.contains("{{") || value.contains("{%") {
            return None;
        }
        let shape = *found.first()?;
        let finding = |message: String, note: String| PathFinding {
            code: Code::ImpossibleValue,
            about: About::Value(index),
            message,
            note,
            help: None,
            fix: None,
        };
        if found.iter().all(|shape| *shape == Shape::Boolean) && says_no(value) {
            let note =
                "MISP compares as PHP does: every string except the empty one and `0` is equal to true".to_owned();
            return Some(
                finding(format!("`{value}` is equal to true here"), note)
                    .help(self.audience.choose("write `0`, or `false` without quotes", "write `0`"))
                    .fix(0..0, "0"),
            );
        }
        if found.iter().any(|shape| self.schema.can_equal(*shape, value)) {
            return None;
        }
        let note = match operator {
            Operator::In | Operator::Equals => "the answer is always no, and MISP does not complain",
            Operator::NotIn | Operator::NotEquals => "no such value is ever there, and MISP does not complain",
            _ => "no such value is ever there, so it has no effect in this list",
        };
        Some(self.name_impossible(finding(String::new(), note.to_owned()), shape, value, 0..0))
    }
}

impl Typer<'_> {
    /// Says of a value that a field of this shape cannot have what is wrong with it, and what is near.
    pub(super) fn name_impossible(
        &self,
        mut finding: PathFinding,
        shape: Shape,
        value: &str,
        at: Range<usize>,
    ) -> PathFinding {
        let what = self.schema.describe(shape);
        let (help, fix) = suggest_value(self.schema, shape, value, self.audience);
        let grows = matches!(shape, Shape::OneOf(id) if self.schema.enumeration(id).grows);
        finding.message = format!("`{value}` is not {what}");
        if grows && fix.is_none() {
            finding.code = Code::UnknownValue;
            finding.message = format!("`{value}` is not {what} of this release of MISP");
        }
        finding.help = help;
        fix.into_iter().fold(finding, |finding, fix| finding.fix(at.clone(), fix))
    }
}

/// `==` or `!=` of IF :: Generic on a path that is more than keys.
fn unread_wildcard(path: &Path, question: &Question<'_>, audience: Audience) -> PathFinding {
    let text = path.as_str();
    let special = path.segments().iter().find(|segment| segment.token.is_wildcard() || segment.only_arrays);
    let at = special.map_or(0..text.len(), |segment| {
        if segment.token.is_wildcard() { segment.key_span.clone() } else { segment.key_span.end..segment.span.end }
    });
    let [equal, unequal] = equalities(audience);
    let symbol = if question.operator == Operator::Equals { equal } else { unequal };
    let message = format!(
        "`{symbol}` follows only plain keys, so `{}` finds nothing and the answer is always no",
        &text[at.clone()]
    );
    let note = format!(
        "IF :: Generic reads a single value for `{equal}` and `{unequal}`; where it finds none, both are false"
    );
    let instead = match audience {
        Audience::Text => one_of_many(question, text, audience),
        Audience::Editor => format!("choose the operator `{}`", word_for_many(question, audience)),
    };
    PathFinding::in_path(Code::AlwaysFalse, at, message, &note).help(format!("ask for one of many: {instead}"))
}

/// The question that takes the place of `==` or `!=` where the path finds many values.
fn one_of_many(question: &Question<'_>, path: &str, audience: Audience) -> String {
    let word = word_for_many(question, audience);
    let value = question.values.first().copied().flatten().unwrap_or("…");
    match audience {
        Audience::Text => format!("`{} {word} {path}`", serde_json::Value::from(value)),
        Audience::Editor => format!("choose the operator `{word}` and the hash path `{path}`"),
    }
}

fn word_for_many(question: &Question<'_>, audience: Audience) -> &'static str {
    if question.operator == Operator::Equals { "in" } else { audience.choose("not in", "not_in") }
}

/// How `equals` and `not_equals` are written.
fn equalities(audience: Audience) -> [&'static str; 2] {
    audience.choose(["==", "!="], ["equals", "not_equals"])
}

/// What to write instead of a value that a field cannot have: in words, and the value itself if one is near.
fn suggest_value(schema: &Schema, shape: Shape, given: &str, audience: Audience) -> (Option<String>, Option<String>) {
    let id = match shape {
        Shape::OneOf(id) => id,
        Shape::Number => return (Some("this field holds a number".to_owned()), None),
        Shape::Boolean => {
            let help = audience.choose("write `true` or `false`", "write `1` for true, or `0` for false");
            return (Some(help.to_owned()), None);
        }
        _ => return (None, None),
    };
    let values = &schema.enumeration(id).values;
    // A field of numbers that is compared with what the editor shows for one of them.
    let labels = values.values().filter(|label| !label.is_empty()).map(String::as_str);
    let label = crate::base::suggest::closest(given, labels);
    if let Some((value, label)) = values.iter().find(|(_, known)| label == Some(known.as_str())) {
        return (Some(format!("MISP stores {label} as `{value}`")), Some(value.clone()));
    }
    if let Some(value) = crate::base::suggest::closest(given, values.keys().map(String::as_str)) {
        return (Some(format!("did you mean `{value}`?")), Some(value.to_owned()));
    }
    if values.len() > SHOWN_VALUES {
        return (None, None);
    }
    let shown = values.iter().map(|(value, label)| match label.as_str() {
        "" => format!("`{value}`"),
        label => format!("`{value}` ({label})"),
    });
    (Some(format!("the values are {}", shown.collect::<Vec<_>>().join(", "))), None)
}

fn says_no(value: &str) -> bool {
    ["false", "no", "off"].iter().any(|word| value.trim().eq_ignore_ascii_case(word))
}
