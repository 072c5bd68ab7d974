//! `assign_country`.

use super::select::Selection;
use super::tag_operation::Tagging;
use super::tag_replacement::too_few_arguments;
use super::{Module, Prepared};
use crate::engine::arguments::Arguments;
use crate::engine::effect::Locality;
use crate::engine::module_run::ModuleRun;
use crate::hashpath::Path;
use crate::php::{Array, Thrown, Value};

#[derive(Debug)]
struct AssignCountry {
    selection: Selection,
    of_event: bool,
    path: Path,
    tagging: Tagging,
}

pub(super) fn prepare(arguments: &Arguments<'_>) -> Prepared {
    Ok(Box::new(AssignCountry {
        selection: Selection::new(arguments)?,
        of_event: arguments.is("scope", "event"),
        path: arguments.path("hash_path")?,
        tagging: Tagging {
            removes: false,
            tags: Array::new(),
            locality: if arguments.is("locality", "local") { Locality::Local } else { Locality::Global },
            relationship_type: arguments.value("relationship_type"),
        },
    }))
}

impl Module for AssignCountry {
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        let data = step.copy()?;
        let dies = step.semantics.replacing_tags_dies;
        if self.of_event {
            let event = self.selection.items(&data, step)?;
            if dies {
                return Err(too_few_arguments(true, false));
            }
            return self.tagging(&event, step)?.on_event(&event, step);
        }
        let attributes = self.selection.attributes(&data, step)?;
        if attributes.is_empty() {
            step.because_nothing_is_left("there is no attribute to tag");
        }
        if dies && !attributes.is_empty() {
            return Err(too_few_arguments(false, false));
        }
        // The last attribute decides.
        let mut success = false;
        for attribute in attributes.values() {
            success = self.tagging(attribute, step)?.on_attributes([attribute].into_iter(), step)?;
        }
        Ok(success)
    }
}

impl AssignCountry {
    /// The tags of the countries that the path finds, which may be none.
    fn tagging<'a>(&self, item: &Value<'a>, step: &mut ModuleRun<'_, 'a>) -> Result<Tagging, Thrown> {
        let found = self.path.extract(item)?;
        step.saw(self.path.as_str(), || found.to_value());
        let countries = found.iter().filter_map(Value::to_text);
        let tags: Vec<_> =
            countries.filter_map(|country| step.answers.country_tag(&country)).map(Value::string).collect();
        Ok(Tagging { tags: tags.into(), ..self.tagging.clone() })
    }
}
