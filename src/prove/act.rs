//! What actions do, for every event at once.

use crate::catalogue::module_ids;
use crate::engine::{FilterMeaning, Locality, Meaning, TagTest};
use crate::php::{Array, Value};

use super::ask::keeps;
use super::circuit::Fact;
use super::data::{Data, Entry, Kind, Reason};
use super::extract::Finds;
use super::happened::Done;
use super::state::State;
use super::walk::{Walk, not_followed};

/// What comes of an action that is executed.
pub(super) struct Acted {
    /// When it succeeds.
    pub(super) succeeds: Fact,
    /// When MISP dies of it.
    pub(super) dies: Fact,
    pub(super) state: State,
}

/// The attributes that an action works on.
struct Selected {
    /// For each attribute of the flat list whether it is one.
    attributes: Vec<Fact>,
    /// Whether there is one at all.
    any: Fact,
    /// Whether `attributes` says all: the filter reads the flat list.
    is_flat: bool,
    dies: Fact,
}

/// Where the attributes lie.
const FLAT: &str = "_AttributeFlattened";

impl Walk<'_, '_> {
    /// What an action does where `fact` holds.
    pub(super) fn perform(&mut self, at: usize, fact: Fact, state: State) -> Acted {
        let step = &self.steps[at];
        let node = step.node;
        let always = |state| Acted { succeeds: Fact::ALWAYS, dies: Fact::NEVER, state };
        let meaning = step.meaning.clone();
        if let Meaning::Nothing = meaning {
            return always(state);
        }
        let seen = self.see(&state, fact);
        let (data, mut dies) = (seen.data, seen.dies);
        let acted = match meaning {
            Meaning::Stops { dies, .. } => Acted { succeeds: Fact::NEVER, dies: Fact::from(dies), state },
            Meaning::Sends { always_fails, .. } if always_fails => {
                Acted { succeeds: Fact::NEVER, dies: Fact::NEVER, state }
            }
            Meaning::Sends { kind, paths, .. } => {
                for path in paths {
                    let finds = Finds::new(self.circuit, path, &data);
                    let own = self.circuit.any(finds.dies);
                    dies = self.circuit.either(dies, own);
                }
                let lives = self.circuit.without(fact, dies);
                self.effect(at, &state, &data, Done::partial(lives, node, kind, Vec::new()));
                always(state)
            }
            Meaning::Publishes => {
                if self.world.guards_publication && self.prepared.semantics().publishing_asks_workflow {
                    let why = "what the workflow for `event-publish` says to the publication is not followed";
                    self.unknown_action(at, fact, state, why)
                } else {
                    let lives = self.circuit.without(fact, dies);
                    self.effect(at, &state, &data, Done::partial(lives, node, "publish", Vec::new()));
                    always(State { is_saved: true, ..state })
                }
            }
            Meaning::Tags { filter, of_event, removes, tags, locality, relationship_type } => {
                let tagging = Tagging { removes, tags, locality, relationship_type };
                let lives = self.circuit.without(fact, dies);
                if of_event {
                    self.tag_event(at, lives, state, &data, filter.as_ref(), &tagging)
                } else {
                    self.tag_attributes(at, lives, state, &data, filter.as_ref(), &tagging)
                }
            }
            Meaning::EditsAttributes { filter, field, value } => {
                let lives = self.circuit.without(fact, dies);
                self.edit(at, lives, state, &data, filter.as_ref(), field, value)
            }
            Meaning::SavesEvent { attributes, distribution } => {
                let finds = Finds::new(self.circuit, attributes, &data);
                let any = self.circuit.any(finds.all.iter().map(|find| find.fact));
                let lives = self.circuit.without(fact, dies);
                let happens = self.circuit.both(lives, any);
                let known = vec![("distribution", json(distribution))];
                self.effect(at, &state, &data, Done::partial(happens, node, "save_event", known));
                let event = data.get(self.circuit, "Event");
                let saved = data.with("Event", &event.with("distribution", &Data::scalar(distribution.clone())));
                let base = Data::choose(self.circuit, any, &saved, &state.base);
                always(State { base, is_saved: true, ..state })
            }
            Meaning::Hangs { always_fails: true, .. } => Acted { succeeds: Fact::NEVER, dies: Fact::NEVER, state },
            Meaning::Hangs { filter, key, keeps, kind, .. } => {
                let lives = self.circuit.without(fact, dies);
                self.hang(at, lives, state, &data, filter.as_ref(), (key, keeps, kind))
            }
            Meaning::ReplacesTags { of_event, of_attributes, replaces } => {
                let lives = self.circuit.without(fact, dies);
                self.replace_tags(at, lives, state, &data, (of_event, of_attributes), replaces)
            }
            Meaning::Unknown(why) => self.unknown_action(at, fact, state, why),
            _ => self.unknown_action(at, fact, state, "what this module does to an event is not followed"),
        };
        let dies = self.circuit.either(dies, acted.dies);
        Acted { succeeds: self.circuit.without(acted.succeeds, dies), dies, ..acted }
    }

