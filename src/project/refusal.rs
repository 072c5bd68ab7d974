//! Why a file is not read or written although the system would allow it.

use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};

use crate::diagnostics::{Code, Diagnostic};

/// Why a file is not read or not written. It travels in an [`io::Error`].
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub(crate) enum Refusal {
    /// It is not in the project.
    #[error("{}", outside(link.as_deref()))]
    Outside {
        /// The real path, where a link leads to it.
        link: Option<PathBuf>,
        /// The folder to allow.
        folder: Option<PathBuf>,
    },
    /// It belongs to git.
    #[error("it is part of `.git`, where git keeps its own data")]
    Git,
    /// It is not a regular file.
    #[error("it is {0}, not a regular file")]
    NotRegular(&'static str),
    /// A text is imported that is neither a workflow file nor JSON.
    #[error("it is neither a `.mwf` file nor a `.json` file")]
    NotOurs,
    /// A folder on the way to what would be written is a link.
    #[error("the folder `{}` on the way to it is a link", folder.display())]
    LinkedFolder {
        /// The link.
        folder: PathBuf,
    },
    /// What would be written is a link.
    #[error("{}", link_at_target(to.as_deref()))]
    Link {
        /// Where it leads to.
        to: Option<PathBuf>,
    },
}

/// Whether it would be wrong to propose that files of a folder may be read: the system shows there what no text is about, or
/// git keeps its own data there.
fn is_never_to_be_allowed(folder: &Path) -> bool {
    ["/proc", "/sys", "/dev"].iter().any(|system| folder.starts_with(system))
        || folder == Path::new("/")
        || folder.components().any(|part| part.as_os_str().eq_ignore_ascii_case(".git"))
}

const LINKS: &str =
    "a link in a project can lead to any file of this computer, so links are not followed when something is written";

fn outside(link: Option<&Path>) -> String {
    match link {
        Some(real) => format!("it is a link to `{}`, which is outside the project", real.display()),
        None => "it is outside the project".to_owned(),
    }
}

fn link_at_target(to: Option<&Path>) -> String {
    match to {
        Some(to) => format!("it is a link to `{}`", to.display()),
        None => "it is a link".to_owned(),
    }
}

impl Refusal {
    /// The refusal in an error.
    pub(crate) fn of(error: &io::Error) -> Option<&Self> {
        error.get_ref()?.downcast_ref()
    }

    /// What is neither a file nor a folder.
    pub(super) fn not_regular(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        {
            use std::os::unix::fs::FileTypeExt;
            let kind = metadata.file_type();
            if kind.is_fifo() {
                return Self::NotRegular("a pipe");
            }
            if kind.is_socket() {
                return Self::NotRegular("a socket");
            }
        }
        let _ = metadata;
        Self::NotRegular("a device")
    }

    /// Says that `name` is not read.
    pub(super) fn unreadable(&self, name: &str) -> Diagnostic {
        let refused = Diagnostic::new(Code::RefusedFile, format!("`{name}` cannot be read: {self}"));
        match self {
            Self::Outside { folder, .. } => {
                let folder =
                    folder.as_deref().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
                let refused = refused
                    .note("a stranger may have written this file, and the machine that checks it may hold secrets, so it can name only files of its own project")
                    .note("the project is the folder of `mispflow.toml` and the git repository around it; without either, the folder of the file on the command line");
                if is_never_to_be_allowed(folder) {
                    return refused.help("move or copy what you need of it into the project");
                }
                refused.help(format!(
                    "move or copy the file into the project, or allow it: `--allow-read {}`",
                    folder.display()
                ))
            }
            Self::Git => refused
                .note("among the data of git can be the token with which the repository was fetched")
                .help("copy the file to another folder of the project"),
            Self::NotRegular(_) => {
                refused.note("reading it might never end").help("write its content to a file, and name that")
            }
            Self::NotOurs => {
                refused.help("give the file a name that ends in `.mwf`; a list of values is read with `lines(\"…\")`")
            }
            Self::Link { .. } | Self::LinkedFolder { .. } => refused.help("name the file itself"),
        }
    }

    /// Says that `name` is not written.
    pub(crate) fn unwritable(&self, name: &str) -> Diagnostic {
        let refused = Diagnostic::new(Code::RefusedOutput, format!("`{name}` is not written: {self}"));
        match self {
            Self::LinkedFolder { .. } => refused.note(LINKS).help("remove the link, or name another folder"),
            Self::Link { to } => refused
                .note(LINKS)
                .help(match to {
                    Some(to) => format!("name the file itself, `{}`, or remove the link", to.display()),
                    None => "remove the link".to_owned(),
                }),
            Self::Outside { .. } => refused
                .note("whoever may change the project may change its project file and the links in it, so these lead only to places in the project and in the git repository around it")
                .help("name the folder on the command line: `-o DIR`"),
            Self::Git => refused.help("name another folder: `-o DIR`"),
            Self::NotRegular(_) | Self::NotOurs => refused.help("remove it, or name another folder: `-o DIR`"),
        }
    }
}

impl From<Refusal> for io::Error {
    fn from(refusal: Refusal) -> Self {
        Self::new(io::ErrorKind::PermissionDenied, refusal)
    }
}
