// Traces as dots, duration over time, on a logarithmic scale. Drawn on a canvas: thousands of dots.
import { h } from "./dom.js";
import { computed } from "./color.js";
import { clock, duration, time } from "./format.js";
import { logTicks, timeTicks } from "./axis.js";

const height = 190;
const [left, top, right, bottom] = [58, 10, 10, 20];

/** points: [{ time (ms), duration (ns), color, isError, label }]; open(point), zoom(from, to). */
export class Scatter {
    constructor({ open, zoom }) {
        this.points = [];
        this.canvas = h("canvas", { role: "img", tabindex: "0", "aria-label": "Traces by start and duration" });
        this.tip = h("div", { class: "tip", hidden: true });
        this.element = h("figure", { class: "chart scatter" }, h("div", { class: "plot" }, this.canvas), this.tip);
        this.canvas.parentElement.style.height = `${height}px`;
        new ResizeObserver(() => this.draw()).observe(this.canvas.parentElement);
        let start = null;
        const place = (event) => {
            const box = this.canvas.getBoundingClientRect();
            return [event.clientX - box.left, event.clientY - box.top];
        };
        this.canvas.addEventListener("pointermove", (event) => {
            const [x, y] = place(event);
            this.brush = start === null ? null : [start, x];
            this.hover(start === null || Math.abs(x - start) < 6 ? this.near(x, y) : null, x);
            this.draw();
        });
        this.canvas.addEventListener("pointerdown", (event) => { start = place(event)[0]; });
        this.canvas.addEventListener("pointerup", (event) => {
            const [x, y] = place(event);
            const from = start;
            start = this.brush = null;
            if (from !== null && Math.abs(x - from) >= 6) {
                zoom(...[from, x].sort((a, b) => a - b).map((px) => Math.round(this.time(px))));
            } else {
                const point = this.near(x, y);
                if (point) open(point);
            }
        });
        this.canvas.addEventListener("pointerleave", () => {
            start = this.brush = null;
            this.hover(null);
            this.draw();
        });
    }

    show(points, range) {
        this.points = points;
        this.range = range;
        const errors = points.filter((p) => p.isError).length;
        this.canvas.setAttribute("aria-label",
            `${points.length} traces by start and duration, ${errors} of them with errors; the table below lists them`);
        this.draw();
    }

    scale() {
        const width = this.canvas.parentElement.clientWidth;
        let [low, high] = [Infinity, 1];
        for (const { duration } of this.points) {
            if (duration > 0 && duration < low) low = duration;
            if (duration > high) high = duration;
        }
        low = Math.min(low, high) * 0.7;
        high *= 1.4;
        const { from, to } = this.range;
        const inner = width - left - right;
        this.time = (px) => from + ((px - left) / inner) * (to - from);
        this.x = (t) => left + ((t - from) / (to - from)) * inner;
        this.y = (d) => top + (1 - Math.log(Math.max(d, low) / low) / Math.log(high / low)) * (height - top - bottom);
        return { width, low, high };
    }

    draw() {
        if (!this.range || this.canvas.parentElement.clientWidth < 60) return;
        const { width, low, high } = this.scale();
        const ratio = devicePixelRatio || 1;
        this.canvas.width = width * ratio;
        this.canvas.height = height * ratio;
        this.canvas.style.width = `${width}px`;
        this.canvas.style.height = `${height}px`;
        const c = this.canvas.getContext("2d");
        c.scale(ratio, ratio);
        c.font = "11px system-ui, sans-serif";
        c.strokeStyle = computed("var(--grid)");
        c.fillStyle = computed("var(--dim)");
        c.textAlign = "right";
        for (const d of logTicks(low, high)) {
            line(c, left, this.y(d), width - right, this.y(d));
            c.fillText(duration(d), left - 6, this.y(d) + 4);
        }
        c.textAlign = "center";
        const marks = timeTicks(this.range.from, this.range.to, Math.max(2, width / 110));
        for (const t of marks.at) {
            line(c, this.x(t), top, this.x(t), height - bottom);
            c.fillText(clock(t, marks.step >= 6e4 ? "m" : "s"), this.x(t), height - 5);
        }
        for (const point of this.points) {
            const [x, y] = [this.x(point.time), this.y(point.duration)];
            c.globalAlpha = 0.7;
            c.fillStyle = computed(point.color);
            c.beginPath();
            c.arc(x, y, point === this.over ? 6 : 3.5, 0, 7);
            c.fill();
            if (point.isError) {
                c.globalAlpha = 1;
                c.strokeStyle = computed("var(--error)");
                c.lineWidth = 1.5;
                c.beginPath();
                c.arc(x, y, 5.5, 0, 7);
                c.stroke();
            }
        }
        c.globalAlpha = 0.15;
        if (this.brush) {
            c.fillStyle = computed("var(--accent)");
            c.fillRect(this.brush[0], top, this.brush[1] - this.brush[0], height - top - bottom);
        }
        c.globalAlpha = 1;
    }

    near(x, y) {
        let [best, found] = [144, null];
        for (const point of this.points) {
            const far = (this.x(point.time) - x) ** 2 + (this.y(point.duration) - y) ** 2;
            if (far < best) [best, found] = [far, point];
        }
        return found;
    }

    hover(point, x) {
        this.over = point;
        this.tip.hidden = !point;
        this.canvas.style.cursor = point ? "pointer" : "crosshair";
        if (!point) return;
        this.tip.textContent = `${point.label} · ${duration(point.duration)} · ${time(point.time)}`;
        const width = this.canvas.parentElement.clientWidth;
        this.tip.style.left = x > width / 2 ? "" : `${x + 16}px`;
        this.tip.style.right = x > width / 2 ? `${width - x + 16}px` : "";
    }
}

function line(c, x1, y1, x2, y2) {
    c.beginPath();
    c.moveTo(x1, Math.round(y1) + 0.5);
    c.lineTo(x2, Math.round(y2) + 0.5);
    c.stroke();
}
