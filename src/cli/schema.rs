//! `schema`

use clap::Args;

use crate::project;

use super::{Console, Failure, Status};

/// Print the JSON Schema of `mispflow.toml`, for editors.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  mispflow schema > mispflow.schema.json")]
pub(super) struct Schema {}

impl Schema {
    #[expect(clippy::unused_self, reason = "verbs are run alike")]
    pub(super) fn run(self, console: &mut Console) -> Result<Status, Failure> {
        let schema = serde_json::to_string_pretty(&project::schema()).map_err(std::io::Error::from)?;
        console.source(&format!("{schema}\n"))?;
        Ok(Status::Done)
    }
}
