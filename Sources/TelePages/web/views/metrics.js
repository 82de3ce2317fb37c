// Metrics: queries, their graph and table, exemplars that open their trace, a list of all metrics.
import { h, fill, button, note } from "../lib/dom.js";
import { prometheus, Latest } from "../lib/api.js";
import { change, link, range, read, step } from "../lib/state.js";
import { number, series as text, unit, unitOf } from "../lib/format.js";
import { numbered } from "../lib/color.js";
import { Chart } from "../lib/chart.js";
import { Heatmap } from "../lib/heatmap.js";
import { Editor } from "../lib/editor.js";
import { table } from "../lib/table.js";
import { complete, intervals, knownMetrics, suggest } from "../lib/promql.js";
import { fromMatrix } from "../lib/results.js";
import { substitute } from "../lib/variables.js";

const first = "sum by (service) (rate(traces_spanmetrics_calls_total{span_kind=\"SPAN_KIND_SERVER\"}[$__rate_interval]))";
const most = 6;

/** The texts of q, q2, q3, ... in their order. */
function queries(params) {
    const out = [params.q || first];
    for (let i = 2; i <= most; i += 1) if (params[`q${i}`]) out.push(params[`q${i}`]);
    return out;
}

function address(list) {
    const patch = {};
    for (let i = 0; i < most; i += 1) patch[i === 0 ? "q" : `q${i + 1}`] = list[i] ?? "";
    return patch;
}

