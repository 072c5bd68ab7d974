//! What a release of MISP changed, from the modules that a server of that release reports.

use serde::{Deserialize, Serialize};

use super::catalogue::is_ad_hoc;
use super::releases::before;
use super::{Catalogue, CatalogueError, Parameter, ParameterKind, Provenance, Release, Signature, Target, module_ids};
use crate::model::ModuleType;

/// An entry of the data file of a release: what it has and the release before it has not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum ReleaseEntry {
    /// A module that the release no longer has.
    Gone {
        /// The id of the module.
        gone: String,
    },
    /// A module that is new, or that is different.
    Module(Box<Signature>),
}

/// What a release changed.
#[derive(Clone, Debug, PartialEq)]
pub struct ReleaseChanges {
    /// The release that it is compared with: the newest older one that is known.
    pub before: Release,
    /// The content of its data file.
    pub entries: Vec<ReleaseEntry>,
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
/// The release is not later than the oldest one that can follow another, or a kind of module is missing.
pub fn import_release(release: Release, reported: Vec<Signature>) -> Result<ReleaseChanges, CatalogueError> {
    let Some(before) = before(release) else {
        return Err(CatalogueError::new(format!(
            "{release} is not later than {}, and what is older is known already",
            Release::BASE
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
    let own = Some(Target::Release(release)).filter(|target| target.is_verified()).map(Catalogue::for_target);
    let with_words: Vec<&Catalogue> = own.into_iter().chain([older, Catalogue::for_target(Target::Latest)]).collect();
    let mut catalogue = Catalogue::default();
    let mut ids: Vec<String> = Vec::new();
    for mut module in reported {
        if is_ad_hoc(&module.id) {
            module_ids::ADHOC_TRIGGER.clone_into(&mut module.id);
            "Ad-Hoc".clone_into(&mut module.name);
        }
        ids.push(module.id.clone());
        if module.provenance == Provenance::BuiltIn {
            let known: Vec<&Signature> = with_words.iter().filter_map(|known| known.module(&module.id)).collect();
            catalogue.extend([settled(module, &known)]);
        }
    }
    let mut entries = Vec::new();
    let mut undescribed = Vec::new();
    for module in catalogue.modules().filter(|module| older.module(&module.id) != Some(module)) {
        if module.description.is_empty() {
            undescribed.push(module.id.clone());
        }
        let bare = module.parameters.iter().filter(|parameter| parameter.description.is_empty());
        undescribed.extend(bare.map(|parameter| format!("{}.{}", module.id, parameter.id)));
        entries.push(ReleaseEntry::Module(Box::new(module.clone())));
    }
    let gone = older.modules().filter(|module| module.provenance == Provenance::BuiltIn && !ids.contains(&module.id));
    entries.extend(gone.map(|module| ReleaseEntry::Gone { gone: module.id.clone() }));
    Ok(ReleaseChanges { before, entries, undescribed })
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
        Target::Release(before(LATER).unwrap())
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
        assert_eq!(changes(reported).entries, []);
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
        let [ReleaseEntry::Module(tea)] = changes.entries.as_slice() else { panic!("{:?}", changes.entries) };
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
        let [ReleaseEntry::Module(webhook)] = changes.entries.as_slice() else { panic!("{:?}", changes.entries) };
        let known = Catalogue::for_target(newest()).module(module_ids::WEBHOOK).unwrap();
        assert_eq!((webhook.version.as_str(), &webhook.description), ("9.9", &known.description));
        assert!(webhook.traps.is_empty());
        assert_eq!(changes.undescribed, [""; 0]);
    }

    #[test]
    fn what_is_missing_is_gone() {
        let reported = report(newest()).into_iter().filter(|module| module.id != module_ids::WEBHOOK).collect();
        assert_eq!(changes(reported).entries, [ReleaseEntry::Gone { gone: module_ids::WEBHOOK.to_owned() }]);
    }

    #[test]
    fn ad_hoc_workflows_report_their_trigger() {
        let mut reported = report(Target::Latest);
        let trigger = reported.iter_mut().find(|module| module.id == module_ids::ADHOC_TRIGGER).unwrap();
        (trigger.id, trigger.name) = ("adhoc_7".to_owned(), "My workflow".to_owned());
        let entries = changes(reported).entries;
        let is_there =
            |id: &str| entries.iter().any(|entry| matches!(entry, ReleaseEntry::Module(module) if module.id == id));
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
        assert_eq!(changes(reported).entries, []);
    }

    #[test]
    fn half_a_report_and_an_old_release_are_refused() {
        let no_triggers = report(newest()).into_iter().filter(|module| module.module_type != ModuleType::Trigger);
        let error = import_release(LATER, no_triggers.collect()).unwrap_err();
        assert!(error.message.contains("`/workflows/triggers.json`"), "{error}");
        let error = import_release(Release::BASE, report(newest())).unwrap_err();
        assert!(error.message.starts_with("2.5.1 is not later than 2.5.1"), "{error}");
    }

    #[test]
    fn entries_are_read_as_they_are_written() {
        let entries =
            [ReleaseEntry::Gone { gone: "tea".to_owned() }, ReleaseEntry::Module(Box::new(report(newest()).remove(0)))];
        let text = serde_json::to_string(&entries).unwrap();
        assert_eq!(serde_json::from_str::<Vec<ReleaseEntry>>(&text).unwrap(), entries);
    }
}
