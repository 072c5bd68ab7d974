//! One node.

use std::borrow::Cow;
use std::ops::Range;

use crate::catalogue::Signature;
use crate::diagnostics::{Audience, Diagnostic, Severity};
use crate::model::{Node, ParamValue};
use crate::resolve::Budget;
use crate::schema::Typer;
use crate::typing::Positions;
use crate::wording;

use super::found::{Part, TypeFinding};

/// Checks a node.
pub(super) struct NodeChecker<'t, 'g> {
    pub(super) index: usize,
    pub(super) node: &'g Node<'g>,
    pub(super) signature: &'g Signature,
    /// What is known of the data that the node gets.
    pub(super) typer: Typer<'static>,
    pub(super) budget: &'t Budget,
    pub(super) findings: &'t mut Vec<TypeFinding<'g>>,
}

/// What a parameter has.
pub(super) struct Given<'g> {
    /// The value that counts in a run: the node's own, or else the module's default.
    pub(super) value: Option<Cow<'g, ParamValue<'g>>>,
    /// The node's own value.
    pub(super) own: Option<&'g ParamValue<'g>>,
}

impl<'g> NodeChecker<'_, 'g> {
    pub(super) fn check(mut self) {
        if self.signature.module_type != self.node.module_type {
            let kinds = (self.signature.module_type, self.node.module_type);
            self.report(Part::Node(self.index), wording::wrong_kind_of_module(&self.node.module, kinds));
            return;
        }
        let values = self.values();
        let hidden = self.check_presence(&values);
        self.check_values(&values, &hidden);
        self.check_paths(&values);
        self.check_filter();
    }

    /// What each parameter of the module has. Parameters that the module does not know are reported.
    fn values(&mut self) -> Vec<Given<'g>> {
        let signature = self.signature;
        let mut own: Vec<Option<&'g ParamValue<'g>>> = vec![None; signature.parameters.len()];
        let known = Positions::new(signature, self.node.params.len());
        for (name, value) in &self.node.params {
            match known.of(name) {
                Some(index) => own[index] = Some(value),
                // The editor leaves such ones after, and nothing is lost with them.
                None if value.is_empty() => {}
                None => {
                    let worth_while = self.budget.take_suggestion();
                    let (finding, _) = wording::unknown_parameter(signature, name, worth_while, Audience::Editor);
                    self.warn(Part::Parameter(self.index, name), finding);
                }
            }
        }
        let values = signature.parameters.iter().zip(own);
        values
            .map(|(parameter, own)| {
                let given = own.filter(|value| !matches!(value, ParamValue::Null)).map(Cow::Borrowed);
                Given { value: given.or_else(|| parameter.editor_default().map(Cow::Owned)), own }
            })
            .collect()
    }

    pub(super) fn parameter(&self, id: &'g str) -> Part<'g> {
        Part::Parameter(self.index, id)
    }

    pub(super) fn report(&mut self, part: Part<'g>, finding: Diagnostic) {
        self.findings.push(TypeFinding { finding, part, within: None });
    }

    /// Reports something about these bytes of a text.
    pub(super) fn report_within(&mut self, part: Part<'g>, text: &'g str, at: Range<usize>, finding: Diagnostic) {
        self.findings.push(TypeFinding { finding, part, within: Some((text, at)) });
    }

    /// Reports as a warning at most what the catalogue may just not know of the server.
    pub(super) fn warn(&mut self, part: Part<'g>, mut finding: Diagnostic) {
        finding.severity = finding.severity.min(Severity::Warning);
        self.report(part, finding);
    }
}
