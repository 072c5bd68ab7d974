// The real server, asked as the extension asks it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath, pathToFileURL } from 'node:url';
import lenses from '../out/lenses.js';

const require = createRequire(import.meta.url);
const { createProtocolConnection } = require('vscode-languageserver-protocol/node');
const { properties } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).contributes.configuration;

const root = fileURLToPath(new URL('../../..', import.meta.url));
const built = process.env.MISPFLOW ?? join(root, 'target/debug/mispflow');
const skip = existsSync(built) ? false : 'MISPFLOW names no program';

const folder = mkdtempSync(join(tmpdir(), 'mispflow-'));
const running = new Set();
after(() => {
    for (const child of running) child.kill();
    rmSync(folder, { recursive: true });
});
cpSync(join(root, 'examples/publish-guard'), folder, { recursive: true });
const file = join(folder, 'publish-guard.mwf');
const uri = pathToFileURL(file).href;
const text = readFileSync(file, 'utf8');

/** The settings as the extension sends them when nobody has set any. */
const defaults = Object.fromEntries(Object.entries(properties).map(([name, { default: value }]) => [name.replace('mispflow.', ''), value]));

/** A server with a project open. `diagnostics` waits for those of a version of the file. */
async function start(settings = {}) {
    const child = spawn(built, defaults.arguments, { cwd: folder, stdio: ['pipe', 'pipe', 'inherit'] });
    running.add(child);
    child.once('exit', () => running.delete(child));
    const connection = createProtocolConnection(child.stdout, child.stdin);
    const published = new Map();
    const waiting = [];
    connection.onNotification('textDocument/publishDiagnostics', (told) => {
        published.set(told.uri, told);
        for (const wait of waiting.splice(0)) wait();
    });
    connection.onRequest('client/registerCapability', () => null);
    connection.onRequest('workspace/configuration', ({ items }) => items.map(() => ({ ...defaults, ...settings })));
    connection.onUnhandledNotification(() => undefined);
    connection.listen();
    const { capabilities } = await connection.sendRequest('initialize', {
        processId: process.pid,
        rootUri: pathToFileURL(folder).href,
        workspaceFolders: [{ uri: pathToFileURL(folder).href, name: 'guard' }],
        capabilities: { workspace: { didChangeWatchedFiles: { dynamicRegistration: true } } },
        initializationOptions: { ...defaults, ...settings },
    });
    await connection.sendNotification('initialized', {});
    const diagnostics = async (holds) => {
        for (;;) {
            const found = published.get(uri)?.diagnostics;
            if (found && holds(found)) return found;
            await new Promise((done) => waiting.push(done));
        }
    };
    const open = () => connection.sendNotification('textDocument/didOpen', { textDocument: { uri, languageId: 'mwf', version: 1, text } });
    const change = (version, text) =>
        connection.sendNotification('textDocument/didChange', { textDocument: { uri, version }, contentChanges: [{ text }] });
    const stop = async () => {
        const ended = new Promise((done) => child.once('exit', done));
        await connection.sendRequest('shutdown');
        await connection.sendNotification('exit');
        const code = await ended;
        connection.dispose();
        return code;
    };
    return { connection, capabilities, open, change, diagnostics, stop };
}

const options = { skip, timeout: 60_000 };

test('mistakes are said, and gone when they are', options, async () => {
    const server = await start();
    await server.open();
    await server.change(2, text.replace('stop-execution(message', 'stop-exeution(message'));
    const [mistake] = await server.diagnostics((found) => found.length > 0);
    assert.equal(mistake.code, 'unknown-module');
    assert.equal(mistake.range.start.line, text.split('\n').findIndex((line) => line.includes('stop-execution(message')));
    await server.change(3, text);
    await server.diagnostics((found) => found.length === 0);
    assert.equal(await server.stop(), 0);
});

test('the settings of the extension reach the server', options, async () => {
    const server = await start({ target: 'misp-2.5.27' });
    await server.open();
    await server.change(2, `${text}workflow calls on event-publish { run-workflow(workflows: [\"x\"]) }\n`);
    const later = await server.diagnostics((found) => found.length > 0);
    assert.ok(!later.some(({ code }) => code === 'unknown-module'), JSON.stringify(later));
    await server.connection.sendNotification('workspace/didChangeConfiguration', { settings: { mispflow: { ...defaults, target: 'misp-2.4.160' } } });
    await server.diagnostics((found) => found.some(({ code }) => code === 'unknown-module'));
    assert.equal(await server.stop(), 0);
});

test('the code lenses name the tests of a file', options, async (context) => {
    const server = await start();
    await server.open();
    if (!server.capabilities.codeLensProvider) {
        assert.equal(await server.stop(), 0);
        return context.skip('this server has no code lenses');
    }
    const found = await server.connection.sendRequest('textDocument/codeLens', { textDocument: { uri } });
    const titles = lenses.testsOf(text, found).map(({ title }) => title);
    assert.deepEqual(titles, [...text.matchAll(/^test "(.*)" of/gm)].map((match) => match[1]));
    const results = await lenses.results(built, folder, 'publish-guard.mwf', defaults.target);
    assert.deepEqual(results.map(({ title }) => title), titles);
    assert.equal(await server.stop(), 0);
});
