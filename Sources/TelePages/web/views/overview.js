// The first look: services with rate, errors and duration, firing alerts, newest errors, slowest traces.
import { h, fill, note } from "../lib/dom.js";
import { get, loki, prometheus, tempo, Latest } from "../lib/api.js";
import { link, range, step } from "../lib/state.js";
import { duration, nanoClock, number, quote, clock } from "../lib/format.js";
import { named } from "../lib/color.js";
import { fromMatrix } from "../lib/results.js";
import { sparkline } from "../lib/chart.js";
import { table } from "../lib/table.js";
import { intervals } from "../lib/promql.js";
import { rowKeys } from "./traces.js";

// What a service was asked: by others (server) or through a queue (consumer).
const asked = 'span_kind=~"SPAN_KIND_SERVER|SPAN_KIND_CONSUMER"';

export function open(root, app) {
    const latest = new Latest();
    const others = [new Latest(), new Latest(), new Latest()];
    const services = h("section", { class: "panel", "aria-label": "Services" });
    const alerts = h("section", { class: "panel", "aria-label": "Firing alerts" });
    const slow = h("section", { class: "panel", "aria-label": "Slowest traces" });
    const errors = h("section", { class: "panel", "aria-label": "Newest errors" });
    fill(root, services, h("div", { class: "columns" }, alerts, slow, errors));

    function rows(rates, failures, slowness) {
        const byName = new Map();
        const at = (one) => {
            const name = one.labels.service ?? "";
            if (!byName.has(name)) byName.set(name, { name, rate: [], errors: [], p50: NaN, p95: [], p99: NaN });
            return byName.get(name);
        };
        for (const one of rates) at(one).rate = one.values;
        for (const one of failures) at(one).errors = one.values;
        slowness.forEach((list, i) => {
            for (const one of list) at(one)[["p50", "p95", "p99"][i]] = i === 1 ? one.values : one.values.findLast(Number.isFinite);
        });
        return [...byName.values()];
    }

    const newest = (values) => values.findLast(Number.isFinite) ?? 0;
    const ratio = (s) => (newest(s.rate) > 0 ? newest(s.errors) / newest(s.rate) : 0);

    function drawServices(list) {
        const open = (s) => h("a",
            { href: link(["dashboards", "tele-services"], { "var-service": s.name }), class: "trace-name" },
            h("i", { class: "swatch", style: { background: named(s.name) } }), " ", h("b", {}, s.name));
        fill(services, table([
            { title: "Service", value: (s) => s.name, cell: open },
            {
                title: "Requests", value: (s) => newest(s.rate), align: "right",
                cell: (s) => `${number(newest(s.rate))}/s`,
            },
            { title: "", cell: (s) => sparkline(s.rate, named(s.name), `requests of ${s.name} over time`) },
            {
                title: "Errors", value: ratio, align: "right",
                cell: (s) => h("span", { class: ratio(s) > 0.01 ? "tag error" : "" }, `${number(ratio(s) * 100)}%`),
            },
            { title: " ", cell: (s) => sparkline(s.errors, "var(--error)", `errors of ${s.name} over time`) },
            { title: "p50", value: (s) => s.p50, align: "right", cell: (s) => duration(s.p50 * 1e9) },
            { title: "p95", value: (s) => newest(s.p95), align: "right", cell: (s) => duration(newest(s.p95) * 1e9) },
            { title: "  ", cell: (s) => sparkline(s.p95, "var(--c1)", `p95 of ${s.name} over time`) },
            { title: "p99", value: (s) => s.p99, align: "right", cell: (s) => duration(s.p99 * 1e9) },
            { title: "Look", cell: (s) => h("span", { class: "nowrap" },
                h(
                    "a", { href: link(["traces"], { service: s.name }), "aria-label": `Traces of ${s.name}` }, "traces",
                ), " · ",
                h(
                    "a",
                    {
                        href: link(["traces"], { service: s.name, status: "error" }),
                        "aria-label": `Failed traces of ${s.name}`,
                    },
                    "errors",
                ), " · ",
                h(
                    "a",
                    {
                        href: link(["logs"], { q: `{service_name=${quote(s.name)}}` }),
                        "aria-label": `Logs of ${s.name}`,
                    },
                    "logs",
                )) },
        ], list, {
            sort: "Requests", caption: "Services",
            empty: "No spans of requests in this range. Start with: teled --demo, or point an SDK at this server.",
        }));
    }

    async function drawAlerts() {
        const answer = await others[0].run((signal) => get("/api/v1/alerts", {}, signal));
        if (!answer) return;
        const firing = (answer.value?.data?.alerts ?? []).filter((a) => a.state !== "inactive");
        fill(alerts, h("h2", {}, h("a", { href: link(["alerts"]) }, "Alerts")),
            answer.error ? note("Alerts can't be read.")
            : firing.length === 0 ? note("Nothing fires.") : h("ul", { class: "plain-list" },
                firing.slice(0, 12).map((a) => h("li", {},
                h(
                    "span", { class: `tag ${a.state === "firing" ? "error" : "warn"}` }, a.state,
                ), " ", h("a", { href: link(["alerts"]) }, h("b", {}, a.labels.alertname)), " ",
                a.labels.service && [h("a", {
                    href: link(["traces"], { service: a.labels.service, status: "error" }),
                    "aria-label": `Failed traces of ${a.labels.service}`,
                }, a.labels.service), " "],
                h("span", { class: "dim" }, a.annotations?.summary ?? a.annotations?.description ?? "")))));
    }

    async function drawSlow(span) {
        const answer = await others[1].run((signal) => tempo.search("{} | select(status)", span, 500, signal));
        if (!answer) return;
        const list = (answer.value?.traces ?? []).toSorted(
            (a, b) => (b.durationMs ?? 0) - (a.durationMs ?? 0)
        ).slice(0, 10);
        fill(slow, h("h2", {}, h("a", { href: link(["traces"], { sort: "slowest" }) }, "Slowest of the newest traces")),
            answer.error ? note(answer.error.message) : list.length === 0 ? note("No traces.") : h("ul",
                { class: "plain-list" }, list.map((t) =>
                h("li", {}, h(
                    "a", { href: link(["trace", t.traceID]) }, h("b", {}, duration((t.durationMs ?? 0) * 1e6)),
                ), " ", t.rootServiceName ?? "", " ",
                    t.rootTraceName ?? "", h(
                        "span", { class: "dim" }, ` ${clock(Number(t.startTimeUnixNano) / 1e6)}`,
                    )))));
    }

    async function drawErrors(span) {
        const query = '{service_name=~".+"} | detected_level=~"error|fatal|critical"';
        const answer = await others[2].run(
            (signal) => loki.range(query, span, { limit: 12, direction: "backward" }, signal)
        );
        if (!answer) return;
        const lines = (answer.value?.result ?? []).flatMap(
            (s) => s.values.map(
                (v) => ({ labels: s.stream, time: v[0], line: v[1], trace: v[2]?.structuredMetadata?.trace_id })
            )
        )
            .sort((a, b) => (a.time < b.time ? 1 : -1)).slice(0, 12);
        fill(errors, h("h2", {}, h("a", { href: link(["logs"], { q: query }) }, "Newest errors in logs")),
            lines.length === 0 ? note("No errors.") : h("ul", { class: "plain-list" }, lines.map((l) => h("li",
                { class: "clip" },
                h("span", { class: "dim" }, nanoClock(l.time), " "), h("span", {}, l.labels.service_name ?? "", " "),
                l.trace ? h("a", { href: link(["trace", l.trace], { tab: "logs" }) }, l.line) : l.line))));
    }

    return {
        async update(params) {
            const span = range(params);
            const wide = step(span, 40, 15);
            const rate = intervals(wide, span).__rate_interval;
            drawAlerts();
            drawSlow(span);
            drawErrors(span);
            const ask = (query, signal) => prometheus.range(query, span, wide, signal).then((data) => fromMatrix(data));
            const quantile = (q) => `histogram_quantile(${q}, sum by (service, le) (rate(traces_spanmetrics_latency_bucket{${asked}}[${rate}])))`;
            const calls = `traces_spanmetrics_calls_total{${asked}`;
            const answer = await latest.run((signal) => Promise.all([
                ask(`sum by (service) (rate(${calls}}[${rate}]))`, signal),
                ask(`sum by (service) (rate(${calls}, status_code="STATUS_CODE_ERROR"}[${rate}]))`, signal),
                ask(quantile(0.5), signal), ask(quantile(0.95), signal), ask(quantile(0.99), signal),
            ]));
            if (!answer) return;
            if (answer.error) return fill(services, note(answer.error.message, "failure"));
            const [rates, failures, ...slowness] = answer.value;
            drawServices(rows(rates, failures, slowness));
            app.say("Overview is drawn");
        },
        close() {
            for (const one of [latest, ...others]) one.cancel();
        },
        keys: rowKeys(root),
    };
}
