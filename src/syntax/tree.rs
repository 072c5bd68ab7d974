//! The syntax tree of a `.mwf` file. It borrows from the source text, keeps every span, and knows
//! no module and no graph rule. Comments lie beside the tree, in source order.

use std::borrow::Cow;

use crate::base::source::{FileId, Span};

/// A word of the user's with its place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Name<'s> {
    /// The word; for a quoted name the text between the quotes.
    pub text: &'s str,
    /// Its place, quotes included.
    pub span: Span,
}

/// A comment, from `#` to the end of its line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Comment<'s> {
    /// With the `#`, without the line break.
    pub text: &'s str,
    /// Its place.
    pub span: Span,
}

/// A whole file.
#[derive(Debug)]
pub struct File<'s> {
    /// Which one.
    pub id: FileId,
    /// The items that could be read, in order.
    pub items: Vec<Item<'s>>,
    /// Every comment, in order.
    pub comments: Vec<Comment<'s>>,
    /// The list files that it names in `lines(…)`, in order.
    pub lists: Vec<Text<'s>>,
    /// Whether something could not be read: then a name that seems unknown may just be unread.
    pub incomplete: bool,
}

/// A top-level item.
#[derive(Debug)]
pub enum Item<'s> {
    /// `import "path"` or `import "path" as name`
    Import(Import<'s>),
    /// `let name = value`
    Let(Let<'s>),
    /// `workflow id on trigger { … }`
    Workflow(Workflow<'s>),
    /// `blueprint id(parameters) { … }`
    Blueprint(Blueprint<'s>),
    /// `module id : kind { … }`
    Module(ModuleDeclaration<'s>),
    /// `test "…" of id { … }`
    Test(Test<'s>),
}

/// `import "path"` or `import "path" as name`
#[derive(Debug)]
pub struct Import<'s> {
    /// The path as written.
    pub path: Text<'s>,
    /// The name a MISP blueprint gets.
    pub alias: Option<Name<'s>>,
    /// The whole item.
    pub span: Span,
}

/// `let name = value`
#[derive(Debug)]
pub struct Let<'s> {
    /// The constant's name.
    pub name: Name<'s>,
    /// Its value.
    pub value: Value<'s>,
    /// The whole item.
    pub span: Span,
}

/// `name: value` at the head of a workflow, blueprint or module.
#[derive(Debug)]
pub struct Field<'s> {
    /// The field's name.
    pub name: Name<'s>,
    /// Its value.
    pub value: Value<'s>,
    /// The whole field.
    pub span: Span,
}

/// `workflow id on trigger(params…) { fields steps }`
#[derive(Debug)]
pub struct Workflow<'s> {
    /// Names files, tests and deterministic uuids.
    pub id: Name<'s>,
    /// The trigger, with parameters where it takes some.
    pub trigger: Call<'s>,
    /// Pins the trigger's node (`on @[…] trigger`).
    pub trigger_pin: Option<Pin<'s>>,
    /// Name, description, uuid, debug, …
    pub fields: Vec<Field<'s>>,
    /// The steps.
    pub body: Block<'s>,
    /// The whole item.
    pub span: Span,
}

/// `blueprint id(param: type = default, …) { fields steps }`
#[derive(Debug)]
pub struct Blueprint<'s> {
    /// Its name.
    pub id: Name<'s>,
    /// What `use` may pass.
    pub parameters: Vec<BlueprintParameter<'s>>,
    /// `on trigger`: the trigger's node that the blueprint's own JSON holds, which `use` leaves out.
    pub trigger: Option<Call<'s>>,
    /// Pins the trigger's node.
    pub trigger_pin: Option<Pin<'s>>,
    /// Name, description, uuid.
    pub fields: Vec<Field<'s>>,
    /// The steps.
    pub body: Block<'s>,
    /// The whole item.
    pub span: Span,
}

/// `name: type = default` in the parentheses of a blueprint.
#[derive(Debug)]
pub struct BlueprintParameter<'s> {
    /// Its name.
    pub name: Name<'s>,
    /// Its type: `string`, `number`, `boolean`, `list` or `path`.
    pub kind: Name<'s>,
    /// Its value when `use` passes none.
    pub default: Option<Value<'s>>,
    /// The whole parameter.
    pub span: Span,
}

