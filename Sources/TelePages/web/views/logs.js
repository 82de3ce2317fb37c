// Logs: a query, how many lines over time, the lines, their fields and patterns, and what comes in now.
import { h, fill, button, select, note } from "../lib/dom.js";
import { loki, Latest } from "../lib/api.js";
import { change, range, read, remember, step } from "../lib/state.js";
import { nanoClock, number } from "../lib/format.js";
import { levels, named } from "../lib/color.js";
import { Chart } from "../lib/chart.js";
import { Editor } from "../lib/editor.js";
import { VirtualList } from "../lib/virtual.js";
import { complete } from "../lib/logql.js";
import { fromMatrix, fromStreams } from "../lib/results.js";
import { intervals } from "../lib/promql.js";
import { substitute } from "../lib/variables.js";
import { lineDetails } from "./line.js";
import { fieldList, patternList } from "./fields.js";

export const everything = '{service_name=~".+"}';
const order = ["fatal", "critical", "error", "warn", "warning", "info", "debug", "trace", "unknown"];
/** Lines that a live view keeps. */
const mostLive = 5000;

export function open(root, app) {
    const [latest, latestCounts, latestSide] = [new Latest(), new Latest(), new Latest()];
    let lines = [];
    let selected = -1;
    let socket = null;
    let asked = "";
    const editor = new Editor({
        label: "LogQL query", placeholder: '{service_name="checkout"} |= "error"', complete,
        run: (q) => change({ q, line: "", context: "" }),
    });
    const limit = select(["100", "500", "1000", "5000", "20000", "100000"], "500", (value) => change({ limit: value }),
        { "aria-label": "Lines at most" });
    const live = button(
        "Live", () => change({ live: read().params.live ? "" : "1" }), { "aria-pressed": "false", title: "Follow (f)" },
    );
    const failure = h("div", {});
    const counts = h("section", { class: "panel", "aria-label": "Lines over time" });
    const status = h("span", { class: "dim", role: "status" });
    const list = new VirtualList({
        rowHeight: 21, row: (i) => row(i),
        properties: { class: "virtual log-lines", role: "listbox", "aria-label": "Log lines" },
    });
    list.element.addEventListener("click", (event) => {
        const item = event.target.closest("[data-line]");
        if (item) pick(Number(item.dataset.line));
    });
    const fields = h("div", { class: "log-fields" });
    const main = h("div", { class: "log-main" });
    const side = h("aside", { class: "side panel", "aria-label": "Line", hidden: true });
    const tabs = h("div", { class: "tabs", role: "tablist", "aria-label": "Lines or patterns" });
    fill(root,
        h("section", { class: "panel form", "aria-label": "Query" }, h("div", { class: "query" }, editor.element,
            button("Run", () => editor.run(editor.value), { class: "primary" }), live, limit)),
        failure, counts,
        h("div", { class: "log-body" },
            h("details", { class: "panel log-side", open: innerWidth > 900 }, h("summary", {}, "Fields"), fields),
            h(
                "section", { class: "panel log-panel", "aria-label": "Lines" },
                h("div", { class: "row spread" }, tabs, status), main,
            ), side));

    function row(i) {
        const one = lines[i];
        return h("div", {
            class: `log-line${i === selected ? " picked" : ""}`, role: "option", "aria-selected": String(i === selected), id: `line-${i}`,
            data: { line: i },
        },
            h("i", { class: "log-level", style: { background: levels[one.level] ?? levels.unknown } }),
            h("span", { class: "dim" }, nanoClock(one.time)), h("span", { class: "hidden-text" }, ` ${one.level} `),
            h(
                "span", { class: "log-service", style: { color: named(one.labels.service_name ?? "") } },
                one.labels.service_name ?? "",
            ),
            h("span", { class: `log-text level-${one.level}` }, one.line));
    }

    function pick(i) {
        const old = selected;
        selected = i;
        list.refresh(old, i);
        const one = lines[i];
        side.hidden = !one;
        if (!one) return remember({ line: undefined, context: undefined });
        list.reveal(i);
        list.element.setAttribute("aria-activedescendant", `line-${i}`);
        remember({ line: one.time });
        drawLine(one);
    }

    function drawLine(one) {
        fill(side, lineDetails(one, {
            query: editor.value, close: () => pick(-1), latest: latestSide, isContext: read().params.context === one.time,
            run: (q) => change({ q, line: "", context: "" }),
        }));
    }

    function drawTabs(tab) {
        fill(tabs, [["lines", "Lines"], ["patterns", "Patterns"]].map(([key, title]) => h("button", {
            type: "button", role: "tab", "aria-selected": String(key === tab),
            on: { click: () => change({ tab: key === "lines" ? "" : key }) },
        }, title)));
    }

    /** Bars of lines over time, by level; dragging over them zooms. */
    async function drawCounts(query, span) {
        const wide = step(span, 80);
        const answer = await latestCounts.run((signal) =>
            loki.range(
                `sum by (detected_level) (count_over_time(${query} [${wide}s]))`, span, { step: `${wide}s` }, signal,
            ));
        if (!answer) return;
        if (answer.error) return fill(counts, note("No counts over time for this query."));
        const series = fromMatrix(answer.value).map((one) => {
            const level = one.labels.detected_level ?? "unknown";
            // A count stands for the step that ends at its time.
            return {
                ...one, name: level, color: levels[level] ?? levels.unknown,
                times: one.times.map((t) => t - wide * 500),
            };
        }).sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
        const total = series.reduce((sum, one) => sum + one.values.reduce((a, b) => a + b, 0), 0);
        const chart = new Chart(series, {
            range: span, kind: "bars", stacked: true, height: 96, step: wide * 1000, label: "Lines over time",
            zoom: (from, to) => change({ from: String(from), to: String(to), live: "" }),
        });
        fill(counts, chart.element);
        return total;
    }

    function show(found, text) {
        lines = found;
        selected = -1;
        list.reset(lines.length);
        fill(status, text);
        const wanted = read().params.line;
        const at = wanted ? lines.findIndex((one) => one.time === wanted) : -1;
        if (at >= 0) pick(at);
        else side.hidden = true;
    }

    function follow(query) {
        socket?.close();
        const mine = socket = loki.tail(query, Date.now() - 60_000);
        let waiting = [];
        let missed = 0;
        let frame = null;
        const take = () => {
            frame = null;
            const atTop = list.element.scrollTop < 5;
            const fresh = waiting;
            waiting = [];
            lines = [...fresh, ...lines].slice(0, mostLive);
            if (selected >= 0) selected += fresh.length;
            const top = list.element.scrollTop;
            list.reset(lines.length);
            // Someone who reads on is not pushed away by what comes in.
            if (!atTop) list.element.scrollTop = top + fresh.length * list.rowHeight;
            fill(status, `live · ${lines.length} lines${missed ? ` · ${missed} missed` : ""}`);
        };
        mine.addEventListener("message", (event) => {
            const body = JSON.parse(event.data);
            missed += body.dropped_entries?.length ?? 0;
            waiting = [...fromStreams((body.streams ?? []).map(split)), ...waiting];
            frame ??= setTimeout(take, 150);
        });
        mine.addEventListener("close", () => {
            if (socket === mine && read().params.live) fill(
                status, "The connection ended. ", button("Follow again", () => follow(query)),
            );
        });
        show([], "live · waiting for lines");
    }

    async function search(params, query, span) {
        fill(status, "Searching …");
        main.classList.add("busy");
        const started = performance.now();
        const wide = step(span, 200);
        const answer = await latest.run((signal) =>
            loki.range(query, span, { limit: params.limit ?? 500, direction: "backward", step: `${wide}s` }, signal));
        if (!answer) return;
        main.classList.remove("busy");
        editor.failed(!!answer.error);
        fill(failure, answer.error && note(answer.error.message, "failure"));
        if (answer.error) return fill(status);
        if (answer.value.resultType !== "streams") return drawMetric(answer.value, span);
        counts.hidden = false;
        fill(main, list.element);
        const found = fromStreams(answer.value.result);
        const most = Number(params.limit ?? 500);
        show(found, `${number(found.length)} lines${found.length >= most ? " (the newest)" : ""}`);
        if (found.length === 0) fill(main, note("No line fits. Widen the time range or take a condition away."));
        performance.measure("log lines drawn", { start: started, detail: found.length });
        app.say(`${found.length} lines found`);
        drawCounts(query, span);
    }

    /** A query that counts lines is drawn as what it is. */
    function drawMetric(data, span) {
        counts.hidden = true;
        side.hidden = true;
        const series = fromMatrix(data);
        fill(status, `${series.length} series`);
        fill(
            main,
            new Chart(
                series,
                {
                    range: span, height: 320, label: "Log metric",
                    zoom: (from, to) => change({ from: String(from), to: String(to) }),
                },
            ).element,
        );
    }

    return {
        update(params, path, isRefresh) {
            const span = range(params);
            const q = params.q || everything;
            editor.value = q;
            limit.value = params.limit ?? "500";
            live.setAttribute("aria-pressed", String(!!params.live));
            const tab = params.tab ?? "lines";
            drawTabs(tab);
            const query = substitute(q, intervals(step(span), span));
            const key = JSON.stringify([q, params.from, params.to, params.limit, params.live, tab]);
            if (key === asked && !isRefresh) {
                if (selected >= 0 && lines[selected]) drawLine(lines[selected]);
                return;
            }
            asked = key;
            fill(failure);
            if (!params.live) {
                socket?.close();
                socket = null;
            }
            const isPlain = /^\s*\{/.test(query);
            const run = (next) => change({ q: next, line: "", context: "" });
            if (isPlain) fieldList(fields, query, span, run);
            if (tab === "patterns" && isPlain) {
                patternList(main, query, span, run);
                fill(status);
                drawCounts(query, span);
            } else if (params.live && isPlain) {
                fill(main, list.element);
                counts.hidden = true;
                follow(query);
            } else {
                search(params, query, span);
            }
        },
        close() {
            for (const one of [latest, latestCounts, latestSide]) one.cancel();
            const old = socket;
            socket = null;
            old?.close();
        },
        keys: {
            j: () => pick(Math.min(lines.length - 1, selected + 1)), k: () => pick(Math.max(0, selected - 1)),
            f: () => change({ live: read().params.live ? "" : "1" }), Escape: () => pick(-1),
            c: () => selected >= 0 && change({ context: lines[selected].time }),
        },
        help: [["f", "follow live"], ["c", "lines around the picked one"]],
    };
}

const index = new Set(["service_name", "service_namespace", "service_instance_id", "deployment_environment",
    "deployment_environment_name",
    "cloud_region", "cloud_availability_zone", "container_name"]);

/** The tail's streams have labels and metadata in one: the well-known labels of streams are told apart by name. */
function split({ stream, values }) {
    const [labels, meta] = [{}, {}];
    for (const [name, value] of Object.entries(stream)) (
        index.has(name) || name.startsWith("k8s_") ? labels : meta
    )[name] = value;
    return {
        stream: labels,
        values: values.map(
            ([time, line, extra]) => [time, line, extra?.structuredMetadata ? extra : { structuredMetadata: meta }]
        ),
    };
}
