//! `published-if`.

use super::Module;
use crate::engine::access::entry_at;
use crate::engine::arguments::Arguments;
use crate::engine::meaning::Meaning;
use crate::engine::module_run::ModuleRun;
use crate::php::Thrown;

#[derive(Debug)]
struct PublishedIf {
    /// Whether it asks for a published event; `None` for a condition that MISP does not know.
    published: Option<bool>,
}

pub(super) fn prepare(arguments: &Arguments<'_>) -> Box<dyn Module> {
    let published = match arguments.text("condition").as_str() {
        "equals" => Some(true),
        "not_equals" => Some(false),
        _ => None,
    };
    Box::new(PublishedIf { published })
}

impl Module for PublishedIf {
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        let data = step.copy()?;
        let published = entry_at(&data, &["Event", "published"])?;
        step.saw("Event.published", || published.clone());
        Ok(self.published == Some(published.to_bool()))
    }

    fn meaning(&self) -> Meaning<'_> {
        Meaning::Published(self.published)
    }
}