/// `module id : kind { … }`
#[derive(Debug)]
pub struct ModuleDeclaration<'s> {
    /// The module's id in MISP.
    pub id: Name<'s>,
    /// `action`, `logic` or `trigger`.
    pub kind: Name<'s>,
    /// name, version, blocking, outputs, …
    pub fields: Vec<Field<'s>>,
    /// Its parameters.
    pub parameters: Vec<ModuleParameter<'s>>,
    /// The whole item.
    pub span: Span,
}

/// `param name: type(attribute: value, …) = default` in a module declaration.
#[derive(Debug)]
pub struct ModuleParameter<'s> {
    /// The parameter's id in MISP.
    pub name: Name<'s>,
    /// `text`, `textarea`, `select`, `picker`, `hashpath`, `number`, `checkbox` or `radio`.
    pub kind: Name<'s>,
    /// `label`, `options`, `multiple`, `jinja`, …
    pub attributes: Vec<Argument<'s>>,
    /// The default.
    pub default: Option<Value<'s>>,
    /// The whole parameter.
    pub span: Span,
}

/// `test "title" of workflow { … }`
#[derive(Debug)]
pub struct Test<'s> {
    /// What it shows.
    pub title: Text<'s>,
    /// The workflow it runs.
    pub workflow: Name<'s>,
    /// `given`, `when` and `expect`, in order.
    pub clauses: Vec<Clause<'s>>,
    /// The whole item.
    pub span: Span,
}

/// One line of a test.
#[derive(Debug)]
pub struct Clause<'s> {
    /// What it says.
    pub kind: ClauseKind<'s>,
    /// Its place.
    pub span: Span,
}

/// What a line of a test says.
#[derive(Debug)]
pub enum ClauseKind<'s> {
    /// `given "file.json"`, `given { … }`, or several, separated by commas.
    Given(Vec<Value<'s>>),
    /// `given any event` or `given any event where condition`.
    GivenAny {
        /// Which events are meant; all without it.
        condition: Option<Condition<'s>>,
    },
    /// `when module fails "message"`
    WhenFails {
        /// Module id or `@label`.
        target: Name<'s>,
        /// What MISP would log.
        message: Value<'s>,
    },
    /// `when module returns value`
    WhenReturns {
        /// Module id or `@label`.
        target: Name<'s>,
        /// The answer.
        value: Value<'s>,
    },
    /// `expect success`, `expect failure`, `expect blocked` or `expect blocked "message"`
    ExpectOutcome {
        /// `success`, `failure` or `blocked`.
        outcome: Name<'s>,
        /// Text that the reason must contain.
        message: Option<Value<'s>>,
    },
    /// `expect ran [a, b]` and `expect not ran [a]`
    ExpectRan {
        /// Whether they must not have run.
        negated: bool,
        /// Module ids or `@labels`.
        targets: Vec<Name<'s>>,
    },
    /// `expect effect module { … }` and `expect no effect module { … }`
    ExpectEffect {
        /// Whether there must be none.
        negated: bool,
        /// Module id or `@label`.
        target: Name<'s>,
        /// What the effect contains; without it any effect is meant.
        value: Option<Value<'s>>,
    },
    /// `expect log "text"` and `expect no log "text"`
    ExpectLog {
        /// Whether no line may hold it.
        negated: bool,
        /// Text in a line of MISP's log.
        text: Value<'s>,
    },
}

/// Steps between braces.
#[derive(Debug)]
pub struct Block<'s> {
    /// The steps that could be read, in order.
    pub steps: Vec<Step<'s>>,
    /// From brace to brace.
    pub span: Span,
}

/// One step, with its label and pin.
#[derive(Debug)]
pub struct Step<'s> {
    /// `@label`
    pub label: Option<Name<'s>>,
    /// `@[id: 30, x: …, y: …]`
    pub pin: Option<Pin<'s>>,
    /// What it does.
    pub kind: StepKind<'s>,
    /// Its place, label and pin included.
    pub span: Span,
}

/// `@[id: 30, x: -2671, y: 461.7]`
#[derive(Debug)]
pub struct Pin<'s> {
    /// `id`, `x`, `y`.
    pub entries: Vec<Argument<'s>>,
    /// With the brackets.
    pub span: Span,
}

