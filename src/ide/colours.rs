//! What each word of a text is, for highlighting.

use std::ops::Range;

use crate::base::source::{SourceFile, Span};
use crate::syntax::tree::{File, Item, Name, ValueKind};

use super::tokens::{TokenKind, tokens};
use super::walk::{Found, Role, walk};

/// What a word is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum WordKind {
    /// A word of the language.
    Keyword,
    /// A comment.
    Comment,
    /// A string.
    String,
    /// A number.
    Number,
    /// A sign such as `==`.
    Operator,
    /// A module, or a function such as `env`.
    Function,
    /// A workflow.
    Class,
    /// A blueprint.
    Macro,
    /// A constant.
    Variable,
    /// A parameter.
    Parameter,
    /// The key of an object, or a field.
    Property,
    /// A hash path.
    Path,
    /// An option of a parameter, `true`, `false` and `null`.
    EnumMember,
    /// A label.
    Label,
    /// A trigger.
    Event,
    /// A type.
    Type,
}

/// A word of a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Word {
    /// Its bytes; never over the end of a line, except for strings.
    pub bytes: Range<usize>,
    /// What it is.
    pub kind: WordKind,
    /// Whether it is defined here.
    pub is_definition: bool,
}

/// The words of a file, in order. What cannot be read has at least its comments, strings, numbers and keywords.
pub fn words(file: &File<'_>, source: &SourceFile) -> Vec<Word> {
    let mut words = Vec::new();
    let mut add = |span: Span, kind: WordKind, is_definition: bool| {
        words.push(Word { bytes: span.range(), kind, is_definition });
    };
    walk(file, &mut |found, around| match found {
        Found::Name(role, name) => {
            let (kind, is_definition) = kind_of(role, name, source);
            add(name.span, kind, is_definition);
        }
        Found::Value(value) => {
            let kind = match &value.kind {
                ValueKind::Text(_) => WordKind::String,
                ValueKind::Number(_) => WordKind::Number,
                ValueKind::Boolean(_) | ValueKind::Null => WordKind::EnumMember,
                ValueKind::Path(_) => WordKind::Path,
                ValueKind::Name(name) => name_kind(name, file, around.is_path, around.item),
                _ => return,
            };
            add(value.span, kind, false);
        }
        Found::Piece(..) => {}
    });
    words.sort_by_key(|word| word.bytes.start);
    let mut known = words.into_iter().peekable();
    let mut all: Vec<Word> = Vec::new();
    for token in tokens(&source.text) {
        while known.next_if(|word| word.bytes.end <= token.bytes.start && word.bytes.start < word.bytes.end).is_some() {
        }
        if let Some(word) = known.peek()
            && word.bytes.start <= token.bytes.start
            && token.bytes.end <= word.bytes.end
        {
            if word.bytes.start == token.bytes.start {
                all.push(word.clone());
            }
            continue;
        }
        let text = &source.text[token.bytes.clone()];
        let kind = match token.kind {
            TokenKind::Comment => WordKind::Comment,
            TokenKind::String | TokenKind::BlockString | TokenKind::Unclosed => WordKind::String,
            TokenKind::Number => WordKind::Number,
            TokenKind::Label => WordKind::Label,
            TokenKind::Word if is_keyword(text) => WordKind::Keyword,
            TokenKind::Word if matches!(text, "env" | "secret" | "lines" | "count") => WordKind::Function,
            TokenKind::Sign if matches!(text, "==" | "!=" | ">" | ">=" | "<" | "<=" | "+" | "=") => WordKind::Operator,
            TokenKind::Word | TokenKind::Sign => continue,
        };
        all.push(Word { bytes: token.bytes, kind, is_definition: false });
    }
    all
}