    /// An action of which nothing is known: it may do anything, also to the event, and MISP may die of it.
    fn unknown_action(&mut self, at: usize, fact: Fact, state: State, why: &'static str) -> Acted {
        let node = self.steps[at].node;
        let reason = Reason { node: Some(node), why };
        self.happened.assume(fact, reason);
        let (acts, dies) = (self.circuit.choice(), self.circuit.choice());
        let done = self.circuit.both(fact, acts);
        self.effect(at, &state, &state.base, Done { fact: done, node, ..Done::default() });
        let data = not_followed(reason);
        let unfiltered = state.unfiltered.as_ref().map(|_| data.clone());
        let state = State { base: data, unfiltered, is_saved: true, ..state };
        Acted { succeeds: Fact::ALWAYS, dies, state }
    }

    /// The attributes of a module filter, or all.
    fn selected(&mut self, fact: Fact, data: &Data, filter: Option<&FilterMeaning<'_>>, at: usize) -> Selected {
        let event = data.get(self.circuit, "Event");
        let flat = event.get(self.circuit, FLAT);
        let Some(filter) = filter else {
            let attributes = self.entries(&flat);
            let any = self.circuit.any(attributes.iter().map(|(here, _)| *here));
            let attributes = attributes.into_iter().map(|(here, _)| here).collect();
            return Selected { attributes, any, is_flat: true, dies: Fact::NEVER };
        };
        let selector = filter.selector.as_str();
        let is_flat = matches!(selector, "Event._AttributeFlattened.{n}" | "Event._AttributeFlattened");
        let items = if is_flat {
            self.entries(&flat)
        } else {
            let finds = Finds::new(self.circuit, filter.selector, data);
            finds.all.into_iter().map(|find| (find.fact, find.value)).collect()
        };
        let (mut attributes, mut dies) = (Vec::new(), Fact::NEVER);
        let node = self.steps[at].node;
        for (here, value) in items {
            let mut answer = keeps(self.circuit, filter, &value);
            let unknown = answer.is_unknown(self.circuit);
            if unknown != Fact::NEVER {
                for (when, reason) in std::mem::take(&mut answer.unknown) {
                    let when = self.circuit.all([fact, here, when]);
                    self.happened.assume(when, Reason { node: reason.node.or(Some(node)), ..reason });
                }
                let guess = self.circuit.choice();
                let guessed = self.circuit.both(unknown, guess);
                answer.holds = self.circuit.either(answer.holds, guessed);
            }
            attributes.push(self.circuit.both(here, answer.holds));
            let own = self.circuit.both(here, answer.dies);
            dies = self.circuit.either(dies, own);
        }
        let any = self.circuit.any(attributes.iter().copied());
        Selected { attributes, any, is_flat, dies }
    }

    /// The entries of a list, and of one that is not known one that may be there.
    fn entries(&mut self, list: &Data) -> Vec<(Fact, Data)> {
        let mut all = Vec::new();
        for case in list.cases() {
            match &case.kind {
                Kind::List(entries) => {
                    for entry in entries.iter() {
                        all.push((self.circuit.both(case.fact, entry.here), entry.value.clone()));
                    }
                }
                Kind::Unknown(reason) => {
                    let guess = self.circuit.choice();
                    let here = self.circuit.both(case.fact, guess);
                    self.happened.assume(case.fact, *reason);
                    all.push((here, Data::unknown(*reason)));
                }
                _ => {}
            }
        }
        all
    }

