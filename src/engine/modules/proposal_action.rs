//! `proposal-action`.

use super::reload_full_event::reload;
use super::select::Selection;
use super::{Module, Prepared};
use crate::engine::arguments::Arguments;
use crate::engine::effect::Effect;
use crate::engine::module_run::ModuleRun;
use crate::hashpath::Path;
use crate::php::Thrown;

#[derive(Debug)]
struct ProposalAction {
    selection: Selection,
    accept: bool,
    /// Where the proposals lie; none for a type that MISP does not know.
    paths: Vec<Path>,
}

pub(super) fn prepare(arguments: &Arguments<'_>) -> Prepared {
    const NEW: &str = "Event.ShadowAttribute.{n}";
    const EDIT: &str = "Event._AttributeFlattened.{n}.ShadowAttribute.{n}";
    let paths: &[&str] = match arguments.text("proposal_type").as_str() {
        "new" => &[NEW],
        "edit" => &[EDIT],
        "any" => &[NEW, EDIT],
        _ => &[],
    };
    let paths = paths.iter().map(|path| arguments.compile_path("proposal_type", path));
    Ok(Box::new(ProposalAction {
        selection: Selection::new(arguments)?,
        accept: arguments.is("action", "accept"),
        paths: paths.collect::<Result<_, _>>()?,
    }))
}

impl Module for ProposalAction {
    fn execute(&self, step: &mut ModuleRun<'_, '_>) -> Result<bool, Thrown> {
        let data = step.copy()?;
        let items = self.selection.items(&data, step)?;
        if !items.to_bool() && self.selection.filter.is_some() {
            return Ok(true);
        }
        let mut proposals = Vec::new();
        for path in &self.paths {
            proposals.extend(path.extract(&items)?.iter().cloned());
        }
        if proposals.is_empty() {
            step.because(|| "there is no proposal of this type".into());
            return Ok(true);
        }
        step.effect(Effect::Proposals { accept: self.accept, proposals });
        drop((data, items));
        reload(step);
        Ok(true)
    }
}
