// What the extension does outside of VS Code: finding the program, the page with the picture, the tests of a file. With
// the real program, which `MISPFLOW` names; else the one in `target/debug/`, else these tests are left out.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import items from '../out/items.js';
import lenses from '../out/lenses.js';
import pages from '../out/page.js';
import programs from '../out/program.js';
import colours from '../out/tokens.js';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const built = process.env.MISPFLOW ?? join(root, 'target/debug/mispflow');
const program = existsSync(built) ? built : undefined;
const skip = program ? false : 'MISPFLOW names no program';
const folder = mkdtempSync(join(tmpdir(), 'mispflow-'));
after(() => rmSync(folder, { recursive: true }));

function programIn(...path) {
    const file = join(folder, ...path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, '#!/bin/sh\n');
    chmodSync(file, 0o755);
    return file;
}

test('the program is the one of the setting, else the one on the PATH', { skip: process.platform === 'win32' }, () => {
    const one = programIn('one', 'mispflow');
    const two = programIn('two', 'other');
    writeFileSync(join(folder, 'no-program'), '');
    const path = [join(folder, 'nothing'), join(folder, 'one')].join(delimiter);
    const find = (setting, from = folder) => programs.findProgram(setting, from, path);
    assert.equal(find(''), one);
    assert.equal(find('  '), one);
    assert.equal(find(two), two);
    assert.equal(find('two/other'), two);
    assert.equal(find('./two/other'), two);
    assert.equal(find('mispflow'), one);
    assert.equal(find('other'), undefined);
    assert.equal(find('two'), undefined);
    assert.equal(find(join(folder, 'two')), undefined);
    assert.equal(find(join(folder, 'no-program')), undefined);
    assert.equal(find('~/no/such/program'), undefined);
    assert.ok(!existsSync(join(homedir(), 'no/such/program')));
    // A relative entry of the PATH may be a folder of somebody else's project.
    assert.equal(programs.findProgram('', folder, 'one'), undefined);
    assert.equal(programs.findProgram('', undefined, ''), undefined);
});

test('the item around a line', () => {
    const text = `# workflow no on x
import "workflow no on x"

workflow first on event-publish {
    a(x: "workflow no on y {")
    workflow: "z"
}
let x = """
workflow no on z {
"""
blueprint second(
    a: list,
) {
}

test "of third" of first {
}
workflow
  last
  on event-publish {
}`;
    const at = (line) => items.itemAt(text, line);
    assert.deepEqual([0, 3, 5, 8].map(at), ['first', 'first', 'first', 'first']);
    assert.deepEqual([10, 12, 14].map(at), ['second', 'second', 'second']);
    assert.deepEqual([15, 16].map(at), ['first', 'first']);
    assert.deepEqual([17, 19, 99].map(at), ['last', 'last', 'last']);
    assert.deepEqual(['first', 'second', 'last', 'no'].map((id) => items.lineOf(text, id)), [3, 10, 17, 0]);
    assert.equal(items.itemAt('let a = 1', 0), undefined);
    assert.equal(items.itemAt('', 0), undefined);
});

function wanted(text, more = {}) {
    return { program, folder, text, item: items.itemAt(text, 0), events: [], target: '', isDark: false, ...more };
}

test('every workflow of the examples has a page', { skip }, async () => {
    let count = 0;
    for (const name of readdirSync(join(root, 'examples'), { recursive: true, encoding: 'utf8' }).sort()) {
        if (!name.endsWith('.mwf')) continue;
        const file = join(root, 'examples', name);
        const text = readFileSync(file, 'utf8');
        const workflows = [...text.matchAll(/^workflow ([\w-]+) on/gm)].map((match) => match[1]);
        for (const item of workflows) {
            const made = await pages.page(wanted(text, { folder: dirname(file), item }));
            assert.ok(made.html?.includes('acquireVsCodeApi'), `${name}: ${made.problem}`);
            count += 1;
        }
    }
    assert.ok(count > 25, `${count}`);
});

test('what keeps the picture from being drawn is said', { skip }, async () => {
    const broken = await pages.page(wanted('workflow w on event-publish { no-such-module() }'));
    assert.match(broken.problem, /unknown-module/);
    const empty = await pages.page(wanted('let a = 1'));
    assert.match(empty.problem, /no workflow/);
    const page = pages.problemPage('<script>alert(1)</script>');
    assert.ok(!page.includes('<script>') && page.includes('&#60;script&#62;'));
    const of = await pages.page(wanted('workflow w on event-publish { push-zmq() }', { target: 'misp-2.5' }));
    assert.match(of.problem, /target|misp-2\.5/);
});

const guard = join(root, 'examples/publish-guard');
const guardText = readFileSync(join(guard, 'publish-guard.mwf'), 'utf8');

