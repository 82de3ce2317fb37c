// A dashboard's panels: what is asked, and how it is drawn.
import { h, fill, note } from "../lib/dom.js";
import { loki, prometheus, tempo, Latest } from "../lib/api.js";
import { change, link, step } from "../lib/state.js";
import { duration, nanoClock, series as labelText, time, unit } from "../lib/format.js";
import { levels, named } from "../lib/color.js";
import { Chart, sparkline } from "../lib/chart.js";
import { Heatmap } from "../lib/heatmap.js";
import { table } from "../lib/table.js";
import { intervals } from "../lib/promql.js";
import { fromMatrix, fromStreams, fromTempo } from "../lib/results.js";
import { substitute } from "../lib/variables.js";

const sourceOf = (target, panel) => target.datasource?.type ?? panel.datasource?.type ?? "prometheus";
const text = (target) => target.expr ?? target.query ?? "";

/** The view that shows a panel's query, to look on from there. */
function lookAt(panel, targets) {
    const source = targets.length ? sourceOf(targets[0], panel) : "prometheus";
    if (source === "loki") return link(["logs"], { q: targets[0].query });
    if (source === "tempo") return link(["traces"], { q: targets[0].query });
    const params = {};
    targets.slice(0, 6).forEach((target, i) => { params[i === 0 ? "q" : `q${i + 1}`] = target.query; });
    return link(["metrics"], { ...params, kind: panel.type === "heatmap" ? "heat" : undefined });
}

/** One target's answer as series; `isInstant` where only the newest values count. */
async function ask(panel, target, span, wide, signal) {
    const source = sourceOf(target, panel);
    if (source === "loki") {
        const data = await loki.range(
            target.query, span, { limit: target.maxLines ?? 200, step: `${wide}s`, direction: "backward" }, signal,
        );
        return data.resultType === "streams" ? { lines: fromStreams(data.result) } : { series: fromMatrix(data, target.legendFormat) };
    }
    if (source === "tempo") {
        if (/\|\s*(rate|count_over_time|\w+_over_time|compare)\b/.test(target.query)) {
            return { series: fromTempo(await tempo.metrics(target.query, span, wide, signal), target.legendFormat) };
        }
        return { traces: (await tempo.search(target.query, span, target.limit ?? 20, signal)).traces ?? [] };
    }
    if (target.instant) return {
        series: fromMatrix(await prometheus.instant(target.query, span.to, signal), target.legendFormat),
        isInstant: true,
    };
    return { series: fromMatrix(await prometheus.range(target.query, span, wide, signal), target.legendFormat) };
}

const reducers = {
    lastNotNull: (v) => v.findLast(Number.isFinite), last: (v) => v.at(-1), mean: (v) => sum(v) / Math.max(1, real(v).length), sum,
    max: (v) => Math.max(...real(v)), min: (v) => Math.min(...real(v)), first: (v) => v[0],
};
const real = (values) => values.filter(Number.isFinite);
function sum(values) { return real(values).reduce((a, b) => a + b, 0); }

/** The colour that thresholds give a value. */
function threshold(panel, value) {
    const steps = panel.fieldConfig?.defaults?.thresholds?.steps ?? [];
    let color = null;
    for (const one of steps) if (one.value === null || one.value === undefined || value >= one.value) color = one.color;
    return {
        red: "var(--error)", orange: "var(--warn)", yellow: "var(--warn)", green: "var(--ok)", blue: "var(--info)",
    }[color] ?? "var(--text)";
}

/** An override's unit of a series by its name. */
function unitOf(panel, name) {
    for (const override of panel.fieldConfig?.overrides ?? []) {
        const isMine = override.matcher?.id === "byName" ? override.matcher.options === name
            : override.matcher?.id === "byRegexp" && new RegExp(
                override.matcher.options.replace(/^\/|\/$/g, "")
            ).test(name);
        const found = isMine && override.properties.find((p) => p.id === "unit");
        if (found) return found.value;
    }
    return panel.fieldConfig?.defaults?.unit ?? "short";
}

