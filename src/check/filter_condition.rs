//! What comes after `where`: questions of an `if`, as far as MISP's filters can ask them.
//!
//! A filter asks one question of each item, and knows no opposite but `not in`.

use crate::base::source::Span;
use crate::diagnostics::{Audience, Code, Diagnostic};
use crate::syntax::tree::{
    CompareOperator, Condition, FilterStep, ModuleFilter, Predicate, PredicateKind, Value, ValueKind,
};
use crate::syntax::{among, has_wildcard};
use crate::typing::{Items, Start};
use crate::wording;

use super::condition::Comparison;
use super::flow::FlowChecker;

const NONE_OF_SEVERAL: &str = "a filter cannot ask whether none of several values is there";
const NO_OPPOSITE: &str = "MISP's filters know one opposite: that a value is not among those that a hash path finds";

/// Where a filter's condition is.
pub(super) enum FilterPlace<'a> {
    /// `filter SELECTOR where … { … }`
    Scope(&'a FilterStep<'a>),
    /// `call() for SELECTOR where …`
    Module {
        /// The filter.
        filter: &'a ModuleFilter<'a>,
        /// The call before it.
        call: Span,
    },
}

impl<'a> FlowChecker<'_, 'a> {
    /// What a filter asks of each item; `None` where an error was reported.
    pub(super) fn filter_comparison(
        &mut self,
        condition: &'a Condition<'a>,
        items: &Items,
        place: &FilterPlace<'a>,
    ) -> Option<Comparison<'a>> {
        let (predicate, negated) = match condition {
            Condition::Predicate(predicate) => (predicate, false),
            Condition::Not { times, inner, .. } if let Condition::Predicate(predicate) = &**inner => {
                (predicate, times % 2 == 1)
            }
            _ => {
                self.report(self.unsupported(condition, place));
                return None;
            }
        };
        if let Some(pin) = &predicate.pin {
            self.report(
                Diagnostic::at(Code::InvalidPin, pin.span, "the condition of a filter is not a node of its own")
                    .help("pin the filter: put the pin before the step"),
            );
        }
        if !matches!(
            predicate.kind,
            PredicateKind::Compare { .. }
                | PredicateKind::Any { .. }
                | PredicateKind::Among { .. }
                | PredicateKind::AnyCompare { .. }
        ) {
            self.report(self.unsupported(condition, place));
            return None;
        }
        let mut comparison = self.comparison(predicate, Start::Items(items))?;
        comparison.negated ^= negated;
        if comparison.negated || matches!(place, FilterPlace::Module { .. }) {
            comparison = comparison.with_one_value();
        }
        if comparison.negated {
            self.report(self.unsupported(condition, place));
            return None;
        }
        Some(comparison)
    }

    /// What to say of a condition that a filter cannot ask.
    pub(super) fn unsupported(&self, condition: &Condition<'_>, place: &FilterPlace<'_>) -> Diagnostic {
        let span = condition.span().unwrap_or(match place {
            FilterPlace::Scope(filter) => filter.selector.span,
            FilterPlace::Module { filter, .. } => filter.span,
        });
        let finding = |message: &str| Diagnostic::at(Code::UnsupportedCondition, span, message);
        let is_scope = matches!(place, FilterPlace::Scope(_));
        match condition {
            Condition::And(parts) => {
                let questions = parts.iter().map(|part| Some(self.snippet(part.span()?).to_owned())).collect();
                let finding = finding("a filter asks one question, not several with `and`");
                self.nested(finding, condition, questions, place)
            }
            Condition::Or(parts) => {
                let finding = finding("a filter asks one question, not several with `or`");
                match self.one_list(parts).filter(|_| is_scope) {
                    Some(spelled) => {
                        finding.help(format!("write `{spelled}`")).safe_fix(span, spelled)
                    }
                    None => finding
                        .note("MISP has no `or` in filters: a filter looks for one or several values under one hash path")
                        .help("for several values of one field write `filter SELECTOR where FIELD in [\"a\", \"b\"] { … }`; for different fields write one filter after the other"),
                }
            }
            Condition::Not { inner, .. } => match &**inner {
                Condition::Predicate(predicate) => self.unsupported_not(predicate, finding, condition, place),
                Condition::Or(_) => finding("a filter asks one question, and this is the opposite of several").help(
                    "`not (a or b)` is `not a and not b`: write one filter inside the other, each with one question",
                ),
                _ => finding("a filter asks one question, and this is the opposite of several")
                    .note("MISP has no `or` in filters, and `not (a and b)` is `not a or not b`")
                    .help("write one filter after the other, each with the opposite of one question"),
            },
            Condition::Predicate(predicate) => self.unsupported_question(predicate, span, place),
        }
    }

    /// The opposite of a question that filters know, for which they have no operator.
    fn unsupported_not(
        &self,
        predicate: &Predicate<'_>,
        finding: impl Fn(&str) -> Diagnostic,
        condition: &Condition<'_>,
        place: &FilterPlace<'_>,
    ) -> Diagnostic {
        match &predicate.kind {
            PredicateKind::Compare { left, operator: CompareOperator::Equal, right, .. } => {
                let (path, value) = (self.snippet(left.span), self.snippet(right.span));
                let finding = finding("a filter cannot ask for the opposite of `==`").note(NO_OPPOSITE);
                let spelled = format!("{value} not in {path}");
                let finding = finding.help(format!("write `{spelled}`"));
                match condition.span().filter(|_| !has_wildcard(path)) {
                    Some(span) => finding.safe_fix(span, spelled),
                    None => finding,
                }
            }
            PredicateKind::Compare { left, operator: CompareOperator::NotEqual, right, .. } => {
                let (path, value) = (self.snippet(left.span), self.snippet(right.span));
                finding("a filter cannot ask for the opposite of `!=`")
                    .note(NO_OPPOSITE)
                    .note("neither `==` nor `!=` holds for an item that has no such field")
                    .help(format!("for the items that have this value write `{path} == {value}`"))
            }
            PredicateKind::Among { path, list } => {
                let finding = finding(NONE_OF_SEVERAL).note(NO_OPPOSITE);
                let path = self.snippet(path.span);
                let questions = match &list.kind {
                    ValueKind::List(values) if !values.is_empty() => {
                        Some(values.iter().map(|value| format!("{} not in {path}", self.snippet(value.span))).collect())
                    }
                    _ => None,
                };
                if questions.is_none() {
                    return finding.help(one_each(path));
                }
                self.nested(finding, condition, questions, place)
            }
            PredicateKind::Any { .. } => finding("a filter cannot ask whether there is nothing")
                .note(NO_OPPOSITE)
                .help("name a value that the items must not have: `where \"a\" not in PATH`"),
            _ => match condition.span() {
                Some(span) => self.unsupported_question(predicate, span, place),
                None => finding("a filter cannot ask this"),
            },
        }
    }

    /// A question that is asked of the event and not of the items of a filter.
    fn unsupported_question(&self, predicate: &Predicate<'_>, span: Span, place: &FilterPlace<'_>) -> Diagnostic {
        const OF_ITEMS: &str = "MISP's filters compare what a hash path finds inside each selected item";
        let finding = |asked: &str| {
            Diagnostic::at(Code::UnsupportedCondition, span, format!("a filter cannot ask {asked}")).note(OF_ITEMS)
        };
        match &predicate.kind {
            PredicateKind::Tagged { subject, negated, all: false, tags } if subject.text != "event" => {
                let spelled = match (&tags.kind, negated) {
                    (ValueKind::Text(_), true) => format!("{} not in Tag.{{n}}.name", self.snippet(tags.span)),
                    (ValueKind::Text(_), false) => format!("{} in Tag.{{n}}.name", self.snippet(tags.span)),
                    (_, negated) => among("Tag.{n}.name", self.snippet(tags.span), *negated),
                };
                finding("`tagged`").help(format!("for the item's own tags write `{spelled}`")).unsafe_fix(span, spelled)
            }
            PredicateKind::Tagged { subject, .. } if subject.text != "event" => finding("`tagged all`")
                .help("write one filter inside the other, each for one tag: `where \"tlp:red\" in Tag.{n}.name`"),
            PredicateKind::Tagged { .. } => {
                finding("about the event's tags").help("put the step into an `if`: `if event tagged any […] { … }`")
            }
            PredicateKind::Count { path, operator, value, .. } => {
                let path = self.snippet(path.span);
                let asks_any = matches!(
                    (operator, self.snippet(value.span)),
                    (CompareOperator::Greater | CompareOperator::NotEqual, "0")
                        | (CompareOperator::GreaterOrEqual, "1")
                );
                let finding = finding("how many values there are");
                if asks_any && matches!(place, FilterPlace::Scope(_)) {
                    let spelled = format!("any {path}");
                    return finding.help(format!("write `{spelled}`")).safe_fix(span, spelled);
                }
                finding.help("ask with `if count(…)`, which counts in the whole event")
            }
            PredicateKind::Published | PredicateKind::Unpublished => {
                finding("whether the event is published").help("put the step into an `if`: `if published { … }`")
            }
            PredicateKind::Call(call) => finding(&format!("the module `{}`", call.name.text))
                .help(format!("put the step into an `if`: `if {}(…) {{ … }}`", call.name.text)),
            PredicateKind::Compare { left, operator: CompareOperator::NotIn, .. } => {
                let path = self.snippet(left.span);
                Diagnostic::at(Code::UnsupportedCondition, span, NONE_OF_SEVERAL).note(NO_OPPOSITE).help(one_each(path))
            }
            _ => {
                let finding = wording::unsupported_in_module_filter(Audience::Text).placed_at(span);
                match place {
                    FilterPlace::Module { filter, call } => {
                        let selector = self.snippet(filter.selector.span);
                        let head = format!("filter {selector} where {} {{ ", self.snippet(span));
                        finding
                            .unsafe_fix(call.part(0, 0), head)
                            .unsafe_fix(Span { start: call.end, ..filter.span }, " }")
                    }
                    FilterPlace::Scope(_) => finding,
                }
            }
        }
    }

    /// Advises to write a filter inside the other, each with one question; the edit does so.
    fn nested(
        &self,
        finding: Diagnostic,
        condition: &Condition<'_>,
        questions: Option<Vec<String>>,
        place: &FilterPlace<'_>,
    ) -> Diagnostic {
        let selector = match place {
            FilterPlace::Scope(filter) => filter.selector.span,
            FilterPlace::Module { filter, .. } => filter.selector.span,
        };
        let selector = self.snippet(selector);
        let Some((span, questions)) = condition.span().zip(questions) else { return finding };
        let heads = questions.join(&format!(" {{ filter {selector} where "));
        let ends = " }".repeat(questions.len().saturating_sub(1));
        match place {
            FilterPlace::Scope(filter) => {
                let finding = finding.help(format!(
                    "write one filter inside the other: `filter {selector} where {heads} {{ … }}{ends}`"
                ));
                let body = filter.body.span;
                // Parentheses around what is taken apart would not close any more.
                let is_plain = self.snippet(between(filter.selector.span, span)).trim() == "where"
                    && self.snippet(between(span, body)).trim().is_empty()
                    && !questions.iter().any(|question| question.contains('#'));
                if is_plain {
                    finding.safe_fix(span, heads).safe_fix(Span { start: body.end, ..body }, ends)
                } else {
                    finding
                }
            }
            FilterPlace::Module { .. } => finding.help(format!(
                "put the step into filters, one inside the other: `filter {selector} where {heads} {{ … }}{ends}`"
            )),
        }
    }

    /// `FIELD in [values]`, if questions joined with `or` look for values of one field.
    fn one_list(&self, parts: &[Condition<'_>]) -> Option<String> {
        let mut values = Vec::new();
        let mut field = None;
        for part in parts {
            let Condition::Predicate(Predicate { pin: None, kind, .. }) = part else { return None };
            let (path, value) = match kind {
                PredicateKind::Compare { left, operator: CompareOperator::Equal, right, .. }
                    if !has_wildcard(self.snippet(left.span)) =>
                {
                    (left, right)
                }
                PredicateKind::Compare { left, operator: CompareOperator::In, right, .. } => (right, left),
                PredicateKind::Among { path, list: Value { kind: ValueKind::List(items), .. } } => {
                    if *field.get_or_insert(self.snippet(path.span)) != self.snippet(path.span) {
                        return None;
                    }
                    values.extend(items.iter().map(|item| self.snippet(item.span)));
                    continue;
                }
                _ => return None,
            };
            let is_text = matches!(value.kind, ValueKind::Text(_) | ValueKind::Number(_));
            if !is_text || *field.get_or_insert(self.snippet(path.span)) != self.snippet(path.span) {
                return None;
            }
            values.push(self.snippet(value.span));
        }
        Some(among(field?, &format!("[{}]", values.join(", ")), false))
    }
}

fn one_each(path: &str) -> String {
    format!("write one filter inside the other, each for one value: `where \"a\" not in {path}`")
}

/// From the end of one place to the beginning of another, or to its end if it begins before.
fn between(first: Span, second: Span) -> Span {
    let end = if second.start >= first.end { second.start } else { second.end };
    Span { start: first.end, end: end.max(first.end), ..first }
}