/// What a step does.
#[derive(Debug)]
pub enum StepKind<'s> {
    /// A module, perhaps with a module filter.
    Call(CallStep<'s>),
    /// `if … { … } else if … { … } else { … }`
    If(IfStep<'s>),
    /// `filter SELECTOR where COND { … }`
    Filter(Box<FilterStep<'s>>),
    /// `concurrent { branch { … } … }`
    Concurrent(Concurrent<'s>),
    /// `use blueprint-id(args)`
    Use(Call<'s>),
    /// `goto @label`
    Goto(Name<'s>),
    /// `detached { … }`
    Detached(Block<'s>),
}

/// A module with its arguments.
#[derive(Debug)]
pub struct Call<'s> {
    /// The module's id (or the blueprint's, the trigger's).
    pub name: Name<'s>,
    /// What is between the parentheses.
    pub arguments: Vec<Argument<'s>>,
    /// Name and parentheses.
    pub span: Span,
}

/// `name: value` in a call.
#[derive(Debug)]
pub struct Argument<'s> {
    /// The parameter; of no length where none is written.
    pub name: Name<'s>,
    /// Its value.
    pub value: Value<'s>,
    /// Both.
    pub span: Span,
}

impl Argument<'_> {
    /// Whether the value stands without the name of its parameter.
    pub fn is_positional(&self) -> bool {
        self.name.span.start == self.name.span.end
    }
}

/// A module as a step.
#[derive(Debug)]
pub struct CallStep<'s> {
    /// The module and its arguments.
    pub call: Call<'s>,
    /// `for SELECTOR where COND`
    pub filter: Option<Box<ModuleFilter<'s>>>,
}

/// `for SELECTOR where COND`
#[derive(Debug)]
pub struct ModuleFilter<'s> {
    /// What is filtered: a hash path.
    pub selector: Value<'s>,
    /// Which items stay.
    pub condition: Condition<'s>,
    /// From `for` on.
    pub span: Span,
}

/// `if … else if … else …`
#[derive(Debug)]
pub struct IfStep<'s> {
    /// The arms with a condition, the first one being the `if`.
    pub arms: Vec<IfArm<'s>>,
    /// The last `else`.
    pub otherwise: Option<Block<'s>>,
}

/// `if COND { … }`
#[derive(Debug)]
pub struct IfArm<'s> {
    /// The condition.
    pub condition: Condition<'s>,
    /// What happens when it holds.
    pub body: Block<'s>,
}

/// `filter SELECTOR where COND { … }`, `filter L: SELECTOR where COND { … }`
#[derive(Debug)]
pub struct FilterStep<'s> {
    /// The filter label, `A` to `F`, where one is written.
    pub label: Option<Name<'s>>,
    /// What is filtered: a hash path.
    pub selector: Value<'s>,
    /// Which items stay.
    pub condition: Condition<'s>,
    /// What happens while the filter is on.
    pub body: Block<'s>,
    /// `reset` after the closing brace: the node that takes the filter off is made even where nothing follows.
    pub reset: Option<Reset<'s>>,
}

/// `reset`, `reset @[…]`
#[derive(Debug)]
pub struct Reset<'s> {
    /// Pins the node.
    pub pin: Option<Pin<'s>>,
    /// The word and its pin.
    pub span: Span,
}

/// `concurrent { branch { … } … }`
#[derive(Debug)]
pub struct Concurrent<'s> {
    /// The branches, in order.
    pub branches: Vec<Block<'s>>,
    /// From brace to brace.
    pub span: Span,
}

