// Two traces aligned by structure: what is slower, new and missing in the second.
import { h, fill, button, field, note } from "../lib/dom.js";
import { tele, Latest } from "../lib/api.js";
import { change, link } from "../lib/state.js";
import { duration, time } from "../lib/format.js";
import { named } from "../lib/color.js";
import { buildTrace } from "../lib/tree.js";
import { VirtualList } from "../lib/virtual.js";

/** Rows in drawing order: like siblings (service and name) of both traces together, with their times summed. */
export function align(a, b) {
    const rows = [];
    const key = (node) => `${node.span.service}\u0000${node.span.name}\u0000${node.span.kind}`;
    const group = (trace, nodes) => {
        const out = new Map();
        for (const node of nodes) out.set(key(node), [...(out.get(key(node)) ?? []), node]);
        return out;
    };
    const children = (trace, nodes) => nodes.flatMap((node) => node.children.map((c) => trace.nodes[c]));
    const stack = [{ a: a.roots, b: b.roots, depth: 0 }];
    while (stack.length) {
        const { a: left, b: right, depth, row } = stack.pop();
        if (row) rows.push(row);
        const [x, y] = [group(a, left), group(b, right)];
        const next = [];
        for (const name of new Set([...x.keys(), ...y.keys()])) {
            const [p, q] = [x.get(name) ?? [], y.get(name) ?? []];
            const sum = (nodes, of) => nodes.reduce((total, node) => total + of(node), 0);
            const length = (node) => node.span.end - node.span.start;
            const { span } = (p[0] ?? q[0]);
            next.push({
                a: children(a, p), b: children(b, q), depth: depth + 1, row: {
                    service: span.service, name: span.name, depth, counts: [p.length, q.length],
                    times: [sum(p, length), sum(q, length)], self: [
                        sum(p, (n) => n.selfTime), sum(q, (n) => n.selfTime),
                    ],
                    errors: [sum(p, (n) => Number(n.span.isError)), sum(q, (n) => Number(n.span.isError))],
                    spans: [p[0]?.span.spanID, q[0]?.span.spanID],
                },
            });
        }
        stack.push(...next.reverse());
    }
    return rows;
}

export function open(root, app) {
    const latest = new Latest();
    const inputs = ["a", "b"].map((name) => h("input", {
        class: "mono", placeholder: "trace id or its beginning", "data-search": name === "a" ? true : undefined,
        on: { change: (event) => change({ [name]: event.target.value.trim() }) },
    }));
    const head = h("div", { class: "row" });
    const failure = h("div", {});
    const content = h("section", { class: "panel compare", "aria-label": "Comparison" });
    fill(root, h("section", { class: "panel form", "aria-label": "Traces to compare" }, h("div",
        { class: "fields two" },
        field("First (as it should be)", inputs[0]), field("Second", inputs[1])),
        h(
            "div", { class: "row" }, button("Swap", () => change({ a: inputs[1].value, b: inputs[0].value })), head,
        )), failure, content);

    function draw(a, b) {
        const rows = align(a, b);
        const most = Math.max(1, ...rows.map((row) => Math.abs(row.self[1] - row.self[0])));
        fill(head, [a, b].map((trace, i) => h("span", {}, i === 0 ? "First: " : "Second: ",
            h(
                "a", { href: link(["trace", trace.id]) }, trace.roots[0].span.service, " ", trace.roots[0].span.name,
            ), " ",
            h("b", {}, duration(trace.total)), h(
                "span", { class: "dim" }, ` ${time(Number(trace.base / 1_000_000n))}, ${trace.spans.length} spans`,
            ))),
            h(
                "b", { class: b.total > a.total ? "bad" : "good" },
                `${b.total >= a.total ? "+" : "−"}${duration(Math.abs(b.total - a.total))}`,
            ));
        const list = new VirtualList({
            rowHeight: 26, properties: {
                role: "table", "aria-label": "Operations of both traces", class: "virtual compare-rows",
            },
            row: (i) => {
                const row = rows[i];
                const change = row.self[1] - row.self[0];
                const state = row.counts[0] === 0 ? "new" : row.counts[1] === 0 ? "missing" : "";
                return h("div", { class: `compare-row ${state}`, role: "row" },
                    h("div", {
                        role: "rowheader", class: "clip",
                        style: { "padding-left": `${Math.min(20, row.depth) * 12 + 4}px` },
                    },
                        h(
                            "i", { class: "swatch", style: { background: named(row.service) } },
                        ), " ", h("span", { class: "wf-service" }, row.service), " ", row.name,
                        Math.max(...row.counts) > 1 && h(
                            "span", { class: "dim" }, ` ×${row.counts[0]}→${row.counts[1]}`,
                        ),
                        state && h("span", { class: `tag ${state === "new" ? "warn" : ""}` }, state),
                        row.errors[1] > row.errors[0] && h("span", { class: "tag error" }, "error")),
                    h(
                        "div", { role: "cell", class: "right" },
                        row.spans[0] ? h(
                            "a", { href: link(["trace", a.id], { span: row.spans[0] }) }, duration(row.times[0]),
                        ) : "-",
                    ),
                    h(
                        "div", { role: "cell", class: "right" },
                        row.spans[1] ? h(
                            "a", { href: link(["trace", b.id], { span: row.spans[1] }) }, duration(row.times[1]),
                        ) : "-",
                    ),
                    h("div", {
                        role: "cell", class: "delta",
                        "aria-label": `own time ${change >= 0 ? "more" : "less"} by ${duration(Math.abs(change))}`,
                    },
                        h(
                            "i",
                            {
                                class: change >= 0 ? "worse" : "better",
                                style: { width: `${(Math.abs(change) / most) * 46}%` },
                            },
                        ),
                        h("span", {}, `${change >= 0 ? "+" : "−"}${duration(Math.abs(change))}`)));
            },
        });
        fill(content, h("div", { class: "compare-row compare-head", "aria-hidden": "true" }, h("div", {}, "Operation"),
            h("div", { class: "right" }, "First"),
            h("div", { class: "right" }, "Second"), h("div", {}, "Own time: less ◂ ▸ more")), list.element);
        list.reset(rows.length);
        app.say(`${rows.length} operations compared`);
    }

    return {
        async update(params) {
            inputs.forEach((input, i) => { input.value = params["ab"[i]] ?? ""; });
            fill(failure);
            if (!params.a || !params.b) {
                return fill(content, note("Give two traces; the list of traces has boxes to pick them by."));
            }
            const answer = await latest.run(
                (signal) => Promise.all([tele.trace(params.a, signal), tele.trace(params.b, signal)])
            );
            if (!answer) return;
            fill(failure, answer.error && note(answer.error.message, "failure"));
            if (answer.value) draw(...answer.value.map(buildTrace));
            else fill(content);
        },
        close: () => latest.cancel(),
    };
}
