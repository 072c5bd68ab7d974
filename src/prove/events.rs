//! All events at once.
//!
//! # Why so few entries are enough
//!
//! Every question about a list is answered by a few of its entries. That one of them fits is shown by one entry; that none
//! fits stays true when entries are left out. `in_and` of so many values is answered by one entry more than there are
//! values, a count by one or two more than the number that it is compared with, and a question about the first entry by
//! that one. So take any event, keep for each question the entries that answer it, and leave out all others: every
//! question is answered as before, and so the workflow does the same. An event never needs more entries in a list than the
//! sum of what its questions need, which `places` adds up.
//!
//! It is alike with values. Two values that no question tells apart lead to the same run. So for each place the values
//! that are compared there are enough, and one that is none of them. Where that cannot be said (several regular
//! expressions, an order of strings) the place has one more value, which is not known; a run that depends on it is not
//! decided.

use std::rc::Rc;

use crate::catalogue::Semantics;
use crate::php::Value;
use crate::schema::Shape;

use super::circuit::{Circuit, Fact};
use super::data::{Case, Data, Entry, Kind, Reason};
use super::places::{PlaceId, Places, ROOT, SMALL_COUNT};
use super::values::values_of;

/// All events that a trigger can pass, as far as anybody asks.
#[derive(Debug)]
pub(super) struct Events {
    /// What is passed.
    pub(super) passed: Data,
    /// What holds of each of them.
    pub(super) valid: Fact,
    /// The facts that something is there, of which the smallest event has the fewest.
    pub(super) parts: Vec<Fact>,
}

/// Lists of which more entries are needed are not modelled.
const MOST_ENTRIES: usize = 320;
/// As many choices and gates may the events alone have.
const MOST_GATES: usize = 3_000_000;

const TOO_LONG: &str = "a list needs too many entries to tell all questions apart";

impl Events {
    /// The events of which these places are asked; `None` if there are too many possibilities.
    pub(super) fn new(circuit: &mut Circuit, places: &Places<'_>) -> Option<Self> {
        let mut build = Build { circuit, places, valid: Fact::ALWAYS, parts: Vec::new() };
        let passed = build.whole(ROOT);
        let (valid, parts) = (build.valid, build.parts);
        if circuit.len() > MOST_GATES {
            return None;
        }
        Some(Self { passed, valid, parts })
    }

    /// What a workflow sees of them at the beginning.
    pub(super) fn seen(&self, circuit: &mut Circuit, places: &Places<'_>, semantics: Semantics) -> Data {
        if places.event().is_none() {
            return self.passed.clone();
        }
        normalised(circuit, places, &self.passed, semantics)
    }
}

struct Build<'b, 'm> {
    circuit: &'b mut Circuit,
    places: &'b Places<'m>,
    valid: Fact,
    parts: Vec<Fact>,
}

impl Build<'_, '_> {
    /// An object that is always there: the data, and the event in it.
    fn whole(&mut self, id: PlaceId) -> Data {
        let mut fields = Vec::new();
        let is_event = Some(id) == self.places.event();
        let needs_objects = self.places.asks_objects || self.places.asks_attributes;
        for (key, field) in &self.places.place(id).fields {
            // Where nobody asks in which of the two an attribute lies, all lie in the event itself.
            if is_event && &**key == "Object" && !needs_objects {
                continue;
            }
            let value = if Some(*field) == self.places.event() { self.whole(*field) } else { self.place(*field) };
            fields.push((key.clone(), value));
        }
        Data::object(fields)
    }

    fn object(&mut self, id: PlaceId) -> Data {
        let fields = self.places.place(id).fields.clone();
        Data::object(fields.iter().map(|(key, field)| (key.clone(), self.place(*field))).collect())
    }

    /// What may be at a place, and that nothing is there.
    fn place(&mut self, id: PlaceId) -> Data {
        let place = self.places.place(id);
        if place.is_lacking {
            return Data::missing();
        }
        let mut kinds = match place.shape {
            Shape::List(_) => Vec::new(),
            Shape::Object(_) => vec![self.object(id).cases()[0].kind.clone()],
            _ => self.scalars(id).into_iter().map(Kind::Scalar).collect(),
        };
        match place.shape {
            Shape::List(_) => kinds.extend(self.list(id)),
            Shape::Open => {
                if !place.fields.is_empty() {
                    kinds.push(self.object(id).cases()[0].kind.clone());
                }
                kinds.extend(self.list(id));
            }
            _ => {}
        }
        if let Some(why) = place.gap {
            kinds.push(Kind::Unknown(Reason { node: None, why }));
        }
        self.one_of(kinds)
    }

