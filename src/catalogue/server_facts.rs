//! What holds of the server that a workflow is to run on.

use crate::php::{Array, Value};

/// What a run wants to know of the server beside the answers of services. By default everything is there and works.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ServerFacts {
    /// The server's address.
    pub base_url: String,
    /// Whether the template service of misp-modules runs.
    pub template_service: bool,
    /// Whether the Redis answers that the settings of `ZeroMQ` name.
    pub zmq_redis: bool,
    /// Whether `Security.rest_client_enable_arbitrary_urls` is on.
    pub arbitrary_urls: bool,
    /// `Plugin.Workflow_debug_url`, the address to which the steps of workflows that are debugged are sent.
    pub debug_url: Option<String>,
    /// Whether a program listens there; `None` for yes, unless the address is empty.
    pub debug_listener: Option<bool>,
    /// The queries of enrichment modules that a workflow for `enrichment-before-query` stops.
    pub stopped_queries: StoppedQueries,
    /// Modules that are switched off.
    pub off: Vec<String>,
    /// Tags that the server has never seen.
    pub unknown_tags: Vec<String>,
    /// The enrichment modules that the server has; `None` for all that are asked for.
    pub enrichment_modules: Option<Vec<String>>,
    /// The server's own warning lists, by id or name; `None` for all that are asked for.
    pub own_warninglists: Option<Vec<String>>,
}

/// Which queries of enrichment modules another workflow stops.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum StoppedQueries {
    /// All of them.
    All,
    /// Those of these modules.
    Of(Vec<String>),
}

/// Why something that is said of a server cannot be used.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct ServerFactError {
    /// What is wrong with it.
    pub message: String,
    /// What to write instead.
    pub help: String,
    /// Whether the value is wrong, not the name.
    pub is_of_value: bool,
}

impl Default for ServerFacts {
    fn default() -> Self {
        Self {
            base_url: String::new(),
            template_service: true,
            zmq_redis: true,
            arbitrary_urls: true,
            debug_url: None,
            debug_listener: None,
            stopped_queries: StoppedQueries::Of(Vec::new()),
            off: Vec::new(),
            unknown_tags: Vec::new(),
            enrichment_modules: None,
            own_warninglists: None,
        }
    }
}

/// What can be said of a server: the name, another one that MISP has for it, and what it takes.
const KNOWN: [(&str, &str, &str); 11] = [
    ("base_url", "MISP.baseurl", A_STRING),
    ("template_service", "", YES_OR_NO),
    ("zmq_redis", "", YES_OR_NO),
    ("arbitrary_urls", "Security.rest_client_enable_arbitrary_urls", YES_OR_NO),
    ("debug_listener", "", YES_OR_NO),
    ("debug_url", "Plugin.Workflow_debug_url", A_STRING),
    ("stopped_queries", "", "true, false or a list of strings"),
    ("off", "", A_LIST),
    ("unknown_tags", "", A_LIST),
    ("enrichment_modules", "", A_LIST),
    ("own_warninglists", "", A_LIST),
];

const A_STRING: &str = "a string";
const YES_OR_NO: &str = "true or false";
const A_LIST: &str = "a list of strings";

impl ServerFacts {
    /// What can be said of a server, under our names and MISP's own, and what each takes.
    pub fn names() -> impl Iterator<Item = (&'static str, &'static str)> {
        let names = KNOWN.iter().flat_map(|(name, of_misp, takes)| [(*name, *takes), (*of_misp, *takes)]);
        names.filter(|(name, _)| !name.is_empty())
    }

    /// Takes what is said of a server: an object with names of facts, or of MISP's settings, and their values. What it does not
    /// name stays as it is.
    ///
    /// # Errors
    /// If a name is not known or a value has another type.
    pub fn set_all(&mut self, said: &Array<'_>) -> Result<(), ServerFactError> {
        for (name, value) in said {
            self.set(&name.to_string(), value)?;
        }
        Ok(())
    }

    /// Whether a program listens at the debug address. Where that is empty MISP asks port 80 of the server itself, and does
    /// not survive the answer.
    pub fn has_debug_listener(&self) -> bool {
        self.debug_listener.unwrap_or_else(|| self.debug_url.as_deref() != Some(""))
    }

    /// Takes one thing that is said of a server.
    ///
    /// # Errors
    /// If the name is not known or the value has another type.
    pub fn set(&mut self, name: &str, value: &Value<'_>) -> Result<(), ServerFactError> {
        let Some((known, _, takes)) = KNOWN.iter().find(|(known, of_misp, _)| name == *known || name == *of_misp)
        else {
            return Err(unknown(name));
        };
        let is_set = match (*known, value) {
            ("stopped_queries", Value::Bool(stops)) => {
                self.stopped_queries = if *stops { StoppedQueries::All } else { StoppedQueries::Of(Vec::new()) };
                true
            }
            (known, Value::Bool(value)) => self.switch(known, *value),
            (known, Value::String(value)) => self.text(known, value),
            (known, Value::Array(list)) => strings(list).is_some_and(|strings| self.list(known, strings)),
            _ => false,
        };
        if is_set {
            return Ok(());
        }
        Err(ServerFactError {
            message: format!("`{name}` has another type"),
            help: format!("`{name}` is {takes}"),
            is_of_value: true,
        })
    }

