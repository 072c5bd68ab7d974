//! The labels by which MISP tells the filters of a run apart.

use super::{Node, ParamText, ParamValue};

/// The labels there are.
pub const FILTER_LABELS: [&str; 6] = ["A", "B", "C", "D", "E", "F"];

/// The parameter of filters and resets that holds a label.
pub const FILTER_LABEL: &str = "filtering-label";

/// Some of the labels.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct FilterLabels(u8);

impl FilterLabels {
    /// These, and one more; what is not a label changes nothing.
    #[must_use]
    pub fn with(self, label: &str) -> Self {
        Self(index(label).map_or(self.0, |index| self.0 | (1 << index)))
    }

    /// Those of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether this one is among them.
    pub fn contains(self, label: &str) -> bool {
        index(label).is_some_and(|index| self.0 & (1 << index) != 0)
    }

    /// The first label that is not among them.
    pub fn first_free(self) -> Option<&'static str> {
        FILTER_LABELS.into_iter().find(|label| !self.contains(label))
    }
}

fn index(label: &str) -> Option<usize> {
    FILTER_LABELS.iter().position(|known| *known == label)
}

impl<'a> Node<'a> {
    /// The filter label among its parameters.
    pub fn filter_label(&self) -> Option<&str> {
        let (_, value) = self.params.iter().find(|(id, _)| id == FILTER_LABEL)?;
        match value {
            ParamValue::Text(ParamText::Plain(text)) => Some(text),
            _ => None,
        }
    }

    /// Gives the node a filter label in the place of the one it has.
    pub fn set_filter_label(&mut self, label: &'a str) {
        if let Some((_, value)) = self.params.iter_mut().find(|(id, _)| id == FILTER_LABEL) {
            *value = ParamValue::text(label);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::FilterLabels;

    #[test]
    fn the_first_free_label() {
        let labels = FilterLabels::default();
        assert_eq!(labels.first_free(), Some("A"));
        assert_eq!(labels.with("B").first_free(), Some("A"));
        assert_eq!(labels.with("B").with("A").with("all").first_free(), Some("C"));
        let all = ["A", "B", "C", "D", "E", "F"].into_iter().fold(labels, FilterLabels::with);
        assert_eq!(all.first_free(), None);
        assert!(all.contains("F") && !all.contains("G") && !labels.contains("A"));
        assert_eq!(labels.with("A").and(labels.with("C")).first_free(), Some("B"));
    }
}
