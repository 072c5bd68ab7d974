//! What some bytes are, if they are not text.

/// So many bytes tell.
pub const FORM_BYTES: usize = 6;

/// A form in which text comes, and which has to be undone before it can be read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ForeignForm {
    /// Compressed by a program, which also unpacks it.
    Compressed(&'static str),
    /// A zip archive.
    Zip,
    /// UTF-16, or UTF-32.
    Wide,
}

/// The form of bytes that begin so; `None` for what may be text.
pub fn foreign_form(start: &[u8]) -> Option<ForeignForm> {
    let compressed = [
        (&[0x1f, 0x8b][..], ForeignForm::Compressed("gzip")),
        (&[0x28, 0xb5, 0x2f, 0xfd], ForeignForm::Compressed("zstd")),
        (&[0xfd, b'7', b'z', b'X', b'Z', 0], ForeignForm::Compressed("xz")),
        (b"BZh", ForeignForm::Compressed("bzip2")),
        (b"PK\x03\x04", ForeignForm::Zip),
    ];
    if let Some((_, form)) = compressed.into_iter().find(|(magic, _)| start.starts_with(magic)) {
        return Some(form);
    }
    // The marks of byte order of UTF-16, and of UTF-32 whose mark begins the same or with zeros.
    let has_mark =
        [&[0xff, 0xfe][..], &[0xfe, 0xff], &[0, 0, 0xfe, 0xff]].into_iter().any(|mark| start.starts_with(mark));
    // Without one, every other byte of a bracket and what follows it is zero.
    let is_wide = has_mark
        || matches!(start, [0, b'{' | b'[', 0, _, ..])
        || matches!(start, [b'{' | b'[', 0, second, 0, ..] if *second != 0);
    is_wide.then_some(ForeignForm::Wide)
}

#[cfg(test)]
mod tests {
    use super::{ForeignForm, foreign_form};

    #[test]
    fn forms_are_known_by_their_first_bytes() {
        let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        let other = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>();
        for bytes in [wide("\u{feff}{}"), other("\u{feff}{}"), wide("{\"Event\": 1}"), other("[{}]")] {
            assert_eq!(foreign_form(&bytes), Some(ForeignForm::Wide), "{bytes:?}");
        }
        assert_eq!(foreign_form(b"\x1f\x8b\x08\x00"), Some(ForeignForm::Compressed("gzip")));
        assert_eq!(foreign_form(b"\x28\xb5\x2f\xfd\x04"), Some(ForeignForm::Compressed("zstd")));
        assert_eq!(foreign_form(b"PK\x03\x04\n"), Some(ForeignForm::Zip));
        for text in ["", "{", "{}", "[{\"Event\": 1}]", "\u{feff}{}", "B", "PK"] {
            assert_eq!(foreign_form(text.as_bytes()), None, "{text}");
        }
    }
}
