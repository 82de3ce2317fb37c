// Searching traces: a form and TraceQL, dots of duration over time, a list.
import { h, fill, button, field, select, note } from "../lib/dom.js";
import { tempo, Latest } from "../lib/api.js";
import { change, range, link } from "../lib/state.js";
import { duration, time, ago } from "../lib/format.js";
import { named } from "../lib/color.js";
import { Editor } from "../lib/editor.js";
import { Scatter } from "../lib/scatter.js";
import { table } from "../lib/table.js";
import { complete, fromForm } from "../lib/traceql.js";

const names = ["service", "name", "status", "min", "max", "tags"];

/** The traces of a search, with what the list shows of them. */
function rows(answer) {
    return (answer.traces ?? []).map((trace) => {
        const services = Object.entries(trace.serviceStats ?? {});
        const start = trace.startTimeUnixNano ?? "0";
        return {
            id: trace.traceID, service: trace.rootServiceName || "(no root)", name: trace.rootTraceName || "",
            time: Number(start.slice(0, -6)), duration: (trace.durationMs ?? 0) * 1e6 || shortest(trace),
            spans: services.reduce((sum, [, s]) => sum + (s.spanCount ?? 0), 0),
            errors: services.reduce((sum, [, s]) => sum + (s.errorCount ?? 0), 0),
            services: services.map(([name]) => name).sort(), matched: trace.spanSet?.matched ?? 0,
        };
    });
}

/** A trace of less than a millisecond has no duration in the answer: its span's is near. */
function shortest(trace) {
    return Math.max(0, ...(trace.spanSet?.spans ?? []).map((s) => Math.min(999_999, Number(s.durationNanos))));
}