    fn switch(&mut self, name: &str, value: bool) -> bool {
        match name {
            "template_service" => self.template_service = value,
            "zmq_redis" => self.zmq_redis = value,
            "arbitrary_urls" => self.arbitrary_urls = value,
            "debug_listener" => self.debug_listener = Some(value),
            _ => return false,
        }
        true
    }

    fn text(&mut self, name: &str, value: &str) -> bool {
        match name {
            "base_url" => value.clone_into(&mut self.base_url),
            "debug_url" => self.debug_url = Some(value.to_owned()),
            _ => return false,
        }
        true
    }

    fn list(&mut self, name: &str, strings: Vec<String>) -> bool {
        match name {
            "stopped_queries" => self.stopped_queries = StoppedQueries::Of(strings),
            "off" => self.off = strings,
            "unknown_tags" => self.unknown_tags = strings,
            "enrichment_modules" => self.enrichment_modules = Some(strings),
            "own_warninglists" => self.own_warninglists = Some(strings),
            _ => return false,
        }
        true
    }
}

impl StoppedQueries {
    /// Whether the queries of a module are stopped.
    pub fn has(&self, module: &str) -> bool {
        match self {
            Self::All => true,
            Self::Of(modules) => modules.iter().any(|known| known == module),
        }
    }
}

fn unknown(name: &str) -> ServerFactError {
    let names = KNOWN.iter().flat_map(|(known, of_misp, _)| [*known, *of_misp]).filter(|known| !known.is_empty());
    let help = if let Some(close) = crate::base::suggest::closest(name, names) {
        format!("did you mean `{close}`?")
    } else {
        let known: Vec<_> = KNOWN.iter().map(|(known, _, takes)| format!("`{known}` ({takes})")).collect();
        format!("what can be said is {}", known.join(", "))
    };
    ServerFactError { message: format!("`{name}` is not known"), help, is_of_value: false }
}

/// The strings of a list.
fn strings(list: &Array<'_>) -> Option<Vec<String>> {
    list.values().map(|item| item.to_text().map(std::borrow::Cow::into_owned)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(json: &str) -> Result<ServerFacts, String> {
        let mut facts = ServerFacts::default();
        let said = Value::from_json(json).unwrap();
        facts.set_all(said.as_array().unwrap()).map_err(|error| format!("{error}; {}", error.help))?;
        Ok(facts)
    }

    #[test]
    fn names_of_settings_will_do() {
        let ours = r#"{"base_url": "https://misp", "arbitrary_urls": false, "debug_url": ""}"#;
        let misps = r#"{"MISP.baseurl": "https://misp", "Security.rest_client_enable_arbitrary_urls": false, "Plugin.Workflow_debug_url": ""}"#;
        assert_eq!(set(ours), set(misps));
        let facts = set(misps).unwrap();
        assert_eq!((facts.base_url.as_str(), facts.arbitrary_urls), ("https://misp", false));
    }

    #[test]
    fn who_listens() {
        for (json, listens) in [
            ("{}", true),
            (r#"{"Plugin.Workflow_debug_url": ""}"#, false),
            (r#"{"Plugin.Workflow_debug_url": "http://127.0.0.1:27051"}"#, true),
            (r#"{"debug_listener": false, "Plugin.Workflow_debug_url": "http://127.0.0.1:27051"}"#, false),
            (r#"{"debug_listener": true, "Plugin.Workflow_debug_url": ""}"#, true),
        ] {
            assert_eq!(set(json).unwrap().has_debug_listener(), listens, "{json}");
        }
    }

    #[test]
    fn which_queries_are_stopped() {
        for (json, stopped) in [
            ("{}", [false, false]),
            (r#"{"stopped_queries": true}"#, [true, true]),
            (r#"{"stopped_queries": false}"#, [false, false]),
            (r#"{"stopped_queries": ["dns"]}"#, [true, false]),
        ] {
            let stopped_queries = set(json).unwrap().stopped_queries;
            assert_eq!(["dns", "mmdb_lookup"].map(|module| stopped_queries.has(module)), stopped, "{json}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (json, message) in [
            (r#"{"template_servce": true}"#, "`template_servce` is not known; did you mean `template_service`?"),
            (
                r#"{"Workflow_debug_url": ""}"#,
                "`Workflow_debug_url` is not known; did you mean `Plugin.Workflow_debug_url`?",
            ),
            (r#"{"debug_listener": "no"}"#, "`debug_listener` has another type; `debug_listener` is true or false"),
            (r#"{"off": [[]]}"#, "`off` has another type; `off` is a list of strings"),
            (r#"{"off": true}"#, "`off` has another type; `off` is a list of strings"),
            (r#"{"base_url": 1}"#, "`base_url` has another type; `base_url` is a string"),
        ] {
            assert_eq!(set(json).unwrap_err(), message, "{json}");
        }
        assert!(set(r#"{"zzz": 1}"#).unwrap_err().contains("`stopped_queries` (true, false or a list of strings)"));
    }
}
