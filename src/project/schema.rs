//! The JSON Schema of the project file, with which editors complete and check it.

use serde_json::{Map, Value, json};

use crate::catalogue::{ServerFacts, Target};
use crate::diagnostics::{ALL_WARNINGS, Code, Level, Severity};

/// What a project file may hold, as a JSON Schema. The reader of the file says more, such as which addresses are safe.
pub fn schema() -> Value {
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": concat!(env!("CARGO_PKG_REPOSITORY"), "/raw/main/schema/mispflow.schema.json"),
        "title": "mispflow.toml",
        "description": "The project file of mispflow",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "project": section("Where files are and what they are for", project()),
            "lints": section("The level of findings: of a code, or of all `warnings`", lints()),
            "server": {
                "description": "Servers by name",
                "type": "object",
                "additionalProperties": server(),
            },
        },
    })
}

fn section(description: &str, properties: impl Into<Value>) -> Value {
    let properties = properties.into();
    json!({
        "description": description,
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    })
}

fn string(description: &str) -> Value {
    json!({"description": description, "type": "string", "minLength": 1})
}

fn files(description: &str) -> Value {
    json!({"description": description, "type": "array", "items": {"type": "string", "minLength": 1}})
}

fn properties<const N: usize>(entries: [(&str, Value); N]) -> Map<String, Value> {
    entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn project() -> Map<String, Value> {
    let mut target = string("The release of MISP to compile for");
    target["pattern"] = json!("^misp-[0-9]+\\.[0-9]+(\\.[0-9]+|-latest)$");
    target["examples"] = Target::NAMES.into_iter().collect();
    target["default"] = Target::DEFAULT.to_string().into();
    properties([
        ("source", string("The folder with the `.mwf` files")),
        ("output", string("The folder that `build` writes to")),
        ("target", target),
        ("catalogues", files("Files with modules that the target lacks, and with the tags of a server")),
        ("taxonomies", files("Files with taxonomies in addition to the built-in ones")),
        ("baseline", string("A file with findings that are known")),
    ])
}

fn lints() -> Map<String, Value> {
    let levels: Vec<_> = Level::ALL.iter().map(|level| level.as_str()).collect();
    let of = |description: &str| json!({"description": description, "enum": levels});
    let codes = Code::ALL.iter().filter(|code| code.severity() != Severity::Error);
    let codes = codes.map(|code| (code.as_str().to_owned(), of(code.summary().trim())));
    let all = (ALL_WARNINGS.to_owned(), of("All that would be a warning"));
    std::iter::once(all).chain(codes).collect()
}

fn server() -> Value {
    let mut server = section(
        "A server",
        properties([
            ("url", string("Its address")),
            ("key-env", string("The environment variable with the authentication key")),
            ("key-file", string("Not used: where a key goes is not for a project to say. See `servers.toml`")),
            ("ca-file", string("Not used: a project may not decide whom you trust. See `servers.toml`")),
            ("timeout", string("How long a request may take, such as `30s`")),
            ("settings", section("What holds of the server in a run", settings())),
        ]),
    );
    server["required"] = json!(["url"]);
    server["not"] = json!({"required": ["key-env", "key-file"]});
    server
}

/// A name with dots is a table to TOML, unless it is between quotes.
fn settings() -> Map<String, Value> {
    let mut settings: Map<String, Value> = Map::new();
    for (name, takes) in ServerFacts::names() {
        let value = json!({"description": takes, "type": ["boolean", "string", "array"], "items": {"type": "string"}});
        if let Some((table, inner)) = name.split_once('.') {
            let table = settings.entry(table).or_insert_with(|| section("Settings of MISP", Map::new()));
            table["properties"][inner] = value.clone();
        }
        settings.insert(name.to_owned(), value);
    }
    settings
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::base::source::Sources;
    use crate::diagnostics::Diagnostic;
    use crate::project::Project;

    use super::*;

    fn findings(text: &str) -> Vec<Diagnostic> {
        let sources = Sources::new();
        let file = sources.add("mispflow.toml", Some(Path::new("mispflow.toml")), text);
        let mut diagnostics = Vec::new();
        Project::read(&sources, file, Path::new(""), &mut diagnostics);
        diagnostics
    }

    /// The names that the reader says it knows, in order.
    fn known(text: &str) -> Vec<String> {
        let finding = findings(text).remove(0);
        let help = finding.help.iter().find_map(|help| help.strip_prefix("it knows ")).expect("names").to_owned();
        let mut names: Vec<_> = help.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        names.sort();
        names
    }

    fn named(schema: &Value) -> Vec<String> {
        let mut names: Vec<_> = schema["properties"].as_object().unwrap().keys().cloned().collect();
        names.sort();
        names
    }

    #[test]
    fn the_schema_names_what_the_reader_knows() {
        let schema = schema();
        let sections = &schema["properties"];
        assert_eq!(named(&schema), known("[zzzzzzzzzz]"));
        assert_eq!(named(&sections["project"]), known("[project]\nzzzzzzzzzz = 1"));
        assert_eq!(named(&sections["server"]["additionalProperties"]), known("[server.x]\nzzzzzzzzzz = 1"));
        for code in named(&sections["lints"]) {
            assert_eq!(findings(&format!("[lints]\n{code} = \"warn\"")), [], "{code}");
        }
    }

    #[test]
    fn what_the_reader_takes_follows_the_schema() {
        let validator = jsonschema::validator_for(&schema()).unwrap();
        for (text, is_right) in [
            ("", true),
            ("[project]\nsource = \"a\"\ntarget = \"misp-2.5.1\"\ncatalogues = [\"c.json\"]", true),
            ("[lints]\nwarnings = \"deny\"\nmany-paths = \"allow\"", true),
            ("[server.prod]\nurl = \"https://misp.example.org\"\nkey-env = \"K\"\ntimeout = \"5s\"", true),
            (
                "[server.p]\nurl = \"https://a\"\nkey-env = \"K\"\n[server.p.settings]\nMISP.baseurl = \"https://a\"\noff = [\"webhook\"]",
                true,
            ),
            ("[project]\nsorce = \"a\"", false),
            ("[project]\nsource = 1", false),
            ("[project]\ntarget = \"2.5.1\"", false),
            ("[lints]\nmany-paths = \"loud\"", false),
            ("[lints]\nsyntax-error = \"allow\"", false),
            ("[server.prod]\nurl = \"https://a\"", true),
            ("[server.prod]\nurl = \"https://a\"\nkey-env = \"K\"\nkey-file = \"k\"", false),
            ("[server.prod]\nkey-env = \"K\"", false),
        ] {
            let data: Value = toml::from_str(text).unwrap();
            assert_eq!(findings(text).is_empty(), is_right, "{text}: {:?}", findings(text));
            assert_eq!(validator.is_valid(&data), is_right, "{text}");
        }
    }
}
