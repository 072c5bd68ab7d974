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
mod verbatim;

use std::ops::Range;
use std::sync::LazyLock;

use minijinja::{Environment, Error, ErrorKind};

use crate::php::{Array, Value};

use bounds::Limit;
use needs::Needs;
pub(crate) use rewrite::Refusal;
pub(crate) use slips::{ListUse, Once, Quoted, Slips, slips};
pub(crate) use verbatim::{of_verbatim, push_verbatim};

/// The name under which a template is in its environment.
const NAME: &str = "template";

/// How much fuel one rendering may take: one for an instruction, and one for some bytes of a value. Enough for an event
/// with 100,000 attributes.
const FUEL: u64 = 20_000_000;

/// The same, and the steps of [`bounds`], for a short try.
const SHORT_FUEL: u64 = 100_000;
const SHORT_STEPS: usize = 2_000_000;

/// The stack for templates that call themselves, in bytes.
const STACK: usize = 64 * 1024 * 1024;

/// Words of what calls itself.
const CALLS: [&str; 4] = ["macro", "recursive", "call", "block"];

/// A compiled template.
#[derive(Debug)]
pub struct Template(TemplateForm);

#[derive(Debug)]
enum TemplateForm {
    /// A text in which nothing is to be rendered.
    Fixed(String),
    /// One that is empty whatever the data is.
    Empty(Unrendered),
    Compiled {
        environment: Box<Environment<'static>>,
        needs: Needs,
        /// Whether it can call itself.
        calls: bool,
    },
}

/// Why a template is rendered as the empty text.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Unrendered {
    /// It fails in Jinja2 too.
    Failed(String),
    /// It came to a limit that Jinja2 does not have, so what it would be is not known.
    GivenUp(String),
}

/// What became of a template.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Rendered {
    /// The text.
    pub text: String,
    /// Why it is empty, if the template could not be rendered.
    pub failure: Option<Unrendered>,
}

impl From<Result<String, Unrendered>> for Rendered {
    fn from(result: Result<String, Unrendered>) -> Self {
        match result {
            Ok(text) => Self { text, failure: None },
            Err(failure) => Self { text: String::new(), failure: Some(failure) },
        }
    }
}

impl Template {
    /// The text, where nothing in it is to be rendered.
    pub fn fixed(&self) -> Option<&str> {
        match &self.0 {
            TemplateForm::Fixed(text) => Some(text),
            TemplateForm::Empty(_) => Some(""),
            TemplateForm::Compiled { .. } => None,
        }
    }

    /// Compiles a template. One that is not well formed renders as the empty text.
    pub fn compile(text: &str) -> Self {
        static BASE: LazyLock<Environment<'static>> = LazyLock::new(|| environment::new(FUEL));
        let text = normalised_newlines(text);
        if !(text.contains("{{") || text.contains("{%") || text.contains("{#")) {
            return Self(TemplateForm::Fixed(without_last_newline(&text).to_owned()));
        }
        let mut environment = BASE.clone();
        let too_large = || Unrendered::GivenUp("it is too large to be read".to_owned());
        let read = source_limits::depth(&text).map_err(|_| too_large()).and_then(|depth| {
            let read = || {
                let source = rewrite::rewritten(&text).map_err(Unrendered::from)?;
                environment
                    .add_template_owned(NAME, source)
                    .map_err(|_| Unrendered::Failed("Jinja cannot read it".to_owned()))
            };
            source_limits::read(depth, read).unwrap_or_else(|| Err(too_large()))
        });
        if let Err(failure) = read {
            return Self(TemplateForm::Empty(failure));
        }
        let needs = Needs::of(&text);
        let calls = CALLS.iter().any(|word| text.contains(word));
        Self(TemplateForm::Compiled { environment: Box::new(environment), needs, calls })
    }

    /// The text for this data; `base_url` is what later releases give templates as `_env.baseurl`.
    pub fn render(&self, data: &Value<'_>, base_url: Option<&str>) -> String {
        self.rendered(data, base_url).text
    }

    /// As [`render`](Self::render), and why the text is empty where the template could not be rendered.
    pub fn rendered(&self, data: &Value<'_>, base_url: Option<&str>) -> Rendered {
        self.outcome(data, base_url, bounds::MAX_STEPS).into()
    }

    fn outcome(&self, data: &Value<'_>, base_url: Option<&str>, steps: usize) -> Result<String, Unrendered> {
        match &self.0 {
            TemplateForm::Fixed(text) => Ok(text.clone()),
            TemplateForm::Empty(failure) => Err(failure.clone()),
            TemplateForm::Compiled { environment, needs, calls } => {
                let context = needs.context(data, base_url);
                let render = || {
                    bounds::begin(steps);
                    let template = environment.get_template(NAME);
                    template.and_then(|template| template.render(context)).map_err(|error| unrendered(&error))
                };
                if *calls {
                    let no_stack = || {
                        Err(Unrendered::GivenUp("its calls need more memory than mispflow gives a template".to_owned()))
                    };
                    source_limits::with_stack(STACK, render).unwrap_or_else(no_stack)
                } else {
                    render()
                }
            }
        }
    }
}

impl From<Refusal> for Unrendered {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            // Python takes any number.
            Refusal::Items => Self::GivenUp(refusal.to_string()),
            _ => Self::Failed(refusal.to_string()),
        }
    }
}

/// Why the rendering that just ended on this thread failed.
fn unrendered(error: &Error) -> Unrendered {
    let limit = match error.kind() {
        ErrorKind::OutOfFuel => Some(Limit::Steps),
        _ => bounds::reached(),
    };
    match limit {
        Some(limit) => Unrendered::GivenUp(limit.to_string()),
        None => Unrendered::Failed(error.detail().map_or_else(|| error.kind().to_string(), str::to_owned)),
    }
}

/// How long a template is tried.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Effort {
    /// A few thousandths of a second.
    Short,
    /// As long as a rendering may take.
    Whole,
}

/// What came of trying a template.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Tried {
    /// It was rendered, or failed.
    Ended,
    /// It came to this limit.
    Limit(String),
    /// It takes longer than it was tried.
    OutOfEffort,
}

/// Renders a template without data.
pub(crate) fn tried(text: &str, effort: Effort) -> Tried {
    let mut template = Template::compile(text);
    let mut steps = bounds::MAX_STEPS;
    if effort == Effort::Short {
        steps = SHORT_STEPS;
        if let TemplateForm::Compiled { environment, .. } = &mut template.0 {
            environment.set_fuel(Some(SHORT_FUEL));
        }
    }
    match template.outcome(&Value::from(Array::new()), Some(""), steps) {
        Err(Unrendered::GivenUp(why)) if effort == Effort::Short && why == Limit::Steps.to_string() => {
            Tried::OutOfEffort
        }
        Err(Unrendered::GivenUp(why)) => Tried::Limit(why),
        Ok(_) | Err(Unrendered::Failed(_)) => Tried::Ended,
    }
}

/// Why Jinja2 does not compile a template, and the tag it is about.
pub(crate) fn refusal(text: &str) -> Option<(Refusal, Option<Range<usize>>)> {
    rewrite::refused(text)
}

/// Jinja2 reads every kind of line end as `\n`.
fn normalised_newlines(text: &str) -> String {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() }
}

fn without_last_newline(text: &str) -> &str {
    text.strip_suffix('\n').unwrap_or(text)
}
