//! The form of the comment.

use crate::base::source::Span;
use crate::base::suggest::closest;
use crate::diagnostics::{Code, Diagnostic, Level};
use crate::syntax::tree::Comment;

/// A code with its place.
#[derive(Clone, Copy)]
pub(super) struct Listed {
    pub code: Code,
    pub span: Span,
}

/// What a comment says.
pub(super) struct Said {
    pub level: Level,
    pub codes: Vec<Listed>,
    /// Whether `codes` are all that it names: others do not exist, which is reported.
    pub all_known: bool,
}

/// The level that a comment gives, and to which codes; `None` for comments that do not speak to the tool, and for those
/// that cannot be understood, which is reported.
pub(super) fn read(comment: &Comment<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<Said> {
    let text = comment.text;
    let said = text.trim_start_matches('#').trim_start().strip_prefix("mispflow:")?.trim_start();
    let named = Level::ALL.into_iter().find_map(|level| Some((level, said.strip_prefix(level.as_str())?)));
    let Some((level, list)) = named.and_then(|(level, rest)| Some((level, rest.trim_start().strip_prefix('(')?)))
    else {
        diagnostics.push(malformed(
            comment.span,
            "a comment that begins with `mispflow:` must contain `allow(…)`, `warn(…)` or `deny(…)`",
        ));
        return None;
    };
    let Some((list, reason)) = list.split_once(')') else {
        diagnostics.push(malformed(comment.span, "the list of codes is not closed"));
        return None;
    };
    let start = list.as_ptr() as usize - text.as_ptr() as usize;
    if list.split(',').any(|name| name.trim().is_empty()) {
        diagnostics.push(malformed(comment.span, "a code is missing between the parentheses"));
        return None;
    }
    let mut codes = Vec::new();
    let mut all_known = true;
    let mut at = start;
    for word in list.split(',') {
        let name = word.trim();
        let from = at + (word.len() - word.trim_start().len());
        let span = comment.span.part(from, from + name.len());
        at += word.len() + 1;
        if let Some(code) = Code::from_name(name) {
            codes.push(Listed { code, span });
        } else {
            all_known = false;
            diagnostics.push(unknown(name, span));
        }
    }
    // What is made stricter needs no excuse.
    if reason.trim().is_empty() && level != Level::Deny {
        diagnostics.push(
            Diagnostic::at(Code::MalformedAllow, comment.span, "this comment does not say why")
                .label("the reason is missing after the parenthesis")
                .note("a reviewer must see why the finding matters less here; the comment takes effect in any case")
                .help(format!("write the reason: `# mispflow: {}(code) the reason`", level.as_str())),
        );
    }
    Some(Said { level, codes, all_known })
}

fn malformed(span: Span, message: &str) -> Diagnostic {
    Diagnostic::at(Code::MalformedAllow, span, message)
        .note("it has no effect")
        .help("write `# mispflow: allow(code) the reason`, with several codes `allow(code, code)`")
}

fn unknown(name: &str, span: Span) -> Diagnostic {
    let finding = Diagnostic::at(Code::UnknownCode, span, format!("there is no code `{name}`"));
    if name == "warnings" {
        return finding.help(
            "name each code that is meant; `warnings` stands for all of them in `mispflow.toml` and on the command line only",
        );
    }
    match closest(name, Code::ALL.iter().map(|code| code.as_str())) {
        Some(code) => finding.help(format!("did you mean `{code}`?")).unsafe_fix(span, code),
        None => finding.help("the codes are the words in brackets after `warning`; `mispflow explain` lists them all"),
    }
}
