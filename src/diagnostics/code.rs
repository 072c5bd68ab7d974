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
    /// A file is not read, because whoever wrote the text must not have it read.
    RefusedFile = "refused-file", Error;
    /// A file is not written where it would be.
    RefusedOutput = "refused-output", Error;
    /// A file cannot be written.
    UnwritableFile = "unwritable-file", Error;
    /// The id of a workflow or blueprint cannot name a file on every system.
    UnsafeFileName = "unsafe-file-name", Error;
    /// A file is larger than the tool reads.
    FileTooLarge = "file-too-large", Error;
    /// A file is not UTF-8 text.
    InvalidUtf8 = "invalid-utf8", Error;
    /// The project file `mispflow.toml` cannot be used.
    InvalidProject = "invalid-project", Error;
    /// A catalogue file cannot be used.
    InvalidCatalogue = "invalid-catalogue", Error;
    /// A file with taxonomies cannot be used.
    InvalidTaxonomy = "invalid-taxonomy", Error;
    /// What is known of the target was not seen on a running server.
    UnverifiedTarget = "unverified-target", Note;
    /// A JSON file is not a workflow, a blueprint or a graph of MISP.
    InvalidMispJson = "invalid-misp-json", Error;
    /// A file is not JSON.
    InvalidJson = "invalid-json", Error;
    /// The source of a module cannot be read as one.
    InvalidModuleSource = "invalid-module-source", Error;
    /// Something in the source of a module is computed, and is left open.
    NotLiteral = "not-literal", Note;
    /// A hash path finds nothing in a file.
    NoMatch = "no-match", Error;
    /// Something in MISP's JSON is unusual and was read tolerantly.
    MispJsonOddity = "misp-json-oddity", Note;

    // Syntax.
    /// The text does not follow the grammar.
    SyntaxError = "syntax-error", Error;
    /// Brackets or braces nest deeper than the tool follows.
    NestingTooDeep = "nesting-too-deep", Error;
    /// A string holds an escape that does not exist.
    InvalidEscape = "invalid-escape", Error;
    /// A source holds a character that a reader cannot see.
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
    /// An option is not offered.
    UnknownOption = "unknown-option", Error;
    /// A parameter that the module cannot do without is missing.
    MissingParameter = "missing-parameter", Error;
    /// A parameter or field is given twice.
    DuplicateParameter = "duplicate-parameter", Error;
    /// A parameter that the module does not know is kept because it is quoted.
    KeptParameter = "kept-parameter", Warning;
    /// A missing text for which MISP's editor adds the default.
    EmptyValueReplaced = "empty-value-replaced", Note;
    /// Another parameter's value hides this one.
    HiddenParameter = "hidden-parameter", Warning;
    /// A module stands where its kind cannot.
    MisplacedModule = "misplaced-module", Error;
    /// A module filter is put on a module that ignores it.
    FilterNotSupported = "filter-not-supported", Error;
    /// A condition cannot be said in this place.
    UnsupportedCondition = "unsupported-condition", Error;
    /// A template is not valid Jinja.
    InvalidTemplate = "invalid-template", Error;
    /// A template stands where MISP does not render it.
    TemplateNotRendered = "template-not-rendered", Warning;
    /// A payload cannot be JSON.
    InvalidJsonPayload = "invalid-json-payload", Warning;
    /// A hash path names a key that is never there.
    UnknownKey = "unknown-key", Error;
    /// A hash path goes over the entries of something that is no list.
    NotAList = "not-a-list", Error;
    /// A hash path looks for a key in something that is no object.
    NotAnObject = "not-an-object", Error;
    /// A hash path leaves out the `Event` that everything lies under.
    PathWithoutEvent = "path-without-event", Error;
    /// A list or an object stands where a single value is compared.
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
    /// A reset of its own stands in a filter scope.
    ResetInScope = "reset-in-scope", Warning;
    /// A workflow has not exactly one trigger.
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
    /// A blocking module stands behind a concurrent task.
    BlockingInConcurrent = "blocking-in-concurrent", Warning;
    /// A blocking module stands under a trigger that does not block.
    BlockingUnderNonBlocking = "blocking-under-non-blocking", Warning;
    /// A module needs the MISP core format and the trigger does not give it.
    CoreFormatMissing = "core-format-missing", Warning;
    /// Nodes are kept that nothing leads to.
    DetachedNodes = "detached-nodes", Warning;
    /// Inlined blueprints make a workflow too large.
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
    /// A comment for the tool cannot be understood, or gives no reason.
    MalformedAllow = "malformed-allow", Warning;
    // Runs and tests.
    /// A file or an event is nothing that a workflow can run on.
    UnusableEvent = "unusable-event", Error;
    /// What a step gets from the service it asks cannot be used.
    UnusableAnswer = "unusable-answer", Error;
    /// A workflow cannot be run.
    CannotRun = "cannot-run", Error;
    /// A test gives no event or expects nothing.
    IncompleteTest = "incomplete-test", Error;
    /// There are no tests to run.
    NoTests = "no-tests", Error;
    /// A run is not what a test expects.
    TestFailed = "test-failed", Error;
    /// No test reaches a step or takes a branch.
    NotCovered = "not-covered", Note;

    // Traps.
    /// Something is asked for that the trigger does not give.
    NotInTrigger = "not-in-trigger", Warning;
    /// Something is asked for that the trigger gives only sometimes.
    NotAlwaysInTrigger = "not-always-in-trigger", Note;
    /// A guard of queries stops nothing where a query comes without an event.
    GuardWithoutEvent = "guard-without-event", Note;
    /// The parameters of a trigger ask for tags that MISP does not tell it about.
    NeverStarts = "never-starts", Note;
    /// A tag that was set in the same run is asked for, which MISP does not see.
    StaleTag = "stale-tag", Warning;
    /// A filter is on behind a join only if the run came one way.
    FilterLeftOn = "filter-left-on", Warning;
    /// Filters are reset where none is on.
    ResetWithoutFilter = "reset-without-filter", Warning;
    /// A reset that names one filter takes all of them off.
    ResetOfAll = "reset-of-all", Warning;
    /// What was changed under a filter is read behind its reset, which forgot it.
    ChangesLost = "changes-lost", Warning;
    /// Something is read that only another module could have attached, and none did.
    NeverAttached = "never-attached", Warning;
    /// What a module attaches to the data is never read.
    UnreadResult = "unread-result", Warning;
    /// A step that acts on the event has a module filter and so does nothing.
    EventScopeFiltered = "event-scope-filtered", Warning;
    /// A filter that finds nothing makes a step fail, which ends the path silently.
    FilterMayEndPath = "filter-may-end-path", Warning;
    /// Tags that must all be there are counted, and one is named twice or may be there twice.
    DuplicateTags = "duplicate-tags", Warning;
    /// `not_in_and` does not mean that one of the tags is missing.
    NotInAnd = "not-in-and", Warning;
    /// `!=` says no where the value is missing.
    MissingNotUnequal = "missing-not-unequal", Warning;
    /// A value, mostly a default, is none of the options and makes the module do nothing.
    IdleDefault = "idle-default", Warning;
    /// A text is rendered by the service misp-modules, without which runs fail and nobody is told.
    NeedsTemplateService = "needs-template-service", Note;
    /// A template names something that the data does not have.
    UnknownVariable = "unknown-variable", Warning;
    /// A template measures, tests or reuses what can be gone through only once.
    GeneratorUsedAsList = "generator-used-as-list", Warning;
    /// A template looks for a string in a list of objects.
    StringAmongObjects = "string-among-objects", Warning;
    /// A template puts what anybody may have written between quotes of JSON.
    UnescapedInJson = "unescaped-in-json", Warning;
    /// A line break in what a template puts into a header adds headers.
    HeaderLineBreak = "header-line-break", Warning;
    /// A trigger that fires all the time leads to a call of another service.
    BusyTrigger = "busy-trigger", Warning;
    /// Branches of a concurrent task join, and what follows runs once for each.
    RunsSeveralTimes = "runs-several-times", Warning;
    /// An action makes the workflow's own trigger fire again.
    TriggersItself = "triggers-itself", Warning;
    /// Workflows run each other in a circle.
    WorkflowCircle = "workflow-circle", Warning;
    /// The path of a comparison is a value and its value a field.
    FieldAndValueSwapped = "field-and-value-swapped", Warning;
    /// A count is compared with a number that decides the answer beforehand.
    DecidedCount = "decided-count", Warning;
    /// A secret stands in the text.
    PlainSecret = "plain-secret", Warning;
    /// An address without encryption.
    PlainHttp = "plain-http", Warning;
    /// A tag that its taxonomy, or the server, does not have.
    UnknownTag = "unknown-tag", Warning;
    /// Two tags of which only one can hold.
    ExclusiveTags = "exclusive-tags", Warning;
    /// IF :: Distribution dies for events without attributes of their own.
    NoDirectAttributes = "no-direct-attributes", Warning;
    /// Content is sent in a form that nobody can read.
    BrokenContentType = "broken-content-type", Warning;
    /// A module does not work in this release of MISP.
    BrokenModule = "broken-module", Warning;
    /// IF :: Organisation names no organisation.
    NoOrganisation = "no-organisation", Warning;
    /// Whether the event is published is asked behind a step that publishes it, which MISP does not see.
    StalePublished = "stale-published", Warning;
    /// A step loads the event again while a filter is on, which takes the filter off.
    ReloadUnderFilter = "reload-under-filter", Warning;
    /// The trigger node does not say that its data has the core format, so the event is not loaded again.
    ReloadWithoutCoreFormat = "reload-without-core-format", Warning;
    /// A module or trigger is switched off on the server.
    DisabledModule = "disabled-module", Warning;
    /// A galaxy cluster is named with the prefix that the release leaves out.
    GalaxyPrefix = "galaxy-prefix", Warning;
    /// A module filter is filled in only in part.
    HalfFilledFilter = "half-filled-filter", Warning;
    /// A module filter makes the module do nothing.
    IdleWithFilter = "idle-with-filter", Warning;
    /// A module for attributes has a filter that finds something else.
    FilterOfOtherItems = "filter-of-other-items", Warning;
    /// A parameter is filled in that MISP never reads.
    IgnoredParameter = "ignored-parameter", Warning;
    /// A distribution and its sharing group do not fit together.
    SharingGroupMismatch = "sharing-group-mismatch", Warning;
    /// A question about an aggregate that it cannot answer.
    BrokenAggregate = "broken-aggregate", Warning;
    /// A step fails in every run.
    AlwaysFails = "always-fails", Warning;
    /// A step works on attributes behind one that takes most of them away.
    NarrowedAttributes = "narrowed-attributes", Warning;
    /// A number is outside of what the module takes.
    ValueOutOfRange = "value-out-of-range", Warning;
    /// An old node has the id of another module.
    ReplacedModule = "replaced-module", Warning;
    /// A step about tags names none.
    NoTags = "no-tags", Warning;
    /// The same happens whatever the answer to a question is.
    NoDifference = "no-difference", Warning;
    /// A concurrent task starts nothing.
    EmptyConcurrent = "empty-concurrent", Warning;
    /// A question is answered by one that was asked on the way to it.
    AnsweredBefore = "answered-before", Warning;
    /// A workflow blocks everything that its trigger is for.
    AlwaysBlocks = "always-blocks", Warning;
    /// No step under a filter looks at what the filter narrows.
    FilterWithoutEffect = "filter-without-effect", Warning;
    /// A workflow runs another by a name that none has.
    UnknownCallee = "unknown-callee", Warning;
    /// A blueprint that exists only to be used is not used.
    UnusedBlueprint = "unused-blueprint", Warning;
    /// A constant is never used.
    UnusedConstant = "unused-constant", Warning;
    /// No jump leads to a label.
    UnusedLabel = "unused-label", Warning;
    /// With `debug` on, runs die unless something listens at the debug address.
    DebugNeedsListener = "debug-needs-listener", Note;
    /// With `debug` on, the branches of a concurrent task die.
    DebugInConcurrent = "debug-in-concurrent", Warning;
    /// Another workflow may stop the queries of `attach-enrichment`, which it does not survive.
    GuardedEnrichment = "guarded-enrichment", Note;
    /// A question about sharing groups is also true for events that are not shared with any.
    SharingGroupUnasked = "sharing-group-unasked", Warning;
    /// What `attach-decay-score` takes off the attributes is read after it.
    DroppedByDecayScore = "dropped-by-decay-score", Warning;
    /// The data is read after `enrich-event`, which leaves it in another form.
    NotNormalised = "not-normalised", Warning;
    /// Removing a tag that is not attached makes a step fail, which ends the path.
    RemovalMayEndPath = "removal-may-end-path", Warning;
    /// A character that MISP's database does not take.
    UnstorableCharacter = "unstorable-character", Warning;
    /// A tag is put on an event that may have none, which ends the run.
    UntaggedEvent = "untagged-event", Warning;
    /// A workflow publishes the event and is started by that again.
    PublishesAgain = "publishes-again", Warning;
    /// Passwords and keys of users are sent out.
    PasswordInData = "password-in-data", Warning;
    /// An ad-hoc workflow runs on every event of the server.
    UnfilteredAdhoc = "unfiltered-adhoc", Warning;
    /// The search of an ad-hoc workflow is not one that MISP can make.
    AdhocFilter = "adhoc-filter", Warning;
    /// A workflow is run on other events than the one at hand, or on none.
    CallWithoutEvents = "call-without-events", Warning;
    /// A step hands on the whole event under a filter that leaves the attributes of objects alone.
    ObjectsNotFiltered = "objects-not-filtered", Warning;
}

impl std::fmt::Display for Code {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}
