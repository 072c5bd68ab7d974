//! Requests that need one text alone.

use crate::format::format_source;
use crate::ide::{self, Entry, EntryKind, Target};

use super::super::protocol::{
    DocumentFormattingParams, DocumentLink, DocumentLinkParams, DocumentSymbol, DocumentSymbolParams, FoldingRange,
    FoldingRangeKind, FoldingRangeParams, Position, SelectionRange, SelectionRangeParams, SymbolKind, TextEdit,
};
use super::super::server::{Refused, Server};
use super::super::uris::uri_of;
use super::opened::{Opened, is_workflows, opened};

pub(super) fn formatting(
    server: &mut Server<'_>,
    params: &DocumentFormattingParams,
) -> Result<Option<Vec<TextEdit>>, Refused> {
    let opened = opened(server, &params.text_document.uri)?;
    if !is_workflows(&opened.path) {
        return Ok(None);
    }
    // What cannot be read wholly is not formatted; its findings say why.
    Ok(format_source(&opened.sources, opened.id).ok().map(|formatted| opened.edits_to(&formatted)))
}

pub(super) fn symbols(server: &mut Server<'_>, params: &DocumentSymbolParams) -> Result<Vec<DocumentSymbol>, Refused> {
    let opened = opened(server, &params.text_document.uri)?;
    if !is_workflows(&opened.path) {
        return Ok(Vec::new());
    }
    Ok(ide::outline(&opened.tree()).into_iter().map(|entry| symbol(entry, &opened)).collect())
}

#[expect(deprecated, reason = "the type has a field that the protocol has given up")]
fn symbol(entry: Entry, opened: &Opened<'_>) -> DocumentSymbol {
    let inner: Vec<_> = entry.inner.into_iter().map(|entry| symbol(entry, opened)).collect();
    DocumentSymbol {
        name: if entry.name.is_empty() { "?".to_owned() } else { entry.name },
        detail: (!entry.detail.is_empty()).then_some(entry.detail),
        kind: symbol_kind(entry.kind),
        tags: None,
        deprecated: None,
        range: opened.range(entry.span.range()),
        selection_range: opened.range(entry.name_span.range()),
        children: (!inner.is_empty()).then_some(inner),
    }
}

pub(super) fn symbol_kind(kind: EntryKind) -> SymbolKind {
    match kind {
        EntryKind::Workflow => SymbolKind::CLASS,
        EntryKind::Blueprint => SymbolKind::INTERFACE,
        EntryKind::Constant => SymbolKind::CONSTANT,
        EntryKind::Module => SymbolKind::FUNCTION,
        EntryKind::Test => SymbolKind::METHOD,
        EntryKind::Label => SymbolKind::KEY,
        EntryKind::Parameter => SymbolKind::VARIABLE,
    }
}

pub(super) fn folds(server: &mut Server<'_>, params: &FoldingRangeParams) -> Result<Vec<FoldingRange>, Refused> {
    let opened = opened(server, &params.text_document.uri)?;
    if !is_workflows(&opened.path) {
        return Ok(Vec::new());
    }
    let folds = ide::folds(&opened.tree(), opened.source());
    let fold = |fold: ide::Fold| {
        let range = opened.range(fold.bytes);
        let kind = match (fold.is_comment, fold.is_imports) {
            (true, _) => FoldingRangeKind::Comment,
            (_, true) => FoldingRangeKind::Imports,
            _ => FoldingRangeKind::Region,
        };
        // The last line, with the closing brace, stays.
        let is_text = kind != FoldingRangeKind::Region;
        FoldingRange {
            start_line: range.start.line,
            end_line: if is_text { range.end.line } else { range.end.line.saturating_sub(1).max(range.start.line) },
            kind: Some(kind),
            ..FoldingRange::default()
        }
    };
    Ok(folds.into_iter().map(fold).collect())
}

pub(super) fn selections(
    server: &mut Server<'_>,
    params: &SelectionRangeParams,
) -> Result<Vec<SelectionRange>, Refused> {
    let opened = opened(server, &params.text_document.uri)?;
    let tree = opened.tree();
    let selection = |position: &Position| {
        let offset = opened.offset(*position);
        let outer = ide::selections(&tree, opened.source(), offset).into_iter().rev();
        outer.fold(None, |parent: Option<SelectionRange>, bytes| {
            Some(SelectionRange { range: opened.range(bytes), parent: parent.map(Box::new) })
        })
    };
    // The whole text is always there.
    Ok(params.positions.iter().filter_map(selection).collect())
}

pub(super) fn links(server: &mut Server<'_>, params: &DocumentLinkParams) -> Result<Vec<DocumentLink>, Refused> {
    let opened = opened(server, &params.text_document.uri)?;
    if !is_workflows(&opened.path) {
        return Ok(Vec::new());
    }
    let links = ide::links(&opened.tree(), opened.source()).into_iter().filter_map(|(span, target)| {
        let target = match target {
            Target::File(path) => uri_of(&crate::project::real(&path)),
            Target::Address(address) => address.parse().ok(),
        };
        Some(DocumentLink { range: opened.range(span.range()), target: Some(target?), tooltip: None, data: None })
    });
    Ok(links.collect())
}
