/**
 * @file Workflows of MISP as text: the `.mwf` files of mispflow
 * @license MIT OR Apache-2.0
 */

/// <reference types="tree-sitter-cli/dsl" />
// @ts-check

// The rules follow `grammar/mwf.pest`, without its recovery: an editor shows a broken place by itself.
// Keywords are words only where they may be; elsewhere they are names. Where a keyword and a name are both possible,
// the name is one of the `soft` words below.

/** @param {RuleOrLiteral} rule */
const list = (rule) => seq(rule, repeat(seq(",", rule)), optional(","));
/** @param {RuleOrLiteral} rule */
const maybeList = (rule) => optional(list(rule));

module.exports = grammar({
  name: "mwf",

  word: ($) => $.identifier,
  extras: ($) => [/\s/, $.comment],
  supertypes: ($) => [$.item, $.step, $.condition, $.term],
  conflicts: ($) => [
    [$.subject, $._soft_name],
    [$.count, $._soft_name],
    // A module may be called like a word that could go on with the step before it.
    [$.call_step],
    [$._step_word, $.if],
    [$.if],
    [$.filter],
  ],

  rules: {
    source_file: ($) => repeat($.item),

    // ------------------------------------------------------------------------------------- items

    item: ($) => choice($.import, $.constant, $.workflow, $.blueprint, $.module, $.test),

    import: ($) => seq("import", field("path", $._text), optional(seq("as", field("name", $.identifier)))),
    constant: ($) => seq("let", field("name", $.identifier), "=", field("value", $._value)),
    workflow: ($) =>
      seq("workflow", field("name", $.identifier), "on", optional($.pin), field("trigger", $.trigger), field("body", $.body)),
    trigger: ($) => seq(field("name", $._any_name), optional($.arguments)),
    blueprint: ($) =>
      seq(
        "blueprint",
        field("name", $.identifier),
        field("parameters", $.blueprint_parameters),
        optional(seq("on", optional($.pin), field("trigger", $.trigger))),
        field("body", $.body),
      ),
    blueprint_parameters: ($) => seq("(", maybeList($.blueprint_parameter), ")"),
    blueprint_parameter: ($) =>
      seq(field("name", $.identifier), ":", field("type", $.type), optional(seq("=", field("default", $._value)))),

    module: ($) => seq("module", field("name", $._any_name), ":", field("kind", $.type), field("body", $.module_body)),
    module_body: ($) => seq("{", repeat(choice($.module_parameter, $.field)), "}"),
    module_parameter: ($) =>
      seq(
        "param",
        field("name", $._any_name),
        ":",
        field("type", $.type),
        optional(field("attributes", $.arguments)),
        optional(seq("=", field("default", $._value))),
      ),
    type: ($) => $.identifier,

    // ------------------------------------------------------------------------------------- tests

    test: ($) =>
      seq("test", field("title", $._text), "of", field("workflow", $.identifier), field("body", $.test_body)),
    test_body: ($) => seq("{", repeat(choice($.given, $.when, $.expect)), "}"),
    given: ($) => seq("given", $._value, repeat(seq(",", $._value))),
    when: ($) => seq("when", $.target, choice("fails", "returns"), field("answer", $._value)),
    expect: ($) =>
      seq(
        "expect",
        choice(
          seq(optional("not"), "ran", "[", maybeList($.target), "]"),
          seq(optional(choice("no", "not")), "effect", $.target, optional($.object)),
          seq(optional(choice("no", "not")), "log", $._text),
          seq($.outcome, optional($._text)),
        ),
      ),
    outcome: ($) => $.identifier,
    target: ($) => choice($.label, $._any_name),

    // ------------------------------------------------------------------------------------- steps

    body: ($) => seq("{", repeat(choice($.step, $.field)), "}"),
    block: ($) => seq("{", repeat($.step), "}"),
    field: ($) => seq(field("name", $.identifier), ":", field("value", $._value)),

    step: ($) => choice($.labelled, $.pinned, $._step),
    labelled: ($) => seq($.label, choice($.pinned, $._step)),
    pinned: ($) => seq($.pin, $._step),
    _step: ($) => choice($.call_step, $.if, $.filter, $.concurrent, $.use, $.goto, $.detached),

    label: ($) => seq("@", alias(token.immediate(/[A-Za-z_][A-Za-z0-9_-]*/), $.identifier)),
    pin: ($) => seq("@[", maybeList($.argument), "]"),

    call_step: ($) => seq(field("call", choice($.call, alias($._bare_call, $.call))), optional($.module_filter)),
    _bare_call: ($) => seq(field("module", $.identifier), $.string),
    module_filter: ($) => seq("for", field("items", $._value), "where", field("condition", $.condition)),
    call: ($) =>
      seq(field("module", choice($._any_name, alias($._step_word, $.identifier))), field("arguments", $.arguments)),
    _step_word: (_) => choice("if", "else", "filter", "reset", "for", "concurrent", "use", "goto", "detached"),

    if: ($) =>
      seq(
        "if",
        field("condition", $.condition),
        field("then", $.block),
        optional(field("else", $.else)),
      ),
    else: ($) => seq("else", choice($.if, $.block)),
    filter: ($) =>
      seq(
        "filter",
        optional(seq(field("label", $.filter_label), ":")),
        field("items", $._value),
        "where",
        field("condition", $.condition),
        field("body", $.block),
        optional($.reset),
      ),
    filter_label: ($) => $.identifier,
    // A module may be called `reset`: then parentheses follow.
    reset: ($) => prec.right(seq("reset", optional($.pin))),
    concurrent: ($) => seq("concurrent", "{", repeat($.branch), "}"),
    branch: ($) => seq("branch", $.block),
    use: ($) => seq("use", field("blueprint", $._any_name), field("arguments", $.arguments)),
    goto: ($) => seq("goto", $.label),
    detached: ($) => seq("detached", $.block),

    // A value without the name of its parameter is a mistake, and so is a call without parentheses. They are read so that
    // their neighbours are shown as what they are.
    arguments: ($) => seq("(", maybeList(choice($.argument, $._value)), ")"),
    argument: ($) => seq(field("name", choice($._any_name, alias($._soft_word, $.identifier))), ":", field("value", $._value)),
    _soft_word: ($) => choice($._soft_name, "true", "false", "null"),

    // -------------------------------------------------------------------------------- conditions

    condition: ($) =>
      choice($.or, $.and, $.not, $.parenthesized, $.tagged, $.any, $.count, $.published, $.comparison, $.condition_call),

    or: ($) => prec.left(1, seq($.condition, "or", $.condition)),
    and: ($) => prec.left(2, seq($.condition, "and", $.condition)),
    not: ($) => prec(3, seq("not", $.condition)),
    parenthesized: ($) => seq("(", $.condition, ")"),

    tagged: ($) =>
      seq(optional($.pin), field("subject", $.subject), optional("not"), "tagged", choice("any", "all"), field("tags", $._value)),
    subject: ($) => choice("event_attribute", "event", "attribute"),
    any: ($) =>
      prec.right(seq(optional($.pin), "any", field("path", $._value), optional(seq($._operator, field("value", $._value))))),
    count: ($) =>
      seq(optional($.pin), "count", "(", field("path", $._value), ")", $._operator, field("value", $._value)),
    published: ($) => seq(optional($.pin), choice("published", "unpublished")),
    comparison: ($) => seq(optional($.pin), field("left", $._value), $._operator, field("right", $._value)),
    condition_call: ($) => seq(optional($.pin), alias($._condition_call, $.call)),
    _condition_call: ($) => seq(field("module", $._call_head), field("arguments", $.arguments)),
    _call_head: ($) => choice($.identifier, $.string, alias($._soft_name, $.identifier)),

    _operator: ($) => choice("in", seq("not", "in"), $.operator),
    operator: (_) => choice("==", "!=", ">=", ">", "<=", "<"),

    // ------------------------------------------------------------------------------------ values

    _value: ($) => choice($.sum, $.term),
    sum: ($) => prec.left(4, seq($._value, "+", $.term)),
    term: ($) => choice($.path, $.string, $.block_string, $.number, $.list, $.object, $.function, $.boolean, $.null),

    list: ($) => seq("[", maybeList($._value), "]"),
    object: ($) => seq("{", maybeList($.argument), "}"),
    function: ($) =>
      seq(
        field("name", alias(choice("env", "secret", "lines"), $.identifier)),
        token.immediate("("),
        $._text,
        optional(seq(",", $._text)),
        ")",
      ),
    boolean: (_) => choice("true", "false"),
    null: (_) => "null",
    number: (_) => /-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?/,

    // A single word is a constant or an option, until what follows shows that it is a path.
    path: ($) =>
      prec.right(
        seq(
          $._path_head,
          repeat($.test_of_items),
          repeat(seq(token.immediate("."), optional($._path_key), repeat($.test_of_items))),
        ),
      ),
    _path_head: ($) => choice($.wildcard, $.identifier, alias($._soft_name, $.identifier)),
    _soft_name: (_) =>
      choice("event_attribute", "event", "attribute", "published", "unpublished", "count", "env", "secret", "lines"),
    _path_key: ($) =>
      choice(
        alias(token.immediate(/\{[A-Za-z0-9_*-]*\}/), $.wildcard),
        alias(token.immediate(/[A-Za-z0-9_-]+/), $.key),
      ),
    wildcard: (_) => token(choice("{n}", "{s}", "{*}")),
    // `[type=ip-src]`. A regular expression between `/` may hold brackets.
    test_of_items: ($) =>
      seq(
        token.immediate("["),
        optional(alias(token.immediate(prec(1, /[^\]=<>!"#\n\r\/]+/)), $.key)),
        optional(seq(
          alias(token.immediate(choice("=", "!=", ">=", ">", "<=", "<")), $.operator),
          optional(choice(
            alias(token.immediate(prec(2, /\/(\\[^"#\n]|[^\/\\"#\n])*\//)), $.regex),
            alias(token.immediate(prec(1, /[^\]"#\n\r\/][^\]"#\n\r]*/)), $.value),
          )),
        )),
        token.immediate("]"),
      ),

    // ------------------------------------------------------------------------------------- strings

    _text: ($) => choice($.string, $.block_string),
    string: ($) =>
      seq('"', repeat(choice($.escape_sequence, alias($._string_part, $.string_content))), token.immediate('"')),
    _string_part: (_) => token.immediate(prec(1, /[^"\\\n]+/)),
    escape_sequence: (_) => token.immediate(prec(1, /\\(u[0-9a-fA-F]{4}|u\{[0-9a-fA-F]+\}|[^\n])/)),
    block_string: ($) =>
      seq('"""', optional(alias($._block_string_part, $.string_content)), token.immediate('"""')),
    _block_string_part: (_) => token.immediate(prec(1, /([^"]|"[^"]|""[^"])+/)),

    // ------------------------------------------------------------------------------------- names

    _any_name: ($) => choice($.identifier, $.string),
    identifier: (_) => /[A-Za-z_][A-Za-z0-9_-]*/,
    comment: (_) => token(seq("#", /[^\n\r]*/)),
  },
});
