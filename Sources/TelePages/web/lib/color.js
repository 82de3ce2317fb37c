// A service or series has the same colour everywhere; both themes define the palette (`--c0` ... `--c11`).

const palette = 12;

function hash(text) {
    let value = 2166136261;
    for (let i = 0; i < text.length; i += 1) value = Math.imul(value ^ text.charCodeAt(i), 16777619);
    return (value ^ (value >>> 15)) >>> 0;
}

const taken = new Map();

/** By name: hashed, then moved on while another name has the place, so that a few services never look alike. */
export function named(name) {
    let place = taken.get(name);
    if (place === undefined) {
        place = hash(name) % palette;
        const used = new Set(taken.values());
        for (let tries = 0; used.has(place) && tries < palette; tries += 1) place = (place + 5) % palette;
        taken.set(name, place);
    }
    return `var(--c${place})`;
}

export const numbered = (i) => `var(--c${i % palette})`;

export const levels = {
    fatal: "var(--fatal)", critical: "var(--fatal)", error: "var(--error)", warn: "var(--warn)", warning: "var(--warn)",
    info: "var(--info)", debug: "var(--debug)", trace: "var(--trace)", unknown: "var(--trace)",
};

const resolved = new Map();

/** A colour as canvas takes it. */
export function computed(color) {
    let value = resolved.get(color);
    if (value === undefined) {
        const probe = document.createElement("i");
        probe.hidden = true;
        probe.style.color = color;
        document.body.append(probe);
        value = getComputedStyle(probe).color;
        probe.remove();
        resolved.set(color, value);
    }
    return value;
}

/** The theme changed. */
export function forget() {
    resolved.clear();
}
