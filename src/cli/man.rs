//! `man [VERB]`

use std::path::PathBuf;

use clap::Args;
use clap_mangen::Man as Page;

use crate::project::Readers;

use super::write_files::write_files;
use super::{Console, Failure, Status, as_meant, command};

/// Print a page of the manual, or write all of them.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  mispflow man | man -l -
  mispflow man check | man -l -
  mispflow man -o ~/.local/share/man/man1")]
pub(super) struct Man {
    /// The verb; without it the page is about the program as a whole
    #[arg(value_name = "VERB")]
    verb: Option<String>,
    /// Write a page for the program and for each verb to this folder, instead of printing one
    #[arg(short, long, value_name = "DIR", conflicts_with = "verb")]
    output: Option<PathBuf>,
}

impl Man {
    pub(super) fn run(self, console: &mut Console) -> Result<Status, Failure> {
        let mut whole = command();
        whole.build();
        if let Some(folder) = &self.output {
            let verbs = whole.get_subcommands().filter(|verb| verb.get_name() != "help");
            let pages = std::iter::once(&whole).chain(verbs);
            let pages: Vec<_> = pages
                .map(|command| Ok((format!("{}.1", page_name(command)), page(command)?)))
                .collect::<Result<_, Failure>>()?;
            let pages: Vec<_> = pages.iter().map(|(name, text)| (name.clone(), text.as_bytes())).collect();
            write_files(folder, &pages, Readers::Usual, console)?;
            return Ok(Status::Done);
        }
        let wanted = match &self.verb {
            None => &whole,
            Some(verb) => whole.find_subcommand(verb).ok_or_else(|| {
                Failure::Other(format!("there is no verb `{verb}`\n`mispflow --help` lists them all"))
            })?,
        };
        console.source(&page(wanted)?)?;
        Ok(Status::Done)
    }
}

fn page_name(command: &clap::Command) -> String {
    command.get_display_name().unwrap_or(command.get_name()).to_owned()
}

/// The source of a page. It says no date, so that the same program gives the same bytes.
fn page(command: &clap::Command) -> Result<String, Failure> {
    let mut bytes = Vec::new();
    Page::new(command.clone()).title(page_name(command).to_uppercase()).render(&mut bytes)?;
    Ok(as_meant(&String::from_utf8_lossy(&bytes)))
}
