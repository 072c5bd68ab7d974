//! From the TOML of a project file to its settings.

use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::base::source::{FileId, Sources, Span};
use crate::base::suggest::closest;
use crate::catalogue::{ServerFacts, Target, UnknownTarget};
use crate::diagnostics::{ALL_WARNINGS, Code, Diagnostic, Level, LevelOf};
use crate::php::Value;

use super::config::{Located, Project};
use super::duration::parse_duration;
use super::server::{self, Key, Server};

/// Fills a [`Project`] and reports what is wrong.
pub(super) struct ConfigReader<'p> {
    sources: &'p Sources,
    file: FileId,
    project: &'p mut Project,
    diagnostics: &'p mut Vec<Diagnostic>,
}

impl<'p> ConfigReader<'p> {
    pub(super) fn new(
        sources: &'p Sources,
        file: FileId,
        project: &'p mut Project,
        diagnostics: &'p mut Vec<Diagnostic>,
    ) -> Self {
        Self { sources, file, project, diagnostics }
    }

    pub(super) fn read(&mut self, table: &DeTable<'_>) {
        for (key, value) in in_order(table) {
            match key.get_ref().as_ref() {
                "project" => self.section(value, "project", Self::read_project),
                "lints" => self.section(value, "lints", Self::read_lints),
                "server" => self.section(value, "server", Self::read_servers),
                _ => self.unknown_key(key, "the project file", &["project", "lints", "server"]),
            }
        }
    }