const drawers = {
    timeseries(panel, { series }, span, height) {
        const custom = panel.fieldConfig?.defaults?.custom ?? {};
        const stacked = (custom.stacking?.mode ?? "none") !== "none";
        const kind = custom.drawStyle === "bars" ? "bars" : stacked || (custom.fillOpacity ?? 0) > 30 ? "area" : "line";
        if (series.length === 0) return note("No data in this range.");
        return new Chart(series, {
            range: span, kind, stacked, height, label: panel.title, unit: panel.fieldConfig?.defaults?.unit ?? "short",
            legend: panel.options?.legend?.displayMode === "hidden" ? "none" : panel.options?.legend?.displayMode ?? "list",
            max: panel.fieldConfig?.defaults?.max, zoom: (from, to) => change({ from: String(from), to: String(to) }),
        }).element;
    },
    stat(panel, { series }) {
        if (series.length === 0) return note("No data.");
        const reduce = reducers[panel.options?.reduceOptions?.calcs?.[0]] ?? reducers.lastNotNull;
        return h("div", { class: "stats" }, series.slice(0, 12).map((one) => {
            const value = reduce(one.values) ?? NaN;
            const color = threshold(panel, value);
            return h("div", { class: "stat" }, series.length > 1 && h("span", { class: "dim clip" }, one.name),
                h("b", { style: { color } }, unit(unitOf(panel, one.name))(value)),
                one.values.length > 2 && sparkline(one.values, color === "var(--text)" ? "var(--accent)" : color, ""));
        }));
    },
    table(panel, { series }) {
        const names = [...new Set(
            series.flatMap((one) => Object.keys(one.labels))
        )].filter((name) => name !== "__name__").sort();
        // Targets of one table are columns of the same rows.
        const rows = new Map();
        const columns = [...new Set(series.map((one) => one.ref))];
        for (const one of series) {
            const key = labelText({ ...one.labels, __name__: "" });
            const row = rows.get(key) ?? { labels: one.labels, values: {} };
            row.values[one.ref] = one.values.findLast(Number.isFinite) ?? NaN;
            rows.set(key, row);
        }
        const title = (ref) => panel.targets.find((t) => t.refId === ref)?.legendFormat ?? ref;
        return table([
            ...names.map(
                (name) => (
                    { title: name, value: (r) => r.labels[name] ?? "", cell: (r) => cellOf(name, r.labels[name] ?? "") }
                )
            ),
            ...columns.map((ref) => ({
                title: title(ref), value: (r) => r.values[ref] ?? NaN, align: "right",
                cell: (r) => (r.values[ref] === undefined ? "" : unit(unitOf(panel, title(ref)))(r.values[ref])),
            })),
        ], [...rows.values()], {
            sort: columns.length ? title(columns[0]) : undefined, most: 50, empty: "No rows in this range.",
        });
    },
    logs(panel, { lines }) {
        return lines.length === 0 ? note("No lines in this range.") : h("ol", { class: "loglist" },
            lines.slice(0, 200).map((one) => {
            const trace = one.meta.trace_id ?? one.labels.trace_id;
            return h("li", { style: { "border-left-color": levels[one.level] ?? levels.unknown } },
                h("span", { class: "dim" }, nanoClock(one.time), " ", one.labels.service_name ?? "", " "),
                trace ? h(
                    "a", { class: "mono", href: link(["trace", trace], { tab: "logs" }) }, one.line,
                ) : h("span", { class: "mono" }, one.line));
        }));
    },
    traces(panel, { traces }) {
        return table([
            {
                title: "Start", value: (t) => Number(t.startTimeUnixNano),
                cell: (t) => time(Number(t.startTimeUnixNano) / 1e6),
            },
            { title: "Trace", value: (t) => t.rootTraceName ?? "", cell: (t) => h("a",
                { href: link(["trace", t.traceID]) },
                h(
                    "i", { class: "swatch", style: { background: named(t.rootServiceName ?? "") } },
                ), " ", t.rootServiceName ?? "", " ", t.rootTraceName ?? "") },
            {
                title: "Duration", value: (t) => t.durationMs ?? 0, cell: (t) => duration((t.durationMs ?? 0) * 1e6),
                align: "right",
            },
        ], traces, { sort: "Start", most: 50, empty: "No traces in this range." });
    },
    heatmap(panel, { series }, span, height) {
        if (!series.some((one) => one.labels.le !== undefined)) return note("No buckets in this range.");
        return new Heatmap(
            series, { range: span, height, unit: panel.options?.yAxis?.unit ?? "s", label: panel.title },
        ).element;
    },
    text(panel) { return h("p", { class: "text-panel" }, panel.options?.content ?? ""); },
};
drawers.gauge = drawers.bargauge = drawers.stat;
drawers.barchart = drawers.graph = drawers.timeseries;

/** A column of a table leads to what it names. */
function cellOf(name, value) {
    if (name === "service" || name === "service_name") return h(
        "a", { href: link(["traces"], { service: value }) }, value,
    );
    return value;
}

export function drawPanel(panel, app) {
    const { w = 12, h: tall = 8, x = 0 } = panel.gridPos ?? {};
    const place = { "--w": String(w), "--x": String(x + 1), "--h": String(tall) };
    if (panel.type === "row") {
        const element = h("h2", { class: "dash-row", style: place }, panel.title);
        return { element, show() {}, close() {} };
    }
    const latest = new Latest();
    const title = h("h2", { class: "clip", title: panel.description ?? "" }, panel.title);
    const body = h("div", { class: "dash-body" });
    const element = h(
        "section",
        { class: `panel dash-panel type-${panel.type}`, style: place, "aria-label": panel.title || panel.type }, title,
        body,
    );
    const height = Math.max(70, tall * 30 - 92);

    async function show(values, span) {
        const draw = drawers[panel.type];
        if (!draw) return fill(body, note(`Panels of the type "${panel.type}" are drawn by Grafana only.`));
        const wide = step(span, Math.max(40, w * 9), 15);
        const all = { ...values, ...intervals(wide, span) };
        const targets = (panel.targets ?? []).filter((t) => !t.hide).map(
            (target) => ({ ...target, query: substitute(text(target), all) })
        );
        if (targets.length) fill(title, h("a", { href: lookAt(panel, targets) }, panel.title));
        body.classList.add("busy");
        const answer = await latest.run((signal) => Promise.all(targets.map((t) => ask(panel, t, span, wide, signal))));
        if (!answer) return;
        body.classList.remove("busy");
        if (answer.error) return fill(body, note(answer.error.message, "failure"));
        const series = answer.value.flatMap(
            (one, i) => (one.series ?? []).map((s) => ({ ...s, ref: targets[i].refId }))
        );
        const lines = answer.value.flatMap((one) => one.lines ?? []);
        const traces = answer.value.flatMap((one) => one.traces ?? []);
        // Traces in a table panel are a list of traces.
        const paint = traces.length && panel.type === "table" ? drawers.traces : draw;
        fill(body, paint(panel, { series, lines, traces }, span, height));
    }

    return { element, show, close: () => latest.cancel() };
}
