//! Where in the JSON something is.

use std::fmt;

/// A JSON path that is only put together when it is shown.
#[derive(Clone, Copy)]
pub(crate) struct Path<'p> {
    parent: Option<&'p Path<'p>>,
    step: PathStep<'p>,
}

/// The last step of a path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PathStep<'p> {
    /// The whole text.
    Root,
    /// A member of an object.
    Key(&'p str),
    /// An element of a list, from 0.
    Index(usize),
}

impl<'p> Path<'p> {
    pub(crate) const ROOT: Path<'static> = Path { parent: None, step: PathStep::Root };

    pub(crate) fn step(&'p self, step: PathStep<'p>) -> Path<'p> {
        Path { parent: Some(self), step }
    }

    pub(crate) fn key(&'p self, key: &'p str) -> Path<'p> {
        self.step(PathStep::Key(key))
    }

    pub(crate) fn index(&'p self, index: usize) -> Path<'p> {
        self.step(PathStep::Index(index))
    }
}

/// As in `Workflow.data.3.outputs` or `[0].Workflow.name`.
impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut steps: Vec<_> = std::iter::successors(Some(self), |path| path.parent).map(|path| path.step).collect();
        steps.reverse();
        let mut first = true;
        for step in steps.into_iter().filter(|step| *step != PathStep::Root) {
            step.write(first, f)?;
            first = false;
        }
        Ok(())
    }
}

impl PathStep<'_> {
    /// Writes the step after others, or as the first one.
    pub(super) fn write(self, first: bool, out: &mut dyn fmt::Write) -> fmt::Result {
        match self {
            PathStep::Root => Ok(()),
            PathStep::Index(index) => write!(out, "[{index}]"),
            PathStep::Key(key) if is_plain(key) => {
                if !first {
                    out.write_char('.')?;
                }
                out.write_str(key)
            }
            PathStep::Key(key) => write!(out, "[{}]", quoted(key)),
        }
    }
}

/// The JSON path of the member `key` of what is at `path`.
pub fn member(path: &str, key: &str) -> String {
    extended(path, PathStep::Key(key))
}

/// The JSON path of an element, from 0, of the list at `path`.
pub fn element(path: &str, index: usize) -> String {
    extended(path, PathStep::Index(index))
}

fn extended(path: &str, step: PathStep<'_>) -> String {
    let mut extended = path.to_owned();
    // Writing to a `String` does not fail.
    let _ = step.write(path.is_empty(), &mut extended);
    extended
}

/// The longest key or value that is shown whole, in characters.
const SHOWN: usize = 60;

fn is_plain(key: &str) -> bool {
    !key.is_empty()
        && key.len() <= SHOWN
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// Text from the file for a message: in quotes, cut off where it is long.
pub(crate) fn quoted(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{:?}", format!("{}…", &text[..end])),
        None => format!("{text:?}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_read_as_people_write_them() {
        let root = Path::ROOT;
        let (list, row, data) = (root.index(2), "Workflow", "data");
        let row = list.key(row);
        let data = row.key(data);
        let odd = data.key("a b");
        assert_eq!(root.to_string(), "");
        assert_eq!(data.to_string(), "[2].Workflow.data");
        assert_eq!(odd.key("x").to_string(), "[2].Workflow.data[\"a b\"].x");
    }

    #[test]
    fn long_keys_are_cut_off() {
        let key = "é".repeat(1000);
        assert_eq!(Path::ROOT.key(&key).to_string(), format!("[\"{}…\"]", "é".repeat(60)));
    }
}
