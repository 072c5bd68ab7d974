//! Galaxy clusters under the name of their tag.

use super::facts::Facts;
use super::tags::{GALAXY, clusters};
use crate::diagnostics::{Code, Diagnostic};

pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {
    for &node in &facts.order {
        for cluster in clusters(facts, node) {
            let Some(bare) = cluster.strip_prefix(GALAXY) else { continue };
            let message = format!("`clusters` takes a galaxy cluster without `{GALAXY}`");
            let finding = facts
                .finding_in(Code::GalaxyPrefix, (node, cluster), message, "never found")
                .note("MISP puts the prefix in front of this value, and then looks for a tag with two of them; its editor drops the value when somebody opens and saves the workflow")
                .help(if facts.is_later {
                    format!("ask for the tag: write `{cluster}` in `tags`. The editor of this release lists clusters with the prefix, and one that was picked there is never found")
                } else {
                    format!("write `{bare}`")
                });
            diagnostics.push(match facts.quoted_place(node, cluster) {
                Some(place) => finding.unsafe_fix(place, serde_json::Value::from(bare).to_string()),
                None => finding,
            });
        }
    }
}
