// The tests of a file, as the server's code lenses name them, and what came of them. Knows nothing of VS Code.

import { code } from './items.js';
import { run } from './program.js';

/** The parts of a code lens that count here. */
export interface Lens {
    range: { start: { line: number; character: number }; end: { line: number; character: number } };
}

export interface TestOfFile {
    title: string;
    range: Lens['range'];
}

/**
 * The tests of a file, in order: the lines that begin a test. Of these the ones with a lens, unless the server has none,
 * because it is told to have none.
 */
export function testsOf(text: string, lenses: readonly Lens[]): TestOfFile[] {
    const lines = text.split('\n');
    const tests = code(text)
        .split('\n')
        .flatMap((words, line) => {
            if (!/^\s*test\s/.test(words)) return [];
            const [head, quoted] = lines[line]?.match(/^\s*test\s+("(?:\\.|[^"\\])*")/) ?? [];
            if (!head || !quoted) return [];
            const range = { start: { line, character: 0 }, end: { line, character: head.length } };
            return [{ title: unquoted(quoted), range }];
        });
    const withLens = new Set(lenses.map(({ range }) => range.start.line));
    const named = tests.filter(({ range }) => withLens.has(range.start.line));
    return named.length ? named : tests;
}

/** Strings have the escapes of JSON, and `\u{…}`. */
function unquoted(quoted: string): string {
    try {
        return JSON.parse(quoted.replace(/\\u\{([0-9a-fA-F]+)\}/g, (_, code) => String.fromCodePoint(parseInt(code, 16)).replace(/["\\]/, '\\$&')));
    } catch {
        return quoted.slice(1, -1);
    }
}

export interface Place {
    line: number;
    column: number;
}

export interface Failure {
    message: string;
    notes: string[];
    file: string | null;
    span: { start: Place; end: Place } | null;
}

export interface Result {
    title: string;
    /** From 1. */
    line: number;
    passed: boolean;
    failures: Failure[];
}

/** Runs the tests of a file as it is on disk. What keeps all of them from being run is an error. */
export async function results(program: string, folder: string, file: string, target: string, signal?: AbortSignal): Promise<Result[]> {
    const args = ['test', file, '--format', 'json', '--color', 'never'];
    if (target) args.push('--target', target);
    const output = await run(program, args, folder, '', signal);
    let read: { tests?: Result[]; diagnostics?: { message: string }[] } = {};
    try {
        read = JSON.parse(output.stdout);
    } catch {
        // Then it says why on the other stream.
    }
    if (read.tests) return read.tests;
    const messages = (read.diagnostics ?? []).map(({ message }) => message).join('\n');
    throw new Error(messages || output.stderr.trim() || `mispflow ended with ${output.code}`);
}
