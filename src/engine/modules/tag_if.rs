//! `tag-if`.

use super::{Module, Prepared};
use crate::condition::{Operator, Subject};
use crate::engine::arguments::Arguments;
use crate::engine::meaning::{Meaning, Question};
use crate::engine::module_run::ModuleRun;
use crate::hashpath::Path;
use crate::php::{Thrown, Value};

#[derive(Debug)]
struct TagIf {
    path: Path,
    operator: Option<Operator>,
    /// Tags, then clusters as the tags they are.
    wanted: Value<'static>,
}

pub(super) fn prepare(arguments: &Arguments<'_>) -> Prepared {
    let path = match arguments.text("scope").as_str() {
        "attribute" => "Event._AttributeFlattened.{n}.Tag.{n}.name",
        "event_attribute" => "Event._AttributeFlattened.{n}._allTags.{n}.name",
        // The scopes of reports came with the tags that they inherit.
        "event_report" if arguments.semantics.reports_inherit_tags => "Event.EventReport.{n}.Tag.{n}.name",
        "inherited_report" if arguments.semantics.reports_inherit_tags => "Event.EventReport.{n}._allTags.{n}.name",
        _ => "Event.Tag.{n}.name",
    };
    Ok(Box::new(TagIf {
        path: arguments.compile_path("scope", path)?,
        operator: Operator::from_name(&arguments.text("condition")),
        wanted: wanted_tags(arguments),
    }))
}

/// The tags of a node, then its clusters as the tags they are.
pub(super) fn wanted_tags(arguments: &Arguments<'_>) -> Value<'static> {
    let mut wanted: Vec<_> = arguments.list("tags").values().cloned().collect();
    wanted.extend(
        arguments
            .list("clusters")
            .values()
            .map(|cluster| Value::string(format!("misp-galaxy:{}", cluster.to_text().unwrap_or_default()))),
    );
    wanted.into()
}

impl Module for TagIf {
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        let data = step.copy()?;
        let found = self.path.extract(&data)?;
        let holds = self.operator.is_some_and(|operator| operator.compare(Subject::Extracted(&found), &self.wanted));
        step.saw(self.path.as_str(), || found.to_value());
        step.because(|| match self.operator {
            Some(operator) => {
                format!("`{}` {} is {holds}", operator.name(), self.wanted.to_json().unwrap_or_default())
            }
            None => "MISP does not know the condition".into(),
        });
        Ok(holds)
    }

    fn meaning(&self) -> Meaning<'_> {
        Meaning::Tagged(Question { path: &self.path, operator: self.operator, value: &self.wanted })
    }
}