    fn section(&mut self, value: &Spanned<DeValue<'_>>, name: &str, read: fn(&mut Self, &DeTable<'_>)) {
        match value.get_ref().as_table() {
            Some(table) => read(self, table),
            None => self.wrong(
                value.span(),
                format!("`{name}` is a section"),
                &format!("write `[{name}]` and the settings below it"),
            ),
        }
    }

    fn read_project(&mut self, table: &DeTable<'_>) {
        for (key, value) in in_order(table) {
            match key.get_ref().as_ref() {
                "source" => {
                    if let Some(path) = self.path(value, "source", "source = \"workflows\"") {
                        self.project.source = path;
                    }
                }
                "output" => {
                    if let Some(path) = self.path(value, "output", "output = \"build\"") {
                        self.project.output = path;
                    }
                }
                "target" => self.read_target(value),
                "catalogues" => {
                    self.project.catalogues = self.paths(value, "catalogues", "catalogues = [\"catalogue/prod.json\"]");
                }
                "taxonomies" => {
                    self.project.taxonomies = self.paths(value, "taxonomies", "taxonomies = [\"taxonomies.json\"]");
                }
                "baseline" => self.project.baseline = self.path(value, "baseline", "baseline = \"baseline.json\""),
                _ => {
                    let known = ["source", "output", "target", "catalogues", "taxonomies", "baseline"];
                    self.unknown_key(key, "`[project]`", &known);
                }
            }
        }
    }

    fn read_target(&mut self, value: &Spanned<DeValue<'_>>) {
        let example = "target = \"misp-2.5.1\"";
        let Some(target) = self.text(value, "target", example) else { return };
        match target.value.parse::<Target>() {
            Ok(known) => self.project.target = Some(Located { value: known, span: target.span }),
            Err(problem) => {
                let message = format!("`{}` is not a target: {problem}", target.value);
                let diagnostic = match problem {
                    UnknownTarget::NoTarget => match Target::meant_by(&target.value) {
                        Some(meant) => {
                            let span = self.span(value.span());
                            Diagnostic::at(Code::InvalidProject, span, message)
                                .help(format!("did you mean `{meant}`?"))
                                .unsafe_fix(span, format!("\"{meant}\""))
                        }
                        None => self.unknown(value.span(), message, &target.value, Target::NAMES.into_iter()),
                    },
                    _ => Diagnostic::at(Code::InvalidProject, self.span(value.span()), message),
                };
                self.diagnostics.push(diagnostic.help(UnknownTarget::HELP));
            }
        }
    }

    fn paths(&mut self, value: &Spanned<DeValue<'_>>, name: &str, example: &str) -> Vec<Located<PathBuf>> {
        let Some(list) = value.get_ref().as_array() else {
            let message = format!("`{name}` is a list of files");
            self.wrong(value.span(), message, &format!("write for example `{example}`"));
            return Vec::new();
        };
        list.iter().filter_map(|entry| self.path(entry, name, example)).collect()
    }

    fn read_lints(&mut self, table: &DeTable<'_>) {
        // What is said of one code holds, wherever it is.
        let (all, one): (Vec<_>, Vec<_>) =
            in_order(table).into_iter().partition(|(key, _)| key.get_ref().as_ref() == ALL_WARNINGS);
        for (key, value) in all.into_iter().chain(one) {
            let name = key.get_ref().as_ref();
            let Some(of) = LevelOf::from_name(name) else {
                self.diagnostics.push(self.unknown(
                    key.span(),
                    format!("no finding has the code `{name}`"),
                    name,
                    LevelOf::names(),
                ));
                continue;
            };
            let Some(text) = self.text(value, name, &format!("{name} = \"deny\"")) else { continue };
            let Some(level) = Level::from_name(&text.value) else {
                self.diagnostics.push(
                    self.unknown(
                        value.span(),
                        format!("`{}` is not a level", text.value),
                        &text.value,
                        Level::ALL.iter().map(|level| level.as_str()),
                    )
                    .help("the levels are `allow`, `warn` and `deny`"),
                );
                continue;
            };
            if let Err(problem) = self.project.lints.set(of, level) {
                self.wrong(
                    key.span(),
                    problem.to_string(),
                    "remove this line: only warnings and notes have a level to set",
                );
            }
        }
    }

    fn read_servers(&mut self, table: &DeTable<'_>) {
        for (key, value) in in_order(table) {
            match value.get_ref().as_table() {
                Some(settings) => self.read_server(key, settings),
                None => self.wrong(
                    value.span(),
                    "a server needs a name".into(),
                    "write `[server.prod]` and the settings of that server below it",
                ),
            }
        }
    }

    fn read_server(&mut self, name: &Spanned<DeString<'_>>, settings: &DeTable<'_>) {
        let before = self.diagnostics.len();
        let mut url = None;
        let mut key: Option<Key> = None;
        let mut ca_file = None;
        let mut timeout = server::DEFAULT_TIMEOUT;
        let mut facts = ServerFacts::default();
        for (setting, value) in in_order(settings) {
            match setting.get_ref().as_ref() {
                "url" => url = self.url(value),
                which @ ("key-env" | "key-file") => {
                    let read = if which == "key-env" { self.key_variable(value) } else { self.key_file(value) };
                    if key.is_some() {
                        self.wrong(
                            setting.span(),
                            "the key of this server comes from two places".into(),
                            "keep either `key-env` or `key-file`",
                        );
                    }
                    key = read.or(key);
                }
                "key" => self.secret(value.span(), "there is an authentication key in the project file"),
                "ca-file" => ca_file = self.inner_path(value, "ca-file", "ca-file = \"ca.pem\""),
                "timeout" => timeout = self.timeout(value).unwrap_or(timeout),
                "settings" => match value.get_ref().as_table() {
                    Some(settings) => self.read_facts("", settings, &mut facts),
                    None => self.wrong(
                        value.span(),
                        "`settings` is a section of its own".into(),
                        &format!("write `[server.{}.settings]` and the settings below it", name.get_ref()),
                    ),
                },
                _ => {
                    let known = ["url", "key-env", "key-file", "ca-file", "timeout", "settings"];
                    self.unknown_key(setting, "a server", &known);
                }
            }
        }
        let span = self.span(name.span());
        match url {
            // One report is enough: a wrong `url` is not missing too.
            _ if self.diagnostics.len() > before => {}
            Some(url) => {
                let name = name.get_ref().clone().into_owned();
                self.project.servers.push(Server { name, span, url, key, ca_file, timeout, facts });
            }
            None => {
                self.wrong(
                    name.span(),
                    "this server has no address".into(),
                    "add `url = \"https://misp.example.org\"`",
                );
            }
        }
    }

    /// Reads what holds of a server. A name of MISP with dots may be written with or without quotes, which TOML reads as
    /// a table.
    fn read_facts(&mut self, before: &str, settings: &DeTable<'_>, facts: &mut ServerFacts) {
        for (key, value) in in_order(settings) {
            let name = format!("{before}{}", key.get_ref());
            if let (Some(inner), "") = (value.get_ref().as_table(), before) {
                self.read_facts(&format!("{name}."), inner, facts);
            } else if let Err(error) = facts.set(&name, &plain(value.get_ref())) {
                let range = if error.is_of_value { value.span() } else { key.span() };
                self.wrong(range, error.message, &error.help);
            }
        }
    }

    fn url(&mut self, value: &Spanned<DeValue<'_>>) -> Option<String> {
        let url = self.text(value, "url", "url = \"https://misp.example.org\"")?.value;
        if server::has_credentials(&url) {
            self.secret(value.span(), "an address in the project file holds a user name or password");
            return None;
        }
        if let Some(problem) = server::url_problem(&url) {
            self.wrong(
                value.span(),
                format!("the address {problem}"),
                "write for example `url = \"https://misp.example.org\"`",
            );
            return None;
        }
        Some(url.trim_end_matches('/').to_owned())
    }

    fn key_variable(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Key> {
        let variable = self.text(value, "key-env", "key-env = \"MISP_KEY\"")?.value;
        if server::looks_like_key(&variable) {
            self.secret(
                value.span(),
                "`key-env` holds what looks like an authentication key, not the name of a variable",
            );
            return None;
        }
        if variable.contains(['=', '\0', '$']) || variable.contains(char::is_whitespace) {
            self.wrong(
                value.span(),
                "this cannot be the name of an environment variable".into(),
                "write the name alone, for example `key-env = \"MISP_KEY\"`",
            );
            return None;
        }
        Some(Key::Environment(variable))
    }

    fn key_file(&mut self, value: &Spanned<DeValue<'_>>) -> Option<Key> {
        self.inner_path(value, "key-file", "key-file = \"misp.key\"").map(Key::File)
    }

    fn timeout(&mut self, value: &Spanned<DeValue<'_>>) -> Option<std::time::Duration> {
        let example = "timeout = \"30s\"";
        let text = self.text(value, "timeout", example)?.value;
        let timeout = parse_duration(&text).filter(|timeout| !timeout.is_zero());
        if timeout.is_none() {
            let help = format!("write a whole number and `ms`, `s`, `m` or `h`, for example `{example}`");
            self.wrong(value.span(), "this is not a length of time".into(), &help);
        }
        timeout
    }

    fn path(&mut self, value: &Spanned<DeValue<'_>>, name: &str, example: &str) -> Option<Located<PathBuf>> {
        let text = self.text(value, name, example)?;
        Some(Located { value: self.project.folder.join(text.value), span: text.span })
    }

    /// A path that cannot lead out of the folder of the project: whoever may change the project file could have any file
    /// sent to a server.
    fn inner_path(&mut self, value: &Spanned<DeValue<'_>>, name: &str, example: &str) -> Option<PathBuf> {
        let text = self.text(value, name, example)?.value;
        let is_inner = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
        if !Path::new(&text).components().all(is_inner) {
            self.wrong(
                value.span(),
                format!("`{name}` is outside the project's folder"),
                "name a file in the project that git ignores, or use an environment variable for a key: `key-env = \"MISP_KEY\"`",
            );
            return None;
        }
        Some(self.project.folder.join(text))
    }

    fn text(&mut self, value: &Spanned<DeValue<'_>>, name: &str, example: &str) -> Option<Located<String>> {
        let problem = match value.get_ref().as_str() {
            Some(text) if !text.trim().is_empty() => {
                return Some(Located { value: text.to_owned(), span: Some(self.span(value.span())) });
            }
            Some(_) => "is empty",
            None => "is a string in quotes",
        };
        self.wrong(value.span(), format!("`{name}` {problem}"), &format!("write for example `{example}`"));
        None
    }

    /// Reports a secret without showing the line it is in.
    fn secret(&mut self, place: Range<usize>, problem: &str) {
        let file = self.sources.file(self.file);
        let line = file.position(place.start).line;
        self.diagnostics.push(
            Diagnostic::new(Code::InvalidProject, format!("{problem} (`{}`, line {line})", file.name))
                .note("a project file is shared and lives in git, and so would the secret")
                .help("put the key into an environment variable and name that: `key-env = \"MISP_KEY\"`")
                .help("if the file was ever shared, let MISP make a new key"),
        );
    }

    fn unknown_key(&mut self, key: &Spanned<DeString<'_>>, owner: &str, known: &[&'static str]) {
        let name = key.get_ref().as_ref();
        let message = format!("{owner} has no setting `{name}`");
        let mut diagnostic = self.unknown(key.span(), message, name, known.iter().copied());
        if diagnostic.help.is_empty() {
            diagnostic = diagnostic.help(format!("it knows {}", listed(known)));
        }
        self.diagnostics.push(diagnostic);
    }

    /// A word that should have been one of `known`.
    fn unknown(
        &self,
        range: Range<usize>,
        message: String,
        word: &str,
        known: impl Iterator<Item = &'static str>,
    ) -> Diagnostic {
        let span = self.span(range);
        let diagnostic = Diagnostic::at(Code::InvalidProject, span, message);
        match closest(word, known) {
            None => diagnostic,
            Some(name) => {
                let quoted = span.end - span.start > word.len() as u32;
                let replacement = if quoted { format!("\"{name}\"") } else { name.to_owned() };
                diagnostic.help(format!("did you mean `{name}`?")).unsafe_fix(span, replacement)
            }
        }
    }

    fn wrong(&mut self, range: Range<usize>, message: String, help: &str) {
        self.diagnostics.push(Diagnostic::at(Code::InvalidProject, self.span(range), message).help(help));
    }

    fn span(&self, range: Range<usize>) -> Span {
        Span::new(self.file, range.start, range.end)
    }
}

/// A string, a boolean or a list of them; null for what no setting takes.
fn plain(value: &DeValue<'_>) -> Value<'static> {
    match value {
        DeValue::String(text) => Value::string(text.clone().into_owned()),
        DeValue::Boolean(value) => Value::Bool(*value),
        DeValue::Array(list) => list
            .iter()
            .map(|entry| Value::string(entry.get_ref().as_str().unwrap_or_default().to_owned()))
            .collect::<Vec<_>>()
            .into(),
        _ => Value::Null,
    }
}

type Entry<'t, 'i> = (&'t Spanned<DeString<'i>>, &'t Spanned<DeValue<'i>>);

/// The entries as they are in the file; the table itself is sorted by key.
fn in_order<'t, 'i>(table: &'t DeTable<'i>) -> Vec<Entry<'t, 'i>> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}

/// `` `a`, `b` and `c` ``
fn listed(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}
