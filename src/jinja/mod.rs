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
mod format;
#[expect(clippy::needless_pass_by_value, reason = "minijinja gives filters their arguments away")]
mod generators;
mod globals;
mod kinds;
#[expect(clippy::needless_pass_by_value, reason = "minijinja gives filters their arguments away")]
mod lists;
mod methods;
pub(crate) mod names;
mod needs;
#[expect(clippy::needless_pass_by_value, reason = "minijinja gives filters their arguments away")]
mod numbers;
mod operators;
mod percent;
mod pretty;
mod printing;
mod ranges;
mod rewrite;
mod slips;
pub(crate) mod source_limits;
mod split;
mod strings;
mod tests;
#[expect(clippy::needless_pass_by_value, reason = "minijinja gives filters their arguments away")]
mod text;
mod values;

use std::sync::LazyLock;

use minijinja::Environment;

use crate::php::Value;

use needs::Needs;
pub(crate) use slips::{ListUse, Quoted, Slips, slips};

/// The name under which a template stands in its environment.
const NAME: &str = "template";

/// How much fuel one rendering may take: one for an instruction, and one for some bytes of a value. Enough for an event
/// with 100,000 attributes.
const FUEL: u64 = 20_000_000;

/// The stack for templates that call themselves, in bytes.
const STACK: usize = 64 * 1024 * 1024;

/// Words of what calls itself.
const CALLS: [&str; 4] = ["macro", "recursive", "call", "block"];

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
        /// Whether it can call itself.
        calls: bool,
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
        let is_read = source_limits::depth(&text).is_ok_and(|depth| {
            let read = || {
                let source = rewrite::rewritten(&text);
                source.is_some_and(|source| environment.add_template_owned(NAME, source).is_ok())
            };
            source_limits::read(depth, read).unwrap_or_default()
        });
        if !is_read {
            return Self(Form::Fixed(String::new()));
        }
        let needs = Needs::of(&text);
        let calls = CALLS.iter().any(|word| text.contains(word));
        Self(Form::Compiled { environment: Box::new(environment), needs, calls })
    }

    /// The text for this data; `base_url` is what later releases give templates as `_env.baseurl`.
    pub fn render(&self, data: &Value<'_>, base_url: Option<&str>) -> String {
        match &self.0 {
            Form::Fixed(text) => text.clone(),
            Form::Compiled { environment, needs, calls } => {
                let context = needs.context(data, base_url);
                let render = || {
                    bounds::begin();
                    let template = environment.get_template(NAME);
                    template.and_then(|template| template.render(context)).unwrap_or_default()
                };
                if *calls { source_limits::with_stack(STACK, render).unwrap_or_default() } else { render() }
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
