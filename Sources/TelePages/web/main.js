// The frame around the views: navigation, time range, theme, keys. A view is a module with `open(root, app)`, which
// returns { update(params, path), close(), keys }.
import { h, fill, button, select, note } from "./lib/dom.js";
import { read, change, link, range } from "./lib/state.js";
import { time } from "./lib/format.js";
import { forget } from "./lib/color.js";
import { help } from "./lib/help.js";

const views = {
    overview: { title: "Overview", load: () => import("./views/overview.js") },
    traces: { title: "Traces", load: () => import("./views/traces.js") },
    trace: { title: "Trace", load: () => import("./views/trace.js"), parent: "traces" },
    compare: { title: "Compare", load: () => import("./views/compare.js"), parent: "traces" },
    logs: { title: "Logs", load: () => import("./views/logs.js") },
    metrics: { title: "Metrics", load: () => import("./views/metrics.js") },
    map: { title: "Map", load: () => import("./views/map.js") },
    alerts: { title: "Alerts", load: () => import("./views/alerts.js") },
    dashboards: { title: "Dashboards", load: () => import("./views/dashboards.js") },
    status: { title: "Status", load: () => import("./views/status.js") },
};
const shown = Object.keys(views).filter((name) => !views[name].parent);

const ranges = [
    ["now-5m", "5 minutes"], ["now-15m", "15 minutes"], ["now-1h", "1 hour"], ["now-3h", "3 hours"],
    ["now-6h", "6 hours"], ["now-12h", "12 hours"], ["now-1d", "1 day"], ["now-2d", "2 days"], ["now-7d", "7 days"],
    ["now-30d", "30 days"],
];

const main = h("main", { id: "main", tabindex: "-1" });
const nav = h("nav", { "aria-label": "Views" });
const rangeBox = h("div", { class: "range" });
const live = h("div", { class: "hidden-text", "aria-live": "polite" });
document.body.append(
    h("button", { type: "button", class: "skip", on: { click: () => main.focus() } }, "Skip to the content"),
    h("header", {}, h("a", { class: "brand", href: "#/overview", "aria-label": "tele, overview" },
        h("span", { class: "mark", "aria-hidden": "true" }), "tele"), nav, rangeBox,
        h("div", { class: "tools" },
            button("◐", theme, { title: "Light or dark (t)", "aria-label": "Switch between light and dark" }),
            button("?", () => help(current.view), { title: "Keys (?)", "aria-label": "Keys and help" }))),
    main, live);

let current = { name: "", path: "", view: null };
let timer;

function drawNav(name) {
    const active = views[name]?.parent ?? name;
    fill(nav, shown.map((key, i) => h("a", {
        href: link([key]), "aria-current": key === active ? "page" : undefined, title: `g ${i + 1}`,
    }, views[key].title)));
}

function drawRange(params) {
    const { from, to } = range(params);
    const relative = (params.to ?? "now") === "now" && (params.from ?? "now-1h").startsWith("now-");
    const value = relative ? params.from ?? "now-1h" : "fixed";
    const options = ranges.map(([value, label]) => ({ value, label: `Last ${label}` }));
    if (relative && !ranges.some(([v]) => v === value)) options.push({ value, label: value });
    options.push({ value: "fixed", label: relative ? "From … to …" : `${time(from)} – ${time(to)}` });
    fill(rangeBox,
        select(options, value, (next) => {
            if (next === "fixed") return askRange(from, to);
            change({ from: next, to: "now" });
        }, { "aria-label": "Time range" }),
        select([
            { value: "", label: "Refresh off" }, { value: "5", label: "every 5 s" }, {
                value: "15", label: "every 15 s",
            },
            { value: "60", label: "every minute" },
        ], params.refresh ?? "", (next) => change({ refresh: next }), { "aria-label": "Refresh by itself" }),
        button("↻", refresh, { title: "Refresh (r)", "aria-label": "Refresh" }));
}

/** Two fields for a fixed range. */
function askRange(from, to) {
    const local = (ms) => time(ms).replace(" ", "T");
    const [a, b] = [from, to].map((ms) => h("input", { type: "datetime-local", step: "1", value: local(ms) }));
    const dialog = h("dialog", { class: "small", "aria-label": "Time range" },
        h("label", { class: "field" }, h("span", {}, "From"), a),
        h("label", { class: "field" }, h("span", {}, "To"), b),
        h("div", { class: "row" }, button("Show", () => {
            const [start, end] = [a, b].map((input) => new Date(input.value).getTime());
            dialog.close();
            if (start < end) change({ from: String(start), to: String(end) });
        }, { class: "primary" }), button("Cancel", () => dialog.close())));
    dialog.addEventListener("close", () => {
        dialog.remove();
        drawRange(read().params);
    });
    document.body.append(dialog);
    dialog.showModal();
}

/** What views may ask of the frame. */
const app = {
    /** Said to screen readers, and shown to nobody. */
    say: (text) => { live.textContent = text; },
    title: (text) => { document.title = text ? `${text} · tele` : "tele"; },
};

let round = 0;

async function route() {
    const { path, params } = read();
    const name = path[0] ?? "overview";
    const turn = round += 1;
    drawNav(name);
    drawRange(params);
    clearInterval(timer);
    if (Number(params.refresh) >= 5) timer = setInterval(
        () => document.hidden || refresh(), Number(params.refresh) * 1e3,
    );
    const key = path.slice(0, views[name]?.parent ? 2 : 1).join("/");
    if (current.view && current.path === key) {
        current.view.update(params, path);
        return;
    }
    current.view?.close?.();
    current = { name, path: key, view: null };
    if (!views[name]) {
        fill(main, note(`There is no view called "${name}".`, "failure"));
        return;
    }
    app.title(views[name].title);
    const module = await views[name].load();
    if (turn !== round) return;
    main.replaceChildren();
    main.className = `view-${name}`;
    main.scrollTop = 0;
    current.view = module.open(main, app);
    const now = read();
    current.view.update(now.params, now.path);
}

function refresh() {
    const { params, path } = read();
    current.view?.update(params, path, true);
}

function theme() {
    const dark = document.documentElement.dataset.theme
        ? document.documentElement.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    setTheme(dark ? "light" : "dark");
    try { localStorage.setItem("theme", dark ? "light" : "dark"); } catch { /* private windows have no store */ }
}

function setTheme(name) {
    document.documentElement.dataset.theme = name;
    forget();
    refresh();
}

let isGoing = false;

addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const editing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "Escape" && editing) return editing.blur();
    if (editing || document.querySelector("dialog[open]")) return;
    if (isGoing) {
        isGoing = false;
        const view = shown[Number(event.key) - 1];
        if (view) location.hash = link([view]);
        return;
    }
    const keys = {
        "?": () => help(current.view), t: theme, r: refresh, g: () => { isGoing = true; },
        "/": () => main.querySelector("[data-search]")?.focus(), ...current.view?.keys,
    };
    if (Object.hasOwn(keys, event.key)) {
        event.preventDefault();
        keys[event.key](event);
    }
});

let saved;
try { saved = localStorage.getItem("theme"); } catch { /* as above */ }
if (saved === "light" || saved === "dark") document.documentElement.dataset.theme = saved;
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => { forget(); refresh(); });
addEventListener("hashchange", route);
route();
