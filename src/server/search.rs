//! What is asked of MISP's search for events.

use serde_json::{Map, Value as Json, json};

use crate::base::suggest::closest;
use crate::catalogue::{SEARCH_KEYS, is_search_key};

/// A search for events.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Search {
    filters: Map<String, Json>,
    /// No more events than so many are wanted.
    pub limit: Option<usize>,
    /// What MISP makes of it otherwise than its author may think.
    pub notices: Vec<String>,
}

/// Why a search cannot be made. The words say what to write instead.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{problem}\na search is an object with the filters of MISP's `/events/restSearch`, such as `{EXAMPLE}`")]
pub struct SearchError {
    problem: String,
}

const EXAMPLE: &str = r#"{"timestamp": "7d", "tags": ["tlp:red"]}"#;
/// How MISP is to answer.
const FORM: &str = "returnFormat";

impl Search {
    /// Reads a search.
    ///
    /// # Errors
    /// It cannot be made page by page, or it is not a search at all.
    pub fn read(text: &str, limit: Option<usize>) -> Result<Self, SearchError> {
        let wrong = |problem: String| Err(SearchError { problem });
        let filters = match serde_json::from_str(text) {
            Ok(Json::Object(filters)) => filters,
            Ok(_) => return wrong("the search is JSON, but not an object".to_owned()),
            Err(error) => return wrong(format!("the search is not JSON: {error}")),
        };
        let mut notices = Vec::new();
        for (key, value) in &filters {
            match key.as_str() {
                "limit" | "page" => {
                    return wrong(format!(
                        "`{key}` cannot be in the search, because events are requested page by page\n`--limit N` says how many are wanted"
                    ));
                }
                FORM if value.as_str() != Some("json") => {
                    return wrong(format!("`{FORM}` can only be `json` here"));
                }
                "metadata" if *value != json!(false) => {
                    notices.push("with `metadata` the events come without attributes and objects".to_owned());
                }
                key if !is_search_key(key) => {
                    let near = closest(key, SEARCH_KEYS.iter().copied());
                    let help = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
                    notices.push(format!(
                        "MISP's search does not know `{key}`, and ignores it: it may find every event{help}"
                    ));
                }
                _ => {}
            }
        }
        Ok(Self { filters, limit, notices })
    }

    /// The body that asks for a page.
    pub(super) fn page(&self, size: usize, number: usize) -> String {
        let mut body = self.filters.clone();
        body.insert(FORM.to_owned(), json!("json"));
        body.insert("limit".to_owned(), json!(size));
        body.insert("page".to_owned(), json!(number));
        Json::Object(body).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked() {
        let search = Search::read(r#"{"timestamp": "7d"}"#, None).unwrap();
        assert_eq!(search.notices, Vec::<String>::new());
        assert_eq!(search.page(16, 3), r#"{"timestamp":"7d","returnFormat":"json","limit":16,"page":3}"#);
    }

    #[test]
    fn what_cannot_be_asked() {
        for (text, words) in [
            ("{", "is not JSON"),
            ("timestamp=7d", "is not JSON"),
            ("[]", "not an object"),
            ("\"7d\"", "not an object"),
            (r#"{"limit": 5}"#, "`--limit N`"),
            (r#"{"page": 2}"#, "`page` cannot be in the search"),
            (r#"{"returnFormat": "csv"}"#, "can only be `json`"),
        ] {
            let error = Search::read(text, None).unwrap_err().to_string();
            assert!(error.contains(words) && error.contains(EXAMPLE), "{text}: {error}");
        }
    }

    #[test]
    fn what_misp_would_ignore_is_told() {
        let notices = |text: &str| Search::read(text, None).unwrap().notices;
        let told = notices(r#"{"timestmap": "7d"}"#);
        assert!(told[0].contains("did you mean `timestamp`?"), "{told:?}");
        assert!(notices(r#"{"metadata": true}"#)[0].contains("without attributes"));
        assert!(notices(r#"{"metadata": false, "includeAnalystData": true, "published": 1}"#).is_empty());
    }
}
