//! Names of files that hold on every system.

use unicode_normalization::UnicodeNormalization;

/// Names that Windows keeps for devices, with any ending.
const DEVICES: [&str; 6] = ["con", "prn", "aux", "nul", "conin$", "conout$"];

/// Whether Windows takes a file that is called so, up to the first dot, for a device.
pub(crate) fn is_device_on_windows(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_lowercase();
    let numbered = |prefix| {
        let mut rest = stem.strip_prefix(prefix).unwrap_or_default().chars();
        matches!((rest.next(), rest.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
    };
    DEVICES.contains(&&*stem) || numbered("com") || numbered("lpt")
}

/// Names with the same fold are one file where the case of letters does not count, as on Windows and macOS, or where an
/// accent is the same whether it is part of its letter or a character of its own, as on macOS.
pub(crate) fn fold(name: &str) -> String {
    let plain: String = name.nfd().collect();
    // What is made of a letter may have to be taken apart again.
    plain.to_uppercase().to_lowercase().nfd().collect()
}

/// How two names differ that have the same fold.
pub(crate) fn difference(one: &str, other: &str) -> &'static str {
    if one.to_uppercase().to_lowercase() == other.to_uppercase().to_lowercase() {
        "differ in the case of letters alone"
    } else {
        "look the same: they differ in how their accents are stored"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_of_windows() {
        for name in ["con", "CON", "Aux.json", "nul.blueprint.json", "com1", "LPT9.mwf", "com¹", "con .json", "conin$"]
        {
            assert!(is_device_on_windows(name), "{name}");
        }
        for name in ["icon", "con-1", "com", "com10", "lptx", "console.json", "a.con", "comé", ""] {
            assert!(!is_device_on_windows(name), "{name}");
        }
    }

    #[test]
    fn the_case_of_letters_does_not_count() {
        assert_eq!(fold("Guard-É.json"), fold("guard-é.JSON"));
        assert_eq!(fold("straße"), fold("STRASSE"));
        assert_ne!(fold("a-b"), fold("a_b"));
    }

    #[test]
    fn how_accents_are_stored_does_not_count() {
        for (one, other) in [
            ("caf\u{e9}", "cafe\u{301}"),
            ("CAF\u{c9}", "cafe\u{301}"),
            ("\u{1e9b}\u{323}", "\u{1e61}\u{323}"),
            ("\u{212b}ngstr\u{f6}m", "\u{e5}ngstro\u{308}m"),
            ("\u{ac00}", "\u{1100}\u{1161}"),
        ] {
            assert_eq!(fold(one), fold(other), "{one} {other}");
        }
        assert_ne!(fold("cafe"), fold("caf\u{e9}"));
        assert_eq!(
            difference("caf\u{e9}", "cafe\u{301}"),
            "look the same: they differ in how their accents are stored"
        );
        assert_eq!(difference("Guard", "guard"), "differ in the case of letters alone");
    }
}
