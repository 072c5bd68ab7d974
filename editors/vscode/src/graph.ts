import { dirname, resolve } from 'node:path';
import * as vscode from 'vscode';
import { itemAt, lineOf } from './items.js';
import { type FromPage, page, problemPage, type ToPage } from './page.js';
import { program, settings } from './settings.js';

/** How long the text must rest before it is drawn again. */
const PAUSE = 300;

/** The picture next to the text: one panel, which follows the editor. */
export class Graph implements vscode.Disposable {
    private panel: vscode.WebviewPanel | undefined;
    private document: vscode.TextDocument | undefined;
    private item: string | undefined;
    private events: string[] = [];
    private line = 0;
    private timer: NodeJS.Timeout | undefined;
    private drawing: AbortController | undefined;
    private hasPicture = false;
    private readonly listeners: vscode.Disposable[];

    constructor() {
        this.listeners = [
            vscode.window.onDidChangeTextEditorSelection((change) => this.follow(change.textEditor)),
            vscode.window.onDidChangeActiveTextEditor((editor) => editor && this.follow(editor)),
            vscode.workspace.onDidChangeTextDocument((change) => {
                if (change.document === this.document) this.drawSoon();
            }),
            vscode.window.onDidChangeActiveColorTheme(() => this.drawSoon()),
            // What is imported may have changed.
            vscode.workspace.onDidSaveTextDocument((document) => {
                if (document.languageId === 'mwf') this.drawSoon();
            }),
        ];
    }

    async show(events: string[]): Promise<void> {
        const editor = vscode.window.activeTextEditor;
        if (editor?.document.languageId !== 'mwf') {
            void vscode.window.showInformationMessage('Open a .mwf file to see its graph.');
            return;
        }
        await this.open(editor.document, editor.selection.active.line, events);
    }

    /** Shows a workflow wherever the cursor is. */
    async showItem(uri: vscode.Uri, item: string, events: string[]): Promise<void> {
        const document = await vscode.workspace.openTextDocument(uri);
        await this.open(document, lineOf(document.getText(), item), events);
    }

    private async open(document: vscode.TextDocument, line: number, events: string[]): Promise<void> {
        this.events = events;
        this.document = document;
        this.line = line;
        this.item = itemAt(document.getText(), line);
        if (!this.panel) {
            this.panel = vscode.window.createWebviewPanel(
                'mispflow.graph',
                'Graph',
                { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
                { enableScripts: true, localResourceRoots: [], retainContextWhenHidden: true },
            );
            this.panel.webview.onDidReceiveMessage((message: FromPage | { ready: true }) => {
                if ('ready' in message) this.tell({ line: this.line });
                else void this.reveal(message);
            });
            this.panel.onDidDispose(() => {
                this.panel = undefined;
                this.hasPicture = false;
                this.drawing?.abort();
            });
        } else {
            this.panel.reveal(undefined, true);
        }
        await this.draw();
    }

    private tell(message: ToPage): void {
        void this.panel?.webview.postMessage(message);
    }

    private follow(editor: vscode.TextEditor): void {
        if (!this.panel || editor.document.languageId !== 'mwf') return;
        this.line = editor.selection.active.line;
        const item = itemAt(editor.document.getText(), this.line);
        if (editor.document === this.document && item === this.item) {
            this.tell({ line: this.line });
            return;
        }
        this.document = editor.document;
        this.item = item;
        this.drawSoon();
    }

    private drawSoon(): void {
        if (!this.panel) return;
        clearTimeout(this.timer);
        this.timer = setTimeout(() => void this.draw(), PAUSE);
    }

    private async draw(): Promise<void> {
        clearTimeout(this.timer);
        const { panel, document } = this;
        const found = panel && document && program();
        if (!found) return;
        this.drawing?.abort();
        const drawing = new AbortController();
        this.drawing = drawing;
        const text = document.getText();
        this.item = itemAt(text, this.line);
        const wanted = {
            program: found,
            folder: folderOf(document),
            text,
            item: this.item,
            events: this.events,
            target: settings().get('target', ''),
            isDark: isDark(),
        };
        let made;
        try {
            made = await page(wanted, drawing.signal);
        } catch (error) {
            made = { problem: String(error) };
        }
        // A later picture is on its way, or nobody looks any more.
        if (drawing.signal.aborted || this.panel !== panel) return;
        if ('html' in made) {
            panel.title = `${this.events.length ? 'Run' : 'Graph'}: ${this.item ?? document.fileName}`;
            panel.webview.html = made.html;
            this.hasPicture = true;
        } else if (this.hasPicture) {
            this.tell({ problem: made.problem });
        } else {
            panel.webview.html = problemPage(made.problem);
        }
    }

    private async reveal({ file, line }: FromPage): Promise<void> {
        if (!this.document) return;
        const uri = file ? vscode.Uri.file(resolve(folderOf(this.document), file)) : this.document.uri;
        const visible = vscode.window.visibleTextEditors.find((editor) => editor.document.uri.toString() === uri.toString());
        const viewColumn = visible?.viewColumn ?? vscode.ViewColumn.One;
        const place = new vscode.Range(line, 0, line, 0);
        await vscode.window.showTextDocument(uri, { viewColumn, selection: place, preserveFocus: true });
    }

    dispose(): void {
        clearTimeout(this.timer);
        this.drawing?.abort();
        this.panel?.dispose();
        vscode.Disposable.from(...this.listeners).dispose();
    }
}

function isDark(): boolean {
    const { kind } = vscode.window.activeColorTheme;
    return kind === vscode.ColorThemeKind.Dark || kind === vscode.ColorThemeKind.HighContrast;
}

function folderOf(document: vscode.TextDocument): string {
    if (document.uri.scheme === 'file') return dirname(document.uri.fsPath);
    return vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? process.cwd();
}

/** Asks for an event: a file of JSON near the project, or any. */
export async function chooseEvent(): Promise<string | undefined> {
    const files = await vscode.workspace.findFiles('**/*.{json,ndjson,jsonl}', '**/{node_modules,build,target}/**', 500);
    const inEvents = (uri: vscode.Uri) => (/[/\\]events?[/\\]/.test(uri.fsPath) ? 0 : 1);
    files.sort((one, other) => inEvents(one) - inEvents(other) || one.fsPath.localeCompare(other.fsPath));
    const other = { label: 'Another file…', uri: undefined };
    const choices = files.map((uri) => ({ label: vscode.workspace.asRelativePath(uri), uri }));
    const choice = await vscode.window.showQuickPick([...choices, other], {
        placeHolder: 'The event to run on, as MISP\'s REST API gives it',
    });
    if (!choice) return undefined;
    if (choice.uri) return choice.uri.fsPath;
    const [chosen] = (await vscode.window.showOpenDialog({ canSelectMany: false, openLabel: 'Run on this event' })) ?? [];
    return chosen?.fsPath;
}
