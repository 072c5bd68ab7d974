//! The modules a project may use.

use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

use crate::base::source::{FileId, Sources, Span};
use crate::catalogue::{Catalogue, Release, Signature, Target, load, server_tags};
use crate::diagnostics::{Code, Diagnostic};

use super::taxonomies::taxonomies;
use super::{Files, Project, load_source};

/// The catalogue of a project: the built-in one of its target, with its catalogue files and taxonomies on top.
/// Files that cannot be used are reported and left out.
pub fn catalogue(
    sources: &Sources,
    access: &dyn Files,
    project: &Project,
    diagnostics: &mut Vec<Diagnostic>,
) -> Cow<'static, Catalogue> {
    let mut catalogues = catalogues(sources, access, project, &[project.target()], diagnostics);
    catalogues.pop().unwrap_or_default()
}

/// The catalogues of a project for several targets: each the built-in one, with the project's
/// catalogue files and taxonomies on top. Files that cannot be used are reported and left out.
pub fn catalogues(
    sources: &Sources,
    access: &dyn Files,
    project: &Project,
    targets: &[Target],
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Cow<'static, Catalogue>> {
    for &target in targets.iter().filter(|target| !target.is_verified()) {
        let span = project.target.as_ref().filter(|named| named.value == target).and_then(|named| named.span);
        diagnostics.push(unverified(target, span));
    }
    let mut catalogues: Vec<_> = targets.iter().map(|&target| Cow::Borrowed(Catalogue::for_target(target))).collect();
    for path in &project.catalogues {
        match load_catalogue(sources, access, &path.value) {
            Ok(signatures) => {
                let name = path.value.display().to_string();
                let listed = server_tags(&signatures, &name).map(Arc::new);
                for catalogue in &mut catalogues {
                    catalogue.to_mut().extend(signatures.iter().cloned());
                    if let Some(listed) = &listed {
                        catalogue.to_mut().set_server_tags(listed.clone());
                    }
                }
            }
            Err(problem) => diagnostics.push(at_setting(*problem, path.span)),
        }
    }
    if let Some(taxonomies) = taxonomies(sources, access, project, diagnostics) {
        for catalogue in &mut catalogues {
            catalogue.to_mut().set_taxonomies(taxonomies.clone());
        }
    }
    catalogues
}

/// The modules of a catalogue file.
///
/// # Errors
/// The file cannot be read, or is not a catalogue.
pub fn load_catalogue(sources: &Sources, access: &dyn Files, path: &Path) -> Result<Vec<Signature>, Box<Diagnostic>> {
    let name = path.display().to_string();
    let file = load_source(sources, access, path, &name)?;
    load(sources.text(file)).map_err(|error| {
        let message = format!("`{name}` cannot be used as a catalogue: {error}");
        let place = match error.position {
            Some(position) => span_at(sources, file, position.line, position.column),
            None => Span::new(file, 0, 0),
        };
        Box::new(Diagnostic::at(Code::InvalidCatalogue, place, message).help(
            "a catalogue is what MISP answers at `/workflows/moduleIndex`, what misp-modules answers at `/modules`, or a list of signatures in the tool's own form",
        ))
    })
}

/// What is known of a release only from its sources may be wrong.
fn unverified(target: Target, span: Option<Span>) -> Diagnostic {
    let message = format!("what is known of `{target}` was read from MISP's sources and not seen on a server");
    let finding = match span {
        Some(span) => Diagnostic::at(Code::UnverifiedTarget, span, message),
        None => Diagnostic::new(Code::UnverifiedTarget, message),
    };
    let mut finding = finding;
    if target.release().is_some() {
        finding = finding.note(format!(
            "which release after {} brought what is not known: each is taken to have all of it",
            Release::LAST_SEEN
        ));
    }
    finding.help("to be sure, add what your server answers at `/workflows/moduleIndex/type:all.json` to `catalogues` in `mispflow.toml`")
}

/// A problem without a place is shown where the project names the file.
pub(crate) fn at_setting(problem: Diagnostic, span: Option<Span>) -> Diagnostic {
    match span {
        Some(span) if problem.primary.is_none() => {
            let is_refused = matches!(problem.code, Code::RefusedFile | Code::RefusedOutput);
            let placed = Diagnostic {
                help: problem.help,
                notes: problem.notes,
                ..Diagnostic::at(problem.code, span, problem.message)
            };
            if is_refused { placed } else { placed.help("the path is relative to the project file") }
        }
        _ => problem,
    }
}

/// The place of a line and a column, both counted from 1, the column in characters.
pub(super) fn span_at(sources: &Sources, file: FileId, line: usize, column: usize) -> Span {
    let source = sources.file(file);
    let start = source.line_start(line - 1).unwrap_or(source.text.len());
    let at = source.text[start..].char_indices().nth(column - 1).map_or(source.text.len(), |(at, _)| start + at);
    Span::new(file, at, at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::MemoryFiles;

    fn with_catalogue(content: Option<&str>) -> (Cow<'static, Catalogue>, Vec<Diagnostic>, Sources) {
        let sources = Sources::new();
        let mut files = MemoryFiles::new();
        if let Some(content) = content {
            files.insert("own.json", content);
        }
        let settings = sources.add("mispflow.toml", None, "[project]\ncatalogues = [\"own.json\"]");
        let mut diagnostics = Vec::new();
        let project = Project::read(&sources, settings, Path::new(""), &mut diagnostics);
        let catalogue = catalogue(&sources, &files, &project, &mut diagnostics);
        (catalogue, diagnostics, sources)
    }

    #[test]
    fn a_file_adds_to_the_built_in_modules() {
        let own = r#"[{"id": "own", "name": "Own", "type": "action", "version": "1", "provenance": "custom"}]"#;
        let (catalogue, diagnostics, _) = with_catalogue(Some(own));
        assert_eq!(diagnostics, []);
        assert!(catalogue.module("own").is_some());
        assert!(catalogue.module("webhook").is_some());
    }

    #[test]
    fn a_missing_file_is_reported_where_it_is_named() {
        let (catalogue, diagnostics, sources) = with_catalogue(None);
        assert_eq!(diagnostics.len(), 1);
        assert_eq!(diagnostics[0].code, Code::UnreadableFile);
        assert_eq!(sources.snippet(diagnostics[0].primary.as_ref().unwrap().span), "\"own.json\"");
        assert!(matches!(catalogue, Cow::Borrowed(_)));
    }

    #[test]
    fn a_broken_file_is_reported_with_its_place() {
        let (_, diagnostics, sources) = with_catalogue(Some("[\n  {\"id\": oops}\n]"));
        assert_eq!(diagnostics[0].code, Code::InvalidCatalogue);
        let span = diagnostics[0].primary.as_ref().unwrap().span;
        assert_eq!(sources.file(span.file).name, "own.json");
        assert_eq!(sources.file(span.file).position(span.start as usize).line, 2);
    }
}
