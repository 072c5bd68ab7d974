//! Values: options, tags, constants, and what a path that is compared can be.

use crate::catalogue::{Parameter, ParameterKind, Signature, module_ids, quoted_unless_name};
use crate::format::quote;
use crate::schema::{Schema, Shape};
use crate::syntax::tree::Item;
use crate::tags::Taxonomy;
use crate::typing::{FollowedPath, Start};

use super::super::analysis::in_words;
use super::super::cursor::{CallAt, ValueAt};
use super::super::walk::CallKind;
use super::paths::items_at;
use super::snippet::within_quotes;
use super::{MOST, OfferKind, Offers};

impl<'a> Offers<'_, '_, 'a> {
    pub(super) fn values(&mut self, value: &ValueAt) {
        // There are many tags, and those that a project uses often have a name.
        let is_listed = value.is_tag || value.compared.is_some();
        if is_listed && !self.cursor.in_string {
            self.constants(5);
        }
        if let Some((path, items)) = &value.compared {
            self.compared_values(path, items.as_deref());
        }
        if value.is_tag {
            self.tags();
        }
        if let Some(field) = &value.field {
            match field.as_str() {
                "debug" | "blocking" | "filters" | "core-format" => self.words(&["true", "false"]),
                "shape" => self.words(&["default", "if"]),
                "outputs" => self.words(&["0", "1", "2"]),
                _ => {}
            }
            return;
        }
        if value.of_call
            && let Some(call) = self.cursor.calls.last().cloned()
        {
            self.values_of_call(&call, value);
        }
        if !self.cursor.in_string && !is_listed {
            self.constants(50);
            self.word("env", "env(\"${1:NAME}\")", 60);
            self.word("secret", "secret(\"${1:NAME}\")", 60);
            self.word("lines", "lines(\"${1:values.txt}\")", 60);
        }
    }

    pub(super) fn values_of_call(&mut self, call: &CallAt, value: &ValueAt) {
        let Some(name) = call.parameter.as_deref() else { return };
        if call.kind == CallKind::Use {
            let known = self
                .analysis
                .blueprint(self.file, &call.name)
                .and_then(|(_, blueprint)| blueprint.parameters.iter().find(|parameter| parameter.name.text == name));
            match known.map(|parameter| parameter.kind.text) {
                Some("path") => self.paths(None, 20),
                Some("boolean") => self.words(&["true", "false"]),
                _ => {}
            }
            return;
        }
        let Some(module) = self.analysis.signature(self.file, &call.name) else { return };
        let Some(parameter) = module.parameter(name) else { return };
        if !value.keys.is_empty() {
            return;
        }
        if call.name == module_ids::RUN_WORKFLOW && name == "workflows" {
            self.adhoc_workflows();
        }
        if is_list_of_tags(module, parameter) {
            if name.contains("cluster") {
                self.clusters();
            } else {
                self.tags();
            }
            return;
        }
        match parameter.kind {
            ParameterKind::HashPath => {
                let selector = module.parameters.iter().filter(|other| other.kind == ParameterKind::HashPath);
                let selector =
                    selector.filter(|other| parameter.sub_selector && !other.sub_selector).find_map(|other| {
                        call.given
                            .iter()
                            .find(|(given, _)| *given == other.id)
                            .map(|(_, value)| value.trim_matches('"').to_owned())
                    });
                self.paths(selector.as_deref(), 10);
            }
            ParameterKind::Checkbox => self.words(&["true", "false"]),
            _ => {}
        }
        for (key, label) in &parameter.options {
            let is_same = label.is_empty() || label == key;
            let mut offer = self.offer(key, OfferKind::Value, 10);
            if !is_same {
                label.trim().clone_into(&mut offer.detail);
            }
            offer.text = self.as_option(key);
            self.add(offer);
        }
    }