/// A condition of an `if`.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "nearly every condition is a predicate")]
pub enum Condition<'s> {
    /// `a or b or c`
    Or(Vec<Condition<'s>>),
    /// `a and b and c`
    And(Vec<Condition<'s>>),
    /// `not a`; `times` is how often in a row `not` is written.
    Not {
        /// How often `not` is written in a row, at least once.
        times: u32,
        /// What is negated.
        inner: Box<Condition<'s>>,
        /// With the `not`s.
        span: Span,
    },
    /// One question.
    Predicate(Predicate<'s>),
}

/// One question, with the pin of the IF node that asks it.
#[derive(Debug)]
pub struct Predicate<'s> {
    /// `@[id: …]`
    pub pin: Option<Pin<'s>>,
    /// The question.
    pub kind: PredicateKind<'s>,
    /// Its place.
    pub span: Span,
}

/// The questions that can be asked.
#[derive(Debug)]
pub enum PredicateKind<'s> {
    /// `module-id(…)`
    Call(Call<'s>),
    /// `event not tagged any [..]`
    Tagged {
        /// `event`, `attribute` or `event_attribute`.
        subject: Name<'s>,
        /// Whether `not` is written.
        negated: bool,
        /// `all` rather than `any`.
        all: bool,
        /// The tags.
        tags: Value<'s>,
    },
    /// `left op right`
    Compare {
        /// A hash path for `==` and the like, a value for `in`.
        left: Value<'s>,
        /// The comparison.
        operator: CompareOperator,
        /// Where the operator is.
        operator_span: Span,
        /// The other side.
        right: Value<'s>,
    },
    /// `any PATH`
    Any {
        /// The hash path.
        path: Value<'s>,
    },
    /// `PATH in [..]` and `any PATH in [..]`, which mean the same. `PATH not in [..]` is this after a `not`.
    Among {
        /// The hash path.
        path: Value<'s>,
        /// What is looked for.
        list: Value<'s>,
    },
    /// `any PATH == …`, which is not a question.
    AnyCompare {
        /// The hash path.
        path: Value<'s>,
        /// The comparison, which is not `in`.
        operator: CompareOperator,
        /// Where the operator is.
        operator_span: Span,
        /// The other side.
        value: Value<'s>,
    },
    /// `count(PATH) > 50`
    Count {
        /// The hash path.
        path: Value<'s>,
        /// The comparison.
        operator: CompareOperator,
        /// Where the operator is.
        operator_span: Span,
        /// The number.
        value: Value<'s>,
    },
    /// `published`
    Published,
    /// `unpublished`
    Unpublished,
}

/// Comparisons.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum CompareOperator {
    /// `in`
    In,
    /// `not in`
    NotIn,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterOrEqual,
    /// `<`
    Less,
    /// `<=`
    LessOrEqual,
}

impl Condition<'_> {
    /// Its place, from its first question to its last; `None` if it asks nothing.
    pub fn span(&self) -> Option<Span> {
        match self {
            Self::Or(parts) | Self::And(parts) => Some(parts.first()?.span()?.to(parts.last()?.span()?)),
            Self::Not { span, .. } => Some(*span),
            Self::Predicate(predicate) => Some(predicate.span),
        }
    }
}

impl CompareOperator {
    /// `not in` for `in`, and `in` for `not in`.
    pub fn opposite_in(self) -> Option<Self> {
        match self {
            Self::In => Some(Self::NotIn),
            Self::NotIn => Some(Self::In),
            _ => None,
        }
    }

    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::NotIn => "not in",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
        }
    }
}

/// A string literal.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Text<'s> {
    /// The content: escapes resolved, block strings without their indentation.
    pub content: Cow<'s, str>,
    /// Whether it was written between triple quotes.
    pub block: bool,
    /// With the quotes.
    pub span: Span,
}

/// A value with its place.
#[derive(Debug)]
pub struct Value<'s> {
    /// What it is.
    pub kind: ValueKind<'s>,
    /// Its place.
    pub span: Span,
}

impl Value<'_> {
    /// Whether `self in list` asks if what lies under a hash path is in a list: what is left says so, or what is right.
    pub(crate) fn is_looked_up_in(&self, list: &Self) -> bool {
        use ValueKind::{Concatenation, Lines, List, Name, Path};
        let is_list = matches!(list.kind, List(_) | Lines(_) | Concatenation(_));
        match self.kind {
            Path(_) => is_list || matches!(list.kind, Name(_)),
            Name(_) => is_list,
            _ => false,
        }
    }
}

/// What can be where a value is wanted.
#[derive(Debug)]
pub enum ValueKind<'s> {
    /// `"…"` or `"""…"""`
    Text(Text<'s>),
    /// `50`, `-3`, `0.5`: the digits as written, which is how MISP stores most of them.
    Number(&'s str),
    /// `true`, `false`
    Boolean(bool),
    /// `null`
    Null,
    /// `[a, b]`
    List(Vec<Value<'s>>),
    /// `{ key: value }`
    Object(Vec<Argument<'s>>),
    /// A bare hash path that is more than one word, as written.
    Path(&'s str),
    /// A bare word: a constant, an option, or a hash path of one segment.
    Name(&'s str),
    /// `env("NAME")` or `env("NAME", "default")`
    Env {
        /// The variable.
        name: Text<'s>,
        /// Its value when it is not set.
        default: Option<Text<'s>>,
    },
    /// `secret("NAME")`
    Secret(Text<'s>),
    /// `lines("file.txt")`
    Lines(Text<'s>),
    /// `a + b + c`
    Concatenation(Vec<Value<'s>>),
}
