//! What `mispflow.toml` says.

use std::path::{Path, PathBuf};

use toml::de::DeTable;

use crate::base::source::{FileId, Sources, Span};
use crate::catalogue::{ServerFacts, Target};
use crate::diagnostics::{Code, Diagnostic, Levels};

use super::config_reader::ConfigReader;
use super::discover::tidy;
use super::server::Server;

/// A setting with its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Located<T> {
    /// The setting.
    pub value: T,
    /// Where it is; `None` for a default.
    pub span: Option<Span>,
}

impl<T> Located<T> {
    /// A setting nobody made.
    pub fn default_value(value: T) -> Self {
        Self { value, span: None }
    }
}

/// The settings of a project. Paths are ready to use: relative ones lead from the current folder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Project {
    /// The folder of the project file; empty for the current folder.
    pub folder: PathBuf,
    /// The folder the workflow files are in.
    pub source: Located<PathBuf>,
    /// The folder compiled workflows are written to.
    pub output: Located<PathBuf>,
    /// The MISP release to compile for.
    pub target: Option<Located<Target>>,
    /// Catalogue files on top of the built-in catalogue, in order.
    pub catalogues: Vec<Located<PathBuf>>,
    /// Files with taxonomies on top of the built-in ones, in order.
    pub taxonomies: Vec<Located<PathBuf>>,
    /// The file with the findings that are known and do not count.
    pub baseline: Option<Located<PathBuf>>,
    /// Levels of findings that differ from their defaults.
    pub lints: Levels,
    /// The servers, in the order of the file.
    pub servers: Vec<Server>,
}

impl Project {
    /// The settings of a folder without a project file.
    pub fn without_file(folder: &Path) -> Self {
        let folder = tidy(folder);
        Self {
            source: Located::default_value(folder.clone()),
            output: Located::default_value(folder.join("build")),
            target: None,
            catalogues: Vec::new(),
            taxonomies: Vec::new(),
            baseline: None,
            lints: Levels::default(),
            servers: Vec::new(),
            folder,
        }
    }

    /// Compiles for this release, whatever the file says.
    pub fn set_target(&mut self, target: Target) {
        self.target = Some(Located::default_value(target));
    }

    /// What holds of the server, if there is only one; else what holds of most.
    pub fn facts_of_only_server(&self) -> ServerFacts {
        match &self.servers[..] {
            [only] => only.facts.clone(),
            _ => ServerFacts::default(),
        }
    }

    /// The release to compile for, named or not.
    pub fn target(&self) -> Target {
        self.target.as_ref().map_or(Target::DEFAULT, |target| target.value)
    }