    fn tag_event(
        &mut self,
        at: usize,
        fact: Fact,
        state: State,
        data: &Data,
        filter: Option<&FilterMeaning<'_>>,
        tagging: &Tagging<'_>,
    ) -> Acted {
        let node = self.steps[at].node;
        let mut dies = Fact::NEVER;
        let mut exists = Fact::NEVER;
        if let Some(filter) = filter {
            // What the module filter leaves is not an event.
            dies = self.selected(fact, data, Some(filter), at).dies;
        } else {
            let event = data.get(self.circuit, "Event");
            exists = !event.is_missing(self.circuit);
        }
        let lives = self.circuit.without(fact, dies);
        let has_tags = Fact::from(!tagging.tags.is_empty());
        let takes = if tagging.removes {
            let original = state.original.get(self.circuit, "Event").get(self.circuit, "Tag");
            self.is_attached(&original, tagging, None, lives)
        } else {
            has_tags
        };
        let succeeds = self.circuit.both(exists, takes);
        self.effect(at, &state, data, tagging.done(lives, node, "event", None));
        let mut state = State { is_saved: true, ..state };
        if self.prepared.semantics().tag_operations_change_data {
            let event = data.get(self.circuit, "Event");
            let tags = event.get(self.circuit, "Tag");
            let (changed, no_list) = self.changed_tags(&tags, tagging);
            let own = self.circuit.both(succeeds, no_list);
            dies = self.circuit.either(dies, own);
            let new = data.with("Event", &event.with("Tag", &changed));
            state.base = Data::choose(self.circuit, succeeds, &new, &state.base);
        }
        Acted { succeeds, dies, state }
    }

    /// When there is something to take off: a tag that was there at the beginning and is still, or was put on since.
    #[expect(clippy::redundant_closure_for_method_calls, reason = "the method is too narrow in its lifetime")]
    fn is_attached(&mut self, tags: &Data, tagging: &Tagging<'_>, attribute: Option<usize>, fact: Fact) -> Fact {
        let entries = self.entries(tags);
        let mut attached = Fact::NEVER;
        for name in tagging.tags.values().filter_map(Value::to_text) {
            let (mut local, mut global) = (Fact::NEVER, Fact::NEVER);
            for (here, tag) in &entries {
                let known = tag.get(self.circuit, "name");
                let named = self.when(&known, *here, |value| value.to_text().is_some_and(|known| known == name));
                let is_local = tag.get(self.circuit, "local");
                let is_local = self.when(&is_local, named, |local| local.to_bool());
                local = self.circuit.either(local, is_local);
                let is_global = self.circuit.without(named, is_local);
                global = self.circuit.either(global, is_global);
            }
            let before: Vec<Done> = self.happened.effects[self.first_effect..].to_vec();
            let scope = if attribute.is_some() { "attribute" } else { "event" };
            for done in before {
                if done.attribute != attribute || !done.says("scope", scope) || !done.names(&name) {
                    continue;
                }
                if !done.known.iter().any(|(key, _)| *key == "tags") {
                    // Which tags were replaced is not followed.
                    let reason = Reason { node: Some(done.node), why: "which tags it replaced is not followed" };
                    self.happened.assume(done.fact, reason);
                    let (one, other) = (self.circuit.choice(), self.circuit.choice());
                    local = self.circuit.choose(done.fact, one, local);
                    global = self.circuit.choose(done.fact, other, global);
                    continue;
                }
                let kind = done.known.iter().find(|(key, _)| *key == "locality").map(|(_, value)| value.clone());
                let of = |locality: &str| kind.as_ref().is_some_and(|kind| kind == locality);
                if done.kind == Some("add_tags") {
                    let there = self.circuit.either(local, global);
                    let new = self.circuit.without(done.fact, there);
                    let list = if of("local") { &mut local } else { &mut global };
                    *list = self.circuit.either(*list, new);
                } else {
                    if !of("global") {
                        local = self.circuit.without(local, done.fact);
                    }
                    if !of("local") {
                        global = self.circuit.without(global, done.fact);
                    }
                }
            }
            let there = match tagging.locality {
                Locality::Any => self.circuit.either(local, global),
                Locality::Local => local,
                Locality::Global => global,
            };
            attached = self.circuit.either(attached, there);
        }
        self.circuit.both(fact, attached)
    }

