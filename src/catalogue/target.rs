//! The releases of MISP that one can work for.

use std::fmt;
use std::str::FromStr;

/// The number of a release of MISP.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Release {
    /// `2` of `2.4.160`.
    pub major: u16,
    /// `4` of `2.4.160`.
    pub minor: u16,
    /// `160` of `2.4.160`.
    pub patch: u16,
}

impl Release {
    /// The release with this number.
    pub const fn new(major: u16, minor: u16, patch: u16) -> Self {
        Self { major, minor, patch }
    }

    /// The first release whose modules are known; workflows are hardly older.
    pub const OLDEST: Self = Self::new(2, 4, 160);
    /// The first release that was seen running. The modules of those before it are known release by release.
    pub const FIRST_SEEN: Self = Self::new(2, 5, 1);
    /// The last release that was seen running.
    pub const LAST_SEEN: Self = Self::new(2, 5, 19);
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl FromStr for Release {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut numbers = text.split('.').map(|number| {
            let plain = number.bytes().all(|byte| byte.is_ascii_digit()) && (number == "0" || !number.starts_with('0'));
            if plain { number.parse::<u16>().map_err(|_| ()) } else { Err(()) }
        });
        let mut next = || numbers.next().ok_or(())?;
        let release = Self::new(next()?, next()?, next()?);
        if numbers.next().is_some() { Err(()) } else { Ok(release) }
    }
}

/// What one works for: a release of MISP, as users name it (`misp-2.4.168`, `misp-2.5-latest`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Target {
    /// A release by its number.
    Release(Release),
    /// The last release of MISP 2.5, whichever that is.
    Latest,
}

/// The name of the last releases.
const LATEST: &str = "misp-2.5-latest";

impl Target {
    /// The target of a project that names none.
    pub const DEFAULT: Self = Self::Release(Release::LAST_SEEN);

    /// The names that are worth offering: the releases in which modules changed, and the last one.
    /// Those in between are targets too.
    pub const NAMES: [&str; 20] = [
        "misp-2.4.160",
        "misp-2.4.162",
        "misp-2.4.164",
        "misp-2.4.165",
        "misp-2.4.169",
        "misp-2.4.170",
        "misp-2.4.171",
        "misp-2.4.172",
        "misp-2.4.174",
        "misp-2.4.177",
        "misp-2.4.178",
        "misp-2.4.179",
        "misp-2.4.188",
        "misp-2.4.190",
        "misp-2.4.195",
        "misp-2.4.199",
        "misp-2.5.0",
        "misp-2.5.1",
        "misp-2.5.19",
        LATEST,
    ];

    /// The release, unless it is the last one whichever that is.
    pub fn release(self) -> Option<Release> {
        match self {
            Self::Release(release) => Some(release),
            Self::Latest => None,
        }
    }

    /// Whether what is known of it was seen on a running server. Else it was read from MISP's sources, or it lies between
    /// two releases that were seen, and is taken to be like the later one.
    pub fn is_verified(self) -> bool {
        self.release().is_some_and(|release| release <= Release::FIRST_SEEN || release == Release::LAST_SEEN)
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Release(release) => write!(f, "misp-{release}"),
            Self::Latest => f.write_str(LATEST),
        }
    }
}

impl Target {
    /// The target that somebody means who writes the number alone, or writes it with a `v` or a blank.
    pub fn meant_by(name: &str) -> Option<Self> {
        let name = name.trim().to_ascii_lowercase();
        let name = name.strip_prefix("misp").unwrap_or(&name).trim_start_matches([' ', '-', '_', 'v']);
        format!("misp-{name}").parse().ok()
    }
}

impl FromStr for Target {
    type Err = UnknownTarget;

