(workflow "workflow" @context name: (identifier) @name) @item
(blueprint "blueprint" @context name: (identifier) @name) @item
(constant "let" @context name: (identifier) @name) @item
(module "module" @context name: (_) @name) @item
(test "test" @context title: (_) @name) @item
