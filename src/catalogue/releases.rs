//! The modules of each release of MISP.
//!
//! Only the modules of 2.5.1 are written out. `data/releases.json` says, newest first, what each
//! release brought and how things were before it, and so leads back from 2.5.1 to any older one. A later
//! release has a file with what is new or different in it, which lies on top of the release before it.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;
use serde::Deserialize;

use super::{Catalogue, Parameter, Release, Signature, Target, embedded};

/// The releases in which modules changed, oldest first.
pub(super) const RELEASES: [Release; 19] = [
    Release::OLDEST,
    Release::new(2, 4, 162),
    Release::new(2, 4, 164),
    Release::new(2, 4, 165),
    Release::new(2, 4, 169),
    Release::new(2, 4, 170),
    Release::new(2, 4, 171),
    Release::new(2, 4, 172),
    Release::new(2, 4, 174),
    Release::new(2, 4, 177),
    Release::new(2, 4, 178),
    Release::new(2, 4, 179),
    Release::new(2, 4, 188),
    Release::new(2, 4, 190),
    Release::new(2, 4, 195),
    Release::new(2, 4, 199),
    Release::new(2, 5, 0),
    Release::FIRST_SEEN,
    Release::LAST_SEEN,
];

/// All different catalogues: one for each of [`RELEASES`], and that of the releases after them.
const CATALOGUES: usize = RELEASES.len() + 1;
/// The files of the releases after the base, oldest first.
const LATER: [&str; 2] = [include_str!("data/misp-2.5.19.json"), include_str!("data/misp-2.5-latest.json")];
/// The catalogue of [`Release::FIRST_SEEN`], from which all others are made.
const BASE: usize = CATALOGUES - 1 - LATER.len();

static BUILT: [OnceLock<Catalogue>; CATALOGUES] = [const { OnceLock::new() }; CATALOGUES];

/// The catalogue of a target.
pub(super) fn of_target(target: Target) -> &'static Catalogue {
    let index = match target.release() {
        // A release has the modules of the newest that is not newer than itself.
        Some(release) if release <= Release::FIRST_SEEN => {
            RELEASES.partition_point(|&known| known <= release).saturating_sub(1)
        }
        // Which release after it brought which change is not known: those in between are taken to have all.
        Some(release) => RELEASES.partition_point(|&known| known < release),
        None => CATALOGUES - 1,
    };
    at(index)
}

/// All catalogues, oldest first; the last one is that of the releases after the last that was seen.
pub(super) fn all() -> impl Iterator<Item = &'static Catalogue> {
    (0..CATALOGUES).map(at)
}

fn at(index: usize) -> &'static Catalogue {
    BUILT[index].get_or_init(|| match index {
        BASE => {
            let mut catalogue = Catalogue::default();
            for file in [include_str!("data/misp-2.5.1.json"), include_str!("data/misp-modules.json")] {
                catalogue.extend_with(embedded::modules(file));
            }
            catalogue
        }
        newer if newer > BASE => {
            let (later, modules) = embedded::later_release(LATER[newer - BASE - 1]);
            later.on_with(at(newer - 1), modules)
        }
        older => earlier(at(BASE), RELEASES[older]),
    })
}

/// What a release changed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Changes {
    release: String,
    /// Modules it brought.
    #[serde(default)]
    added: Vec<String>,
    /// Modules it lost, which came back later.
    #[serde(default)]
    removed: Vec<String>,
    /// How modules were before it.
    #[serde(default)]
    before: Vec<Before>,
}

/// What was different about a module; what is left out was the same.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Before {
    id: String,
    version: Option<String>,
    blocking: Option<bool>,
    params: Option<Vec<ParameterBefore>>,
}

/// A parameter of a module as it was.
#[derive(Deserialize)]
#[serde(untagged)]
enum ParameterBefore {
    /// As afterwards.
    Same(String),
    /// Different, or not there afterwards.
    Other(Box<Parameter>),
}

/// The catalogue of `release`, by taking back what later ones brought.
fn earlier(base: &Catalogue, release: Release) -> Catalogue {
    let history: Vec<Changes> =
        serde_json::from_str(include_str!("data/releases.json")).expect("the embedded history is valid");
    let mut modules: Vec<(Signature, bool)> = base.modules().map(|module| (module.clone(), true)).collect();
    let places: FxHashMap<&str, usize> =
        base.modules().enumerate().map(|(at, module)| (module.id.as_str(), at)).collect();
    for changes in history.into_iter().take_while(|changes| changes.release.parse() != Ok(release)) {
        for (ids, there) in [(&changes.added, false), (&changes.removed, true)] {
            for id in ids {
                modules[places[id.as_str()]].1 = there;
            }
        }
        for before in changes.before {
            let at = places[before.id.as_str()];
            take_back(&mut modules[at].0, before);
        }
    }
    let mut catalogue = Catalogue::default();
    catalogue.extend(modules.into_iter().filter(|(_, there)| *there).map(|(module, _)| module));
    catalogue
}

