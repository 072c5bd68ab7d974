//! Templates: compiled, checked, rendered.

use std::path::Path;

use mispflow::base::source::Sources;
use mispflow::catalogue::Catalogue;
use mispflow::compile::Workspace;
use mispflow::format::quote;
use mispflow::jinja::Template;
use mispflow::php::Value;
use mispflow::project::MemoryFiles;

use super::{parts, show};

/// Any template renders as one and the same text, and is checked where it is in a workflow, in text and in JSON.
///
/// The parts are the template and the data.
pub fn template(input: &str) {
    let [template, data] = parts(input);
    let data = Value::from_json(data).unwrap_or_default();
    let compiled = Template::compile(template);
    for base_url in [None, Some("https://misp.example.org")] {
        assert_eq!(compiled.render(&data, base_url), Template::compile(template).render(&data, base_url));
    }
    let text = format!(
        "workflow w on event-publish {{\n    webhook(url: \"https://a.example\", payload: {})\n}}\n",
        quote(template)
    );
    let json = serde_json::json!({
        "1": {"id": 1, "data": {"id": "event-publish", "module_type": "trigger"}, "outputs": {"output_1": {"connections": [{"node": "2", "output": "input_1"}]}}},
        "2": {"id": 2, "data": {"id": "stop-execution", "module_type": "action", "indexed_params": {"message": template}}, "outputs": {}},
    });
    for (name, content) in [("main.mwf", text), ("main.json", json.to_string())] {
        let sources = Sources::new();
        let file = sources.add(name, Some(Path::new(name)), content);
        let files = MemoryFiles::new();
        show(&sources, &Workspace::load(&sources, &files, &[file], Catalogue::built_in()).compile().diagnostics);
    }
}
