//! Makes the files of a new lint: `cargo run --example new-lint -- CODE "What it is about."`
//!
//! They are a beginning: each says in brackets what belongs there, and the tests fail until it does.

use std::fs;
use std::path::Path;
use std::process::ExitCode;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [code, summary] = arguments.as_slice() else {
        eprintln!("usage: cargo run --example new-lint -- CODE \"What it is about.\"");
        return ExitCode::FAILURE;
    };
    match Lint::new(code, summary).and_then(|lint| lint.write(Path::new(ROOT))) {
        Ok(made) => {
            for path in made {
                println!("{path}");
            }
            println!(
                "Fill in what stands in brackets; `INSTA_UPDATE=always cargo test --test it` writes what the tool says."
            );
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

/// A lint that is to be made.
struct Lint<'a> {
    /// `like-this`
    code: &'a str,
    /// One line.
    summary: &'a str,
}

impl<'a> Lint<'a> {
    fn new(code: &'a str, summary: &'a str) -> Result<Self, String> {
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase());
        if !code.split('-').all(is_word) {
            return Err(format!("`{code}` cannot be a code: write small letters and hyphens, as in `stale-tag`"));
        }
        if summary.contains('\n') || !summary.ends_with('.') {
            return Err("say what it is about in one line that ends with a full stop".to_owned());
        }
        Ok(Self { code, summary })
    }

    /// `like_this`
    fn module(&self) -> String {
        self.code.replace('-', "_")
    }

    /// `LikeThis`
    fn variant(&self) -> String {
        let words = self.code.split('-').map(|word| format!("{}{}", word[..1].to_uppercase(), &word[1..]));
        words.collect()
    }

    /// Makes all files, or none if one is there already. Gives their names.
    fn write(&self, root: &Path) -> Result<Vec<String>, String> {
        let (code, module, variant, summary) = (self.code, self.module(), self.variant(), self.summary);
        let new = [
            (
                format!("src/verify/lints/{module}.rs"),
                format!(
                    "//! [What it is about, in a sentence.]\n\n\
                     use crate::diagnostics::{{Code, Diagnostic}};\n\n\
                     use super::facts::Facts;\n\n\
                     pub(super) fn check(facts: &Facts<'_, '_>, diagnostics: &mut Vec<Diagnostic>) {{\n    \
                         for &node in &facts.order {{\n        \
                             if facts.module(node) != \"[module]\" {{\n            \
                                 continue;\n        \
                             }}\n        \
                             diagnostics.push(\n            \
                                 facts\n                \
                                     .finding(Code::{variant}, node, \"[what is wrong]\", \"[label of the place]\")\n                \
                                     .note(\"[what MISP does with it]\")\n                \
                                     .help(\"[what to write instead]\"),\n        \
                             );\n    \
                         }}\n\
                     }}\n"
                ),
            ),
            (
                format!("src/diagnostics/explanations/{code}.md"),
                format!(
                    "{summary}\n\n## Why\n\n[Why it matters, in MISP's terms.]\n\n\
                     ## Before\n\n```mwf\n[text that has the finding]\n```\n\n\
                     ## After\n\n```mwf\n[text that means the same and has it not]\n```\n"
                ),
            ),
            (format!("tests/findings/{code}.mwf"), "# [text that has the finding]\n".to_owned()),
            (format!("tests/findings-silent/{code}.mwf"), "# [text that looks like it and is right]\n".to_owned()),
        ];
        if let Some((path, _)) = new.iter().find(|(path, _)| root.join(path).exists()) {
            return Err(format!("`{path}` is there already"));
        }
        let codes = "src/diagnostics/code.rs";
        let lints = "src/verify/lints/mod.rs";
        let read = |path: &str| fs::read_to_string(root.join(path)).map_err(|error| format!("{path}: {error}"));
        let mut changed = Vec::new();
        let row = format!("    /// {summary}\n    {variant} = \"{code}\", Warning;\n");
        changed.push((codes.to_owned(), inserted(&read(codes)?, "\n}\n\nimpl std::fmt::Display for Code", &row)?));
        let text = with_module(&read(lints)?, &module);
        let row = format!("    {module}::check,\n");
        changed.push((lints.to_owned(), inserted(&text, "\n];\n\n/// Runs all lints", &row)?));
        let mut made = Vec::new();
        for (path, text) in new.into_iter().chain(changed) {
            fs::write(root.join(&path), text).map_err(|error| format!("{path}: {error}"))?;
            made.push(path);
        }
        Ok(made)
    }
}

/// A text with a line put in after the one before `end`.
fn inserted(text: &str, end: &str, line: &str) -> Result<String, String> {
    let at = text.find(end).ok_or_else(|| format!("the place for `{}` is not there", line.trim()))? + 1;
    Ok(format!("{}{line}{}", &text[..at], &text[at..]))
}

/// A list of modules with another one, where the alphabet wants it.
fn with_module(text: &str, module: &str) -> String {
    let line = format!("mod {module};\n");
    let after = |known: &&str| known.starts_with("mod ") && known.ends_with(";\n") && **known > *line;
    let at = text.split_inclusive('\n').take_while(|known| !after(known)).map(str::len).sum::<usize>();
    format!("{}{line}{}", &text[..at], &text[at..])
}
