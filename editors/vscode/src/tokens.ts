// The server's colours on top of the editor's. Knows nothing of VS Code.

/** What the grammar of the editor tells apart more finely: there may be Jinja in a string, and keywords are of several kinds. */
const FINER_IN_GRAMMAR = ['string', 'comment', 'keyword', 'number', 'operator'];

/**
 * Semantic tokens without those that would hide colours of the grammar. Each token is five numbers: lines since the one
 * before, characters since the one before in its line, length, kind, and what is added to the kind.
 */
export function withoutHiding(data: Uint32Array, kinds: readonly string[]): Uint32Array {
    const hidden = new Set(FINER_IN_GRAMMAR.map((kind) => kinds.indexOf(kind)).filter((index) => index >= 0));
    const left: number[] = [];
    // Where the next token is counted from: the last one that was left out, seen from the last one that stays.
    let lines = 0;
    let characters = 0;
    for (let at = 0; at + 4 < data.length; at += 5) {
        const [line, character, length, kind, more] = data.subarray(at, at + 5) as unknown as [number, number, number, number, number];
        lines += line;
        characters = line ? character : characters + character;
        if (hidden.has(kind)) continue;
        left.push(lines, characters, length, kind, more);
        lines = 0;
        characters = 0;
    }
    return Uint32Array.from(left);
}
