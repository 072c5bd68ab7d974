//! Which places of an event are asked about, and with what.
//!
//! Everything that no step asks about makes no difference, so it is left out. Of the rest each place is known with the
//! values that are compared there, and each list with how many entries its questions can tell apart.

use std::rc::Rc;

use crate::catalogue::{Semantics, Signature};
use crate::condition::Operator;
use crate::engine::{FilterMeaning, Locality, Meaning, Question, StepMeaning, TagTest};
use crate::hashpath::{Operation, Path, Segment, Test, Token};
use crate::php::{Array, Key, KeyRef, Value, is_numeric};
use crate::schema::{Lack, Root, Schema, Shape};

/// The number of a place.
pub(super) type PlaceId = usize;

/// A place in an event, or all entries of a list.
#[derive(Debug)]
pub(super) struct Place<'m> {
    pub(super) shape: Shape,
    /// The keys on the way there, without lists.
    keys: Vec<Rc<str>>,
    /// Whether the trigger never gives it.
    pub(super) is_lacking: bool,
    pub(super) fields: Vec<(Rc<str>, PlaceId)>,
    pub(super) entries: Option<PlaceId>,
    /// What is compared with what is there.
    pub(super) constants: Vec<Value<'static>>,
    /// What else is asked of it.
    pub(super) tests: Vec<ValueTest<'m>>,
    /// Of a list: what its questions need.
    pub(super) need: Need,
    /// Why not all of its values are modelled.
    pub(super) gap: Option<&'static str>,
}

/// Something that is asked of a value besides whether it is equal to another.
#[derive(Clone, Copy, Debug)]
pub(super) enum ValueTest<'m> {
    /// A test of a hash path.
    Path(&'m Test),
    /// Whether the name of a tag is replaced.
    Tag(TagTest<'m>),
}

/// How much of a list its questions can tell apart.
#[derive(Clone, Default, Debug)]
pub(super) struct Need {
    /// So many entries are enough for all answers.
    pub(super) witnesses: usize,
    /// So many of them have a place in the order.
    pub(super) ordered: usize,
    /// The numbers with which the entries are counted, or those of them that pass a test.
    pub(super) counted: Vec<u64>,
    pub(super) counts_some: bool,
    /// The paths that are counted.
    counted_by: Vec<String>,
}

/// What one question needs of each list on its way.
#[derive(Clone, Copy, Default)]
struct Wants {
    witnesses: usize,
    ordered: usize,
}

/// Numbers of entries up to this are made of single entries.
pub(super) const SMALL_COUNT: u64 = 12;

/// All places.
// Each is a fact of its own.
#[allow(clippy::struct_excessive_bools)]
#[derive(Debug)]
pub(super) struct Places<'m> {
    all: Vec<Place<'m>>,
    trigger: String,
    semantics: Semantics,
    is_event: bool,
    pub(super) asks_flattened: bool,
    pub(super) asks_attributes: bool,
    pub(super) asks_objects: bool,
    pub(super) asks_all_tags: bool,
    has_filters: bool,
    /// Questions that were noted.
    known: rustc_hash::FxHashSet<String>,
    /// The place of the event.
    event: Option<PlaceId>,
}

/// The place of the whole data.
pub(super) const ROOT: PlaceId = 0;

impl<'m> Places<'m> {
    pub(super) fn new(trigger: &str, signature: Option<&Signature>, semantics: Semantics) -> Self {
        let root = signature.map_or(Root::OPEN, Root::of_trigger);
        let is_event = signature.is_some_and(|signature| signature.gives_core_format);
        let mut places = Self {
            all: Vec::new(),
            trigger: trigger.to_owned(),
            semantics,
            is_event,
            asks_flattened: false,
            asks_attributes: false,
            asks_objects: false,
            asks_all_tags: false,
            has_filters: false,
            known: rustc_hash::FxHashSet::default(),
            event: None,
        };
        places.add(root.shape, Vec::new());
        if is_event {
            places.event = places.field(ROOT, "Event").first().copied();
        }
        places
    }

