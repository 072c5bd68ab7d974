//! Where results and messages go.

use std::io::{self, IsTerminal, Write};

use codespan_reporting::term::termcolor::{BufferedStandardStream, ColorChoice, ColorSpec, WriteColor};

/// When to use colours.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// Standard output and standard error of a command.
pub struct Console {
    results: BufferedStandardStream,
    messages: BufferedStandardStream,
    quiet: bool,
}

impl Console {
    /// The console of this process.
    pub fn new(color: Color, quiet: bool) -> Self {
        let choice = |terminal: bool| match color {
            Color::Auto if terminal => ColorChoice::Auto,
            Color::Auto | Color::Never => ColorChoice::Never,
            Color::Always => ColorChoice::AlwaysAnsi,
        };
        Self {
            results: BufferedStandardStream::stdout(choice(io::stdout().is_terminal())),
            messages: BufferedStandardStream::stderr(choice(io::stderr().is_terminal())),
            quiet,
        }
    }

    /// For what the command was asked for.
    pub fn results(&mut self) -> &mut dyn WriteColor {
        &mut self.results
    }

    /// For everything else.
    pub fn messages(&mut self) -> &mut dyn WriteColor {
        &mut self.messages
    }

    /// Whether only results and findings are wanted.
    pub fn is_quiet(&self) -> bool {
        self.quiet
    }

    /// Tells the user something that may be left out.
    ///
    /// # Errors
    /// What the stream says.
    pub fn tell(&mut self, message: &str) -> io::Result<()> {
        if self.quiet { Ok(()) } else { writeln!(self.messages, "{message}") }
    }

    /// Begins a message about a failure.
    pub(super) fn error_word(&mut self) -> io::Result<()> {
        use codespan_reporting::term::termcolor::Color::Red;
        self.messages.set_color(ColorSpec::new().set_fg(Some(Red)).set_bold(true))?;
        write!(self.messages, "error")?;
        self.messages.reset()?;
        write!(self.messages, ": ")
    }

    /// Hands everything to the streams.
    ///
    /// # Errors
    /// What they say.
    pub fn flush(&mut self) -> io::Result<()> {
        self.results.flush()?;
        self.messages.flush()
    }
}
