// What one span says of itself, with ways on: to like traces, its logs, its metrics.
import { h, button } from "../lib/dom.js";
import { duration, nanoClock, quote } from "../lib/format.js";
import { link } from "../lib/state.js";
import { named } from "../lib/color.js";
import { condition } from "../lib/traceql.js";

function attributes(list, scope) {
    if (list.length === 0) return null;
    return h("table", { class: "attributes" }, h("tbody", {},
        list.toSorted((a, b) => a.key.localeCompare(b.key)).map((one) =>
        h("tr", {}, h("th", { scope: "row" }, one.key), h("td", { class: "mono", title: one.type }, one.value),
            scope !== undefined && h("td", { class: "right" }, h("a", {
                href: link(["traces"], { q: `{ ${condition(scope, one.key, one.value, one.type)} }` }),
                title: "Traces with this value", "aria-label": `Traces with this ${one.key}`,
            }, "⌕"))))));
}

function part(title, content, isOpen = true) {
    if (!content) return null;
    return h("details", { open: isOpen }, h("summary", {}, title), content);
}

/** The range around a trace in which its services' logs and metrics tell something. */
function around(trace) {
    const start = Number(trace.base / 1_000_000n);
    const end = start + trace.total / 1e6;
    return { from: String(Math.floor(start - 300_000)), to: String(Math.ceil(end + 300_000)) };
}

export function spanDetails(trace, node, { showLogs }) {
    const { span } = node;
    const near = around(trace);
    const logs = trace.logs.filter((log) => log.spanID === span.spanID).length;
    const labels = `service=${quote(span.service)}, span_name=${quote(span.name)}`;
    return h("div", { class: "span-details" },
        h("h2", {}, h("i", { class: "swatch", style: { background: named(span.service) } }), " ", span.name),
        h("div", { class: "row" }, h("span", { class: "tag" }, span.service || "no service"),
            h("span", { class: "tag" }, span.kind),
            h("span", { class: `tag ${span.isError ? "error" : ""}` }, span.status),
            node.isCritical && h("span", { class: "tag warn" }, "critical path"),
            node.isOrphan && h("span", { class: "tag warn" }, "parent missing")),
        span.statusMessage && h("p", { class: "failure" }, span.statusMessage),
        h("dl", { class: "facts" },
            h("dt", {}, "Duration"), h("dd", {}, duration(span.end - span.start)),
            h("dt", {}, "Self"), h("dd", {}, duration(node.selfTime)),
            h("dt", {}, "Starts at"), h("dd", {}, `${duration(span.start)} (${nanoClock(span.startUnixNano)})`),
            h("dt", {}, "Critical"), h("dd", {}, duration(node.stretches.reduce((sum, [a, b]) => sum + b - a, 0))),
            h("dt", {}, "Span"), h("dd", { class: "mono" }, span.spanID),
            span.scope && [h("dt", {}, "Scope"), h("dd", {}, span.scope)]),
        h("div", { class: "row" },
            button(`Logs of this span (${logs})`, () => showLogs(span.spanID), { disabled: logs === 0 }),
            h(
                "a", { href: link(["logs"], { q: `{service_name=${quote(span.service)}}`, ...near }) },
                "Service's logs then",
            ),
            h("a", { href: link(["metrics"], {
                q: `histogram_quantile(0.95, sum by (le) (rate(traces_spanmetrics_latency_bucket{${labels}}[5m])))`,
                ...near, exemplars: "1",
            }) }, "Latency of this operation"),
            h("a", { href: link(["traces"], {
                q: `{ resource.service.name = ${quote(span.service)} && name = ${quote(span.name)} }`, sort: "slowest",
            }) }, "Like spans")),
        part(`Attributes (${span.attributes.length})`, attributes(span.attributes, "span")),
        part(`Events (${span.events.length})`, span.events.length > 0 && h("ol", { class: "events" },
            span.events.map((event) =>
            h("li", { class: event.name === "exception" ? "bad-event" : undefined },
                h("b", {}, event.name), " ", h(
                    "span", { class: "dim" }, `at ${duration(Number(BigInt(event.timeUnixNano) - trace.base))}`,
                ),
                attributes(event.attributes))))),
        part(`Links (${span.links.length})`, span.links.length > 0 && h("ul", { class: "events" },
            span.links.map((one) =>
            h("li", {}, h(
                "a", { class: "mono", href: link(["trace", one.traceID], { span: one.spanID }) }, one.traceID,
            ),
                attributes(one.attributes))))),
        part(`Resource (${span.resource.length})`, attributes(span.resource, "resource"), false));
}