    pub(super) fn place(&self, id: PlaceId) -> &Place<'m> {
        &self.all[id]
    }

    /// The trigger that passes the events.
    pub(super) fn trigger(&self) -> &str {
        &self.trigger
    }

    pub(super) fn event(&self) -> Option<PlaceId> {
        self.event
    }

    fn add(&mut self, shape: Shape, keys: Vec<Rc<str>>) -> PlaceId {
        let names: Vec<&str> = keys.iter().map(|key| &**key).collect();
        // Of an event that a trigger does not give only the content is missing.
        let is_lacking = names != ["Event"] && Lack::of(&self.trigger, &names).is_some_and(|lack| lack.never);
        self.all.push(Place {
            shape,
            keys,
            is_lacking,
            fields: Vec::new(),
            entries: None,
            constants: Vec::new(),
            tests: Vec::new(),
            need: Need::default(),
            gap: None,
        });
        self.all.len() - 1
    }

    fn is_object(&self, place: PlaceId, name: &str) -> bool {
        Schema::core().object_named(name) == Some(self.all[place].shape)
    }

    /// The places under a key of an object: several where MISP itself gathers what is in them.
    pub(super) fn field(&mut self, place: PlaceId, key: &str) -> Vec<PlaceId> {
        if self.is_event && place == ROOT && key != "Event" && !key.starts_with('_') {
            return Vec::new();
        }
        if self.is_object(place, "event") && self.is_event {
            match key {
                "_AttributeFlattened" => {
                    self.asks_flattened = true;
                    let mut lists = self.raw_field(place, "Attribute");
                    for objects in self.raw_field(place, "Object") {
                        let object = self.entries(objects);
                        lists.extend(self.raw_field(object, "Attribute"));
                    }
                    return lists;
                }
                "Attribute" => self.asks_attributes = true,
                "Object" => self.asks_objects = true,
                _ => {}
            }
        }
        if key == "_allTags" && self.is_event {
            let is_report = self.is_object(place, "event-report");
            if self.is_object(place, "attribute") || is_report && self.semantics.reports_inherit_tags {
                self.asks_all_tags = true;
                let mut lists = self.raw_field(place, "Tag");
                if let Some(event) = self.event {
                    lists.extend(self.raw_field(event, "Tag"));
                }
                return lists;
            }
            if is_report {
                return Vec::new();
            }
        }
        self.raw_field(place, key)
    }

    fn raw_field(&mut self, place: PlaceId, key: &str) -> Vec<PlaceId> {
        if let Some((_, known)) = self.all[place].fields.iter().find(|(known, _)| &**known == key) {
            return vec![*known];
        }
        let shape = match self.all[place].shape {
            Shape::Object(id) => Schema::core().object(id).keys.get(key).copied().unwrap_or(Shape::Open),
            Shape::Open => Shape::Open,
            _ => return Vec::new(),
        };
        let mut keys = self.all[place].keys.clone();
        keys.push(key.into());
        let field = self.add(shape, keys);
        self.all[place].fields.push((key.into(), field));
        vec![field]
    }

    /// The place of the entries of a list.
    fn entries(&mut self, list: PlaceId) -> PlaceId {
        if let Some(known) = self.all[list].entries {
            return known;
        }
        let shape = match self.all[list].shape {
            Shape::List(id) => Schema::core().entry(id),
            _ => Shape::Open,
        };
        let keys = self.all[list].keys.clone();
        let entries = self.add(shape, keys);
        self.all[list].entries = Some(entries);
        entries
    }

    /// Notes what the steps of a workflow ask.
    pub(super) fn note_steps(&mut self, steps: &[StepMeaning<'m>]) {
        self.has_filters |= steps.iter().any(|step| matches!(step.meaning, Meaning::Filters(_)));
        for step in steps.iter().filter(|step| step.is_executed) {
            match &step.meaning {
                Meaning::Compares(question) | Meaning::Organisation(question) => {
                    let single = question.operator.is_some_and(Operator::takes_single_value)
                        || matches!(step.meaning, Meaning::Organisation(_));
                    self.note_question(vec![ROOT], question, single, "");
                }
                Meaning::Tagged(question) => self.note_question(vec![ROOT], question, false, ""),
                Meaning::Counts { path, value, .. } => self.note_count(path, value),
                Meaning::Published(_) => {
                    self.note_keys(&["Event", "published"]);
                }
                Meaning::ThreatLevel { .. } => {
                    self.note_keys(&["Event", "threat_level_id"]);
                }
                Meaning::Filters(filters) => {
                    for filter in filters {
                        self.note_filter(&filter.filter);
                    }
                }
                Meaning::Tags { filter, of_event, removes, tags, locality, .. } => {
                    self.note_tags(filter.as_ref(), *of_event, *removes, tags, *locality);
                }
                Meaning::EditsAttributes { filter, .. } | Meaning::Hangs { filter, .. } => match filter {
                    Some(filter) => self.note_filter(filter),
                    None => self.note_attributes(),
                },
                Meaning::SavesEvent { .. } => self.note_attributes(),
                Meaning::ReplacesTags { of_event, of_attributes, replaces } => {
                    let mut holders = Vec::new();
                    if *of_event {
                        holders.extend(self.note_keys(&["Event"]));
                    }
                    if *of_attributes {
                        holders.extend(self.attributes());
                    }
                    for holder in holders {
                        for list in self.field(holder, "Tag") {
                            self.want(list, Wants { witnesses: 1, ordered: 0 });
                            let tag = self.entries(list);
                            for name in self.field(tag, "name") {
                                self.all[name].tests.push(ValueTest::Tag(*replaces));
                            }
                        }
                    }
                }
                Meaning::Nothing
                | Meaning::Stops { .. }
                | Meaning::Decides
                | Meaning::Resets { .. }
                | Meaning::Sends { .. }
                | Meaning::Publishes
                | Meaning::Unknown(_) => {}
            }
        }
    }

    fn note_keys(&mut self, keys: &[&str]) -> Vec<PlaceId> {
        let mut at = vec![ROOT];
        for key in keys {
            at = at.into_iter().flat_map(|place| self.field(place, key)).collect();
        }
        at
    }

    /// The attributes of the event.
    fn attributes(&mut self) -> Vec<PlaceId> {
        let lists = self.note_keys(&["Event", "_AttributeFlattened"]);
        for list in &lists {
            self.want(*list, Wants { witnesses: 1, ordered: 0 });
        }
        lists.into_iter().map(|list| self.entries(list)).collect()
    }

    fn note_attributes(&mut self) {
        if self.known.insert("attributes".into()) {
            self.attributes();
        }
    }

    fn note_tags(
        &mut self,
        filter: Option<&FilterMeaning<'m>>,
        of_event: bool,
        removes: bool,
        tags: &Array<'static>,
        locality: Locality,
    ) {
        match filter {
            Some(filter) => self.note_filter(filter),
            None if !of_event => self.note_attributes(),
            None => {}
        }
        // Later releases die of an event without a list of tags, and of one with an attribute that has no list of all tags.
        let holders = if of_event { self.note_keys(&["Event"]) } else { self.attributes() };
        for holder in holders {
            for list in self.field(holder, "Tag") {
                let key = format!("tags of {list} {removes} {locality:?} {tags:?}");
                if !removes || !self.known.insert(key) {
                    continue;
                }
                let tag = self.entries(list);
                let names = self.field(tag, "name");
                for value in tags.values() {
                    self.want(list, Wants { witnesses: 1, ordered: 0 });
                    for name in &names {
                        self.constant(*name, value);
                    }
                }
                if locality != Locality::Any {
                    self.field(tag, "local");
                }
            }
        }
    }

    fn note_filter(&mut self, filter: &FilterMeaning<'m>) {
        let segments = filter.selector.segments();
        let is_new = self.known.insert(format!("filter {} {}", filter.selector, question_key(&filter.question)));
        let wants = if is_new { Wants { ordered: 0, ..wants(&filter.question, true) } } else { Wants::default() };
        let ends_in_entries = is_entry(segments);
        let ends = self.walk(vec![ROOT], segments, if ends_in_entries { wants } else { Wants::default() }, false);
        let mut items = Vec::new();
        for end in ends {
            if !ends_in_entries && matches!(self.all[end].shape, Shape::List(_) | Shape::Open) {
                self.want(end, wants);
                items.push(self.entries(end));
            } else {
                items.push(end);
            }
        }
        self.note_question(items, &filter.question, false, filter.selector.as_str());
    }

    fn note_question(&mut self, start: Vec<PlaceId>, question: &Question<'m>, single: bool, within: &str) {
        let is_new = self.known.insert(format!("{within} {single} {}", question_key(question)));
        let mut wants = wants(question, !within.is_empty());
        if !is_new {
            wants = Wants::default();
        }
        let ends = if single {
            self.walk_keys(start, question.path, wants)
        } else {
            let segments = question.path.segments();
            self.walk(start, segments, wants, question.path.is_plain())
        };
        let is_ordered = matches!(question.operator, Some(Operator::InAnd | Operator::NotInAnd));
        for end in ends {
            for value in each(question.value) {
                self.constant(end, value);
            }
            if is_ordered && self.all[end].shape == Shape::Open {
                self.all[end].gap = Some(OPEN_LIST);
            }
        }
    }

    fn note_count(&mut self, path: &'m Path, value: &Value<'static>) {
        let number = value.to_text().filter(|text| is_numeric(text)).and_then(|text| text.trim().parse::<f64>().ok());
        let number = number.filter(|number| number.is_finite()).map_or(0, whole);
        let is_new = self.known.insert(format!("count {path} {number}"));
        let is_small = number <= SMALL_COUNT;
        let witnesses = if is_small { number as usize + 2 } else { 1 };
        let wants = if is_new { Wants { witnesses, ordered: 0 } } else { Wants::default() };
        let segments = path.segments();
        let lists_before: Vec<usize> = self.all.iter().map(|place| place.need.witnesses).collect();
        let ends = self.walk(vec![ROOT], segments, wants, path.is_plain());
        for end in ends {
            if self.all[end].shape == Shape::Open {
                self.all[end].gap = Some(OPEN_LIST);
            }
        }
        if !is_new {
            return;
        }
        let counts_some = self.has_filters || segments.iter().any(|segment| segment.only_arrays);
        let touched = (0..self.all.len())
            .filter(|at| self.all[*at].need.witnesses > lists_before.get(*at).copied().unwrap_or_default());
        let touched: Vec<usize> = touched.collect();
        let is_nested = segments.iter().filter(|segment| segment.token.is_wildcard()).count() > 1;
        for list in touched {
            let need = &mut self.all[list].need;
            need.counts_some |= counts_some;
            need.counted.push(number);
            if !is_small {
                need.counted_by.push(path.as_str().to_owned());
                need.counted_by.dedup();
                if need.counted_by.len() > 1 || is_nested {
                    self.all[list].gap = Some("large numbers of entries are compared in several ways here");
                }
            }
        }
    }

    fn want(&mut self, list: PlaceId, wants: Wants) {
        let need = &mut self.all[list].need;
        need.witnesses += wants.witnesses;
        need.ordered += wants.ordered;
    }

    fn constant(&mut self, place: PlaceId, value: &Value<'static>) {
        let constants = &mut self.all[place].constants;
        if !constants.contains(value) {
            constants.push(value.clone());
        }
    }

    /// The places where a path leads, read as plain keys.
    fn walk_keys(&mut self, start: Vec<PlaceId>, path: &'m Path, wants: Wants) -> Vec<PlaceId> {
        let mut at = start;
        for key in path.literal_keys() {
            let mut next = Vec::new();
            for place in at {
                match key {
                    Key::String(key) => next.extend(self.field(place, key)),
                    Key::Int(number) => next.extend(self.numbered(place, *number, wants)),
                }
            }
            at = next;
        }
        at
    }

    fn numbered(&mut self, place: PlaceId, number: i64, wants: Wants) -> Option<PlaceId> {
        let length = usize::try_from(number).ok()?.saturating_add(1);
        if !matches!(self.all[place].shape, Shape::List(_) | Shape::Open) {
            return None;
        }
        if length > SMALL_COUNT as usize {
            self.all[place].gap = Some("an entry far down a list is asked for");
            return Some(self.entries(place));
        }
        if wants.witnesses > 0 {
            self.want(place, Wants { witnesses: length, ordered: length });
        }
        Some(self.entries(place))
    }

    /// The places where a path leads.
    fn walk(&mut self, start: Vec<PlaceId>, segments: &'m [Segment], wants: Wants, is_plain: bool) -> Vec<PlaceId> {
        let mut at = start;
        for segment in segments {
            let mut next = Vec::new();
            for place in at {
                match (self.all[place].shape, &segment.token) {
                    (Shape::Object(_) | Shape::Open, Token::Key(Key::String(key))) => {
                        next.extend(self.field(place, key));
                    }
                    (Shape::List(_) | Shape::Open, Token::Numeric | Token::Any) => {
                        self.want(place, wants);
                        next.push(self.entries(place));
                    }
                    (
                        Shape::List(_) | Shape::Open,
                        Token::Key(Key::Int(number)) | Token::Number { integer: Some(number), .. },
                    ) => next.extend(self.numbered(place, *number, wants)),
                    (shape, token) if shape.is_scalar() && !is_plain && token.matches(KeyRef::Int(0)) => {
                        next.push(place);
                    }
                    _ => {}
                }
            }
            for place in &next {
                for test in &segment.tests {
                    self.note_test(*place, test);
                }
            }
            at = next;
        }
        if is_plain {
            let mut ends = Vec::new();
            for place in at {
                if let Shape::List(_) = self.all[place].shape {
                    self.want(place, wants);
                    ends.push(self.entries(place));
                } else {
                    ends.push(place);
                }
            }
            return ends;
        }
        at
    }

    fn note_test(&mut self, place: PlaceId, test: &'m Test) {
        let Key::String(name) = &test.attribute else { return };
        for field in self.field(place, name) {
            match &test.operation {
                Operation::Present => {}
                Operation::Equal(operand) | Operation::NotEqual(operand) => {
                    self.constant(field, &Value::string(operand.as_str().to_owned()));
                }
                Operation::Greater(operand)
                | Operation::GreaterOrEqual(operand)
                | Operation::Less(operand)
                | Operation::LessOrEqual(operand) => {
                    self.constant(field, &Value::string(operand.as_str().to_owned()));
                    self.all[field].tests.push(ValueTest::Path(test));
                }
                Operation::Matches(_) => self.all[field].tests.push(ValueTest::Path(test)),
            }
        }
    }
}

