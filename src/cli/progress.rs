//! How far a long command is.

use std::io::{self, IsTerminal};

use indicatif::{ProgressBar, ProgressStyle};

use super::colour::can_move_cursor;

/// A bar on the terminal, or nothing.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    is_live: bool,
    runs: usize,
}

impl Progress {
    /// For so many bytes to be read, if they are known. There is a bar only where nothing else is seen on the terminal, and none
    /// if it `is_unwanted`.
    pub(super) fn new(is_unwanted: bool, bytes: Option<u64>) -> Self {
        let is_live = io::stdout().is_terminal();
        let can_move_cursor = can_move_cursor(&|name| std::env::var_os(name));
        if is_unwanted || is_live || !can_move_cursor || !io::stderr().is_terminal() {
            return Self { bar: None, is_live, runs: 0 };
        }
        let bar = match bytes {
            Some(bytes) => ProgressBar::new(bytes),
            None => ProgressBar::no_length(),
        };
        let template = if bytes.is_some() {
            "{bar:30} {bytes} of {total_bytes}, {msg}, {eta} left"
        } else {
            "{spinner} {bytes}, {msg}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self { bar: Some(bar), is_live: false, runs: 0 }
    }

    /// Whether results should be seen at once.
    pub(super) fn is_live(&self) -> bool {
        self.is_live
    }

    /// So many more bytes were read, and so many more runs are done.
    pub(super) fn advance(&mut self, bytes: u64, runs: usize) {
        self.runs += runs;
        if let Some(bar) = &self.bar {
            bar.inc(bytes);
            bar.set_message(format!("{} runs", self.runs));
        }
    }

    /// Writes messages without a bar between them.
    pub(super) fn pause(&self, write: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Takes the bar away.
    pub(super) fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
