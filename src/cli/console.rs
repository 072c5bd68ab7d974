//! Where results and messages go.

use std::io::{self, IsTerminal, Write};
use std::sync::Arc;

use codespan_reporting::term::termcolor::{BufferedStandardStream, ColorChoice, ColorSpec, WriteColor};

use crate::base::source::Sources;
use crate::diagnostics::{printable, printable_line};
use crate::secrets::{NamedSecrets, Secret};

use super::colour::Color;
use super::masked::Masked;
use super::panic;
use super::shown::Shown;

/// A narrower terminal is treated like this one.
const NARROWEST: usize = 40;
/// A text that has less room than this beside its name goes below it,
const NARROWEST_TEXT: usize = 20;
/// so far to the right.
const NEAR: usize = 8;
/// Lines longer than this are hard to read.
const WIDEST: usize = 100;

/// Standard output and standard error of a command.
pub struct Console {
    results: Shown<Masked<BufferedStandardStream>>,
    messages: Shown<Masked<BufferedStandardStream>>,
    quiet: bool,
    secrets: NamedSecrets,
}

impl Console {
    /// The console of this process.
    pub fn new(color: Color, quiet: bool) -> Self {
        let environment = |name: &str| std::env::var_os(name);
        let choice = |is_terminal: bool| match color.is_wanted(is_terminal, &environment) {
            false => ColorChoice::Never,
            true if is_terminal => ColorChoice::Always,
            true => ColorChoice::AlwaysAnsi,
        };
        let shown = |stream| Shown::new(Masked::new(stream));
        Self {
            results: shown(BufferedStandardStream::stdout(choice(io::stdout().is_terminal()))),
            messages: shown(BufferedStandardStream::stderr(choice(io::stderr().is_terminal()))),
            quiet,
            secrets: NamedSecrets::default(),
        }
    }

    /// Hides the secrets that the sources name, and user names and passwords in addresses, in all that is shown from now
    /// on and was not flushed yet.
    pub fn protect(&mut self, sources: &Sources) {
        let mut secrets = self.secrets.clone();
        secrets.add_sources(sources);
        self.hide(secrets);
    }

    /// Hides values that turned out to be secrets.
    pub(super) fn protect_values(&mut self, values: impl IntoIterator<Item = (String, Secret)>) {
        let mut secrets = self.secrets.clone();
        for (name, value) in values {
            secrets.add_value(name, value);
        }
        self.hide(secrets);
    }

    fn hide(&mut self, secrets: NamedSecrets) {
        if secrets == self.secrets {
            return;
        }
        let masker = Arc::new(secrets.masker());
        self.secrets = secrets;
        self.results.stream().set_masker(masker.clone());
        self.messages.stream().set_masker(masker.clone());
        panic::hide(masker);
    }

    /// For what the command was asked for. Characters that a terminal would obey or not show are made visible.
    pub fn results(&mut self) -> &mut dyn WriteColor {
        &mut self.results
    }

    /// Writes what the command makes, which goes where it may be read again and belongs to the user: every character as it
    /// is, but on a terminal, and secrets included.
    ///
    /// # Errors
    /// What the stream says.
    pub fn source(&mut self, text: &str) -> io::Result<()> {
        let text = if io::stdout().is_terminal() { printable(text) } else { text.into() };
        self.results.end_line()?;
        self.results.stream().product(text.as_bytes())
    }

    /// Writes results that hold colours.
    ///
    /// # Errors
    /// What the stream says.
    pub fn coloured(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.results.as_it_is(bytes)
    }

    /// For everything else.
    pub fn messages(&mut self) -> &mut dyn WriteColor {
        &mut self.messages
    }

    /// Whether only results and findings are wanted.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Whether the messages go to a terminal, where somebody waits to hear that all is well.
    pub fn has_reader(&self) -> bool {
        io::stderr().is_terminal()
    }

    /// Tells the user something that may be left out.
    ///
    /// # Errors
    /// What the stream says.
    pub fn tell(&mut self, message: &str) -> io::Result<()> {
        if self.quiet { Ok(()) } else { writeln!(self.messages, "{message}") }
    }

    /// The width of the terminal that the results go to; `None` where they go elsewhere.
    pub fn terminal_width(&self) -> Option<usize> {
        io::stdout().is_terminal().then(|| textwrap::termwidth().max(NARROWEST))
    }

    /// How wide running text becomes: as wide as the terminal, within reason.
    pub fn width(&self) -> usize {
        self.terminal_width().unwrap_or(WIDEST).min(WIDEST)
    }

    /// Writes a result line.
    ///
    /// # Errors
    /// What the stream says.
    pub fn line(&mut self, line: &str) -> io::Result<()> {
        writeln!(self.results, "{line}")
    }

    /// Writes the result line above a list or a text.
    ///
    /// # Errors
    /// What the stream says.
    pub fn heading(&mut self, heading: &str) -> io::Result<()> {
        self.strong(heading)?;
        self.line("")
    }

    /// Writes a part of a result line that should catch the eye.
    ///
    /// # Errors
    /// What the stream says.
    pub fn strong(&mut self, words: &str) -> io::Result<()> {
        self.results.set_color(ColorSpec::new().set_bold(true))?;
        write!(self.results, "{words}")?;
        self.results.reset()
    }

    /// Writes `text` after `start`, and wraps it at `width` with `indent` spaces before its further
    /// lines.
    ///
    /// # Errors
    /// What the stream says.
    pub fn wrapped(&mut self, start: &str, indent: usize, text: &str, width: usize) -> io::Result<()> {
        let text = printable_line(text);
        if width == usize::MAX {
            return self.line(format!("{start}{text}").trim_end());
        }
        let blank = &*" ".repeat(NEAR);
        let (start, indent) = if width < indent + NARROWEST_TEXT && !start.trim().is_empty() && indent > NEAR {
            // Beside its name there is no room for it.
            self.line(start.trim_end())?;
            (blank, NEAR)
        } else {
            (start, indent)
        };
        let indent = " ".repeat(indent);
        let options = textwrap::Options::new(width)
            .initial_indent(start)
            .subsequent_indent(&indent)
            .break_words(false)
            .word_splitter(textwrap::WordSplitter::NoHyphenation)
            .wrap_algorithm(textwrap::WrapAlgorithm::FirstFit);
        for line in textwrap::wrap(&text, options) {
            self.line(line.trim_end())?;
        }
        Ok(())
    }

    /// Begins a message about a failure.
    pub(super) fn error_word(&mut self) -> io::Result<()> {
        use codespan_reporting::term::termcolor::Color::Red;
        self.messages.set_color(ColorSpec::new().set_fg(Some(Red)).set_bold(true))?;
        write!(self.messages, "error")?;
        self.messages.reset()?;
        write!(self.messages, ": ")
    }

    /// Hands everything to the streams. One that fails does not keep the other from its text.
    ///
    /// # Errors
    /// What they say.
    pub fn flush(&mut self) -> io::Result<()> {
        let results = self.results.flush();
        self.messages.flush().and(results)
    }
}
