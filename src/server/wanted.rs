//! A workflow or blueprint as it should be on one server: with that server's ids, and with values for the environment.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::catalogue::{Catalogue, module_ids};
use crate::diff::fit;
use crate::jinja::of_verbatim;
use crate::misp::{self, Filling, Form, MissingVariable, WriteError};
use crate::model::{Document, Graph, ModuleType, ParamText, ParamValue, TextPart, is_adhoc};
use crate::secrets::Secret;

/// Gives the value of a variable of the environment.
pub type Environment<'e> = &'e (dyn Fn(&str) -> Option<Secret> + Sync);

/// What is to be written to a server.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The body that says it.
    pub request: String,
    /// What the server should have then.
    pub document: Document<'static>,
}

/// The document with values, as far as they are known.
pub(super) struct Filled<'a> {
    /// With all values; `None` if some are missing.
    pub wanted: Option<Wanted>,
    /// If some are missing: with those that are known, and names in the place of the others.
    pub named: Option<Document<'static>>,
    /// To be compared with the row and shown: values where they are those of the row, and names of variables elsewhere.
    pub shown: Document<'a>,
    /// Variables without a value.
    pub missing: Vec<MissingVariable>,
    /// Secrets whose values are not known here, with what the row has in their place.
    pub assumed: BTreeMap<String, Secret>,
}

/// How `run-workflow` lists ad-hoc workflows on this server, by how the text lists them.
pub(super) type Listed = BTreeMap<String, String>;

/// Gives a document the ids of a server: the trigger that its row has, and the names under which the workflows are listed
/// that it runs.
pub(super) fn for_server<'a>(document: &Document<'a>, trigger: Option<&str>, listed: &Listed) -> Document<'a> {
    let mut document = document.clone();
    if let Some(trigger) = trigger.filter(|trigger| is_adhoc(trigger)) {
        document.trigger_id = Some(Cow::Owned(trigger.to_owned()));
        for node in &mut document.graph.nodes {
            if node.module_type == ModuleType::Trigger && is_adhoc(&node.module) {
                node.module = Cow::Owned(trigger.to_owned());
            }
        }
    }
    for node in document.graph.nodes.iter_mut().filter(|node| node.module == module_ids::RUN_WORKFLOW) {
        for (_, value) in &mut node.params {
            let items = match value {
                ParamValue::List(items) => items.as_mut_slice(),
                one => std::slice::from_mut(one),
            };
            for item in items {
                if let ParamValue::Text(ParamText::Plain(name)) = item
                    && let Some(real) = listed.get(&**name)
                {
                    *name = Cow::Owned(real.clone());
                }
            }
        }
    }
    document
}

/// Fills in values. Of a secret that is not set here, what the row has in its place is taken.
pub(super) fn fill<'a>(
    document: &Document<'a>,
    row: Option<&Document<'static>>,
    catalogue: &Catalogue,
    environment: Environment<'_>,
) -> Filled<'a> {
    let in_row = row.map(|row| secrets_in(document, row)).unwrap_or_default();
    let assumed: BTreeMap<String, Secret> =
        in_row.into_iter().filter(|(name, _)| environment(name).is_none()).collect();
    let values = |name: &str| environment(name).or_else(|| assumed.get(name).cloned());
    let is_template = |module: &str, parameter: &str| {
        let signature = catalogue.module(module);
        signature.and_then(|module| module.parameter(parameter)).is_some_and(|parameter| parameter.jinja)
    };
    let write = |values: Environment<'_>| {
        misp::write(document, Form::Request, Filling::ForMisp { environment: values, is_template: &is_template })
    };
    let (wanted, named, missing) = match write(&values) {
        Ok(request) => {
            let wanted = read_back(&request, document).map(|document| Wanted { request, document });
            (wanted, None, Vec::new())
        }
        Err(WriteError { missing }) => {
            let is_missing = |name: &str| missing.iter().any(|missing| missing.name == name);
            let or_name =
                |name: &str| values(name).or_else(|| is_missing(name).then(|| Secret::new(format!("${{{name}}}"))));
            let named = write(&or_name).ok().and_then(|request| read_back(&request, document));
            (None, named, missing)
        }
    };
    let mut shown = document.clone();
    if let (Some(wanted), Some(row)) = (&wanted, row) {
        show_equal_values(&mut shown.graph, &wanted.document.graph, &row.graph);
    }
    Filled { wanted, named, shown, missing, assumed }
}

