//! Source texts from files.

use std::io;
use std::path::{Path, PathBuf};

use crate::base::foreign_form::{ForeignForm, foreign_form};
use crate::base::parallel;
use crate::base::source::{FileId, MAX_SOURCE_BYTES, Sources, Span};
use crate::diagnostics::{Code, Diagnostic};

use super::Files;
use super::refusal::Refusal;

/// Reads the file at `path` into `sources`, where messages call it `name`.
///
/// # Errors
/// The file cannot be read, is larger than [`MAX_SOURCE_BYTES`], or is not UTF-8 text.
pub fn load_source(sources: &Sources, access: &dyn Files, path: &Path, name: &str) -> Result<FileId, Box<Diagnostic>> {
    add_read(sources, path, name, read(access, path))
}

/// As [`load_source`] for each of `paths`, called as they are written. Several are read at the same time; they are added in
/// their order.
pub fn load_sources(sources: &Sources, access: &dyn Files, paths: &[PathBuf]) -> Vec<Result<FileId, Box<Diagnostic>>> {
    // How long they are is not known yet.
    let read = parallel::each(paths, paths.len() * USUAL_BYTES, |path| read(access, path));
    let named = paths.iter().zip(read);
    named.map(|(path, read)| add_read(sources, path, &path.display().to_string(), read)).collect()
}

/// So long is a workflow file, more or less.
const USUAL_BYTES: usize = 1024;

/// The bytes of a file, and whether messages may not show them.
type Read = io::Result<(Vec<u8>, bool)>;

fn read(access: &dyn Files, path: &Path) -> Read {
    let bytes = access.read(path, MAX_SOURCE_BYTES)?;
    Ok((bytes, !access.may_show(path)))
}

fn add_read(sources: &Sources, path: &Path, name: &str, read: Read) -> Result<FileId, Box<Diagnostic>> {
    match read {
        Ok((bytes, is_private)) => add_bytes(sources, is_private, Some(path), name, bytes),
        Err(error) => Err(Box::new(unreadable(name, &error))),
    }
}

/// Adds bytes that were read elsewhere (standard input, an editor) to `sources`.
///
/// # Errors
/// There are more than [`MAX_SOURCE_BYTES`], or they are not UTF-8 text.
pub fn source_from_bytes(
    sources: &Sources,
    path: Option<&Path>,
    name: &str,
    bytes: Vec<u8>,
) -> Result<FileId, Box<Diagnostic>> {
    add_bytes(sources, false, path, name, bytes)
}

fn add_bytes(
    sources: &Sources,
    is_private: bool,
    path: Option<&Path>,
    name: &str,
    bytes: Vec<u8>,
) -> Result<FileId, Box<Diagnostic>> {
    if bytes.len() > MAX_SOURCE_BYTES {
        return Err(Box::new(too_large(name)));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(add(sources, is_private, path, name, text)),
        Err(error) => {
            if let Some(form) = foreign_form(error.as_bytes()) {
                return Err(Box::new(not_text(name, form)));
            }
            let valid = error.utf8_error().valid_up_to();
            Err(Box::new(not_utf8(sources, is_private, path, name, &error.into_bytes(), valid)))
        }
    }
}

fn add(sources: &Sources, is_private: bool, path: Option<&Path>, name: &str, text: String) -> FileId {
    if is_private { sources.add_private(name, path, text) } else { sources.add(name, path, text) }
}

/// Says why `name` cannot be read.
pub(crate) fn unreadable(name: &str, error: &io::Error) -> Diagnostic {
    if let Some(refusal) = Refusal::of(error) {
        return refusal.unreadable(name);
    }
    let reason = match error.kind() {
        io::ErrorKind::FileTooLarge => return too_large(name),
        io::ErrorKind::NotFound => "it does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "you may not read it (permission denied)".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        _ => error.to_string(),
    };
    Diagnostic::new(Code::UnreadableFile, format!("`{name}` cannot be read: {reason}"))
}

fn too_large(name: &str) -> Diagnostic {
    let limit = MAX_SOURCE_BYTES / (1024 * 1024);
    Diagnostic::new(Code::FileTooLarge, format!("`{name}` is larger than {limit} MiB"))
        .help("split it into several files; a workflow file is usually a few kilobytes")
}

/// Says what a file is instead of text. None of it is shown.
fn not_text(name: &str, form: ForeignForm) -> Diagnostic {
    let (what, help) = match form {
        ForeignForm::Compressed(program) => {
            (format!("compressed with {program}"), format!("unpack it first, as with `{program} -d`"))
        }
        ForeignForm::Zip => ("a zip archive".to_owned(), "unpack it first".to_owned()),
        ForeignForm::Wide => ("UTF-16".to_owned(), "save the file as UTF-8".to_owned()),
    };
    Diagnostic::new(Code::InvalidUtf8, format!("`{name}` is not UTF-8 text: it is {what}")).help(help)
}

