//! `given any event where …`: every event that the trigger can pass, or those that answer a question.

use std::borrow::Cow;

use crate::base::source::Span;
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};
use crate::model::{Graph, ModuleType, Node, ParamValue};
use crate::schema::{Root, Typer};
use crate::syntax::tree::{Condition, Pin, Workflow};

use super::checked::{CheckedCondition, CheckedFlow, CheckedStep, CheckedStepKind, NodeTemplate};
use super::checked_test::{AnyEvent, Given, GivenKind};
use super::flow::FlowChecker;

impl<'a> FlowChecker<'_, 'a> {
    /// Every event that the trigger of a workflow can pass, as far as a condition means it. `None` where an error was
    /// reported, here or in the workflow.
    pub(super) fn any_event(
        &mut self,
        condition: Option<&'a Condition<'a>>,
        workflow: &'a Workflow<'a>,
        graph: Option<&Graph<'a>>,
        span: Span,
    ) -> Option<Given<'a>> {
        let graph = graph?;
        let Some(condition) = condition else { return Some(Given { kind: GivenKind::Any(AnyEvent::Every), span }) };
        let signature = self.context.signature(self.file, workflow.trigger.name.text)?;
        if let Some(pin) = pin(condition) {
            let finding =
                Diagnostic::at(Code::InvalidPin, pin.span, "the condition of a test is not a node of the workflow");
            self.report(finding.help("remove the pin"));
            return None;
        }
        self.typer = Typer::new(Root::of_trigger(signature));
        let before = self.diagnostics.iter().filter(|finding| finding.is_error()).count();
        let condition = self.condition(condition);
        self.typer = Typer::new(Root::OPEN);
        if self.diagnostics.iter().filter(|finding| finding.is_error()).count() > before {
            return None;
        }
        let trigger = graph.nodes.iter().find(|node| node.module_type == ModuleType::Trigger)?;
        let trigger = Node { outputs: vec![Vec::new()], position: None, origin: None, ..trigger.clone() };
        let stop = self.context.implied(self.file, module_ids::STOP_EXECUTION, span, self.diagnostics)?;
        let params = vec![(Cow::Borrowed("message"), ParamValue::text("it is meant"))];
        let stop = self.implied_node(stop, params, None, span);
        Some(Given { kind: GivenKind::Any(AnyEvent::Where(Box::new(asking(trigger, condition, stop, span)))), span })
    }
}

/// Steps that stop where a condition holds.
fn asking<'a>(
    trigger: Node<'a>,
    condition: CheckedCondition<'a>,
    stop: NodeTemplate<'a>,
    span: Span,
) -> CheckedFlow<'a> {
    let place = |kind| CheckedStep { label: None, kind, span };
    let stops = vec![place(CheckedStepKind::Node(Box::new(stop)))];
    CheckedFlow {
        trigger: Some(NodeTemplate { node: trigger, pinned_id: None, span }),
        steps: vec![place(CheckedStepKind::If { arms: vec![(condition, stops)], otherwise: Vec::new() })],
    }
}

/// The first pin in a condition.
fn pin<'t, 'a>(condition: &'t Condition<'a>) -> Option<&'t Pin<'a>> {
    match condition {
        Condition::And(parts) | Condition::Or(parts) => parts.iter().find_map(pin),
        Condition::Not { inner, .. } => pin(inner),
        Condition::Predicate(predicate) => predicate.pin.as_ref(),
    }
}