fn take_back(module: &mut Signature, before: Before) {
    if let Some(version) = before.version {
        // Surprises belong to a version of the module.
        module.traps.clear();
        module.version = version;
    }
    if let Some(blocking) = before.blocking {
        module.blocking = blocking;
    }
    let Some(parameters) = before.params else { return };
    let after = std::mem::take(&mut module.parameters);
    let known = |id: &str| after.iter().find(|parameter| parameter.id == id);
    module.parameters = parameters
        .into_iter()
        .map(|parameter| match parameter {
            ParameterBefore::Same(id) => known(&id).expect("the history names what is there").clone(),
            ParameterBefore::Other(mut parameter) => {
                if let Some(known) = known(&parameter.id) {
                    parameter.keep_what_is_known(known);
                }
                *parameter
            }
        })
        .collect();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::ParameterKind;

    fn catalogue(target: &str) -> &'static Catalogue {
        of_target(target.parse().unwrap())
    }

    fn version(target: &str, module: &str) -> String {
        catalogue(target).module(module).unwrap().version.clone()
    }

    fn count(target: &str) -> usize {
        catalogue(target).modules().filter(|module| module.provenance == crate::catalogue::Provenance::BuiltIn).count()
    }

    #[test]
    fn the_history_names_the_releases_from_new_to_old() {
        let history: Vec<Changes> = serde_json::from_str(include_str!("data/releases.json")).unwrap();
        let named: Vec<Release> = history.iter().rev().map(|changes| changes.release.parse().unwrap()).collect();
        assert_eq!(named, RELEASES[..=BASE]);
    }

    #[test]
    fn every_release_can_be_built() {
        assert_eq!(all().count(), 20);
        // Two example modules of the server's own are in every catalogue.
        assert_eq!((count("misp-2.4.160"), count("misp-2.5.0"), count("misp-2.5.1")), (21, 52, 55));
        assert_eq!((count("misp-2.5.19"), count("misp-2.5-latest")), (55 + 7, 55 + 16));
    }

    #[test]
    fn a_release_in_between_has_the_modules_of_the_one_before() {
        assert!(std::ptr::eq(catalogue("misp-2.4.168"), catalogue("misp-2.4.165")));
        assert!(std::ptr::eq(catalogue("misp-2.4.210"), catalogue("misp-2.4.199")));
        assert!(std::ptr::eq(catalogue("misp-2.5.27"), catalogue("misp-2.5-latest")));
        assert!(std::ptr::eq(catalogue("misp-2.5.19"), Catalogue::built_in()));
        // It is not known what the releases between those two have.
        assert!(std::ptr::eq(catalogue("misp-2.5.2"), catalogue("misp-2.5.19")));
    }

    #[test]
    fn versions_go_back() {
        let versions: Vec<String> =
            ["165", "169", "174", "178", "179"].map(|patch| version(&format!("misp-2.4.{patch}"), "webhook")).to_vec();
        assert_eq!(versions, ["0.2", "0.3", "0.4", "0.6", "0.7"]);
        assert_eq!(
            (version("misp-2.4.169", "tag-if"), version("misp-2.4.170", "tag-if")),
            ("0.1".into(), "0.3".into())
        );
    }

    #[test]
    fn a_parameter_of_old_has_its_form_and_our_words() {
        let organisation = |target: &str| catalogue(target).module("organisation-if").unwrap();
        let now = organisation("misp-2.5.1").parameter("condition").unwrap();
        let then = organisation("misp-2.4.178").parameter("condition").unwrap();
        assert!(then.has_option("equals") && !then.has_option("in"));
        assert_eq!((&then.description, &then.label), (&now.description, &now.label));
        let picker = organisation("misp-2.4.178").parameter("org_id").unwrap();
        assert_eq!((picker.kind, picker.multiple), (ParameterKind::Picker, false));
        // Surprises belong to a version.
        assert!(organisation("misp-2.4.178").traps.is_empty());
    }

    #[test]
    fn a_trigger_that_blocks_in_one_release() {
        let blocks = ["misp-2.4.199", "misp-2.5.0", "misp-2.5.1"]
            .map(|target| catalogue(target).module("shadow-attribute-after-save").unwrap().blocking);
        assert_eq!(blocks, [false, true, false]);
    }

    #[test]
    fn later_modules_know_what_earlier_ones_said() {
        let tag_if = |target: &str| catalogue(target).module("tag-if").unwrap();
        assert_eq!(tag_if("misp-2.5-latest").description, tag_if("misp-2.5.1").description);
        assert!(tag_if("misp-2.5-latest").parameter("scope").unwrap().has_option("event_report"));
        assert!(!tag_if("misp-2.5.1").parameter("scope").unwrap().has_option("event_report"));
    }

    #[test]
    fn every_module_and_parameter_of_every_release_is_described() {
        for module in all().flat_map(Catalogue::modules) {
            let parameters = module.parameters.iter().map(|parameter| (&parameter.description, &parameter.label));
            assert!(!module.description.is_empty(), "{}", module.id);
            for (description, label) in parameters {
                assert!(!description.is_empty() && !label.is_empty(), "{}", module.id);
                assert!(!description.ends_with('.') && !description.contains('\n'), "{}: {description}", module.id);
            }
        }
    }
}
