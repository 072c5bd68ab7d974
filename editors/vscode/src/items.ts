// The items of a file, as far as "Show Graph" has to know them. Knows nothing of VS Code.

/** Strings and comments, which may hold anything; line breaks stay. */
const NO_CODE = /"""[\s\S]*?(?:"""|$)|"(?:\\.|[^"\\\n])*"?|#[^\n]*/g;

/**
 * The id of the workflow or blueprint around a line, counted from 0. In a test it is the one that is tested; between
 * items it is the one before, and before all of them the first one.
 */
export function itemAt(text: string, line: number): string | undefined {
    const code = text.replace(NO_CODE, (match) => match.replace(/[^\n]/g, ' '));
    const item = /(?<![\w.-])(?:(?:workflow\s+([A-Za-z_][\w-]*)\s+on|blueprint\s+([A-Za-z_][\w-]*)\s*\(|test\s+of\s+([A-Za-z_][\w-]*))(?![\w-]))/g;
    let found: string | undefined;
    for (const match of code.matchAll(item)) {
        const at = code.slice(0, match.index).split('\n').length - 1;
        if (found !== undefined && at > line) break;
        found = match[1] ?? match[2] ?? match[3];
    }
    return found;
}
