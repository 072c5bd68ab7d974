//! Definition, references, highlights, rename.

use std::collections::HashMap;
use std::path::PathBuf;

use crate::base::source::Sources;
use crate::ide::{self, NameKind, Occurrence, Target, analyse};

use super::super::findings::Places;
use super::super::protocol::{
    DocumentHighlight, DocumentHighlightKind, DocumentHighlightParams, GotoDefinitionParams, GotoDefinitionResponse,
    Location, PrepareRenameResponse, Range, ReferenceParams, RenameParams, TextDocumentPositionParams, TextEdit, Uri,
    WorkspaceEdit,
};
use super::super::server::{Refused, Server};
use super::super::uris::uri_of;
use super::opened::{is_workflows, opened};

/// All that names the same as the place, with the texts.
struct Named {
    all: Vec<Occurrence>,
    here: Occurrence,
}

/// Finds what is named at a place, and does something with it. `everywhere` looks into all files of the project.
fn named<R>(
    server: &mut Server<'_>,
    at: &TextDocumentPositionParams,
    everywhere: bool,
    then: impl FnOnce(&Sources, Named, &mut Places<'_>) -> R,
) -> Result<Option<R>, Refused> {
    let opened = opened(server, &at.text_document.uri)?;
    if !is_workflows(&opened.path) {
        return Ok(None);
    }
    let (path, offset, encoding) = (opened.path.clone(), opened.offset(at.position), opened.encoding);
    let unit = server.unit_of(&path);
    let mut paths = vec![path.clone()];
    if everywhere {
        paths.extend(server.roots(&unit).into_iter().filter(|other| *other != path));
    }
    let (facts, texts) = server.facts(&unit);
    Ok(analyse(facts, &texts, &paths, |analysis, sources| {
        if analysis.is_empty() {
            return None;
        }
        let all = ide::occurrences(analysis);
        let here = *ide::occurrence_at(&all, analysis.tree(0).id, offset)?;
        let all = all.into_iter().filter(|found| found.definition == here.definition).collect();
        let mut places = Places::new(sources, &path, encoding);
        Some(then(sources, Named { all, here }, &mut places))
    }))
}

fn location(places: &mut Places<'_>, span: crate::base::source::Span) -> Option<Location> {
    let (path, range) = places.of(span);
    Some(Location { uri: uri_of(&path)?, range })
}

pub(super) fn definition(
    server: &mut Server<'_>,
    params: &GotoDefinitionParams,
) -> Result<Option<GotoDefinitionResponse>, Refused> {
    let at = &params.text_document_position_params;
    let found = named(server, at, true, |_, named, places| location(places, named.here.definition))?.flatten();
    if found.is_some() {
        return Ok(found.map(GotoDefinitionResponse::Scalar));
    }
    // The name of a file leads to the file.
    let opened = opened(server, &at.text_document.uri)?;
    let offset = opened.offset(at.position) as u32;
    let links = ide::links(&opened.tree(), opened.source());
    let file = links.into_iter().find(|(span, _)| span.start <= offset && offset <= span.end);
    Ok(match file {
        Some((_, Target::File(path))) => {
            let uri = uri_of(&crate::project::real(&path));
            uri.map(|uri| GotoDefinitionResponse::Scalar(Location { uri, range: Range::default() }))
        }
        _ => None,
    })
}

pub(super) fn references(server: &mut Server<'_>, params: &ReferenceParams) -> Result<Option<Vec<Location>>, Refused> {
    let with_definition = params.context.include_declaration;
    named(server, &params.text_document_position, true, |_, named, places| {
        let wanted = named.all.into_iter().filter(|found| with_definition || !found.is_definition());
        wanted.filter_map(|found| location(places, found.span)).collect()
    })
}

pub(super) fn highlights(
    server: &mut Server<'_>,
    params: &DocumentHighlightParams,
) -> Result<Option<Vec<DocumentHighlight>>, Refused> {
    named(server, &params.text_document_position_params, false, |_, named, places| {
        let own = named.here.span.file;
        let here = named.all.into_iter().filter(|found| found.span.file == own);
        here.map(|found| DocumentHighlight {
            range: places.of(found.span).1,
            kind: Some(if found.is_definition() { DocumentHighlightKind::WRITE } else { DocumentHighlightKind::READ }),
        })
        .collect()
    })
}

pub(super) fn prepare_rename(
    server: &mut Server<'_>,
    params: &TextDocumentPositionParams,
) -> Result<Option<PrepareRenameResponse>, Refused> {
    let found = named(server, params, true, |sources, named, places| {
        let placeholder = sources.snippet(named.here.span).to_owned();
        (
            named.here.kind,
            PrepareRenameResponse::RangeWithPlaceholder { range: places.of(named.here.span).1, placeholder },
        )
    })?;
    match found {
        Some((kind, _)) if !kind.can_be_renamed() => Err(unrenamable(kind)),
        found => Ok(found.map(|(_, response)| response)),
    }
}

fn unrenamable(kind: NameKind) -> Refused {
    Refused::failed(format!("a {} has the name that MISP knows: it cannot be renamed here", kind.as_str()))
}

#[expect(clippy::mutable_key_type, reason = "the protocol has addresses for keys")]
pub(super) fn rename(server: &mut Server<'_>, params: &RenameParams) -> Result<Option<WorkspaceEdit>, Refused> {
    let new = params.new_name.trim_start_matches('@').to_owned();
    if !ide::is_name(&new) {
        return Err(Refused::failed(format!(
            "`{new}` cannot be a name: it begins with a letter or `_` and continues with letters, digits, `_` and `-`"
        )));
    }
    let at = &params.text_document_position;
    let edits = named(server, at, true, |_, named, places| {
        if !named.here.kind.can_be_renamed() {
            return Err(unrenamable(named.here.kind));
        }
        let mut edits: HashMap<PathBuf, Vec<(std::ops::Range<usize>, TextEdit)>> = HashMap::new();
        for found in &named.all {
            let (path, range) = places.of(found.span);
            edits.entry(path).or_default().push((found.span.range(), TextEdit { range, new_text: new.clone() }));
        }
        Ok((named.here.kind, named.all.len(), edits))
    })?;
    let Some(edits) = edits else { return Err(Refused::failed("there is no name here that can be renamed")) };
    let (kind, count, edits) = edits?;
    taken(server, at, &new, kind, count, &edits)?;
    let mut changes: HashMap<Uri, Vec<TextEdit>> = HashMap::new();
    for (path, edits) in edits {
        let Some(uri) = server.uri(&path) else { continue };
        changes.insert(uri, edits.into_iter().map(|(_, edit)| edit).collect());
    }
    Ok(Some(WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }))
}

