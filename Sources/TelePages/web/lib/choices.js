// What a dashboard's variable can be: asked for as Grafana does it.
import { loki, prometheus, tempo } from "./api.js";
import { substitute } from "./variables.js";

/** `label_values(metric{...}, label)`, `label_values(label)`, `query_result(q)`, `metrics(regex)`. */
async function fromPrometheus(query, signal) {
    const labels = /^\s*label_values\(\s*(?:(.+?)\s*,)?\s*([\w.]+)\s*\)\s*$/s.exec(query);
    if (labels) return prometheus.values(labels[2], labels[1], signal);
    const names = /^\s*metrics\((.*)\)\s*$/s.exec(query);
    if (names) return (
        await prometheus.values("__name__", undefined, signal)
    ).filter((name) => new RegExp(names[1]).test(name));
    const result = /^\s*query_result\((.*)\)\s*$/s.exec(query);
    if (result) return (
        await prometheus.instant(result[1], undefined, signal)
    ).result.map((one) => JSON.stringify(one.metric));
    return [];
}

export async function choices(variable, values, span, signal) {
    const { type } = variable;
    if (type === "custom" || type === "interval") {
        return String(variable.query ?? "").split(",").map((part) => part.split(" : ").at(-1).trim()).filter(Boolean);
    }
    if (type === "constant" || type === "textbox") return variable.query ? [String(variable.query)] : [];
    if (type !== "query") return [];
    const source = variable.datasource?.type ?? "prometheus";
    const query = variable.query;
    let found;
    if (source === "loki") {
        const stream = query.stream ? substitute(query.stream, values) : undefined;
        found = await loki.values(query.label ?? "service_name", span, stream, signal);
    } else if (source === "tempo") {
        found = await tempo.values(query.label ?? "resource.service.name", "{}", signal);
    } else {
        found = await fromPrometheus(
            substitute(typeof query === "string" ? query : query?.query ?? "", values), signal,
        );
    }
    const pattern = /^\/(.*)\/([a-z]*)$/s.exec(variable.regex ?? "");
    const expression = pattern ? new RegExp(pattern[1], pattern[2]) : variable.regex ? new RegExp(variable.regex) : null;
    const fit = expression ? found.map(
        (v) => { const m = expression.exec(v); return m ? m[1] ?? m[0] : null; }
    ).filter((v) => v !== null) : found;
    return [...new Set(fit)].sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
}
