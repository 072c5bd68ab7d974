//! A stream on which secrets do not show.

use std::io::{self, Write};
use std::sync::Arc;

use codespan_reporting::term::termcolor::{ColorSpec, WriteColor};

use crate::secrets::{CONTEXT, Masker};

/// How much is kept before it is handed on.
const ENOUGH: usize = 64 << 10;

/// Keeps what is written until it is clear that no secret is in it, and hands it on with the names of secrets in their
/// place. A secret is found also where it is written piece by piece, or in several colours.
pub(super) struct Masked<W> {
    inner: W,
    masker: Arc<Masker>,
    text: Vec<u8>,
    /// How much of the text was handed on: what comes after it is understood from what is before.
    done: usize,
    /// Colours, and the places in the text from which they hold; `None` for none.
    colours: Vec<(usize, Option<ColorSpec>)>,
}

impl<W: WriteColor> Masked<W> {
    pub(super) fn new(inner: W) -> Self {
        Self { inner, masker: Arc::default(), text: Vec::new(), done: 0, colours: Vec::new() }
    }

    /// Hides other secrets from now on, also in what was written and not yet flushed.
    pub(super) fn set_masker(&mut self, masker: Arc<Masker>) {
        self.masker = masker;
    }

    /// Writes bytes as they are: they are what the command makes, and belong to the user.
    pub(super) fn product(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.drain(0)?;
        self.inner.write_all(bytes)
    }

    /// Hands on all but the last `kept` bytes.
    fn drain(&mut self, kept: usize) -> io::Result<()> {
        let limit = self.text.len().saturating_sub(kept).max(self.done);
        let edits = self.masker.edits(&self.text, kept == 0);
        let mut colours = self.colours.iter().peekable();
        let mut at = self.done;
        let mut show = |text: &[u8], range: std::ops::Range<usize>, inner: &mut W| -> io::Result<()> {
            let mut start = range.start;
            while let Some((place, colour)) = colours.next_if(|(place, _)| *place <= range.end) {
                let place = (*place).max(start);
                inner.write_all(&text[start..place])?;
                start = place;
                match colour {
                    Some(colour) => inner.set_color(colour)?,
                    None => inner.reset()?,
                }
            }
            inner.write_all(&text[start..range.end])
        };
        let wanted = at..limit;
        for (range, label) in edits.into_iter().filter(|(range, _)| wanted.contains(&range.start)) {
            show(&self.text, at..range.start, &mut self.inner)?;
            self.inner.write_all(label.as_bytes())?;
            at = range.end;
        }
        let end = at.max(limit);
        show(&self.text, at..end, &mut self.inner)?;
        let used = self.colours.iter().take_while(|(place, _)| *place <= end).count();
        self.colours.drain(..used);
        let past = end.saturating_sub(CONTEXT);
        for (place, _) in &mut self.colours {
            *place -= past;
        }
        self.text.drain(..past);
        self.done = end - past;
        Ok(())
    }

    fn colour(&mut self, colour: Option<ColorSpec>) {
        self.colours.push((self.text.len(), colour));
    }
}

impl<W: WriteColor> Write for Masked<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(bytes);
        if self.text.len() > ENOUGH + 2 * self.masker.reach() {
            self.drain(self.masker.reach())?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.drain(0)?;
        self.inner.flush()
    }
}

impl<W: WriteColor> WriteColor for Masked<W> {
    fn supports_color(&self) -> bool {
        self.inner.supports_color()
    }

    fn set_color(&mut self, colour: &ColorSpec) -> io::Result<()> {
        self.colour(Some(colour.clone()));
        Ok(())
    }

    fn reset(&mut self) -> io::Result<()> {
        self.colour(None);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use codespan_reporting::term::termcolor::{Buffer, Color};

    use super::*;
    use crate::secrets::Secret;

    fn stream(buffer: Buffer) -> Masked<Buffer> {
        let mut stream = Masked::new(buffer);
        stream.set_masker(Arc::new(Masker::new([("NAME", &Secret::new("topsecret"))], [], false)));
        stream
    }

    fn written(stream: Masked<Buffer>) -> String {
        String::from_utf8(stream.inner.into_inner()).unwrap()
    }

    #[test]
    fn a_secret_written_in_pieces_and_colours() {
        let mut stream = stream(Buffer::ansi());
        write!(stream, "a top").unwrap();
        stream.set_color(ColorSpec::new().set_fg(Some(Color::Red))).unwrap();
        write!(stream, "sec").unwrap();
        stream.reset().unwrap();
        write!(stream, "ret z").unwrap();
        stream.flush().unwrap();
        let text = written(stream);
        assert!(text.starts_with("a ${NAME}\u{1b}[") && text.ends_with("\u{1b}[0m z"), "{text:?}");
    }

    #[test]
    fn colours_stay_where_they_are() {
        let mut plain = Buffer::ansi();
        let mut masked = stream(Buffer::ansi());
        for stream in [&mut plain as &mut dyn WriteColor, &mut masked] {
            stream.set_color(ColorSpec::new().set_bold(true)).unwrap();
            write!(stream, "bold").unwrap();
            stream.reset().unwrap();
            write!(stream, " plain").unwrap();
            stream.set_color(ColorSpec::new().set_fg(Some(Color::Blue))).unwrap();
            stream.reset().unwrap();
        }
        masked.flush().unwrap();
        assert_eq!(written(masked).into_bytes(), plain.into_inner());
    }

    #[test]
    fn long_output_is_handed_on_before_the_end() {
        let mut stream = stream(Buffer::no_color());
        let line = "0123456789 topsecret\n";
        for _ in 0..20_000 {
            write!(stream, "{line}").unwrap();
        }
        assert!(stream.text.len() < 2 * ENOUGH);
        stream.flush().unwrap();
        assert_eq!(written(stream), line.replace("topsecret", "${NAME}").repeat(20_000));
    }

    #[test]
    fn what_is_before_counts_wherever_it_is_handed_on() {
        let line = r#"{"source":{"file":"topfile","line":1,"index":7},"outcome":"success"}"#;
        let expected = r#"{"source":{"file":"top${NAME}","line":1,"index":7},"outcome":"success"}"#;
        let mut stream = Masked::new(Buffer::no_color());
        stream.set_masker(Arc::new(Masker::new([("NAME", &Secret::new("file"))], [], false)));
        for _ in 0..20_000 {
            writeln!(stream, "{line}").unwrap();
        }
        stream.flush().unwrap();
        let text = written(stream);
        assert_eq!(text.lines().count(), 20_000);
        for line in text.lines() {
            assert_eq!(line, expected);
        }
    }

    #[test]
    fn products_stay_as_they_are() {
        let mut stream = stream(Buffer::no_color());
        write!(stream, "topsecret ").unwrap();
        stream.product(b"topsecret").unwrap();
        write!(stream, " topsecret").unwrap();
        stream.flush().unwrap();
        assert_eq!(written(stream), "${NAME} topsecret ${NAME}");
    }
}
