//! What a release of MISP changed, from the modules that a server of that release reports.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::module::Module;
use super::{Catalogue, CatalogueError, Parameter, ParameterKind, Provenance, Release, Signature, Target, module_ids};
use crate::model::ModuleType;

/// The data file of a release: what is otherwise than in the release before it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaterRelease {
    /// Modules that are new, or whose signature is another one.
    pub modules: Vec<Signature>,
    /// How modules surprise in this release, by their ids, in place of what is known of them.
    pub traps: IndexMap<String, Vec<String>>,
    /// The ids of modules that it no longer has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<String>,
}

impl LaterRelease {
    /// The modules of the release, on top of those of the release before it.
    pub fn on(mut self, older: &Catalogue) -> Catalogue {
        let modules = std::mem::take(&mut self.modules);
        self.on_with(older, modules.into_iter().map(|module| (module.id.clone(), module.into())))
    }

    /// [`Self::on`] with these modules, by their ids, in place of its own.
    pub(super) fn on_with(self, older: &Catalogue, modules: impl IntoIterator<Item = (String, Module)>) -> Catalogue {
        let mut catalogue = older.without(|id| self.gone.iter().any(|gone| gone == id));
        catalogue.extend_with(modules);
        for (id, traps) in self.traps {
            catalogue.set_traps(&id, traps);
        }
        catalogue
    }
}

/// What a release changed.
#[derive(Clone, Debug, PartialEq)]
pub struct ReleaseChanges {
    /// The release that it is compared with: the newest older one that is known.
    pub before: Release,
    /// Its data file.
    pub data: LaterRelease,
    /// What nobody has described yet: ids of modules, and of their parameters after a dot.
    pub undescribed: Vec<String>,
}

/// Compares what a server of `release` reports with the release before it.
///
/// Only modules of MISP itself are compared: those of misp-modules and of the server's own belong to no release. Words
/// that MISP has for a module or a parameter are left out, as they are under MISP's licence; those of the catalogue are
/// kept. What a server fills in (tags, organisations, whether a module is on) is left out too.
///
/// # Errors
/// The release is not later than 2.5.1, or a kind of module is missing.
pub fn import_release(release: Release, reported: Vec<Signature>) -> Result<ReleaseChanges, CatalogueError> {
    let known_releases: Vec<Release> =
        Target::NAMES.iter().filter_map(|name| name.parse::<Target>().ok()?.release()).collect();
    let Some(before) =
        known_releases.iter().copied().filter(|&known| Release::FIRST_SEEN <= known && known < release).max()
    else {
        return Err(CatalogueError::new(format!(
            "{release} is not later than {}, and what is older is known already",
            Release::FIRST_SEEN
        )));
    };
    for (module_type, where_from) in [
        (ModuleType::Trigger, "/workflows/triggers.json"),
        (ModuleType::Logic, "/workflows/moduleIndex/type:all.json"),
        (ModuleType::Action, "/workflows/moduleIndex/type:all.json"),
    ] {
        if !reported.iter().any(|module| module.module_type == module_type) {
            return Err(CatalogueError::new(format!(
                "no file has a module of the type `{}`; what MISP answers at `{where_from}` has them",
                module_type.as_str()
            )));
        }
    }
    let older = Catalogue::for_target(Target::Release(before));
    // What was written about this very release, when it is imported again, and about later ones.
    let own = known_releases.contains(&release).then(|| Catalogue::for_target(Target::Release(release)));
    let with_words: Vec<&Catalogue> = own.into_iter().chain([older, Catalogue::for_target(Target::Latest)]).collect();
    let mut catalogue = Catalogue::default();
    let mut ids: Vec<String> = Vec::new();
    for mut module in reported {
        if module_ids::is_adhoc(&module.id) {
            module_ids::ADHOC_TRIGGER.clone_into(&mut module.id);
            "Ad-Hoc".clone_into(&mut module.name);
        }
        ids.push(module.id.clone());
        if module.provenance == Provenance::BuiltIn {
            let known: Vec<&Signature> = with_words.iter().filter_map(|known| known.module(&module.id)).collect();
            catalogue.extend([settled(module, &known)]);
        }
    }
    let mut data = LaterRelease::default();
    let mut undescribed = Vec::new();
    for module in catalogue.modules() {
        let known = older.module(&module.id);
        let mut bare = Signature { traps: Vec::new(), ..module.clone() };
        let mut inherits = bare.clone();
        if let Some(known) = known {
            inherits.keep_what_is_known(known);
            leave_out_what_is_known(&mut bare, known);
        }
        if inherits.traps != module.traps {
            data.traps.insert(module.id.clone(), module.traps.clone());
        }
        if known == Some(&inherits) {
            continue;
        }
        if module.description.is_empty() {
            undescribed.push(module.id.clone());
        }
        let not_described = module.parameters.iter().filter(|parameter| parameter.description.is_empty());
        undescribed.extend(not_described.map(|parameter| format!("{}.{}", module.id, parameter.id)));
        data.modules.push(bare);
    }
    let gone = older.modules().filter(|module| module.provenance == Provenance::BuiltIn && !ids.contains(&module.id));
    data.gone = gone.map(|module| module.id.clone()).collect();
    Ok(ReleaseChanges { before, data, undescribed })
}

