//! Comments on their way from the source to their line.

/// A comment that was read and not yet written.
#[derive(Debug)]
pub struct Waiting<'s> {
    /// With the `#`, without blanks at its end.
    pub text: &'s str,
    /// Whether it is after something on its line.
    pub trailing: bool,
    /// Whether a blank line is before it.
    pub blank_before: bool,
}

/// Where the blank lines of the source stay, around the comments between two tokens.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Blanks {
    /// At the beginning of a block: none before what comes first.
    Begin,
    /// In the middle: at most one each.
    Keep,
    /// Before a comment, but not before what follows the last one: between the entries of lists,
    /// and at the end of blocks.
    BeforeComments,
    /// Between comments only: at the beginning of lists, and in empty blocks.
    BetweenComments,
    /// At least one somewhere.
    Require,
}

impl Blanks {
    /// Which breaks hold a blank line: `source` says it of the source, one entry a comment that
    /// gets its own line and a last one for what follows them.
    pub fn choose(self, source: &mut [bool]) {
        if let (Some(first), Self::Begin | Self::BetweenComments) = (source.first_mut(), self) {
            *first = false;
        }
        if let (Some(last), Self::BeforeComments | Self::BetweenComments) = (source.last_mut(), self) {
            *last = false;
        }
        if self == Self::Require
            && !source.contains(&true)
            && let Some(first) = source.first_mut()
        {
            *first = true;
        }
    }
}

/// Line breaks in a text of blanks, whatever convention it follows.
pub fn line_breaks(blanks: &str) -> usize {
    let bytes = blanks.as_bytes();
    let ends_line = |at: usize| match bytes[at] {
        b'\n' => true,
        b'\r' => bytes.get(at + 1) != Some(&b'\n'),
        _ => false,
    };
    (0..bytes.len()).filter(|&at| ends_line(at)).count()
}

#[cfg(test)]
mod tests {
    use super::{Blanks, line_breaks};

    #[test]
    fn every_convention_of_line_ends() {
        assert_eq!(line_breaks(" \n\t\r\n \r\r\n"), 4);
        assert_eq!(line_breaks("\r"), 1);
        assert_eq!(line_breaks(""), 0);
    }

    #[test]
    fn blank_lines_by_place() {
        for (blanks, source, chosen) in [
            (Blanks::Begin, [true, true], [false, true]),
            (Blanks::Keep, [true, false], [true, false]),
            (Blanks::BeforeComments, [true, true], [true, false]),
            (Blanks::BetweenComments, [true, true], [false, false]),
            (Blanks::Require, [false, false], [true, false]),
            (Blanks::Require, [false, true], [false, true]),
        ] {
            let mut breaks = source;
            blanks.choose(&mut breaks);
            assert_eq!(breaks, chosen, "{blanks:?}");
        }
    }
}