    /// Nothing, or one of these.
    fn one_of(&mut self, kinds: Vec<Kind>) -> Data {
        let facts = self.circuit.one_of(kinds.len() + 1);
        self.parts.extend(&facts[1..]);
        let kinds = std::iter::once(Kind::Missing).chain(kinds);
        Data::of_cases(facts.into_iter().zip(kinds).map(|(fact, kind)| Case { fact, kind }).collect())
    }

    /// The values that are told apart at a place, other than nothing.
    fn scalars(&mut self, id: PlaceId) -> Vec<Value<'static>> {
        values_of(self.places.place(id)).0
    }

    /// The lists that a place may have.
    fn list(&mut self, id: PlaceId) -> Vec<Kind> {
        let place = self.places.place(id);
        let Some(entry) = place.entries else {
            return match place.shape {
                // Nobody asks for its entries, but for whether it has one.
                Shape::Open => {
                    let values = self.scalars(id);
                    vec![Kind::List(Rc::new(self.listed(&values.into_iter().map(Data::scalar).collect::<Vec<_>>(), 1)))]
                }
                _ => vec![Kind::List(Rc::new(Vec::new()))],
            };
        };
        let need = &place.need;
        let small = need.counted.iter().filter(|number| **number <= SMALL_COUNT).max().copied();
        let mut large: Vec<u64> = need.counted.iter().copied().filter(|number| *number > SMALL_COUNT).collect();
        large.sort_unstable();
        large.dedup();
        let of_entries = self.places.place(entry);
        let single = match (&of_entries.fields[..], of_entries.shape) {
            ([], shape) if shape.is_scalar() => Some((None, entry)),
            ([(key, field)], Shape::Object(_)) => {
                let field_place = self.places.place(*field);
                let is_plain = field_place.shape.is_scalar() && !field_place.is_lacking && field_place.gap.is_none();
                is_plain.then(|| (Some(key.clone()), *field))
            }
            _ => None,
        };
        let mut unknown = None;
        let mut entries = Vec::new();
        if let Some((key, field)) = single {
            let (values, gap) = values_of(self.places.place(field));
            unknown = gap;
            let object = |value: Data| match &key {
                Some(key) => Data::object(vec![(key.clone(), value)]),
                None => value,
            };
            let mut alphabet: Vec<Data> = values.into_iter().map(|value| object(Data::scalar(value))).collect();
            let other = alphabet.first().cloned();
            if key.is_some() {
                alphabet.push(object(Data::missing()));
            }
            let mut copies = 1 + need.ordered;
            if need.counts_some {
                copies += small.map_or(0, |number| number as usize + 1);
                if !large.is_empty() {
                    unknown = Some("a large number of entries with something in common is not modelled");
                }
            }
            if copies * alphabet.len() > MOST_ENTRIES * 2 {
                return vec![Kind::Unknown(Reason { node: None, why: TOO_LONG })];
            }
            entries = self.listed(&alphabet, copies);
            if let Some(other) = other {
                let fillers = match (small, large.last()) {
                    (_, Some(_)) => entries.len() + 2,
                    (Some(number), None) => number as usize + 2,
                    (None, None) => 0,
                };
                entries.extend(self.listed(&vec![other.clone(); fillers], 1));
                self.large(&large, &mut entries, |_| other.clone());
            }
        } else {
            let mut number = need.witnesses.max(1);
            if !large.is_empty() {
                number = number * 2 + 2;
            }
            if number > MOST_ENTRIES {
                return vec![Kind::Unknown(Reason { node: None, why: TOO_LONG })];
            }
            let mut before = Fact::ALWAYS;
            for _ in 0..number {
                let value = self.entry(entry);
                let here = self.circuit.choice();
                self.parts.push(here);
                // Entries that are there come first: they are all alike.
                let ordered = self.circuit.either(!here, before);
                self.valid = self.circuit.both(self.valid, ordered);
                before = here;
                entries.push(Entry { counts: here, here, times: 1, value });
            }
            self.large(&large, &mut entries, |build| build.entry(entry));
        }
        let mut kinds = vec![Kind::List(Rc::new(entries))];
        kinds.extend(unknown.map(|why| Kind::Unknown(Reason { node: None, why })));
        kinds
    }

    /// An entry of a list.
    fn entry(&mut self, id: PlaceId) -> Data {
        match self.places.place(id).shape {
            Shape::Object(_) => self.object(id),
            _ => self.place(id),
        }
    }

    /// Entries with these values, each of which is there or not, over and over.
    fn listed(&mut self, values: &[Data], copies: usize) -> Vec<Entry> {
        let mut entries = Vec::new();
        for _ in 0..copies {
            for value in values.iter().cloned() {
                let here = self.circuit.choice();
                self.parts.push(here);
                entries.push(Entry { counts: here, here, times: 1, value });
            }
        }
        entries
    }

    /// Entries that stand for many, so that each of these numbers is reached, missed by one and passed by one.
    fn large(&mut self, numbers: &[u64], entries: &mut Vec<Entry>, mut value: impl FnMut(&mut Self) -> Data) {
        let mut reached = entries.len() as u64 / 2;
        for number in numbers {
            let times = number.saturating_sub(reached).max(1);
            let value = value(self);
            let here = self.circuit.choice();
            self.parts.push(here);
            entries.push(Entry { counts: here, here, times: u32::try_from(times).unwrap_or(u32::MAX), value });
            reached = reached.max(*number);
        }
    }
}