test('the tests of a file are run on what is on disk', { skip }, async () => {
    const results = await lenses.results(program, guard, 'publish-guard.mwf', '');
    assert.ok(results.length >= 3 && results.every(({ passed }) => passed));
    const copy = join(folder, 'guard');
    cpSync(guard, copy, { recursive: true });
    writeFileSync(join(copy, 'publish-guard.mwf'), guardText.replace('expect success', 'expect failure'));
    const changed = await lenses.results(program, copy, 'publish-guard.mwf', '');
    const failed = changed.filter(({ passed }) => !passed);
    assert.equal(failed.length, 1);
    const [failure] = failed[0].failures;
    assert.match(failure.message, /success/);
    assert.equal(failure.file, 'publish-guard.mwf');
    const line = guardText.split('\n').findIndex((text) => text.includes('expect success'));
    assert.equal(failure.span.start.line, line + 1);
    await assert.rejects(lenses.results(program, copy, 'missing.mwf', ''), /missing\.mwf/);
});

test('the tests of a file are the lines with a lens that begin one', () => {
    const text = 'workflow w on t {\n}\r\ntest "a \\"b\\" \\u{1f6a8}" of w {\n}\n  test "\\u{zz}" of w {}\nlet x = """\ntest "no" of w\n"""\ntest "last" of w {}\r\n# test "no" of w';
    const lens = (line) => ({ range: { start: { line, character: 0 }, end: { line, character: 4 } } });
    const titles = (lines) => lenses.testsOf(text, lines.map(lens)).map(({ title }) => title);
    const all = ['a "b" 🚨', '\\u{zz}', 'last'];
    assert.deepEqual(titles([0, 8, 2, 2, 4, 6, 99]), all);
    assert.deepEqual(titles([8, 2]), [all[0], all[2]]);
    // Lenses can be switched off.
    assert.deepEqual(titles([]), all);
    assert.deepEqual(lenses.testsOf('', []), []);
});

test('colours of the server hide none of the grammar', () => {
    const kinds = ['function', 'string', 'comment', 'parameter'];
    // function at 0:0, string at 0:5, parameter at 0:9, comment at 2:1, string at 2:8, function at 2:12, function at 4:2
    const data = [0, 0, 3, 0, 0, 0, 5, 2, 1, 0, 0, 4, 1, 3, 0, 2, 1, 3, 2, 0, 0, 7, 2, 1, 0, 0, 4, 1, 0, 1, 2, 2, 1, 0, 0];
    const left = [0, 0, 3, 0, 0, 0, 9, 1, 3, 0, 2, 12, 1, 0, 1, 2, 2, 1, 0, 0];
    assert.deepEqual([...colours.withoutHiding(Uint32Array.from(data), kinds)], left);
    assert.deepEqual([...colours.withoutHiding(Uint32Array.from(data), ['function'])], data);
    assert.deepEqual([...colours.withoutHiding(new Uint32Array(), kinds)], []);
});

/** Opens a page in Chromium with a script before it and one after it, and gives what the second leaves. */
function inBrowser(html, before, afterwards) {
    const names = ['chromium', 'chromium-browser', 'google-chrome'];
    const browser = names.find((name) => spawnSync(name, ['--version']).status === 0);
    if (!browser) return undefined;
    const file = join(folder, 'page.html');
    const with_ = html.replace('<head>', `<head><script>${before}</script>`).replace('</body>', `<script>${afterwards}</script></body>`);
    writeFileSync(file, with_);
    const args = ['--headless', '--no-sandbox', '--disable-gpu', '--virtual-time-budget=5000', '--window-size=900,500', '--dump-dom', `file://${file}`];
    const { stdout } = spawnSync(browser, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
    const [, told] = stdout.match(/<pre id="told">(.*?)<\/pre>/s) ?? [];
    assert.ok(told, stdout.slice(-2000));
    return JSON.parse(told.replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&amp;/g, '&'));
}

const EDITOR = `window.sent = []; window.problems = [];
window.addEventListener('error', (event) => problems.push(event.message));
window.acquireVsCodeApi = () => ({ postMessage: (message) => sent.push(message) });`;

/** What the page shows after each of the messages. */
function told(messages) {
    return `(async () => {
    const shown = [];
    for (const message of ${JSON.stringify(messages)}) {
        window.postMessage(message, '*');
        await new Promise((done) => setTimeout(done, 50));
        const chosen = [...document.querySelectorAll('.node.chosen')];
        const stage = document.getElementById('stage').getBoundingClientRect();
        const box = chosen[0]?.getBoundingClientRect();
        shown.push({
            chosen: chosen.map((node) => node.id),
            background: getComputedStyle(document.body).backgroundColor,
            isSeen: !box || box.left >= stage.left && box.right <= stage.right && box.top >= stage.top && box.bottom <= stage.bottom,
            problem: document.getElementById('problem').hidden ? '' : document.getElementById('problem').textContent,
        });
    }
    const before = sent.length;
    document.getElementById('n4').dispatchEvent(new MouseEvent('click', { bubbles: true }));
    const pre = document.createElement('pre');
    pre.id = 'told';
    pre.textContent = JSON.stringify({ shown, before, sent, problems });
    document.body.append(pre);
})();`;
}

