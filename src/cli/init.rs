//! `init [DIR]`

use std::path::PathBuf;

use clap::Args;

use crate::project::{PROJECT_FILE, Readers, below, write_whole};

use super::{Console, Failure, Status};

/// The files of a new project, and what each is.
const FILES: [(&str, &str, &str); 3] = [
    (PROJECT_FILE, include_str!("starter/mispflow.toml"), "the settings"),
    ("workflows/publish-guard.mwf", include_str!("starter/publish-guard.mwf"), "a workflow and its test"),
    ("workflows/events/red.json", include_str!("starter/red.json"), "the event of the test"),
];

/// What git leaves alone: files that were built with their secrets.
const GIT_IGNORE: (&str, &str, &str) =
    (".gitignore", include_str!("starter/gitignore"), "keeps files with secrets out of git");

/// Make a starter project: settings, a workflow with a test, an event.
///
/// Files that exist are never overwritten.
#[derive(Args, Debug)]
pub(super) struct Init {
    /// The folder of the project; it is made if it does not exist
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
}

impl Init {
    pub(super) fn run(self, console: &mut Console) -> Result<Status, Failure> {
        for (name, ..) in FILES {
            let path = self.path(name)?;
            if path.symlink_metadata().is_ok() {
                return Err(Failure::Other(format!(
                    "`{}` exists already, so nothing was written\nmove it away, or name another folder: `mispflow init DIR`",
                    path.display()
                )));
            }
        }
        for (name, content, _) in FILES {
            let path = self.path(name)?;
            write_whole(&path, content.as_bytes(), Readers::Usual)
                .map_err(|error| Failure::unwritable(&path, &error))?;
        }

        let (name, content, what) = GIT_IGNORE;
        let path = self.folder.join(name);
        let has_own = path.symlink_metadata().is_ok();
        if !has_own {
            write_whole(&path, content.as_bytes(), Readers::Usual)
                .map_err(|error| Failure::unwritable(&path, &error))?;
        }

        let here = self.folder.as_os_str() == ".";
        let place = if here { "here".to_owned() } else { format!("in `{}`", self.folder.display()) };
        console.tell(&format!("A new project is {place}:"))?;
        for (name, _, what) in FILES {
            console.tell(&format!("  {name:<28}  {what}"))?;
        }
        if has_own {
            console.tell(
                "Your `.gitignore` stays as it is. Add `/build-with-secrets/`: `build --with-secrets` writes there",
            )?;
        } else {
            console.tell(&format!("  {name:<28}  {what}"))?;
        }
        console.tell("\nWhat to do next:")?;
        if !here {
            console.tell(&format!("  cd {}", shell_word(&self.folder.display().to_string())))?;
        }
        console.tell("  mispflow check      looks for mistakes")?;
        console.tell("  mispflow test       runs the tests of the workflows")?;
        console.tell("  mispflow modules    lists what a workflow can do")?;
        console.tell("  mispflow build      writes the JSON that MISP stores to `build/`")?;
        Ok(Status::Done)
    }

    fn path(&self, name: &str) -> Result<PathBuf, Failure> {
        below(&self.folder, name).map_err(|error| Failure::unwritable(&self.folder.join(name), &error))
    }
}

/// `word` as a shell takes it for one word.
fn shell_word(word: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '/' | '.' | '_' | '-' | '\\' | ':');
    if word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::Sources;
    use crate::diagnostics::{Diagnostic, Levels};
    use crate::project::Project;
    use std::path::Path;

    fn content(name: &str) -> &'static str {
        FILES.iter().find(|file| file.0 == name).unwrap().1
    }

    #[test]
    fn the_settings_are_valid_and_say_where_the_files_are() {
        let sources = Sources::new();
        let file = sources.add(PROJECT_FILE, None, content(PROJECT_FILE));
        let mut diagnostics: Vec<Diagnostic> = Vec::new();
        let project = Project::read(&sources, file, Path::new(""), &mut diagnostics);
        assert_eq!(diagnostics, []);
        assert_eq!(project.source.value, Path::new("workflows"));
        assert_eq!(project.output.value, Path::new("build"));
        assert_eq!(project.target.unwrap().value.to_string(), "misp-2.5.19");
        assert_eq!(project.lints, Levels::default());
    }

    #[test]
    fn the_event_is_one_and_red() {
        let event: serde_json::Value = serde_json::from_str(content("workflows/events/red.json")).unwrap();
        assert_eq!(event["Event"]["Tag"][0]["name"], "tlp:red");
    }

    #[test]
    fn words_for_a_shell() {
        assert_eq!(shell_word("my/project-1"), "my/project-1");
        assert_eq!(shell_word("it's mine"), r"'it'\''s mine'");
    }
}
