//! What is wanted at a place in a text that is being typed.
//!
//! While somebody types, the text is broken nearly always, and what is typed is not in the tree. So the place is found from the
//! tokens before it: which brackets are open, what each belongs to, and what came of the statement in the innermost.

mod stack;
mod wanted;

use std::ops::Range;

use stack::Stack;

use super::tokens::{Token, TokenKind, tokens};
use super::walk::CallKind;

/// A place in a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cursor {
    /// The word or string content that is being typed, before and after the place; empty where a word would begin.
    pub typed: Range<usize>,
    /// The place.
    pub offset: usize,
    /// Whether it is between quotes.
    pub in_string: bool,
    /// What is wanted.
    pub wanted: Wanted,
    /// The item around it.
    pub item: Option<ItemHead>,
    /// The calls with open parentheses around it, the innermost last.
    pub calls: Vec<CallAt>,
}

/// The beginning of an item, as far as it could be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ItemHead {
    /// `workflow`, `blueprint`, `module` or `test`.
    pub keyword: String,
    /// Its id; for a test the id of its workflow.
    pub id: String,
    /// The trigger.
    pub trigger: Option<String>,
    /// Where it begins.
    pub start: usize,
}

/// A call that is being typed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CallAt {
    /// What calls.
    pub kind: CallKind,
    /// What is called.
    pub name: String,
    /// The parameters that have a value, or a name at least, with the text of the value.
    pub given: Vec<(String, String)>,
    /// Which argument the place is in, from 0.
    pub argument: usize,
    /// The name of that argument, if it is written.
    pub parameter: Option<String>,
}

/// A value that is wanted.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct ValueAt {
    /// The keys of the objects around it, the outermost first.
    pub keys: Vec<String>,
    /// Whether it is in a list.
    pub in_list: bool,
    /// The path that it is compared with, and that in whose items this one starts.
    pub compared: Option<(String, Option<String>)>,
    /// Whether it is a tag.
    pub is_tag: bool,
    /// The field of an item's head that it is the value of.
    pub field: Option<String>,
    /// Whether it belongs to the innermost call.
    pub of_call: bool,
}

/// What is wanted at a place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Wanted {
    /// Nothing that is known: a new name, a number, a comment.
    Nothing,
    /// An item.
    Item,
    /// One of these words.
    Words(&'static [&'static str]),
    /// A trigger.
    Trigger,
    /// A workflow, for a test.
    TestedWorkflow,
    /// A step; at the head of an item also a field.
    Step {
        /// Whether fields may come here.
        in_head: bool,
        /// What else may come, such as `else`.
        more: &'static [&'static str],
    },
    /// A field or `param` of a module.
    ModuleEntry,
    /// An attribute of a parameter of a module.
    Attribute,
    /// A clause of a test.
    Clause,
    /// The name of a parameter of the innermost call.
    Parameter,
    /// A value.
    Value(ValueAt),
    /// A condition; its paths start in the items of this one.
    Predicate(Option<String>),
    /// A hash path; it starts in the items of this one.
    Path(Option<String>),
    /// A blueprint.
    Blueprint,
    /// A label.
    Label,
    /// A step of a workflow under test: a module or a label.
    Target,
    /// A code of a finding, in a comment.
    Code,
    /// A file to import.
    ImportPath,
    /// A file with a list.
    ListPath,
    /// A file with an event.
    EventPath,
    /// A variable of the environment.
    Variable,
}

