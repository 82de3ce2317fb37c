// TraceQL from a form's fields, and its completion.
import { tempo } from "./api.js";
import { quote } from "./format.js";

const isBare = /^-?\d+(\.\d+)?$|^(true|false)$/;

/** A name that TraceQL reads without quotes. */
function attribute(scope, name) {
    return /^[A-Za-z_][\w./-]*$/.test(name) ? `${scope}.${name}` : `${scope}.${quote(name)}`;
}

/** `scope` is "span", "resource" or "" for either; `type` as the trace API has it. */
export function condition(scope, key, value, type) {
    const bare = type === undefined ? isBare.test(value) : ["int", "double", "bool"].includes(type);
    return `${attribute(scope, key)} = ${bare ? value : quote(value)}`;
}

/** The query of the form: all that is filled in has to hold. */
export function fromForm({ service, name, status, min, max, tags }) {
    const parts = [];
    if (service) parts.push(`resource.service.name = ${quote(service)}`);
    if (name) parts.push(`name = ${quote(name)}`);
    if (status) parts.push(`status = ${status}`);
    if (min) parts.push(`trace:duration >= ${min}`);
    if (max) parts.push(`trace:duration <= ${max}`);
    for (const tag of (tags ?? "").match(/[^\s="]+=("([^"\\]|\\.)*"|\S*)/g) ?? []) {
        const at = tag.indexOf("=");
        const value = tag.slice(at + 1);
        parts.push(value.startsWith('"') ? `.${tag.slice(0, at)} = ${value}` : condition("", tag.slice(0, at), value));
    }
    return parts.length ? `{ ${parts.join(" && ")} }` : "{}";
}

const intrinsics = [
    ["name", "span's name"], ["status", "error, ok, unset"], ["kind", "server, client, ..."], ["duration", "of the span"],
    ["statusMessage", ""], ["trace:duration", "of the trace"], ["trace:rootName", ""], ["trace:rootService", ""],
    ["event:name", ""], ["instrumentation:name", ""],
];
const values = { status: ["error", "ok", "unset"], kind: ["server", "client", "internal", "producer", "consumer"] };
const stages = ["count()", "avg(duration)", "max(duration)", "select(name)", "by(resource.service.name)", "rate()",
    "quantile_over_time(duration, .95)"];

let known;

async function names(signal) {
    known ??= tempo.tags(signal).catch(() => { known = undefined; return []; });
    const scopes = await known;
    return scopes.filter((scope) => scope.name === "resource" || scope.name === "span")
        .flatMap((scope) => scope.tags.map((tag) => ({ text: `${scope.name}.${tag}`, detail: scope.name })));
}

export async function complete(text, at, signal) {
    const before = text.slice(0, at);
    const value = /([\w.:/-]+)\s*(?:=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*|\w*)$/.exec(before);
    if (value) {
        const [, tag, typed] = value;
        const from = at - typed.length;
        if (values[tag]) return { from, options: values[tag].map((v) => ({ text: v })) };
        const found = await tempo.values(tag.startsWith(".") ? tag.slice(1) : tag, "{}", signal).catch(() => []);
        return { from, options: found.slice(0, 500).map((v) => ({ text: isBare.test(v) && !typed ? v : quote(v) })) };
    }
    const word = /[\w.:/-]*$/.exec(before)[0];
    const isInside = before.lastIndexOf("{") > before.lastIndexOf("}");
    if (!isInside) {
        if (!/\|\s*\w*$/.test(before)) return { from: at, options: [] };
        return { from: at - word.length, options: stages.map((stage) => ({ text: stage })) };
    }
    const options = intrinsics.map(([name, detail]) => ({ text: name, detail }));
    return { from: at - word.length, options: [...options, ...await names(signal)] };
}
