//! MISP's editor as witness: `tests/editor/saved-all-modules-RELEASE.json` is what it saved for a canvas
//! with one untouched node of every module. Each of those nodes must follow from its signature.

use mispflow::catalogue::{Catalogue, Signature};
use mispflow::model::{ModuleType, ParamValue};
use serde_json::{Map, Value, json};

const SAVED: [(&str, &str); 2] = [
    ("misp-2.5.1", include_str!("../editor/saved-all-modules-2.5.1.json")),
    ("misp-2.5.19", include_str!("../editor/saved-all-modules-2.5.19.json")),
];

/// What the editor of one release saved.
struct Saved {
    catalogue: &'static Catalogue,
    /// Every node, with its signature.
    nodes: Vec<(Value, &'static Signature)>,
}

fn saved() -> [Saved; 2] {
    SAVED.map(|(release, text)| {
        let catalogue = Catalogue::for_target(release.parse().unwrap());
        let Value::Object(saved) = serde_json::from_str(text).unwrap() else { panic!("expected an object") };
        let nodes = saved.into_iter().filter(|(key, _)| key != "_frames").map(|(_, node)| {
            let id = node["data"]["id"].as_str().unwrap();
            let signature = catalogue.module(id).unwrap_or_else(|| panic!("`{id}` is not known"));
            (node, signature)
        });
        Saved { catalogue, nodes: nodes.collect() }
    })
}

fn nodes() -> impl Iterator<Item = (Value, &'static Signature)> {
    saved().into_iter().flat_map(|saved| saved.nodes)
}

/// `{"PREFIX_1": {"connections": []}, …}`, as the editor writes unconnected inputs and outputs.
fn unconnected(prefix: &str, count: u8) -> Value {
    (1..=count).map(|number| (format!("{prefix}_{number}"), json!({"connections": []}))).collect::<Map<_, _>>().into()
}

#[test]
fn the_canvas_holds_one_node_of_every_module() {
    // The service that was asked did not have these yet.
    let newer = ["crowdstrike_ioc_publish", "mattermost", "slack"];
    for saved in saved() {
        let mut ids: Vec<_> = saved.nodes.iter().map(|(_, signature)| signature.id.as_str()).collect();
        let count = ids.len();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count);
        for module in saved.catalogue.modules() {
            let is_newer = newer.contains(&module.id.as_str());
            // A graph has one trigger only.
            let expected = module.inputs() == 1 && !is_newer || module.id == "event-publish";
            assert_eq!(ids.binary_search(&module.id.as_str()).is_ok(), expected, "{}", module.id);
        }
    }
}

#[test]
fn parameters_follow_from_the_signature() {
    for (node, signature) in nodes() {
        let Value::Object(saved) = &node["data"]["indexed_params"] else { panic!("expected an object") };
        let written: Vec<(&str, ParamValue<'_>)> = signature
            .parameters
            .iter()
            .filter_map(|parameter| Some((parameter.id.as_str(), parameter.editor_default()?)))
            .collect();
        let saved: Vec<_> = saved.iter().map(|(key, value)| (key.as_str(), ParamValue::from(value))).collect();
        // The order of the keys and the types of the values count.
        assert_eq!(written, saved, "{}", signature.id);
    }
}

#[test]
fn the_rest_of_a_node_follows_from_the_signature() {
    for (node, signature) in nodes() {
        let id = &signature.id;
        let data = &node["data"];
        // The editor keeps whatever name a node came with; the trigger's was made by hand.
        let name = if signature.module_type == ModuleType::Trigger { id } else { &signature.name };
        assert_eq!(node["name"], *name, "{id}");
        assert_eq!(data["name"], *name, "{id}");
        assert_eq!(data["module_type"], signature.module_type.as_str(), "{id}");
        assert_eq!(data["module_version"], signature.version, "{id}");
        assert_eq!(data["multiple_output_connection"], signature.multiple_output_connection, "{id}");
        assert_eq!(node["class"], signature.css_class(), "{id}");
        assert_eq!(node["inputs"], unconnected("input", signature.inputs()), "{id}");
        assert_eq!(node["outputs"], unconnected("output", signature.outputs), "{id}");
    }
}
