// Runs at the end of a page of `graph --as html`: clicks through it, and leaves what went wrong in the element `tested`.
(() => {
    const problems = window.problems;
    const check = (holds, what) => { if (!holds) problems.push(what); };
    const shown = () => [...document.querySelectorAll('#details article')].filter((one) => one.offsetParent !== null);
    const nodes = [...document.querySelectorAll('.node')];
    check(nodes.length > 0, 'there is no node');
    check(document.documentElement.scrollWidth <= window.innerWidth, 'the page is wider than the window');
    check(shown().length === 0, 'details show before a node is chosen');
    for (const node of nodes) {
        const shape = node.querySelector('.shape').getBBox();
        for (const text of node.querySelectorAll(':scope > text')) {
            const box = text.getBBox();
            const inside = box.x >= -0.5 && box.x + box.width <= shape.width + 0.5
                && box.y >= -0.5 && box.y + box.height <= shape.height + 0.5;
            check(inside, `text leaves its box: ${text.textContent}`);
        }
        const texts = [...node.querySelectorAll(':scope > text')].map((text) => [text.textContent, text.getBBox()]);
        texts.forEach(([a, one], index) => {
            for (const [b, other] of texts.slice(index + 1)) {
                const apart = one.x + one.width <= other.x || other.x + other.width <= one.x
                    || one.y + one.height - 3.5 <= other.y || other.y + other.height - 3.5 <= one.y;
                check(apart, `texts overlap: ${a} and ${b}`);
            }
        });
        node.dispatchEvent(new MouseEvent('click', { bubbles: true }));
        check(shown().length === 1 && shown()[0].id === `d${node.id.slice(1)}`, `${node.id} does not show`);
        check(node.getAttribute('aria-pressed') === 'true', `${node.id} is not pressed`);
    }
    nodes[0].dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true }));
    check(shown().length === 1 && shown()[0].id === `d${nodes[0].id.slice(1)}`, 'Enter does not choose');
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    check(shown().length === 0, 'Escape does not close');
    const svg = document.querySelector('#stage svg');
    const view = () => svg.getAttribute('viewBox');
    for (const key of ['+', '-', '-', '0', 'ArrowLeft', 'ArrowDown', 'ArrowRight', 'ArrowUp']) {
        const before = view();
        document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
        check(view() !== before, `the key ${key} does nothing`);
    }
    for (const id of ['in', 'out']) {
        const before = view();
        document.getElementById(id).click();
        check(view() !== before, `the button ${id} does nothing`);
    }
    const wheel = view();
    svg.dispatchEvent(new WheelEvent('wheel', { deltaY: 100, clientX: 100, clientY: 100, bubbles: true, cancelable: true }));
    check(view() !== wheel, 'the wheel does nothing');
    const event = document.getElementById('event');
    let runs = 0;
    let steps = 0;
    for (const option of event ? event.options : []) {
        runs += 1;
        event.value = option.value;
        event.dispatchEvent(new Event('change'));
        const slider = document.getElementById('at');
        for (let at = 0; at <= Number(slider.max); at += 1) {
            slider.value = String(at);
            slider.dispatchEvent(new Event('input'));
            steps += 1;
            const now = document.querySelectorAll('.node.now').length;
            check(now === (at === 0 ? 0 : 1), `${now} nodes are the current one in step ${at}`);
            check(document.querySelectorAll('#steps .current').length === (at === 0 ? 0 : 1), `step ${at} is not current`);
        }
        check(document.querySelectorAll('.link.taken').length > 0 || Number(slider.max) <= 1, 'no connection was taken');
        document.getElementById('back').click();
        document.getElementById('on').click();
    }
    const made = document.createElement('pre');
    made.id = 'tested';
    made.textContent = JSON.stringify({ problems, nodes: nodes.length, runs, steps });
    document.body.append(made);
})();
