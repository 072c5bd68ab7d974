import { basename, dirname, resolve } from 'node:path';
import * as vscode from 'vscode';
import { type Failure, type Lens, type Result, results, testsOf } from './lenses.js';
import type { Server } from './server.js';
import { program, SECTION, settings } from './settings.js';

/** The test explorer. The tests of a file are those that the server has a code lens for. */
export class Tests implements vscode.Disposable {
    private readonly controller = vscode.tests.createTestController(SECTION, 'mispflow');
    private readonly listeners: vscode.Disposable[];

    constructor(private readonly server: Server) {
        const watcher = vscode.workspace.createFileSystemWatcher('**/*.mwf');
        this.controller.resolveHandler = (item) => (item ? this.findTests(item) : this.findFiles());
        this.controller.refreshHandler = () => this.findFiles();
        this.controller.createRunProfile('Run', vscode.TestRunProfileKind.Run, (request, token) => this.run(request, token), true);
        this.listeners = [
            watcher,
            watcher.onDidCreate((uri) => this.file(uri)),
            watcher.onDidDelete((uri) => this.controller.items.delete(uri.toString())),
            watcher.onDidChange((uri) => this.findKnown(uri)),
            vscode.workspace.onDidOpenTextDocument((document) => this.findIn(document)),
            vscode.workspace.onDidSaveTextDocument((document) => this.findIn(document)),
            server.onStarted(() => vscode.workspace.textDocuments.forEach((document) => this.findIn(document))),
        ];
    }

    private file(uri: vscode.Uri): vscode.TestItem {
        const id = uri.toString();
        const known = this.controller.items.get(id);
        if (known) return known;
        const item = this.controller.createTestItem(id, vscode.workspace.asRelativePath(uri), uri);
        // Which tests are in it is asked when somebody opens it.
        item.canResolveChildren = true;
        this.controller.items.add(item);
        return item;
    }

    private async findFiles(): Promise<void> {
        const found = await vscode.workspace.findFiles('**/*.mwf', '**/{node_modules,build,target}/**');
        const ids = new Set(found.map(String));
        this.controller.items.forEach((item) => ids.has(item.id) || this.controller.items.delete(item.id));
        for (const uri of found) this.file(uri);
    }

    private async findIn(document: vscode.TextDocument): Promise<void> {
        if (document.languageId === 'mwf' && document.uri.scheme === 'file') await this.findTests(this.file(document.uri));
    }

    private async findKnown(uri: vscode.Uri): Promise<void> {
        const item = this.controller.items.get(uri.toString());
        if (item?.children.size) await this.findTests(item);
    }

    private async findTests(item: vscode.TestItem): Promise<void> {
        const client = this.server.running;
        if (!client || !item.uri) return;
        // The server is asked about files that it has been shown.
        const document = await vscode.workspace.openTextDocument(item.uri);
        const textDocument = { uri: client.code2ProtocolConverter.asUri(document.uri) };
        const hasLenses = client.initializeResult?.capabilities.codeLensProvider !== undefined;
        let lenses: Lens[] | null = null;
        try {
            if (hasLenses) lenses = await client.sendRequest<Lens[] | null>('textDocument/codeLens', { textDocument });
        } catch (error) {
            this.server.log.warn(`no code lenses of ${item.label}: ${error}`);
        }
        item.children.replace(
            testsOf(document.getText(), lenses ?? []).map(({ title, range }) => {
                const test = this.controller.createTestItem(title, title, item.uri);
                test.range = new vscode.Range(range.start.line, range.start.character, range.end.line, range.end.character);
                return test;
            }),
        );
    }

    private async run(request: vscode.TestRunRequest, token: vscode.CancellationToken): Promise<void> {
        const run = this.controller.createTestRun(request);
        const stop = new AbortController();
        token.onCancellationRequested(() => stop.abort());
        const excluded = new Set(request.exclude ?? []);
        const byFile = new Map<vscode.TestItem, vscode.TestItem[]>();
        const add = (item: vscode.TestItem) => {
            if (excluded.has(item) || (item.parent && excluded.has(item.parent))) return;
            if (!item.parent) item.children.forEach(add);
            else byFile.set(item.parent, [...(byFile.get(item.parent) ?? []), item]);
        };
        try {
            if (!request.include) await this.findFiles();
            const chosen = request.include ?? [...this.controller.items].map(([, item]) => item);
            for (const item of chosen) {
                if (!item.parent && !item.children.size) await this.findTests(item);
                add(item);
            }
            for (const [file, items] of byFile) {
                if (stop.signal.aborted) break;
                await this.runFile(run, file, items, stop.signal);
            }
        } finally {
            run.end();
        }
    }

    private async runFile(run: vscode.TestRun, file: vscode.TestItem, items: vscode.TestItem[], signal: AbortSignal): Promise<void> {
        const found = program();
        const path = file.uri?.fsPath;
        if (!found || !path) return;
        items.forEach((item) => run.started(item));
        let made: Result[];
        try {
            // Tests are run on what is on disk, with all that it imports.
            await Promise.all(vscode.workspace.textDocuments.map((document) => document.languageId === 'mwf' && document.isDirty && document.save()));
            made = await results(found, dirname(path), basename(path), settings().get('target', ''), signal);
        } catch (error) {
            const message = new vscode.TestMessage(signal.aborted ? 'stopped' : String((error as Error).message ?? error));
            items.forEach((item) => (signal.aborted ? run.skipped(item) : run.errored(item, message)));
            return;
        }
        for (const item of items) {
            const result = made.find(({ title }) => title === item.id);
            if (!result) run.skipped(item);
            else if (result.passed) run.passed(item);
            else run.failed(item, result.failures.map((failure) => message(failure, item)));
            const words = [result ? (result.passed ? 'passed' : 'failed') : 'not found', `${file.label}: ${item.label}`];
            const why = (result?.failures ?? []).flatMap((failure) => [`  ${failure.message}`, ...failure.notes.map((note) => `    ${note}`)]);
            run.appendOutput([words.join('  '), ...why, ''].join('\r\n'), undefined, item);
        }
    }

    dispose(): void {
        vscode.Disposable.from(...this.listeners).dispose();
        this.controller.dispose();
    }
}

function message(failure: Failure, item: vscode.TestItem): vscode.TestMessage {
    const text = [failure.message, ...failure.notes.map((note) => `note: ${note}`)].join('\n');
    const message = new vscode.TestMessage(text);
    if (item.uri && failure.span && failure.file) {
        const { start, end } = failure.span;
        const range = new vscode.Range(start.line - 1, start.column - 1, end.line - 1, end.column - 1);
        const uri = vscode.Uri.file(resolve(dirname(item.uri.fsPath), failure.file));
        message.location = new vscode.Location(uri, range);
    } else if (item.uri && item.range) {
        message.location = new vscode.Location(item.uri, item.range);
    }
    return message;
}
