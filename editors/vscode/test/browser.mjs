// The extension in VS Code in a browser: code-server, driven in Chromium. Not part of `npm test`, as code-server has to be
// built. What it needs:
//
//     npm install --no-save puppeteer-core@24 code-server@4.100.3     # the release for Node 20
//     MISPFLOW=…/mispflow CHROMIUM=/usr/bin/chromium npm run test:browser
//
// `CODE_SERVER` names its `out/node/entry.js`, if it is installed elsewhere. `SCREENSHOTS` names a folder for pictures.

import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);
const puppeteer = require(process.env.PUPPETEER ?? 'puppeteer-core');
const codeServer = process.env.CODE_SERVER ?? require.resolve('code-server/out/node/entry.js');
const here = fileURLToPath(new URL('..', import.meta.url));
const root = join(here, '../..');
const program = resolve(process.env.MISPFLOW ?? join(root, 'target/debug/mispflow'));

const temporary = mkdtempSync(join(tmpdir(), 'mispflow-browser-'));
const project = join(temporary, 'guard');
cpSync(join(root, 'examples/publish-guard'), project, { recursive: true });
mkdirSync(join(temporary, 'data/User'), { recursive: true });
writeFileSync(
    join(temporary, 'data/User/settings.json'),
    JSON.stringify({
        'mispflow.path': program,
        'workbench.startupEditor': 'none',
        'security.workspace.trust.enabled': false,
        'editor.minimap.enabled': false,
    }),
);

const freePort = () =>
    new Promise((done) => {
        const server = createServer().listen(0, '127.0.0.1', () => {
            const { port } = server.address();
            server.close(() => done(port));
        });
    });

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** Waits until something holds, and gives it. */
async function until(what, holds, seconds = 60) {
    const end = Date.now() + seconds * 1000;
    for (;;) {
        const found = await holds();
        if (found) return found;
        if (Date.now() > end) throw new Error(`never: ${what}`);
        await pause(200);
    }
}

const folders = ['--user-data-dir', join(temporary, 'data'), '--extensions-dir', join(temporary, 'extensions')];
execFileSync(process.execPath, [codeServer, ...folders, '--install-extension', join(here, 'mispflow.vsix')], { stdio: 'inherit' });
const port = await freePort();
const server = spawn(
    process.execPath,
    [codeServer, ...folders, '--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--disable-telemetry', '--disable-update-check', '--disable-workspace-trust'],
    { stdio: 'ignore', detached: true },
);
let browser;
let page;
let pictures = 0;

async function picture(name) {
    if (process.env.SCREENSHOTS) await page.screenshot({ path: join(process.env.SCREENSHOTS, `${++pictures}-${name}.png`) });
}

async function command(name) {
    await page.keyboard.press('F1');
    await page.waitForSelector('.quick-input-widget input', { visible: true });
    await page.keyboard.type(name, { delay: 10 });
    await until(`the command ${name}`, () => page.evaluate((name) => document.querySelector('.quick-input-list .monaco-list-row.focused')?.textContent.includes(name), name));
    await page.keyboard.press('Enter');
}

async function goTo(line) {
    await page.keyboard.down('Control');
    await page.keyboard.press('g');
    await page.keyboard.up('Control');
    await page.waitForSelector('.quick-input-widget input', { visible: true });
    await page.keyboard.type(String(line));
    await page.keyboard.press('Enter');
    await until(`line ${line}`, () => page.evaluate((line) => document.querySelector('.statusbar')?.textContent.includes(`Ln ${line},`), line));
    await page.waitForSelector('.quick-input-widget', { hidden: true });
}

/** What an expression is in the page of the picture, whichever frame that is in. */
async function inPicture(expression) {
    for (const frame of page.frames()) {
        try {
            const found = await frame.evaluate(`document.querySelector('#stage svg') ? (${expression}) : undefined`);
            if (found !== undefined) return found;
        } catch {
            // Another page has taken its place.
        }
    }
    return undefined;
}

