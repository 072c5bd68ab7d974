[
  (body)
  (module_body)
  (test_body)
  (block)
  (concurrent)
  (arguments)
  (list)
  (object)
  (block_string)
] @fold
