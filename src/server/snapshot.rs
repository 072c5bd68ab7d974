//! All of a server that a plan needs, as it was at one moment.

use std::cmp::Ordering;

use rustc_hash::FxHashSet;
use serde_json::Value as Json;

use crate::catalogue::{Release, Signature, Target, load};
use crate::model::{DocumentKind, is_adhoc};

use super::rest::{Misp, Version};
use super::row::Row;
use super::trouble::CallError;

/// What a server has.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// Its release, and what the key may do.
    pub version: Version,
    /// Its workflows, in the order of their numbers.
    pub workflows: Vec<Row>,
    /// Its blueprints, unless the list of them is broken.
    pub blueprints: Result<Vec<Row>, CallError>,
    /// Its triggers, but those of ad-hoc workflows.
    pub triggers: Vec<Json>,
    /// Its logic and action modules.
    pub modules: Vec<Json>,
    /// Its ad-hoc workflows' triggers, unless the list of them is broken; none where the release has none.
    pub adhoc: Result<Vec<Json>, CallError>,
    /// Whether the release has ad-hoc workflows.
    pub has_adhoc: bool,
}

/// A number as MISP counts rows: shorter ones first.
pub(super) fn by_number(one: &str, other: &str) -> Ordering {
    (one.len(), one).cmp(&(other.len(), other))
}

impl Snapshot {
    /// Asks for everything.
    ///
    /// # Errors
    /// Something that no plan can do without is not there.
    pub fn fetch(misp: &Misp<'_>) -> Result<Self, CallError> {
        let version = misp.version()?;
        let mut workflows = misp.workflows()?;
        workflows.sort_by(|one, other| by_number(&one.id, &other.id));
        let adhoc = misp.adhoc();
        Ok(Self {
            version,
            workflows,
            blueprints: misp.blueprints(),
            triggers: misp.triggers()?,
            modules: misp.modules()?,
            has_adhoc: !matches!(adhoc, Ok(None)),
            adhoc: adhoc.map(Option::unwrap_or_default),
        })
    }

    /// The target for this server, and whether it is only near.
    pub fn target(&self) -> (Target, Option<String>) {
        target_of(&self.version.release)
    }

    /// What the modules and triggers of this server take. What cannot be read is left out.
    pub fn signatures(&self) -> Vec<Signature> {
        let lists = [&self.modules, &self.triggers];
        lists
            .into_iter()
            .flatten()
            .filter_map(|module| load(&Json::from(vec![module.clone()]).to_string()).ok())
            .flatten()
            .collect()
    }

    /// The pickers, by module and parameter, of which the server says that it has nothing to pick. A catalogue made of
    /// its answer lets them take anything, for what is missing may only be away at the moment.
    pub(super) fn empty_pickers(&self) -> FxHashSet<(String, String)> {
        let text = |json: &Json, key: &str| json[key].as_str().unwrap_or_default().to_owned();
        let pickers = self.modules.iter().chain(&self.triggers).flat_map(|module| {
            let params = module["params"].as_array().into_iter().flatten();
            params.map(move |param| (module, param))
        });
        let is_empty = |param: &Json| {
            let takes_new = param["picker_create_new"].as_bool() == Some(true);
            let is_fetched = param["picker_options"]["select_options_url"].is_string();
            param["options"].as_array().is_some_and(Vec::is_empty) && !takes_new && !is_fetched
        };
        pickers
            .filter(|(_, param)| is_empty(param))
            .map(|(module, param)| (text(module, "id"), text(param, "id")))
            .collect()
    }

    /// The rows of a kind.
    pub fn rows(&self, kind: DocumentKind) -> &[Row] {
        match kind {
            DocumentKind::Workflow => &self.workflows,
            DocumentKind::Blueprint => self.blueprints.as_deref().unwrap_or_default(),
        }
    }

    /// The row that MISP runs for a trigger: of several the oldest.
    pub fn row_of_trigger(&self, trigger: &str) -> Option<&Row> {
        self.workflows.iter().find(|row| row.trigger() == trigger)
    }

    /// Whether a trigger, or the trigger of an ad-hoc workflow, is on; `None` if the server does not list it.
    pub fn is_trigger_on(&self, id: &str) -> Option<bool> {
        let list = if is_adhoc(id) { self.adhoc.as_deref().unwrap_or_default() } else { &self.triggers };
        is_on(list, id)
    }

    /// Whether a module is on; `None` if the server does not have it.
    pub fn is_module_on(&self, id: &str) -> Option<bool> {
        is_on(&self.modules, id)
    }
}

/// Whether a list says that something is on; `None` if it is not in it.
pub(super) fn is_on(list: &[Json], id: &str) -> Option<bool> {
    let entry = list.iter().find(|entry| entry["id"].as_str() == Some(id))?;
    Some(entry["disabled"].as_bool() != Some(true))
}

/// The target for a release, and what is to be said if it is not that very release.
fn target_of(release: &str) -> (Target, Option<String>) {
    if let Some(target) = Target::meant_by(release) {
        return (target, None);
    }
    let mut numbers = release.split(|c: char| !c.is_ascii_digit()).map(|number| number.parse::<u16>().unwrap_or(0));
    let mut next = || numbers.next().unwrap_or(0);
    let number = Release::new(next(), next(), next());
    let target = if number < Release::OLDEST { Target::Release(Release::OLDEST) } else { Target::Latest };
    let warning = format!("MISP {release} is not among the releases that are known: it is taken for `{target}`");
    (target, Some(warning))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_target() {
        assert_eq!(target_of("2.5.19"), (Target::DEFAULT, None));
        assert_eq!(target_of("2.5.44").0.to_string(), "misp-2.5.44");
        let (target, warning) = target_of("2.6.3");
        assert_eq!((target, warning.is_some()), (Target::Latest, true));
        assert_eq!(target_of("2.4.12").0, Target::Release(Release::OLDEST));
        assert_eq!(target_of("3.0-beta").0, Target::Latest);
    }

    #[test]
    fn rows_count_up() {
        assert_eq!(by_number("9", "10"), Ordering::Less);
        assert_eq!(by_number("11", "10"), Ordering::Greater);
    }
}
