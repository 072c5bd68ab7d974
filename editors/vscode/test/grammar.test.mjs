// The TextMate grammar, in the engine that VS Code has, over all examples of the project.
//
// `UPDATE=1 npm test` writes `test/scopes/`; read what has changed.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { annotated, loadGrammar, openRules, tokens } from './scopes.mjs';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const golden = fileURLToPath(new URL('scopes', import.meta.url));
const grammar = await loadGrammar();

function filesBelow(folder) {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.mwf'))
        .sort()
        .map((name) => join(folder, name));
}

const examples = [...filesBelow(join(root, 'examples')), join(root, 'editors/tree-sitter-mwf/test/colours.mwf')];

test('every token of the examples has the scope that it had', () => {
    const written = new Set();
    for (const file of examples) {
        const name = `${relative(join(root), file).split(sep).slice(1).join('-')}.txt`;
        written.add(name);
        const made = annotated(grammar, readFileSync(file, 'utf8'));
        const path = join(golden, name);
        if (process.env.UPDATE) writeFileSync(path, made);
        assert.equal(existsSync(path) ? readFileSync(path, 'utf8') : '', made, `${name} is not current`);
    }
    for (const name of readdirSync(golden).filter((name) => !written.has(name))) {
        if (process.env.UPDATE) rmSync(join(golden, name));
        else assert.fail(`${name} belongs to nothing`);
    }
    assert.ok(written.size > 30);
});

test('no token of the examples is without a scope', () => {
    for (const file of examples) {
        tokens(grammar, readFileSync(file, 'utf8')).forEach((line, index) => {
            for (const { text, scopes } of line) {
                const named = scopes.some((scope) => !scope.startsWith('meta.'));
                assert.ok(named || !text.trim(), `${file}:${index + 1}: ${text}`);
            }
        });
    }
});

test('nothing stays open at the end of a file', () => {
    const folders = ['examples', 'src', 'tests/findings-silent', 'tests/findings'];
    let count = 0;
    for (const file of folders.flatMap((folder) => filesBelow(join(root, folder)))) {
        // What mispflow cannot read may stay open. What it says of a file or folder is in `NAME.txt`.
        const [, findings] = file.match(/(.*tests[/\\]findings[/\\][^/\\]+?)(\.mwf$|[/\\])/) ?? [];
        if (findings && /\[(syntax-error|invalid-utf8)\]/.test(readFileSync(`${findings}.txt`, 'utf8'))) continue;
        assert.equal(openRules(grammar, readFileSync(file, 'utf8')), 0, file);
        count += 1;
    }
    assert.ok(count > 300, `${count}`);
});

/** The scopes of the tokens that are exactly `text`. */
function scopesOf(source, text) {
    return tokens(grammar, source).flat().filter((token) => token.text === text).map((token) => token.scopes.at(-1));
}

test('words of the language are names where a name is due', () => {
    const source = `workflow w on t {
    filter: "x"
    a(if: 1, any: all, in: in)
    if event == "x" and count.n == 1 { b() }
    reset(x: 1)
}
`;
    assert.deepEqual(scopesOf(source, 'filter'), ['entity.other.attribute-name']);
    assert.deepEqual(scopesOf(source, 'if'), ['variable.parameter', 'keyword.control']);
    assert.deepEqual(scopesOf(source, 'all'), ['variable.other']);
    assert.deepEqual(scopesOf(source, 'in'), ['variable.parameter', 'variable.other']);
    assert.deepEqual(scopesOf(source, 'event'), ['variable.other']);
    assert.deepEqual(scopesOf(source, 'count'), ['variable.other.object']);
    assert.deepEqual(scopesOf(source, 'reset'), ['entity.name.function']);
});

test('Jinja ends with its string, and a string ends with its line', () => {
    const source = `workflow w on t {
    a(x: "{{ y | z(\\"q\\") ", b: 1)
    c(x: "open
    d(y: 1)
}
let k = """
{% if x %}"v{{ y }}"{% endif %} {# note #}
"""
let last = 1
`;
    assert.deepEqual(scopesOf(source, 'b'), ['variable.parameter']);
    assert.deepEqual(scopesOf(source, 'd'), ['entity.name.function']);
    assert.deepEqual(scopesOf(source, 'endif'), ['keyword.control.jinja']);
    assert.deepEqual(scopesOf(source, ' note '), ['comment.block.jinja']);
    assert.deepEqual(scopesOf(source, 'last'), ['variable.other.constant']);
    assert.deepEqual(scopesOf(source, 'z'), ['support.function.filter.jinja']);
});

test('a block that is not closed ends where the next item begins', () => {
    const source = 'workflow w on t {\n    if published {\n        a(x: [1\n\nlet next = 1\n';
    assert.deepEqual(scopesOf(source, 'next'), ['variable.other.constant']);
    assert.deepEqual(scopesOf(source, 'let'), ['keyword.declaration']);
});

test('what stays open is noticed', () => {
    assert.notEqual(openRules(grammar, 'let a = (1'), 0);
});
