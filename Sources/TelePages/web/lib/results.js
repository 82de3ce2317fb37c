// Answers of the query APIs as series and rows.
import { series as labelText } from "./format.js";

const value = (text) => (text === "+Inf" ? Infinity : text === "-Inf" ? -Infinity : Number(text));

/** `{{label}}` in a legend's format. */
export function legend(labels, format) {
    if (!format || format === "__auto") {
        const { __name__: name, ...rest } = labels;
        const values = Object.entries(rest);
        return values.length === 1 && !name ? String(values[0][1]) : labelText(labels);
    }
    return format.replace(/\{\{\s*([\w.]+)\s*\}\}/g, (_, name) => labels[name] ?? "");
}

/** Prometheus' or Loki's matrix (vectors too) as series. */
export function fromMatrix(data, format) {
    const list = data.resultType === "scalar" ? [{ metric: {}, value: data.result }] : data.result ?? [];
    return list.map((one) => {
        const points = one.values ?? (one.value ? [one.value] : []);
        return {
            name: legend(one.metric, format), labels: one.metric, times: points.map((p) => Number(p[0]) * 1000),
            values: points.map((p) => value(p[1])),
        };
    });
}

const tagText = (v) => String(v?.stringValue ?? v?.intValue ?? v?.doubleValue ?? v?.boolValue ?? "");

/** Tempo's metrics as series. */
export function fromTempo(answer, format) {
    return (answer.series ?? []).map((one) => {
        const labels = Object.fromEntries((one.labels ?? []).map((l) => [l.key, tagText(l.value)]));
        return {
            name: legend(labels, format), labels, times: (one.samples ?? []).map((s) => Number(s.timestampMs)),
            values: (one.samples ?? []).map((s) => s.value ?? 0),
        };
    });
}

/** Loki's streams as lines, the newest first. */
export function fromStreams(streams) {
    const lines = [];
    for (const { stream, values } of streams) {
        for (const [time, line, extra] of values) {
            const meta = extra?.structuredMetadata ?? {};
            const parsed = extra?.parsed ?? {};
            lines.push({ time, line, labels: stream, meta, parsed, level: levelOf(stream, meta, parsed) });
        }
    }
    // Nanoseconds of the same number of digits compare as text.
    lines.sort((a, b) => (a.time < b.time ? 1 : a.time > b.time ? -1 : 0));
    return lines;
}

function levelOf(labels, meta, parsed) {
    return meta.detected_level ?? labels.detected_level ?? parsed.level ?? labels.level ?? "unknown";
}
