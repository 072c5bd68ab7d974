'use strict';
(() => {
    const svg = document.querySelector('#stage svg');
    const byId = (id) => document.getElementById(id);
    const nodes = [...svg.querySelectorAll('.node')];
    document.body.classList.add('script');

    // Moving the picture: a part of it is shown, `view`.
    const whole = svg.getAttribute('viewBox').split(' ').map(Number);
    let view = whole;
    const show = (next) => {
        view = next;
        svg.setAttribute('viewBox', view.join(' '));
    };
    const size = () => [svg.clientWidth || 1, svg.clientHeight || 1];
    const scale = () => {
        const [width, height] = size();
        return Math.min(width / view[2], height / view[3]);
    };
    // The part that fills the window, at a scale.
    const part = (factor, x, y) => {
        const [width, height] = size();
        return [x, y, width / factor, height / factor];
    };
    const fit = () => {
        const [width, height] = size();
        const factor = Math.min(width / whole[2], height / whole[3], 1.5);
        show(part(factor, whole[2] / 2 - width / factor / 2, whole[3] / 2 - height / factor / 2));
    };
    // Where text would be less than 9 pixels high, only the left shows, where the run begins.
    const begin = () => {
        fit();
        const least = 0.95;
        if (scale() >= least || !nodes.length) return;
        const box = nodes[0].transform.baseVal.consolidate().matrix;
        const [, height] = size();
        const rest = whole[3] - height / least;
        show(part(least, 0, rest < 0 ? rest / 2 : Math.max(0, Math.min(box.f + 40 - height / least / 2, rest))));
    };
    const point = (x, y) => new DOMPoint(x, y).matrixTransform(svg.getScreenCTM().inverse());
    // Whether the reader has moved the picture.
    let isMoved = false;
    const zoom = (by, x, y) => {
        isMoved = true;
        const next = Math.min(Math.max(scale() * by, 0.02), 8);
        const box = svg.getBoundingClientRect();
        const at = point(x ?? box.left + box.width / 2, y ?? box.top + box.height / 2);
        const ratio = scale() / next;
        show([at.x - (at.x - view[0]) * ratio, at.y - (at.y - view[1]) * ratio, view[2] * ratio, view[3] * ratio]);
    };
    const pan = (x, y) => {
        isMoved = true;
        show([view[0] - x / scale(), view[1] - y / scale(), view[2], view[3]]);
    };

    svg.addEventListener('wheel', (event) => {
        event.preventDefault();
        const step = event.deltaMode === 1 ? 24 : 1;
        zoom(Math.exp(-event.deltaY * step * 0.0015), event.clientX, event.clientY);
    }, { passive: false });

    // One finger or the mouse moves, two fingers also make it larger and smaller.
    const fingers = new Map();
    let moved = 0;
    const middle = () => {
        const all = [...fingers.values()];
        const x = all.reduce((sum, finger) => sum + finger.x, 0) / all.length;
        const y = all.reduce((sum, finger) => sum + finger.y, 0) / all.length;
        return { x, y, apart: all.length > 1 ? Math.hypot(all[0].x - all[1].x, all[0].y - all[1].y) : 0 };
    };
    svg.addEventListener('pointerdown', (event) => {
        if (fingers.size === 0) moved = 0;
        fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    });
    window.addEventListener('pointermove', (event) => {
        if (!fingers.has(event.pointerId)) return;
        const before = middle();
        fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
        const after = middle();
        moved += Math.hypot(after.x - before.x, after.y - before.y);
        if (moved < 4 && fingers.size < 2) return;
        pan(after.x - before.x, after.y - before.y);
        if (before.apart > 0 && after.apart > 0) zoom(after.apart / before.apart, after.x, after.y);
    });
    for (const end of ['pointerup', 'pointercancel']) {
        window.addEventListener(end, (event) => fingers.delete(event.pointerId));
    }

    // The click at the end of a drag chooses nothing; the next one does.
    svg.addEventListener('click', () => {
        moved = 0;
    });

    byId('in').onclick = () => zoom(1.25);
    byId('out').onclick = () => zoom(0.8);
    byId('whole').onclick = fit;
    document.addEventListener('keydown', (event) => {
        if (event.ctrlKey || event.altKey || event.metaKey || event.target.closest('input, select')) return;
        const moves = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };
        const inPicture = event.target === document.body || event.target.closest('#stage');
        if (event.key === '+' || event.key === '=') zoom(1.25);
        else if (event.key === '-') zoom(0.8);
        else if (event.key === '0') fit();
        else if (event.key === 'Escape') choose(null);
        else if (moves[event.key] && inPicture) pan(...moves[event.key]);
        else return;
        event.preventDefault();
    });
    window.addEventListener('beforeprint', () => show(whole));
    window.addEventListener('afterprint', begin);
    window.addEventListener('resize', () => {
        if (!isMoved) begin();
    });

    // A node that is chosen shows what it is.
    const choose = (node) => {
        for (const other of nodes) {
            const is = other === node;
            other.classList.toggle('chosen', is);
            other.setAttribute('aria-pressed', String(is));
            byId(`d${other.id.slice(1)}`).classList.toggle('chosen', is);
        }
        if (node) byId('details').scrollIntoView({ block: 'nearest' });
    };
    // Moves the picture as far as needed to show a node.
    const reveal = (node) => {
        const box = node.getBoundingClientRect();
        const frame = svg.getBoundingClientRect();
        const x = box.left < frame.left ? frame.left - box.left + 20 : Math.min(0, frame.right - box.right - 20);
        const y = box.top < frame.top ? frame.top - box.top + 20 : Math.min(0, frame.bottom - box.bottom - 20);
        if (x || y) pan(x, y);
    };
    for (const node of nodes) {
        node.addEventListener('click', () => {
            if (moved < 4) choose(node);
        });
        node.addEventListener('keydown', (event) => {
            if (event.key !== 'Enter' && event.key !== ' ') return;
            event.preventDefault();
            choose(node);
        });
        // What the keyboard reaches is to be seen.
        node.addEventListener('focus', () => {
            if (node.matches(':focus-visible')) reveal(node);
        });
    }
    begin();

    // Runs.
    const runs = JSON.parse(byId('runs').textContent);
    if (!runs.length) return;
    const element = (name, text, parent) => {
        const made = document.createElement(name);
        made.textContent = text;
        parent.append(made);
        return made;
    };
    const drawn = (name, parent, attributes) => {
        const made = document.createElementNS('http://www.w3.org/2000/svg', name);
        for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
        parent.append(made);
        return made;
    };
    const slider = byId('at');
    let run = runs[0];
    let rows = [];
    let effects = [];

    const lines = (step) => [
        ...step.saw.map((text) => `saw ${text}`),
        ...step.because.map((text) => `because ${text}`),
        ...step.does.map((text) => `does ${text}`),
    ];
    const title = (step) => {
        const name = byId(`d${step.node}`)?.querySelector('h3').textContent ?? '';
        return `${name}: ${step.word} (node ${step.node})`;
    };
    const badge = (node, text, word) => {
        const kind = word === 'failed' || word === 'crashes' ? ' bad' : word === 'skipped' ? ' skip' : '';
        const group = drawn('g', node, { class: `badge${kind}`, transform: 'translate(6 -9)' });
        const back = drawn('rect', group, { x: -4, y: -9, height: 17, rx: 4 });
        const label = drawn('text', group, { x: 0, y: 3.5 });
        label.textContent = text;
        back.setAttribute('width', String(label.getComputedTextLength() + 8));
    };
    const step = (at) => {
        slider.value = String(at);
        svg.classList.add('running');
        for (const old of svg.querySelectorAll('.badge')) old.remove();
        for (const node of nodes) node.classList.remove('seen', 'now');
        for (const link of svg.querySelectorAll('.link')) link.classList.remove('taken');
        const last = new Map();
        run.steps.slice(0, at).forEach((each, index) => {
            last.set(each.node, [each, index]);
            for (const wire of each.wires) byId(`w${wire}`)?.classList.add('taken');
        });
        for (const [id, [each, index]] of last) {
            const node = byId(`n${id}`);
            if (!node) continue;
            node.classList.add('seen');
            badge(node, `${index + 1} ${each.word}`, each.word);
        }
        const current = run.steps[at - 1];
        if (current) byId(`n${current.node}`)?.classList.add('now');
        rows.forEach((row, index) => {
            row.classList.toggle('current', index === at - 1);
            if (index === at - 1) row.setAttribute('aria-current', 'step');
            else row.removeAttribute('aria-current');
        });
        effects.forEach(([row, index]) => {
            row.classList.toggle('done', index < at);
            row.classList.toggle('later', index >= at);
        });
        const told = current ? `Step ${at} of ${run.steps.length}: ${title(current)}` : 'Before the run';
        slider.setAttribute('aria-valuetext', told);
        byId('now').textContent = told;
    };
    // The same where the reader asked for it: the node is to be seen.
    const go = (at) => {
        step(at);
        const current = svg.querySelector('.node.now');
        if (current) reveal(current);
    };
    const load = (index) => {
        run = runs[index];
        byId('outcome').textContent = `Outcome ${run.outcome}, verdict ${run.verdict}. ${run.errors.join(' ')}`;
        for (const note of run.notes) element('span', ` Note: ${note}`, byId('outcome'));
        slider.max = String(run.steps.length);
        byId('steps').textContent = '';
        byId('effects').textContent = '';
        for (const article of document.querySelectorAll('.in-run')) article.textContent = '';
        effects = [];
        let part = '';
        rows = run.steps.map((each, at) => {
            if (each.part !== part) {
                part = each.part;
                element('li', `${part}:`, byId('steps')).className = 'part';
            }
            const row = element('li', '', byId('steps'));
            row.value = at + 1;
            element('button', title(each), row).onclick = () => go(at + 1);
            row.firstChild.type = 'button';
            for (const line of lines(each)) element('div', line, row);
            const inRun = byId(`d${each.node}`)?.querySelector('.in-run');
            if (inRun) {
                element('h3', `In this run, step ${at + 1}: ${each.word}`, inRun);
                for (const line of lines(each)) element('p', line, inRun);
            }
            for (const effect of each.does) {
                effects.push([element('li', `${each.node}: ${effect}`, byId('effects')), at]);
            }
            return row;
        });
        if (!effects.length) element('li', 'none', byId('effects'));
        step(run.steps.length);
    };
    // The folders in front of a file's name tell nothing where they are the same, and hide the rest on a small screen.
    const short = runs.map((each) => each.name.replace(/^[^#]*\//, ''));
    const isUnique = new Set(short).size === runs.length;
    runs.forEach((each, index) => {
        const name = isUnique ? short[index] : each.name;
        const option = element('option', `${name}: ${each.outcome}, ${each.verdict}`, byId('event'));
        option.value = String(index);
    });
    byId('event').onchange = (event) => load(Number(event.target.value));
    slider.oninput = () => go(Number(slider.value));
    byId('back').onclick = () => go(Math.max(0, Number(slider.value) - 1));
    byId('on').onclick = () => go(Math.min(run.steps.length, Number(slider.value) + 1));
    load(0);
})();
