//! In which releases a thing exists.

use std::fmt;

use super::releases::{self, RELEASES};
use super::{Catalogue, Release};

/// The releases in which a module, a parameter or an option exists. Written out it reads on after
/// "MISP has it": "from 2.4.174 on".
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Availability {
    spans: Vec<Lasting>,
}

/// A series of releases.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Lasting {
    from: From,
    /// The release that no longer has it.
    before: Option<From>,
}

/// Where a series of releases begins.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum From {
    /// With the oldest that is known, or before.
    Always,
    Release(Release),
    /// After the last release that was seen.
    Later,
}

/// In which releases there is what `has` looks for; `None` if in none that is known.
pub fn availability(has: impl Fn(&Catalogue) -> bool) -> Option<Availability> {
    let mut spans: Vec<Lasting> = Vec::new();
    let mut there = false;
    for (index, catalogue) in releases::all().enumerate() {
        let now = has(catalogue);
        if now != there {
            let at = match index {
                0 => From::Always,
                _ => RELEASES.get(index).map_or(From::Later, |&release| From::Release(release)),
            };
            match spans.last_mut() {
                Some(open) if !now => open.before = Some(at),
                _ => spans.push(Lasting { from: at, before: None }),
            }
        }
        there = now;
    }
    (!spans.is_empty()).then_some(Availability { spans })
}

impl fmt::Display for Availability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, span) in self.spans.iter().enumerate() {
            if index > 0 {
                f.write_str(", and ")?;
            }
            match (span.from, span.before) {
                (From::Always, Some(before)) => write!(f, "only before {before}")?,
                (from @ From::Later, _) => write!(f, "only {from}")?,
                (from, None) => write!(f, "from {from} on")?,
                (from, Some(From::Later)) => write!(f, "from {from} to {}", Release::LAST_SEEN)?,
                (from, Some(before)) => write!(f, "from {from} to before {before}")?,
            }
        }
        Ok(())
    }
}

impl fmt::Display for From {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Always => Release::OLDEST.fmt(f),
            Self::Release(release) => release.fmt(f),
            Self::Later => write!(f, "after {}", Release::LAST_SEEN),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn module(id: &str) -> Option<String> {
        availability(|catalogue| catalogue.module(id).is_some()).map(|availability| availability.to_string())
    }

    fn parameter(module: &str, id: &str) -> Option<String> {
        let has = |catalogue: &Catalogue| catalogue.module(module).is_some_and(|module| module.parameter(id).is_some());
        availability(has).map(|availability| availability.to_string())
    }

    #[test]
    fn modules_have_their_releases() {
        assert_eq!(module("webhook").as_deref(), Some("from 2.4.160 on"));
        assert_eq!(module("assign_country").as_deref(), Some("from 2.4.174 on"));
        assert_eq!(module("proposal-action").as_deref(), Some("from 2.4.199 to before 2.5.0, and from 2.5.1 on"));
        assert_eq!(module("filter-tag").as_deref(), Some("from 2.5.19 on"));
        assert_eq!(module("filter-timestamp").as_deref(), Some("only after 2.5.19"));
        assert_eq!(module("matrix").as_deref(), Some("from 2.4.160 on"));
        assert_eq!(module("tea"), None);
    }

    #[test]
    fn parameters_have_their_releases() {
        assert_eq!(parameter("webhook", "headers").as_deref(), Some("from 2.4.178 on"));
        assert_eq!(parameter("webhook", "data_extraction_path").as_deref(), Some("only before 2.4.178"));
        assert_eq!(parameter("tag_operation", "clusters").as_deref(), Some("from 2.5.19 on"));
        let summary = parameter("send-report-to-cti-info-extractor", "insert_executive_summary");
        assert_eq!(summary.as_deref(), Some("from 2.5.19 to 2.5.19"));
        assert_eq!(parameter("webhook", "tea"), None);
    }
}
