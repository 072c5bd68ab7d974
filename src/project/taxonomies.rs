//! The taxonomies a project may use.

use std::sync::Arc;

use crate::base::source::{FileId, Sources, Span};
use crate::diagnostics::{Code, Diagnostic};
use crate::misp::locate;
use crate::tags::{Taxonomies, TaxonomyError, load};

use super::catalogue::{at_setting, span_at};
use super::{Files, Project, load_source};

/// So many mistakes of one file are told.
const MOST_ERRORS: usize = 20;

/// The taxonomies of a project: the built-in ones, with those of its files on top; `None` if it names no files. Mistakes
/// in the files are reported, and what is right is used.
pub(super) fn taxonomies(
    sources: &Sources,
    access: &dyn Files,
    project: &Project,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Arc<Taxonomies>> {
    if project.taxonomies.is_empty() {
        return None;
    }
    let mut known = Taxonomies::built_in().clone();
    for path in &project.taxonomies {
        let name = path.value.display().to_string();
        let file = match load_source(sources, access, &path.value, &name) {
            Ok(file) => file,
            Err(problem) => {
                diagnostics.push(at_setting(*problem, path.span));
                continue;
            }
        };
        let loaded = load(sources.text(file), &name);
        report(sources, file, &loaded.errors, diagnostics);
        for taxonomy in loaded.taxonomies {
            known.add(taxonomy);
        }
    }
    Some(Arc::new(known))
}

fn report(sources: &Sources, file: FileId, errors: &[TaxonomyError], diagnostics: &mut Vec<Diagnostic>) {
    if errors.is_empty() {
        return;
    }
    let shown = &errors[..errors.len().min(MOST_ERRORS)];
    let places = locate(sources.text(file), shown.iter().map(|error| error.path.as_str()));
    let name = &sources.file(file).name;
    for (index, error) in shown.iter().enumerate() {
        let place = match (error.position, places.get(error.path.as_str())) {
            (Some(position), _) => span_at(sources, file, position.line, position.column),
            // An object or list may be thousands of lines: its beginning is enough.
            (None, Some(place)) if sources.text(file)[place.clone()].starts_with(['{', '[']) => {
                Span::new(file, place.start, place.start + 1)
            }
            (None, Some(place)) => Span::new(file, place.start, place.end),
            (None, None) => Span::new(file, 0, 0),
        };
        let mut message = format!("`{name}` cannot be used as taxonomies: {}", error.message);
        if !error.path.is_empty() {
            message += &format!(", at `{}`", error.path);
        }
        let finding = Diagnostic::at(Code::InvalidTaxonomy, place, message).help(
            "taxonomies are written `{\"NAMESPACE\": {\"exclusive\": true, \"tags\": [\"NAMESPACE:predicate=\\\"value\\\"\"]}}`, or one in a file as MISP's own `machinetag.json`",
        );
        let more = errors.len() - shown.len();
        let is_last = index + 1 == shown.len();
        diagnostics.push(if is_last && more > 0 {
            finding.note(format!("{more} more taxonomies in this file have a mistake"))
        } else {
            finding
        });
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::project::MemoryFiles;

    fn with_files(named: &str, contents: &[(&str, &str)]) -> (Option<Arc<Taxonomies>>, Vec<Diagnostic>, Sources) {
        let sources = Sources::new();
        let mut files = MemoryFiles::new();
        for &(name, content) in contents {
            files.insert(name, content);
        }
        let settings = sources.add("mispflow.toml", None, format!("[project]\ntaxonomies = {named}"));
        let mut diagnostics = Vec::new();
        let project = Project::read(&sources, settings, Path::new(""), &mut diagnostics);
        let known = taxonomies(&sources, &files, &project, &mut diagnostics);
        (known, diagnostics, sources)
    }

    #[test]
    fn later_files_win() {
        let tea = |tag: &str| format!(r#"{{"tea": {{"exclusive": true, "tags": ["tea:{tag}"]}}}}"#);
        let (known, diagnostics, _) =
            with_files(r#"["a.json", "b.json"]"#, &[("a.json", &tea("green")), ("b.json", &tea("black"))]);
        assert_eq!(diagnostics, []);
        let known = known.unwrap();
        assert!(known.has("tea:black") && !known.has("tea:green") && known.has("tlp:red"));
        assert_eq!(known.of("tea:x").unwrap().file.as_deref(), Some("b.json"));
        assert!(with_files("[]", &[]).0.is_none());
    }

    #[test]
    fn a_missing_file_is_reported_where_it_is_named() {
        let (known, diagnostics, sources) = with_files(r#"["a.json"]"#, &[]);
        assert_eq!(diagnostics.len(), 1);
        assert_eq!(diagnostics[0].code, Code::UnreadableFile);
        assert_eq!(sources.snippet(diagnostics[0].primary.as_ref().unwrap().span), "\"a.json\"");
        assert!(known.unwrap().has("tlp:red"));
    }

    #[test]
    fn mistakes_are_reported_where_they_are() {
        let text = "{\"a\": {\"tags\": [\"a:x\", \"b:y\"]},\n \"c\": {\"tags\": [\"c:x\"], \"exclusive\": 3}}";
        let (_, diagnostics, sources) = with_files(r#"["a.json"]"#, &[("a.json", text)]);
        let places: Vec<_> =
            diagnostics.iter().map(|found| sources.snippet(found.primary.as_ref().unwrap().span)).collect();
        assert_eq!(places, ["\"b:y\"", "3"]);
        assert!(diagnostics.iter().all(|found| found.code == Code::InvalidTaxonomy));
        assert!(diagnostics[1].message.ends_with(", at `c.exclusive`"), "{}", diagnostics[1].message);
    }

    #[test]
    fn a_file_full_of_mistakes_is_cut_short() {
        let entries: Vec<_> = (0..50_000).map(|number| format!("\"n{number}\": {{\"tags\": [{number}]}}")).collect();
        let text = format!("{{{}}}", entries.join(","));
        let (_, diagnostics, _) = with_files(r#"["a.json"]"#, &[("a.json", &text)]);
        assert_eq!(diagnostics.len(), MOST_ERRORS);
        assert_eq!(diagnostics[MOST_ERRORS - 1].notes, ["49980 more taxonomies in this file have a mistake"]);
    }
}
