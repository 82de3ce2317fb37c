// One trace: waterfall, and beside it a span's details, the trace's logs, or its services.
import { h, fill, button, note } from "../lib/dom.js";
import { tele, Latest } from "../lib/api.js";
import { remember, link, read } from "../lib/state.js";
import { duration, time } from "../lib/format.js";
import { named, levels } from "../lib/color.js";
import { buildTrace, culprit } from "../lib/tree.js";
import { table } from "../lib/table.js";
import { Waterfall } from "./waterfall.js";
import { spanDetails } from "./span.js";

const tabs = { span: "Span", logs: "Logs", services: "Services" };

export function levelOf(severity, text) {
    if (severity >= 21) return "fatal";
    if (severity >= 17) return "error";
    if (severity >= 13) return "warn";
    if (severity >= 9) return "info";
    if (severity >= 5) return "debug";
    return (text || "trace").toLowerCase();
}

export function open(root, app) {
    const latest = new Latest();
    let trace = null;
    // What the server said of it so far.
    let known = null;
    let tab = "span";
    let onlySpan = null;
    const head = h("div", { class: "trace-head" });
    const side = h("aside", { class: "side panel", "aria-label": "Details" });
    const failure = h("div", {});
    const waterfall = new Waterfall({
        select: (node) => {
            remember({ span: node.span.spanID, tab: tab === "logs" ? "logs" : undefined });
            if (tab !== "logs") tab = "span";
            drawSide();
        },
        zoomed: (from, to) => remember(
            { z: from === 0 && to === trace.total ? undefined : `${Math.round(from)}-${Math.round(to)}` }
        ),
    });
    const count = h("span", { class: "dim", role: "status" });
    const search = h("input", {
        type: "search", placeholder: "Find in spans", "aria-label": "Find in spans", "data-search": true,
        on: {
            input: () => find(search.value),
            keydown: (event) => {
                if (event.key !== "Enter") return;
                waterfall.next((node) => waterfall.found.has(node.index), event.shiftKey ? -1 : 1);
            },
        },
    });
    const bar = h("div", { class: "row trace-bar" }, search, count,
        button("Next error", () => nextError(), { title: "e" }), button(
            "Critical path", () => nextCritical(), { title: "c" },
        ),
        button("Fold", () => waterfall.foldBelow(1)), button("Unfold", () => waterfall.foldBelow(-1)),
        button("−", () => waterfall.scaleBy(2), { "aria-label": "Zoom out" }),
        button("+", () => waterfall.scaleBy(0.5), { "aria-label": "Zoom in" }),
        button("Whole", () => waterfall.zoom(0, trace.total), { title: "0" }));
    const body = h("div", { class: "trace-body" }, h("section",
        { class: "panel trace-main", "aria-label": "Waterfall" },
        bar, waterfall.element), side);
    fill(root, head, failure, body);
    body.hidden = true;

    const nextError = (step) => waterfall.next((node) => node.span.isError, step);
    const nextCritical = (step) => waterfall.next((node) => node.isCritical, step);

    function find(text) {
        const found = waterfall.find(text);
        count.textContent = text ? `${found} spans` : "";
        remember({ find: text });
    }

    function drawHead() {
        const top = trace.roots[0].span;
        const services = new Set(trace.spans.map((s) => s.service));
        const errors = trace.spans.filter((s) => s.isError).length;
        app.title(`${top.service} ${top.name}`);
        fill(head, h("h1", {}, h("i", { class: "swatch", style: { background: named(top.service) } }), " ", top.service,
            " ",
            h("span", { class: "wf-op" }, top.name)),
            h("div", { class: "row" },
                h("b", {}, duration(trace.total)), h(
                    "span", {}, trace.next ? `${trace.spans.length} of ${trace.count} spans` : `${trace.spans.length} spans`,
                ), trace.next && button("More spans", more, { title: "The first by start are shown; reads the next" }),
                h("span", {}, `${services.size} services`),
                errors > 0 && h(
                    "span", { class: "tag error" }, `${errors} errors`,
                ), h("span", {}, `${trace.logs.length} log lines`),
                h("span", { class: "dim" }, time(Number(trace.base / 1_000_000n), "ms")),
                h("code", { class: "dim trace-id" }, trace.id),
                h("a", { href: link(["compare"], { a: trace.id }) }, "Compare with …"),
                h(
                    "a",
                    {
                        href: `/api/tele/v1/trace/${encodeURIComponent(trace.id)}?logs=1`, target: "_blank",
                        rel: "noopener",
                    },
                    "JSON",
                )), why());
    }

    /** What `telectl why` ends with, as a way to the span. */
    function why() {
        const most = culprit(trace);
        if (!most) return null;
        const { node, held, all, said } = most;
        return h("p", { class: "why" }, `${Math.round((held / all) * 100)}% of the ${duration(all)} went into `,
            button(`${node.span.service} ${node.span.name}`, () => waterfall.select(node), { class: "plain" }),
            ` itself (${duration(held)})`, said && ["; it said ", h("q", {}, said.body)], ".");
    }

    /** The spans after those that are shown; what is picked, zoomed and found stays. */
    async function more() {
        const answer = await latest.run((signal) => tele.moreSpans(trace.id, trace.next, signal));
        if (!answer) return;
        fill(failure, answer.error && note(answer.error.message, "failure"));
        if (!answer.error) draw({ ...known, next: answer.value.next, spans: [...known.spans, ...answer.value.spans] });
    }

    function draw(answer) {
        const started = performance.now();
        known = answer;
        trace = buildTrace(answer);
        drawHead();
        waterfall.show(trace);
        const now = read().params;
        tab = tabs[now.tab] ? now.tab : "span";
        const zoom = /^(\d+)-(\d+)$/.exec(now.z ?? "");
        if (zoom) waterfall.zoom(Number(zoom[1]), Number(zoom[2]));
        if (now.find) {
            search.value = now.find;
            find(now.find);
        }
        waterfall.select(trace.bySpan.get(now.span) ?? trace.roots[0], true);
        drawSide();
        performance.measure("trace drawn", { start: started, detail: trace.spans.length });
        app.say(trace.next ? `The first ${trace.spans.length} of ${trace.count} spans` : `Trace with ${trace.spans.length} spans`);
    }

    function drawSide() {
        fill(side,
            h("div", { class: "tabs", role: "tablist", "aria-label": "Details" },
                Object.entries(tabs).map(([key, title]) =>
                h("button", {
                    type: "button", role: "tab", "aria-selected": String(key === tab), on: { click: () => choose(key) },
                },
                    key === "logs" ? `${title} (${trace.logs.length})` : title))),
            h("div", { role: "tabpanel", "aria-label": tabs[tab] }, panels[tab]()));
    }

    function choose(next, spanID = null) {
        tab = next;
        onlySpan = spanID;
        remember({ tab: tab === "span" ? undefined : tab });
        drawSide();
    }

    const panels = {
        span: () => waterfall.selected
            ? spanDetails(trace, waterfall.selected, { showLogs: (id) => choose("logs", id) })
            : note("Pick a span: click a row, or press j."),
        logs: () => logList(),
        services: () => serviceTable(),
    };

    function logList() {
        const shown = trace.logs.filter((log) => !onlySpan || log.spanID === onlySpan);
        return [
            onlySpan && h(
                "div", { class: "row" }, `Only of span ${onlySpan} `, button("Show all", () => choose("logs")),
            ),
            trace.isCut && note("There are more lines than are shown."),
            shown.length === 0 && note("No log line carries this trace's id."),
            h("ol", { class: "loglist" }, shown.slice(0, 2000).map((log) => {
                const level = levelOf(log.severity, log.severityText);
                return h("li", { style: { "border-left-color": levels[level] ?? levels.unknown } },
                    h("button", {
                        type: "button", class: "plain", title: "Show its span",
                        on: { click: () => waterfall.select(trace.bySpan.get(log.spanID)) }, disabled: !trace.bySpan.has(log.spanID),
                    }, `+${duration(log.at)}`), " ",
                    h("span", { class: "dim" }, log.service, " "), h("span", { class: `level-${level}` }, level, " "),
                    h("span", { class: "mono" }, log.body),
                    h("span", { class: "dim mono" }, " ", log.attributes.filter((a) => !a.key.startsWith("code."))
                        .map((a) => `${a.key}=${a.value}`).join(" ")));
            })),
        ];
    }

    function serviceTable() {
        const byName = new Map();
        for (const node of trace.nodes) {
            const name = node.span.service;
            const one = byName.get(name) ?? { name, spans: 0, errors: 0, self: 0, critical: 0 };
            one.spans += 1;
            one.errors += Number(node.span.isError);
            one.self += node.selfTime;
            one.critical += node.stretches.reduce((sum, [a, b]) => sum + b - a, 0);
            byName.set(name, one);
        }
        return table([
            {
                title: "Service", value: (s) => s.name,
                cell: (s) => h(
                    "span", {}, h("i", { class: "swatch", style: { background: named(s.name) } }), " ", s.name,
                ),
            },
            { title: "Spans", value: (s) => s.spans, align: "right" },
            { title: "Errors", value: (s) => s.errors, align: "right" },
            { title: "Self", value: (s) => s.self, cell: (s) => duration(s.self), align: "right" },
            { title: "Critical", value: (s) => s.critical, cell: (s) => duration(s.critical), align: "right" },
        ], [...byName.values()], { sort: "Critical" });
    }

    return {
        async update(params, path, isRefresh) {
            const id = path[1] ?? "";
            if (trace && trace.id.startsWith(id.toLowerCase()) && !isRefresh) {
                const node = trace.bySpan.get(params.span);
                if (node && node !== waterfall.selected) waterfall.select(node, true);
                if ((params.tab ?? "span") !== tab && tabs[params.tab]) tab = params.tab;
                drawSide();
                return;
            }
            if (!trace) fill(head, note("Reading the trace …"));
            const answer = await latest.run((signal) => tele.trace(id, signal));
            if (!answer) return;
            fill(failure, answer.error && note(answer.error.message, "failure"));
            body.hidden = !!answer.error;
            if (answer.error) return fill(head, h("h1", {}, "Trace ", id));
            draw(answer.value);
        },
        close: () => latest.cancel(),
        keys: {
            j: () => waterfall.move(1), k: () => waterfall.move(-1), ArrowDown: () => waterfall.move(1), ArrowUp: () => waterfall.move(-1),
            PageDown: () => waterfall.move(20), PageUp: () => waterfall.move(-20),
            ArrowRight: () => waterfall.selected && waterfall.fold(waterfall.selected, false),
            ArrowLeft: () => waterfall.selected && waterfall.fold(waterfall.selected, true),
            l: () => waterfall.selected && waterfall.fold(waterfall.selected, false),
            h: () => waterfall.selected && waterfall.fold(waterfall.selected, true),
            e: () => nextError(1), E: () => nextError(-1), c: () => nextCritical(1), C: () => nextCritical(-1),
            n: () => waterfall.next((node) => waterfall.found.has(node.index)), N: () => waterfall.next(
                (node) => waterfall.found.has(node.index), -1,
            ),
            z: () => waterfall.selected && waterfall.zoom(waterfall.selected.span.start, waterfall.selected.span.end),
            "+": () => waterfall.scaleBy(0.5), "-": () => waterfall.scaleBy(2), 0: () => waterfall.zoom(0, trace.total),
            "<": () => waterfall.pan(-0.25), ">": () => waterfall.pan(0.25), o: () => choose(
                tab === "logs" ? "span" : "logs"
            ),
        },
        help: [
            ["e E", "next, previous error"], ["c C", "along the critical path"], ["n N", "next, previous found span"],
            ["h l", "fold, unfold"], ["z", "zoom to the span"], [
                "+ - 0", "zoom in, out, whole trace",
            ], ["< >", "move the zoomed part"],
            ["o", "logs or span beside"],
        ],
    };
}
