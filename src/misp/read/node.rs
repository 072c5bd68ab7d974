//! One node.

use std::borrow::Cow;

use super::connections::{self, InputConnection};
use super::graph::own_id;
use super::ids::NodePlace;
use super::json::{Json, Member};
use super::oddity::Notes;
use super::path::{Path, quoted};
use super::value::{flag, members, params, text, unique};
use super::{ReadError, placeholders};
use crate::model::{ModuleType, Node, NodeId, ParamText, SavedFilter};

/// A node whose id and inputs are not settled yet.
pub(super) struct Draft {
    /// The node.
    pub(super) node: Node<'static>,
    /// Where it is.
    pub(super) place: NodePlace,
    /// Whether its key is its id.
    pub(super) keyed: bool,
    /// The id it tells itself.
    pub(super) own_id: Option<NodeId>,
    /// The connections that its inputs list; `None` where it has no `inputs`.
    pub(super) inputs: Option<Vec<InputConnection>>,
}

/// What MISP copies from the module's signature into a node, or keeps for its pages. It is made
/// anew whenever the editor loads the node.
const OF_THE_MODULE: [&str; 24] = [
    "scope",
    "description",
    "icon",
    "icon_path",
    "icon_class",
    "inputs",
    "outputs",
    "blocking",
    "expect_misp_core_format",
    "trigger_overhead",
    "trigger_overhead_message",
    "is_misp_module",
    "is_custom",
    "is_filtering",
    "is_adhoc",
    "version",
    "support_filters",
    "html_template",
    "disabled",
    "params",
    "module_data",
    "notifications",
    "Workflow",
    "disabled_reason",
];

/// Reads a node. `None` if there is nothing that could be one, which is noted.
pub(super) fn read(
    json: Json<'_>,
    place: &NodePlace,
    keyed: bool,
    path: &Path<'_>,
    notes: &mut Notes,
) -> Result<Option<Draft>, ReadError> {
    let Json::Object(fields) = json else {
        notes.add(path, format!("a node is an object, not {}; it is not kept", json.kind()));
        return Ok(None);
    };
    let mut node = empty_node();
    let (mut own, mut data, mut name, mut class) = (None, None, None, None);
    let (mut inputs, mut outputs, mut x, mut y) = (None, None, None, None);
    for (key, value) in unique(fields, path, notes) {
        let here = path.key(&key);
        match key.as_ref() {
            "id" => own = own_id(&value, &here, notes),
            "name" => name = Some(text(value, &here, notes)),
            "data" => data = Some(members(value, &here, notes)),
            "class" => class = Some(text(value, &here, notes)),
            "inputs" => inputs = Some(connections::inputs(value, &here, notes)),
            "outputs" => outputs = Some(connections::outputs(value, &here, notes)),
            "pos_x" => x = pixels(&value, &here, notes),
            "pos_y" => y = pixels(&value, &here, notes),
            "typenode" if matches!(value, Json::Boolean(false)) => {}
            "typenode" => notes.add(&here, "this is always `false` in MISP; the value is not kept"),
            _ => notes.add(&here, "this key is not known in a node; it is not kept"),
        }
    }
    let stated_type = module(data.unwrap_or_default(), &mut node, name, path, notes)?;
    if node.module.is_empty() {
        notes.add(&path.key("data"), "the node names no module; it is not kept");
        return Ok(None);
    }
    node.class = class.unwrap_or_else(|| missing("class", path, notes));
    if let Err(stated) = stated_type {
        node.odd_type = Some(stated);
        node.module_type = type_of_class(&node.class);
        let guess = node.module_type.as_str();
        notes.add(
            &path.key("data"),
            format!("`module_type` is missing or unknown; it is taken for `{guess}` from the node's class"),
        );
    }
    // MISP reads it in triggers alone.
    node.gives_core_format &= node.module_type == ModuleType::Trigger;
    node.outputs = outputs.unwrap_or_else(|| {
        notes.add(path, "`outputs` is missing; the node is read without outputs");
        Vec::new()
    });
    node.position = match (x, y) {
        (None, None) => {
            notes.add(path, "the node has no position");
            None
        }
        (x, y) => Some((x.unwrap_or_default(), y.unwrap_or_default())),
    };
    let inputs = inputs.map(|(count, connections)| {
        node.inputs = count;
        connections
    });
    Ok(Some(Draft { node, place: place.clone(), keyed, own_id: own, inputs }))
}

fn empty_node() -> Node<'static> {
    Node {
        id: 0,
        module: Cow::Borrowed(""),
        name: Cow::Borrowed(""),
        module_type: ModuleType::Action,
        version: Cow::Borrowed(""),
        params: Vec::new(),
        filter: SavedFilter::default(),
        multiple_output_connection: false,
        gives_core_format: false,
        odd_type: None,
        class: Cow::Borrowed(""),
        inputs: 0,
        outputs: Vec::new(),
        position: None,
        origin: None,
    }
}

