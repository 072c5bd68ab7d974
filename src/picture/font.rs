//! How wide text is.
//!
//! The widths are those of `DejaVu` Sans, which pictures ask for first. The other fonts that they ask for are narrower, so
//! that text fits into its box in these as well.

/// The fonts that pictures ask for.
pub(super) const FAMILY: &str = "'DejaVu Sans', 'Segoe UI', 'Helvetica Neue', Arial, sans-serif";

/// The widths of the characters from the space to the tilde, in thousandths of the size.
const REGULAR: [u16; 95] = [
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636, 636, 636, 636,
    636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775, 752, 295, 295, 656, 557, 863,
    748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635,
    615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636,
    337, 636, 838,
];

/// The same in bold.
const BOLD: [u16; 95] = [
    348, 456, 521, 838, 696, 1002, 872, 306, 457, 457, 523, 838, 380, 415, 380, 365, 696, 696, 696, 696, 696, 696, 696,
    696, 696, 696, 400, 400, 838, 838, 838, 580, 1000, 774, 762, 734, 830, 683, 683, 821, 837, 372, 372, 775, 637, 995,
    837, 850, 733, 850, 770, 720, 682, 812, 774, 1103, 771, 724, 725, 457, 365, 457, 838, 500, 500, 675, 716, 593, 716,
    678, 435, 716, 712, 343, 343, 665, 343, 1042, 712, 687, 716, 716, 493, 595, 478, 712, 652, 924, 645, 652, 582, 712,
    365, 712, 838,
];

/// A character of a script whose characters are as wide as they are high, or an emoji.
const WIDE: u16 = 1_400;
/// Any other character: few are wider.
const OTHER: u16 = 1_100;

/// A font as text is set in.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Font {
    /// Its size in pixels.
    pub size: f64,
    /// Whether it is bold.
    pub is_bold: bool,
}

impl Font {
    /// How wide a text is at most, in pixels.
    pub fn width(self, text: &str) -> f64 {
        text.chars().map(|c| self.width_of(c)).sum()
    }

    fn width_of(self, c: char) -> f64 {
        let widths = if self.is_bold { &BOLD } else { &REGULAR };
        let ascii = (c as usize).checked_sub(0x20).and_then(|at| widths.get(at)).copied();
        let width = ascii.unwrap_or(if is_wide(c) { WIDE } else { OTHER });
        f64::from(width) * self.size / 1000.0
    }

    /// A text in lines of at most this width, and of at most so many of them; the last one then ends with an ellipsis. A
    /// line ends between words, else after a sign between parts of a word, else anywhere.
    pub fn lines(self, text: &str, width: f64, most: usize) -> Vec<String> {
        let mut lines = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() {
            let fits = self.beginning(rest, width);
            if fits == rest.len() {
                lines.push(rest.to_owned());
                break;
            }
            if lines.len() + 1 == most {
                let room = self.beginning(rest, width - self.width_of('…'));
                lines.push(format!("{}…", rest[..room].trim_end()));
                break;
            }
            let end = break_in(rest, fits);
            lines.push(rest[..end].trim_end().to_owned());
            rest = rest[end..].trim_start();
        }
        lines
    }

    /// A text on one line of at most this width.
    pub fn line(self, text: &str, width: f64) -> String {
        self.lines(text, width, 1).pop().unwrap_or_default()
    }

    /// How many bytes of a text fit, at least one character.
    fn beginning(self, text: &str, width: f64) -> usize {
        let mut taken = 0.0;
        for (at, c) in text.char_indices() {
            taken += self.width_of(c);
            if taken > width && at > 0 {
                return at;
            }
        }
        text.len()
    }
}

/// Where to break a text of which so many bytes fit.
fn break_in(text: &str, fits: usize) -> usize {
    let line = &text[..fits];
    if text[fits..].starts_with(' ') {
        return fits;
    }
    if let Some(space) = line.rfind(' ').filter(|&space| 3 * space > fits) {
        return space + 1;
    }
    let is_sign = |c: char| matches!(c, '.' | ',' | '/' | '|' | ':' | '=' | '&' | '?' | '-' | '_' | '+' | '}' | ' ');
    line.rfind(is_sign).map_or(fits, |sign| sign + 1)
}

fn is_wide(c: char) -> bool {
    textwrap::core::display_width(c.encode_utf8(&mut [0; 4])) > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    const FONT: Font = Font { size: 10.0, is_bold: false };

    #[test]
    fn widths_are_those_of_the_font() {
        assert!((FONT.width("iW") - 12.67).abs() < 1e-9);
        assert!((Font { is_bold: true, ..FONT }.width("iW") - 14.46).abs() < 1e-9);
        assert!(FONT.width("日本") > FONT.width("MM"));
    }

    #[test]
    fn lines_end_where_reading_allows() {
        assert_eq!(
            FONT.lines("event tagged any tlp:red, tlp:amber+strict", 110.0, 4),
            ["event tagged any", "tlp:red,", "tlp:amber+strict"]
        );
        assert_eq!(
            FONT.lines("Event._AttributeFlattened.{n}.value", 110.0, 4),
            ["Event._", "AttributeFlattened.", "{n}.value"]
        );
        assert_eq!(FONT.lines("one two three four", 45.0, 2), ["one two", "three f…"]);
        assert_eq!(FONT.lines("", 50.0, 2), [""; 0]);
    }

    #[test]
    fn no_line_is_wider_than_asked() {
        for text in
            ["WWWWWWWWWWWWWWWWWWWW", "日本語の文章はとても長いです", "a b c d e f g h i j k l", "m.m.m.m.m.m.m.m.m"]
        {
            for width in [30.0, 47.0, 80.0] {
                for most in [1, 2, 9] {
                    let lines = FONT.lines(text, width, most);
                    assert!(lines.len() <= most);
                    assert!(lines.iter().all(|line| FONT.width(line) <= width), "{lines:?}");
                }
            }
        }
    }
}
