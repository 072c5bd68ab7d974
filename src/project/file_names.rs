//! Names of files that hold on every system.

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

/// Names with the same fold are one file where the case of letters does not count, as on Windows and macOS.
pub(crate) fn fold(name: &str) -> String {
    name.to_uppercase().to_lowercase()
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
}
