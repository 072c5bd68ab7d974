//! Requests about all files.

use std::path::PathBuf;

use crate::base::source::Sources;
use crate::ide::{self, Entry, Unit};
use crate::project::load_source;
use crate::syntax::parse;

use super::super::findings::Places;
use super::super::protocol::{Location, SymbolInformation, WorkspaceSymbolParams};
use super::super::server::{Refused, Server};
use super::super::uris::uri_of;
use super::opened::is_workflows;
use super::text::symbol_kind;

/// So many symbols are told.
const MOST_SYMBOLS: usize = 500;

#[expect(clippy::unnecessary_wraps, reason = "requests are answered alike")]
pub(super) fn symbols(
    server: &mut Server<'_>,
    params: &WorkspaceSymbolParams,
) -> Result<Vec<SymbolInformation>, Refused> {
    let wanted = params.query.to_lowercase();
    let mut symbols = Vec::new();
    for unit in server.units.keys().cloned().collect::<Vec<_>>() {
        let encoding = server.encoding;
        let roots = server.roots(&unit);
        let (facts, texts) = server.facts(&unit);
        let files = facts.files(&texts);
        let sources = Sources::new();
        let mut places = Places::new(&sources, unit.path(), encoding);
        for path in roots {
            let Ok(file) = load_source(&sources, &files.named(), &path, &path.display().to_string()) else { continue };
            let mut open: Vec<(Entry, Option<String>)> =
                ide::outline(&parse(&sources, file).file).into_iter().map(|entry| (entry, None)).collect();
            open.reverse();
            while let Some((entry, container)) = open.pop() {
                if is_subsequence(&wanted, &entry.name.to_lowercase()) {
                    symbols.extend(symbol(&entry, container, &mut places));
                }
                let name = &entry.name;
                open.extend(entry.inner.iter().rev().map(|inner| (inner.clone(), Some(name.clone()))));
            }
            if symbols.len() >= MOST_SYMBOLS {
                return Ok(symbols);
            }
        }
    }
    Ok(symbols)
}

#[expect(deprecated, reason = "the type has a field that the protocol has given up")]
fn symbol(entry: &Entry, container_name: Option<String>, places: &mut Places<'_>) -> Option<SymbolInformation> {
    let (path, range) = places.of(entry.name_span);
    Some(SymbolInformation {
        name: entry.name.clone(),
        kind: symbol_kind(entry.kind),
        tags: None,
        deprecated: None,
        location: Location { uri: uri_of(&path)?, range },
        container_name,
    })
}

/// Whether the letters are there in this order, which is how editors look for names.
fn is_subsequence(letters: &str, name: &str) -> bool {
    let mut rest = name.chars();
    letters.chars().all(|letter| rest.any(|other| other == letter))
}

impl Server<'_> {
    /// The text files of a unit.
    pub(super) fn roots(&mut self, unit: &Unit) -> Vec<PathBuf> {
        let known = self.units.get(unit).and_then(|state| state.roots.as_ref());
        match (known, unit) {
            (Some(roots), _) => roots.iter().filter(|path| is_workflows(path)).cloned().collect(),
            (None, Unit::File(path)) => vec![path.clone()],
            // Not all has been checked yet.
            (None, Unit::Project(_)) => {
                let (facts, texts) = self.facts(unit);
                facts.workflow_files(&texts)
            }
        }
    }
}
