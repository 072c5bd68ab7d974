; Names as in Neovim and in most other editors. None of the patterns contradict each other, except that names in quotes
; are strings too: what they name comes later and wins.

(comment) @comment

(string) @string
(block_string) @string
(escape_sequence) @string.escape

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

(import name: (identifier) @module)
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
(field name: (identifier) @property)

(label) @label
(filter_label) @label

(path (identifier) @variable)
(path (key) @variable.member)
(path "." @punctuation.delimiter)
(wildcard) @string.special
(test_of_items (key) @variable.member)
(test_of_items (value) @string)
(regex) @string.regexp

(number) @number
(boolean) @boolean
(null) @constant.builtin
