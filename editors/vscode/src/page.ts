// The page with the picture: made by the program, with a script that follows the cursor. Knows nothing of VS Code.

import { isAbsolute, relative } from 'node:path';
import { run } from './program.js';

/** What a picture is made of. */
export interface Wanted {
    program: string;
    /** The folder that imports start at. */
    folder: string;
    /** The text, saved or not. */
    text: string;
    /** The id of the workflow or blueprint. */
    item: string | undefined;
    /** Events whose runs are drawn. */
    events: string[];
    target: string;
    /** Whether the editor is dark, whatever the system prefers. */
    isDark: boolean;
}

export type Page = { html: string } | { problem: string };

/** What the page tells the editor. */
export interface FromPage {
    /** A node was chosen: its file, which is empty for the file of the picture, and its line from 0. */
    file: string;
    line: number;
}

/** What the editor tells the page. */
export type ToPage = { line: number } | { problem: string | undefined };

export async function page(wanted: Wanted, signal?: AbortSignal): Promise<Page> {
    const args = ['graph', '-', '--as', 'html', '--color', 'never'];
    if (wanted.item) args.push('--workflow', wanted.item);
    if (wanted.target) args.push('--target', wanted.target);
    // The page shows the names: short ones where they can be.
    for (const event of wanted.events) {
        const inside = relative(wanted.folder, event);
        args.push('--event', inside.startsWith('..') || isAbsolute(inside) ? event : inside);
    }
    const output = await run(wanted.program, args, wanted.folder, wanted.text, signal);
    if (output.stdout.startsWith('<!doctype html>')) return { html: withScript(withColours(output.stdout, wanted.isDark)) };
    return { problem: output.stderr.trim() || `mispflow ended with ${output.code}` };
}

/** The page asks the system for light or dark; here the editor decides. */
function withColours(html: string, isDark: boolean): string {
    const asked = /@media\s*\(prefers-color-scheme:\s*dark\)/g;
    return html
        .replace(/<style>[\s\S]*?<\/style>/g, (style) => style.replace(asked, isDark ? '@media all' : '@media not all'))
        .replace('<meta name="color-scheme" content="light dark">', `<meta name="color-scheme" content="${isDark ? 'dark' : 'light'}">`);
}

function withScript(html: string): string {
    const end = html.lastIndexOf('</body>');
    const at = end < 0 ? html.length : end;
    return `${html.slice(0, at)}<script>\n'use strict';\n(${follow})();\n</script>\n${html.slice(at)}`;
}

/** A page for when there is no picture. */
export function problemPage(problem: string): string {
    const escaped = problem.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
    return `<!doctype html><html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<style>pre{white-space:pre-wrap;font-family:var(--vscode-editor-font-family)}</style></head>
<body><p>There is no picture:</p><pre>${escaped}</pre></body></html>`;
}

/** Runs in the page, so it uses nothing from outside of itself. */
function follow(): void {
    // The types of a browser are not those of the extension.
    const scope = globalThis as any;
    const { document, window, MouseEvent, PointerEvent } = scope;
    const editor = scope.acquireVsCodeApi();
    const byId = (id: string) => document.getElementById(id);
    const svg = document.querySelector('#stage svg');

    // The article of a node says where its statement is, and shows its lines.
    const places: { node: any; file: string; first: number; last: number }[] = [];
    for (const article of document.querySelectorAll('article[id^="d"]')) {
        const node = byId(`n${article.id.slice(1)}`);
        const source = article.querySelector('.source')?.textContent ?? '';
        const [, file, line] = source.match(/^(.*):(\d+)$/) ?? [];
        if (!node || line === undefined) continue;
        const shown = [...(article.querySelector('pre')?.textContent ?? '').matchAll(/^ *(\d+)(?: |$)/gm)];
        const first = Number(line) - 1;
        const last = Math.max(first, ...shown.map((row) => Number(row[1]) - 1));
        places.push({ node, file: file === '-' ? '' : file!, first, last });
    }

    let isFollowing = false;
    const show = (line: number) => {
        const own = places.filter((place) => place.file === '' && place.first <= line);
        const around = own.filter((place) => place.last >= line);
        // The statement that begins last is the innermost; of several nodes of one statement the first.
        const candidates = around.length ? around : own;
        const begin = Math.max(...candidates.map((place) => place.first));
        const place = candidates.find((candidate) => candidate.first === begin);
        if (!place || place.node.classList.contains('chosen')) return;
        isFollowing = true;
        place.node.dispatchEvent(new MouseEvent('click', { bubbles: true }));
        isFollowing = false;
        // In a narrow window the page has scrolled to what it says of the node; the picture is what was asked for.
        window.scrollTo(0, 0);
        const box = place.node.getBoundingClientRect();
        const frame = svg.getBoundingClientRect();
        const off = (low: number, high: number, from: number, to: number) =>
            low < from ? from - low + 20 : high > to ? Math.max(to - high - 20, from - low + 20) : 0;
        const x = off(box.left, box.right, frame.left, frame.right);
        const y = off(box.top, box.bottom, frame.top, frame.bottom);
        if (!x && !y) return;
        // The page moves its picture by itself when it is dragged.
        const drag = (type: string, target: any, clientX: number, clientY: number) =>
            target.dispatchEvent(new PointerEvent(type, { pointerId: 4242, clientX, clientY, bubbles: true }));
        drag('pointerdown', svg, 0, 0);
        drag('pointermove', window, x, y);
        drag('pointerup', window, x, y);
        // The click that ends a drag chooses nothing.
        svg.dispatchEvent(new MouseEvent('click'));
    };

    const strip = document.createElement('pre');
    strip.id = 'problem';
    strip.hidden = true;
    strip.setAttribute('role', 'status');
    strip.style.cssText = 
        'position:sticky;top:0;z-index:2;margin:0;padding:6px 16px;max-height:30vh;overflow:auto;white-space:pre-wrap;border-left:4px solid #b3161f';
    document.body.prepend(strip);

    window.addEventListener('message', (event: any) => {
        const told = event.data;
        if (typeof told.line === 'number') show(told.line);
        if ('problem' in told) {
            strip.hidden = !told.problem;
            strip.textContent = told.problem ? `The picture is of an earlier text:\n${told.problem}` : '';
        }
    });
    for (const place of places) {
        place.node.addEventListener('click', () => {
            if (!isFollowing) editor.postMessage({ file: place.file, line: place.first });
        });
    }
    editor.postMessage({ ready: true });
}
