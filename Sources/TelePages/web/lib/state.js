// Every view's state is in the address behind `#`: `#/traces?q={status=error}&from=now-1h&to=now`.

export function read() {
    const hash = location.hash.startsWith("#/") ? location.hash.slice(2) : "";
    const at = hash.indexOf("?");
    const path = (at < 0 ? hash : hash.slice(0, at)).split("/").map(decode).filter((part) => part !== "");
    const params = {};
    if (at >= 0) for (const [name, value] of new URLSearchParams(hash.slice(at + 1))) params[name] = value;
    return { path, params };
}

function decode(text) {
    try { return decodeURIComponent(text); } catch { return text; }
}

export function address(path, params = {}) {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(params)) {
        if (value !== undefined && value !== null && value !== "") query.set(name, value);
    }
    const text = query.toString();
    return "#/" + path.map(encodeURIComponent).join("/") + (text ? "?" + text : "");
}

const shared = ["from", "to"];

/** A link to another view, in the time range of this one unless it has its own. */
export function link(path, params = {}) {
    const now = read().params;
    const kept = {};
    if (params.from === undefined) for (const name of shared) if (now[name]) kept[name] = now[name];
    return address(path, { ...kept, ...params });
}

/** Changes some parameters of this view. `replace` leaves no entry in the history: for what is typed or dragged. */
export function change(patch, replace = false) {
    const { path, params } = read();
    const next = address(path, { ...params, ...patch });
    if (next === location.hash) return;
    if (replace) {
        history.replaceState(null, "", next);
        dispatchEvent(new HashChangeEvent("hashchange"));
    } else {
        location.hash = next;
    }
}

/** Changes the address without telling the view, which shows it already. */
export function remember(patch) {
    const { path, params } = read();
    history.replaceState(null, "", address(path, { ...params, ...patch }));
}

const units = { s: 1e3, m: 6e4, h: 36e5, d: 864e5, w: 6048e5 };

/** Milliseconds of `now-15m`, `now`, or a number of milliseconds. */
export function instant(text, fallback, now = Date.now()) {
    const match = /^now(?:-(\d+)([smhdw]))?$/.exec(text ?? "");
    if (match) return now - (match[1] ? Number(match[1]) * units[match[2]] : 0);
    const number = text ? Number(text) : NaN;
    return Number.isFinite(number) && Math.abs(number) < 8e15 ? number : fallback;
}

/** The range of the address, milliseconds; the last hour without one. */
export function range(params = read().params) {
    const now = Date.now();
    const to = instant(params.to, now, now);
    const from = instant(params.from, to - units.h, now);
    return from < to ? { from, to } : { from: to - units.h, to };
}

/** A step that gives about `points` of them, seconds. */
export function step({ from, to }, points = 200, least = 1) {
    const wanted = (to - from) / 1000 / points;
    const nice = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 43200, 86400];
    return Math.max(least, nice.find((n) => n >= wanted) ?? Math.ceil(wanted / 86400) * 86400);
}
