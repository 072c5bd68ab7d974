//! Names of files that say what is in them.

use std::path::Path;

/// What files are called that nobody gave a name.
const SAYS_NOTHING: [&str; 24] = [
    "backup",
    "blueprint",
    "blueprints",
    "copy",
    "data",
    "document",
    "download",
    "edit",
    "export",
    "exported",
    "file",
    "graph",
    "index",
    "json",
    "misp",
    "new",
    "out",
    "output",
    "response",
    "result",
    "untitled",
    "view",
    "workflow",
    "workflows",
];
/// What the names of MISP's own exports begin with: `blueprint_guard_1661328256.json`.
const EXPORT: &str = "blueprint_";
/// A number as long as this is a time, or made by a machine.
const LONG_NUMBER: usize = 6;

/// The name of a file without its ending, if a person gave it: not one that MISP or a browser makes, which says less than the title of
/// the workflow.
pub fn good_name(path: &Path) -> Option<String> {
    let stem = path.file_stem()?.to_string_lossy().into_owned();
    let stem = stem.strip_suffix(".blueprint").unwrap_or(&stem).trim();
    let words: Vec<String> =
        stem.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    let is_number = |word: &String| word.chars().all(|c| c.is_ascii_digit());
    let is_made = |word: &String| {
        let digits = word.chars().filter(char::is_ascii_digit).count();
        digits >= LONG_NUMBER || digits > 0 && word.len() >= 8 && word.chars().all(|c| c.is_ascii_hexdigit())
    };
    let says_something = words.iter().any(|word| !is_number(word) && !SAYS_NOTHING.contains(&word.as_str()));
    let is_export = stem.starts_with(EXPORT);
    (says_something && !is_export && !words.iter().any(is_made)).then(|| stem.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_people_give() {
        for (file, name) in [
            ("exported/ip-watch.json", "ip-watch"),
            ("Block TLP:RED.json", "Block TLP:RED"),
            ("guard.blueprint.json", "guard"),
            ("workflow-for-the-soc.json", "workflow-for-the-soc"),
            ("phase2.json", "phase2"),
            ("größe.json", "größe"),
        ] {
            assert_eq!(good_name(Path::new(file)).as_deref(), Some(name), "{file}");
        }
        for file in [
            "workflow.json",
            "workflows (1).json",
            "Workflow_12.json",
            "blueprint_attach-tlp_clear-on-tlp_white_1661328256.json",
            "4e4c7a9c-b552-5d27-985f-560df1e8ac1e.json",
            "12.json",
            "blueprint_curation---normalize-tlp-and-pap-tag.json",
            "index.json",
            ".json",
            "…",
        ] {
            assert_eq!(good_name(Path::new(file)), None, "{file}");
        }
    }
}
