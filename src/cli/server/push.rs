//! `push`

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use clap::Args;

use crate::diagnostics::printable;
use crate::server::{
    About, Action, Backup, Done, Ended, Failed, Host, Plan, Push as Pushing, PushOptions, State, Told,
};
use crate::simulate::replay::utc_now;

use super::super::findings::Format;
use super::super::inputs::{Inputs, TargetFlag};
use super::super::interrupt::Interrupt;
use super::super::{Console, Failure, Status};
use super::doing::{Ready, with_project};
use super::folder::{Folder, write_private};
use super::{ServerFlags, show};

/// Make a server have what the project says.
///
/// It shows the plan, asks, keeps what was there, writes, and reads it back.
/// Workflows that somebody edited on the server since the last push or pull are conflicts. They are shown and left alone.
/// Nothing is deleted without `--prune`, and then only what was written from here.
#[derive(Args, Debug)]
#[command(
    after_help = "Exit code: 0 if the server has all of it, 1 if something is in conflict or failed, 2 if nothing could be tried."
)]
pub(in super::super) struct Push {
    #[command(flatten)]
    inputs: Inputs,
    #[command(flatten)]
    sure: Sure,
    /// Overwrite rows that are in conflict. What was there is kept in the backup
    #[arg(long)]
    force: bool,
    /// Switch on the triggers and modules that the workflows need
    #[arg(long)]
    enable: bool,
    /// Delete what was written from here and is no longer in the project
    #[arg(long)]
    prune: bool,
    #[command(flatten)]
    target: TargetFlag,
    #[command(flatten)]
    server: ServerFlags,
}

impl Push {
    pub(in super::super) fn run(self, console: &mut Console) -> Result<Status, Failure> {
        with_project("push", &self.inputs, &self.target, &self.server, None, console, |ready, folder, console| {
            self.push(ready, folder, console)
        })
    }

    fn push(&self, ready: &Ready<'_>, folder: &mut Folder, console: &mut Console) -> Result<Status, Failure> {
        let options = PushOptions { force: self.force, enable: self.enable, prune: self.prune };
        let mut state = folder.state.clone();
        let planning = ready.planning(folder);
        let plan = planning.plan(ready.locals);
        show::show(console, ready.session, ready.snapshot, &plan, Format::Text, |_| Ok(None))?;
        let push = Pushing { misp: ready.session.misp(), locals: ready.locals, options };
        refuse_missing(&push, &plan)?;
        let conflicts = plan.items.iter().filter(|item| matches!(item.action, Action::Conflict(_))).count();
        let todo = plan.items.iter().filter(|item| push.concerns(item)).count();
        let skipped = if self.force { 0 } else { conflicts };
        let switches = if self.enable { plan.off.len() } else { 0 };
        if todo > skipped || switches > 0 {
            self.sure.confirm(console)?;
        }
        let mut host = OnConsole {
            console,
            folder: FolderWriter {
                path: folder.path(),
                name: ready.session.name.clone(),
                url: ready.session.url.clone(),
            },
            writer: folder.writer(),
            interrupt: Interrupt::listen(),
            backup: None,
            failure: None,
        };
        let Ended { done, failed, left, is_stopped } = push.run(&planning, &plan, &mut state, &mut host);
        let (backup, failure) = (host.backup.take(), host.failure.take());
        if let Some(failure) = failure {
            return Err(failure);
        }
        if is_stopped {
            let told =
                format!("{done} done, {failed} failed; interrupted, and {left} were not begun: the next push goes on");
            writeln!(console.messages(), "{told}")?;
        } else {
            console.tell(&format!("{done} done, {failed} failed"))?;
        }
        if let Some(name) = backup.filter(|_| failed > 0 && done > 0).as_deref().and_then(Path::file_name) {
            console.tell(&format!("to go back: mispflow rollback {}", name.display()))?;
        }
        Ok(match (is_stopped, failed) {
            (true, _) => Status::Interrupted,
            (false, 0) => Status::Done,
            (false, _) => Status::Rejected,
        })
    }
}

/// Nothing is sent while a value is missing.
fn refuse_missing(push: &Pushing<'_>, plan: &Plan<'_>) -> Result<(), Failure> {
    let mut names: Vec<&str> = plan
        .items
        .iter()
        .filter(|item| push.concerns(item))
        .flat_map(|item| {
            let untold = item.untold.iter().filter(|(_, is_known)| !is_known).map(|(name, _)| name.as_str());
            item.missing.iter().map(|missing| missing.name.as_str()).chain(untold)
        })
        .collect();
    names.sort_unstable();
    names.dedup();
    if names.is_empty() {
        return Ok(());
    }
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    Err(Failure::Other(format!("nothing was sent: {} must be set in the environment", names.join(", "))))
}

