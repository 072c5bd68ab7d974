//! Counts compared with a number that decides the answer, whatever is counted.

use super::facts::Facts;
use crate::catalogue::module_ids;
use crate::condition::CountOperator;
use crate::diagnostics::{Code, Diagnostic};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    for &node in facts.nodes_of(module_ids::COUNT_IF) {
        let operator = facts.text(node, "operator").and_then(CountOperator::from_name);
        let number = facts.text(node, "value").and_then(|value| value.trim().parse::<f64>().ok());
        let Some((operator, number)) = operator.zip(number) else { continue };
        let Some(holds) = decided(operator, number) else { continue };
        let answer = if holds { "yes" } else { "no" };
        diagnostics.push(
            facts
                .finding_on(
                    Code::DecidedCount,
                    (node, "value"),
                    format!("whatever is counted, the answer is always {answer}"),
                    &format!("always {answer}"),
                )
                .note("a count is a whole number, and 0 where the hash path finds nothing")
                .help("to ask whether there is any at all compare with 0: `> 0`, or `== 0` for none"),
        );
    }
}

/// The answer, where it is the same for each count.
fn decided(operator: CountOperator, number: f64) -> Option<bool> {
    let is_no_count = number < 0.0 || number.fract() != 0.0;
    match operator {
        CountOperator::Equals => is_no_count.then_some(false),
        CountOperator::NotEquals => is_no_count.then_some(true),
        CountOperator::Greater => (number < 0.0).then_some(true),
        CountOperator::GreaterEquals => (number <= 0.0).then_some(true),
        CountOperator::Less => (number <= 0.0).then_some(false),
        CountOperator::LessEquals => (number < 0.0).then_some(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::php::Value;

    #[test]
    fn what_is_decided_is_so_for_every_count() {
        for operator in CountOperator::ALL {
            for number in [-1.0, -0.5, 0.0, 0.5, 1.0, 2.0] {
                let answers: Vec<bool> = (0..5).map(|count| operator.compare(count, &Value::Float(number))).collect();
                let same = answers.iter().all(|answer| *answer == answers[0]).then_some(answers[0]);
                assert_eq!(decided(operator, number), same, "{} {number}", operator.name());
            }
        }
    }
}
