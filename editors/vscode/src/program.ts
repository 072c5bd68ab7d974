// Where the program is, and running it. Knows nothing of VS Code.

import { spawn } from 'node:child_process';
import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join, resolve } from 'node:path';

export interface Output {
    code: number | null;
    stdout: string;
    stderr: string;
}

/** The largest picture that is taken from the program. */
const LARGEST = 64 * 1024 * 1024;

function isProgram(path: string): boolean {
    try {
        accessSync(path, constants.X_OK);
        return statSync(path).isFile();
    } catch {
        return false;
    }
}

/**
 * The path of the program: the one of the settings, where `~` is the home of the user and a relative path begins at
 * `folder`, else the one on the `PATH`.
 */
export function findProgram(setting: string, folder: string | undefined, path = process.env.PATH ?? ''): string | undefined {
    const endings = process.platform === 'win32' ? ['.exe', '.cmd', ''] : [''];
    const withEnding = (base: string) => endings.map((ending) => base + ending).find(isProgram);
    const wanted = setting.trim();
    if (wanted) {
        const expanded = wanted.replace(/^~(?=[/\\]|$)/, homedir());
        if (isAbsolute(expanded) || /[/\\]/.test(expanded)) return withEnding(resolve(folder ?? '', expanded));
    }
    const name = wanted || 'mispflow';
    for (const entry of path.split(delimiter)) {
        // A relative entry would mean a folder of the project.
        const found = isAbsolute(entry) ? withEnding(join(entry, name)) : undefined;
        if (found) return found;
    }
    return undefined;
}

/** Runs the program and waits for it. `signal` ends it. */
export function run(program: string, args: string[], folder: string, input: string, signal?: AbortSignal): Promise<Output> {
    return new Promise((done, failed) => {
        const child = spawn(program, args, { cwd: folder, signal, stdio: 'pipe', windowsHide: true });
        const parts = { stdout: [] as Buffer[], stderr: [] as Buffer[] };
        let size = 0;
        for (const name of ['stdout', 'stderr'] as const) {
            child[name].on('data', (part: Buffer) => {
                size += part.length;
                if (size > LARGEST) child.kill();
                else parts[name].push(part);
            });
        }
        child.on('error', failed);
        child.on('close', (code) => {
            const text = (name: 'stdout' | 'stderr') => Buffer.concat(parts[name]).toString('utf8');
            done({ code, stdout: text('stdout'), stderr: text('stderr') });
        });
        // A program that ends before it has read everything is no error of ours.
        child.stdin.on('error', () => undefined);
        child.stdin.end(input);
    });
}
