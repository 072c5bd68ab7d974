//! Conditions: which module asks each question, with which parameters.

use std::borrow::Cow;

use crate::base::source::Span;
use crate::catalogue::module_ids;
use crate::diagnostics::{Audience, Code, Diagnostic};
use crate::model::{ModuleType, ParamText, ParamValue};
use crate::resolve::{Constant, ConstantKind, ValueType, evaluate};
use crate::schema::{Reader, swapped};
use crate::syntax::tree::{Call, CompareOperator, Condition, Name, Pin, Predicate, PredicateKind, Value, ValueKind};
use crate::typing::Start;
use crate::wording;

use super::call::Params;
use super::checked::{CheckedCondition, NodeTemplate};
use super::flow::FlowChecker;
use super::hash_path::{WrittenPath, WrittenValue};

/// A comparison of something under a hash path, as generic-if and the filters know it.
#[derive(Clone, Debug)]
pub struct Comparison<'a> {
    /// MISP's name of the operator.
    pub operator: &'static str,
    /// The hash path.
    pub path: Cow<'a, str>,
    /// The value it is compared with; for the operators that take one.
    pub value: Option<ParamText<'a>>,
    /// The values it is compared with; for `in_or`.
    pub list: Option<ParamValue<'a>>,
    /// Whether the opposite is meant.
    pub negated: bool,
}

impl Comparison<'_> {
    /// The same comparison with one value, where a list holds no more than one.
    pub fn with_one_value(mut self) -> Self {
        if let Some(ParamValue::List(items)) = &mut self.list
            && let [ParamValue::Text(_)] = items.as_slice()
            && let Some(ParamValue::Text(only)) = items.pop()
        {
            self.operator = if self.negated { "not_in" } else { "in" };
            self.value = Some(only);
            self.list = None;
            self.negated = false;
        }
        self
    }
}

/// The side of a comparison that is a hash path.
struct PathOperand<'a> {
    text: Cow<'a, str>,
    /// What there is to know of it; `None` if it is malformed, or not known yet.
    written: Option<WrittenPath>,
}

