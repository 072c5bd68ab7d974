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
  (module_filter)
] @indent

["}" ")" "]"] @outdent
