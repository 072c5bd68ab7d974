[(workflow) (blueprint) (test)] @function.around
(workflow body: (body) @function.inside)
(blueprint body: (body) @function.inside)
(test body: (test_body) @function.inside)

(argument) @parameter.around
(argument value: (_) @parameter.inside)
(comment) @comment.around
(test) @test.around
