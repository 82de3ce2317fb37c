// Numbers, durations and times as people read them.

const digits = (value) => (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);

function trim(value, places) {
    const text = value.toFixed(places);
    return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** 1234 as `1.23k`. */
export function number(value) {
    if (value === null || value === undefined || Number.isNaN(value)) return "-";
    if (!Number.isFinite(value)) return value > 0 ? "∞" : "-∞";
    const size = Math.abs(value);
    if (size === 0) return "0";
    for (const [limit, suffix] of [[1e12, "T"], [1e9, "G"], [1e6, "M"], [1e3, "k"]]) {
        if (size >= limit) return trim(value / limit, digits(value / limit)) + suffix;
    }
    if (size >= 0.01) return trim(value, size < 1 ? 3 : digits(value));
    return value.toPrecision(2).replace(/\.?0+e/, "e");
}

export function bytes(value, base = 1024) {
    if (!Number.isFinite(value)) return number(value);
    const names = base === 1024 ? ["B", "KiB", "MiB", "GiB", "TiB"] : ["B", "kB", "MB", "GB", "TB"];
    let at = 0;
    while (Math.abs(value) >= base && at < names.length - 1) {
        value /= base;
        at += 1;
    }
    return `${trim(value, at === 0 ? 0 : digits(value))} ${names[at]}`;
}

/** Nanoseconds as `1.25s`. */
export function duration(ns) {
    if (!Number.isFinite(ns)) return number(ns);
    const size = Math.abs(ns);
    if (size === 0) return "0";
    if (size < 1e3) return `${trim(ns, 0)}ns`;
    if (size < 1e6) return `${trim(ns / 1e3, digits(ns / 1e3))}µs`;
    if (size < 1e9) return `${trim(ns / 1e6, digits(ns / 1e6))}ms`;
    if (size < 6e10) return `${trim(ns / 1e9, digits(ns / 1e9))}s`;
    const total = Math.round(size / 1e9);
    const sign = ns < 0 ? "-" : "";
    if (total < 3600) return `${sign}${Math.floor(total / 60)}m ${total % 60}s`;
    if (total < 86400) return `${sign}${Math.floor(total / 3600)}h ${Math.floor((total % 3600) / 60)}m`;
    return `${sign}${Math.floor(total / 86400)}d ${Math.floor((total % 86400) / 3600)}h`;
}

const pad = (value, width = 2) => String(value).padStart(width, "0");

export function day(ms) {
    const d = new Date(ms);
    return `${d.getFullYear()}-${pad(d.getMonth() + 1)}-${pad(d.getDate())}`;
}

export function clock(ms, parts = "s") {
    const d = new Date(ms);
    const text = `${pad(d.getHours())}:${pad(d.getMinutes())}`;
    if (parts === "m") return text;
    const seconds = `${text}:${pad(d.getSeconds())}`;
    return parts === "s" ? seconds : `${seconds}.${pad(d.getMilliseconds(), 3)}`;
}

export function time(ms, parts = "s") {
    return `${day(ms)} ${clock(ms, parts)}`;
}

/** Unix nanoseconds as text: the clock to the millisecond. */
export function nanoClock(text) {
    return clock(Number(text.slice(0, -6)), "ms");
}

export function ago(ms, now = Date.now()) {
    const gone = now - ms;
    return gone < 1500 ? "now" : `${duration(Math.round(gone / 1000) * 1e9)} ago`;
}

const units = {
    s: (v) => duration(v * 1e9), ms: (v) => duration(v * 1e6), ns: duration, "µs": (v) => duration(v * 1e3),
    bytes: (v) => bytes(v), decbytes: (v) => bytes(v, 1000), Bps: (v) => `${bytes(v, 1000)}/s`,
    binBps: (v) => `${bytes(v)}/s`,
    percentunit: (v) => `${number(v * 100)}%`, percent: (v) => `${number(v)}%`,
    reqps: (v) => `${number(v)}/s`, ops: (v) => `${number(v)}/s`, cps: (v) => `${number(v)}/s`,
    rps: (v) => `${number(v)}/s`, cpm: (v) => `${number(v)}/min`, opm: (v) => `${number(v)}/min`,
    dateTimeAsIso: (v) => time(v), bool: (v) => (v ? "yes" : "no"),
};

/** The writer of a unit as Grafana names them; plain numbers for the rest. */
export function unit(name) {
    return units[name] ?? number;
}

/** The unit that a query's metric tells by its name. */
export function unitOf(query) {
    if (/_bytes/.test(query)) return /rate\(/.test(query) ? "binBps" : "bytes";
    if (/_ratio\b/.test(query)) return "percentunit";
    if (/histogram_quantile|histogram_avg/.test(query) || /_seconds(_sum)?\b(?!_)/.test(query)) return "s";
    return "short";
}

export function series(labels) {
    const { __name__: name, ...rest } = labels;
    const pairs = Object.entries(rest).map(([key, value]) => `${key}="${value}"`);
    return (name ?? "") + (pairs.length || !name ? `{${pairs.join(", ")}}` : "");
}

/** Text within quotes of PromQL, LogQL and TraceQL. */
export function quote(text) {
    return JSON.stringify(String(text));
}
