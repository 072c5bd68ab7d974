// Runs at the end of a page of `graph --as html`: clicks through it, and leaves what went wrong in the element `tested`.
(() => {
    const problems = window.problems;
    const check = (holds, what) => { if (!holds) problems.push(what); };
    const shown = () => [...document.querySelectorAll('#details article')].filter((one) => one.offsetParent !== null);
    const nodes = [...document.querySelectorAll('.node')];
    check(nodes.length > 0, 'there is no node');
    check(performance.getEntriesByType('resource').length === 0, 'the page loads something');

    // At first the whole picture shows, or, where it would be too small to read, its beginning.
    const inStage = (element) => {
        const stage = document.getElementById('stage').getBoundingClientRect();
        const box = element.getBoundingClientRect();
        return box.left >= stage.left - 1 && box.right <= stage.right + 1 && box.top >= stage.top - 1 && box.bottom <= stage.bottom + 1;
    };
    const picture = document.querySelector('#stage svg');
    const sizes = [...picture.querySelectorAll('text')].map((text) => parseFloat(getComputedStyle(text).fontSize));
    const scale = () => picture.getScreenCTM().a;
    check(scale() * Math.min(...sizes) >= 8.99, `text begins ${scale() * Math.min(...sizes)} pixels high`);
    check(nodes.every(inStage) || nodes.some((node) => node.matches('.trigger') && inStage(node)) || !document.querySelector('.trigger'), 'the trigger does not show at first');
    check(inStage(document.getElementById('whole')), 'the button that shows all does not show');

    // Contrasts are those of WCAG 2, level AA.
    const color = (text) => {
        const parts = (text.match(/[\d.]+/g) ?? []).map(Number);
        return parts.length < 3 || parts[3] === 0 ? null : parts.slice(0, 3);
    };
    const luminance = (rgb) => {
        const [r, g, b] = rgb.map((part) => {
            const share = part / 255;
            return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
        });
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (a, b) => {
        const [one, other] = [luminance(a), luminance(b)];
        return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    };
    const behind = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const found = color(getComputedStyle(at).backgroundColor);
            if (found) return found;
        }
        return [255, 255, 255];
    };
    const grounds = [behind(picture), ...[...picture.querySelectorAll('.scope')].map((area) => color(getComputedStyle(area).fill))];
    const contrasts = () => {
        for (const text of picture.querySelectorAll('text')) {
            const own = color(getComputedStyle(text).fill);
            const around = text.closest('.badge')?.querySelector('rect') ?? text.closest('.node')?.querySelector('.shape');
            const filled = around ? color(getComputedStyle(around).fill) : null;
            for (const ground of filled ? [filled] : grounds) {
                check(contrast(own, ground) >= 4.5, `contrast ${contrast(own, ground)} of ${text.textContent}`);
            }
        }
        for (const line of picture.querySelectorAll('.shape, .wire, .frame, .scope, .outlet, .tip')) {
            const style = getComputedStyle(line);
            const own = color(line.matches('.tip') ? style.fill : style.stroke);
            for (const ground of grounds) {
                check(contrast(own, ground) >= 3, `contrast ${contrast(own, ground)} of a line ${line.getAttribute('class')}`);
            }
        }
        for (const element of document.querySelectorAll('header *, aside *, .tools *')) {
            const hasText = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent.trim());
            const own = color(getComputedStyle(element).color);
            if (hasText) check(contrast(own, behind(element)) >= 4.5, `contrast of ${element.textContent}`);
        }
    };
    contrasts();

    // Areas' titles are not run through by wires.
    for (const title of picture.querySelectorAll('.area')) {
        const box = title.getBBox();
        for (const wire of picture.querySelectorAll('.wire')) {
            for (let at = 0; at < wire.getTotalLength(); at += 2) {
                const { x, y } = wire.getPointAtLength(at);
                const isInside = x > box.x && x < box.x + box.width && y > box.y && y < box.y + box.height;
                check(!isInside, `a wire runs through ${title.textContent}`);
                if (isInside) break;
            }
        }
    }
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
    const svg = picture;
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

    document.getElementById('whole').click();
    check(nodes.every(inStage), 'the button does not show all');

    // Fingers: two of them pull the picture apart, one drags it and chooses nothing.
    const finger = (type, pointerId, clientX, clientY) =>
        svg.dispatchEvent(new PointerEvent(type, { pointerId, pointerType: 'touch', clientX, clientY, bubbles: true }));
    const before = scale();
    finger('pointerdown', 1, 100, 200);
    finger('pointerdown', 2, 200, 200);
    finger('pointermove', 2, 300, 200);
    check(Math.abs(scale() / before - 2) < 0.05, `two fingers make the picture ${scale() / before} times as large`);
    finger('pointerup', 2, 300, 200);
    const left = nodes[0].getBoundingClientRect().left;
    finger('pointermove', 1, 140, 200);
    check(Math.abs(nodes[0].getBoundingClientRect().left - left - 40) < 1, 'a finger does not drag the picture');
    finger('pointerup', 1, 140, 200);
    nodes[0].dispatchEvent(new MouseEvent('click', { bubbles: true }));
    check(shown().length === 0, 'the end of a drag chooses a node');
    nodes[0].dispatchEvent(new MouseEvent('click', { bubbles: true }));
    check(shown().length === 1, 'after a drag nothing can be chosen');

    // Printed, everything shows.
    const printed = document.createElement('style');
    for (const rule of [...document.styleSheets].flatMap((sheet) => [...sheet.cssRules])) {
        if (rule instanceof CSSMediaRule && rule.media.mediaText === 'print') {
            printed.textContent += [...rule.cssRules].map((inner) => inner.cssText).join('\n');
        }
    }
    document.head.append(printed);
    window.dispatchEvent(new Event('beforeprint'));
    const [x, y, width, height] = view().split(' ').map(Number);
    const all = document.getElementById('view').getBBox();
    check(x <= all.x && y <= all.y && x + width >= all.x + all.width && y + height >= all.y + all.height, 'a part is printed');
    check(shown().length === nodes.length, 'details are not printed');
    check(getComputedStyle(document.querySelector('.tools')).display === 'none', 'buttons are printed');
    check(document.documentElement.scrollWidth <= window.innerWidth, 'the printed page is too wide');
    printed.remove();
    window.dispatchEvent(new Event('afterprint'));

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
            check(at === 0 || inStage(document.querySelector('.node.now .shape')), `the node of step ${at} cannot be seen`);
            check(document.querySelectorAll('#steps .current').length === (at === 0 ? 0 : 1), `step ${at} is not current`);
        }
        check(document.querySelectorAll('.link.taken').length > 0 || Number(slider.max) <= 1, 'no connection was taken');
        contrasts();
        document.getElementById('back').click();
        document.getElementById('on').click();
    }
    const made = document.createElement('pre');
    made.id = 'tested';
    made.textContent = JSON.stringify({ problems, nodes: nodes.length, runs, steps, dark: matchMedia('(prefers-color-scheme: dark)').matches });
    document.body.append(made);
})();
