// One log line: its text, labels and fields with filters, its trace, and the lines around it.
import { h, fill, button, note } from "../lib/dom.js";
import { loki } from "../lib/api.js";
import { change, link } from "../lib/state.js";
import { nanoClock, quote, time } from "../lib/format.js";
import { levels } from "../lib/color.js";
import { withField, withMatcher } from "../lib/selector.js";
import { fromStreams } from "../lib/results.js";

/** Lines before and after. */
const around = 25;

export function lineDetails(one, { query, run, close, latest, isContext }) {
    const trace = one.meta.trace_id ?? one.labels.trace_id ?? one.parsed.trace_id;
    const span = one.meta.span_id ?? one.labels.span_id;
    const context = h("div", {});
    if (isContext) showContext(one, context, latest);
    return [
        h("div", { class: "row spread" }, h("h2", {}, time(Number(one.time.slice(0, -6)), "ms")),
            button("✕", close, { "aria-label": "Close", title: "Esc" })),
        h("pre", { class: "line-text" }, pretty(one.line)),
        h("div", { class: "row" }, h("span", { class: `tag level-${one.level}` }, one.level),
            trace && h("a", { class: "button", href: link(["trace", trace], { span, tab: "logs" }) }, "Open its trace"),
            button(
                isContext ? "Hide the lines around" : "Lines around",
                () => change({ line: one.time, context: isContext ? "" : one.time }), { title: "c" },
            )),
        context,
        pairs("Labels", one.labels, (name, op, value) => run(withMatcher(query, name, op, value))),
        pairs("Fields", one.meta, (name, op, value) => run(withField(query, name, op, value))),
        pairs("Parsed", one.parsed, (name, op, value) => run(withField(query, name, op, value))),
    ];
}

/** JSON is indented; everything else stays as it is. */
function pretty(text) {
    if (!/^\s*[{[]/.test(text)) return text;
    try { return JSON.stringify(JSON.parse(text), null, 2); } catch { return text; }
}

function pairs(title, values, filter) {
    const list = Object.entries(values).sort(([a], [b]) => a.localeCompare(b));
    if (list.length === 0) return null;
    return h("details", { open: true }, h("summary", {}, `${title} (${list.length})`),
        h("table", { class: "attributes" }, h("tbody", {}, list.map(([name, value]) => h("tr", {},
            h("th", { scope: "row" }, name),
            h("td", { class: "mono" }, name === "trace_id" ? h("a", { href: link(["trace", value]) }, value) : value),
            h("td", { class: "right nowrap" },
                button(
                    "+", () => filter(name, "=", value),
                    { class: "plain", "aria-label": `Only ${name} ${value}`, title: "Only these" },
                ),
                button(
                    "−", () => filter(name, "!=", value),
                    { class: "plain", "aria-label": `Without ${name} ${value}`, title: "Without these" },
                )))))));
}

async function showContext(one, box, latest) {
    const stream = `{${Object.entries(one.labels).map(([name, value]) => `${name}=${quote(value)}`).join(", ")}}`;
    const at = BigInt(one.time);
    const hour = 3_600_000_000_000n;
    const answer = await latest.run((signal) => Promise.all([
        loki.range(
            stream, { from: String(at - hour), to: String(at) }, { limit: around, direction: "backward" }, signal,
        ),
        loki.range(
            stream, { from: String(at), to: String(at + hour) }, { limit: around + 1, direction: "forward" }, signal,
        ),
    ]));
    if (!answer) return;
    if (answer.error) return fill(box, note(answer.error.message, "failure"));
    const lines = fromStreams(answer.value.flatMap((data) => data.result)).reverse();
    const row = (line) => h("li", {
        class: line.time === one.time && line.line === one.line ? "picked" : undefined,
        style: { "border-left-color": levels[line.level] ?? levels.unknown },
    }, h("span", { class: "dim" }, nanoClock(line.time), " "), h("span", { class: "mono" }, line.line));
    fill(box, h("h3", {}, "Around it, in its own stream"), h("ol", { class: "loglist context" }, lines.map(row)));
    box.querySelector(".picked")?.scrollIntoView({ block: "nearest" });
}
