//! Which filters need their label: the compiler gives the others the first one that is free.

use crate::catalogue::module_ids;
use crate::model::{FILTER_LABEL, FilterLabels};
use crate::syntax::tree::{Block, FilterStep, Step, StepKind, ValueKind};

/// The filters around what is written, outermost first.
#[derive(Debug, Default)]
pub struct LabelsAround(Vec<Around>);

/// A filter around what is written.
#[derive(Debug)]
struct Around {
    /// Its label; `None` where that is not known.
    label: Option<String>,
    /// Whether it has none in the source.
    is_chosen: bool,
}

impl LabelsAround {
    /// Whether the filter would get another label if this one was left out, or another filter would.
    pub fn is_needed(&self, label: &str, step: &FilterStep<'_>) -> bool {
        let inside = Inside::of(&step.body);
        // A filter around that chose a label because this one is taken would choose again.
        let moves_others =
            self.0.iter().any(|around| around.is_chosen && around.label.as_deref().is_none_or(|chosen| chosen > label));
        self.free() != Some(label) || inside.calls.contains(label) || inside.is_open || moves_others
    }

    /// Goes into a filter.
    pub fn enter(&mut self, step: &FilterStep<'_>) {
        let label = if let Some(label) = step.label {
            Some(label.text.to_owned())
        } else {
            let inside = Inside::of(&step.body);
            let taken = self.taken().map(|taken| taken.and(inside.calls).and(inside.filters));
            taken.filter(|_| !inside.is_open).and_then(FilterLabels::first_free).map(str::to_owned)
        };
        self.0.push(Around { label, is_chosen: step.label.is_none() });
    }

    /// Leaves it.
    pub fn leave(&mut self) {
        self.0.pop();
    }

    fn free(&self) -> Option<&'static str> {
        self.taken()?.first_free()
    }

    fn taken(&self) -> Option<FilterLabels> {
        self.0.iter().try_fold(FilterLabels::default(), |taken, around| Some(taken.with(around.label.as_deref()?)))
    }
}

/// The labels that steps inside a filter name.
#[derive(Default)]
struct Inside {
    filters: FilterLabels,
    /// Those that calls name, as arguments or in what is taken as it is.
    calls: FilterLabels,
    /// Whether there may be others, of a blueprint.
    is_open: bool,
}

impl Inside {
    fn of(block: &Block<'_>) -> Self {
        let mut inside = Self::default();
        let mut blocks = vec![block];
        while let Some(block) = blocks.pop() {
            block.steps.iter().for_each(|step| inside.step(step, &mut blocks));
        }
        inside
    }

    fn step<'t>(&mut self, step: &'t Step<'t>, blocks: &mut Vec<&'t Block<'t>>) {
        match &step.kind {
            StepKind::Call(step) => {
                let is_labelled = step.call.arguments.iter().any(|argument| argument.name.text == FILTER_LABEL);
                if module_ids::sets_filter(step.call.name.text) && !is_labelled {
                    // The default of these modules.
                    self.calls = self.calls.with("A");
                }
                for argument in &step.call.arguments {
                    match &argument.value.kind {
                        ValueKind::Name(label) => self.calls = self.calls.with(label),
                        ValueKind::Text(label) => self.calls = self.calls.with(&label.content),
                        _ => {}
                    }
                }
            }
            StepKind::If(step) => {
                blocks.extend(step.arms.iter().map(|arm| &arm.body));
                blocks.extend(&step.otherwise);
            }
            StepKind::Filter(step) => {
                self.filters = step.label.map_or(self.filters, |label| self.filters.with(label.text));
                blocks.push(&step.body);
            }
            StepKind::Concurrent(step) => blocks.extend(&step.branches),
            StepKind::Use(_) => self.is_open = true,
            StepKind::Goto(_) => {}
            StepKind::Detached(block) => blocks.push(block),
        }
    }
}
