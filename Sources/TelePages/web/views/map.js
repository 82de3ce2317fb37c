// Who calls whom: services in layers from left to right, edges with rate, errors and p95.
import { h, s, fill, note } from "../lib/dom.js";
import { prometheus, Latest } from "../lib/api.js";
import { change, link, range } from "../lib/state.js";
import { duration, number, quote } from "../lib/format.js";
import { named } from "../lib/color.js";
import { table } from "../lib/table.js";

const [wide, tall, gapX, gapY, edge] = [150, 46, 118, 34, 4];

/** Layers by the longest way from a caller; an edge back (a cycle) does not count. */
export function layers(names, edges) {
    const out = new Map(names.map((name) => [name, []]));
    for (const { client, server } of edges) if (client !== server) out.get(client).push(server);
    const depth = new Map();
    const state = new Map();
    const order = [];
    for (const start of names) {
        const stack = [[start, 0]];
        while (stack.length) {
            const top = stack.at(-1);
            const [name, at] = top;
            state.set(name, state.get(name) ?? "open");
            const next = out.get(name)[at];
            if (state.get(name) === "done" || next === undefined) {
                if (state.get(name) !== "done") order.push(name);
                state.set(name, "done");
                stack.pop();
                continue;
            }
            top[1] += 1;
            if (!state.has(next)) stack.push([next, 0]);
        }
    }
    const place = new Map(order.reverse().map((name, i) => [name, i]));
    for (const name of order) {
        depth.set(name, depth.get(name) ?? 0);
        for (const next of out.get(name)) {
            if (place.get(next) > place.get(name)) depth.set(next, Math.max(depth.get(next) ?? 0, depth.get(name) + 1));
        }
    }
    const found = [];
    for (const name of order) (found[depth.get(name)] ??= []).push(name);
    return found.filter(Boolean);
}

/** Fewer crossings: each layer by where its callers stand. */
function arrange(found, edges) {
    const row = new Map();
    for (const layer of found) {
        const weight = (name) => {
            const rows = edges.filter((e) => e.server === name && row.has(e.client)).map((e) => row.get(e.client));
            return rows.length ? rows.reduce((a, b) => a + b, 0) / rows.length : 0;
        };
        layer.sort((a, b) => weight(a) - weight(b) || a.localeCompare(b));
        layer.forEach((name, i) => row.set(name, i - layer.length / 2));
    }
    return found;
}

