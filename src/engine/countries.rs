//! The countries of MISP's galaxy of countries.

/// Their names, as its tags have them.
const NAMES: &str = include_str!("countries.txt");

/// The tag of a country; `None` for what is not the name of one.
pub(super) fn tag_of(country: &str) -> Option<String> {
    let name = country.to_lowercase();
    NAMES.lines().any(|known| known == name).then(|| format!("misp-galaxy:country=\"{name}\""))
}

#[cfg(test)]
mod tests {
    use super::tag_of;

    #[test]
    fn only_names_of_countries_have_a_tag() {
        assert_eq!(tag_of("Luxembourg").as_deref(), Some("misp-galaxy:country=\"luxembourg\""));
        assert_eq!(tag_of("United Kingdom").as_deref(), Some("misp-galaxy:country=\"united kingdom\""));
        for other in ["", "free text", "a.example", "LU", "Lux"] {
            assert_eq!(tag_of(other), None, "{other}");
        }
    }
}
