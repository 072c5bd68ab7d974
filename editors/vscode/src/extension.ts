import * as vscode from 'vscode';
import { chooseEvent, Graph } from './graph.js';
import { Server } from './server.js';
import { SECTION } from './settings.js';
import { Tests } from './tests.js';

export async function activate(context: vscode.ExtensionContext): Promise<void> {
    const graph = new Graph();
    const server = new Server(async ([file, item, event]) => {
        if (typeof file !== 'string' || typeof item !== 'string' || event) return [file, item, event];
        const chosen = await chooseEvent();
        if (!chosen) return undefined;
        await graph.showItem(vscode.Uri.parse(file), item, [chosen]);
        return [file, item, vscode.Uri.file(chosen).toString()];
    });
    const tests = new Tests(server);
    const command = (name: string, does: () => unknown) => vscode.commands.registerCommand(`${SECTION}.${name}`, does);
    context.subscriptions.push(
        server,
        graph,
        tests,
        command('restart', () => server.restart()),
        command('showLog', () => server.log.show()),
        command('showGraph', () => graph.show([])),
        command('showRun', async () => {
            const event = await chooseEvent();
            if (event) await graph.show([event]);
        }),
        vscode.workspace.onDidGrantWorkspaceTrust(() => server.restart()),
        vscode.workspace.onDidChangeConfiguration((change) => {
            // The server is told of the other settings.
            if (['path', 'arguments'].some((name) => change.affectsConfiguration(`${SECTION}.${name}`))) void server.restart();
        }),
    );
    await server.restart();
}