/// What the workflow gets of an event: what `core_format` makes of one, for all at once.
fn normalised(circuit: &mut Circuit, places: &Places<'_>, passed: &Data, semantics: Semantics) -> Data {
    let mut event = passed.get(circuit, "Event");
    if places.asks_all_tags {
        let tags = event.get(circuit, "Tag");
        let inherited = marked(circuit, &tags, true);
        let lists: &[_] = if semantics.reports_inherit_tags { &["Attribute", "EventReport"] } else { &["Attribute"] };
        for list in lists {
            let holders = event.get(circuit, list);
            let holders = with_all_tags(circuit, &holders, &inherited);
            event = event.with(list, &holders);
        }
        let objects = event.get(circuit, "Object");
        let objects = objects.with_entries(|_, object| {
            let attributes = object.value.get(circuit, "Attribute");
            let attributes = with_all_tags(circuit, &attributes, &inherited);
            Entry { value: object.value.with("Attribute", &attributes), ..object.clone() }
        });
        event = event.with("Object", &objects);
    }
    let attributes = event.get(circuit, "Attribute");
    let mut flattened = entries_of(circuit, &attributes, Fact::ALWAYS);
    if places.asks_objects || places.asks_attributes {
        let objects = event.get(circuit, "Object");
        for object in entries_of(circuit, &objects, Fact::ALWAYS) {
            let attributes = object.value.get(circuit, "Attribute");
            flattened.extend(entries_of(circuit, &attributes, object.here));
        }
    }
    event = event.with("_AttributeFlattened", &Data::list(flattened));
    passed.with("Event", &event)
}

/// The entries of a list, numbered anew.
fn entries_of(circuit: &mut Circuit, list: &Data, outer: Fact) -> Vec<Entry> {
    let mut all = Vec::new();
    for case in list.cases() {
        let outer = circuit.both(outer, case.fact);
        match &case.kind {
            Kind::List(entries) => {
                for entry in entries.iter() {
                    let here = circuit.both(outer, entry.here);
                    all.push(Entry { counts: here, here, ..entry.clone() });
                }
            }
            Kind::Unknown(reason) => {
                all.push(Entry { counts: outer, here: outer, times: 1, value: Data::unknown(*reason) });
            }
            _ => {}
        }
    }
    all
}

fn marked(circuit: &mut Circuit, tags: &Data, inherited: bool) -> Vec<Entry> {
    let mut entries = entries_of(circuit, tags, Fact::ALWAYS);
    for entry in &mut entries {
        entry.value = entry.value.with("inherited", &Data::scalar(inherited));
    }
    entries
}

fn with_all_tags(circuit: &mut Circuit, holders: &Data, inherited: &[Entry]) -> Data {
    holders.with_entries(|_, holder| {
        let tags = holder.value.get(circuit, "Tag");
        let mut all = inherited.to_vec();
        all.extend(marked(circuit, &tags, false));
        Entry { value: holder.value.with("_allTags", &Data::list(all)), ..holder.clone() }
    })
}
