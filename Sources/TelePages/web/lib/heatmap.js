// A histogram over time as a heat map: columns are steps, rows are buckets, the colour is how many fell in.
import { h } from "./dom.js";
import { computed } from "./color.js";
import { clock, number, unit } from "./format.js";
import { timeTicks } from "./axis.js";

const [left, top, right, bottom] = [64, 6, 8, 20];

const bound = (text) => (text === "+Inf" ? Infinity : Number(text));

/** Cumulative series by `le` become counts a bucket: { les, times, counts[le][time] }. */
export function buckets(series) {
    const sorted = series.filter((one) => one.labels.le !== undefined).sort(
        (a, b) => bound(a.labels.le) - bound(b.labels.le)
    );
    const times = [...new Set(sorted.flatMap((one) => one.times))].sort((a, b) => a - b);
    const place = new Map(times.map((t, i) => [t, i]));
    let below = new Array(times.length).fill(0);
    const counts = sorted.map((one) => {
        const row = new Array(times.length).fill(0);
        one.times.forEach((t, i) => { row[place.get(t)] = one.values[i] || 0; });
        const own = row.map((value, i) => Math.max(0, value - below[i]));
        below = row;
        return own;
    });
    return { les: sorted.map((one) => bound(one.labels.le)), times, counts };
}

export class Heatmap {
    constructor(series, { range, unit: name = "s", height = 200, label = "Heat map" }) {
        this.data = buckets(series);
        this.write = unit(name);
        this.range = range;
        this.height = height;
        // Buckets that nothing ever fell into only take room.
        const used = this.data.counts.map((row) => row.some((value) => value > 0));
        const [first, last] = [used.indexOf(true), used.lastIndexOf(true)];
        this.rows = first < 0 ? [] : this.data.les.map((_, i) => i).slice(Math.max(0, first - 1), last + 1);
        this.canvas = h(
            "canvas",
            {
                role: "img", tabindex: "0",
                "aria-label": `${label}: ${this.rows.length} buckets over ${this.data.times.length} steps`,
            },
        );
        this.tip = h("div", { class: "tip", hidden: true });
        const plot = h("div", { class: "plot", style: { height: `${height}px` } }, this.canvas);
        this.element = h("figure", { class: "chart" }, plot, this.tip);
        new ResizeObserver(() => this.draw()).observe(plot);
        this.canvas.addEventListener("pointermove", (event) => this.hover(event));
        this.canvas.addEventListener("pointerleave", () => { this.tip.hidden = true; });
    }

    layout() {
        const width = this.canvas.parentElement.clientWidth;
        const { from, to } = this.range;
        const { times } = this.data;
        const step = times.length > 1 ? times[1] - times[0] : to - from;
        const inner = width - left - right;
        return { width, step, tall: (this.height - top - bottom) / Math.max(1, this.rows.length),
            wide: Math.max(1, (step / (to - from)) * inner), x: (t) => left + ((t - from) / (to - from)) * inner };
    }

    draw() {
        const { width, step, tall, wide, x } = this.layout();
        if (width < 60) return;
        const ratio = devicePixelRatio || 1;
        Object.assign(this.canvas, { width: width * ratio, height: this.height * ratio });
        this.canvas.style.width = `${width}px`;
        this.canvas.style.height = `${this.height}px`;
        const c = this.canvas.getContext("2d");
        c.scale(ratio, ratio);
        c.font = "11px system-ui, sans-serif";
        const { les, times, counts } = this.data;
        const most = Math.max(1e-12, ...this.rows.flatMap((r) => counts[r]));
        c.fillStyle = computed("var(--c1)");
        this.rows.forEach((r, place) => {
            const y = this.height - bottom - (place + 1) * tall;
            counts[r].forEach((value, i) => {
                if (!(value > 0)) return;
                c.globalAlpha = 0.12 + 0.88 * Math.sqrt(value / most);
                const from = Math.max(left, x(times[i] - step));
                c.fillRect(from, y, Math.max(1, Math.min(wide, x(times[i]) - from) - 0.5), Math.max(1, tall - 0.5));
            });
        });
        c.globalAlpha = 1;
        c.fillStyle = computed("var(--dim)");
        c.textAlign = "right";
        const every = Math.ceil(14 / tall);
        this.rows.forEach((r, place) => {
            if (place % every === 0) c.fillText(
                this.write(les[r]), left - 6, this.height - bottom - place * tall - tall + 4,
            );
        });
        c.textAlign = "center";
        const marks = timeTicks(this.range.from, this.range.to, Math.max(2, width / 110));
        for (const t of marks.at) c.fillText(clock(t, marks.step >= 6e4 ? "m" : "s"), x(t), this.height - 5);
    }

    hover(event) {
        const box = this.canvas.getBoundingClientRect();
        const [px, py] = [event.clientX - box.left, event.clientY - box.top];
        const { step, tall, x, width } = this.layout();
        const { les, times, counts } = this.data;
        const r = this.rows[Math.floor((this.height - bottom - py) / tall)];
        const i = times.findIndex((t) => px >= x(t - step) && px < x(t));
        this.tip.hidden = r === undefined || i < 0;
        if (this.tip.hidden) return;
        this.tip.textContent = `${clock(times[i])} · ${r ? this.write(les[r - 1]) : "0"} to ${this.write(les[r])}: ${number(counts[r][i])}`;
        this.tip.style.left = px > width / 2 ? "" : `${px + 14}px`;
        this.tip.style.right = px > width / 2 ? `${width - px + 14}px` : "";
    }
}
