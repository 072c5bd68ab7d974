//! The project a folder belongs to.

use std::path::{Component, Path, PathBuf};

/// The name of the project file.
pub const PROJECT_FILE: &str = "mispflow.toml";

/// The project file nearest to `start`, which is a file or a folder: in the folder itself or the
/// nearest one above it. The path is relative where `start` is, so that messages stay short.
pub fn discover(start: &Path) -> Option<PathBuf> {
    let here = Path::new(".");
    let start = if start.as_os_str().is_empty() { here } else { start };
    let mut shown = if start.is_dir() { start.to_owned() } else { start.parent()?.to_owned() };
    // How far up it goes only the absolute path knows.
    let folder = absolute(if shown.as_os_str().is_empty() { here } else { &shown })?;
    for ancestor in folder.ancestors() {
        if ancestor.join(PROJECT_FILE).is_file() {
            return Some(
                if same_folder(&shown, ancestor) { tidy(&shown) } else { ancestor.to_owned() }.join(PROJECT_FILE),
            );
        }
        shown = above(&shown);
    }
    None
}

/// The absolute path of a folder or file, without `..`: what that means only the disk knows, for a link may come before it.
pub(super) fn absolute(path: &Path) -> Option<PathBuf> {
    let components: Vec<Component<'_>> = path.components().collect();
    match components.iter().rposition(|component| *component == Component::ParentDir) {
        None => std::path::absolute(path).ok(),
        Some(last) => {
            let (up, rest) = components.split_at(last + 1);
            let up = up.iter().collect::<PathBuf>().canonicalize().ok()?;
            Some(up.join(rest.iter().collect::<PathBuf>()))
        }
    }
}

/// The folder above, said as shortly as can be.
fn above(folder: &Path) -> PathBuf {
    match folder.components().next_back() {
        Some(Component::Normal(_)) => folder.parent().unwrap_or(Path::new("")).to_owned(),
        None | Some(Component::CurDir) => PathBuf::from(".."),
        _ => folder.join(".."),
    }
}

fn same_folder(shown: &Path, absolute: &Path) -> bool {
    let shown = if shown.as_os_str().is_empty() { Path::new(".") } else { shown };
    match (shown.canonicalize(), absolute.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => false,
    }
}

/// Without a leading `.`.
pub(crate) fn tidy(path: &Path) -> PathBuf {
    path.strip_prefix(".").unwrap_or(path).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_one_above_is_found() {
        let root = tempfile::tempdir().unwrap();
        let inner = root.path().join("team/workflows");
        std::fs::create_dir_all(&inner).unwrap();
        std::fs::write(root.path().join(PROJECT_FILE), "").unwrap();
        let workflow = inner.join("a.mwf");
        std::fs::write(&workflow, "").unwrap();
        let outer = root.path().join(PROJECT_FILE);
        assert_eq!(discover(&inner), Some(outer.clone()));
        assert_eq!(discover(&workflow), Some(outer));

        let nearer = root.path().join("team").join(PROJECT_FILE);
        std::fs::write(&nearer, "").unwrap();
        assert_eq!(discover(&workflow), Some(nearer));
    }

    #[test]
    fn a_folder_that_was_left_again_does_not_count() {
        let root = tempfile::tempdir().unwrap();
        for folder in ["project", "beside"] {
            std::fs::create_dir(root.path().join(folder)).unwrap();
        }
        let file = root.path().join("project").join(PROJECT_FILE);
        std::fs::write(&file, "").unwrap();
        assert_eq!(discover(&root.path().join("project/../beside")), None);
        let found = discover(&root.path().join("beside/../project/../project")).unwrap();
        assert_eq!(found.canonicalize().unwrap(), file.canonicalize().unwrap());
    }

    #[test]
    fn up_from_a_relative_folder() {
        assert_eq!(above(Path::new("a/b")), Path::new("a"));
        assert_eq!(above(Path::new("a")), Path::new(""));
        assert_eq!(above(Path::new("")), Path::new(".."));
        assert_eq!(above(Path::new(".")), Path::new(".."));
        assert_eq!(above(Path::new("..")), Path::new("../.."));
        assert_eq!(tidy(Path::new("./a")), Path::new("a"));
        assert_eq!(tidy(Path::new("../a")), Path::new("../a"));
    }
}
