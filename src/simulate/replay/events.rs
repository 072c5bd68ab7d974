//! Where events come from.

use std::fs::{self, File};
use std::io;
use std::iter;
use std::path::{Path, PathBuf};

use ignore::WalkBuilder;

use crate::base::parallel::threads;
use crate::project::ProjectFiles;

use super::ahead::ReadAhead;
use super::compressed::{Stream, unpacked};
use super::record::{Record, RecordError, Records};

/// How files of events end.
const EXTENSIONS: [&str; 3] = ["json", "ndjson", "jsonl"];
/// How they end if they are compressed, after that.
const COMPRESSED: [&str; 3] = ["gz", "zst", "zstd"];
/// So many files are read at the same time at most: what runs takes longer than what unpacks.
const MOST_READERS: usize = 8;
/// The name that stands for standard input.
const STANDARD_INPUT: &str = "-";

/// The files that hold events.
#[derive(Clone, Default, Debug)]
pub struct EventFiles {
    /// Their paths, in order; `-` is standard input.
    pub paths: Vec<PathBuf>,
    /// What links among them may lead to.
    pub readable: ProjectFiles,
    /// How many bytes they have; `None` if nobody knows, as with standard input.
    pub bytes: Option<u64>,
}

impl EventFiles {
    /// The first file that is not there, and what the system says of it.
    pub fn missing(&self) -> Option<(&Path, io::Error)> {
        let mut files = self.paths.iter().filter(|path| !is_standard_input(path));
        files.find_map(|path| Some((path.as_path(), fs::metadata(path).err()?)))
    }
}

/// Finds the files that `paths` stand for: a file for itself, a folder for the files in it and below that end in `.json`, `.ndjson` or
/// `.jsonl`, and these compressed (`.json.gz`, `.json.zst`), sorted by path. Hidden files of a folder are left out.
///
/// # Errors
/// If a folder cannot be read.
pub fn gather_events(paths: &[PathBuf]) -> io::Result<EventFiles> {
    let mut found = EventFiles { bytes: Some(0), ..EventFiles::default() };
    for path in paths.iter().filter(|path| !is_standard_input(path)) {
        found.readable.add_project_of(path);
    }
    for path in paths {
        if !path.is_dir() {
            found.paths.push(path.clone());
            continue;
        }
        let start = found.paths.len();
        for entry in WalkBuilder::new(path).standard_filters(false).hidden(true).build() {
            let entry = entry.map_err(io::Error::other)?;
            if holds_events(entry.path()) && entry.path().is_file() {
                found.paths.push(entry.into_path());
            }
        }
        found.paths[start..].sort_unstable();
    }
    // How long the text of a compressed file is, nobody knows beforehand.
    let is_unknown = |path: &PathBuf| is_standard_input(path) || is_compressed(path);
    let size = |path: &PathBuf| if is_unknown(path) { None } else { fs::metadata(path).ok() };
    found.bytes = found.paths.iter().map(|path| size(path).map(|metadata| metadata.len())).sum();
    Ok(found)
}

/// Whether a file of a folder holds events, as its name has it.
fn holds_events(path: &Path) -> bool {
    let inner = if is_compressed(path) { path.file_stem().map(Path::new) } else { Some(path) };
    let end = inner.and_then(Path::extension);
    end.is_some_and(|end| EXTENSIONS.iter().any(|known| end == *known))
}

fn is_compressed(path: &Path) -> bool {
    path.extension().is_some_and(|end| COMPRESSED.iter().any(|known| end == *known))
}

fn is_standard_input(path: &Path) -> bool {
    path.as_os_str() == STANDARD_INPUT
}

/// The events of files, in batches.
pub struct Events(Box<dyn Iterator<Item = Vec<Record>> + Send>);

impl Events {
    /// The events of `files`. Several files are read at the same time, as unpacking takes long.
    pub fn new(files: EventFiles) -> Self {
        let EventFiles { paths, readable, .. } = files;
        let readers = threads().min(paths.len()).min(MOST_READERS);
        let read = move |path: PathBuf| entries(&path, &readable);
        Self(if readers < 2 {
            Box::new(paths.into_iter().flat_map(read))
        } else {
            Box::new(ReadAhead::new(paths, readers, read))
        })
    }
}

impl Iterator for Events {
    type Item = Vec<Record>;

    fn next(&mut self) -> Option<Vec<Record>> {
        self.0.next()
    }
}

