// Lines, areas and bars over time, drawn as SVG.
import { h, s, fill } from "./dom.js";
import { numbered } from "./color.js";
import { clock, day, time, unit } from "./format.js";
import { ticks, timeTicks } from "./axis.js";

const top = 8;
const bottom = 20;
/** Lines that are drawn; the rest is told of. */
const most = 100;

function timeLabel(t, step) {
    if (step >= 864e5) return day(t).slice(5);
    return clock(t, step >= 6e4 ? "m" : step >= 1e3 ? "s" : "ms");
}

/**
 * Draws series into a figure that follows its width.
 *
 * series: [{ name, times (ms), values, color? }]; options: range {from, to}, unit, kind "line" | "area" | "bars",
 * stacked, height, label (for screen readers), legend "list" | "table" | "none", zoom(from, to), pick(series),
 * marks [{ time, value, title, open() }] (exemplars), min, max.
 */
export class Chart {
    constructor(series, options) {
        this.all = series.map((one, i) => ({ ...one, color: one.color ?? numbered(i) }));
        this.options = { kind: "line", height: 180, legend: "list", unit: "short", ...options };
        this.write = unit(this.options.unit);
        this.hidden = new Set();
        this.plot = h("div", { class: "plot", tabindex: "0", role: "img", "aria-label": this.summary() });
        this.plot.style.height = `${this.options.height}px`;
        this.tip = h("div", { class: "tip", hidden: true, "aria-live": "polite" });
        this.legend = h("div", { class: "legend-box" });
        this.element = h("figure", { class: "chart" }, this.plot, this.tip, this.legend);
        this.drawLegend();
        this.listen();
        this.observer = new ResizeObserver(() => this.draw());
        this.observer.observe(this.plot);
    }

    summary() {
        const { label = "Chart" } = this.options;
        if (this.all.length === 0) return `${label}: no data`;
        const few = this.all.slice(0, 6).map((one) => `${one.name || "value"} ${this.write(one.values.at(-1))}`);
        const more = this.all.length > 6 ? ` and ${this.all.length - 6} more` : "";
        return `${label}: ${this.all.length} series; newest values: ${few.join(", ")}${more}`;
    }

    /** Values as they are drawn: each on top of the ones before it where they are stacked. */
    layers() {
        const shown = this.all.filter((one) => !this.hidden.has(one.name)).slice(0, most);
        if (!this.options.stacked) return shown.map((one) => ({ ...one, low: null, high: one.values }));
        const sums = new Map();
        return shown.map((one) => {
            const low = [];
            const high = one.values.map((value, i) => {
                const below = sums.get(one.times[i]) ?? 0;
                low.push(below);
                const sum = below + (Number.isFinite(value) ? value : 0);
                sums.set(one.times[i], sum);
                return sum;
            });
            return { ...one, low, high };
        });
    }

    scales(layers, width) {
        let low = this.options.min ?? 0;
        let high = -Infinity;
        for (const layer of layers) {
            for (const value of layer.high) {
                if (!Number.isFinite(value)) continue;
                if (value > high) high = value;
                if (value < low) low = value;
            }
        }
        for (const mark of this.options.marks ?? []) if (mark.value > high) high = mark.value;
        if (this.options.max !== undefined) high = this.options.max;
        if (!(high > low)) high = low + 1;
        const yTicks = ticks(low, high, Math.max(2, Math.round(this.options.height / 45)));
        const left = Math.min(96, 14 + 6.6 * Math.max(...yTicks.map((t) => this.write(t).length)));
        const { from, to } = this.options.range;
        const inner = Math.max(10, width - left - 8);
        const tall = this.options.height - top - bottom;
        return {
            left, yTicks, inner, x: (t) => left + ((t - from) / (to - from)) * inner,
            y: (v) => top + (1 - (v - low) / ((high - low) * 1.04)) * tall, zero: Math.max(low, 0),
            time: (px) => from + ((px - left) / inner) * (to - from),
        };
    }

    draw() {
        const width = this.plot.clientWidth;
        if (width < 20) return;
        const { height, range, kind } = this.options;
        const layers = this.layers();
        const scale = this.scale = this.scales(layers, width);
        const svg = s("svg", { width, height, "aria-hidden": "true" });
        for (const value of scale.yTicks) {
            const y = scale.y(value);
            svg.append(
                s("line", { class: "grid", x1: scale.left, x2: width - 8, y1: y, y2: y }),
                s("text", { class: "tick", x: scale.left - 6, y: y + 4, "text-anchor": "end" }, this.write(value)));
        }
        const marks = timeTicks(range.from, range.to, Math.max(2, width / 110));
        for (const t of marks.at) {
            const x = scale.x(t);
            svg.append(
                s("line", { class: "grid", x1: x, x2: x, y1: top, y2: height - bottom }),
                s(
                    "text", { class: "tick", x, y: height - 5, "text-anchor": x > width - 24 ? "end" : "middle" },
                    timeLabel(t, marks.step),
                ));
        }
        const body = s("g", {});
        for (const layer of kind === "bars" ? layers : layers.toReversed()) body.append(...this.shape(layer, scale));
        svg.append(body, ...this.dots(scale));
        this.cross = s("line", { class: "cross", y1: top, y2: height - bottom, visibility: "hidden" });
        this.brush = s("rect", { class: "brush", y: top, height: height - top - bottom, visibility: "hidden" });
        svg.append(this.brush, this.cross);
        this.plot.replaceChildren(svg);
    }

