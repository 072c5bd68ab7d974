import * as vscode from 'vscode';
import { CloseAction, ErrorAction, type ErrorHandler, LanguageClient, type LanguageClientOptions, State } from 'vscode-languageclient/node';
import { run } from './program.js';
import { program, SECTION, settings } from './settings.js';
import { withoutHiding } from './tokens.js';

/** The server's command that runs a workflow: the address of its file, its id, the address of an event. */
const RUN_ON_EVENT = 'mispflow.runOnEvent';

/** The language server, which may be started and stopped at any time. */
export class Server implements vscode.Disposable {
    readonly log = vscode.window.createOutputChannel('mispflow', { log: true });
    private client: LanguageClient | undefined;
    private readonly started = new vscode.EventEmitter<LanguageClient>();
    /** The server has started, for the first time or again. */
    readonly onStarted = this.started.event;
    /** Starts and stops come one after the other. */
    private last: Promise<void> = Promise.resolve();

    /** `withEvent` adds an event to the arguments of the command that runs a workflow, or gives nothing to stop it. */
    constructor(private readonly withEvent: (args: unknown[]) => Promise<unknown[] | undefined>) {}

    /** The running server. */
    get running(): LanguageClient | undefined {
        return this.client?.state === State.Running ? this.client : undefined;
    }

    restart(): Promise<void> {
        this.last = this.last.then(() => this.stopNow()).then(() => this.startNow());
        return this.last;
    }

    stop(): Promise<void> {
        this.last = this.last.then(() => this.stopNow());
        return this.last;
    }

    private async startNow(): Promise<void> {
        // A folder that is not trusted may not choose what is started, so nothing is.
        if (!vscode.workspace.isTrusted) return;
        const command = program();
        if (!command) return;
        const args = settings().get<string[]>('arguments', ['lsp']);
        if (!(await this.knows(command, args))) return;
        const server = { command, args };
        // A server that ends at once is said once, below; one that ends later is started again.
        let handler: ErrorHandler | undefined;
        const errorHandler: ErrorHandler = {
            error: (error, message, count) => handler?.error(error, message, count) ?? { action: ErrorAction.Shutdown, handled: true },
            closed: () => handler?.closed() ?? { action: CloseAction.DoNotRestart, handled: true },
        };
        const options: LanguageClientOptions = {
            errorHandler,
            initializationFailedHandler: () => false,
            documentSelector: [
                { scheme: 'file', language: 'mwf' },
                { scheme: 'untitled', language: 'mwf' },
                { scheme: 'file', pattern: '**/mispflow.toml' },
                { scheme: 'file', language: 'json' },
            ],
            // Only the values: the object has functions too.
            initializationOptions: JSON.parse(JSON.stringify(settings())),
            synchronize: { configurationSection: SECTION },
            middleware: {
                executeCommand: async (command, args, next) => {
                    const whole = command === RUN_ON_EVENT ? await this.withEvent(args) : args;
                    return whole && next(command, whole);
                },
                provideDocumentSemanticTokens: async (document, token, next) => this.coloured(await next(document, token)),
                provideDocumentRangeSemanticTokens: async (document, range, token, next) =>
                    this.coloured(await next(document, range, token)),
            },
            outputChannel: this.log,
            traceOutputChannel: this.log,
        };
        const client = new LanguageClient(SECTION, 'mispflow', server, options);
        this.client = client;
        try {
            await client.start();
            handler = client.createDefaultErrorHandler();
            this.started.fire(client);
        } catch (error) {
            this.log.error(`the server has not started: ${error}`);
        }
    }

    private coloured(tokens: vscode.SemanticTokens | null | undefined): vscode.SemanticTokens | null | undefined {
        const kinds = this.client?.initializeResult?.capabilities.semanticTokensProvider?.legend.tokenTypes ?? [];
        return tokens && new vscode.SemanticTokens(withoutHiding(tokens.data, kinds), tokens.resultId);
    }

    /** Whether the program has a server. An older one would end at once, and the editor would only say that. */
    private async knows(command: string, args: string[]): Promise<boolean> {
        if (args[0] !== 'lsp') return true;
        const { code, stderr } = await run(command, [...args, '--help'], '.', '').catch((error) => ({ code: null, stderr: String(error) }));
        if (code === 0) return true;
        this.log.error(`${command} ${args.join(' ')} --help: ${stderr}`);
        const show = 'Show the Log';
        const message = `${command} has no language server. Install a newer mispflow, or name another one in "mispflow.path".`;
        void vscode.window.showErrorMessage(message, show).then((choice) => choice && this.log.show());
        return false;
    }

    private async stopNow(): Promise<void> {
        const client = this.client;
        this.client = undefined;
        try {
            await client?.dispose();
        } catch (error) {
            // It is gone already, which was the aim.
            this.log.info(`while stopping: ${error}`);
        }
    }

    dispose(): void {
        void this.stop();
        this.started.dispose();
        this.log.dispose();
    }
}