    /// When a value is such, where `outer` holds. One that is not known may be.
    fn when(&mut self, value: &Data, outer: Fact, is_such: impl Fn(&Value<'_>) -> bool) -> Fact {
        let mut when = Fact::NEVER;
        for case in value.cases() {
            let fact = self.circuit.both(outer, case.fact);
            match &case.kind {
                Kind::Scalar(value) if is_such(value) => when = self.circuit.either(when, fact),
                Kind::Missing if is_such(&Value::Null) => when = self.circuit.either(when, fact),
                Kind::Unknown(reason) => {
                    self.happened.assume(fact, *reason);
                    let guess = self.circuit.choice();
                    let guessed = self.circuit.both(fact, guess);
                    when = self.circuit.either(when, guessed);
                }
                _ => {}
            }
        }
        when
    }

    /// A list of tags after a tagging, and when there is no list.
    fn changed_tags(&mut self, tags: &Data, tagging: &Tagging<'_>) -> (Data, Fact) {
        let (mut cases, mut no_list) = (Vec::new(), Fact::NEVER);
        for case in tags.cases() {
            let kind = match &case.kind {
                Kind::List(entries) => {
                    let mut entries = (**entries).clone();
                    self.change_entries(&mut entries, tagging);
                    Kind::List(std::rc::Rc::new(entries))
                }
                Kind::Unknown(reason) => {
                    self.happened.assume(case.fact, *reason);
                    let guess = self.circuit.choice();
                    let dies = self.circuit.both(case.fact, guess);
                    no_list = self.circuit.either(no_list, dies);
                    Kind::Unknown(*reason)
                }
                other => {
                    no_list = self.circuit.either(no_list, case.fact);
                    other.clone()
                }
            };
            cases.push(super::data::Case { fact: case.fact, kind });
        }
        (Data::of_cases(cases), no_list)
    }

    fn change_entries(&mut self, entries: &mut Vec<Entry>, tagging: &Tagging<'_>) {
        if tagging.removes {
            for entry in entries.iter_mut() {
                let name = entry.value.get(self.circuit, "name");
                let here = entry.here;
                let named = self.when(&name, here, |name| tagging.tags.values().any(|tag| tag == name));
                entry.here = self.circuit.without(here, named);
            }
            return;
        }
        for entry in entries.iter_mut() {
            entry.counts = entry.here;
        }
        for name in tagging.tags.values() {
            let local = match tagging.locality {
                Locality::Local => Value::Bool(true),
                Locality::Global => Value::Bool(false),
                Locality::Any => Value::Null,
            };
            let tag = Data::object(vec![
                ("name".into(), Data::scalar(name.clone())),
                ("relationship_type".into(), Data::scalar(tagging.relationship_type.clone())),
                ("local".into(), Data::scalar(local)),
            ]);
            entries.push(Entry { counts: Fact::ALWAYS, here: Fact::ALWAYS, times: 1, value: tag });
        }
    }

    fn tag_attributes(
        &mut self,
        at: usize,
        fact: Fact,
        state: State,
        data: &Data,
        filter: Option<&FilterMeaning<'_>>,
        tagging: &Tagging<'_>,
    ) -> Acted {
        let node = self.steps[at].node;
        let selected = self.selected(fact, data, filter, at);
        let lives = self.circuit.without(fact, selected.dies);
        let original = state.original.get(self.circuit, "Event").get(self.circuit, FLAT);
        let original = self.entries(&original);
        let mut tagged = Vec::with_capacity(selected.attributes.len());
        let mut effects = Vec::new();
        for (index, is_selected) in selected.attributes.iter().enumerate() {
            let mut takes = Fact::from(!tagging.tags.is_empty());
            if tagging.removes {
                takes = if selected.is_flat {
                    let (here, attribute) = original.get(index).cloned().unwrap_or((Fact::NEVER, Data::missing()));
                    let tags = attribute.get(self.circuit, "Tag");
                    self.is_attached(&tags, tagging, Some(index), here)
                } else {
                    let why = "which attribute loses a tag under such a selector is not modelled";
                    self.happened.assume(fact, Reason { node: Some(node), why });
                    self.circuit.choice()
                };
            }
            tagged.push(self.circuit.both(*is_selected, takes));
            let does = self.circuit.both(lives, *is_selected);
            effects.push(tagging.done(does, node, "attribute", Some(index)));
        }
        for done in effects {
            self.effect(at, &state, data, done);
        }
        let succeeds = self.circuit.any(tagged.iter().copied());
        let mut dies = selected.dies;
        let mut state = State { is_saved: true, ..state };
        if self.prepared.semantics().tag_operations_change_data {
            let is_simple = selected.is_flat && self.keeps_places(&state);
            let why = "the tags that attributes get under a filter are not modelled";
            let unknown = Data::unknown(Reason { node: Some(node), why });
            if !self.finds_attributes(&state, selected.is_flat) {
                // MISP dies of an attribute that it does not find again where it lay before.
                let when = self.circuit.both(lives, succeeds);
                self.happened.assume(when, Reason { node: Some(node), why });
                let guess = self.circuit.choice();
                let lost = self.circuit.both(when, guess);
                dies = self.circuit.either(dies, lost);
            }
            state.base = data.clone();
            state = self.change_attributes(state, is_simple, |walk, index, attribute| {
                if !is_simple {
                    return attribute.with("Tag", &unknown).with("_allTags", &unknown);
                }
                let fact = tagged.get(index).copied().unwrap_or_default();
                let mut changed = attribute.clone();
                let tags = attribute.get(walk.circuit, "Tag");
                let (tags, no_list) = walk.changed_tags(&tags, tagging);
                let mut fresh = Vec::new();
                walk.change_entries(&mut fresh, tagging);
                let tags = Data::choose(walk.circuit, no_list, &Data::list(fresh), &tags);
                changed = changed.with("Tag", &tags);
                let all = attribute.get(walk.circuit, "_allTags");
                let (all, _) = walk.changed_tags(&all, tagging);
                changed = changed.with("_allTags", &all);
                Data::choose(walk.circuit, fact, &changed, attribute)
            });
        }
        Acted { succeeds, dies, state }
    }

    /// Whether each attribute that is tagged is in both lists of attributes: no filter has taken it out of one alone.
    fn finds_attributes(&self, state: &State, is_flat: bool) -> bool {
        let filters = self.steps.iter().filter_map(|step| match &step.meaning {
            Meaning::Filters(filters) => Some(filters),
            _ => None,
        });
        let is_harmless = |selector: &str| selector.starts_with("Event._AttributeFlattened") || selector == "Event.Tag";
        self.keeps_places(state)
            || is_flat
                && self.prepared.trigger() != module_ids::EVENT_BEFORE_SAVE
                && filters.flatten().all(|filter| is_harmless(filter.filter.selector.as_str()))
    }

    /// Whether an attribute is where it was at the beginning, so that MISP finds it there again.
    fn keeps_places(&self, state: &State) -> bool {
        state.filters.is_empty()
            && state.unfiltered.is_none()
            && self.prepared.trigger() != module_ids::EVENT_BEFORE_SAVE
    }

    /// Changes the attributes in the flat list and where they lie in the event. `is_simple` says that each is at its place;
    /// else all of them are changed, also in what no filter has touched.
    fn change_attributes(
        &mut self,
        state: State,
        is_simple: bool,
        mut change: impl FnMut(&mut Self, usize, &Data) -> Data,
    ) -> State {
        let mut change_data = |walk: &mut Self, data: &Data| {
            let mut event = data.get(walk.circuit, "Event");
            let flat = event.get(walk.circuit, FLAT);
            let flat =
                flat.with_entries(|index, entry| Entry { value: change(walk, index, &entry.value), ..entry.clone() });
            event = event.with(FLAT, &flat);
            let own = event.get(walk.circuit, "Attribute");
            let mut offset = 0;
            for case in own.cases() {
                if let Kind::List(entries) = &case.kind {
                    offset = entries.len();
                }
            }
            let own =
                own.with_entries(|index, entry| Entry { value: change(walk, index, &entry.value), ..entry.clone() });
            event = event.with("Attribute", &own);
            let objects = event.get(walk.circuit, "Object");
            let objects = objects.with_entries(|_, object| {
                let attributes = object.value.get(walk.circuit, "Attribute");
                let mut length = 0;
                let attributes = attributes.with_entries(|index, entry| {
                    length = index + 1;
                    Entry { value: change(walk, offset + index, &entry.value), ..entry.clone() }
                });
                offset += length;
                Entry { value: object.value.with("Attribute", &attributes), ..object.clone() }
            });
            event = event.with("Object", &objects);
            data.with("Event", &event)
        };
        let base = change_data(self, &state.base);
        let unfiltered = match &state.unfiltered {
            Some(unfiltered) if !is_simple => Some(change_data(self, unfiltered)),
            other => other.clone(),
        };
        State { base, unfiltered, ..state }
    }

    #[expect(clippy::too_many_arguments, reason = "each is one thing that an edit depends on")]
    fn edit(
        &mut self,
        at: usize,
        fact: Fact,
        state: State,
        data: &Data,
        filter: Option<&FilterMeaning<'_>>,
        field: &'static str,
        value: Option<Value<'static>>,
    ) -> Acted {
        let node = self.steps[at].node;
        let selected = self.selected(fact, data, filter, at);
        let lives = self.circuit.without(fact, selected.dies);
        let known = vec![("changed", serde_json::Value::from(field))];
        let done = Done { touches_nothing: !selected.any, ..Done::partial(lives, node, "edit_attributes", known) };
        self.effect(at, &state, data, done);
        let is_simple = selected.is_flat && self.keeps_places(&state);
        let why = "what an edit of attributes leaves is not modelled here";
        let unknown = Data::unknown(Reason { node: Some(node), why });
        let new = match value {
            Some(value) if is_simple => Data::scalar(value),
            _ => unknown.clone(),
        };
        let facts = selected.attributes;
        let state = State { base: data.clone(), is_saved: true, ..state };
        let marks = self.prepared.semantics().edits_mark_attributes;
        let state = self.change_attributes(state, is_simple, |walk, index, attribute| {
            let mut changed = attribute.with(field, &new);
            if !is_simple || field == "distribution" {
                changed = changed.with("timestamp", &unknown).with("_materialChange", &unknown);
            } else if marks {
                // One that has no time gets null.
                let timestamp = attribute.get(walk.circuit, "timestamp");
                let missing = timestamp.is_missing(walk.circuit);
                let timestamp = Data::choose(walk.circuit, missing, &Data::scalar(Value::Null), &timestamp);
                changed = changed.with("timestamp", &timestamp).with("_materialChange", &Data::scalar(false));
            } else {
                changed = changed.with("timestamp", &Data::missing());
            }
            let fact = if is_simple { facts.get(index).copied().unwrap_or_default() } else { Fact::ALWAYS };
            Data::choose(walk.circuit, fact, &changed, attribute)
        });
        Acted { succeeds: selected.any, dies: selected.dies, state }
    }

    fn hang(
        &mut self,
        at: usize,
        fact: Fact,
        state: State,
        data: &Data,
        filter: Option<&FilterMeaning<'_>>,
        (key, keeps, kind): (&'static str, Option<&[&str]>, Option<&'static str>),
    ) -> Acted {
        let node = self.steps[at].node;
        let selected = self.selected(fact, data, filter, at);
        let lives = self.circuit.without(fact, selected.dies);
        if let Some(kind) = kind {
            let done = Done { touches_nothing: !selected.any, ..Done::partial(lives, node, kind, Vec::new()) };
            self.effect(at, &state, data, done);
        }
        let is_simple = selected.is_flat && self.keeps_places(&state);
        let why = "what a service answers about an attribute is not known";
        let unknown = Data::unknown(Reason { node: Some(node), why });
        let facts = selected.attributes;
        let mut state = State { base: data.clone(), ..state };
        if key == "warnings" {
            let event = data.get(self.circuit, "Event").with(key, &unknown);
            state.base = data.with("Event", &event);
        }
        let state = self.change_attributes(state, is_simple, |walk, index, attribute| {
            let mut changed = attribute.with(key, &unknown);
            if let Some(keeps) = keeps {
                for other in keys_of(attribute) {
                    if !keeps.contains(&&*other) {
                        changed = changed.with(&other, &unknown);
                    }
                }
            }
            let fact = if is_simple { facts.get(index).copied().unwrap_or_default() } else { Fact::ALWAYS };
            Data::choose(walk.circuit, fact, &changed, attribute)
        });
        Acted { succeeds: Fact::ALWAYS, dies: selected.dies, state }
    }

    fn replace_tags(
        &mut self,
        at: usize,
        fact: Fact,
        state: State,
        data: &Data,
        (of_event, of_attributes): (bool, bool),
        replaces: TagTest<'_>,
    ) -> Acted {
        let node = self.steps[at].node;
        let mut dies = Fact::NEVER;
        let event = data.get(self.circuit, "Event");
        let mut holders = Vec::new();
        if of_event {
            holders.push((Fact::ALWAYS, event.clone(), "event", None));
        }
        if of_attributes {
            let flat = event.get(self.circuit, FLAT);
            let attributes = self.entries(&flat);
            for (index, (here, attribute)) in attributes.into_iter().enumerate() {
                holders.push((here, attribute, "attribute", Some(index)));
            }
        }
        for (here, holder, scope, attribute) in holders {
            let tags = holder.get(self.circuit, "Tag");
            let mut touched = Fact::NEVER;
            for case in tags.cases() {
                let when = self.circuit.both(here, case.fact);
                match &case.kind {
                    Kind::List(entries) => {
                        for entry in entries.iter() {
                            let name = entry.value.get(self.circuit, "name");
                            let outer = self.circuit.both(when, entry.here);
                            let is_such =
                                |name: &Value<'_>| name.to_text().is_some_and(|name| replaces.replaces(&name));
                            let own = self.when(&name, outer, is_such);
                            touched = self.circuit.either(touched, own);
                        }
                    }
                    Kind::Unknown(reason) => {
                        let when_unknown = self.circuit.both(fact, when);
                        self.happened.assume(when_unknown, *reason);
                        let (guess, death) = (self.circuit.choice(), self.circuit.choice());
                        let own = self.circuit.both(when, guess);
                        touched = self.circuit.either(touched, own);
                        let own = self.circuit.both(when, death);
                        dies = self.circuit.either(dies, own);
                    }
                    // MISP does not survive it if there is no list.
                    _ => dies = self.circuit.either(dies, when),
                }
            }
            if self.prepared.semantics().replacing_tags_dies {
                dies = self.circuit.either(dies, touched);
                continue;
            }
            let lives = self.circuit.all([fact, !dies, touched]);
            for kind in ["remove_tags", "add_tags"] {
                let known = vec![("scope", serde_json::Value::from(scope))];
                self.effect(at, &state, data, Done { attribute, ..Done::partial(lives, node, kind, known) });
            }
        }
        let succeeds = Fact::from(of_event || of_attributes);
        Acted { succeeds, dies, state: State { is_saved: true, ..state } }
    }
}

/// Tags, and what is done with them.
struct Tagging<'t> {
    removes: bool,
    tags: &'t Array<'static>,
    locality: Locality,
    relationship_type: &'t Value<'static>,
}