    /// The settings in `file`, a `mispflow.toml` in `folder`. Everything wrong in it is reported, and
    /// what is right is used; of a file that is not TOML at all, nothing.
    pub fn read(sources: &Sources, file: FileId, folder: &Path, diagnostics: &mut Vec<Diagnostic>) -> Self {
        let mut project = Self::without_file(folder);
        let text = sources.text(file);
        match DeTable::parse(text) {
            Ok(table) => ConfigReader::new(sources, file, &mut project, diagnostics).read(table.get_ref()),
            Err(error) => {
                let range = error.span().unwrap_or(0..0);
                let span = Span::new(file, range.start.min(text.len()), range.end.min(text.len()));
                diagnostics.push(
                    Diagnostic::at(Code::InvalidProject, span, format!("this is not TOML: {}", error.message()))
                        .help("a setting is written `key = \"value\"`, a section `[name]`"),
                );
            }
        }
        project
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::diagnostics::Level;
    use crate::project::Key;

    fn read(text: &str) -> (Project, Vec<Diagnostic>, Sources) {
        let sources = Sources::new();
        let file = sources.add("mispflow.toml", None, text);
        let mut diagnostics = Vec::new();
        let project = Project::read(&sources, file, Path::new("team"), &mut diagnostics);
        (project, diagnostics, sources)
    }

    /// The one thing wrong in `text`: the text it points at, and what it says.
    fn problem(text: &str) -> (String, Diagnostic) {
        let (_, mut diagnostics, sources) = read(text);
        assert_eq!(diagnostics.len(), 1, "{diagnostics:#?}");
        let problem = diagnostics.remove(0);
        assert_eq!(problem.code, Code::InvalidProject);
        let place = problem.primary.as_ref().map_or("", |label| sources.snippet(label.span));
        (place.to_owned(), problem)
    }

    #[test]
    fn an_empty_file_gives_the_defaults() {
        let (project, diagnostics, _) = read("");
        assert_eq!(diagnostics, []);
        assert_eq!(project, Project::without_file(Path::new("team")));
        assert_eq!(project.source.value, Path::new("team"));
        assert_eq!(project.output.value, Path::new("team/build"));
    }

    #[test]
    fn everything_at_once() {
        let (project, diagnostics, sources) = read(
            r#"
[project]
source = "workflows"
output = "/tmp/out"
target = "misp-2.5.1"
catalogues = ["catalogue/prod.json"]
taxonomies = ["taxonomies.json"]
baseline = "baseline.json"

[lints]
many-paths = "deny"
hidden-parameter = "allow"

[server.prod]
url = "https://misp.example.org/"
key-env = "MISP_KEY"
ca-file = "ca.pem"
timeout = "90s"

[server.alpha]
url = "http://localhost"
key-file = "key.txt"
"#,
        );
        assert_eq!(diagnostics, []);
        assert_eq!(project.source.value, Path::new("team/workflows"));
        assert_eq!(sources.snippet(project.source.span.unwrap()), "\"workflows\"");
        assert_eq!(project.output.value, Path::new("/tmp/out"));
        assert_eq!(project.target.unwrap().value.to_string(), "misp-2.5.1");
        assert_eq!(project.catalogues[0].value, Path::new("team/catalogue/prod.json"));
        assert_eq!(project.taxonomies[0].value, Path::new("team/taxonomies.json"));
        assert_eq!(project.baseline.unwrap().value, Path::new("team/baseline.json"));
        assert_eq!(project.lints.level(Code::ManyPaths), Some(Level::Deny));
        assert_eq!(project.lints.level(Code::HiddenParameter), Some(Level::Allow));
        assert_eq!(project.lints.level(Code::Cycle), None);
        let [prod, alpha] = project.servers.as_slice() else { panic!("two servers") };
        assert_eq!((prod.name.as_str(), prod.url.as_str()), ("prod", "https://misp.example.org"));
        assert_eq!(prod.key, Some(Key::Environment("MISP_KEY".into())));
        assert_eq!(prod.ca_file.as_deref(), Some(Path::new("team/ca.pem")));
        assert_eq!(prod.timeout, Duration::from_secs(90));
        assert_eq!(alpha.key, Some(Key::File("team/key.txt".into())));
        assert_eq!(alpha.timeout, Duration::from_secs(30));
    }

    #[test]
    fn a_misspelt_key_or_section_is_found() {
        let (place, problem_of_key) = problem("[project]\nsorce = \"x\"");
        assert_eq!(place, "sorce");
        assert_eq!(problem_of_key.help[0], "did you mean `source`?");
        assert_eq!(problem_of_key.fix.unwrap().edits[0].replacement, "source");
        assert_eq!(problem("[projekt]").0, "projekt");
        assert_eq!(
            problem("[project]\nfoo = 1").1.help[0],
            "it knows `source`, `output`, `target`, `catalogues`, `taxonomies` and `baseline`"
        );
        assert_eq!(problem("project = 1").0, "1");
    }

    #[test]
    fn a_value_of_the_wrong_type_is_pointed_at() {
        assert_eq!(problem("[project]\nsource = 5").0, "5");
        assert_eq!(problem("[project]\nsource = \"\"").0, "\"\"");
        assert_eq!(problem("[project]\ncatalogues = \"a.json\"").0, "\"a.json\"");
        assert_eq!(problem("[project]\ncatalogues = [\"a.json\", 1]").0, "1");
        let (place, taxonomies) = problem("[project]\ntaxonomies = {}");
        assert_eq!(place, "{}");
        assert_eq!(taxonomies.help[0], "write for example `taxonomies = [\"taxonomies.json\"]`");
        let (place, target) = problem("[project]\ntarget = \"misp-2.51\"");
        assert_eq!(place, "\"misp-2.51\"");
        assert_eq!(target.help[0], "did you mean `misp-2.5.1`?");
        assert_eq!(target.fix.unwrap().edits[0].replacement, "\"misp-2.5.1\"");
    }

    #[test]
    fn lints_are_checked() {
        let (place, unknown) = problem("[lints]\nmany-path = \"deny\"");
        assert_eq!(place, "many-path");
        assert_eq!(unknown.help[0], "did you mean `many-paths`?");
        let (place, level) = problem("[lints]\nmany-paths = \"denny\"");
        assert_eq!(place, "\"denny\"");
        assert_eq!(level.help[0], "did you mean `deny`?");
        let (place, error) = problem("[lints]\nsyntax-error = \"allow\"");
        assert_eq!(place, "syntax-error");
        assert!(error.message.contains("always an error"), "{}", error.message);
    }

    #[test]
    fn servers_are_checked() {
        assert_eq!(problem("[server.a]\nkey-env = \"K\"").0, "a");
        assert_eq!(problem("[server.a]\nurl = \"https://x\"\nkey-env = \"K\"\nkey-file = \"f\"").0, "key-file");
        for path in ["/etc/shadow", "../misp.key", "keys/../../misp.key"] {
            let (at, message) = problem(&format!("[server.a]\nurl = \"https://x\"\nkey-file = \"{path}\""));
            assert_eq!(
                (at.as_str(), message.message.as_str()),
                (format!("\"{path}\"").as_str(), "`key-file` is outside the project's folder")
            );
            let (_, message) =
                problem(&format!("[server.a]\nurl = \"https://x\"\nkey-env = \"K\"\nca-file = \"{path}\""));
            assert_eq!(message.message, "`ca-file` is outside the project's folder");
        }
        assert_eq!(problem("[server.a]\nurl = \"misp\"\nkey-env = \"K\"").0, "\"misp\"");
        assert_eq!(problem("[server.a]\nurl = \"https://x\"\nkey-env = \"a=b\"").0, "\"a=b\"");
        assert_eq!(problem("[server.a]\nurl = \"https://x\"\nkey-env = \"K\"\ntimeout = \"soon\"").0, "\"soon\"");
        assert_eq!(problem("[server.a]\nurl = \"https://x\"\nkey-env = \"K\"\ntimeout = 30").0, "30");
        assert_eq!(problem("[server.a]\nurl = \"https://x\"\nkey-env = \"K\"\ntimeout = \"0s\"").0, "\"0s\"");
        assert_eq!(problem("[server]\nurl = \"https://x\"").0, "\"https://x\"");
    }

    #[test]
    fn a_server_needs_no_key_here() {
        let (project, diagnostics, _) = read("[server.a]\nurl = \"https://x\"");
        assert_eq!((diagnostics, project.servers[0].key.as_ref()), (Vec::new(), None));
    }

    #[test]
    fn a_server_may_have_settings() {
        let server = "[server.a]\nurl = \"https://x\"\nkey-env = \"K\"\n";
        let (project, diagnostics, _) = read(&format!(
            "{server}[server.a.settings]\n\"Plugin.Workflow_debug_url\" = \"\"\nSecurity.rest_client_enable_arbitrary_urls = false\noff = [\"push-zmq\"]\nstopped_queries = true"
        ));
        assert_eq!(diagnostics, []);
        let facts = &project.servers[0].facts;
        assert!(!facts.has_debug_listener() && !facts.arbitrary_urls && facts.stopped_queries.has("dns"));
        assert_eq!(facts.off, ["push-zmq"]);
        for (settings, place, help) in [
            ("template_servce = true", "template_servce", "did you mean `template_service`?"),
            ("template_service = \"yes\"", "\"yes\"", "`template_service` is true or false"),
            ("off = \"push-zmq\"", "\"push-zmq\"", "`off` is a list of strings"),
            ("base_url = 5", "5", "`base_url` is a string"),
            ("Plugin.Workflow_debug_ur = \"\"", "Workflow_debug_ur", "did you mean `Plugin.Workflow_debug_url`?"),
        ] {
            let (found, problem) = problem(&format!("{server}[server.a.settings]\n{settings}"));
            assert_eq!((found.as_str(), problem.help[0].as_str()), (place, help), "{settings}");
        }
        assert_eq!(problem(&format!("{server}settings = 1")).0, "1");
    }

    #[test]
    fn a_secret_is_reported_without_showing_it() {
        let key = "AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCd";
        for line in [
            format!("url = \"https://x\"\nkey = \"{key}\""),
            format!("url = \"https://x\"\nkey-env = \"{key}\""),
            format!("url = \"https://me:{key}@x\"\nkey-env = \"K\""),
        ] {
            let (_, problem) = problem(&format!("[server.a]\n{line}"));
            assert_eq!(problem.primary, None);
            assert!(!format!("{problem:?}").contains(key), "{problem:?}");
            assert!(problem.message.contains("line "), "{}", problem.message);
        }
    }

    #[test]
    fn broken_toml_is_reported_with_its_place() {
        let (place, problem) = problem("[project]\nsource = workflows\n");
        assert_eq!(place, "workflows");
        assert!(problem.message.starts_with("this is not TOML: "), "{}", problem.message);
    }

    #[test]
    fn hostile_files_end_in_an_error() {
        for text in ["[".repeat(1_000_000), format!("a = {}", "[".repeat(100_000)), "a.".repeat(100_000)] {
            assert_eq!(read(&text).1.len(), 1);
        }
    }
}