impl Cursor {
    /// What is wanted at a byte of a text.
    pub fn at(text: &str, offset: usize) -> Self {
        let offset = offset.min(text.len());
        let all = tokens(text);
        let index = all.partition_point(|token| token.bytes.end < offset);
        // The token that the place is in or at the end of; of two that touch there, a word.
        let mut at = [index, index + 1].into_iter().filter(|&index| {
            all.get(index).is_some_and(|token| token.bytes.start <= offset && offset <= token.bytes.end)
        });
        let typed = at.rfind(|&index| is_typed(text, &all[index], offset));
        let before = typed.unwrap_or_else(|| all.partition_point(|token| token.bytes.end <= offset));
        let stack = Stack::of(text, &all[..before]);
        let mut cursor = Self {
            typed: offset..offset,
            offset,
            in_string: false,
            wanted: Wanted::Nothing,
            item: stack.item(),
            calls: stack.calls(),
        };
        if let Some(token) = typed.map(|index| &all[index]) {
            let written = &text[token.bytes.clone()];
            match token.kind {
                TokenKind::Comment => {
                    let is_code = written.trim_start_matches('#').trim_start().starts_with("mispflow:")
                        && text[token.bytes.start..offset].contains('(')
                        && !text[token.bytes.start..offset].contains(')');
                    let start = text[..offset].rfind(|c: char| !is_name(c)).map_or(0, |at| at + 1);
                    cursor.typed = start..offset;
                    cursor.wanted = if is_code { Wanted::Code } else { Wanted::Nothing };
                    return cursor;
                }
                TokenKind::String | TokenKind::BlockString | TokenKind::Unclosed => {
                    let quotes = if written.starts_with("\"\"\"") { 3 } else { 1 };
                    let end = token.bytes.end - if token.kind == TokenKind::Unclosed { 0 } else { quotes };
                    cursor.typed = token.bytes.start + quotes..end;
                    cursor.in_string = true;
                }
                _ => cursor.typed = token.bytes.clone(),
            }
        }
        cursor.wanted = stack.wanted(stack.frames.len() - 1);
        cursor
    }

    /// What of the typed word is before the place.
    pub fn prefix<'t>(&self, text: &'t str) -> &'t str {
        &text[self.typed.start.min(self.offset)..self.offset]
    }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-')
}

