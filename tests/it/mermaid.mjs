// Says which of the diagrams in a file, a JSON list of strings, the real Mermaid refuses.
// Usage: node mermaid.mjs NODE_MODULES FILE
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const [modules, file] = process.argv.slice(2);
const require = createRequire(join(modules, 'x.js'));
const { JSDOM } = require('jsdom');
const dom = new JSDOM('');
globalThis.window = dom.window;
globalThis.document = dom.window.document;
const { default: mermaid } = await import(join(modules, 'mermaid/dist/mermaid.core.mjs'));
let refused = 0;
for (const text of JSON.parse(readFileSync(file, 'utf8'))) {
    try {
        await mermaid.parse(text);
        const diagram = await mermaid.mermaidAPI.getDiagramFromText(text);
        console.log(diagram.db.getVertices().size);
    } catch (error) {
        refused += 1;
        console.error(`${error}\n${text}`);
    }
}
process.exit(refused === 0 ? 0 : 1);