/// The entries of a file; if it cannot be opened, one that says so.
fn entries(path: &Path, readable: &ProjectFiles) -> Box<dyn Iterator<Item = Vec<Record>> + Send> {
    let name = path.display().to_string();
    match open(path, readable) {
        Ok((stream, may_wait)) => Box::new(Records::new(stream, &name, may_wait)),
        Err(error) => {
            let text = Err(RecordError::Unreadable(error));
            Box::new(iter::once(vec![Record { name: name.into(), line: 0, index: None, text }]))
        }
    }
}

/// Opens a file or standard input, and says whether it may have to be waited for.
fn open(path: &Path, readable: &ProjectFiles) -> io::Result<(Stream, bool)> {
    if is_standard_input(path) {
        return Ok((unpacked(io::stdin())?, true));
    }
    readable.admit_named(path)?;
    let file = File::open(path)?;
    let metadata = file.metadata()?;
    // Opening a folder may succeed, reading it does not.
    if metadata.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    Ok((unpacked(file)?, !metadata.is_file()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_stand_for_their_events() {
        let folder = tempfile::tempdir().unwrap();
        for (name, content) in
            [("b.json", "{\"b\":\n1}\n"), ("a/x.ndjson", "{}\n{}\n"), ("notes.txt", "no event"), (".hidden.json", "{}")]
        {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content).unwrap();
        }
        let files = gather_events(&[folder.path().to_owned()]).unwrap();
        assert_eq!(files.bytes, Some(15));
        let found: Vec<(String, usize)> = Events::new(files)
            .flatten()
            .map(|record| (record.name.rsplit(['/', '\\']).next().unwrap().to_owned(), record.line))
            .collect();
        assert_eq!(found, [("x.ndjson".into(), 1), ("x.ndjson".into(), 2), ("b.json".into(), 1)]);
    }

    #[test]
    fn compressed_files_are_read_as_what_is_in_them() {
        let folder = tempfile::tempdir().unwrap();
        let gzip = |text: &str| {
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            std::io::Write::write_all(&mut encoder, text.as_bytes()).unwrap();
            encoder.finish().unwrap()
        };
        let zstd = |text: &str| {
            ruzstd::encoding::compress_to_vec(text.as_bytes(), ruzstd::encoding::CompressionLevel::Fastest)
        };
        for (name, content) in [
            ("a.ndjson.gz", gzip("{\"a\": 1}\n{\"b\": 2}\n")),
            ("b.json.zst", zstd("[{\"c\": 3}]")),
            ("c.json", gzip("{\"d\": 4}")),
            ("notes.txt.gz", gzip("{}")),
        ] {
            fs::write(folder.path().join(name), content).unwrap();
        }
        let files = gather_events(&[folder.path().to_owned()]).unwrap();
        assert_eq!(files.bytes, None, "nobody knows how much there is");
        let found: Vec<_> = Events::new(files).flatten().map(|record| (record.line, record.text.unwrap())).collect();
        let found: Vec<_> = found.iter().map(|(line, text)| (*line, text.as_str())).collect();
        assert_eq!(found, [(1, "{\"a\": 1}"), (2, "{\"b\": 2}"), (1, "{\"c\": 3}"), (1, "{\"d\": 4}")]);
    }

    #[test]
    fn many_files_come_in_their_order() {
        let folder = tempfile::tempdir().unwrap();
        let mut expected = Vec::new();
        for number in 0..40 {
            let name = format!("{number:02}.ndjson");
            // Some are packed; some are large, so that the others have to wait.
            let lines = if number % 7 == 0 { 3_000 } else { number % 3 };
            let text = "{\"n\": 1}\n".repeat(lines);
            expected.extend((0..lines).map(|line| (name.clone(), line + 1)));
            let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            std::io::Write::write_all(&mut encoder, text.as_bytes()).unwrap();
            let content = if number % 2 == 0 { text.into_bytes() } else { encoder.finish().unwrap() };
            fs::write(folder.path().join(name), content).unwrap();
        }
        let found = Events::new(gather_events(&[folder.path().to_owned()]).unwrap()).flatten();
        let name = |record: &Record| Path::new(&*record.name).file_name().unwrap().to_str().unwrap().to_owned();
        let found: Vec<_> = found.map(|record| (name(&record), record.line)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_file_that_is_not_there_keeps_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let good = folder.path().join("good.json");
        fs::write(&good, "{}").unwrap();
        let files = gather_events(&[folder.path().join("bad.json"), good]).unwrap();
        assert_eq!(files.bytes, None);
        let found: Vec<_> = Events::new(files).flatten().map(|record| record.text.is_ok()).collect();
        assert_eq!(found, [false, true]);
    }
}