/// Points at the first byte that is not text: the text as far as it can be shown joins `sources`
/// for that.
fn not_utf8(
    sources: &Sources,
    is_private: bool,
    path: Option<&Path>,
    name: &str,
    bytes: &[u8],
    valid: usize,
) -> Diagnostic {
    let byte = bytes[valid];
    let line_start = bytes[..valid].iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
    let line = bytes[..valid].split(|&b| b == b'\n').count();
    let line_end = bytes[valid..].iter().position(|&b| b == b'\n').map_or(bytes.len(), |at| valid + at);

    let shown = add(sources, is_private, path, name, String::from_utf8_lossy(&bytes[..line_end]).into_owned());
    // A byte order mark is not part of a source text.
    let start = valid - bom_length(bytes);
    let span = Span::new(shown, start, start + char::REPLACEMENT_CHARACTER.len_utf8());
    let place = format!("byte {} of line {line}", valid - line_start + 1);
    let message = if is_private {
        format!("`{name}` is not UTF-8 text: {place} is not allowed there")
    } else {
        format!("`{name}` is not UTF-8 text: {place} is 0x{byte:02X}, which is not allowed there")
    };
    let help = "save the file as UTF-8; in another encoding (Latin-1, Windows-1252) letters with accents are not";
    Diagnostic::at(Code::InvalidUtf8, span, message).label("the first byte that is not UTF-8").help(help)
}

fn bom_length(bytes: &[u8]) -> usize {
    if bytes.starts_with("\u{feff}".as_bytes()) { '\u{feff}'.len_utf8() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::project::MemoryFiles;

    fn problem(bytes: &[u8]) -> (Sources, Diagnostic) {
        let sources = Sources::new();
        let mut files = MemoryFiles::new();
        files.insert("a.mwf", bytes);
        let problem = load_source(&sources, &files, Path::new("a.mwf"), "a.mwf").unwrap_err();
        (sources, *problem)
    }

    #[test]
    fn a_good_file_is_loaded_under_its_name() {
        let sources = Sources::new();
        let mut files = MemoryFiles::new();
        files.insert("dir/a.mwf", "\u{feff}let x = 1");
        let id = load_source(&sources, &files, Path::new("dir/a.mwf"), "a.mwf").unwrap();
        assert_eq!(sources.text(id), "let x = 1");
        assert_eq!(sources.file(id).name, "a.mwf");
        assert_eq!(sources.file(id).path.as_deref(), Some(Path::new("dir/a.mwf")));
    }

    #[test]
    fn a_missing_file_has_no_place() {
        let problem = load_source(&Sources::new(), &MemoryFiles::new(), Path::new("b.mwf"), "b.mwf").unwrap_err();
        assert_eq!(problem.code, Code::UnreadableFile);
        assert_eq!(problem.message, "`b.mwf` cannot be read: it does not exist");
        assert_eq!(problem.primary, None);
    }

    #[test]
    fn the_first_bad_byte_is_pointed_at() {
        for bom in ["", "\u{feff}"] {
            let mut bytes = bom.as_bytes().to_vec();
            bytes.extend_from_slice(b"let a = 1\nlet b = \"caf\xE9\"\n\xFF");
            let (sources, problem) = problem(&bytes);
            assert_eq!(problem.code, Code::InvalidUtf8);
            assert_eq!(
                problem.message,
                "`a.mwf` is not UTF-8 text: byte 13 of line 2 is 0xE9, which is not allowed there"
            );
            let span = problem.primary.unwrap().span;
            assert_eq!(sources.snippet(span), "\u{fffd}");
            let position = sources.file(span.file).position(span.start as usize);
            assert_eq!((position.line, position.column), (2, 13));
        }
    }

    #[test]
    fn utf_16_is_recognised() {
        let (_, problem) = problem(b"\xFF\xFEl\0e\0t\0");
        assert_eq!(problem.message, "`a.mwf` is not UTF-8 text: it is UTF-16");
        assert_eq!(problem.help, ["save the file as UTF-8"]);
    }

    #[test]
    fn compressed_files_are_named_and_not_shown() {
        for (bytes, what, help) in [
            (&b"\x1f\x8b\x08\0\xff"[..], "compressed with gzip", "unpack it first, as with `gzip -d`"),
            (b"\x28\xb5\x2f\xfd\x04", "compressed with zstd", "unpack it first, as with `zstd -d`"),
            (b"PK\x03\x04\xff", "a zip archive", "unpack it first"),
        ] {
            let (_, problem) = problem(bytes);
            assert_eq!(problem.message, format!("`a.mwf` is not UTF-8 text: it is {what}"));
            assert_eq!((problem.primary, problem.help), (None, vec![help.to_owned()]));
        }
    }

    #[test]
    fn a_file_beyond_the_limit_is_refused() {
        let (_, problem) = problem(&vec![b'#'; MAX_SOURCE_BYTES + 1]);
        assert_eq!(problem.code, Code::FileTooLarge);
        assert_eq!(problem.message, "`a.mwf` is larger than 64 MiB");
    }
}
