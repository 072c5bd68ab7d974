//! About modules.

use crate::base::suggest::closest;
use crate::diagnostics::{Audience, Code, Diagnostic};
use crate::model::ModuleType;
use crate::wording::other_releases::elsewhere;

/// The name of a module that the catalogue does not have.
#[derive(Clone, Copy)]
pub struct UnknownModule<'m> {
    /// The name.
    pub name: &'m str,
    /// Whether it stands for a trigger.
    pub is_trigger: bool,
}

/// A module that the catalogue does not have; with the one among the `known` that may be meant.
pub fn unknown_module<'k>(
    UnknownModule { name, is_trigger }: UnknownModule<'_>,
    known: impl IntoIterator<Item = &'k str>,
    audience: Audience,
) -> (Diagnostic, Option<&'k str>) {
    let (code, what) = if is_trigger { (Code::UnknownTrigger, "trigger") } else { (Code::UnknownModule, "module") };
    let finding = Diagnostic::new(code, format!("there is no {what} named `{name}`"));
    let (finding, elsewhere) = elsewhere(finding, &format!("the {what}"), |catalogue| {
        catalogue.module(name).is_some_and(|module| (module.module_type == ModuleType::Trigger) == is_trigger)
    });
    // What another release has is not a slip.
    let suggestion = closest(name, known).filter(|_| !elsewhere);
    let finding = finding
        .note(if is_trigger {
            "MISP accepts a workflow on an unknown trigger and never runs it"
        } else {
            "MISP saves a node of an unknown module silently; when a run reaches it, the node fails"
        })
        .note(if is_trigger {
            "MISP's editor cannot open a workflow on such a trigger"
        } else {
            "when somebody opens the workflow in MISP's editor and saves it, the node gets another number and may lose its connections"
        })
        .maybe_help(suggestion.map(|close| format!("did you mean `{close}`?")));
    let finding = match (audience, is_trigger) {
        (Audience::Editor, _) => finding.help("where the server has it, add the server's catalogue to the project file"),
        (Audience::Text, true) => finding.help("`mispflow modules` lists the triggers"),
        (Audience::Text, false) => finding.help(
            "`mispflow modules` lists all modules; a module of your own server is declared with `module … : action { … }`",
        ),
    };
    (finding, suggestion)
}

/// A node that says another kind of its module than the catalogue: `(known, said)`.
pub fn wrong_kind_of_module(module: &str, (known, said): (ModuleType, ModuleType)) -> Diagnostic {
    Diagnostic::new(
        Code::MisplacedModule,
        format!("`{module}` is {}, and this node calls it {}", described(known), described(said)),
    )
    .note("MISP looks a module up by its kind and its id: it does not find this one, and the node fails")
    .help("delete the node in MISP's editor, and place the module again")
}

/// The kind of a module with its article.
pub fn described(kind: ModuleType) -> &'static str {
    match kind {
        ModuleType::Trigger => "a trigger",
        ModuleType::Logic => "a logic module",
        ModuleType::Action => "an action",
    }
}
