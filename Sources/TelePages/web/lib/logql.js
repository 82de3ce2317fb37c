// Completion of LogQL.
import { loki } from "./api.js";
import { range } from "./state.js";
import { quote } from "./format.js";
import { place } from "./selector.js";

const stages = [
    ["json", "fields of a JSON line"], ["logfmt", "fields of key=value lines"], ["pattern", 'pattern "<a> <_> <b>"'],
    ["regexp", "named groups are fields"], ["unpack", ""], ["line_format", ""], ["label_format", ""], ["drop", ""],
    ["keep", ""], ["decolorize", ""], ["unwrap", "a field as the sample's value"],
];
const functions = [
    "rate", "count_over_time", "bytes_rate", "bytes_over_time", "sum_over_time", "avg_over_time", "max_over_time",
    "min_over_time", "quantile_over_time", "absent_over_time", "sum", "avg", "max", "min", "count", "topk", "bottomk", "sort", "sort_desc",
];
const filters = [
    ["|=", "holds"], ["!=", "does not hold"], ["|~", "fits the expression"], ["!~", "does not fit"],
    ["|>", "fits the pattern"],
];

export async function complete(text, at, signal) {
    const before = text.slice(0, at);
    const spot = place(before);
    const span = range();
    if (spot.kind === "value") {
        const found = await loki.values(
            spot.label, span, spot.selector ? `{${spot.selector}}` : undefined, signal,
        ).catch(() => []);
        return { from: spot.from, options: found.map((v) => ({ text: spot.mark ? v : quote(v) })) };
    }
    if (spot.kind === "label" || spot.kind === "grouping") {
        const found = await loki.labels(span, signal).catch(() => []);
        const names = spot.kind === "grouping" ? [...found, "detected_level"] : found;
        return {
            from: spot.from,
            options: names.map((name) => ({ text: name, after: spot.kind === "label" ? "=" : undefined })),
        };
    }
    if (spot.kind === "range") return { from: spot.from, options: ["1m", "5m", "1h"].map((t) => ({ text: t })) };
    if (spot.kind !== "expression") return { from: at, options: [] };
    if (/\}[^{]*\|\s*$/.test(spot.before)) {
        const query = text.slice(0, text.indexOf("}") + 1);
        const fields = await loki.fields(query.slice(query.indexOf("{")), span, signal).catch(() => []);
        return { from: spot.from, options: [...stages.map(([name, detail]) => ({ text: name, detail })),
            ...fields.map((f) => ({ text: f.label, detail: f.type, after: "=" }))] };
    }
    if (/\}\s*$/.test(spot.before)) return {
        from: spot.from, options: filters.map(([f, detail]) => ({ text: `${f} `, detail })),
    };
    return {
        from: spot.from,
        options: [{ text: "{", detail: "streams" }, ...functions.map((f) => ({ text: f, after: "(" }))],
    };
}