/// Whether somebody is asked.
#[derive(Args, Clone, Copy, Debug)]
pub(super) struct Sure {
    /// Do not ask
    #[arg(short, long)]
    pub yes: bool,
}

impl Sure {
    /// Asks whether to go on.
    ///
    /// # Errors
    /// It is not to go on.
    pub fn confirm(self, console: &mut Console) -> Result<(), Failure> {
        if self.yes {
            return Ok(());
        }
        if !io::stdin().is_terminal() {
            return Err(Failure::Other(
                "nothing was sent: this is not a terminal, so nobody can confirm\n`--yes` continues without asking"
                    .to_owned(),
            ));
        }
        write!(console.messages(), "Go on? [y/N] ")?;
        console.flush()?;
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        if matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes") {
            Ok(())
        } else {
            Err(Failure::Other("nothing was sent".to_owned()))
        }
    }
}

/// Where backups of a server lie.
pub(super) struct FolderWriter {
    /// The folder of all that is known.
    pub path: PathBuf,
    /// The name of the server.
    pub name: String,
    /// Its address.
    pub url: String,
}

impl FolderWriter {
    /// The folder of the backups.
    pub fn backups(&self) -> PathBuf {
        self.path.join("backups").join(&self.name)
    }

    /// Writes a backup under the time.
    pub fn write(&self, backup: &Backup) -> Result<PathBuf, Failure> {
        let time = utc_now();
        let stem = format!("{}Z", time.replace(' ', "T").replace(':', "-"));
        let is_free = |name: &String| self.backups().join(name).symlink_metadata().is_err();
        let name = (1..100).map(|number| format!("{stem}-{number:02}.json")).find(is_free);
        let name = name.ok_or_else(|| Failure::Other("there are a hundred backups of this second".to_owned()))?;
        write_private(
            &self.path,
            &format!("backups/{}/{name}", self.name),
            backup.to_text(&self.url, &time).as_bytes(),
        )?;
        Ok(self.backups().join(name))
    }
}

/// Keeps and tells what comes of a push.
pub(super) struct OnConsole<'c> {
    pub console: &'c mut Console,
    pub folder: FolderWriter,
    pub writer: super::folder::Writer,
    pub interrupt: Interrupt,
    /// Where the backup lies.
    pub backup: Option<PathBuf>,
    /// What kept something from being kept.
    pub failure: Option<Failure>,
}

impl OnConsole<'_> {
    fn keep<T>(&mut self, result: Result<T, Failure>) -> Result<T, String> {
        result.map_err(|failure| {
            let words = failure.to_string();
            self.failure = Some(failure);
            words
        })
    }
}

impl Host for OnConsole<'_> {
    fn back_up(&mut self, backup: &Backup) -> Result<(), String> {
        let written = self.folder.write(backup);
        let path = self.keep(written)?;
        let told = self.console.tell(&format!("what is there is kept in {}", shown(&path)));
        self.backup = Some(path);
        self.keep(told.map_err(Failure::from))
    }

    fn save(&mut self, state: &State) -> Result<(), String> {
        let saved = self.writer.save(state);
        self.keep(saved)
    }

    fn hear(&mut self, told: &Told<'_>) {
        let what = match told.what {
            About::Row(item) => show::called(item),
            About::Switch(off) if off.is_trigger => format!("trigger `{}`", off.id),
            About::Switch(off) => format!("module `{}`", off.id),
        };
        let line = match &told.result {
            Ok(Done::Created) => format!("  created  {what}"),
            Ok(Done::Changed) => format!("  changed  {what}"),
            Ok(Done::Deleted) => format!("  deleted  {what}"),
            Ok(Done::SwitchedOn) => format!("       on  {what}"),
            Err(Failed::Here(_)) => return,
            Err(error) => format!("   failed  {what}: {error}"),
        };
        let written = writeln!(self.console.messages(), "{}", printable(&line)).and_then(|()| self.console.flush());
        if let Err(error) = written {
            self.failure.get_or_insert(Failure::Output(error));
        }
    }

    fn is_stopped(&self) -> bool {
        self.interrupt.is_asked()
    }
}

fn shown(path: &Path) -> String {
    format!("`{}`", path.display())
}
