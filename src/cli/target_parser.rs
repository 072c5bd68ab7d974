//! The values of `--target`.

use clap::builder::{PossibleValue, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command, Error};
use std::ffi::OsStr;

use crate::catalogue::{Target, UnknownTarget};

/// Reads a target; completions offer the releases in which modules changed.
#[derive(Clone, Copy, Debug)]
pub(super) struct TargetParser;

impl TypedValueParser for TargetParser {
    type Value = Target;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<Target, Error> {
        let name = value.to_string_lossy();
        name.parse().map_err(|problem: UnknownTarget| {
            let mut error = Error::new(ErrorKind::ValueValidation).with_cmd(command);
            if let Some(arg) = arg {
                error.insert(ContextKind::InvalidArg, ContextValue::String(arg.to_string()));
            }
            error.insert(ContextKind::InvalidValue, ContextValue::String(name.clone().into_owned()));
            let suggested = Target::meant_by(&name).map(|target| format!("did you mean `{target}`?"));
            let tips = suggested.unwrap_or_else(|| problem.to_string());
            error.insert(
                ContextKind::Suggested,
                ContextValue::StyledStrs(vec![tips.into(), UnknownTarget::HELP.into()]),
            );
            error
        })
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(Target::NAMES.into_iter().map(PossibleValue::new)))
    }
}
