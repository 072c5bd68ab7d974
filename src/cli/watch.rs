//! Doing something again whenever a file changes.
//!
//! Files are looked at a few times a second. That needs no crate, works in containers and on network drives, where the system often
//! tells nobody of changes, and costs little for the few thousand files that a project has.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::thread::sleep;
use std::time::{Duration, Instant, SystemTime};

use ignore::WalkBuilder;

use crate::base::source::Sources;
use crate::inputs::Loaded;

use super::{Console, Failure, Status};

/// The shortest time between two looks.
const SHORTEST: Duration = Duration::from_millis(300);
/// Looking takes no more than this share of the time.
const SHARE: u32 = 20;

/// How files were when they were looked at: their times and sizes.
type Look = BTreeMap<PathBuf, (Option<SystemTime>, u64)>;

/// What is watched: folders with all in them, and single files.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(super) struct Watched {
    places: Vec<PathBuf>,
    /// What a build writes there is nothing new.
    output: PathBuf,
}

impl Watched {
    /// All that a command works on: what was named or the project, its project file, and all files that were read.
    pub(super) fn of(loaded: &Loaded, sources: &Sources) -> Self {
        let read = sources.iter().filter_map(|file| file.path.clone());
        let places = loaded.places.iter().cloned().chain(read).collect();
        Self { places, output: loaded.project.output.value.clone() }
    }

    fn look(&self) -> Look {
        let mut look = Look::new();
        for place in &self.places {
            let place = if place.as_os_str().is_empty() { Path::new(".") } else { place };
            let output = self.output.clone();
            // As for the files of a project; events and lists that texts name are there too, whatever they are called.
            let walk = WalkBuilder::new(place)
                .git_global(false)
                .git_exclude(false)
                .require_git(false)
                .filter_entry(move |entry| entry.depth() == 0 || entry.path() != output)
                .build();
            for entry in walk.flatten() {
                if let Ok(metadata) = entry.path().metadata()
                    && metadata.is_file()
                {
                    look.insert(entry.into_path(), (metadata.modified().ok(), metadata.len()));
                }
            }
        }
        look
    }
}

/// Does something again and again, each time after a file has changed. Ends with the process, or with a failure.
pub(super) fn watch(
    console: &mut Console,
    mut act: impl FnMut(&mut Console) -> Result<(Status, Watched), Failure>,
) -> Result<Status, Failure> {
    // What changes while it acts must not be missed. The first time it is not known yet what to look at.
    let mut watched: Option<(Watched, Look)> = None;
    loop {
        let (_, now) = act(console)?;
        let before = match watched.take() {
            Some((known, look)) if known == now => look,
            _ => now.look(),
        };
        console.tell("watching for changes; Ctrl-C ends it")?;
        console.flush()?;
        let (look, changed) = wait_for_change(&now, &before);
        console.tell(&format!("\nchanged: `{}`", changed.display()))?;
        watched = Some((now, look));
    }
}

fn wait_for_change(watched: &Watched, before: &Look) -> (Look, PathBuf) {
    loop {
        let start = Instant::now();
        let look = watched.look();
        if let Some(changed) = first_change(before, &look) {
            return (look, changed);
        }
        sleep(SHORTEST.max(start.elapsed() * SHARE));
    }
}

/// A file that is new, gone, or another than before.
fn first_change(before: &Look, now: &Look) -> Option<PathBuf> {
    let other = now.iter().find(|(path, state)| before.get(*path) != Some(*state));
    let gone = || before.keys().find(|path| !now.contains_key(*path));
    other.map(|(path, _)| path).or_else(gone).cloned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_changed_and_missing_files_are_noticed() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        std::fs::write(place("a.mwf"), "a").unwrap();
        std::fs::write(place(".gitignore"), "*.tmp\n").unwrap();
        std::fs::create_dir(place("build")).unwrap();
        let watched = Watched { places: vec![folder.path().to_owned()], output: place("build") };
        let first = watched.look();
        assert_eq!(first_change(&first, &watched.look()), None);
        for left_out in ["b.tmp", "build/a.json"] {
            std::fs::write(place(left_out), "x").unwrap();
            assert_eq!(first_change(&first, &watched.look()), None, "{left_out}");
        }
        std::fs::write(place("event.json"), "{}").unwrap();
        let second = watched.look();
        assert_eq!(first_change(&first, &second), Some(place("event.json")));
        std::fs::write(place("a.mwf"), "longer").unwrap();
        assert_eq!(first_change(&second, &watched.look()), Some(place("a.mwf")));
        std::fs::remove_file(place("event.json")).unwrap();
        std::fs::write(place("a.mwf"), "a").unwrap();
        let third = watched.look();
        assert!(!third.contains_key(&place("event.json")) && third.contains_key(&place("a.mwf")));
        assert!(first_change(&second, &third).is_some());
    }
}
