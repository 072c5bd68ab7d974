//! The tags that a server's catalogue lists.

use super::module_ids;
use crate::tags::ServerTags;

use super::signature::{Provenance, Signature};

/// What the signatures of a catalogue list; `None` if that is nothing.
pub fn server_tags(signatures: &[Signature], catalogue: &str) -> Option<ServerTags> {
    let mut listed = ServerTags { catalogue: catalogue.into(), ..ServerTags::default() };
    let modules = signatures.iter().filter(|module| module.provenance == Provenance::BuiltIn);
    for module in modules.filter(|module| module_ids::lists_tags(&module.id)) {
        for (parameter, list) in [("tags", &mut listed.tags), ("clusters", &mut listed.clusters)] {
            let options = module.parameter(parameter).into_iter().flat_map(|picker| picker.options.keys());
            list.extend(options.cloned());
        }
    }
    (!listed.tags.is_empty() || !listed.clusters.is_empty()).then_some(listed)
}

/// Makes the pickers that list tags take others too: a server gets new ones every day, which is not a mistake of
/// type. What it does not list is a finding of its own.
pub(super) fn open_pickers(signatures: &mut [Signature]) {
    let modules = signatures.iter_mut().filter(|module| module.provenance == Provenance::BuiltIn);
    for module in modules.filter(|module| module_ids::lists_tags(&module.id)) {
        for picker in module.parameters.iter_mut().filter(|picker| matches!(&*picker.id, "tags" | "clusters")) {
            picker.open = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Catalogue, Target, load};

    const ANSWER: &str = r#"[
        {"id": "tag-if", "module_type": "logic", "params": [
            {"id": "tags", "type": "picker", "multiple": true, "options": ["", "tlp:red"]},
            {"id": "clusters", "type": "picker", "multiple": true, "options": ["country=\"belgium\""]}]},
        {"id": "tag_operation", "module_type": "action", "params": [
            {"id": "tags", "type": "picker", "multiple": true, "options": ["tlp:red", "ours"]}]},
        {"id": "own", "module_type": "action", "is_custom": true, "params": [
            {"id": "tags", "type": "picker", "options": ["low", "high"]}]}
    ]"#;

    #[test]
    fn a_servers_answer_lists_its_tags() {
        let modules = load(ANSWER).unwrap();
        let listed = server_tags(&modules, "prod.json").unwrap();
        assert!(listed.tags.iter().eq(["tlp:red", "ours"]), "{:?}", listed.tags);
        assert!(listed.clusters.iter().eq(["country=\"belgium\""]), "{:?}", listed.clusters);
        // Those take others too, and the picker of a custom module stays closed.
        let open = |id: &str| modules.iter().find(|module| module.id == id).unwrap().parameter("tags").unwrap().open;
        assert!(open("tag-if") && open("tag_operation") && !open("own"));
    }

    #[test]
    fn built_in_catalogues_list_none() {
        for target in Target::NAMES {
            let modules: Vec<_> = Catalogue::for_target(target.parse().unwrap()).modules().cloned().collect();
            assert_eq!(server_tags(&modules, "built in"), None, "{target}");
        }
    }
}
