; The names that Helix has for colours; otherwise like `../highlights.scm`. The first pattern that fits wins.

(comment) @comment

[
  "import" "as" "let" "workflow" "on" "blueprint" "module" "param" "test" "of"
  "given" "when" "fails" "returns" "expect" "ran" "effect" "log" "no"
] @keyword

["if" "else" "filter" "where" "for" "concurrent" "branch" "use" "goto" "detached" "reset"] @keyword.control

["and" "or" "not" "in" "tagged" "any" "all"] @keyword.operator
(count "count" @function.builtin)
(published) @keyword.operator
(subject) @variable.builtin

(operator) @operator
["=" "+"] @operator
["," ":"] @punctuation.delimiter
["(" ")" "[" "]" "{" "}" "@["] @punctuation.bracket

(import name: (identifier) @namespace)
(constant name: (identifier) @constant)
(workflow name: (identifier) @type)
(test workflow: (identifier) @type)
(trigger name: [(identifier) (string)] @constructor)
(blueprint name: (identifier) @function.macro)
(use blueprint: [(identifier) (string)] @function.macro)
(module name: [(identifier) (string)] @function)
(call module: [(identifier) (string)] @function)
(function name: (identifier) @function.builtin)
(type) @type.builtin
(outcome) @constant.builtin
(target [(identifier) (string)] @function)

(blueprint_parameter name: (identifier) @variable.parameter)
(module_parameter name: [(identifier) (string)] @variable.parameter)
(argument name: [(identifier) (string)] @variable.parameter)
(field name: (identifier) @variable.other.member)

(label) @label
(filter_label) @label

(path (identifier) @variable)
(path (key) @variable.other.member)
(path "." @punctuation.delimiter)
(wildcard) @string.special
(test_of_items (key) @variable.other.member)
(test_of_items (value) @string)
(regex) @string.regexp

(string) @string
(block_string) @string
(escape_sequence) @constant.character.escape
(number) @constant.numeric
(boolean) @constant.builtin.boolean
(null) @constant.builtin