fn kind_of(role: Role, name: Name<'_>, source: &SourceFile) -> (WordKind, bool) {
    match role {
        Role::Workflow => (WordKind::Class, true),
        Role::Blueprint | Role::Alias => (WordKind::Macro, true),
        Role::Constant => (WordKind::Variable, true),
        Role::Module => (WordKind::Function, true),
        Role::BlueprintParameter | Role::ModuleParameter => (WordKind::Parameter, true),
        Role::Type => (WordKind::Type, false),
        Role::Field | Role::Attribute | Role::Key => (WordKind::Property, false),
        Role::Trigger => (WordKind::Event, false),
        Role::Used => (WordKind::Macro, false),
        Role::Argument => (WordKind::Parameter, false),
        Role::Label => (WordKind::Label, true),
        Role::LabelUse => (WordKind::Label, false),
        Role::Tested => (WordKind::Class, false),
        Role::Target if source.text[name.span.range()].starts_with('@') => (WordKind::Label, false),
        Role::Called | Role::Target => (WordKind::Function, false),
        Role::Word => (WordKind::Keyword, false),
    }
}

/// What a bare word is: a parameter of the blueprint, a constant of this file, a path of one key, or else an option or a
/// constant that another file defines.
fn name_kind(name: &str, file: &File<'_>, is_path: bool, item: Option<&Item<'_>>) -> WordKind {
    if let Some(Item::Blueprint(blueprint)) = item
        && blueprint.parameters.iter().any(|parameter| parameter.name.text == name)
    {
        return WordKind::Parameter;
    }
    let is_constant = |item: &Item<'_>| matches!(item, Item::Let(constant) if constant.name.text == name);
    if file.items.iter().any(is_constant) {
        WordKind::Variable
    } else if is_path {
        WordKind::Path
    } else {
        WordKind::EnumMember
    }
}

const KEYWORDS: [&str; 36] = [
    "all",
    "and",
    "any",
    "as",
    "blueprint",
    "branch",
    "concurrent",
    "detached",
    "effect",
    "else",
    "expect",
    "fails",
    "filter",
    "for",
    "given",
    "goto",
    "if",
    "import",
    "in",
    "let",
    "log",
    "module",
    "no",
    "not",
    "of",
    "on",
    "or",
    "param",
    "ran",
    "reset",
    "returns",
    "tagged",
    "test",
    "use",
    "when",
    "where",
];

fn is_keyword(word: &str) -> bool {
    KEYWORDS.binary_search(&word).is_ok() || matches!(word, "workflow" | "published" | "unpublished")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::source::Sources;
    use crate::syntax::parse;

    #[test]
    fn keywords_are_sorted() {
        assert!(KEYWORDS.is_sorted());
    }

    #[test]
    fn every_word_once_and_in_order() {
        let text = "# c\nlet tags = [\"a\"]\nblueprint b(x: list) {\n    if event tagged any x or Event.info == \"i\" {\n        @l push-zmq(data_extraction_path: Event)\n    }\n}\nworkflow w on event-publish {\n    ) use b(x: tags\n}\n";
        let sources = Sources::new();
        let file = sources.add("a.mwf", None, text);
        let words = words(&parse(&sources, file).file, sources.file(file));
        assert!(words.windows(2).all(|pair| pair[0].bytes.end <= pair[1].bytes.start), "{words:#?}");
        let shown: Vec<_> = words.iter().map(|word| (&text[word.bytes.clone()], word.kind)).collect();
        for expected in [
            ("# c", WordKind::Comment),
            ("tags", WordKind::Variable),
            ("\"a\"", WordKind::String),
            ("b", WordKind::Macro),
            ("x", WordKind::Parameter),
            ("list", WordKind::Type),
            ("event", WordKind::Keyword),
            ("Event.info", WordKind::Path),
            ("==", WordKind::Operator),
            ("@l", WordKind::Label),
            ("push-zmq", WordKind::Function),
            ("w", WordKind::Class),
            ("event-publish", WordKind::Event),
            // This line cannot be read.
            ("use", WordKind::Keyword),
        ] {
            assert!(shown.contains(&expected), "{expected:?} in {shown:?}");
        }
    }
}