impl<'a> FlowChecker<'_, 'a> {
    pub(super) fn condition(&mut self, condition: &'a Condition<'a>) -> CheckedCondition<'a> {
        match condition {
            Condition::And(parts) => CheckedCondition::And(parts.iter().map(|part| self.condition(part)).collect()),
            Condition::Or(parts) => CheckedCondition::Or(parts.iter().map(|part| self.condition(part)).collect()),
            Condition::Not { times, inner, .. } => {
                let inner = self.condition(inner);
                if times % 2 == 0 { inner } else { CheckedCondition::Not(Box::new(inner)) }
            }
            Condition::Predicate(predicate) => match self.at(predicate.span, |checker| checker.predicate(predicate)) {
                Some((node, false)) => CheckedCondition::Test(Box::new(node)),
                Some((node, true)) => CheckedCondition::Not(Box::new(CheckedCondition::Test(Box::new(node)))),
                None => CheckedCondition::Unknown,
            },
        }
    }

    /// The IF node that asks the question, and whether the opposite of its answer is meant.
    fn predicate(&mut self, predicate: &'a Predicate<'a>) -> Option<(NodeTemplate<'a>, bool)> {
        let pin = predicate.pin.as_ref();
        let node = match &predicate.kind {
            PredicateKind::Call(call) => self.condition_call(call, pin),
            PredicateKind::Tagged { subject, negated, all, tags } => {
                self.tagged(predicate, *subject, (*negated, *all), tags)
            }
            PredicateKind::Compare { .. }
            | PredicateKind::Any { .. }
            | PredicateKind::Among { .. }
            | PredicateKind::AnyCompare { .. } => {
                let signature =
                    self.context.implied(self.file, module_ids::GENERIC_IF, predicate.span, self.diagnostics);
                let comparison = self.comparison(predicate, Start::Root)?;
                let negated = comparison.negated;
                let params = comparison_params(comparison, Vec::new());
                return Some((self.spelled_node(signature?, params, pin, predicate.span), negated));
            }
            PredicateKind::Count { path, operator, operator_span, value } => {
                let signature = self.context.implied(self.file, module_ids::COUNT_IF, predicate.span, self.diagnostics);
                let params = self.count(path, *operator, *operator_span, value)?;
                Some(self.spelled_node(signature?, params, pin, predicate.span))
            }
            PredicateKind::Published | PredicateKind::Unpublished => {
                let published = matches!(predicate.kind, PredicateKind::Published);
                let signature =
                    self.context.implied(self.file, module_ids::PUBLISHED_IF, predicate.span, self.diagnostics)?;
                let operator = if published { "equals" } else { "not_equals" };
                let params = vec![(Cow::Borrowed("condition"), ParamValue::text(operator))];
                Some(self.spelled_node(signature, params, pin, predicate.span))
            }
        };
        Some((node?, false))
    }

    fn condition_call(&mut self, call: &'a Call<'a>, pin: Option<&'a Pin<'a>>) -> Option<NodeTemplate<'a>> {
        let kinds = [ModuleType::Logic, ModuleType::Action];
        let signature = self.context.module(self.file, call.name, &kinds, self.diagnostics)?;
        if !signature.is_condition() {
            self.report(
                Diagnostic::at(
                    Code::MisplacedModule,
                    call.name.span,
                    format!("`{}` answers no question", call.name.text),
                )
                .label("a condition needs a logic module with two outputs")
                .help(format!("write `{}(…)` as a step of its own", call.name.text)),
            );
            return None;
        }
        Some(self.node(signature, call, pin, None))
    }

    fn tagged(
        &mut self,
        predicate: &'a Predicate<'a>,
        subject: Name<'a>,
        (negated, all): (bool, bool),
        tags: &'a Value<'a>,
    ) -> Option<NodeTemplate<'a>> {
        let signature = self.context.implied(self.file, module_ids::TAG_IF, predicate.span, self.diagnostics)?;
        let condition = match (negated, all) {
            (false, false) => "in_or",
            (false, true) => "in_and",
            (true, false) => "not_in_or",
            (true, true) => "not_in_and",
        };
        let parameter = signature.parameter("tags")?;
        let tags = evaluate(tags, self);
        let tags = self.parameter_value(signature, parameter, &tags)?;
        if tags.is_empty() {
            self.report(wording::no_tag().placed_at(predicate.span));
        }
        let params = vec![
            (Cow::Borrowed("scope"), ParamValue::text(subject.text)),
            (Cow::Borrowed("condition"), ParamValue::text(condition)),
            (Cow::Borrowed("tags"), tags),
            (Cow::Borrowed("clusters"), ParamValue::List(Vec::new())),
        ];
        Some(self.spelled_node(signature, params, predicate.pin.as_ref(), predicate.span))
    }

    fn count(
        &mut self,
        path: &'a Value<'a>,
        operator: CompareOperator,
        operator_span: Span,
        value: &'a Value<'a>,
    ) -> Option<Params<'a>> {
        let operator = match operator {
            CompareOperator::Equal => "equals",
            CompareOperator::NotEqual => "not_equals",
            CompareOperator::Greater => "greater",
            CompareOperator::GreaterOrEqual => "greater_equals",
            CompareOperator::Less => "less",
            CompareOperator::LessOrEqual => "less_equals",
            CompareOperator::In | CompareOperator::NotIn => {
                self.report(
                    Diagnostic::at(Code::UnsupportedCondition, operator_span, "a count is compared with one number")
                        .help("use `==`, `!=`, `>`, `>=`, `<` or `<=`"),
                );
                return None;
            }
        };
        let path = self.path_operand(path, Start::Root);
        let number = evaluate(value, self);
        let number = match number.kind {
            ConstantKind::Number(digits) => ParamText::from(Cow::Borrowed(digits)),
            ConstantKind::Text(text) if text.as_plain().is_none_or(|plain| plain.trim().parse::<f64>().is_ok()) => text,
            ConstantKind::Parameter(ValueType::Number) => ParamText::default(),
            ConstantKind::Unknown => return None,
            other => {
                let finding = wording::not_a_count(other.describe(), Audience::Text);
                self.report(finding.placed_at(number.span));
                return None;
            }
        };
        Some(vec![
            (Cow::Borrowed("selector"), ParamValue::text(path?.text)),
            (Cow::Borrowed("operator"), ParamValue::text(operator)),
            (Cow::Borrowed("value"), ParamValue::Text(number)),
        ])
    }

    /// What a comparison or `any` asks of what lies under a path that begins at `start`.
    pub(super) fn comparison(&mut self, predicate: &'a Predicate<'a>, start: Start<'_>) -> Option<Comparison<'a>> {
        match &predicate.kind {
            PredicateKind::Compare { left, operator, operator_span, right } => {
                if operator.opposite_in().is_some() && self.names_list(left, right) {
                    let among = self.among(left, right, start)?;
                    return Some(Comparison { negated: *operator == CompareOperator::NotIn, ..among });
                }
                let (path, value, operator) = match operator {
                    CompareOperator::In => (right, left, "in"),
                    CompareOperator::NotIn => (right, left, "not_in"),
                    CompareOperator::Equal => (left, right, "equals"),
                    CompareOperator::NotEqual => (left, right, "not_equals"),
                    _ => {
                        self.report_order(predicate, left, (*operator, *operator_span), right);
                        return None;
                    }
                };
                if self.sides_swapped(path, value, *operator_span)
                    || self.field_swapped(path, value, start)
                    || self.list_compared(predicate, path, value)
                    || self.quoted_path(predicate, path, value)
                {
                    return None;
                }
                let path = self.path_operand(path, start);
                let value = self.text_operand(value);
                let (path, (value, span)) = (path?, value?);
                self.check_comparison(start, operator, &path, &[(value.as_plain(), span)]);
                Some(Comparison { operator, path: path.text, value: Some(value), list: None, negated: false })
            }
            PredicateKind::Any { path } => Some(Comparison {
                operator: "any_value",
                path: self.path_operand(path, start)?.text,
                value: None,
                list: None,
                negated: false,
            }),
            PredicateKind::Among { path, list } if self.any_before_value(predicate, path, list) => None,
            PredicateKind::Among { path, list } => self.among(path, list, start),
            PredicateKind::AnyCompare { path, operator, operator_span, value } => {
                self.report_any_compare(predicate, path, (*operator, *operator_span), value);
                None
            }
            _ => None,
        }
    }

    /// Whether one of the values under a path is in a list.
    fn among(&mut self, path: &'a Value<'a>, list: &'a Value<'a>, start: Start<'_>) -> Option<Comparison<'a>> {
        let path = self.path_operand(path, start);
        let list = self.list_operand(list);
        let (path, (values, spans)) = (path?, list?);
        let known: Vec<_> = values.iter().map(plain).zip(spans).collect();
        self.check_comparison(start, "in_or", &path, &known);
        let list = Some(ParamValue::List(values));
        Some(Comparison { operator: "in_or", path: path.text, value: None, list, negated: false })
    }

    /// Whether of two bare names the second one is a list, so that the first one is a hash path.
    fn names_list(&mut self, left: &'a Value<'a>, right: &'a Value<'a>) -> bool {
        let are_names = matches!((&left.kind, &right.kind), (ValueKind::Name(_), ValueKind::Name(_)));
        let is_list = |kind| matches!(kind, ConstantKind::List(_) | ConstantKind::Parameter(ValueType::List));
        are_names && is_list(evaluate(right, self).kind)
    }

    fn check_comparison(
        &mut self,
        start: Start<'_>,
        operator: &str,
        path: &PathOperand<'a>,
        values: &[WrittenValue<'_>],
    ) {
        let reader = match start {
            Start::Root => Reader::GenericIf,
            Start::Items(_) => Reader::Filter,
        };
        if let Some(written) = &path.written {
            self.check_written_question(reader, operator, written, values);
        }
    }

    /// Whether the hash path and the value are swapped, which is
    /// then reported.
    fn sides_swapped(&mut self, path: &'a Value<'a>, value: &'a Value<'a>, operator: Span) -> bool {
        let is_path = match &value.kind {
            ValueKind::Path(_) => true,
            // A bare word that is not a constant.
            ValueKind::Name(_) => matches!(evaluate(value, self).kind, ConstantKind::Word(_)),
            _ => false,
        };
        if !is_path || !matches!(path.kind, ValueKind::Text(_) | ValueKind::Number(_)) {
            return false;
        }
        let sources = self.context.program.sources;
        let [path_text, value_text, operator_text] =
            [path.span, value.span, operator].map(|span| sources.snippet(span));
        let whole = path.span.to(value.span);
        let (left, right) =
            if path.span.start < value.span.start { (value_text, path_text) } else { (path_text, value_text) };
        self.report(
            Diagnostic::at(
                Code::WrongType,
                whole,
                format!("the two sides of `{operator_text}` are the wrong way round"),
            )
            .note("MISP looks up a hash path and compares what it yields with a fixed value")
            .help(format!("write `{left} {operator_text} {right}`"))
            .unsafe_fix(whole, format!("{left} {operator_text} {right}")),
        );
        true
    }

    /// Whether field and value are swapped, which is then reported.
    fn field_swapped(&mut self, path: &'a Value<'a>, value: &'a Value<'a>, start: Start<'_>) -> bool {
        let (ValueKind::Name(word) | ValueKind::Path(word), ValueKind::Text(_)) = (&path.kind, &value.kind) else {
            return false;
        };
        if matches!(start, Start::Root) || self.context.scopes[self.file].constants.contains_key(word) {
            return false;
        }
        let sources = self.context.program.sources;
        let Some(field) = swapped(word, sources.snippet(value.span).trim_matches('"')) else { return false };
        self.report(
            wording::field_and_value_swapped(field, word)
                .placed_at(path.span.to(value.span))
                .help(format!("compare `{field}` with `\"{word}\"`"))
                .unsafe_fix(path.span, field)
                .unsafe_fix(value.span, format!("\"{word}\"")),
        );
        true
    }

    /// The side of a comparison that is a hash path, which begins at `start`.
    fn path_operand(&mut self, value: &'a Value<'a>, start: Start<'_>) -> Option<PathOperand<'a>> {
        let constant = evaluate(value, self);
        match constant.kind {
            ConstantKind::Path(path) | ConstantKind::Word(path) => {
                let written = self.check_path(path, constant.span, start);
                Some(PathOperand { text: Cow::Borrowed(path), written })
            }
            ConstantKind::Parameter(ValueType::Path) => Some(PathOperand { text: Cow::Borrowed(""), written: None }),
            ConstantKind::Unknown => None,
            other => {
                let shown = match &other {
                    ConstantKind::Text(text) => text.as_plain().map(str::to_owned),
                    _ => None,
                };
                let diagnostic = Diagnostic::at(
                    Code::WrongType,
                    constant.span,
                    format!("a hash path is wanted here, not {}", other.describe()),
                );
                self.report(match shown {
                    Some(text) if crate::hashpath::check_syntax(&text).is_ok() && text.contains('.') => diagnostic
                        .help(format!("write the hash path without quotes: `{text}`"))
                        .unsafe_fix(constant.span, text),
                    _ => diagnostic
                        .help("the value is on the left of `in`, the hash path on the right; with `==` and `!=` the hash path is on the left"),
                });
                None
            }
        }
    }

    /// The side of a comparison that is a value.
    fn text_operand(&mut self, value: &'a Value<'a>) -> Option<(ParamText<'a>, Span)> {
        let constant = evaluate(value, self);
        let text = match constant.kind {
            ConstantKind::Text(text) => text,
            ConstantKind::Number(digits) => Cow::Borrowed(digits).into(),
            // PHP's loose `==` takes these for the booleans, as it takes no word.
            ConstantKind::Boolean(boolean) => Cow::Borrowed(if boolean { "1" } else { "0" }).into(),
            ConstantKind::Parameter(ValueType::String | ValueType::Number | ValueType::Boolean) => ParamText::default(),
            ConstantKind::Unknown => return None,
            ConstantKind::Word(word) => {
                self.unknown_word(word, constant.span, None);
                return None;
            }
            other => {
                let diagnostic = Diagnostic::at(
                    Code::WrongType,
                    constant.span,
                    format!("a value is wanted here, not {}", other.describe()),
                );
                self.report(match other {
                    ConstantKind::List(_) => diagnostic
                        .help("to look for several values put the list on the right: `PATH in [\"a\", \"b\"]`"),
                    ConstantKind::Path(_) => diagnostic
                        .note("MISP compares what a hash path yields with a fixed value, not with another hash path")
                        .help("write the value in double quotes"),
                    _ => diagnostic.help("write a string, a number or a boolean"),
                });
                return None;
            }
        };
        Some((text, constant.span))
    }

    /// The values of a list, and where each is written.
    fn list_operand(&mut self, value: &'a Value<'a>) -> Option<(Vec<ParamValue<'a>>, Vec<Span>)> {
        let constant = evaluate(value, self);
        let span = constant.span;
        let items = match constant.kind {
            ConstantKind::List(items) => items,
            ConstantKind::Parameter(ValueType::List) => return Some((Vec::new(), Vec::new())),
            ConstantKind::Unknown => return None,
            kind @ (ConstantKind::Text(_) | ConstantKind::Number(_)) => vec![Constant { kind, span }],
            other => {
                self.report(
                    Diagnostic::at(Code::WrongType, span, format!("a list is wanted here, not {}", other.describe()))
                        .help("write `PATH in [\"a\", \"b\"]`"),
                );
                return None;
            }
        };
        if items.is_empty() {
            self.report(wording::empty_list(Audience::Text).placed_at(span));
        }
        let mut values = Vec::with_capacity(items.len());
        let spans = items.iter().map(|item| item.span).collect();
        for item in items {
            match item.kind {
                ConstantKind::Text(text) => values.push(ParamValue::Text(text)),
                ConstantKind::Number(digits) => values.push(ParamValue::text(digits)),
                ConstantKind::Parameter(_) | ConstantKind::Unknown => {}
                ConstantKind::Word(word) => self.unknown_word(word, item.span, None),
                other => self.report(
                    Diagnostic::at(
                        Code::WrongType,
                        item.span,
                        format!("a list entry must be a string, not {}", other.describe()),
                    )
                    .help("write the value in double quotes"),
                ),
            }
        }
        Some((values, spans))
    }
}

fn plain<'v>(value: &'v ParamValue<'_>) -> Option<&'v str> {
    match value {
        ParamValue::Text(text) => text.as_plain(),
        _ => None,
    }
}

/// The parameters of generic-if, or of generic-filter-data after its `head`, in the editor's order.
pub fn comparison_params<'a>(comparison: Comparison<'a>, mut head: Params<'a>) -> Params<'a> {
    if let Some(value) = comparison.value {
        head.push((Cow::Borrowed("value"), ParamValue::Text(value)));
    }
    head.push((Cow::Borrowed("value_list"), comparison.list.unwrap_or(ParamValue::List(Vec::new()))));
    head.push((Cow::Borrowed("operator"), ParamValue::text(comparison.operator)));
    head.push((Cow::Borrowed("hash_path"), ParamValue::text(comparison.path)));
    head
}
