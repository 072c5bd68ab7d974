// The tests of a file, as the server's code lenses name them, and what came of them. Knows nothing of VS Code.

import { run } from './program.js';

/** The parts of a code lens that count here. */
export interface Lens {
    range: { start: { line: number; character: number }; end: { line: number; character: number } };
}

export interface TestOfFile {
    title: string;
    range: Lens['range'];
}

/** The tests of a file, in order: those lines with a lens that begin a test. */
export function testsOf(lenses: readonly Lens[], text: string): TestOfFile[] {
    const lines = text.split(/\r?\n/);
    const found = new Map<number, TestOfFile>();
    for (const { range } of lenses) {
        const [, quoted] = lines[range.start.line]?.match(/^\s*test\s+("(?:\\.|[^"\\])*")/) ?? [];
        if (quoted) found.set(range.start.line, { title: unquoted(quoted), range });
    }
    return [...found.values()].sort((one, other) => one.range.start.line - other.range.start.line);
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
