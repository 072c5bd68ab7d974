//! What `--version` says.

use std::sync::LazyLock;

use crate::catalogue::{Release, Target};

/// The version, the commit it was built from where that is known, and the releases of MISP that it knows.
pub(super) static LONG: LazyLock<String> = LazyLock::new(|| {
    let commit = option_env!("MISPFLOW_COMMIT").map(|commit| format!(" (commit {commit})")).unwrap_or_default();
    let first = Target::NAMES[0].trim_start_matches("misp-");
    format!(
        "{}{commit}\nfor MISP {first} and later; compared with servers of {} and {}",
        env!("CARGO_PKG_VERSION"),
        Release::FIRST_SEEN,
        Release::LAST_SEEN
    )
});

#[cfg(test)]
mod tests {
    #[test]
    fn the_version_and_the_releases() {
        let told = super::LONG.as_str();
        let (first, second) = told.split_once('\n').unwrap();
        assert!(first.starts_with(env!("CARGO_PKG_VERSION")), "{told}");
        assert_eq!(second, "for MISP 2.4.160 and later; compared with servers of 2.5.1 and 2.5.19");
    }
}