/// Whether the place is in a token in such a way that the token is being typed.
fn is_typed(text: &str, token: &Token, offset: usize) -> bool {
    let Range { start, end } = token.bytes;
    let quotes = if text[start..].starts_with("\"\"\"") { 3 } else { 1 };
    match token.kind {
        TokenKind::Word | TokenKind::Label | TokenKind::Number | TokenKind::Comment => start < offset,
        TokenKind::String | TokenKind::BlockString => start + quotes <= offset && offset + quotes <= end,
        TokenKind::Unclosed => start + quotes <= offset,
        TokenKind::Sign => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is wanted at the `|` of a text.
    fn at(text: &str) -> Cursor {
        let offset = text.find('|').expect("a place");
        Cursor::at(&text.replacen('|', "", 1), offset)
    }

    fn in_workflow(steps: &str) -> Cursor {
        at(&format!("let a = [\"x\"]\nworkflow w on event-publish {{\n{steps}"))
    }

    fn step(in_head: bool, more: &'static [&'static str]) -> Wanted {
        Wanted::Step { in_head, more }
    }

    fn compared(path: &str, items_of: Option<&str>) -> ValueAt {
        ValueAt { compared: Some((path.to_owned(), items_of.map(str::to_owned))), ..ValueAt::default() }
    }

    #[test]
    fn items_and_their_heads() {
        for (text, wanted) in [
            ("|", Wanted::Item),
            ("wor|", Wanted::Item),
            ("let a = 1\n|", Wanted::Item),
            ("let a = |", Wanted::Value(ValueAt::default())),
            ("workflow a |", Wanted::Words(&["on "])),
            ("workflow a on |", Wanted::Trigger),
            ("workflow a on ev|", Wanted::Trigger),
            ("workflow a on @[id: 1] |\n{", Wanted::Trigger),
            ("workflow a on event-publish {\n}\n|", Wanted::Item),
            ("import \"|", Wanted::ImportPath),
            ("import \"a.json\" |", Wanted::Words(&["as "])),
            ("blueprint a(x: |", Wanted::Words(&["string", "number", "boolean", "list", "path"])),
            ("module a : |", Wanted::Words(&["action", "logic", "trigger"])),
            ("module a : action {\n  |", Wanted::ModuleEntry),
            (
                "module a : action {\n  param x: |",
                Wanted::Words(&["text", "textarea", "select", "radio", "picker", "hashpath", "number", "checkbox"]),
            ),
            ("module a : action {\n  param x: select(|", Wanted::Attribute),
            ("test \"t\" of |", Wanted::TestedWorkflow),
            ("test \"t\" of a {\n  |", Wanted::Clause),
            ("test \"t\" of a {\n  given \"|", Wanted::EventPath),
            ("test \"t\" of a {\n  expect ran [|", Wanted::Target),
            ("test \"t\" of a {\n  expect no effect |", Wanted::Target),
            ("test \"t\" of a {\n  when @|", Wanted::Target),
            ("# a comment |", Wanted::Nothing),
            ("# mispflow: allow(pl|", Wanted::Code),
        ] {
            assert_eq!(at(text).wanted, wanted, "{text}");
        }
    }

    #[test]
    fn steps() {
        for (text, wanted) in [
            ("|", step(true, &[])),
            ("pus|", step(true, &[])),
            ("name: \"x\"\n|", step(true, &[])),
            ("name: |", Wanted::Value(ValueAt { field: Some("name".to_owned()), ..ValueAt::default() })),
            ("push-zmq()\n|", step(false, &["for"])),
            ("push-zmq()\n|\n}\n", step(false, &["for"])),
            ("if published {\n|", step(false, &[])),
            ("if published {\n}\n|", step(false, &["else {", "else if "])),
            ("if published {\n} else {\n}\n|", step(false, &[])),
            ("if published {\n} else |", Wanted::Words(&["if ", "{"])),
            ("concurrent {\n|", Wanted::Words(&["branch {"])),
            ("concurrent {\nbranch {\n|", step(false, &[])),
            ("use |", Wanted::Blueprint),
            ("goto |", Wanted::Label),
            ("goto @|", Wanted::Label),
            ("@l |", step(true, &[])),
            ("filter |", Wanted::Path(None)),
            ("filter B: |", Wanted::Path(None)),
            ("filter Event.Attribute.{n} |", Wanted::Words(&["where "])),
            ("filter Event.Attribute.{n} where |", Wanted::Predicate(Some("Event.Attribute.{n}".to_owned()))),
            (
                "filter Event.Attribute.{n} where type == |",
                Wanted::Value(compared("type", Some("Event.Attribute.{n}"))),
            ),
            ("tag_operation()\n for Event.Tag.{n} where \"x\" in |", Wanted::Path(Some("Event.Tag.{n}".to_owned()))),
            ("filter Event.Attribute.{n} where x == 1 {\n|", step(false, &[])),
        ] {
            assert_eq!(in_workflow(text).wanted, wanted, "{text}");
        }
    }

    #[test]
    fn conditions() {
        let tag = Wanted::Value(ValueAt { is_tag: true, ..ValueAt::default() });
        for (text, wanted) in [
            ("if |", Wanted::Predicate(None)),
            ("if Event.i|", Wanted::Predicate(None)),
            ("if not |", Wanted::Predicate(None)),
            ("if published and |", Wanted::Predicate(None)),
            ("if (published or |", Wanted::Predicate(None)),
            ("if published {\n} else if |", Wanted::Predicate(None)),
            ("if published |", Wanted::Words(&["and ", "or ", "{"])),
            (
                "if event |",
                Wanted::Words(&["tagged any ", "tagged all ", "not tagged any ", "not tagged all ", "== ", "!= "]),
            ),
            ("if event tagged |", Wanted::Words(&["any ", "all "])),
            ("if event tagged any |", tag.clone()),
            ("if event tagged any \"|", tag.clone()),
            ("if event not tagged all \"tlp:|\" {", tag),
            (
                "if event tagged any [\"a\", |",
                Wanted::Value(ValueAt { is_tag: true, in_list: true, ..ValueAt::default() }),
            ),
            ("if any |", Wanted::Path(None)),
            ("if any Event.Tag.{n}.name in |", Wanted::Value(compared("Event.Tag.{n}.name", None))),
            ("if Event.distribution == |", Wanted::Value(compared("Event.distribution", None))),
            (
                "if Event.Orgc.name not in [|",
                Wanted::Value(ValueAt { in_list: true, ..compared("Event.Orgc.name", None) }),
            ),
            ("if \"x\" in |", Wanted::Path(None)),
            ("if \"x\" not in Event.|", Wanted::Path(None)),
            ("if \"x\" |", Wanted::Words(&["in ", "not in "])),
            ("if count(|", Wanted::Path(None)),
            ("if count(Event) |", Wanted::Words(&["> ", ">= ", "< ", "<= ", "== ", "!= "])),
        ] {
            assert_eq!(in_workflow(text).wanted, wanted, "{text}");
        }
        let cursor = in_workflow("if distribution-if(scope: |");
        assert_eq!((cursor.calls[0].kind, cursor.calls[0].name.as_str()), (CallKind::Condition, "distribution-if"));
    }

    #[test]
    fn calls() {
        let value = Wanted::Value(ValueAt { of_call: true, ..ValueAt::default() });
        for (text, wanted, argument, parameter) in [
            ("webhook(|", Wanted::Parameter, 0, None),
            ("webhook(ur|)", Wanted::Parameter, 0, None),
            ("webhook(url: |", value.clone(), 0, Some("url")),
            ("webhook(url: \"h|", value.clone(), 0, Some("url")),
            ("webhook(url: \"h\" |", Wanted::Nothing, 0, Some("url")),
            ("webhook(url: \"h\", |", Wanted::Parameter, 1, None),
            (
                "webhook(url: \"h\",\n payload: { a: |",
                Wanted::Value(ValueAt { keys: vec!["a".to_owned()], of_call: true, ..ValueAt::default() }),
                1,
                Some("payload"),
            ),
            (
                "webhook(url: \"h\", x: [|",
                Wanted::Value(ValueAt { in_list: true, of_call: true, ..ValueAt::default() }),
                1,
                Some("x"),
            ),
        ] {
            let cursor = in_workflow(text);
            let call = cursor.calls.last().unwrap();
            assert_eq!(
                (cursor.wanted, call.argument, call.parameter.as_deref()),
                (wanted, argument, parameter),
                "{text}"
            );
            assert_eq!((call.name.as_str(), call.kind), ("webhook", CallKind::Step));
            assert_eq!(cursor.item.unwrap().trigger.unwrap(), "event-publish");
        }
        for (text, wanted) in [
            ("webhook(url: env(\"|", Wanted::Variable),
            ("webhook(url: secret(\"A|\")", Wanted::Variable),
            ("webhook(tags: lines(\"|", Wanted::ListPath),
        ] {
            assert_eq!(in_workflow(text).wanted, wanted, "{text}");
        }
        assert_eq!(in_workflow("use b(|").calls[0].kind, CallKind::Use);
        let trigger = at("workflow w on tag-attached-after-save(sco|");
        assert_eq!((trigger.calls[0].kind, trigger.wanted), (CallKind::Trigger, Wanted::Parameter));
    }

    #[test]
    fn broken_before_the_place() {
        for (text, wanted) in [
            // Parentheses that nobody closed end where a statement begins.
            ("webhook(url: \"x\",\nif |", Wanted::Predicate(None)),
            ("webhook(url: \"x\"\nfilter |", Wanted::Path(None)),
            ("push-zmq())\n|", step(false, &["for"])),
            ("stop-execution(message: \"no\nif |", Wanted::Predicate(None)),
            ("nonsense nonsense\nif |", Wanted::Predicate(None)),
        ] {
            assert_eq!(in_workflow(text).wanted, wanted, "{text}");
        }
        assert_eq!(at("workflow a on event-publish {\n if x {\nworkflow b on |").wanted, Wanted::Trigger);
        assert_eq!(at("workflow a on event-publish {\n webhook(\nimport \"|").wanted, Wanted::ImportPath);
    }

    #[test]
    fn what_is_typed() {
        let text = |cursor: &Cursor, text: &str| text.replacen('|', "", 1)[cursor.typed.clone()].to_owned();
        for (source, typed) in [
            ("workflow w on ev|ent-publish {", "event-publish"),
            ("workflow w on x { if Event.Ta|g.{n}", "Event.Tag.{n}"),
            ("workflow w on x { if event tagged any \"tlp:|red\" {", "tlp:red"),
            ("workflow w on x { if event tagged any \"tlp:|", "tlp:"),
            ("workflow w on x { |}", ""),
            ("workflow w on x { goto @a|b }", "@ab"),
        ] {
            assert_eq!(text(&at(source), source), typed, "{source}");
        }
    }
}
