// What PromQL and LogQL share: where a cursor stands in a query, and how a condition gets into a selector.
import { quote } from "./format.js";

/** Walks a text, telling what is quoted and which brackets are open at its end. */
export function scan(text) {
    const open = [];
    let quoted = null;
    for (let i = 0; i < text.length; i += 1) {
        const c = text[i];
        if (quoted) {
            if (c === "\\" && quoted.mark !== "`") i += 1;
            else if (c === quoted.mark) quoted = null;
        } else if (c === '"' || c === "'" || c === "`") {
            quoted = { mark: c, at: i };
        } else if ("{[(".includes(c)) {
            open.push({ mark: c, at: i });
        } else if ("}])".includes(c)) {
            open.pop();
        }
    }
    return { open, quoted };
}

const word = /[\w:.]*$/;

/**
 * Where completion stands: { kind: "value", label, from, selector } | { kind: "label", from, selector, metric } |
 * { kind: "grouping", from } | { kind: "range", from } | { kind: "string" } | { kind: "expression", from, before }.
 */
export function place(before) {
    const { open, quoted } = scan(before);
    const inner = open.at(-1);
    if (inner?.mark === "{") {
        const selector = before.slice(inner.at + 1);
        const metric = /[\w:]*$/.exec(before.slice(0, inner.at))[0];
        if (quoted) {
            const label = /([\w.]+)\s*(?:=~|!~|!=|=)\s*$/.exec(before.slice(0, quoted.at));
            return label ? { kind: "value", label: label[1], from: quoted.at + 1, mark: quoted.mark, metric,
                selector: others(selector.slice(0, quoted.at - inner.at - 1)) } : { kind: "string" };
        }
        const value = /([\w.]+)\s*(?:=~|!~|!=|=)\s*$/.exec(before);
        if (value) {
            return {
                kind: "value", label: value[1], from: before.length, mark: "", metric, selector: others(selector),
            };
        }
        return { kind: "label", from: before.length - word.exec(before)[0].length, metric, selector: others(selector) };
    }
    if (quoted) return { kind: "string" };
    if (inner?.mark === "[") return { kind: "range", from: before.length - /\w*$/.exec(before)[0].length };
    if (
        inner?.mark === "(" && /\b(by|without|on|ignoring|group_left|group_right)\s*$/i.test(before.slice(0, inner.at))
    ) {
        return { kind: "grouping", from: before.length - word.exec(before)[0].length };
    }
    const from = before.length - word.exec(before)[0].length;
    return { kind: "expression", from, before: before.slice(0, from) };
}

/** The conditions of a selector that are complete: what narrows the values that are offered. */
function others(selector) {
    return (selector.match(/[\w.]+\s*(=~|!~|!=|=)\s*("([^"\\]|\\.)*"|`[^`]*`)(?=\s*,)/g) ?? []).join(", ");
}

/** The first selector of a query as [start, end) of what stands within its braces; null without one. */
function bounds(query) {
    let start = -1;
    for (let i = 0, quoted = null; i < query.length; i += 1) {
        const c = query[i];
        if (quoted) {
            if (c === "\\" && quoted !== "`") i += 1;
            else if (c === quoted) quoted = null;
        } else if (c === '"' || c === "`") quoted = c;
        else if (c === "{" && start < 0) start = i + 1;
        else if (c === "}" && start >= 0) return [start, i];
    }
    return null;
}

/** The first selector, braces included. */
export function selectorOf(query) {
    const found = bounds(query);
    return found ? `{${query.slice(...found)}}` : "{}";
}

export function withMatcher(query, label, operator, value) {
    const found = bounds(query);
    const matcher = `${label}${operator}${quote(value)}`;
    if (!found) return `{${matcher}}`;
    const inside = query.slice(...found).trim().replace(/,$/, "");
    if (inside.includes(matcher)) return query;
    // A condition that everything meets makes room for a real one.
    const kept = /^service_name\s*=~\s*"\.\+"$/.test(inside) ? "" : inside;
    return `${query.slice(0, found[0])}${kept ? `${kept}, ` : ""}${matcher}${query.slice(found[1])}`;
}

/** A condition on a field of the line or its metadata, at the end of a log query. */
export function withField(query, name, operator, value) {
    const filter = `| ${name}${operator}${quote(value)}`;
    return query.includes(filter) ? query : `${query.trim()} ${filter}`;
}
