// Where an axis has its ticks.

/** Round numbers that divide `from ..< to` into about `count` parts. */
export function ticks(from, to, count = 5) {
    const span = to - from;
    if (!(span > 0) || !Number.isFinite(span)) return [from];
    const raw = span / count;
    const power = 10 ** Math.floor(Math.log10(raw));
    const step = power * ([1, 2, 2.5, 5, 10].find((m) => m * power >= raw) ?? 10);
    const out = [];
    for (let i = Math.ceil(from / step - 1e-9); i * step <= to + step * 1e-9 && out.length < 50; i += 1) {
        out.push(i * step);
    }
    return out;
}

const steps = [
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 15e3, 3e4, 6e4, 12e4, 3e5, 6e5, 9e5, 18e5, 36e5, 72e5, 108e5,
    216e5, 432e5, 864e5, 1728e5, 6048e5,
];

/** Times on the local clock's round minutes, hours and days; milliseconds. */
export function timeTicks(from, to, count = 6) {
    const step = steps.find((s) => s >= (to - from) / count) ?? steps.at(-1);
    const shift = new Date(from).getTimezoneOffset() * 6e4;
    const out = [];
    for (let t = Math.ceil((from - shift) / step) * step + shift; t <= to && out.length < 50; t += step) out.push(t);
    return { step, at: out };
}

/** 1, 10, 100, ... and, where there are few, 2 and 5 between. */
export function logTicks(from, to) {
    const out = [];
    const fine = Math.log10(to / from) < 2.5;
    for (let p = Math.floor(Math.log10(from)); p <= Math.ceil(Math.log10(to)) && out.length < 60; p += 1) {
        for (const m of fine ? [1, 2, 5] : [1]) {
            const value = m * 10 ** p;
            if (value >= from && value <= to) out.push(value);
        }
    }
    return out;
}
