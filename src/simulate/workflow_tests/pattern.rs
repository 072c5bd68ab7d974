//! Patterns that match several files of events.

use std::path::{Component, Path, PathBuf};

use globset::GlobBuilder;

use crate::project::Files;

/// A pattern matches no more files than this.
pub(super) const MAX_FILES: usize = 10_000;
/// Folders are looked into no deeper than this.
const MAX_DEPTH: usize = 16;

/// Whether a path is a pattern of files: `*` is any part of a name, `?` one character, `**` any folders.
pub(super) fn is_pattern(path: &str) -> bool {
    path.contains(['*', '?'])
}

/// The files below `folder` that a pattern matches, from there and sorted, or why there are none.
pub(super) fn matching(access: &dyn Files, folder: &Path, pattern: &str) -> Result<Vec<PathBuf>, String> {
    let tidy = pattern.strip_prefix("./").unwrap_or(pattern);
    let glob = GlobBuilder::new(tidy).literal_separator(true).backslash_escape(false).build();
    let matcher = glob.map_err(|error| error.kind().to_string())?.compile_matcher();
    // What comes before the first wildcard is a folder, and need not be searched for.
    let fixed: PathBuf = Path::new(tidy)
        .components()
        .take_while(|part| !matches!(part, Component::Normal(name) if is_pattern(&name.to_string_lossy())))
        .collect();
    let depth = Path::new(tidy).components().count() - fixed.components().count();
    let depth = if tidy.contains("**") { MAX_DEPTH } else { depth };
    let mut found = Vec::new();
    let mut open = vec![(fixed, 1)];
    while let Some((place, level)) = open.pop() {
        let entries = access.list(&folder.join(&place)).map_err(|error| error.to_string())?;
        for (name, is_folder) in entries {
            let path = place.join(name);
            if is_folder && level < depth {
                open.push((path, level + 1));
            } else if !is_folder && matcher.is_match(&path) {
                found.push(path);
            }
        }
        if found.len() > MAX_FILES {
            return Err(format!("there are more than {MAX_FILES} such files"));
        }
    }
    found.sort_unstable();
    if found.is_empty() { Err("no file matches".to_owned()) } else { Ok(found) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::MemoryFiles;

    #[test]
    fn wildcards_stand_for_names_and_folders() {
        let mut files = MemoryFiles::new();
        for path in
            ["p/events/red.json", "p/events/green.json", "p/events/old/red.json", "p/events/red.txt", "p/red.json"]
        {
            files.insert(path, "{}");
        }
        let found = |pattern: &str| {
            let found = matching(&files, Path::new("p"), pattern)?;
            Ok::<_, String>(found.iter().map(|path| path.to_string_lossy().replace('\\', "/")).collect::<Vec<_>>())
        };
        assert_eq!(found("events/*.json").unwrap(), ["events/green.json", "events/red.json"]);
        assert_eq!(found("./events/re?.json").unwrap(), ["events/red.json"]);
        assert_eq!(found("*/red.*").unwrap(), ["events/red.json", "events/red.txt"]);
        assert_eq!(found("**/red.json").unwrap(), ["events/old/red.json", "events/red.json", "red.json"]);
        assert_eq!(found("events/**/*.json").unwrap().len(), 3);
        assert!(found("events/*.ndjson").is_err());
        assert!(found("nowhere/*.json").is_err());
    }

    #[test]
    fn patterns_stand_for_so_many_files() {
        let mut files = MemoryFiles::new();
        for number in 0..MAX_FILES {
            files.insert(format!("{number}.json"), "{}");
        }
        assert_eq!(matching(&files, Path::new(""), "*.json").map(|found| found.len()), Ok(MAX_FILES));
        files.insert("more.json", "{}");
        assert!(matching(&files, Path::new(""), "*.json").unwrap_err().contains("more than 10000"));
    }
}
