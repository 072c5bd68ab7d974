; Jinja in strings, and block strings that are JSON and nothing else.
((string) @injection.content
  (#match? @injection.content "\\{[{%#]")
  (#set! injection.language "jinja2"))

((block_string (string_content) @injection.content)
  (#match? @injection.content "\\{[{%#]")
  (#set! injection.language "jinja2"))

((block_string (string_content) @injection.content)
  (#match? @injection.content "^\\s*[\\[{]")
  (#not-match? @injection.content "\\{[{%#]")
  (#set! injection.language "json"))
