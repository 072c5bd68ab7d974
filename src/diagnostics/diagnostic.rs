//! The one type for everything the tool has to say about its input.

use crate::base::source::Span;

use super::{Code, Level};

/// How bad it is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// For information; never changes the exit code.
    Note,
    /// Compiles, but probably does not do what its author means.
    Warning,
    /// Nothing is written while one of these is there.
    Error,
}

impl Severity {
    /// As messages say it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A place with a few words about it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is to be seen there; may be empty.
    pub message: String,
}

/// A replacement of the text under a span.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Edit {
    /// What is replaced; empty for an insertion.
    pub span: Span,
    /// What comes in its place.
    pub replacement: String,
}

/// Edits that a machine can apply.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fix {
    /// The edits, which do not overlap.
    pub edits: Vec<Edit>,
    /// Whether the meaning stays what the author meant beyond doubt.
    pub safe: bool,
}

/// One finding: what is wrong, where, why it matters, what to write instead.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// The stable code.
    pub code: Code,
    /// How bad it is.
    pub severity: Severity,
    /// Whether a comment in the text says how bad it is, which nothing else changes then.
    pub level_from_text: bool,
    /// Whether it is reported only where somebody asks for its code, since it holds for nearly every workflow.
    pub is_optional: bool,
    /// One sentence without a full stop: what is wrong.
    pub message: String,
    /// Where; `None` for findings about something that has no text (a file that cannot be read).
    pub primary: Option<Label>,
    /// Further places that belong to it.
    pub secondary: Vec<Label>,
    /// Why it matters, in MISP's terms.
    pub notes: Vec<String>,
    /// What to do.
    pub help: Vec<String>,
    /// What a machine may do.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    /// A finding with the code's default severity, without a place.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            level_from_text: false,
            is_optional: false,
            message: message.into(),
            primary: None,
            secondary: Vec::new(),
            notes: Vec::new(),
            help: Vec::new(),
            fix: None,
        }
    }

    /// A finding with the code's default severity at `span`.
    pub fn at(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self::new(code, message).placed_at(span)
    }

    /// Makes it one that is reported only where somebody asks for its code.
    #[must_use]
    pub fn on_request(mut self) -> Self {
        self.is_optional = true;
        self
    }

    /// Sets the primary place, without words beside it.
    #[must_use]
    pub fn placed_at(mut self, span: Span) -> Self {
        self.primary = Some(Label { span, message: String::new() });
        self
    }

    /// A finding with the code's default severity at a place that may be unknown.
    pub fn maybe_at(code: Code, span: Option<Span>, message: impl Into<String>) -> Self {
        match span {
            Some(span) => Self::at(code, span, message),
            None => Self::new(code, message),
        }
    }

    /// Makes it as bad as a level says. Says whether it is reported at all.
    pub fn apply_level(&mut self, level: Level) -> bool {
        match level {
            Level::Allow => return false,
            Level::Warn => self.severity = Severity::Warning,
            Level::Deny => self.severity = Severity::Error,
        }
        true
    }

    /// Sets the words beside the primary place.
    #[must_use]
    pub fn label(mut self, message: impl Into<String>) -> Self {
        if let Some(primary) = &mut self.primary {
            primary.message = message.into();
        }
        self
    }

    /// Adds a further place.
    #[must_use]
    pub fn also(mut self, span: Span, message: impl Into<String>) -> Self {
        self.secondary.push(Label { span, message: message.into() });
        self
    }

    /// Adds a further place, if it is known.
    #[must_use]
    pub fn maybe_also(self, span: Option<Span>, message: impl Into<String>) -> Self {
        match span {
            Some(span) => self.also(span, message),
            None => self,
        }
    }

    /// Adds why it matters.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }

    /// Adds what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// Adds help when there is some to give.
    #[must_use]
    pub fn maybe_help(self, help: Option<impl Into<String>>) -> Self {
        match help {
            Some(help) => self.help(help),
            None => self,
        }
    }

    /// Adds an edit that replaces `span` and is beyond doubt what the author meant.
    #[must_use]
    pub fn safe_fix(self, span: Span, replacement: impl Into<String>) -> Self {
        self.fix(span, replacement.into(), true)
    }

    /// Adds an edit that replaces `span` and is only probably what the author meant.
    #[must_use]
    pub fn unsafe_fix(self, span: Span, replacement: impl Into<String>) -> Self {
        self.fix(span, replacement.into(), false)
    }

    fn fix(mut self, span: Span, replacement: String, safe: bool) -> Self {
        let fix = self.fix.get_or_insert(Fix { edits: Vec::new(), safe });
        fix.safe &= safe;
        fix.edits.push(Edit { span, replacement });
        self
    }

    /// Whether this stops a build.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// Whether it is an error that nobody asked to be one: what a simulation cannot go past.
    pub fn is_fault(&self) -> bool {
        self.is_error() && !self.level_from_text
    }
}