/// Words that the release before has too are not repeated.
fn leave_out_what_is_known(module: &mut Signature, known: &Signature) {
    if module.description == known.description {
        module.description.clear();
    }
    for parameter in &mut module.parameters {
        let Some(known) = known.parameter(&parameter.id) else { continue };
        if parameter.description == known.description {
            parameter.description.clear();
        }
        if parameter.example == known.example {
            parameter.example.clear();
        }
    }
}

/// A module as the catalogue keeps it; of those that are known the first counts that says something.
fn settled(mut module: Signature, known: &[&Signature]) -> Signature {
    module.disabled = false;
    module.description.clear();
    for parameter in &mut module.parameters {
        let mut known = known.iter().filter_map(|known| known.parameter(&parameter.id));
        let known = known.find(|known| known.kind == parameter.kind);
        settle(parameter, known);
    }
    for known in known {
        module.keep_what_is_known(known);
    }
    module
}

fn settle(parameter: &mut Parameter, known: Option<&Parameter>) {
    parameter.description.clear();
    parameter.example.clear();
    match known {
        Some(known) => {
            if known.open {
                parameter.options.clone_from(&known.options);
                parameter.open = true;
            }
            parameter.label.clone_from(&known.label);
            parameter.sensitive = known.sensitive;
            parameter.sub_selector = known.sub_selector;
        }
        // Pickers offer what a server has: its tags, its groups, its modules.
        None if parameter.kind == ParameterKind::Picker => {
            parameter.options.clear();
            parameter.open = true;
        }
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::load;

    const LATER: Release = Release::new(2, 5, 900);

    /// What a server would report that has the modules of a target.
    fn report(target: Target) -> Vec<Signature> {
        Catalogue::for_target(target).modules().cloned().collect()
    }

    fn newest() -> Target {
        Target::Release(import_release(LATER, report(Target::Latest)).unwrap().before)
    }

    fn changes(reported: Vec<Signature>) -> ReleaseChanges {
        import_release(LATER, reported).unwrap()
    }

    #[test]
    fn a_release_without_changes_has_no_entries() {
        let mut reported = report(newest());
        for module in &mut reported {
            module.disabled = true;
            "MISP's own words.".clone_into(&mut module.description);
        }
        assert_eq!(changes(reported).data, LaterRelease::default());
    }

    #[test]
    fn new_modules_lose_misps_words_and_what_the_server_filled_in() {
        let mut reported = report(newest());
        reported.extend(
            load(
                r#"[{"id": "tea-maker", "name": "Tea", "version": "0.1", "module_type": "action", "description": "Makes tea.",
                "disabled": true, "params": [
                {"id": "tags", "label": "Tags", "type": "picker", "options": ["hot", "cold"], "placeholder": "Pick one"},
                {"id": "size", "label": "Size", "type": "select", "options": {"s": "Small"}, "default": "s"},
                {"id": "note", "label": "Note", "type": "input", "placeholder": "Say something"}]}]"#,
            )
            .unwrap(),
        );
        let changes = changes(reported);
        let [tea] = changes.data.modules.as_slice() else { panic!("{:?}", changes.data) };
        assert_eq!((tea.description.as_str(), tea.disabled), ("", false));
        let tags = tea.parameter("tags").unwrap();
        assert!(tags.open && tags.options.is_empty());
        assert!(tea.parameter("size").unwrap().has_option("s"));
        assert_eq!(tea.parameter("note").unwrap().example, "");
        assert_eq!(changes.undescribed, ["tea-maker", "tea-maker.tags", "tea-maker.size", "tea-maker.note"]);
    }

    #[test]
    fn a_changed_module_keeps_our_words() {
        let mut reported = report(newest());
        let webhook = reported.iter_mut().find(|module| module.id == module_ids::WEBHOOK).unwrap();
        "9.9".clone_into(&mut webhook.version);
        webhook.traps.clear();
        webhook.description = "MISP's own words.".to_owned();
        let changes = changes(reported);
        let [written] = changes.data.modules.as_slice() else { panic!("{:?}", changes.data) };
        assert_eq!((written.version.as_str(), written.description.as_str()), ("9.9", ""));
        let older = Catalogue::for_target(newest());
        let release = changes.data.clone().on(older);
        let webhook = release.module(module_ids::WEBHOOK).unwrap();
        assert_eq!(webhook.description, older.module(module_ids::WEBHOOK).unwrap().description);
        assert!(webhook.traps.is_empty());
        assert_eq!(changes.undescribed, [""; 0]);
    }

    #[test]
    fn what_is_missing_is_gone() {
        let reported = report(newest()).into_iter().filter(|module| module.id != module_ids::WEBHOOK).collect();
        let data = changes(reported).data;
        assert_eq!(data, LaterRelease { gone: vec![module_ids::WEBHOOK.to_owned()], ..LaterRelease::default() });
        assert!(data.on(Catalogue::for_target(newest())).module(module_ids::WEBHOOK).is_none());
    }

    #[test]
    fn ad_hoc_workflows_report_their_trigger() {
        let mut reported = report(Target::Latest);
        let trigger = reported.iter_mut().find(|module| module.id == module_ids::ADHOC_TRIGGER).unwrap();
        (trigger.id, trigger.name) = ("adhoc_7".to_owned(), "My workflow".to_owned());
        let modules = changes(reported).data.modules;
        let is_there = |id: &str| modules.iter().any(|module| module.id == id);
        let was_known = Catalogue::for_target(newest()).module(module_ids::ADHOC_TRIGGER).is_some();
        assert_eq!((is_there(module_ids::ADHOC_TRIGGER), is_there("adhoc_7")), (!was_known, false));
    }

    #[test]
    fn other_modules_belong_to_no_release() {
        let mut reported = report(newest());
        reported.extend(
            load(
                r#"[{"id": "a", "name": "A", "module_type": "action", "is_custom": true},
                {"id": "b", "name": "B", "module_type": "action", "is_misp_module": true}]"#,
            )
            .unwrap(),
        );
        assert_eq!(changes(reported).data, LaterRelease::default());
    }

    #[test]
    fn half_a_report_and_an_old_release_are_refused() {
        let no_triggers = report(newest()).into_iter().filter(|module| module.module_type != ModuleType::Trigger);
        let error = import_release(LATER, no_triggers.collect()).unwrap_err();
        assert!(error.message.contains("`/workflows/triggers.json`"), "{error}");
        let error = import_release(Release::FIRST_SEEN, report(newest())).unwrap_err();
        assert!(error.message.starts_with("2.5.1 is not later than 2.5.1"), "{error}");
    }

    #[test]
    fn traps_are_of_a_release() {
        let mut later = LaterRelease::default();
        later.traps.insert(module_ids::WEBHOOK.to_owned(), vec!["It whistles".to_owned()]);
        let text = serde_json::to_string(&later).unwrap();
        let read: LaterRelease = serde_json::from_str(&text).unwrap();
        assert_eq!(read, later);
        let release = read.on(Catalogue::for_target(newest()));
        assert_eq!(release.module(module_ids::WEBHOOK).unwrap().traps, ["It whistles"]);
    }
}