const OPEN_LIST: &str = "what MISP has at this place is not known, so its entries are not counted";

/// The whole number that is not less, from 0.
#[expect(clippy::cast_sign_loss, reason = "it is not negative")]
fn whole(number: f64) -> u64 {
    number.max(0.0).ceil() as u64
}

/// Whether a path ends in the entries of a list.
fn is_entry(segments: &[Segment]) -> bool {
    segments.last().is_some_and(|segment| segment.token.is_wildcard())
}

fn each<'v>(value: &'v Value<'static>) -> Box<dyn Iterator<Item = &'v Value<'static>> + 'v> {
    match value {
        Value::Array(values) => Box::new(values.values()),
        value => Box::new(std::iter::once(value)),
    }
}

fn question_key(question: &Question<'_>) -> String {
    format!("{} {:?} {:?}", question.path, question.operator, question.value)
}

/// What a question needs of each list on its way: as many entries as show that the answer is what it is.
fn wants(question: &Question<'_>, in_filter: bool) -> Wants {
    let length = question.value.as_array().map_or(1, Array::len);
    match question.operator {
        Some(Operator::InAnd | Operator::NotInAnd) => Wants { witnesses: length + 1, ordered: length + 1 },
        Some(Operator::Equals | Operator::NotEquals) if in_filter => Wants { witnesses: 1, ordered: 1 },
        _ => Wants { witnesses: 1, ordered: 0 },
    }
}
