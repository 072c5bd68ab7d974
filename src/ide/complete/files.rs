//! Files and variables of the environment.

use std::path::{Path, PathBuf};

use super::super::tokens::{TokenKind, tokens};
use super::{OfferKind, Offers};

impl Offers<'_, '_, '_> {
    pub(super) fn imports(&mut self) {
        let imported: Vec<PathBuf> = self
            .analysis
            .in_reach(self.file)
            .into_iter()
            .filter_map(|file| {
                let id = self.analysis.tree(file).id;
                self.analysis.context.program.sources.file(id).path.clone()
            })
            .collect();
        for file in self.files {
            let is_text = file.extension().is_some_and(|name| name.eq_ignore_ascii_case("mwf"));
            if is_text && !imported.contains(file) {
                self.file(file, 10);
            }
        }
        self.in_folder(&["json"], 30);
    }

    pub(super) fn paths_of_files(&mut self, extensions: &[&str]) {
        self.in_folder(extensions, 10);
    }

    /// The files of the folder that is typed.
    pub(super) fn in_folder(&mut self, extensions: &[&str], rank: u8) {
        let typed = self.cursor.prefix(self.text).trim_start_matches('"').to_owned();
        let (folder, _) = typed.rsplit_once('/').unwrap_or_default();
        let Some(own) = self.path.parent() else { return };
        let place = own.join(folder);
        let Ok(entries) = self.analysis.list(&place) else { return };
        for (name, is_folder) in entries {
            let name = name.to_string_lossy().into_owned();
            let is_wanted = extensions
                .iter()
                .any(|wanted| Path::new(&name).extension().is_some_and(|name| name.eq_ignore_ascii_case(wanted)));
            if name.starts_with('.') || !is_folder && !is_wanted {
                continue;
            }
            let path = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            let path = if is_folder { format!("{path}/") } else { path };
            let mut offer = self.offer(&path, OfferKind::File, if is_folder { rank + 10 } else { rank });
            offer.text = self.as_string(&path);
            self.add(offer);
        }
    }

    pub(super) fn file(&mut self, path: &Path, rank: u8) {
        let Some(relative) = self.path.parent().and_then(|folder| relative(folder, path)) else { return };
        let mut offer = self.offer(&relative, OfferKind::File, rank);
        offer.text = self.as_string(&relative);
        self.add(offer);
    }

    pub(super) fn variables(&mut self) {
        let mut names: Vec<String> = Vec::new();
        for file in 0..self.analysis.len() {
            let id = self.analysis.tree(file).id;
            let text = self.analysis.context.program.sources.text(id);
            // What is being typed cannot be read, and so is not in the tree.
            for found in tokens(text).windows(4) {
                let word = |at: usize| &text[found[at].bytes.clone()];
                let is_one = matches!(word(0), "env" | "secret") && word(1) == "(";
                if is_one && found[2].kind == TokenKind::String && matches!(word(3), ")" | ",") {
                    names.push(word(2).trim_matches('"').to_owned());
                }
            }
        }
        names.sort();
        names.dedup();
        for name in names {
            let mut offer = self.offer(&name, OfferKind::Variable, 10);
            offer.text = self.as_string(&name);
            "named in these files".clone_into(&mut offer.detail);
            self.add(offer);
        }
    }
}

/// The path of a file as a text in a folder names it.
fn relative(folder: &Path, file: &Path) -> Option<String> {
    let (from, to): (Vec<_>, Vec<_>) = (folder.components().collect(), file.components().collect());
    let common = from.iter().zip(&to).take_while(|(one, other)| one == other).count();
    if common == 0 {
        return None;
    }
    let up = from[common..].iter().map(|_| "..".to_owned());
    let down = to[common..].iter().map(|part| part.as_os_str().to_string_lossy().into_owned());
    Some(up.chain(down).collect::<Vec<_>>().join("/"))
}
