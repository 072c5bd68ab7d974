//! Module filters (`for … where …`) and filter scopes.

use std::borrow::Cow;

use crate::base::source::Span;
use crate::catalogue::{Signature, module_ids};
use crate::condition::Operator;
use crate::diagnostics::{Audience, Code, Diagnostic};
use crate::model::{FILTER_LABEL, FILTER_LABELS, ParamValue, SavedFilter};
use crate::resolve::{ConstantKind, ValueType, evaluate};
use crate::schema::{Reader, swapped};
use crate::syntax::tree::{Argument, FilterStep, ModuleFilter, Step, Value, ValueKind};
use crate::typing::{Items, PathChecker, Start};
use crate::wording;

use super::checked::NodeTemplate;
use super::condition::{Comparison, comparison_params};
use super::filter_condition::FilterPlace;
use super::flow::FlowChecker;

impl<'a> FlowChecker<'_, 'a> {
    /// The node that puts a filter on.
    pub(super) fn filter_on(&mut self, step: &'a Step<'a>, filter: &'a FilterStep<'a>) -> Option<NodeTemplate<'a>> {
        let condition = filter.condition.span().unwrap_or(filter.selector.span);
        let head = filter.selector.span.to(condition).to(step.span.part(0, 6));
        let signature = self.context.implied(self.file, module_ids::GENERIC_FILTER_DATA, head, self.diagnostics);
        if let Some(label) = filter.label
            && !FILTER_LABELS.contains(&label.text)
        {
            self.report(
                Diagnostic::at(Code::UnknownOption, label.span, format!("`{}` is not a filter label", label.text))
                    .note("MISP identifies the filters of a run by one of six labels")
                    .help("leave the label out; where something needs one, the labels are `A` to `F`"),
            );
        }
        let (selector, items) = self.selector(&filter.selector);
        let comparison = self.filter_comparison(&filter.condition, &items, &FilterPlace::Scope(filter));
        let params = vec![
            (Cow::Borrowed(FILTER_LABEL), ParamValue::text(filter.label.map_or("", |label| label.text))),
            (Cow::Borrowed("selector"), ParamValue::text(selector?)),
        ];
        let params = comparison_params(comparison?, params);
        Some(self.spelled_node(signature?, params, step.pin.as_ref(), head))
    }

    /// The node that takes all filters off.
    pub(super) fn filter_off(&mut self, step: &'a Step<'a>, filter: &'a FilterStep<'a>) -> Option<NodeTemplate<'a>> {
        let end = filter.body.span.end;
        let brace = Span { start: end.saturating_sub(1).max(step.span.start), end, ..step.span };
        // Where there are no filters at all, that has been said of the filter's beginning.
        let signature = match self.context.signature(self.file, module_ids::GENERIC_FILTER_DATA) {
            Some(_) => self.context.implied(self.file, module_ids::GENERIC_FILTER_RESET, brace, self.diagnostics)?,
            None => self.context.signature(self.file, module_ids::GENERIC_FILTER_RESET)?,
        };
        let params = vec![(Cow::Borrowed(FILTER_LABEL), ParamValue::text("all"))];
        Some(self.spelled_node(signature, params, filter.reset.as_ref().and_then(|reset| reset.pin.as_ref()), brace))
    }

    /// `for SELECTOR where COND`
    pub(super) fn module_filter(
        &mut self,
        signature: &Signature,
        filter: &'a ModuleFilter<'a>,
        call: Span,
    ) -> Option<SavedFilter<'a>> {
        if !signature.supports_filters {
            let finding = wording::filter_not_supported(signature, Audience::Text);
            self.report(finding.placed_at(filter.span));
        }
        let (selector, items) = self.selector(&filter.selector);
        let place = FilterPlace::Module { filter, call };
        let Comparison { operator, path, value, .. } = self.filter_comparison(&filter.condition, &items, &place)?;
        let Some(value) = value else {
            self.report(self.unsupported(&filter.condition, &place));
            return None;
        };
        Some(SavedFilter { selector: Cow::Borrowed(selector?), value, operator: Cow::Borrowed(operator), path })
    }

    /// `filters: { … }` of a call, which is checked as in MISP's JSON.
    pub(super) fn typed_filter(&mut self, signature: &Signature, argument: &'a Argument<'a>) -> SavedFilter<'a> {
        let filter = self.raw_filter(argument);
        if !filter.is_active() {
            return filter;
        }
        let place = |name: &str| match &argument.value.kind {
            ValueKind::Object(entries) => entries
                .iter()
                .find(|entry| entry.name.text == name)
                .map_or(argument.value.span, |entry| entry.value.span),
            _ => argument.value.span,
        };
        if !signature.supports_filters {
            self.report(wording::filter_not_supported(signature, Audience::Text).placed_at(argument.span));
            return filter;
        }
        match Operator::from_name(&filter.operator) {
            // The lint about half filters says what is missing.
            None if filter.operator.is_empty() => {}
            None => self.report(wording::unknown_filter_operator(&filter.operator).placed_at(place("operator"))),
            Some(operator) if operator.compares_with_list() => {
                self.report(wording::unsupported_in_module_filter(Audience::Text).placed_at(place("operator")));
            }
            Some(_) => {}
        }
        let mut items = Items::open();
        if !filter.selector.is_empty()
            && let Some(selector) = self.check_path_value(&filter.selector, place("selector"), Start::Root)
        {
            self.check_items(&selector);
            items = selector.found.items();
        }
        // The lint of the graph says what is wrong then: the path is a value, so looking for it would mislead.
        let is_swapped = filter.value.as_plain().is_some_and(|value| swapped(&filter.path, value).is_some());
        if !filter.path.is_empty()
            && !is_swapped
            && let Some(path) = self.check_path_value(&filter.path, place("path"), Start::Items(&items))
            && let Some(value) = filter.value.as_plain()
        {
            self.check_written_question(Reader::Filter, &filter.operator, &path, &[(Some(value), place("value"))]);
        }
        filter
    }

    /// `filters: { selector: "", value: "", operator: "", path: "" }`
    pub(super) fn raw_filter(&mut self, argument: &'a Argument<'a>) -> SavedFilter<'a> {
        let mut saved = SavedFilter::default();
        let constant = evaluate(&argument.value, self);
        let ConstantKind::Object(entries) = constant.kind else {
            self.report(
                Diagnostic::at(Code::WrongType, constant.span, format!("a module filter is an object, not {}", constant.kind.describe()))
                    .help("write `for SELECTOR where COND` after the call, or `filters: { selector: …, value: …, operator: …, path: … }`"),
            );
            return saved;
        };
        for (name, value) in entries {
            let text = match value.kind {
                ConstantKind::Text(text) => text,
                ConstantKind::Path(path) | ConstantKind::Word(path) | ConstantKind::Number(path) => {
                    Cow::Borrowed(path).into()
                }
                ConstantKind::Parameter(_) | ConstantKind::Unknown => continue,
                other => {
                    self.report(Diagnostic::at(
                        Code::WrongType,
                        value.span,
                        format!("`{}` takes text, not {}", name.text, other.describe()),
                    ));
                    continue;
                }
            };
            let plain = |text: crate::model::ParamText<'a>| match text {
                crate::model::ParamText::Plain(text) => Some(text),
                crate::model::ParamText::Parts(_) => None,
            };
            let target = match name.text {
                "selector" => &mut saved.selector,
                "operator" => &mut saved.operator,
                "path" => &mut saved.path,
                "value" => {
                    saved.value = text;
                    continue;
                }
                other => {
                    let suggestion = crate::base::suggest::closest(other, ["selector", "value", "operator", "path"]);
                    self.report(
                        Diagnostic::at(Code::UnknownField, name.span, format!("a module filter has no `{other}`"))
                            .maybe_help(suggestion.map(|name| format!("did you mean `{name}`?")))
                            .help("it has `selector`, `value`, `operator` and `path`"),
                    );
                    continue;
                }
            };
            match plain(text) {
                Some(text) => *target = text,
                None => self.report(
                    Diagnostic::at(Code::WrongType, value.span, format!("`{}` must be written out", name.text))
                        .help("only `value` can come from the environment"),
                ),
            }
        }
        saved
    }

    /// The hash path of the items that a filter goes over, and what is known of them.
    fn selector(&mut self, value: &'a Value<'a>) -> (Option<&'a str>, Items) {
        let constant = evaluate(value, self);
        match constant.kind {
            ConstantKind::Path(path) | ConstantKind::Word(path) => {
                let Some(written) = self.check_path(path, constant.span, Start::Root) else {
                    return (Some(path), Items::open());
                };
                self.check_items(&written);
                (Some(path), written.found.items())
            }
            ConstantKind::Parameter(ValueType::Path) => (Some(""), Items::open()),
            ConstantKind::Unknown => (None, Items::open()),
            other => {
                self.report(
                    Diagnostic::at(
                        Code::WrongType,
                        constant.span,
                        format!("a filter goes over a hash path, not over {}", other.describe()),
                    )
                    .help("name the items without quotes, for example `Event._AttributeFlattened.{n}`"),
                );
                (None, Items::open())
            }
        }
    }
}