try {
    await until('code-server', () => fetch(`http://127.0.0.1:${port}/healthz`).then(({ ok }) => ok, () => false));
    browser = await puppeteer.launch({
        executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
        args: ['--no-sandbox', '--disable-gpu'],
        defaultViewport: { width: 1400, height: 800 },
    });
    page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${port}/?folder=${project}`);
    await page.waitForSelector('.monaco-workbench', { timeout: 120_000 });
    await until('the files', () => page.evaluate(() => [...document.querySelectorAll('.explorer-folders-view .monaco-list-row')].some((row) => row.textContent.includes('publish-guard.mwf'))), 120);
    await page.evaluate(() => {
        const row = [...document.querySelectorAll('.explorer-folders-view .monaco-list-row')].find((row) => row.textContent.includes('publish-guard.mwf'));
        row.querySelector('.label-name').scrollIntoView();
    });
    const rows = await page.$$('.explorer-folders-view .monaco-list-row');
    for (const row of rows) {
        if ((await row.evaluate((element) => element.textContent)).includes('publish-guard.mwf')) await row.click({ count: 2 });
    }
    await page.waitForSelector('.editor-instance .view-line');

    // Colours: keywords, strings, names are told apart, and so is Jinja.
    const colours = await until('colours', () =>
        page.evaluate(() => {
            const classes = new Set([...document.querySelectorAll('.editor-instance .view-line span[class^="mtk"]')].map((span) => span.className));
            return classes.size > 4 && classes.size;
        }),
    );
    console.log(`colours: ${colours}`);
    await picture('colours');

    // The picture, and the cursor in it.
    await goTo(9);
    await command('Show Graph');
    await until('the picture', () => inPicture('document.querySelectorAll(".node").length === 4'));
    await until('the node of line 9', () => inPicture('document.querySelector(".node.chosen")?.id === "n4"'));
    await goTo(8);
    await until('the node of line 8', () => inPicture('document.querySelector(".node.chosen")?.id === "n2"'));
    await picture('graph');
    await inPicture('void document.getElementById("n4").dispatchEvent(new MouseEvent("click", { bubbles: true })) ?? true');
    await until('the line of the node', () => page.evaluate(() => /Ln 9\b/.test(document.querySelector('.statusbar')?.textContent ?? '')));
    console.log('graph: drawn, follows the cursor, leads to the line');

    // The text changes: so does the picture.
    await goTo(8);
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await page.keyboard.type('push-zmq()');
    await until('a picture of the changed text', () => inPicture('document.querySelectorAll(".node").length === 5'));
    await page.keyboard.type(' oops(');
    await until('that the text is broken', () => inPicture('!document.getElementById("problem").hidden'));
    await picture('broken');
    for (let left = ' oops()'.length; left > 0; left -= 1) await page.keyboard.press(left === 1 ? 'Delete' : 'Backspace');
    await until('that it is not any more', () => inPicture('document.getElementById("problem").hidden && document.querySelectorAll(".node").length === 5'));
    console.log('graph: follows the text');

    // The run on an event.
    await command('Show Graph with the Run on an Event');
    await until('the events', () => page.evaluate(() => document.querySelector('.quick-input-list')?.textContent.includes('red.json')));
    await page.keyboard.type('red.json');
    await pause(300);
    await page.keyboard.press('Enter');
    await until('the run', () => inPicture('document.querySelector("#stage svg.running .badge") !== null'));
    await picture('run');
    console.log('run: drawn');

    if (process.env.SERVER !== 'no') {
        // Mistakes, from the server.
        await page.keyboard.press('Enter');
        await page.keyboard.type('no-such-module(');
        await until('a mistake', () => page.evaluate(() => document.querySelector('.editor-instance .squiggly-error') !== null));
        await picture('mistake');
        console.log('server: mistakes show');
        for (let left = 'no-such-module()'.length + 1; left > 0; left -= 1) await page.keyboard.press('Backspace');

        // What may be written here.
        await page.keyboard.press('Enter');
        await page.keyboard.type('stop-');
        await page.keyboard.down('Control');
        await page.keyboard.press('Space');
        await page.keyboard.up('Control');
        await until('completion', () => page.evaluate(() => document.querySelector('.suggest-widget.visible')?.textContent.includes('stop-execution')));
        await picture('completion');
        await page.keyboard.press('Escape');
        for (let left = 'stop-'.length + 1; left > 0; left -= 1) await page.keyboard.press('Backspace');
        console.log('server: completes');

        // A run from the text.
        await until('the line above the workflow', () => page.evaluate(() => [...document.querySelectorAll('.codelens-decoration a')].some((link) => link.textContent.startsWith('run on event'))));
        await until('the events', async () => {
            // The line is drawn again whenever the text has changed.
            const [x, y] = await page.evaluate(() => {
                const link = [...document.querySelectorAll('.codelens-decoration a')].find((link) => link.textContent.startsWith('run on event'));
                const box = link?.getBoundingClientRect();
                return box ? [box.x + box.width / 2, box.y + box.height / 2] : [0, 0];
            });
            if (x) await page.mouse.click(x, y);
            await pause(2000);
            return page.evaluate(() => document.querySelector('.quick-input-list')?.textContent.includes('green.json'));
        });
        await page.keyboard.type('green.json');
        await pause(300);
        await page.keyboard.press('Enter');
        await until('the run on the other event', () => inPicture('document.getElementById("event")?.textContent.includes("green.json")'));
        await until('what the server says of it', () => page.evaluate(() => document.querySelector('.notifications-toasts')?.textContent ?? ''));
        await picture('run-on-event');
        console.log('server: runs on an event');

        // The tests.
        await command('mispflow: Restart the Server');
        await until('no mistake', () => page.evaluate(() => document.querySelector('.editor-instance .squiggly-error') === null));
        await command('Test: Run All Tests');
        await command('Testing: Focus on Test Explorer View');
        const passed = await until('the tests', () =>
            page.evaluate(() => {
                const [all] = (document.querySelector('.test-explorer')?.innerText ?? '').match(/\d+\/\d+/) ?? [];
                return all === '3/3' && all;
            }),
        );
        await picture('tests');
        console.log(`tests: ${passed}`);
    }
    console.log('1 passed, 0 failed');
} catch (error) {
    await picture('failed').catch(() => undefined);
    throw error;
} finally {
    await browser?.close();
    process.kill(-server.pid);
    rmSync(temporary, { recursive: true, force: true });
}
