//! For whom a finding is worded.

/// Who reads a finding. What is wrong and why it matters is the same for all; what to do about it is not.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Audience {
    /// Who writes the text of workflows.
    Text,
    /// Who has a workflow of MISP before them, in its editor or as its JSON.
    Editor,
}

impl Audience {
    /// The one of two wordings that is for this audience.
    pub fn choose<T>(self, text: T, editor: T) -> T {
        match self {
            Self::Text => text,
            Self::Editor => editor,
        }
    }
}
