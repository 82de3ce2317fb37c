// What the pages ask the server: the same query APIs that everybody else uses.

export class Failure extends Error {
    constructor(message, status) {
        super(message);
        this.status = status;
    }
}

function form(params) {
    const out = new URLSearchParams();
    for (const [name, value] of Object.entries(params)) {
        if (value === undefined || value === null || value === "") continue;
        for (const one of Array.isArray(value) ? value : [value]) out.append(name, one);
    }
    return out;
}

/** The message of an error answer, whatever API's shape it has. */
function message(text, status) {
    try {
        const body = JSON.parse(text);
        return body.error?.message ?? body.error ?? body.message ?? text;
    } catch {
        return text.trim() || `the server answered ${status}`;
    }
}

async function ask(path, options) {
    let answer;
    try {
        answer = await fetch(path, options);
    } catch (error) {
        if (error.name === "AbortError") throw error;
        throw new Failure("the server is out of reach", 0);
    }
    if (!answer.ok) throw new Failure(String(message(await answer.text(), answer.status)), answer.status);
    const type = answer.headers.get("content-type") ?? "";
    return type.includes("json") ? answer.json() : answer.text();
}

export function get(path, params = {}, signal, headers) {
    const query = form(params).toString();
    return ask(query ? `${path}?${query}` : path, { signal, headers });
}

/** A query as a form: its text may be long. */
export function post(path, params = {}, signal, headers) {
    return ask(path, { method: "POST", body: form(params), signal, headers });
}

export function send(method, path, body) {
    const headers = { "Content-Type": "application/json" };
    return ask(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
}

const seconds = (milliseconds) => (milliseconds / 1000).toFixed(3);

export const prometheus = {
    instant: (query, time, signal) =>
        post("/api/v1/query", { query, time: time && seconds(time) }, signal).then((a) => a.data),
    range: (query, { from, to }, step, signal) =>
        post(
            "/api/v1/query_range", { query, start: seconds(from), end: seconds(to), step }, signal,
        ).then((a) => a.data),
    exemplars: (query, { from, to }, signal) =>
        post("/api/v1/query_exemplars", { query, start: seconds(from), end: seconds(to) }, signal).then((a) => a.data),
    labels: (match, signal) => get("/api/v1/labels", { "match[]": match }, signal).then((a) => a.data ?? []),
    values: (label, match, signal) =>
        get(
            `/api/v1/label/${encodeURIComponent(label)}/values`, { "match[]": match }, signal,
        ).then((a) => a.data ?? []),
    metadata: (signal) => get("/api/v1/metadata", {}, signal).then((a) => a.data),
};

const categories = { "X-Loki-Response-Encoding-Flags": "categorize-labels" };
const nanoseconds = (milliseconds) => `${Math.round(milliseconds)}000000`;

/** Loki takes nanoseconds; a text of digits is one already. */
function span({ from, to }) {
    return {
        start: typeof from === "string" ? from : nanoseconds(from),
        end: typeof to === "string" ? to : nanoseconds(to),
    };
}

export const loki = {
    range: (query, range, params, signal) =>
        post("/loki/api/v1/query_range", { query, ...span(range), ...params }, signal, categories).then((a) => a.data),
    instant: (query, time, signal) =>
        post("/loki/api/v1/query", { query, time: nanoseconds(time) }, signal).then((a) => a.data),
    labels: (range, signal) => get("/loki/api/v1/labels", span(range), signal).then((a) => a.data ?? []),
    values: (label, range, query, signal) =>
        get(`/loki/api/v1/label/${encodeURIComponent(label)}/values`, { ...span(range), query }, signal)
            .then((a) => a.data ?? []),
    fields: (query, range, signal) =>
        get("/loki/api/v1/detected_fields", { query, ...span(range) }, signal).then((a) => a.fields ?? []),
    fieldValues: (name, query, range, signal) =>
        get(`/loki/api/v1/detected_field/${encodeURIComponent(name)}/values`, { query, ...span(range) }, signal)
            .then((a) => a.values ?? []),
    patterns: (query, range, signal) =>
        get("/loki/api/v1/patterns", { query, ...span(range) }, signal).then((a) => a.data ?? []),
    tail: (query, start) => {
        const scheme = location.protocol === "https:" ? "wss:" : "ws:";
        return new WebSocket(
            `${scheme}//${location.host}/loki/api/v1/tail?${form({ query, start: nanoseconds(start), limit: 500 })}`);
    },
};

const whole = ({ from, to }) => ({ start: Math.floor(from / 1000), end: Math.ceil(to / 1000) });

export const tempo = {
    search: (q, range, limit, signal) =>
        get("/tempo/api/search", { q, ...whole(range), limit, spss: 1 }, signal),
    tags: (signal) => get("/tempo/api/v2/search/tags", {}, signal).then((a) => a.scopes ?? []),
    values: (tag, q, signal) =>
        get(`/tempo/api/v2/search/tag/${encodeURIComponent(tag)}/values`, { q }, signal)
            .then((a) => (a.tagValues ?? []).map((v) => v.value)),
    metrics: (q, range, step, signal) =>
        get("/tempo/api/metrics/query_range", { q, ...whole(range), step: `${step}s` }, signal),
};

export const tele = {
    trace: (id, signal) => get(`/api/tele/v1/trace/${encodeURIComponent(id)}`, { logs: 1 }, signal),
    moreSpans: (id, cursor, signal) => get(`/api/tele/v1/trace/${encodeURIComponent(id)}`, { cursor }, signal),
    services: (since, signal) => get("/api/tele/v1/services", { since }, signal),
    status: (signal) => get("/api/tele/v1/status", {}, signal),
    dashboards: (signal) => get("/api/tele/v1/dashboards", {}, signal),
    dashboard: (uid, signal) => get(`/api/tele/v1/dashboards/${encodeURIComponent(uid)}`, {}, signal),
};

/** One request at a time: a new one ends the one before. Answers of an ended one never arrive. */
export class Latest {
    #controller = null;

    async run(work) {
        this.cancel();
        const controller = this.#controller = new AbortController();
        try {
            const value = await work(controller.signal);
            return controller.signal.aborted ? undefined : { value };
        } catch (error) {
            if (controller.signal.aborted || error.name === "AbortError") return undefined;
            if (!(error instanceof Failure)) console.error(error);
            return { error };
        }
    }

    cancel() {
        this.#controller?.abort();
        this.#controller = null;
    }
}
