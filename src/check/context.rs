//! What a step is checked against.

use crate::base::source::Span;
use crate::catalogue::{Catalogue, Signature, module_ids};
use crate::diagnostics::{Audience, Code, Diagnostic};
use crate::load::Program;
use crate::model::ModuleType;
use crate::resolve::{Budget, ConstantTable, Scope};
use crate::syntax::tree::Name;
use crate::syntax::{ENDINGS, HOW_A_RUN_ENDS};
use crate::tags::KnownTags;
use crate::wording;
use crate::wording::{described, elsewhere};

/// Functions that ask elsewhere whether there is anything.
const ASKING: [&str; 7] = ["defined", "empty", "exists", "isset", "is_null", "is_empty", "isempty"];

/// Functions that ask elsewhere for a tag.
const ASKING_FOR_TAGS: [&str; 7] = ["has_tag", "hasTag", "has-tag", "is_tagged", "tagged", "tags", "tag"];

/// Everything that is the same for all steps of a program.
#[derive(Clone, Copy)]
pub struct Context<'c, 'a> {
    /// The files.
    pub program: &'a Program<'a>,
    /// The modules there are.
    pub catalogue: &'a Catalogue,
    /// The tags there are.
    pub tags: &'c KnownTags<'a>,
    /// What names mean, by file.
    pub scopes: &'c [Scope<'a>],
    /// The values of constants.
    pub constants: &'c ConstantTable<'a>,
    /// What may still be spent.
    pub budget: &'c Budget,
}

impl<'a> Context<'_, 'a> {
    /// The signature of a module, as a file knows it: its own declarations come first.
    pub fn signature(&self, file: usize, module: &str) -> Option<&'a Signature> {
        self.scopes[file].modules.get(module).copied().or_else(|| self.catalogue.module(module))
    }

    /// The signature of a module that a nicer spelling stands for.
    pub fn implied(
        &self,
        file: usize,
        module: &str,
        span: Span,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<&'a Signature> {
        let signature = self.signature(file, module);
        if signature.is_none() {
            let diagnostic = Diagnostic::at(
                Code::UnknownModule,
                span,
                format!("this compiles to the module `{module}`, which the catalogue does not have"),
            )
            .help("choose a target whose MISP has the module, or add a catalogue that does");
            let (diagnostic, _) = elsewhere(diagnostic, "the module", |catalogue| catalogue.module(module).is_some());
            diagnostics.push(diagnostic);
        }
        signature
    }

    /// The signature of the module that `name` calls, which must be of one of the `kinds`.
    pub fn module(
        &self,
        file: usize,
        name: Name<'_>,
        kinds: &[ModuleType],
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<&'a Signature> {
        let wants_trigger = kinds == [ModuleType::Trigger];
        let Some(signature) = self.signature(file, name.text) else {
            if !self.scopes[file].incomplete {
                diagnostics.push(self.unknown_module(file, name, wants_trigger));
            }
            return None;
        };
        if kinds.contains(&signature.module_type) {
            return Some(signature);
        }
        let diagnostic = match signature.module_type {
            ModuleType::Trigger => {
                Diagnostic::at(Code::MisplacedModule, name.span, format!("`{}` is a trigger", name.text))
                    .label("a module that acts or decides is wanted here")
                    .help(format!("a workflow starts with its trigger: `workflow … on {}`", name.text))
            }
            kind => Diagnostic::at(
                Code::MisplacedModule,
                name.span,
                format!("`{}` is {}, not a trigger", name.text, described(kind)),
            )
            .help("`mispflow modules` lists the triggers"),
        };
        diagnostics.push(diagnostic);
        None
    }

    fn unknown_module(&self, file: usize, name: Name<'_>, wants_trigger: bool) -> Diagnostic {
        let worth_while = self.budget.take_suggestion();
        let known = self.scopes[file]
            .modules
            .values()
            .copied()
            .chain(self.catalogue.modules())
            .filter(|signature| (signature.module_type == ModuleType::Trigger) == wants_trigger);
        let mut known: Vec<&str> = known.filter(|_| worth_while).map(|signature| signature.id.as_str()).collect();
        if wants_trigger && self.signature(file, module_ids::ADHOC).is_some() {
            known.push(module_ids::ADHOC);
        }
        known.sort_unstable();
        known.dedup();
        let unknown = wording::UnknownModule { name: name.text, is_trigger: wants_trigger };
        let (finding, suggestion) = wording::unknown_module(unknown, known, Audience::Text);
        let finding = finding.placed_at(name.span);
        if !wants_trigger && ENDINGS.contains(&name.text) {
            return finding.help(HOW_A_RUN_ENDS);
        }
        if ASKING.contains(&name.text) {
            return finding.help("to ask whether a hash path yields anything write `any PATH`, or `not any PATH`");
        }
        if ASKING_FOR_TAGS.contains(&name.text) {
            return finding
                .help("to ask for a tag write `event tagged any [\"tlp:red\"]`; `tag_operation` puts one on");
        }
        match suggestion {
            Some(close) => finding.unsafe_fix(name.span, close),
            None => finding,
        }
    }
}
