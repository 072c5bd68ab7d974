//! The set of modules that workflows may name, with the tags that they may.

use std::sync::Arc;

use indexmap::IndexMap;
use rustc_hash::FxBuildHasher;

use super::module_ids;
use crate::model::ModuleType;
use crate::tags::{KnownTags, ServerTags, Taxonomies};

use super::module::Module;
use super::{Signature, Target, releases};

/// Modules by id. Triggers, logic modules and actions share one id space, as in MISP.
///
/// See `docs/misp-semantics.md`, "Modules and their signatures".
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    modules: IndexMap<String, Module, FxBuildHasher>,
    /// None for the built-in ones.
    taxonomies: Option<Arc<Taxonomies>>,
    server_tags: Option<Arc<ServerTags>>,
}

impl Catalogue {
    /// The built-in catalogue of a target. A release between two that are known has the modules of the
    /// older one.
    ///
    /// Its data files are looked through on the first call only, and a module is read when it is first asked for.
    pub fn for_target(target: Target) -> &'static Self {
        releases::of_target(target)
    }

    /// The built-in catalogue of [`Target::DEFAULT`].
    pub fn built_in() -> &'static Self {
        Self::for_target(Target::DEFAULT)
    }

    /// The module with this id. Each ad-hoc workflow has a trigger id of its own (`adhoc_3`), which stands for
    /// `adhoc-trigger` where that is known, and so does `adhoc`, as texts name it.
    pub fn module(&self, id: &str) -> Option<&Signature> {
        self.modules
            .get(id)
            .or_else(|| self.modules.get(module_ids::ADHOC_TRIGGER).filter(|_| module_ids::is_adhoc(id)))
            .map(Module::signature)
    }

    /// All modules: triggers, then logic modules, then actions, each in the order in which they came,
    /// which for the built-in ones is MISP's own.
    pub fn modules(&self) -> impl Iterator<Item = &Signature> {
        self.modules.values().map(Module::signature)
    }

    /// The tags that are known, for one run of the checker.
    pub fn known_tags(&self) -> KnownTags<'_> {
        KnownTags::new(self.taxonomies.as_deref(), self.server_tags.as_deref())
    }

    /// Sets the taxonomies, in place of the built-in ones.
    pub fn set_taxonomies(&mut self, taxonomies: Arc<Taxonomies>) {
        self.taxonomies = Some(taxonomies);
    }

    /// Sets the tags that the server is known to have.
    pub fn set_server_tags(&mut self, tags: Arc<ServerTags>) {
        self.server_tags = Some(tags);
    }

    /// Adds modules. One whose id is known already takes the place of the known one and, unless it is
    /// a custom module, keeps what only the known one says: a server reports neither what its
    /// parameters are for nor how its modules surprise.
    pub fn extend(&mut self, signatures: impl IntoIterator<Item = Signature>) {
        self.extend_with(signatures.into_iter().map(|signature| (signature.id.clone(), signature.into())));
    }

    /// [`Self::extend`] with modules by their ids, of which none is read for it.
    pub(super) fn extend_with(&mut self, modules: impl IntoIterator<Item = (String, Module)>) {
        for (id, module) in modules {
            match self.modules.get_mut(&id) {
                Some(known) => *known = known.replaced_by(module),
                None => {
                    self.modules.insert(id, module);
                }
            }
        }
        self.modules.sort_by(|_, a, _, b| rank(a.module_type).cmp(&rank(b.module_type)));
    }

    /// The catalogue without some modules; the others are shared.
    pub(super) fn without(&self, is_gone: impl Fn(&str) -> bool) -> Self {
        let kept = self.modules.iter().filter(|(id, _)| !is_gone(id));
        let modules = kept.map(|(id, module)| (id.clone(), module.clone())).collect();
        Self { modules, ..Self::default() }
    }

    /// Says how a module surprises, in place of what is known of it.
    pub(super) fn set_traps(&mut self, id: &str, traps: Vec<String>) {
        if let Some(module) = self.modules.get_mut(id) {
            *module = module.with_traps(traps);
        }
    }
}

