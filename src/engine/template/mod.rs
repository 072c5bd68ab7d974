//! Templates of Jinja, as the template service of misp-modules renders them for MISP.
//!
//! The service runs Jinja2 in its sandbox, without escaping; whatever goes wrong renders as the empty text. Here
//! minijinja does the work, brought to agree with Python where the two differ.
//!
//! See `docs/misp-semantics.md`, section "Templates".

mod arguments;
mod bounds;
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
const FUEL: u64 = 5_000_000;

/// The stack for templates that can nest values without end, in bytes. What is nested takes stack when it is let go.
const STACK: usize = 512 * 1024 * 1024;

/// The most tags for which values are surely not nested deep, if no word of [`NESTS`] is there.
const FEW_TAGS: usize = 300;

/// Words of what can nest values again and again.
const NESTS: [&str; 4] = ["namespace", "macro", "recursive", "call"];

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
        /// Whether it can make values that are nested deep.
        nests: bool,
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
        let nests = text.matches("{%").count() > FEW_TAGS || NESTS.iter().any(|word| text.contains(word));
        Self(Form::Compiled { environment: Box::new(environment), needs, nests })
    }

    /// The text for this data; `base_url` is what later releases give templates as `_env.baseurl`.
    pub fn render(&self, data: &Value<'_>, base_url: Option<&str>) -> String {
        match &self.0 {
            Form::Fixed(text) => text.clone(),
            Form::Compiled { environment, needs, nests } => {
                let context = needs.context(data, base_url);
                let render = || {
                    let template = environment.get_template(NAME);
                    template.and_then(|template| template.render(context)).unwrap_or_default()
                };
                if *nests { template_bounds::with_stack(STACK, render).unwrap_or_default() } else { render() }
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
