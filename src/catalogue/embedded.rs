//! The data files of modules that are part of the program.
//!
//! A run asks for a few modules of nearly a hundred. So the text of each is found by its indentation, and only those
//! that are asked for are read as JSON.

use memchr::memmem;

use crate::model::ModuleType;

use super::module::Module;
use super::{LaterRelease, Signature};

/// Before each module of a file, and before nothing else, comes this.
const BEGINNING: &str = "\n  {\n";

/// The modules of a data file, by their ids.
pub(super) fn modules(file: &'static str) -> Vec<(String, Module)> {
    let starts: Vec<usize> = memmem::find_iter(file.as_bytes(), BEGINNING).collect();
    let ends = starts.iter().skip(1).copied().chain([file.len()]);
    starts.iter().zip(ends).map(|(&start, end)| module(&file[start..end])).collect()
}

/// A later release without its modules, and these by their ids.
pub(super) fn later_release(file: &'static str) -> (LaterRelease, Vec<(String, Module)>) {
    let (listed, rest) = file.split_once("\n ],").unwrap_or((file, ""));
    let rest = ["{\"modules\": [],", rest].concat();
    (serde_json::from_str(&rest).expect("tests read every release"), modules(listed))
}

fn module(text: &'static str) -> (String, Module) {
    let text = text.trim().trim_end_matches([']', ',', '\n', ' ']);
    let module_type = match string(text, "\"type\": \"") {
        "trigger" => ModuleType::Trigger,
        "logic" => ModuleType::Logic,
        _ => ModuleType::Action,
    };
    (string(text, "\"id\": \"").to_owned(), Module::read_later(module_type, || signature(text)))
}

/// The string after the first `key`.
fn string<'t>(text: &'t str, key: &str) -> &'t str {
    let value = memmem::find(text.as_bytes(), key.as_bytes()).map_or("", |at| &text[at + key.len()..]);
    value.split_once('"').map_or("", |(value, _)| value)
}

fn signature(text: &str) -> Signature {
    serde_json::from_str(text).expect("tests read every module of the data files")
}

#[cfg(test)]
mod tests {
    use super::{Module, later_release, modules};
    use crate::catalogue::{LaterRelease, Signature};

    #[test]
    fn modules_are_those_of_the_whole_file() {
        for file in [include_str!("data/misp-2.5.1.json"), include_str!("data/misp-modules.json")] {
            let whole: Vec<Signature> = serde_json::from_str(file).unwrap();
            are_the_same(&modules(file), &whole);
        }
    }

    #[test]
    fn later_releases_are_those_of_the_whole_file() {
        for file in [include_str!("data/misp-2.5.19.json"), include_str!("data/misp-2.5-latest.json")] {
            let mut whole: LaterRelease = serde_json::from_str(file).unwrap();
            let (later, modules) = later_release(file);
            are_the_same(&modules, &whole.modules);
            whole.modules.clear();
            assert_eq!(later, whole);
        }
    }

    #[track_caller]
    fn are_the_same(modules: &[(String, Module)], whole: &[Signature]) {
        assert_eq!(modules.len(), whole.len());
        for ((id, module), signature) in modules.iter().zip(whole) {
            assert_eq!((id, module.module_type), (&signature.id, signature.module_type));
            assert_eq!(module.signature(), signature);
        }
    }
}
