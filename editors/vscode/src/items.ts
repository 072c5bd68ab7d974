// The items of a file, as far as "Show Graph" has to know them. Knows nothing of VS Code.

/** Strings and comments, which may hold anything; line breaks stay. */
const NO_CODE = /"""[\s\S]*?(?:"""|$)|"(?:\\.|[^"\\\n])*"?|#[^\n]*/g;

/** A text without its strings and comments; every character stays where it is. */
export function code(text: string): string {
    return text.replace(NO_CODE, (match) => match.replace(/[^\n]/g, ' '));
}

/** The workflows, blueprints and tests of a file, each with its line from 0. Of a test it is the workflow that is tested. */
function items(text: string): { id: string; line: number; isTest: boolean }[] {
    const words = code(text);
    const item = /(?<![\w.-])(?:(?:workflow\s+([A-Za-z_][\w-]*)\s+on|blueprint\s+([A-Za-z_][\w-]*)\s*\(|test\s+of\s+([A-Za-z_][\w-]*))(?![\w-]))/g;
    let at = 0;
    let line = 0;
    return [...words.matchAll(item)].map((match) => {
        line += words.slice(at, match.index).split('\n').length - 1;
        at = match.index;
        return { id: (match[1] ?? match[2] ?? match[3])!, line, isTest: match[3] !== undefined };
    });
}

/**
 * The id of the workflow or blueprint around a line, counted from 0. In a test it is the one that is tested; between
 * items it is the one before, and before all of them the first one.
 */
export function itemAt(text: string, line: number): string | undefined {
    const all = items(text);
    return (all.filter((item) => item.line <= line).pop() ?? all[0])?.id;
}

/** The line on which a workflow or blueprint begins, from 0. */
export function lineOf(text: string, id: string): number {
    return items(text).find((item) => item.id === id && !item.isTest)?.line ?? 0;
}
