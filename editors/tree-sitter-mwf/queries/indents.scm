; Neovim
[
  (body)
  (module_body)
  (test_body)
  (block)
  (concurrent)
  (arguments)
  (blueprint_parameters)
  (list)
  (object)
  (pin)
] @indent.begin

[")" "]" "}"] @indent.branch @indent.end

(module_filter) @indent.begin
(sum) @indent.begin

[(comment) (block_string)] @indent.auto

(ERROR) @indent.auto