export function open(root, app) {
    const latest = new Latest();
    const latestMarks = new Latest();
    let editors = [];
    const rows = h("div", { class: "queries" });
    const failure = h("div", {});
    const picture = h("div", {});
    const numbers = h("div", {});
    const filter = h(
        "input",
        {
            type: "search", placeholder: "Find a metric", "aria-label": "Find a metric",
            on: { input: () => drawNames() },
        },
    );
    const names = h("ul", { class: "metric-list" });
    const toggles = h("div", { class: "row" });
    let known = [];
    fill(root, h("section", { class: "panel form", "aria-label": "Queries" }, rows, toggles), failure,
        h("div", { class: "metric-body" },
            h(
                "details", { class: "panel metric-side", open: innerWidth > 900 }, h("summary", {}, "Metrics"), filter,
                names,
            ),
            h("div", { class: "metric-main" }, h("section", { class: "panel", "aria-label": "Graph" }, picture),
                h("section", { class: "panel", "aria-label": "Newest values" }, numbers))));

    function drawEditors(list) {
        if (editors.length !== list.length) {
            editors = list.map((value, i) => new Editor({
                label: `PromQL query ${i + 1}`, value, complete, placeholder: first,
                run: () => change(address(editors.map((e) => e.value))),
            }));
            fill(rows, editors.map((editor, i) => h("div", { class: "query" }, editor.element,
                i === 0 ? button("Run", () => editor.run(), { class: "primary" })
                    : button(
                        "✕", () => change(address(editors.map((e) => e.value).toSpliced(i, 1))),
                        { "aria-label": `Remove query ${i + 1}` },
                    ))));
        }
        editors.forEach((editor, i) => { editor.value = list[i]; });
    }

    function drawToggles(params) {
        const flip = (name, value, label) => button(label,
            () => change({ [name]: params[name] === value ? "" : value }),
            { "aria-pressed": String(params[name] === value) });
        fill(toggles, button(
            "Add a query", () => change(address([...editors.map((e) => e.value), "vector(1)"])),
            { disabled: editors.length >= most },
        ),
            flip("kind", "area", "Stacked"), flip("kind", "heat", "Heat map"), flip("exemplars", "1", "Exemplars"),
            h("a", { href: link(["traces"]) }, "Traces of this time"));
    }

    function drawNames() {
        const wanted = filter.value.trim().toLowerCase();
        const shown = known.filter((m) => m.name.toLowerCase().includes(wanted)).slice(0, 300);
        fill(names, shown.map((metric) => h("li", {}, button(metric.name,
            () => change({ ...address([suggest(metric)]), kind: "" }),
            {
                class: "plain", title: [metric.type, metric.help].filter(Boolean).join(": "),
            }), h("span", { class: "dim" }, ` ${metric.type}`))),
            shown.length === 0 && h("li", { class: "dim" }, "none"));
    }

    async function marks(list, span, wide, chart) {
        const answer = await latestMarks.run(
            (signal) => Promise.all(list.map((q) => prometheus.exemplars(q, span, signal)))
        );
        if (!answer?.value) return;
        const found = answer.value.flat().flatMap((one) => one.exemplars).map((e) => ({
            time: e.timestamp * 1000, value: Number(e.value), id: e.labels.trace_id ?? e.labels.traceID, span: e.labels.span_id,
        })).filter((e) => e.id).sort((a, b) => b.value - a.value).slice(0, 150);
        chart.options.marks = found.map((e) => ({
            ...e, title: `${unit(chart.options.unit)(e.value)}, trace ${e.id}`,
            open: () => { location.hash = link(["trace", e.id], { span: e.span }); },
        }));
        chart.draw();
    }

    function draw(params, list, span, wide, results) {
        const format = unitOf(list.join(" "));
        const series = results.flatMap((data, i) => fromMatrix(data).map((one) =>
            (
                results.length > 1 && !one.name ? { ...one, name: list[i] } : one
            ))).map((one, i) => ({ ...one, color: numbered(i) }));
        if (params.kind === "heat") {
            fill(picture, series.some((one) => one.labels.le !== undefined)
                ? new Heatmap(
                    series, { range: span, height: 340, unit: /_seconds|latency/.test(list[0]) ? "s" : "short" },
                ).element
                : note("A heat map needs buckets: sum by (le) (increase(..._bucket[$__rate_interval]))"));
        } else {
            const chart = new Chart(series, {
                range: span, unit: format, height: 340, kind: params.kind === "area" ? "area" : "line", stacked: params.kind === "area",
                label: list[0], zoom: (from, to) => change({ from: String(from), to: String(to) }),
            });
            fill(
                picture,
                series.length ? chart.element : note(
                    "No series. The metric may have another name, or nothing came in this range."
                ),
            );
            if (params.exemplars) marks(list, span, wide, chart);
        }
        const write = unit(format);
        fill(numbers, table([
            { title: "Series", value: (s) => s.name, cell: (s) => h("code", {}, s.name || text(s.labels)) },
            {
                title: "Newest", value: (s) => s.values.at(-1) ?? NaN, cell: (s) => write(s.values.at(-1) ?? NaN),
                align: "right",
            },
            { title: "Mean", value: (s) => mean(s.values), cell: (s) => write(mean(s.values)), align: "right" },
            {
                title: "Most", value: (s) => Math.max(...s.values), cell: (s) => write(Math.max(...s.values)),
                align: "right",
            },
        ], series, { sort: "Newest", caption: "Newest values" }));
        app.say(`${series.length} series`);
    }

    return {
        async update(params) {
            const list = queries(params);
            drawEditors(list);
            drawToggles(params);
            knownMetrics().then((found) => { known = found; drawNames(); }, () => {});
            const span = range(params);
            const wide = step(span, 240);
            const ready = list.map((q) => substitute(q, intervals(wide, span)));
            const answer = await latest.run(
                (signal) => Promise.all(ready.map((q) => prometheus.range(q, span, wide, signal)))
            );
            if (!answer) return;
            fill(failure, answer.error && note(answer.error.message, "failure"));
            for (const editor of editors) editor.failed(!!answer.error);
            if (answer.value) draw(params, ready, span, wide, answer.value);
        },
        close() {
            latest.cancel();
            latestMarks.cancel();
        },
        help: [["Ctrl+Space", "complete"], ["Enter", "run the query"], ["Shift+Enter", "new line"]],
    };
}

function mean(values) {
    const real = values.filter(Number.isFinite);
    return real.length ? real.reduce((a, b) => a + b, 0) / real.length : NaN;
}
