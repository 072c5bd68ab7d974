; Jinja in strings. A template may go through escapes of the string, so the whole string is given.
((string) @injection.content
  (#match? @injection.content "\\{[{%#]")
  (#set! injection.language "jinja")
  (#set! injection.include-children))

((block_string (string_content) @injection.content)
  (#match? @injection.content "\\{[{%#]")
  (#set! injection.language "jinja"))

; A block string that is JSON and nothing else.
((block_string (string_content) @injection.content)
  (#match? @injection.content "^\\s*[\\[{]")
  (#not-match? @injection.content "\\{[{%#]")
  (#set! injection.language "json"))

((regex) @injection.content
  (#set! injection.language "regex"))

((comment) @injection.content
  (#set! injection.language "comment"))
