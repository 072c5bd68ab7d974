//! Templates of Jinja, as misp-modules renders them for MISP.

use crate::php::Value;

/// A compiled template.
#[derive(Debug)]
pub struct Template {
    text: String,
}

impl Template {
    /// Compiles a template.
    pub fn compile(text: &str) -> Self {
        Self { text: text.to_owned() }
    }

    /// Renders it.
    pub fn render(&self, _data: &Value<'_>, _base_url: Option<&str>) -> String {
        self.text.clone()
    }
}
