//! Whether output has colours.

use std::ffi::OsString;

/// When to use colours.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, clap::ValueEnum)]
pub enum Color {
    /// On a terminal; `NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE` and `TERM` are followed
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    /// Whether a stream has colours. `environment` gives the value of a variable.
    ///
    /// The flag counts most; then `NO_COLOR`, then `CLICOLOR_FORCE`. Without them a terminal has colours, unless `CLICOLOR`
    /// is `0` or `TERM` says that it cannot show any. A variable that is set to nothing counts as not set.
    pub(super) fn is_wanted(self, is_terminal: bool, environment: &dyn Fn(&str) -> Option<OsString>) -> bool {
        let value = |name: &str| environment(name).filter(|value| !value.is_empty());
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto if value("NO_COLOR").is_some() => false,
            Self::Auto if value("CLICOLOR_FORCE").is_some_and(|value| value != "0") => true,
            Self::Auto => {
                is_terminal && value("CLICOLOR").is_none_or(|value| value != "0") && can_move_cursor(environment)
            }
        }
    }

    /// What arguments say that could not be read: help and messages about wrong flags have colours too.
    pub(super) fn of_arguments(arguments: impl Iterator<Item = OsString>) -> Self {
        let mut colour = Self::default();
        let mut is_value = false;
        for argument in arguments.take_while(|argument| argument != "--") {
            let argument = argument.to_string_lossy();
            let value = if is_value { Some(argument.as_ref()) } else { argument.strip_prefix("--color=") };
            if let Some(value) = value {
                colour = clap::ValueEnum::from_str(value, false).unwrap_or(colour);
            }
            is_value = !is_value && argument == "--color";
        }
        colour
    }
}

/// Whether a terminal understands more than text.
pub(super) fn can_move_cursor(environment: &dyn Fn(&str) -> Option<OsString>) -> bool {
    match environment("TERM").filter(|value| !value.is_empty()) {
        // The console of Windows does without it.
        None => cfg!(windows),
        Some(term) => term != "dumb",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(colour: Color, is_terminal: bool, variables: &[(&str, &str)]) -> bool {
        let environment = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| OsString::from(value))
        };
        colour.is_wanted(is_terminal, &environment)
    }

    #[test]
    fn the_flag_counts_most() {
        assert!(wanted(Color::Always, false, &[("NO_COLOR", "1"), ("TERM", "dumb")]));
        assert!(!wanted(Color::Never, true, &[("CLICOLOR_FORCE", "1"), ("TERM", "xterm")]));
    }

    #[test]
    fn variables_count_as_is_the_custom() {
        let term = ("TERM", "xterm-256color");
        for (is_terminal, variable, expected) in [
            (true, ("A", ""), true),
            (false, ("A", ""), false),
            (true, ("NO_COLOR", "1"), false),
            (true, ("NO_COLOR", "0"), false),
            (true, ("NO_COLOR", ""), true),
            (false, ("NO_COLOR", ""), false),
            (true, ("CLICOLOR", "0"), false),
            (true, ("CLICOLOR", "1"), true),
            (false, ("CLICOLOR", "1"), false),
            (true, ("CLICOLOR", ""), true),
            (false, ("CLICOLOR_FORCE", "1"), true),
            (false, ("CLICOLOR_FORCE", "0"), false),
            (false, ("CLICOLOR_FORCE", ""), false),
        ] {
            assert_eq!(wanted(Color::Auto, is_terminal, &[term, variable]), expected, "{is_terminal} {variable:?}");
        }
        assert!(!wanted(Color::Auto, true, &[term, ("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]));
        assert!(wanted(Color::Auto, false, &[("TERM", "dumb"), ("CLICOLOR_FORCE", "1"), ("CLICOLOR", "0")]));
    }

    #[test]
    fn a_terminal_may_have_none() {
        assert!(!wanted(Color::Auto, true, &[("TERM", "dumb")]));
        for term in [&[][..], &[("TERM", "")]] {
            assert_eq!(wanted(Color::Auto, true, term), cfg!(windows));
        }
    }

    #[test]
    fn the_flag_is_found_among_arguments() {
        for (arguments, expected) in [
            (&["mispflow", "--color", "never", "--help"][..], Color::Never),
            (&["mispflow", "chek", "--color=always"], Color::Always),
            (&["mispflow", "--color"], Color::Auto),
            (&["mispflow", "--color", "often"], Color::Auto),
            (&["mispflow", "--color", "--color", "never"], Color::Auto),
            (&["mispflow", "--", "--color=always"], Color::Auto),
        ] {
            assert_eq!(Color::of_arguments(arguments.iter().map(OsString::from)), expected, "{arguments:?}");
        }
    }
}