fn rank(module_type: ModuleType) -> u8 {
    match module_type {
        ModuleType::Trigger => 0,
        ModuleType::Logic => 1,
        ModuleType::Action => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{ParameterKind, Provenance, Release};

    /// The catalogue from which the others are made.
    fn first() -> &'static Catalogue {
        Catalogue::for_target(Target::Release(Release::FIRST_SEEN))
    }

    fn count(module_type: ModuleType, provenance: Provenance) -> usize {
        first().modules().filter(|module| module.module_type == module_type && module.provenance == provenance).count()
    }

    fn custom(id: &str, module_type: &str) -> Signature {
        let text = format!(
            r#"{{"id": "{id}", "name": "Own", "type": "{module_type}", "version": "1", "provenance": "custom"}}"#
        );
        serde_json::from_str(&text).unwrap()
    }

    #[test]
    fn the_built_in_catalogue_holds_every_module_once() {
        assert_eq!(count(ModuleType::Trigger, Provenance::BuiltIn), 17);
        assert_eq!(count(ModuleType::Logic, Provenance::BuiltIn), 11);
        assert_eq!(count(ModuleType::Action, Provenance::BuiltIn), 27);
        assert_eq!(count(ModuleType::Action, Provenance::MispModules), 11);
        // Had two files or two kinds shared an id, one entry would have replaced the other.
        let files = [include_str!("data/misp-2.5.1.json"), include_str!("data/misp-modules.json")];
        let entries: usize = files.iter().map(|file| serde_json::from_str::<Vec<Signature>>(file).unwrap().len()).sum();
        assert_eq!(first().modules().count(), entries);
    }

    #[test]
    fn modules_come_by_kind_also_after_additions() {
        let mut catalogue = first().clone();
        catalogue.extend([custom("own-action", "action"), custom("own-trigger", "trigger")]);
        let ids: Vec<_> = catalogue.modules().map(|module| module.id.as_str()).collect();
        assert_eq!(ids[0], "attribute-after-save");
        assert_eq!(ids[17], "own-trigger");
        assert_eq!(ids[18], "blueprint-logic-module");
        assert_eq!(ids.last(), Some(&"own-action"));
    }

    #[test]
    fn a_replacement_keeps_its_place() {
        let mut catalogue = Catalogue::built_in().clone();
        let place = |catalogue: &Catalogue| catalogue.modules().position(|module| module.id == "webhook");
        let before = place(&catalogue);
        catalogue.extend([custom("webhook", "action")]);
        assert_eq!(place(&catalogue), before);
        assert_eq!(catalogue.module("webhook").unwrap().name, "Own");
        assert!(catalogue.module("webhook").unwrap().traps.is_empty());
    }

    #[test]
    fn every_text_is_there_in_one_style() {
        for module in Catalogue::built_in().modules() {
            let mut texts = vec![(module.id.clone(), &module.description)];
            texts.extend(module.traps.iter().map(|trap| (format!("a trap of {}", module.id), trap)));
            for parameter in &module.parameters {
                let place = format!("{}.{}", module.id, parameter.id);
                assert!(!parameter.label.is_empty(), "{place} has no label");
                texts.push((place.clone(), &parameter.description));
                texts.extend(parameter.required.iter().map(|required| (format!("{place}, required"), required)));
            }
            for (place, text) in texts {
                assert!(!text.is_empty(), "{place} has no text");
                assert!(!text.contains('\n'), "{place} has several lines");
                assert_eq!(text.trim(), text, "{place} has spaces around it");
                assert!(!text.ends_with(['.', '!', ';', ':']), "{place} ends with a full stop");
            }
        }
    }

    #[test]
    fn parameters_hold_together() {
        for module in Catalogue::built_in().modules() {
            for (index, parameter) in module.parameters.iter().enumerate() {
                let place = format!("{}.{}", module.id, parameter.id);
                assert!(
                    module.parameters[..index].iter().all(|other| other.id != parameter.id),
                    "{place} is there twice"
                );
                let chooses = matches!(parameter.kind, ParameterKind::Select | ParameterKind::Picker);
                assert_eq!(chooses, parameter.open || !parameter.options.is_empty(), "{place}: options");
                assert!(!parameter.multiple || parameter.kind == ParameterKind::Picker, "{place}: multiple");
            }
        }
    }

    /// The oddities of MISP 2.5.19: nothing else has a default outside its options.
    #[test]
    fn only_the_known_defaults_lie_outside_their_options() {
        let mut found = Vec::new();
        for module in Catalogue::built_in().modules() {
            for parameter in &module.parameters {
                let Some(default) = &parameter.default else { continue };
                let key = default.as_str().map_or_else(|| default.to_string(), ToOwned::to_owned);
                if parameter.kind == ParameterKind::Select && !parameter.has_option(&key) {
                    found.push(format!("{}.{}", module.id, parameter.id));
                }
            }
        }
        assert_eq!(
            found,
            [
                "threat-level-if.threatlevel",
                "proposal-action.proposal_type",
                "tag_replacement_pap.remove_substituted",
                "tag_replacement_tlp.remove_substituted",
                "tag_replacement_generic.remove_substituted",
                "run-workflow.input_data",
            ]
        );
    }
}