export function open(root, app) {
    const latest = new Latest();
    const picked = new Set();
    const inputs = {};
    const serviceList = h("datalist", { id: "services" });
    const nameList = h("datalist", { id: "operations" });
    const text = (name, placeholder, list) => {
        inputs[name] = h("input", { placeholder, list, on: { change: submitForm } });
        return inputs[name];
    };
    inputs.status = select([{ value: "", label: "any" }, "error", "ok", "unset"], "", () => submitForm());
    const editor = new Editor({
        label: "TraceQL query", placeholder: "{ status = error && duration > 100ms }", complete,
        run: (q) => change({ q, ...Object.fromEntries(names.map((n) => [n, ""])) }),
    });
    const limit = select(["100", "200", "1000", "5000"], "200", (value) => change({ limit: value }),
        { "aria-label": "Traces at most" });
    const scatter = new Scatter({
        open: (point) => { location.hash = link(["trace", point.id]); },
        zoom: (from, to) => change({ from: String(from), to: String(to) }),
    });
    const summary = h("div", { class: "dim", role: "status" });
    const compare = button("Compare", () => {
        const [a, b] = picked;
        location.hash = link(["compare"], { a, b });
    }, { disabled: true, title: "Pick two traces" });
    const result = h("div", {});
    const failure = h("div", {});

    fill(root,
        h("section", { class: "panel form", "aria-label": "Search" },
            h("div", { class: "fields" },
                field("Service", text("service", "any", "services")), field(
                    "Operation", text("name", "any", "operations"),
                ),
                field("Status", inputs.status), field("Longer than", text("min", "100ms")),
                field("Shorter than", text("max", "2s")), field("Attributes", text("tags", "http.route=/checkout"))),
            h("div", { class: "query" }, editor.element,
                button("Search", () => editor.run(editor.value), { class: "primary" }), limit),
            serviceList, nameList),
        failure,
        h("section", { class: "panel", "aria-label": "Traces over time" }, scatter.element),
        h("section", { class: "panel grow-panel", "aria-label": "Traces" },
            h("div", { class: "row spread" }, summary, compare), result));

    function submitForm() {
        const patch = { q: "" };
        for (const name of names) patch[name] = inputs[name].value.trim();
        change(patch);
    }

    function pick(id, isOn) {
        if (isOn) picked.add(id);
        else picked.delete(id);
        compare.disabled = picked.size !== 2;
        compare.textContent = picked.size === 2 ? "Compare the two" : "Compare";
    }

    function list(found, params) {
        const longest = Math.max(1, ...found.map((t) => t.duration));
        return table([
            { title: "", cell: (t) => h("input", {
                type: "checkbox", checked: picked.has(t.id), "aria-label": `Compare ${t.id}`,
                on: { change: (event) => pick(t.id, event.target.checked) },
            }) },
            {
                title: "Start", value: (t) => t.time,
                cell: (t) => h("span", { class: "nowrap", title: ago(t.time) }, time(t.time)),
            },
            { title: "Trace", value: (t) => `${t.service} ${t.name}`, cell: (t) => h("a",
                { href: link(["trace", t.id]), class: "trace-name" },
                h(
                    "i", { class: "swatch", style: { background: named(t.service) } },
                ), " ", h("b", {}, t.service), " ", t.name) },
            { title: "Duration", value: (t) => t.duration, align: "right", cell: (t) => h("span", { class: "bar-cell" },
                h(
                    "i", { style: { width: `${(t.duration / longest) * 100}%` } },
                ), h("span", {}, duration(t.duration))) },
            { title: "Spans", value: (t) => t.spans, align: "right" },
            { title: "Errors", value: (t) => t.errors, align: "right",
                cell: (t) => t.errors ? h("span", { class: "tag error" }, t.errors) : "" },
            { title: "Services", value: (t) => t.services.length, cell: (t) => h("span", { class: "chips" },
                t.services.slice(0, 6).map((name) => h("span", { class: "chip" },
                    h("i", { class: "swatch", style: { background: named(name) } }), name)),
                t.services.length > 6 && `+${t.services.length - 6}`) },
        ], found, {
            sort: params.sort === "slowest" ? "Duration" : "Start", most: 100, caption: "",
            empty: "No trace fits. Widen the time range or take a condition away.",
            row: () => ({ data: { row: true } }),
        });
    }

    async function suggest(params) {
        try {
            const services = await tempo.values("resource.service.name");
            fill(serviceList, services.map((value) => h("option", { value })));
            const scope = params.service ? fromForm({ service: params.service }) : "{}";
            fill(nameList, (await tempo.values("name", scope)).slice(0, 500).map((value) => h("option", { value })));
        } catch { /* the fields work without */ }
    }

    return {
        async update(params) {
            for (const name of names) inputs[name].value = params[name] ?? "";
            const q = params.q || fromForm(params);
            editor.value = q;
            limit.value = params.limit ?? "200";
            const span = range(params);
            result.classList.add("busy");
            fill(summary, "Searching …");
            suggest(params);
            const answer = await latest.run((signal) => tempo.search(q, span, Number(params.limit ?? 200), signal));
            if (!answer) return;
            result.classList.remove("busy");
            editor.failed(!!answer.error);
            fill(failure, answer.error && note(answer.error.message, "failure"));
            if (answer.error) return fill(summary);
            const found = rows(answer.value);
            // Where only the newest are here, the dots take the whole width.
            const isCut = found.length >= Number(params.limit ?? 200);
            const shown = isCut ? {
                from: Math.min(...found.map((t) => t.time)),
                to: Math.max(span.from + 1, ...found.map((t) => t.time + 1)),
            } : span;
            scatter.show(found.map((t) => ({
                id: t.id, time: t.time, duration: t.duration, color: named(t.service), isError: t.errors > 0,
                label: `${t.service} ${t.name}`,
            })), shown);
            const more = isCut ? " (the newest; there may be more)" : "";
            fill(summary, `${found.length} traces${more}`);
            app.say(`${found.length} traces found`);
            fill(result, list(found, params));
        },
        close: () => latest.cancel(),
        keys: rowKeys(root),
        help: [["j k", "next, previous trace"], ["Enter", "open the trace"]],
    };
}

/** j and k move through the links of a table's rows. */
export function rowKeys(root) {
    const move = (step) => {
        const links = [...root.querySelectorAll("tbody a")].filter((a, i, all) =>
            i === 0 || a.closest("tr") !== all[i - 1].closest("tr"));
        const at = links.indexOf(document.activeElement);
        links[Math.max(0, Math.min(links.length - 1, at + step))]?.focus();
    };
    return { j: () => move(1), k: () => move(-1) };
}