export function open(root, app) {
    const latest = new Latest();
    const picture = h("section", { class: "panel map", "aria-label": "Service map" });
    const rows = h("section", { class: "panel", "aria-label": "Calls" });
    const failure = h("div", {});
    fill(root, failure, picture, rows);

    /** Seconds of the range that there are figures of: a rate over more would be too low. */
    async function reach(span, signal) {
        const whole = Math.max(60, Math.round((span.to - span.from) / 1000));
        const step = Math.max(15, Math.ceil(whole / 60));
        const first = `min(min_over_time(timestamp(traces_service_graph_request_total)[${whole}s:${step}s]))`;
        const answer = await prometheus.instant(`time() - ${first}`, span.to, signal);
        const age = Number(answer.result[0]?.value[1] ?? whole);
        return Math.min(whole, Math.max(60, Math.ceil(age) + step));
    }

    async function ask(span, signal) {
        const window = `[${await reach(span, signal)}s]`;
        const by = "client, server, connection_type";
        const queries = [
            `sum by (${by}) (rate(traces_service_graph_request_total${window}))`,
            `sum by (${by}) (rate(traces_service_graph_request_failed_total${window}))`,
            `histogram_quantile(0.95, sum by (${by}, le) (rate(traces_service_graph_request_server_seconds_bucket${window})))`,
        ];
        const [rate, failed, p95] = await Promise.all(queries.map((q) => prometheus.instant(q, span.to, signal)));
        const edges = new Map();
        const at = (m) => {
            const key = `${m.client}\u0000${m.server}`;
            if (!edges.has(key)) edges.set(
                key,
                {
                    client: m.client ?? "", server: m.server ?? "", type: m.connection_type ?? "", rate: 0, failed: 0,
                    p95: NaN,
                },
            );
            return edges.get(key);
        };
        for (const one of rate.result) at(one.metric).rate += Number(one.value[1]);
        for (const one of failed.result) at(one.metric).failed += Number(one.value[1]);
        for (const one of p95.result) at(one.metric).p95 = Number(one.value[1]);
        return [...edges.values()].filter((e) => e.rate > 0);
    }

    function draw(edges, picked) {
        // A database that two services use is one node, and not the service of the same name.
        const nodeName = (e) => (e.type === "database" ? `${e.server} (database)` : e.server);
        const list = edges.map((e) => ({ ...e, label: e.server, server: nodeName(e) }));
        const names = [...new Set(list.flatMap((e) => [e.client, e.server]))];
        const isService = new Set(
            list.flatMap((e) => [e.type === "virtual_node" ? null : e.client, e.type ? null : e.server])
        );
        const found = arrange(layers(names, list), list);
        const high = Math.max(...found.map((layer) => layer.length), 1) * (tall + gapY) + edge;
        const width = found.length * (wide + gapX) - gapX + edge * 2;
        const spots = new Map();
        found.forEach((layer, column) => layer.forEach((name, i) => spots.set(name, {
            x: edge + column * (wide + gapX), y: high / 2 + (i - (layer.length - 1) / 2) * (tall + gapY) - tall / 2,
        })));
        const svg = s("svg", { width, height: high, viewBox: `0 0 ${width} ${high}`, role: "group",
            "aria-label": `${names.length} nodes, ${list.length} edges`,
            // It shrinks with the page, as long as it can be read.
            style: { "max-width": "100%", height: "auto", "min-width": `${Math.round(width * 0.7)}px` } });
        const most = Math.max(...list.map((e) => e.rate), 1e-9);
        for (const e of list) {
            const [a, b] = [spots.get(e.client), spots.get(e.server)];
            const back = b.x <= a.x;
            const [x1, y1, x2, y2] = [
                back ? a.x + wide / 2 : a.x + wide, back ? a.y + tall : a.y + tall / 2, back ? b.x + wide / 2 : b.x,
                back ? b.y + tall : b.y + tall / 2,
            ];
            const d = back ? `M${x1} ${y1}C${x1} ${y1 + 60} ${x2} ${y2 + 60} ${x2} ${y2}` : `M${x1} ${y1}C${x1 + gapX / 2} ${y1} ${x2 - gapX / 2} ${y2} ${x2} ${y2}`;
            const ratio = e.failed / e.rate;
            const isPicked = picked && (e.client === picked || e.server === picked);
            svg.append(s("path", {
                class: `edge${ratio > 0.01 ? " failing" : ""}${picked && !isPicked ? " faded" : ""}`, d, "stroke-width": 1 + 4 * Math.sqrt(e.rate / most),
            }, s(
                "title", {},
                `${e.client} to ${e.server}: ${number(e.rate)}/s, ${number(ratio * 100)}% errors, p95 ${duration(e.p95 * 1e9)}`,
            )));
            if (!picked || isPicked) {
                svg.append(s("text", {
                    class: "edge-label", x: (x1 + x2) / 2, y: (y1 + y2) / 2 - 5, "text-anchor": "middle",
                },
                    `${number(e.rate)}/s${Number.isFinite(e.p95) ? ` · ${duration(e.p95 * 1e9)}` : ""}`));
            }
        }
        for (const [name, { x, y }] of spots) {
            const incoming = list.filter((e) => e.server === name);
            const rate = incoming.reduce((sum, e) => sum + e.rate, 0);
            const failed = incoming.reduce((sum, e) => sum + e.failed, 0);
            const pick = () => change({ node: picked === name ? "" : name });
            const label = `${name}: ${number(rate)} requests a second, ${number(rate ? (failed / rate) * 100 : 0)}% errors`;
            svg.append(s("g", {
                class: `node${picked === name ? " picked" : ""}${isService.has(name) ? "" : " outside"}`, tabindex: "0", role: "button", "aria-label": label,
                "aria-pressed": String(picked === name), on: {
                    click: pick, keydown: (event) => event.key === "Enter" && pick(),
                },
            },
                s("rect", { x, y, width: wide, height: tall, rx: 7 }), s(
                    "rect", { x, y, width: 5, height: tall, rx: 2, style: { fill: named(name) } },
                ),
                // An svg within clips what is wider than the node, whatever letters it has.
                s("svg", { x, y, width: wide - 4, height: tall }, s(
                    "text", { class: "node-name", x: 14, y: 19 }, name.length > 17 ? `${name.slice(0, 16)}…` : name,
                )),
                s("text", {
                    class: rate && failed / rate > 0.01 ? "node-facts bad" : "node-facts", x: x + 14, y: y + 36,
                },
                    incoming.length ? `${number(rate)}/s · ${number(rate ? (failed / rate) * 100 : 0)}% errors` : "asks only"),
                s("title", {}, label)));
        }
        fill(picture, h("div", { class: "map-scroll" }, svg), picked && isService.has(picked) && h("div",
            { class: "row" }, h("b", {}, picked),
            h("a", { href: link(["dashboards", "tele-services"], { "var-service": picked }) }, "Dashboard"),
            h("a", { href: link(["traces"], { service: picked }) }, "Traces"),
            h("a", { href: link(["traces"], { service: picked, status: "error" }) }, "Failed traces"),
            h("a", { href: link(["logs"], { q: `{service_name=${quote(picked)}}` }) }, "Logs")));
        const shown = picked ? list.filter((e) => e.client === picked || e.server === picked) : list;
        fill(rows, table([
            { title: "From", value: (e) => e.client }, { title: "To", value: (e) => e.server },
            { title: "Requests", value: (e) => e.rate, cell: (e) => `${number(e.rate)}/s`, align: "right" },
            {
                title: "Errors", value: (e) => e.failed / e.rate, align: "right",
                cell: (e) => h(
                    "span", { class: e.failed / e.rate > 0.01 ? "tag error" : "" },
                    `${number((e.failed / e.rate) * 100)}%`,
                ),
            },
            { title: "p95", value: (e) => e.p95, cell: (e) => duration(e.p95 * 1e9), align: "right" },
            { title: "Look", cell: (e) => h("a", { href: link(["traces"], {
                q: e.type ? `{ resource.service.name = ${quote(e.client)} && kind = client }`
                    : `{ resource.service.name = ${quote(e.client)} } >> { resource.service.name = ${quote(e.label)} }`,
            }), "aria-label": `Traces from ${e.client} to ${e.label}` }, "traces") },
        ], shown, { sort: "Requests", caption: picked ? `Calls of ${picked}` : "Calls" }));
    }

    return {
        async update(params) {
            const answer = await latest.run((signal) => ask(range(params), signal));
            if (!answer) return;
            fill(failure, answer.error && note(answer.error.message, "failure"));
            if (answer.error) return;
            if (answer.value.length === 0) {
                fill(rows);
                return fill(picture, note("No calls between services in this range (span_metrics has to be on)."));
            }
            draw(answer.value, params.node);
            app.say(`${answer.value.length} edges`);
        },
        close: () => latest.cancel(),
    };
}