    fn from_str(name: &str) -> Result<Self, UnknownTarget> {
        if name == LATEST {
            return Ok(Self::Latest);
        }
        let Some(release) = name.strip_prefix("misp-").and_then(|number| number.parse::<Release>().ok()) else {
            return Err(UnknownTarget::NoTarget);
        };
        match (release.major, release.minor) {
            (2, 4 | 5) if release >= Release::OLDEST => Ok(Self::Release(release)),
            _ if release < Release::OLDEST => Err(UnknownTarget::TooOld(release)),
            _ => Err(UnknownTarget::TooNew(release)),
        }
    }
}

/// A name that is not a target.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum UnknownTarget {
    /// It has another form.
    #[error("a target is `misp-` and the number of a release of MISP")]
    NoTarget,
    /// Nothing is known of releases that old.
    #[error("MISP {0} is older than the releases that are known")]
    TooOld(Release),
    /// Nothing is known of releases that new.
    #[error("MISP {0} is newer than the releases that are known")]
    TooNew(Release),
}

impl UnknownTarget {
    /// What there is.
    pub const HELP: &str = "there is every release from `misp-2.4.160` to `misp-2.5.19`, and for later ones `misp-2.5-latest` or the number, such as `misp-2.5.27`";
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::releases::RELEASES;

    #[test]
    fn names_are_read_and_written() {
        for name in ["misp-2.4.160", "misp-2.4.168", "misp-2.4.210", "misp-2.5.0", "misp-2.5.1", "misp-2.5.27", LATEST]
        {
            assert_eq!(name.parse::<Target>().unwrap().to_string(), name);
        }
    }

    #[test]
    fn other_names_are_refused_with_the_reason() {
        for name in [
            "",
            "misp",
            "misp-",
            "misp-2.5",
            "2.5.1",
            "misp-2.5.1.0",
            "misp-2.05.1",
            "misp-2.5.+1",
            "misp-2.5.70000",
            "MISP-2.5.1",
        ] {
            assert_eq!(name.parse::<Target>(), Err(UnknownTarget::NoTarget), "{name}");
        }
        assert_eq!("misp-2.4.159".parse::<Target>(), Err(UnknownTarget::TooOld(Release::new(2, 4, 159))));
        assert_eq!("misp-1.0.0".parse::<Target>(), Err(UnknownTarget::TooOld(Release::new(1, 0, 0))));
        assert_eq!("misp-2.6.0".parse::<Target>(), Err(UnknownTarget::TooNew(Release::new(2, 6, 0))));
        assert_eq!("misp-3.0.0".parse::<Target>(), Err(UnknownTarget::TooNew(Release::new(3, 0, 0))));
    }

    #[test]
    fn what_is_meant_is_known() {
        for (name, meant) in [
            ("2.5.1", "misp-2.5.1"),
            ("v2.4.170", "misp-2.4.170"),
            ("MISP 2.5.1", "misp-2.5.1"),
            ("misp_v2.5.27", "misp-2.5.27"),
            ("2.5-latest", LATEST),
        ] {
            assert_eq!(Target::meant_by(name).map(|target| target.to_string()).as_deref(), Some(meant), "{name}");
        }
        for name in ["", "misp", "2.5", "3.0.0", "latest"] {
            assert_eq!(Target::meant_by(name), None, "{name}");
        }
    }

    #[test]
    fn only_what_was_seen_is_verified() {
        let verified = |name: &str| name.parse::<Target>().unwrap().is_verified();
        assert!(verified("misp-2.4.160") && verified("misp-2.4.205") && verified("misp-2.5.1"));
        assert!(verified("misp-2.5.19"));
        assert!(!verified("misp-2.5.2") && !verified("misp-2.5.20") && !verified(LATEST));
    }

    #[test]
    fn every_offered_name_is_a_target() {
        let releases = RELEASES.iter().map(|&release| Target::Release(release));
        let targets: Vec<Target> = releases.chain([Target::Latest]).collect();
        assert_eq!(Target::NAMES.map(|name| name.parse::<Target>().unwrap()).to_vec(), targets);
    }
}
