// The server itself: what came in, what is stored, what memory holds, and the configuration in force.
import { h, fill, note } from "../lib/dom.js";
import { get, tele, Latest } from "../lib/api.js";
import { link } from "../lib/state.js";
import { bytes, duration, number, time } from "../lib/format.js";
import { table } from "../lib/table.js";

export function open(root) {
    const latest = new Latest();
    const failure = h("div", {});
    const content = h("div", { class: "status" });
    fill(root, failure, content);

    const panel = (title, ...children) => h(
        "section", { class: "panel", "aria-label": title }, h("h2", {}, title), children,
    );
    const fact = (name, value) => [h("dt", {}, name), h("dd", {}, value)];

    function draw(status, yaml, cardinality) {
        const share = status.memory.limit ? status.memory.resident / status.memory.limit : 0;
        fill(content,
            status.notices.length > 0 && h("div", { class: "failure", role: "alert" }, status.notices.join("\n")),
            panel("Server", h("dl", { class: "facts" },
                fact(
                    "State",
                    h(
                        "span", { class: `tag ${status.isReady ? "ok" : "error"}` },
                        status.isReady ? "ready" : status.notReadyReason ?? "not ready",
                    ),
                ),
                fact("Version", status.version), fact(
                    "Running for", duration(status.uptimeSeconds * 1e9),
                ), fact("Started", time(status.started * 1000)),
                fact(
                    "HTTP", status.http.join(", "),
                ), fact("gRPC", status.grpc.join(", ")), fact("Data", status.dataFolder), fact(
                    "Durability", status.durability,
                ),
                fact(
                    "Memory",
                    `${bytes(status.memory.resident)} of ${bytes(status.memory.limit)} (${number(share * 100)}%)`,
                ),
                fact(
                    "Queries",
                    `${number(status.queries.finished)} answered, ${status.queries.inFlight} running, ${status.queries.failed} failed`,
                )),
                h("p", {}, h("a", { href: link(["dashboards", "tele-server"]) }, "Its dashboard"))),
            panel("Storage", table([
                { title: "Signal", value: (s) => s.signal }, {
                    title: "Segments", value: (s) => s.segments, align: "right",
                },
                {
                    title: "In segments", value: (s) => s.segmentBytes, cell: (s) => bytes(s.segmentBytes),
                    align: "right",
                },
                { title: "Rows", value: (s) => s.segmentRows, cell: (s) => number(s.segmentRows), align: "right" },
                { title: "In memory", value: (s) => s.headBytes, cell: (s) => bytes(s.headBytes), align: "right" },
                { title: "Rows in memory", value: (s) => s.headRows, cell: (s) => number(s.headRows), align: "right" },
            ], status.storage)),
            panel("Ingest since start", table([
                { title: "Signal", value: (s) => s.signal }, {
                    title: "Requests", value: (s) => s.requests, cell: (s) => number(s.requests), align: "right",
                },
                { title: "Records", value: (s) => s.records, cell: (s) => number(s.records), align: "right" },
                {
                    title: "Rejected", value: (s) => s.rejected,
                    cell: (s) => h("span", { class: s.rejected ? "tag error" : "" }, number(s.rejected)),
                    align: "right",
                },
                { title: "Bytes", value: (s) => s.bytes, cell: (s) => bytes(s.bytes), align: "right" },
            ], status.ingest), h("p", { class: "dim" }, "Refused requests: ",
                status.refused.filter((r) => r.requests > 0)
                .map((r) => `${r.reason} ${number(r.requests)}`).join(", ") || "none")),
            cardinality && panel("Series",
                h("p", {}, `${number(cardinality.headStats?.numSeries ?? 0)} series; the names with the most:`), table([
                {
                    title: "Metric", value: (m) => m.name,
                    cell: (m) => h("a", { href: link(["metrics"], { q: m.name }) }, m.name),
                },
                { title: "Series", value: (m) => m.value, align: "right" },
            ], cardinality.seriesCountByMetricName ?? [], { sort: "Series" })),
            yaml && panel("Configuration in force", h("pre", { class: "line-text config" }, yaml)));
    }

    return {
        async update() {
            const answer = await latest.run((signal) => Promise.all([
                tele.status(signal), get("/api/v1/status/config", {}, signal).then((a) => a.data.yaml, () => null),
                get("/api/v1/status/tsdb", { limit: 12 }, signal).then((a) => a.data, () => null),
            ]));
            if (!answer) return;
            fill(failure, answer.error && note(answer.error.message, "failure"));
            if (answer.value) draw(...answer.value);
        },
        close: () => latest.cancel(),
    };
}
