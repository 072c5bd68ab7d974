//! What a new signature takes over from the one it replaces.

use super::{Parameter, ParameterKind, Provenance, Signature};

impl Signature {
    /// Takes over what `known` says and this signature, which replaces it, does not. Custom modules
    /// take over nothing: they only happen to have the same id.
    pub(super) fn keep_what_is_known(&mut self, known: &Self) {
        if self.provenance == Provenance::Custom {
            return;
        }
        keep(&mut self.description, &known.description);
        // Surprises belong to a version of the module.
        if self.traps.is_empty() && self.version == known.version {
            self.traps.clone_from(&known.traps);
        }
        for parameter in &mut self.parameters {
            if let Some(known) = known.parameter(&parameter.id) {
                parameter.keep_what_is_known(known);
            }
        }
    }
}

impl Parameter {
    pub(super) fn keep_what_is_known(&mut self, known: &Self) {
        keep(&mut self.label, &known.label);
        keep(&mut self.description, &known.description);
        // What a server gives as examples are its placeholders, some of which find nothing.
        if self.kind == known.kind && !known.example.is_empty() {
            self.example.clone_from(&known.example);
        }
        self.sensitive |= known.sensitive;
        self.json |= known.json;
        if self.required.is_none() {
            self.required.clone_from(&known.required);
        }
        if self.kind == known.kind {
            self.sub_selector |= known.sub_selector;
            if self.lines.is_none() {
                self.lines.clone_from(&known.lines);
            }
            // A select that is known to take more than it offers does so on every server.
            let same_offer = !known.options.is_empty() && self.options.keys().eq(known.options.keys());
            self.open |= self.kind == ParameterKind::Select && known.open && same_offer;
        }
    }
}

fn keep(text: &mut String, known: &str) {
    if text.is_empty() {
        known.clone_into(text);
    }
}

#[cfg(test)]
mod tests {
    use crate::catalogue::{Catalogue, load};

    #[test]
    fn a_servers_answer_keeps_our_knowledge() {
        let answer = r#"[{"id": "ms-teams-webhook", "name": "MS Teams Webhook", "version": "0.5",
            "description": "As the server says", "module_type": "action", "outputs": 1, "params": [
                {"id": "url", "label": "URL", "type": "input"},
                {"id": "content_type", "label": "Type", "type": "select", "default": "form", "options": {"form": "Form"}}
            ]}]"#;
        let mut catalogue = Catalogue::built_in().clone();
        catalogue.extend(load(answer).unwrap());
        let module = catalogue.module("ms-teams-webhook").unwrap();
        let known = Catalogue::built_in().module("ms-teams-webhook").unwrap();
        assert_eq!(module.description, "As the server says");
        assert_eq!(module.traps, known.traps);
        assert_eq!(module.parameters.len(), 2);
        let url = module.parameter("url").unwrap();
        assert_eq!(url.required, known.parameter("url").unwrap().required);
        assert!(url.sensitive);
        assert!(module.parameter("content_type").unwrap().open);
    }

    #[test]
    fn a_servers_headers_are_still_lines() {
        let answer = r#"[{"id": "webhook", "name": "Webhook", "version": "0.7", "module_type": "action", "params": [
            {"id": "headers", "label": "Headers", "type": "textarea"}]}]"#;
        let mut catalogue = Catalogue::built_in().clone();
        catalogue.extend(load(answer).unwrap());
        let headers = catalogue.module("webhook").unwrap().parameter("headers").unwrap();
        assert_eq!(headers.lines.as_deref(), Some(": "));
    }

    #[test]
    fn placeholders_of_a_server_are_no_better_than_our_examples() {
        let answer = r#"[{"id": "push-zmq", "name": "Push to ZMQ", "version": "0.2", "module_type": "action", "outputs": 1,
            "params": [{"id": "data_extraction_path", "label": "Path", "type": "hashpath",
                "placeholder": "Attribute.{n}.AttributeTag.{n}.Tag.name"}]}]"#;
        let mut catalogue = Catalogue::built_in().clone();
        catalogue.extend(load(answer).unwrap());
        let path = catalogue.module("push-zmq").unwrap().parameter("data_extraction_path").unwrap();
        assert_eq!(path.example, "Event._AttributeFlattened.{n}.value");
    }

    #[test]
    fn traps_of_another_version_are_not_kept() {
        let answer = r#"[{"id": "webhook", "name": "Webhook", "version": "9", "module_type": "action"}]"#;
        let mut catalogue = Catalogue::built_in().clone();
        catalogue.extend(load(answer).unwrap());
        assert!(catalogue.module("webhook").unwrap().traps.is_empty());
    }
}