test('the picture follows the cursor, and a click on a node leads to its line', { skip }, async (context) => {
    const made = await pages.page(wanted(guardText, { folder: guard }));
    const steps = [7, 8, 0, 3, 4].map((line) => ({ line }));
    const result = inBrowser(made.html, EDITOR, told([...steps, { problem: 'a <b> is missing' }, { problem: undefined }, { problem: null }]));
    if (!result) return context.skip('there is no Chromium here');
    assert.deepEqual(result.problems, []);
    const at = (text) => guardText.split('\n').findIndex((line) => line.includes(text));
    assert.deepEqual([at('if event tagged'), at('stop-execution(message')], [7, 8]);
    const chosen = result.shown.map(({ chosen }) => chosen.join());
    assert.deepEqual(chosen.slice(0, 5), ['n2', 'n4', 'n4', 'n1', 'n1']);
    assert.match(result.shown[5].problem, /earlier text:\na <b> is missing/);
    assert.equal(result.shown.at(-1).problem, '');
    // Following the cursor tells the editor nothing: it would move the cursor.
    assert.equal(result.before, 1);
    assert.deepEqual(result.sent, [{ ready: true }, { file: '', line: 8 }]);
    const dark = await pages.page(wanted(guardText, { folder: guard, isDark: true }));
    const [shown] = inBrowser(dark.html, EDITOR, told([{ line: 8 }])).shown;
    assert.equal(result.shown[0].background, 'rgb(255, 255, 255)');
    assert.notEqual(shown.background, 'rgb(255, 255, 255)');
});

test('what the cursor is at is moved into the window', { skip }, async (context) => {
    const steps = Array.from({ length: 40 }, (_, index) => `    @s${index} push-zmq()\n`).join('');
    const text = `workflow w on event-publish {\n${steps}}\n`;
    const made = await pages.page(wanted(text));
    const result = inBrowser(made.html, EDITOR, told([40, 1, 20].map((line) => ({ line }))));
    if (!result) return context.skip('there is no Chromium here');
    assert.deepEqual(result.problems, []);
    assert.deepEqual(result.shown.map(({ chosen }) => chosen.join()), ['n41', 'n2', 'n21']);
    assert.deepEqual(result.shown.map(({ isSeen }) => isSeen), [true, true, true]);
});

test('with an event the page has the run', { skip }, async (context) => {
    const events = [join(guard, 'events/red.json')];
    const made = await pages.page(wanted(guardText, { folder: guard, events }));
    assert.ok(made.html?.includes('TLP:RED'), made.problem);
    assert.ok(made.html.includes('"events/red.json') && !made.html.includes(events[0]));
    const result = inBrowser(made.html, EDITOR, told([{ line: 8 }]));
    if (!result) return context.skip('there is no Chromium here');
    assert.deepEqual(result.problems, []);
    assert.deepEqual(result.shown[0].chosen, ['n4']);
});

/** A snippet as it is inserted when nobody changes anything, read as VS Code reads it. */
function inserted(body) {
    const text = [body].flat().join('\n');
    let at = 0;
    const read = (end) => {
        let made = '';
        while (at < text.length && text[at] !== end) {
            const [all, choice, first] = text.slice(at).match(/^(?:\\[$}\\]|\$\d+|\$\{\d+(?:(\|)([^,|]*)[^|]*\|\}|\}|:))/) ?? [text[at]];
            at += all.length;
            if (choice) made += first;
            else if (all.startsWith('\\')) made += all[1];
            else if (all.endsWith(':') && all.length > 1) {
                made += read('}');
                at += 1;
            } else if (!/^\$\{?\d/.test(all)) made += all;
        }
        return made;
    };
    return read();
}

test('a snippet is read as VS Code reads it', () => {
    assert.equal(inserted(['a ${1:b ${2:c\\}} d} {', '$0 ${3|e,f|} ${4}']), 'a b c} d {\n e ');
});

test('mispflow reads every snippet', { skip }, async () => {
    const snippets = JSON.parse(readFileSync(new URL('../snippets/mwf.json', import.meta.url), 'utf8'));
    const items = ['workflow', 'adhoc', 'blueprint', 'module', 'test', 'import', 'let'];
    for (const [name, { prefix, body }] of Object.entries(snippets)) {
        const text = inserted(body);
        const file = items.includes(prefix) ? `${text}\n` : `workflow w on event-publish {\n${text}\npush-zmq()\n}\n`;
        const output = await programs.run(program, ['fmt', '-'], folder, file);
        assert.equal(output.code, 0, `${name}: ${output.stderr}\n${file}`);
    }
});