impl Tagging<'_> {
    fn done(&self, fact: Fact, node: crate::model::NodeId, scope: &str, attribute: Option<usize>) -> Done {
        let kind = if self.removes { "remove_tags" } else { "add_tags" };
        let known = vec![
            ("scope", serde_json::Value::from(scope)),
            ("tags", serde_json::to_value(self.tags).unwrap_or_default()),
            ("locality", serde_json::to_value(self.locality).unwrap_or_default()),
        ];
        let touches_nothing = Fact::from(self.tags.is_empty());
        Done { touches_nothing, attribute, ..Done::partial(fact, node, kind, known) }
    }
}

impl Done {
    /// An effect of which these entries are known, and others are not.
    fn partial(
        fact: Fact,
        node: crate::model::NodeId,
        kind: &'static str,
        known: Vec<(&'static str, serde_json::Value)>,
    ) -> Self {
        Self { fact, node, kind: Some(kind), known, ..Self::default() }
    }

    fn says(&self, key: &str, value: &str) -> bool {
        self.known.iter().any(|(known, said)| *known == key && said == value)
    }

    /// Whether a tag is among those that it is about.
    fn names(&self, name: &str) -> bool {
        let tags = self.known.iter().find(|(key, _)| *key == "tags").map(|(_, tags)| tags);
        tags.and_then(serde_json::Value::as_array).is_none_or(|tags| tags.iter().any(|tag| tag == name))
    }
}

fn json(value: &Value<'_>) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or_default()
}

fn keys_of(data: &Data) -> Vec<std::rc::Rc<str>> {
    let mut keys = Vec::new();
    for case in data.cases() {
        if let Kind::Object(entries) = &case.kind {
            keys.extend(entries.iter().map(|(key, _)| key.clone()));
        }
    }
    keys
}