    shape(layer, scale) {
        const { kind, range, stacked } = this.options;
        if (kind === "bars") return [this.bars(layer, scale)];
        const gap = 3.5 * smallestStep(layer.times);
        let path = "";
        let area = "";
        let run = [];
        const flush = () => {
            if (run.length === 1 || kind === "points") {
                path += run.map(([x, y]) => `M${x - 1.5} ${y}h3`).join("");
            } else if (run.length) {
                path += `M${run.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}`;
                const back = run.toReversed().map(([x, , z]) => `${x.toFixed(1)} ${z.toFixed(1)}`).join("L");
                area += `M${run.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}L${back}Z`;
            }
            run = [];
        };
        for (let i = 0; i < layer.times.length; i += 1) {
            if (layer.times[i] < range.from || layer.times[i] > range.to || !Number.isFinite(layer.high[i])) continue;
            if (i > 0 && layer.times[i] - layer.times[i - 1] > gap) flush();
            run.push([scale.x(layer.times[i]), scale.y(layer.high[i]), scale.y(layer.low?.[i] ?? scale.zero)]);
        }
        flush();
        const out = [];
        if (kind === "area" || stacked) {
            out.push(s("path", { class: "area", d: area, style: { fill: layer.color } }));
        }
        out.push(s("path", { class: "line", d: path, style: { stroke: layer.color } }));
        return out;
    }

    bars(layer, scale) {
        const step = this.options.step ?? smallestStep(layer.times);
        const wide = Math.max(1, scale.x(step) - scale.x(0) - 1);
        let d = "";
        for (let i = 0; i < layer.times.length; i += 1) {
            if (!(layer.values[i] > 0)) continue;
            const x = Math.max(scale.left, scale.x(layer.times[i]) - wide / 2);
            const w = Math.max(1, Math.min(wide, scale.x(layer.times[i]) + wide / 2 - x, scale.left + scale.inner - x));
            const y = scale.y(layer.high[i]);
            d += `M${x.toFixed(1)} ${y.toFixed(1)}h${w.toFixed(1)}V${scale.y(layer.low?.[i] ?? 0).toFixed(1)}h-${w.toFixed(1)}Z`;
        }
        return s("path", { class: "bar", d, style: { fill: layer.color } });
    }

    /** Exemplars: diamonds that open their trace. */
    dots(scale) {
        return (this.options.marks ?? []).map((mark) => {
            const [x, y] = [scale.x(mark.time), scale.y(mark.value)];
            const open = () => mark.open();
            return s("path", {
                class: "exemplar", d: `M${x} ${y - 5}l5 5l-5 5l-5 -5z`, tabindex: "0", role: "link",
                "aria-label": mark.title,
                on: { click: open, keydown: (event) => event.key === "Enter" && open() },
            }, s("title", {}, mark.title));
        });
    }

    listen() {
        let start = null;
        const place = (event) => event.clientX - this.plot.getBoundingClientRect().left;
        this.plot.addEventListener("pointermove", (event) => {
            if (!this.scale) return;
            this.show(this.scale.time(place(event)), place(event));
            if (start !== null && this.options.zoom) {
                const [a, b] = [Math.min(start, place(event)), Math.max(start, place(event))];
                this.brush.setAttribute("visibility", "visible");
                this.brush.setAttribute("x", a);
                this.brush.setAttribute("width", b - a);
            }
        });
        this.plot.addEventListener("pointerdown", (event) => {
            if (event.button === 0 && !event.target.closest(".exemplar")) start = place(event);
        });
        this.plot.addEventListener("pointerup", (event) => {
            const begin = start;
            start = null;
            this.brush?.setAttribute("visibility", "hidden");
            if (begin === null || !this.scale || Math.abs(place(event) - begin) < 6) return;
            const [a, b] = [begin, place(event)].sort((x, y) => x - y).map((px) => this.scale.time(px));
            this.options.zoom?.(Math.round(a), Math.round(b));
        });
        this.plot.addEventListener("pointerleave", () => {
            start = null;
            this.hide();
        });
        this.plot.addEventListener("blur", () => this.hide());
        this.plot.addEventListener("keydown", (event) => {
            const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
            if (!move || !this.scale) return;
            event.preventDefault();
            event.stopPropagation();
            const { from, to } = this.options.range;
            const next = Math.min(to, Math.max(from, (this.at ?? to) + move * (to - from) / 60));
            this.show(next, this.scale.x(next));
        });
    }