fn missing(key: &str, path: &Path<'_>, notes: &mut Notes) -> Cow<'static, str> {
    notes.add(path, format!("`{key}` is missing; it is read as empty"));
    Cow::Borrowed("")
}

/// What a node says that it is; as an error, a text that names no kind of module.
type StatedType = Result<(), Cow<'static, str>>;

/// Reads the node's `data` into it.
fn module(
    fields: Vec<Member<'_>>,
    node: &mut Node<'static>,
    outer_name: Option<Cow<'static, str>>,
    path: &Path<'_>,
    notes: &mut Notes,
) -> Result<StatedType, ReadError> {
    let outer_path = path;
    let path = &path.key("data");
    let mut module_type = None;
    let mut stated = Cow::Borrowed("");
    let (mut inner_name, mut version) = (None, None);
    let mut copies = Vec::new();
    let mut standing = None;
    for (key, value) in fields {
        let here = path.key(&key);
        match key.as_ref() {
            "id" => node.module = text(value, &here, notes),
            "name" => inner_name = Some(text(value, &here, notes)),
            "module_type" => {
                stated = text(value, &here, notes);
                module_type = type_of_text(&stated);
            }
            "module_version" => version = Some(text(value, &here, notes)),
            "multiple_output_connection" => node.multiple_output_connection = flag(&value, &here, notes),
            "misp_core_format" => node.gives_core_format = flag(&value, &here, notes),
            "saved_filters" => node.filter = filter(value, &here, notes),
            "indexed_params" => node.params = indexed_params(value, &here, notes)?,
            // Made anew by the editor on every load.
            "node_uid" | "previous_module_version" => {}
            "placeholders" => standing = Some((value, key)),
            known if OF_THE_MODULE.contains(&known) => copies.push(format!("`{known}`")),
            _ => notes.add(&here, "this key is not known in a node's data; it is not kept"),
        }
    }
    // They are in parameters that may come later.
    if let Some((value, key)) = standing {
        placeholders::apply(value, node, &path.key(&key), notes);
    }
    if !copies.is_empty() {
        let copies = copies.join(", ");
        notes.add(path, format!("these are copies of the module's own signature and are not kept: {copies}"));
    }
    if !node.module.is_empty() {
        node.version = version.unwrap_or_else(|| missing("module_version", path, notes));
        if let (Some(outer), Some(inner)) = (&outer_name, &inner_name)
            && !inner.is_empty()
            && outer != inner
        {
            let message =
                format!("the node's data calls it {}; the name here is not kept, as in MISP's editor", quoted(inner));
            notes.add(&outer_path.key("name"), message);
        }
        node.name =
            inner_name.filter(|name| !name.is_empty()).or(outer_name).unwrap_or_else(|| missing("name", path, notes));
    }
    node.module_type = module_type.unwrap_or(ModuleType::Action);
    Ok(module_type.map(drop).ok_or(stated))
}

fn type_of_text(text: &str) -> Option<ModuleType> {
    [ModuleType::Trigger, ModuleType::Logic, ModuleType::Action].into_iter().find(|known| known.as_str() == text)
}

fn type_of_class(class: &str) -> ModuleType {
    let has = |wanted| class.split_ascii_whitespace().any(|class| class == wanted);
    if has("block-type-trigger") {
        ModuleType::Trigger
    } else if has("block-type-logic") {
        ModuleType::Logic
    } else {
        ModuleType::Action
    }
}

fn indexed_params(
    json: Json<'_>,
    path: &Path<'_>,
    notes: &mut Notes,
) -> Result<Vec<(Cow<'static, str>, crate::model::ParamValue<'static>)>, ReadError> {
    let fields = match json {
        Json::List(items) if !items.is_empty() => {
            notes.add(path, "the parameters are a list; they are kept under their numbers, as PHP reads them");
            items.into_iter().enumerate().map(|(index, item)| (Cow::Owned(index.to_string()), item)).collect()
        }
        json => members(json, path, notes),
    };
    params(fields, path, 0, notes)
}

fn filter(json: Json<'_>, path: &Path<'_>, notes: &mut Notes) -> SavedFilter<'static> {
    let mut filter = SavedFilter::default();
    for (key, value) in members(json, path, notes) {
        let here = path.key(&key);
        match key.as_ref() {
            "selector" => filter.selector = text(value, &here, notes),
            "value" => filter.value = ParamText::Plain(text(value, &here, notes)),
            "operator" => filter.operator = text(value, &here, notes),
            "path" => filter.path = text(value, &here, notes),
            _ => notes.add(&here, "this key is not known in a filter; it is not kept"),
        }
    }
    filter
}

fn pixels(json: &Json<'_>, path: &Path<'_>, notes: &mut Notes) -> Option<f64> {
    let (value, is_text) = match json {
        Json::Number(number) => (number.as_f64(), false),
        Json::Text(text) => (text.trim().parse().ok().filter(|value: &f64| value.is_finite()), true),
        _ => (None, false),
    };
    match value {
        None => notes.add(path, "a position is a number of pixels; this is not kept"),
        Some(_) if is_text => notes.add(path, "the position is a string here; it is read as a number"),
        Some(_) => {}
    }
    value
}
