//! Numbers outside of what a module takes.

use super::facts::Facts;
use crate::catalogue::module_ids;
use crate::diagnostics::{Code, Diagnostic};
use crate::model::ParamValue;

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    for &node in facts.nodes_of(module_ids::ADD_ANALYST_DATA) {
        if facts.text(node, "analyst_data_type") != Some("Opinion") {
            continue;
        }
        let opinion = match facts.value(node, "opinion") {
            Some(ParamValue::Text(text)) => text.as_plain().unwrap_or_default().to_owned(),
            Some(ParamValue::Number(number)) => number.to_string(),
            _ => continue,
        };
        if opinion.is_empty() || opinion.trim().parse().is_ok_and(|number: f64| (0.0..=100.0).contains(&number)) {
            continue;
        }
        diagnostics.push(
            facts
                .finding_in(
                    Code::ValueOutOfRange,
                    (node, &opinion),
                    format!("`{}` is not an opinion: that is a number from 0 to 100", opinion.replace('`', "'")),
                    "out of range",
                )
                .note("0 means to disagree strongly, 50 to be neutral, and 100 to agree strongly")
                .help("write a number from 0 to 100"),
        );
    }
}
