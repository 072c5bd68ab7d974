//! What a stream is, if it is not text.

/// So many bytes tell.
pub(super) const FORM_BYTES: usize = 6;

/// Says why a stream that begins so cannot be read, and what helps.
pub(super) fn foreign_form(start: &[u8]) -> Option<&'static str> {
    let compressed = [
        (
            &[0x1f, 0x8b][..],
            "it is compressed with gzip; unpack it first, as with `gzip -dc FILE | mispflow run … --event -`",
        ),
        (
            &[0x28, 0xb5, 0x2f, 0xfd],
            "it is compressed with zstd; unpack it first, as with `zstd -dc FILE | mispflow run … --event -`",
        ),
        (
            &[0xfd, b'7', b'z', b'X', b'Z', 0],
            "it is compressed with xz; unpack it first, as with `xz -dc FILE | mispflow run … --event -`",
        ),
        (b"BZh", "it is compressed with bzip2; unpack it first, as with `bzip2 -dc FILE | mispflow run … --event -`"),
        (b"PK\x03\x04", "it is a zip archive; unpack it first"),
    ];
    if let Some((_, words)) = compressed.into_iter().find(|(magic, _)| start.starts_with(magic)) {
        return Some(words);
    }
    // The marks of byte order of UTF-16, and of UTF-32 whose mark begins the same or with zeros.
    let has_mark =
        [&[0xff, 0xfe][..], &[0xfe, 0xff], &[0, 0, 0xfe, 0xff]].into_iter().any(|mark| start.starts_with(mark));
    // Without one, every other byte of a bracket and what follows it is zero.
    let is_wide = has_mark
        || matches!(start, [0, b'{' | b'[', 0, _, ..])
        || matches!(start, [b'{' | b'[', 0, second, 0, ..] if *second != 0);
    is_wide.then_some("it is UTF-16; MISP writes UTF-8, so convert it, as with `iconv -f UTF-16 -t UTF-8`")
}

#[cfg(test)]
mod tests {
    use super::foreign_form;

    #[test]
    fn forms_are_known_by_their_first_bytes() {
        let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>();
        let other = |text: &str| text.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>();
        for bytes in [wide("\u{feff}{}"), other("\u{feff}{}"), wide("{\"Event\": 1}"), other("[{}]")] {
            assert!(foreign_form(&bytes).unwrap().contains("UTF-16"), "{bytes:?}");
        }
        assert!(foreign_form(b"\x1f\x8b\x08\x00").unwrap().contains("gzip"));
        assert!(foreign_form(b"\x28\xb5\x2f\xfd\x04").unwrap().contains("zstd"));
        for text in ["", "{", "{}", "[{\"Event\": 1}]", "\u{feff}{}", "B", "PK"] {
            assert_eq!(foreign_form(text.as_bytes()), None, "{text}");
        }
    }
}
