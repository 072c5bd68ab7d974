//! Questions that look like MISP's and are not: what to write instead.

use crate::base::source::Span;
use crate::diagnostics::{Code, Diagnostic};
use crate::resolve::{ConstantKind, evaluate};
use crate::syntax::tree::{CompareOperator, Predicate, PredicateKind, Value, ValueKind};
use crate::syntax::{among, has_wildcard, is_word, tested};

use super::flow::FlowChecker;

impl<'a> FlowChecker<'_, 'a> {
    /// `any PATH == …` and the like: after `any` there is only `in`.
    pub(super) fn report_any_compare(
        &mut self,
        predicate: &Predicate<'_>,
        path: &Value<'_>,
        (operator, operator_span): (CompareOperator, Span),
        value: &Value<'_>,
    ) {
        let sources = self.context.program.sources;
        let place = predicate.span;
        let [path, given] = [path.span, value.span].map(|span| sources.snippet(span));
        let is_list = matches!(value.kind, ValueKind::List(_) | ValueKind::Lines(_) | ValueKind::Concatenation(_));
        let takes_quotes = matches!(value.kind, ValueKind::Text(_) | ValueKind::Number(_));
        let question = self.question_place(predicate);
        let message = format!("`any` does not go with `{}`", operator.as_str());
        let finding = Diagnostic::at(Code::UnsupportedCondition, operator_span, message);
        let write = |finding: Diagnostic, spelled: String, is_safe: bool| {
            let finding = finding.help(format!("write `{spelled}`"));
            if is_safe { finding.safe_fix(question, spelled) } else { finding.unsafe_fix(question, spelled) }
        };
        self.report(match operator {
            CompareOperator::Equal if is_list => write(finding, among(path, given, false), false),
            // One value under the path, which is what `==` is for.
            CompareOperator::Equal if !has_wildcard(path) => write(finding, format!("{path} == {given}"), true),
            CompareOperator::Equal if takes_quotes => write(finding, among(path, &format!("[{given}]"), false), true),
            CompareOperator::Equal => write(finding, format!("{given} in {path}"), true),
            CompareOperator::NotEqual | CompareOperator::NotIn => {
                let spelled = if operator == CompareOperator::NotIn && !takes_quotes {
                    among(path, given, true)
                } else {
                    format!("{given} not in {path}")
                };
                let is_single = !has_wildcard(path);
                let finding = if is_single {
                    finding
                } else {
                    finding.note("MISP can ask whether none of the values under a hash path is one of these; it cannot ask whether some value is another one")
                };
                write(finding, spelled, is_single && operator == CompareOperator::NotIn)
            }
            CompareOperator::In => finding,
            _ => order(finding.placed_at(place), path, operator, (given, &value.kind), question),
        });
    }

    /// `PATH > …` and the like, where nothing is counted.
    pub(super) fn report_order(
        &mut self,
        predicate: &Predicate<'_>,
        path: &Value<'_>,
        (operator, operator_span): (CompareOperator, Span),
        value: &Value<'_>,
    ) {
        let sources = self.context.program.sources;
        let message = format!("MISP cannot compare values with `{}`", operator.as_str());
        let finding = Diagnostic::at(Code::UnsupportedCondition, operator_span, message);
        let [path, given] = [path.span, value.span].map(|span| sources.snippet(span));
        self.report(order(finding, path, operator, (given, &value.kind), self.question_place(predicate)));
    }

    /// Whether a hash path is between quotes before a list, which is then reported.
    pub(super) fn quoted_path(&mut self, predicate: &Predicate<'_>, list: &Value<'_>, path: &Value<'_>) -> bool {
        let (ValueKind::List(_), ValueKind::Text(text)) = (&list.kind, &path.kind) else { return false };
        let PredicateKind::Compare { operator, .. } = &predicate.kind else { return false };
        if operator.opposite_in().is_none() || !is_word(&text.content) {
            return false;
        }
        let list = self.snippet(list.span);
        let spelled = among(&text.content, list, *operator == CompareOperator::NotIn);
        self.report(
            Diagnostic::at(
                Code::WrongType,
                path.span,
                "this is a string, not a hash path, so nothing is looked up in the event",
            )
            .label("a hash path has no quotes")
            .help(format!("write `{spelled}`"))
            .unsafe_fix(self.question_place(predicate), spelled),
        );
        true
    }

    /// `any "v" in PATH`, which is then reported.
    pub(super) fn any_before_value(&mut self, predicate: &Predicate<'_>, path: &Value<'_>, list: &Value<'_>) -> bool {
        if !matches!(path.kind, ValueKind::Text(_) | ValueKind::Number(_)) || !matches!(list.kind, ValueKind::Path(_)) {
            return false;
        }
        let sources = self.context.program.sources;
        let spelled = format!("{} in {}", sources.snippet(path.span), sources.snippet(list.span));
        self.report(
            Diagnostic::at(Code::WrongType, path.span, "`any` goes before a hash path, not before a value")
                .help(format!("write `{spelled}`"))
                .safe_fix(self.question_place(predicate), spelled),
        );
        true
    }

    /// Whether a list is where one value is compared, which is then reported.
    pub(super) fn list_compared(
        &mut self,
        predicate: &Predicate<'_>,
        path: &'a Value<'a>,
        value: &'a Value<'a>,
    ) -> bool {
        let PredicateKind::Compare { operator, operator_span, .. } = &predicate.kind else { return false };
        let is_path = match &path.kind {
            ValueKind::Path(_) => true,
            ValueKind::Name(_) => matches!(evaluate(path, self).kind, ConstantKind::Word(_) | ConstantKind::Path(_)),
            _ => false,
        };
        let is_list = match &value.kind {
            ValueKind::List(_) | ValueKind::Lines(_) => true,
            ValueKind::Name(_) => matches!(evaluate(value, self).kind, ConstantKind::List(_)),
            _ => false,
        };
        if !is_path || !is_list {
            return false;
        }
        let sources = self.context.program.sources;
        let [path, list] = [path.span, value.span].map(|span| sources.snippet(span));
        let negated = matches!(operator, CompareOperator::NotIn | CompareOperator::NotEqual);
        let spelled = among(path, list, negated);
        self.report(
            Diagnostic::at(
                Code::WrongType,
                value.span,
                format!("`{}` compares with one value, and this is a list", operator.as_str()),
            )
            .also(*operator_span, "this comparison")
            .help(format!("to look for several values write `{spelled}`"))
            .unsafe_fix(self.question_place(predicate), spelled),
        );
        true
    }

    /// The place of a question without its pin.
    fn question_place(&self, predicate: &Predicate<'_>) -> Span {
        let Some(pin) = &predicate.pin else { return predicate.span };
        let behind = Span { start: pin.span.end, ..predicate.span };
        let text = self.snippet(behind);
        behind.part(text.len() - text.trim_start().len(), text.len())
    }
}

/// What MISP knows of order.
fn order(
    finding: Diagnostic,
    path: &str,
    operator: CompareOperator,
    (given, kind): (&str, &ValueKind<'_>),
    question: Span,
) -> Diagnostic {
    let finding = finding.note("only IF :: Count knows order: it compares how many values a hash path finds");
    // The length of a list, as other languages ask for it.
    let of_length = [".length", ".count", ".size"].iter().find_map(|ending| path.strip_suffix(ending));
    if let Some(list) = of_length.filter(|_| matches!(kind, ValueKind::Number(_))) {
        let spelled = format!("count({list}.{{n}}) {} {given}", operator.as_str());
        return finding.help(format!("write `{spelled}`")).unsafe_fix(question, spelled);
    }
    let test = matches!(kind, ValueKind::Number(_)).then(|| tested(path, &format!("{}{given}", operator.as_str())));
    match test.flatten() {
        Some(spelled) => finding
            .help(format!("to compare the value itself test inside the hash path: `{spelled}`"))
            .unsafe_fix(question, spelled),
        None => {
            finding.help("write `count(PATH) > 50`, or test inside the hash path: `any Event.Attribute.{n}[id>50]`")
        }
    }
}