    show(t, px) {
        this.at = t;
        const rows = [];
        let shown = null;
        for (const one of this.all) {
            if (this.hidden.has(one.name)) continue;
            const i = nearest(one.times, t);
            if (i < 0 || !Number.isFinite(one.values[i])) continue;
            if (shown === null || Math.abs(one.times[i] - t) < Math.abs(shown - t)) shown = one.times[i];
            rows.push({ name: one.name, color: one.color, value: one.values[i] });
        }
        if (shown === null) return this.hide();
        if (!this.options.stacked) rows.sort((a, b) => b.value - a.value);
        const x = this.scale.x(shown);
        this.cross?.setAttribute("visibility", "visible");
        this.cross?.setAttribute("x1", x);
        this.cross?.setAttribute("x2", x);
        fill(this.tip, h("div", { class: "tip-time" }, time(shown)),
            rows.slice(0, 12).map((row) => h("div", { class: "tip-row" },
                h("i", { class: "swatch", style: { background: row.color } }),
                h("span", {}, row.name || "value"), h("b", {}, this.write(row.value)))),
            rows.length > 12 && h("div", { class: "dim" }, `and ${rows.length - 12} more`));
        this.tip.hidden = false;
        const width = this.plot.clientWidth;
        this.tip.style.left = px > width / 2 ? "" : `${px + 16}px`;
        this.tip.style.right = px > width / 2 ? `${width - px + 16}px` : "";
    }

    hide() {
        this.at = undefined;
        this.tip.hidden = true;
        this.cross?.setAttribute("visibility", "hidden");
    }

    drawLegend() {
        if (this.options.legend === "none" || this.all.length === 0) return;
        const items = this.all.slice(0, most).map((one) => h("button", {
            type: "button", class: "legend", "aria-pressed": String(!this.hidden.has(one.name)), title: one.name,
            on: { click: (event) => this.toggle(one.name, event.shiftKey || event.ctrlKey || event.metaKey) },
        }, h("i", { class: "swatch", style: { background: one.color } }), h("span", {}, one.name || "value"),
            this.options.legend === "table" && h("b", {}, this.write(one.values.at(-1)))));
        const rest = this.all.length - most;
        fill(this.legend, items, rest > 0 && h("span", { class: "dim" }, `${rest} more series are not drawn`));
    }

    /** A click shows one series alone, and all again; with a modifier it hides or shows one. */
    toggle(name, single) {
        const others = this.all.filter((one) => one.name !== name);
        if (single) {
            if (!this.hidden.delete(name)) this.hidden.add(name);
        } else if (others.length && others.every((one) => this.hidden.has(one.name)) && !this.hidden.has(name)) {
            this.hidden.clear();
        } else {
            this.hidden = new Set(others.map((one) => one.name));
        }
        this.drawLegend();
        this.draw();
    }
}

export function smallestStep(times) {
    let least = Infinity;
    for (let i = 1; i < times.length; i += 1) least = Math.min(least, times[i] - times[i - 1]);
    return least === Infinity ? 15_000 : least;
}

/** The index of the time that is nearest; -1 where there is none. */
function nearest(times, t) {
    let [low, high] = [0, times.length - 1];
    if (high < 0) return -1;
    while (high - low > 1) {
        const middle = (low + high) >> 1;
        if (times[middle] <= t) low = middle;
        else high = middle;
    }
    return Math.abs(times[low] - t) <= Math.abs(times[high] - t) ? low : high;
}

/** A line without axes, for a table's cell. */
export function sparkline(values, color = "var(--accent)", label = "") {
    const [width, height] = [96, 20];
    const high = Math.max(...values.filter(Number.isFinite), 0) || 1;
    const points = values.map((v, i) => [
        (i / Math.max(1, values.length - 1)) * width, height - 1 - ((Number.isFinite(v) ? v : 0) / high) * (height - 3),
    ].map((n) => n.toFixed(1)).join(" "));
    const svg = s("svg", { class: "spark", width, height, viewBox: `0 0 ${width} ${height}`,
        ...(label ? { role: "img", "aria-label": label } : { "aria-hidden": "true" }),
    });
    if (points.length > 1) {
        svg.append(
            s(
                "path",
                { class: "area", d: `M0 ${height}L${points.join("L")}L${width} ${height}Z`, style: { fill: color } },
            ),
            s("path", { class: "line", d: `M${points.join("L")}`, style: { stroke: color } }));
    }
    return svg;
}