/// Refuses a name that means something else already: with it, other places would name this, or this would be named
/// by fewer.
fn taken(
    server: &mut Server<'_>,
    at: &TextDocumentPositionParams,
    new: &str,
    kind: NameKind,
    count: usize,
    edits: &HashMap<PathBuf, Vec<(std::ops::Range<usize>, TextEdit)>>,
) -> Result<(), Refused> {
    let path = super::opened::path(server, &at.text_document.uri)?;
    let unit = server.unit_of(&path);
    let mut paths = vec![path.clone()];
    paths.extend(server.roots(&unit).into_iter().filter(|other| *other != path));
    let (facts, texts) = server.facts(&unit);
    let shape = |texts: &ide::Texts| {
        analyse(facts, texts, &paths, |analysis, _| {
            let mut uses: HashMap<crate::base::source::Span, usize> = HashMap::new();
            let all = ide::occurrences(analysis);
            for found in &all {
                *uses.entry(found.definition).or_default() += 1;
            }
            let mut counts: Vec<usize> = uses.into_values().collect();
            counts.sort_unstable();
            (all.len(), counts)
        })
    };
    let before = shape(&texts);
    let mut renamed = (*texts).clone();
    let files = facts.files(&texts);
    for (path, edits) in edits {
        let Some(mut text) = ide::text_of(&files, path) else { continue };
        let mut places: Vec<_> = edits.iter().map(|(bytes, _)| bytes.clone()).collect();
        places.sort_by_key(|bytes| std::cmp::Reverse(bytes.start));
        for bytes in places {
            text.replace_range(bytes, new);
        }
        renamed.insert(path.clone(), text);
    }
    let renamed = std::sync::Arc::new(renamed);
    // A second thing of this name is an error, though everything may name what it named before.
    let errors =
        |texts: &ide::Texts| facts.check(&paths, texts).diagnostics.iter().filter(|finding| finding.is_error()).count();
    if before != shape(&renamed) || count == 0 || errors(&renamed) > errors(&texts) {
        return Err(Refused::failed(format!(
            "`{new}` means something else where this {} is used: choose another name",
            kind.as_str()
        )));
    }
    Ok(())
}
