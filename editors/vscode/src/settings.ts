import * as vscode from 'vscode';
import { findProgram } from './program.js';

export const SECTION = 'mispflow';

export function settings(): vscode.WorkspaceConfiguration {
    return vscode.workspace.getConfiguration(SECTION);
}

/** The program, or what to do about it said to the user. */
export function program(): string | undefined {
    const setting = settings().get('path', '');
    const found = findProgram(setting, vscode.workspace.workspaceFolders?.[0]?.uri.fsPath);
    if (!found) void sayMissing(setting);
    return found;
}

async function sayMissing(setting: string): Promise<void> {
    const message = setting
        ? `There is no program at "${setting}", which the setting "mispflow.path" names.`
        : 'The program mispflow is not on the PATH. Install it, or name it in the setting "mispflow.path".';
    const open = 'Open the Setting';
    const install = 'How to Install';
    const choice = await vscode.window.showErrorMessage(message, open, install);
    if (choice === open) await vscode.commands.executeCommand('workbench.action.openSettings', 'mispflow.path');
    if (choice === install) {
        await vscode.env.openExternal(vscode.Uri.parse('https://github.com/mispflow/mispflow/blob/main/docs/install.md'));
    }
}
