// PromQL: completion, Grafana's variables of intervals, and what to ask of a metric by its type.
import { prometheus } from "./api.js";
import { quote } from "./format.js";
import { place } from "./selector.js";

const functions = ("abs absent absent_over_time acos asin atan avg_over_time ceil changes clamp clamp_max clamp_min cos count_over_time "
    + "day_of_month day_of_week delta deriv exp floor histogram_avg histogram_count histogram_fraction histogram_quantile "
    + "histogram_sum holt_winters hour idelta increase irate label_join label_replace last_over_time ln log10 log2 max_over_time "
    + "min_over_time minute month predict_linear present_over_time quantile_over_time rate resets round scalar sgn sin sort "
    + "sort_desc sqrt stddev_over_time sum_over_time tan time timestamp vector year").split(" ");
const aggregations = "sum avg min max count topk bottomk quantile stddev stdvar group count_values".split(" ");
const words = "by without on ignoring group_left group_right offset bool and or unless".split(" ");

let metadata;

/** Types and help texts of all metrics; asked for once a minute. */
export async function knownMetrics(signal) {
    if (!metadata || Date.now() - metadata.at > 60_000) {
        const [names, about] = await Promise.all(
            [prometheus.values("__name__", undefined, signal), prometheus.metadata(signal).catch(() => ({}))]
        );
        metadata = { at: Date.now(), list: names.map((name) => {
            const base = about[name] ?? about[name.replace(/_(bucket|sum|count)$/, "")];
            return { name, type: base?.[0]?.type ?? "", help: base?.[0]?.help ?? "" };
        }) };
    }
    return metadata.list;
}

const matcher = (spot) => {
    const inside = [spot.metric && `__name__=${quote(spot.metric)}`, spot.selector].filter(Boolean).join(", ");
    return inside ? `{${inside}}` : undefined;
};

export async function complete(text, at, signal) {
    const before = text.slice(0, at);
    const spot = place(before);
    if (spot.kind === "value") {
        const found = await prometheus.values(spot.label, matcher(spot), signal).catch(() => []);
        return { from: spot.from, options: found.map((v) => ({ text: spot.mark ? v : quote(v) })) };
    }
    if (spot.kind === "label") {
        const found = await prometheus.labels(matcher(spot), signal).catch(() => []);
        return { from: spot.from, options: found.map((name) => ({ text: name, after: "=" })) };
    }
    if (spot.kind === "grouping") {
        const metric = /([A-Za-z_:][\w:]*)\s*[{[)]/.exec(text.slice(text.indexOf("(") + 1))?.[1];
        const found = await prometheus.labels(metric && `{__name__=${quote(metric)}}`, signal).catch(() => []);
        return { from: spot.from, options: found.map((name) => ({ text: name })) };
    }
    if (spot.kind === "range") {
        return { from: spot.from, options: ["1m", "5m", "15m", "1h", "$__rate_interval"].map((t) => ({ text: t })) };
    }
    if (spot.kind !== "expression") return { from: at, options: [] };
    if (spot.from === at && /\w\s+$/.test(before)) return { from: at, options: words.map((text) => ({ text })) };
    const names = await knownMetrics(signal).catch(() => []);
    return { from: spot.from, options: [
        ...aggregations.map((text) => ({ text, detail: "aggregation" })), ...functions.map(
            (text) => ({ text, detail: "function", after: "(" })
        ),
        ...names.map((m) => ({ text: m.name, detail: [m.type, m.help].filter(Boolean).join(" · ") })),
        ...words.map((text) => ({ text, detail: "keyword" })),
    ] };
}

/** `$__interval` and its like, as Grafana fills them in. The sample distance that is assumed is 15 s, as in exporters. */
export function intervals(step, { from, to }) {
    const seconds = Math.round((to - from) / 1000);
    return {
        __interval: `${step}s`, __interval_ms: String(step * 1000), __rate_interval: `${Math.max(60, step + 15)}s`,
        __range: `${seconds}s`, __range_s: String(seconds), __range_ms: String(seconds * 1000),
        __from: String(from), __to: String(to),
    };
}

/** A first query for a metric. */
export function suggest({ name, type }) {
    if (/_bucket$/.test(name)) return `histogram_quantile(0.95, sum by (le) (rate(${name}[$__rate_interval])))`;
    if (
        type === "histogram" && !/_(sum|count)$/.test(name)
    ) return `histogram_quantile(0.95, sum(rate(${name}[$__rate_interval])))`;
    if (type === "counter" || /_(total|count|sum)$/.test(name)) return `sum(rate(${name}[$__rate_interval]))`;
    return name;
}
