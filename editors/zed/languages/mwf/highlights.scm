; The names that Zed has for colours; otherwise like `editors/tree-sitter-mwf/queries/highlights.scm`.

(comment) @comment

(string) @string
(block_string) @string
(escape_sequence) @string.escape

[
  "import" "as" "let" "workflow" "on" "blueprint" "module" "param" "test" "of"
  "given" "when" "fails" "returns" "expect" "ran" "effect" "log" "no"
] @keyword

["if" "else" "filter" "where" "for" "concurrent" "branch" "use" "goto" "detached" "reset"] @keyword

["and" "or" "not" "in" "tagged" "any" "all"] @keyword
(count "count" @function)
(published) @keyword
(subject) @variable.special

(operator) @operator
["=" "+"] @operator
["," ":"] @punctuation.delimiter
["(" ")" "[" "]" "{" "}" "@["] @punctuation.bracket

(import name: (identifier) @namespace)
(constant name: (identifier) @constant)
(workflow name: (identifier) @type)
(test workflow: (identifier) @type)
(trigger name: [(identifier) (string)] @constructor)
(blueprint name: (identifier) @function)
(use blueprint: [(identifier) (string)] @function)
(module name: [(identifier) (string)] @function)
(call module: [(identifier) (string)] @function)
(function name: (identifier) @function)
(type) @type
(outcome) @constant
(target [(identifier) (string)] @function)

(blueprint_parameter name: (identifier) @property)
(module_parameter name: [(identifier) (string)] @property)
(argument name: [(identifier) (string)] @property)
(field name: (identifier) @property)

(label) @label
(filter_label) @label

(path (identifier) @variable)
(path (key) @property)
(path "." @punctuation.delimiter)
(wildcard) @string.special
(test_of_items (key) @property)
(test_of_items (value) @string)
(regex) @string.regex

(number) @number
(boolean) @boolean
(null) @constant
