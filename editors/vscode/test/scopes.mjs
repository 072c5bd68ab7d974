// What VS Code's own engine makes of a text: the most exact scopes of each token.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import oniguruma from 'vscode-oniguruma';
import textmate from 'vscode-textmate';

const require = createRequire(import.meta.url);
const grammarPath = new URL('../syntaxes/mwf.tmLanguage.json', import.meta.url);

export async function loadGrammar() {
    await oniguruma.loadWASM(readFileSync(require.resolve('vscode-oniguruma/release/onig.wasm')));
    const registry = new textmate.Registry({
        onigLib: Promise.resolve({
            createOnigScanner: (patterns) => new oniguruma.OnigScanner(patterns),
            createOnigString: (text) => new oniguruma.OnigString(text),
        }),
        loadGrammar: async (scope) =>
            scope === 'source.mwf' ? textmate.parseRawGrammar(readFileSync(grammarPath, 'utf8'), 'mwf.json') : null,
    });
    return registry.loadGrammar('source.mwf');
}

/** The tokens of a text by line: `{ text, scopes }`, without `source.mwf` and without the ending `.mwf`. */
export function tokens(grammar, text) {
    let stack = textmate.INITIAL;
    return text.split('\n').map((line) => {
        const result = grammar.tokenizeLine(line, stack);
        stack = result.ruleStack;
        return result.tokens.map((token) => ({
            text: line.slice(token.startIndex, token.endIndex),
            scopes: token.scopes.slice(1).map((scope) => scope.replace(/\.mwf$/, '')),
        }));
    });
}

/** How many rules are open after the last line. */
export function openRules(grammar, text) {
    let stack = textmate.INITIAL;
    for (const line of text.split('\n')) stack = grammar.tokenizeLine(line, stack).ruleStack;
    return stack.depth - 1;
}

/** A text with the scopes of its tokens below each line. Blanks and marks that only say where something begins are left out. */
export function annotated(grammar, text) {
    const lines = text.split('\n');
    return tokens(grammar, text)
        .map((tokens, index) => {
            const named = tokens
                .map(({ text, scopes }) => [text.trim(), scopes.filter((scope) => !scope.startsWith('meta.')).pop()])
                .filter(([text, scope]) => text && !scope?.startsWith('punctuation.'));
            // Neighbours of the same kind are one.
            const parts = [];
            for (const [text, scope] of named) {
                const last = parts.at(-1);
                if (last && last[1] === scope) last[0] += ` ${text}`;
                else parts.push([text, scope]);
            }
            const told = parts.map(([text, scope]) => `\t${scope ?? 'NOTHING'}: ${text}\n`).join('');
            return `${lines[index]}\n${told}`;
        })
        .join('');
}