/// A document as the server has it once it was sent.
fn read_back(request: &str, document: &Document<'_>) -> Option<Document<'static>> {
    let mut read = misp::read(request).ok()?.documents.pop()?;
    read.uuid = document.uuid;
    read.trigger_id = document.trigger_id.as_ref().map(|trigger| Cow::Owned(trigger.to_string()));
    for node in &mut read.graph.nodes {
        node.origin = document.graph.node(node.id).and_then(|node| node.origin);
    }
    Some(read)
}

/// Puts values in the place of variables wherever the row has the same.
fn show_equal_values(shown: &mut Graph<'_>, filled: &Graph<'static>, row: &Graph<'static>) {
    for node in &mut shown.nodes {
        let (Some(filled), Some(row)) = (filled.node(node.id), row.node(node.id)) else { continue };
        for (name, value) in &mut node.params {
            let of = |params: &[(Cow<'static, str>, ParamValue<'static>)]| {
                params.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
            };
            if let (Some(value_here), Some(value_there)) = (of(&filled.params), of(&row.params))
                && value_here == value_there
            {
                *value = value_here;
            }
        }
        if filled.filter.value == row.filter.value {
            node.filter.value = filled.filter.value.clone();
        }
    }
}

/// What a row has where a document names secrets.
fn secrets_in(document: &Document<'_>, row: &Document<'_>) -> BTreeMap<String, Secret> {
    let mut found = BTreeMap::new();
    for node in &document.graph.nodes {
        let Some(other) = row.graph.node(node.id).filter(|other| other.module == node.module) else { continue };
        let mut see = |text: &ParamText<'_>, there: &ParamText<'_>| {
            let (ParamText::Parts(parts), ParamText::Plain(there)) = (text, there) else { return };
            for (part, value) in fit(parts, there).into_iter().flatten() {
                if let TextPart::Secret { name, .. } = part
                    && !value.is_empty()
                {
                    let value = of_verbatim(value).unwrap_or_else(|| value.to_owned());
                    found.insert(name.to_string(), Secret::new(value));
                }
            }
        };
        for (name, value) in &node.params {
            let there = other.params.iter().find(|(known, _)| known == name);
            if let (ParamValue::Text(text), Some((_, ParamValue::Text(there)))) = (value, there) {
                see(text, there);
            }
        }
        see(&node.filter.value, &other.filter.value);
    }
    found
}

/// The secrets that a document names.
pub(super) fn secret_names(document: &Document<'_>) -> Vec<String> {
    let mut names = BTreeSet::new();
    for node in &document.graph.nodes {
        let params = node.params.iter().map(|(_, value)| value);
        params.for_each(|value| in_value(value, &mut names));
        in_text(&node.filter.value, &mut names);
    }
    names.into_iter().collect()
}

/// Recursive: values nest no deeper than the parser and the reader let them.
fn in_value(value: &ParamValue<'_>, names: &mut BTreeSet<String>) {
    match value {
        ParamValue::Text(text) => in_text(text, names),
        ParamValue::List(items) => items.iter().for_each(|item| in_value(item, names)),
        ParamValue::Object(entries) => entries.iter().for_each(|(_, item)| in_value(item, names)),
        ParamValue::Null | ParamValue::Boolean(_) | ParamValue::Number(_) => {}
    }
}

fn in_text(text: &ParamText<'_>, names: &mut BTreeSet<String>) {
    let ParamText::Parts(parts) = text else { return };
    for part in parts {
        if let TextPart::Secret { name, .. } = part {
            names.insert(name.to_string());
        }
    }
}
