//! Templates of Jinja, as the template service of misp-modules renders them for MISP.
//!
//! The service runs Jinja2 in its sandbox, without escaping; whatever goes wrong renders as the empty text. Here
//! minijinja does the work, brought to agree with Python where the two differ.
//!
//! See `docs/misp-semantics.md`, section "Templates".

mod arguments;
mod environment;
#[expect(clippy::needless_pass_by_value, reason = "minijinja gives filters their arguments away")]
mod filters;
mod globals;
#[expect(clippy::needless_pass_by_value, reason = "minijinja gives filters their arguments away")]
mod lists;
mod methods;
mod needs;
#[expect(clippy::needless_pass_by_value, reason = "minijinja gives filters their arguments away")]
mod numbers;
mod percent;
mod pretty;
mod printing;
mod rewrite;
mod split;
mod strings;
mod tests;
#[expect(clippy::needless_pass_by_value, reason = "minijinja gives filters their arguments away")]
mod text;
mod values;

use std::sync::LazyLock;

use minijinja::Environment;

use crate::php::Value;
use crate::template_bounds;
use needs::Needs;

/// The name under which a template stands in its environment.
const NAME: &str = "template";

/// What one rendering may cost: instructions, and items that are produced. Enough for any event; an endless
/// template ends as the empty text.
const FUEL: u64 = 20_000_000;

/// A compiled template.
#[derive(Debug)]
pub struct Template(Form);

#[derive(Debug)]
enum Form {
    /// A text in which nothing is to be rendered, or one that fails whatever the data is.
    Fixed(String),
    Compiled {
        environment: Box<Environment<'static>>,
        needs: Needs,
    },
}

impl Template {
    /// Compiles a template. One that is not well formed renders as the empty text.
    pub fn compile(text: &str) -> Self {
        static BASE: LazyLock<Environment<'static>> = LazyLock::new(|| environment::new(FUEL));
        let text = normalised_newlines(text);
        if !(text.contains("{{") || text.contains("{%") || text.contains("{#")) {
            return Self(Form::Fixed(without_last_newline(&text).to_owned()));
        }
        let mut environment = BASE.clone();
        // What is rewritten may be deeper than what was there.
        let depth = template_bounds::depth(&text);
        let source = if depth.is_ok() { rewrite::percent_operators(&text) } else { String::new() };
        let depth = depth.and_then(|_| template_bounds::depth(&source));
        let is_read = depth.is_ok_and(|depth| {
            template_bounds::read(depth, || environment.add_template_owned(NAME, source).is_ok()).unwrap_or_default()
        });
        if names_internals(&text) || !is_read {
            return Self(Form::Fixed(String::new()));
        }
        let needs = Needs::of(&text);
        Self(Form::Compiled { environment: Box::new(environment), needs })
    }

    /// The text for this data; `base_url` is what later releases give templates as `_env.baseurl`.
    pub fn render(&self, data: &Value<'_>, base_url: Option<&str>) -> String {
        match &self.0 {
            Form::Fixed(text) => text.clone(),
            Form::Compiled { environment, needs } => {
                let context = needs.context(data, base_url);
                let template = environment.get_template(NAME);
                template.and_then(|template| template.render(context)).unwrap_or_default()
            }
        }
    }
}

/// Jinja2 reads every kind of line end as `\n`.
fn normalised_newlines(text: &str) -> String {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() }
}

fn without_last_newline(text: &str) -> &str {
    text.strip_suffix('\n').unwrap_or(text)
}

/// Whether the template asks for an attribute that the sandbox does not give away. Using it is an error.
fn names_internals(text: &str) -> bool {
    const NAMES: [&str; 12] = [
        "class__",
        "init__",
        "mro__",
        "subclasses__",
        "globals__",
        "dict__",
        "doc__",
        "len__",
        "getitem__",
        "bases__",
        "base__",
        "module__",
    ];
    text.match_indices(".__").any(|(at, _)| {
        let name = &text[at + 3..];
        NAMES.iter().any(|known| {
            name.strip_prefix(known)
                .is_some_and(|rest| !rest.starts_with(|char: char| char.is_alphanumeric() || char == '_'))
        })
    })
}
