//! The codes of all findings. A code never changes its meaning; adding one is adding a row here and
//! its explanation in `explanations/`.

use super::Severity;

macro_rules! codes {
    ($( $(#[doc = $doc:literal])+ $variant:ident = $name:literal, $severity:ident; )+) => {
        /// The code of a finding. Its documentation is its one-line summary.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
        pub enum Code {
            $( $(#[doc = $doc])+ $variant, )+
        }

        impl Code {
            /// All codes, in the order of the compiler's stages.
            pub const ALL: &[Self] = &[ $( Self::$variant, )+ ];

            /// As users write it.
            pub fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $name, )+ }
            }

            /// The code with this name.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.as_str() == name)
            }

            /// The severity it has unless a project says otherwise.
            pub fn severity(self) -> Severity {
                match self { $( Self::$variant => Severity::$severity, )+ }
            }

            /// What it is about, in one line.
            pub fn summary(self) -> &'static str {
                match self { $( Self::$variant => concat!($($doc),+), )+ }
            }

            /// Its long form, as it is written down.
            pub(super) fn explanation_text(self) -> &'static str {
                match self { $( Self::$variant => include_str!(concat!("explanations/", $name, ".md")), )+ }
            }
        }
    };
}

codes! {
    // Reading.
    /// A file or folder cannot be read.
    UnreadableFile = "unreadable-file", Error;
    /// A file is not read, because it is outside of the project.
    RefusedFile = "refused-file", Error;
    /// A file is not written, because the place is not allowed.
    RefusedOutput = "refused-output", Error;
    /// A file cannot be written.
    UnwritableFile = "unwritable-file", Error;
    /// The id of a workflow or blueprint cannot name a file on every system.
    UnsafeFileName = "unsafe-file-name", Error;
    /// A file is too large.
    FileTooLarge = "file-too-large", Error;
    /// A file is not UTF-8 text.
    InvalidUtf8 = "invalid-utf8", Error;
    /// The project file `mispflow.toml` cannot be used.
    InvalidProject = "invalid-project", Error;
    /// A catalogue file cannot be used.
    InvalidCatalogue = "invalid-catalogue", Error;
    /// A file with taxonomies cannot be used.
    InvalidTaxonomy = "invalid-taxonomy", Error;
    /// The target was not verified on a running server.
    UnverifiedTarget = "unverified-target", Note;
    /// A JSON file is not a workflow, a blueprint or a graph of MISP.
    InvalidMispJson = "invalid-misp-json", Error;
    /// A file is not JSON.
    InvalidJson = "invalid-json", Error;
    /// The source of a module cannot be read.
    InvalidModuleSource = "invalid-module-source", Error;
    /// The source of a module computes a value, which stays open.
    NotLiteral = "not-literal", Note;
    /// A hash path finds nothing in a file.
    NoMatch = "no-match", Error;
    /// Something in MISP's JSON is unusual, but was read.
    MispJsonOddity = "misp-json-oddity", Note;

    // Syntax.
    /// The file does not follow the grammar.
    SyntaxError = "syntax-error", Error;
    /// Brackets, braces or blueprints nest too deeply.
    NestingTooDeep = "nesting-too-deep", Error;
    /// A string contains an escape that does not exist.
    InvalidEscape = "invalid-escape", Error;
    /// A file contains a character that a reader cannot see.
    HiddenCharacter = "hidden-character", Warning;
    /// A hash path is malformed.
    InvalidHashPath = "invalid-hash-path", Error;

    // Names.
    /// An imported file does not exist.
    MissingImport = "missing-import", Error;
    /// Files import each other in a circle.
    ImportCycle = "import-cycle", Error;
    /// Two items have the same name.
    DuplicateName = "duplicate-name", Error;
    /// A module is not in the catalogue.
    UnknownModule = "unknown-module", Error;
    /// A trigger is not in the catalogue.
    UnknownTrigger = "unknown-trigger", Error;
    /// A module has no such parameter.
    UnknownParameter = "unknown-parameter", Error;
    /// A field does not exist here.
    UnknownField = "unknown-field", Error;
    /// A name is not defined.
    UnknownName = "unknown-name", Error;
    /// A blueprint is not defined.
    UnknownBlueprint = "unknown-blueprint", Error;
    /// A test names a workflow that is not defined.
    UnknownWorkflow = "unknown-workflow", Error;
    /// A jump names a label that is not defined in this workflow.
    UnknownLabel = "unknown-label", Error;
    /// A type does not exist.
    UnknownType = "unknown-type", Error;
    /// A constant is defined by itself.
    ConstantCycle = "constant-cycle", Error;
    /// Blueprints use each other in a circle.
    BlueprintCycle = "blueprint-cycle", Error;

    // Types.
    /// A value has the wrong type.
    WrongType = "wrong-type", Error;
    /// A value is not one of the options.
    UnknownOption = "unknown-option", Error;
    /// A required parameter is missing.
    MissingParameter = "missing-parameter", Error;
    /// A parameter or field is given twice.
    DuplicateParameter = "duplicate-parameter", Error;
    /// A parameter that the module does not know is kept because it is quoted.
    KeptParameter = "kept-parameter", Warning;
    /// A value is missing, and MISP's editor adds the default.
    EmptyValueReplaced = "empty-value-replaced", Note;
    /// The value of another parameter hides this one.
    HiddenParameter = "hidden-parameter", Warning;
    /// A module is used where its kind is not allowed.
    MisplacedModule = "misplaced-module", Error;
    /// A module that takes no module filter has one.
    FilterNotSupported = "filter-not-supported", Error;
    /// MISP cannot express a condition in this place.
    UnsupportedCondition = "unsupported-condition", Error;
    /// A template is not valid Jinja.
    InvalidTemplate = "invalid-template", Error;
    /// A template is used where MISP does not render it.
    TemplateNotRendered = "template-not-rendered", Warning;
    /// A payload cannot be JSON.
    InvalidJsonPayload = "invalid-json-payload", Warning;
    /// A hash path names a key that is never there.
    UnknownKey = "unknown-key", Error;
    /// A hash path visits the entries of something that is not a list.
    NotAList = "not-a-list", Error;
    /// A hash path looks for a key in something that is not an object.
    NotAnObject = "not-an-object", Error;
    /// A hash path does not begin with `Event`.
    PathWithoutEvent = "path-without-event", Error;
    /// A list or an object is compared as if it were a single value.
    ObjectCompared = "object-compared", Error;
    /// A field is compared with a value that it never has.
    ImpossibleValue = "impossible-value", Error;
    /// A field is compared with a value that this release of MISP does not have.
    UnknownValue = "unknown-value", Warning;
    /// A comparison never holds, whatever the data is.
    AlwaysFalse = "always-false", Error;
    /// A name or description is longer than MISP stores.
    TextTooLong = "text-too-long", Error;
    /// A name is empty.
    EmptyName = "empty-name", Error;
    /// A uuid is malformed.
    InvalidUuid = "invalid-uuid", Error;
    /// A pin is malformed or used twice.
    InvalidPin = "invalid-pin", Error;
    /// An environment variable is not set.
    EnvironmentNotSet = "environment-not-set", Error;

    // Graph.
    /// Nothing leads to a step.
    UnreachableStep = "unreachable-step", Error;
    /// A jump makes a loop.
    Cycle = "cycle", Error;
    /// A jump leads backwards.
    BackwardJump = "backward-jump", Error;
    /// A jump leads into a scope from outside.
    JumpIntoScope = "jump-into-scope", Error;
    /// A filter label is used again inside its own scope.
    FilterLabelReused = "filter-label-reused", Error;
    /// There is a reset inside a filter.
    ResetInScope = "reset-in-scope", Warning;
    /// A workflow does not have exactly one trigger.
    TriggerCount = "trigger-count", Error;
    /// An output has several connections.
    MultipleConnections = "multiple-connections", Error;
    /// A connection leads to a node that does not exist.
    DanglingConnection = "dangling-connection", Error;
    /// A workflow is stored for another trigger than its graph starts with.
    OtherTrigger = "other-trigger", Error;
    /// Two workflows of a project have the same trigger.
    DuplicateTrigger = "duplicate-trigger", Error;
    /// MISP would walk too many paths when it saves the workflow.
    TooManyPaths = "too-many-paths", Error;
    /// MISP walks many paths when it opens or saves the workflow.
    ManyPaths = "many-paths", Warning;
    /// A blocking module is after a concurrent task.
    BlockingInConcurrent = "blocking-in-concurrent", Warning;
    /// A blocking module is under a trigger that does not block.
    BlockingUnderNonBlocking = "blocking-under-non-blocking", Warning;
    /// A module needs the MISP core format and the trigger does not give it.
    CoreFormatMissing = "core-format-missing", Warning;
    /// Nothing leads to some nodes.
    DetachedNodes = "detached-nodes", Warning;
    /// Used blueprints make a workflow too large.
    TooManyNodes = "too-many-nodes", Error;
    /// A blueprint with required parameters has no JSON of its own.
    BlueprintNotWritten = "blueprint-not-written", Note;

    // Releases.
    /// Users reported that something used here does not work in the target.
    ReportedForTarget = "reported-for-target", Warning;
    /// With another target a workflow does something else.
    ChangesWithTarget = "changes-with-target", Warning;
    /// With another target a node is written in another way.
    RewrittenForTarget = "rewritten-for-target", Note;

    // Comments for the tool.
    /// A comment allows a finding that is not there.
    UnusedAllow = "unused-allow", Warning;
    /// A comment allows a code that does not exist.
    UnknownCode = "unknown-code", Warning;
    /// A comment for mispflow is not valid, or gives no reason.
    MalformedAllow = "malformed-allow", Warning;
    // Runs and tests.
    /// A workflow cannot run on a file or an event.
    UnusableEvent = "unusable-event", Error;
    /// An answer for a step does not have the right form.
    UnusableAnswer = "unusable-answer", Error;
    /// A workflow cannot be run.
    CannotRun = "cannot-run", Error;
    /// A test gives no event or expects nothing.
    IncompleteTest = "incomplete-test", Error;
    /// There are no tests to run.
    NoTests = "no-tests", Error;
    /// A run is not what a test expects.
    TestFailed = "test-failed", Error;
    /// Whether a test holds for every event is not decided.
    TestNotDecided = "test-not-decided", Error;
    /// A test is about all events of a kind, and there are none.
    NoSuchEvent = "no-such-event", Error;
    /// No test reaches a step or takes a branch.
    NotCovered = "not-covered", Note;

    // Traps.
    /// A condition or template uses data that the trigger does not give.
    NotInTrigger = "not-in-trigger", Warning;
    /// A condition or template uses data that the trigger gives only sometimes.
    NotAlwaysInTrigger = "not-always-in-trigger", Note;
    /// A guard of queries stops nothing where a query comes without an event.
    GuardWithoutEvent = "guard-without-event", Note;
    /// A trigger waits for tags for which MISP does not fire it.
    NeverStarts = "never-starts", Note;
    /// A condition asks for a tag that was set in the same run, which MISP does not see.
    StaleTag = "stale-tag", Warning;
    /// After a join a filter is on only for one of the branches.
    FilterLeftOn = "filter-left-on", Warning;
    /// A reset is reached while no filter is on.
    ResetWithoutFilter = "reset-without-filter", Warning;
    /// A reset of one filter removes all filters.
    ResetOfAll = "reset-of-all", Warning;
    /// A change under a filter is read after the reset, which undoes it.
    ChangesLost = "changes-lost", Warning;
    /// A step reads data that another module must attach first.
    NeverAttached = "never-attached", Warning;
    /// A module attaches data that no step reads.
    UnreadResult = "unread-result", Warning;
    /// A step that acts on the event has a module filter and so does nothing.
    EventScopeFiltered = "event-scope-filtered", Warning;
    /// A filter that finds nothing makes a step fail, which ends the path silently.
    FilterMayEndPath = "filter-may-end-path", Warning;
    /// A condition asks for all tags of a list, and one is there twice.
    DuplicateTags = "duplicate-tags", Warning;
    /// `not_in_and` does not mean that one of the tags is missing.
    NotInAnd = "not-in-and", Warning;
    /// `!=` is false where the value is missing.
    MissingNotUnequal = "missing-not-unequal", Warning;
    /// A value, usually a default, is not one of the options and makes the module do nothing.
    IdleDefault = "idle-default", Warning;
    /// A step needs misp-modules to render a value; without it runs fail silently.
    NeedsTemplateService = "needs-template-service", Note;
    /// A template names something that the data does not have.
    UnknownVariable = "unknown-variable", Warning;
    /// A template uses a generator as if it were a list.
    GeneratorUsedAsList = "generator-used-as-list", Warning;
    /// A template looks for a string in a list of objects.
    StringAmongObjects = "string-among-objects", Warning;
    /// A template puts a value that anybody could have written between quotes of JSON.
    UnescapedInJson = "unescaped-in-json", Warning;
    /// A line break in a value adds headers to a request.
    HeaderLineBreak = "header-line-break", Warning;
    /// A trigger that fires very often leads to a call of another service.
    BusyTrigger = "busy-trigger", Warning;
    /// Branches of a concurrent task join, and what follows runs once for each.
    RunsSeveralTimes = "runs-several-times", Warning;
    /// An action makes the workflow's own trigger fire again.
    TriggersItself = "triggers-itself", Warning;
    /// Workflows run each other in a circle.
    WorkflowCircle = "workflow-circle", Warning;
    /// The path and the value of a comparison are swapped.
    FieldAndValueSwapped = "field-and-value-swapped", Warning;
    /// The number in a comparison with a count decides the answer.
    DecidedCount = "decided-count", Warning;
    /// A workflow contains a secret.
    PlainSecret = "plain-secret", Warning;
    /// An address without encryption.
    PlainHttp = "plain-http", Warning;
    /// A tag that its taxonomy, or the server, does not have.
    UnknownTag = "unknown-tag", Warning;
    /// Two tags exclude each other.
    ExclusiveTags = "exclusive-tags", Warning;
    /// IF :: Distribution dies for events without attributes of their own.
    NoDirectAttributes = "no-direct-attributes", Warning;
    /// Content is sent in a form that no server can read.
    BrokenContentType = "broken-content-type", Warning;
    /// A module does not work in this release of MISP.
    BrokenModule = "broken-module", Warning;
    /// IF :: Organisation names no organisation.
    NoOrganisation = "no-organisation", Warning;
    /// A condition asks whether the event is published, after a step that publishes it.
    StalePublished = "stale-published", Warning;
    /// A step loads the event again while a filter is on, which removes the filter.
    ReloadUnderFilter = "reload-under-filter", Warning;
    /// The trigger node lacks the mark for the core format, so the event is not loaded again.
    ReloadWithoutCoreFormat = "reload-without-core-format", Warning;
    /// A module or trigger is switched off on the server.
    DisabledModule = "disabled-module", Warning;
    /// A galaxy cluster is named with the prefix that the release leaves out.
    GalaxyPrefix = "galaxy-prefix", Warning;
    /// A module filter is filled in only partly.
    HalfFilledFilter = "half-filled-filter", Warning;
    /// A module filter makes the module do nothing.
    IdleWithFilter = "idle-with-filter", Warning;
    /// A module for attributes has a filter that finds other items.
    FilterOfOtherItems = "filter-of-other-items", Warning;
    /// A parameter is filled in that MISP never reads.
    IgnoredParameter = "ignored-parameter", Warning;
    /// A distribution and its sharing group do not fit together.
    SharingGroupMismatch = "sharing-group-mismatch", Warning;
    /// An aggregate is asked something that it cannot answer.
    BrokenAggregate = "broken-aggregate", Warning;
    /// A step fails in every run.
    AlwaysFails = "always-fails", Warning;
    /// A step works on attributes after one that removes most of them.
    NarrowedAttributes = "narrowed-attributes", Warning;
    /// A number is outside of the range that the module accepts.
    ValueOutOfRange = "value-out-of-range", Warning;
    /// An old node has the id of another module.
    ReplacedModule = "replaced-module", Warning;
    /// A step about tags names none.
    NoTags = "no-tags", Warning;
    /// Both branches of a condition do the same.
    NoDifference = "no-difference", Warning;
    /// A concurrent task starts nothing.
    EmptyConcurrent = "empty-concurrent", Warning;
    /// Earlier conditions already decide a condition.
    AnsweredBefore = "answered-before", Warning;
    /// A workflow blocks everything that its trigger is for.
    AlwaysBlocks = "always-blocks", Warning;
    /// No step under a filter uses the list that the filter narrows.
    FilterWithoutEffect = "filter-without-effect", Warning;
    /// A workflow runs another one that does not exist.
    UnknownCallee = "unknown-callee", Warning;
    /// A blueprint with required parameters is not used.
    UnusedBlueprint = "unused-blueprint", Warning;
    /// A constant is never used.
    UnusedConstant = "unused-constant", Warning;
    /// No jump leads to a label.
    UnusedLabel = "unused-label", Warning;
    /// With `debug` on, runs die unless something listens at the debug address.
    DebugNeedsListener = "debug-needs-listener", Note;
    /// With `debug` on, the branches of a concurrent task die.
    DebugInConcurrent = "debug-in-concurrent", Warning;
    /// Another workflow may stop the queries of `attach-enrichment`, which ends the run.
    GuardedEnrichment = "guarded-enrichment", Note;
    /// A condition about sharing groups is also true for events without one.
    SharingGroupUnasked = "sharing-group-unasked", Warning;
    /// A step reads data of attributes that `attach-decay-score` removed.
    DroppedByDecayScore = "dropped-by-decay-score", Warning;
    /// A step reads data after `enrich-event`, which leaves it in another form.
    NotNormalised = "not-normalised", Warning;
    /// Removing a tag that is not attached makes a step fail, which ends the path.
    RemovalMayEndPath = "removal-may-end-path", Warning;
    /// MISP's database does not store a character.
    UnstorableCharacter = "unstorable-character", Warning;
    /// A step adds a tag to an event that may have no tags, which ends the run.
    UntaggedEvent = "untagged-event", Warning;
    /// A workflow publishes the event, and this starts the workflow again.
    PublishesAgain = "publishes-again", Warning;
    /// Passwords and keys of users are sent out.
    PasswordInData = "password-in-data", Warning;
    /// An ad-hoc workflow runs on every event of the server.
    UnfilteredAdhoc = "unfiltered-adhoc", Warning;
    /// The search of an ad-hoc workflow is not one that MISP can make.
    AdhocFilter = "adhoc-filter", Warning;
    /// A workflow runs another one on the wrong events, or on none.
    CallWithoutEvents = "call-without-events", Warning;
    /// A step passes on the whole event under a filter that does not change the attributes of objects.
    ObjectsNotFiltered = "objects-not-filtered", Warning;
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