    /// An option as a value: a word where it is one, else a string.
    pub(super) fn as_option(&self, key: &str) -> String {
        if self.cursor.in_string {
            return within_quotes(key);
        }
        let is_word = quoted_unless_name(key) == key && !matches!(key, "true" | "false" | "null");
        let is_taken = self.analysis.context.scopes[self.file].constants.contains_key(key);
        let is_number = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit());
        if is_number || is_word && !is_taken { key.to_owned() } else { quote(key) }
    }

    pub(super) fn as_string(&self, text: &str) -> String {
        if self.cursor.in_string { within_quotes(text) } else { quote(text) }
    }

    pub(super) fn adhoc_workflows(&mut self) {
        for file in 0..self.analysis.len() {
            for item in &self.analysis.tree(file).items {
                if let Item::Workflow(workflow) = item
                    && module_ids::is_adhoc(workflow.trigger.name.text)
                {
                    let mut offer = self.offer(workflow.id.text, OfferKind::Workflow, 10);
                    offer.text = self.as_string(workflow.id.text);
                    self.add(offer);
                }
            }
        }
    }

    pub(super) fn tags(&mut self) {
        let tags = self.analysis.context.tags;
        let typed = self.cursor.prefix(self.text).trim_start_matches('"').to_lowercase();
        let server = tags.tags_of_server().map(|server| &server.tags);
        let all: Vec<(&str, &str)> = if let Some(tags) = server {
            tags.iter().map(|tag| (tag.as_str(), "on the server")).collect()
        } else {
            let of =
                |taxonomy: &'a Taxonomy| taxonomy.tags.iter().map(|tag| (tag.as_str(), taxonomy.namespace.as_str()));
            tags.taxonomies().iter().flat_map(of).collect()
        };
        let matching = all.into_iter().filter(|(tag, _)| typed.is_empty() || tag.to_lowercase().contains(&typed));
        for (tag, detail) in matching.take(MOST) {
            let mut offer = self.offer(tag, OfferKind::Tag, 10);
            detail.clone_into(&mut offer.detail);
            offer.text = self.as_string(tag);
            self.add(offer);
        }
        self.clusters();
    }

    pub(super) fn clusters(&mut self) {
        let Some(server) = self.analysis.context.tags.clusters_of_server() else { return };
        let typed = self.cursor.prefix(self.text).to_lowercase();
        for cluster in server.clusters.iter().filter(|cluster| cluster.to_lowercase().contains(&typed)).take(MOST) {
            let mut offer = self.offer(cluster, OfferKind::Tag, 15);
            "a galaxy cluster on the server".clone_into(&mut offer.detail);
            offer.text = self.as_string(cluster);
            self.add(offer);
        }
    }

    pub(super) fn constants(&mut self, rank: u8) {
        let mut names: Vec<&str> = self.analysis.context.scopes[self.file].constants.keys().copied().collect();
        names.sort_unstable();
        if let Some(head) = self.cursor.item.clone().filter(|head| head.keyword == "blueprint")
            && let Some((_, blueprint)) = self.analysis.blueprint(self.file, &head.id)
        {
            for parameter in &blueprint.parameters {
                let mut offer = self.offer(parameter.name.text, OfferKind::Constant, rank);
                offer.detail = format!("a parameter, {}", parameter.kind.text);
                self.add(offer);
            }
        }
        for name in names {
            let mut offer = self.offer(name, OfferKind::Constant, rank);
            offer.detail = self.analysis.constant(self.file, name).map(in_words).unwrap_or_default();
            self.add(offer);
        }
    }

    pub(super) fn compared_values(&mut self, path: &str, items: Option<&str>) {
        let typer = self.typer();
        let shapes = match FollowedPath::new(path, Start::Root, &typer) {
            _ if items.is_some() => {
                let items = items_at(items.unwrap_or_default(), &typer);
                FollowedPath::new(path, Start::Items(&items), &typer).map(|found| found.followed.selected)
            }
            found => found.map(|found| found.followed.selected),
        };
        for shape in shapes.unwrap_or_default() {
            match shape {
                Shape::OneOf(id) => {
                    for (value, label) in &Schema::core().enumeration(id).values {
                        let mut offer = self.offer(value, OfferKind::Value, 10);
                        label.clone_into(&mut offer.detail);
                        offer.text = self.as_string(value);
                        self.add(offer);
                    }
                }
                Shape::Boolean if !self.cursor.in_string => self.words(&["true", "false"]),
                _ => {}
            }
        }
        let whole = format!("{}.{path}", items.unwrap_or_default());
        if path.ends_with("name") && whole.contains("Tag") {
            self.tags();
        }
    }
}

/// Whether a parameter is a list of tags or galaxy clusters.
fn is_list_of_tags(module: &Signature, parameter: &Parameter) -> bool {
    module_ids::lists_tags(&module.id) && (parameter.id.contains("tag") || parameter.id.contains("cluster"))
}
