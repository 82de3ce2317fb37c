// A trace as a waterfall: minimap, ruler, rows. Only the rows in sight are elements, so 10,000 spans scroll like ten.
import { h, fill } from "../lib/dom.js";
import { computed, named } from "../lib/color.js";
import { duration } from "../lib/format.js";
import { ticks } from "../lib/axis.js";
import { VirtualList } from "../lib/virtual.js";

const rowHeight = 24;
const mapHeight = 54;
/** Deeper rows stay at this indentation. */
const deepest = 22;

export class Waterfall {
    /** `select(node)` is told what was picked, `zoomed(from, to)` what part of the trace is in sight. */
    constructor({ select, zoomed }) {
        this.onSelect = select;
        this.onZoom = zoomed;
        this.folded = new Set();
        this.found = new Set();
        this.rows = [];
        this.list = new VirtualList({
            rowHeight, row: (i) => this.row(i),
            properties: { class: "virtual waterfall-rows", role: "treegrid", "aria-label": "Spans" },
        });
        this.list.element.addEventListener("click", (event) => this.click(event));
        this.list.element.addEventListener("dblclick", (event) => {
            const node = this.nodeOf(event);
            if (node) this.zoom(node.span.start, node.span.end);
        });
        this.map = h("canvas", { class: "minimap", role: "img", "aria-label": "Whole trace; drag to zoom" });
        this.ruler = h("div", { class: "ruler", "aria-hidden": "true" });
        this.element = h("div", { class: "waterfall" },
            h("div", { class: "wf-head" }, h("span", { class: "wf-name dim" }, "Service and operation"),
                h("div", { class: "wf-time" }, this.map, this.ruler)),
            this.list.element);
        this.listenMap();
        this.observer = new ResizeObserver(() => {
            this.drawHead();
            if (this.trace) this.list.reset(this.rows.length);
        });
        this.observer.observe(this.map.parentElement);
    }

    show(trace) {
        this.trace = trace;
        [this.from, this.to] = [0, trace.total];
        this.selected = null;
        this.layout();
    }

    /** The rows that no fold hides. */
    layout() {
        const { nodes } = this.trace;
        this.rows = [];
        this.place = new Map();
        for (let n = 0; n < nodes.length;) {
            this.place.set(n, this.rows.length);
            this.rows.push(nodes[n]);
            n = this.folded.has(n) ? nodes[n].end : n + 1;
        }
        this.list.element.setAttribute("aria-rowcount", this.rows.length);
        this.list.reset(this.rows.length);
        this.drawHead();
    }

    percent(t) { return ((t - this.from) / (this.to - this.from)) * 100; }

    row(i) {
        const node = this.rows[i];
        const { span } = node;
        const color = named(span.service);
        const isFolded = this.folded.has(node.index);
        const left = this.percent(span.start);
        const right = this.percent(span.end);
        const width = right - left;
        const clip = (v) => Math.max(-1, Math.min(101, v));
        const parts = [h("i", {
            class: "wf-bar", style: {
                left: `${clip(left)}%`, width: `${Math.max(0, clip(right) - clip(left))}%`, background: color,
            },
        })];
        for (const [a, b] of node.stretches) {
            const [x, y] = [clip(this.percent(a)), clip(this.percent(b))];
            if (y > x) parts.push(
                h("i", { class: "wf-critical", style: { left: `${x}%`, width: `${y - x}%`, background: color } })
            );
        }
        for (const event of span.events.slice(0, 20)) {
            const x = this.percent(Number(BigInt(event.timeUnixNano) - this.trace.base));
            if (x >= 0 && x <= 100) {
                const isBad = event.name === "exception";
                parts.push(
                    h("i", { class: isBad ? "wf-event bad" : "wf-event", style: { left: `${x}%` }, title: event.name })
                );
            }
        }
        const label = duration(span.end - span.start);
        // Where there is room for it: behind the bar, within it, before it.
        const need = ((label.length * 7 + 12) / (this.timeWidth ?? 600)) * 100;
        const after = right + need < 100;
        const inside = !after && width > need;
        if (right > 0 && left < 100) {
            parts.push(h("span", {
                class: "wf-label", style: after ? { left: `calc(${Math.max(0, right)}% + 5px)` }
                    : inside ? { right: `calc(${Math.max(0, 100 - right)}% + 5px)` } : { right: `calc(${100 - left}% + 5px)` },
                data: { inside: String(inside) },
            }, label));
        }
        const kinds = ["wf-row"];
        if (node === this.selected) kinds.push("picked");
        if (this.found.has(node.index)) kinds.push("found");
        if (this.found.size && !this.found.has(node.index)) kinds.push("faded");
        return h("div", {
            class: kinds.join(" "), role: "row", id: `row-${node.index}`, "aria-level": node.depth + 1, "aria-rowindex": i + 1,
            "aria-selected": String(node === this.selected),
            "aria-expanded": node.children.length ? String(!isFolded) : undefined, data: { node: node.index },
        },
            h("div", {
                class: "wf-name", role: "rowheader",
                style: { "padding-left": `${Math.min(node.depth, deepest) * 12 + 4}px` },
            },
                node.children.length
                    ? h("button", { type: "button", class: "fold", tabindex: "-1",
                        "aria-label": isFolded ? "Unfold" : "Fold" }, isFolded ? "▸" : "▾")
                    : h("span", { class: "fold" }),
                h("i", { class: "swatch", style: { background: color } }),
                span.isError ? h("b", { class: "bad", title: "error" }, "✗ ") : null,
                node.isOrphan && h("span", { class: "dim", title: "its parent is missing" }, "⚠ "),
                h("span", { class: "wf-text", title: `${span.service} ${span.name}` },
                    h("span", { class: "wf-service" }, span.service || "-"), " ", span.name),
                isFolded && h("span", { class: "tag" }, `+${node.end - node.index - 1}`)),
            h(
                "div",
                { class: "wf-time", role: "gridcell", "aria-label": `${label}, starts at ${duration(span.start)}` },
                parts,
            ));
    }

    nodeOf(event) {
        const row = event.target.closest?.("[data-node]");
        return row ? this.trace.nodes[Number(row.dataset.node)] : null;
    }

    click(event) {
        const node = this.nodeOf(event);
        if (!node) return;
        if (event.target.closest("button.fold")) this.fold(node);
        else this.select(node);
    }

    fold(node, isFolded = !this.folded.has(node.index)) {
        if (!node.children.length) return;
        if (isFolded) this.folded.add(node.index);
        else this.folded.delete(node.index);
        this.layout();
    }

    /** Folds everything below a depth; -1 unfolds all. */
    foldBelow(depth) {
        this.folded.clear();
        if (depth >= 0) for (const n of this.trace.nodes) if (
            n.depth >= depth && n.children.length
        ) this.folded.add(n.index);
        this.layout();
    }

    /** Picks a span, unfolding what hides it. */
    select(node, silent = false) {
        if (!node) return;
        let isHidden = false;
        for (
            let at = node.parent; at >= 0; at = this.trace.nodes[at].parent
        ) isHidden = this.folded.delete(at) || isHidden;
        const old = this.selected;
        this.selected = node;
        if (isHidden) this.layout();
        this.list.refresh(
            ...[old, node].filter(Boolean).map((n) => this.place.get(n.index)).filter((i) => i !== undefined)
        );
        this.list.reveal(this.place.get(node.index));
        this.list.element.setAttribute("aria-activedescendant", `row-${node.index}`);
        if (!silent) this.onSelect(node);
    }

    move(step) {
        const at = this.selected ? this.place.get(this.selected.index) : -1;
        this.select(this.rows[Math.max(0, Math.min(this.rows.length - 1, at + step))]);
    }

    /** The next one after the picked one that fits, round the end. */
    next(fits, step = 1) {
        const { nodes } = this.trace;
        const start = this.selected?.index ?? (step > 0 ? -1 : 0);
        for (let i = 1; i <= nodes.length; i += 1) {
            const node = nodes[(start + step * i + nodes.length * 2) % nodes.length];
            if (fits(node)) return this.select(node);
        }
    }

    /** Marks what a text is found in: name, service, ids, attributes and events. */
    find(text) {
        const wanted = text.trim().toLowerCase();
        this.found = new Set();
        if (wanted) {
            for (const node of this.trace.nodes) {
                node.text ??= [
                    node.span.name, node.span.service, node.span.spanID, node.span.statusMessage, node.span.kind,
                    ...node.span.attributes.map((a) => `${a.key}=${a.value}`),
                    ...node.span.events.flatMap((e) => [e.name, ...e.attributes.map((a) => `${a.key}=${a.value}`)]),
                ].join("\n").toLowerCase();
                if (node.text.includes(wanted)) this.found.add(node.index);
            }
        }
        this.list.reset(this.rows.length);
        this.drawHead();
        return this.found.size;
    }

    zoom(from, to) {
        const least = Math.max(1, this.trace.total / 1e6);
        this.from = Math.max(0, Math.min(from, this.trace.total - least));
        this.to = Math.min(this.trace.total, Math.max(to, this.from + least));
        this.list.reset(this.rows.length);
        this.drawHead();
        this.onZoom(this.from, this.to);
    }

    scaleBy(factor) {
        const middle = this.selected ? (
            this.selected.span.start + this.selected.span.end
        ) / 2 : (this.from + this.to) / 2;
        const half = ((this.to - this.from) * factor) / 2;
        this.zoom(middle - half, middle + half);
    }

    pan(part) {
        const span = this.to - this.from;
        const from = Math.max(0, Math.min(this.trace.total - span, this.from + span * part));
        this.zoom(from, from + span);
    }

    drawHead() {
        if (!this.trace) return;
        const width = this.map.parentElement.clientWidth;
        if (width < 20) return;
        this.timeWidth = width;
        fill(this.ruler, ticks(this.from, this.to, Math.max(2, Math.floor(width / 110))).map((t) =>
            h("span", { style: { left: `${this.percent(t)}%` } }, duration(t))));
        const ratio = devicePixelRatio || 1;
        this.map.width = width * ratio;
        this.map.height = mapHeight * ratio;
        this.map.style.width = `${width}px`;
        this.map.style.height = `${mapHeight}px`;
        const c = this.map.getContext("2d");
        c.scale(ratio, ratio);
        const { nodes, total } = this.trace;
        const tall = Math.max(1, Math.min(4, mapHeight / nodes.length));
        for (const node of nodes) {
            c.globalAlpha = this.found.size && !this.found.has(node.index) ? 0.25 : 0.9;
            c.fillStyle = computed(node.span.isError ? "var(--error)" : named(node.span.service));
            const x = (node.span.start / total) * width;
            c.fillRect(
                x, (node.index / nodes.length) * (mapHeight - tall),
                Math.max(1, ((node.span.end - node.span.start) / total) * width), tall,
            );
        }
        c.fillStyle = computed("var(--bg)");
        c.globalAlpha = 0.75;
        const [a, b] = [(this.from / total) * width, (this.to / total) * width];
        c.fillRect(0, 0, a, mapHeight);
        c.fillRect(b, 0, width - b, mapHeight);
        c.globalAlpha = 1;
        c.strokeStyle = computed("var(--accent)");
        if (a > 0 || b < width) c.strokeRect(a + 0.5, 0.5, Math.max(1, b - a - 1), mapHeight - 1);
        if (this.drag) {
            c.globalAlpha = 0.25;
            c.fillStyle = computed("var(--accent)");
            c.fillRect(this.drag[0], 0, this.drag[1] - this.drag[0], mapHeight);
        }
    }

    listenMap() {
        const place = (event) => event.clientX - this.map.getBoundingClientRect().left;
        const at = (px) => (px / this.map.clientWidth) * this.trace.total;
        this.map.addEventListener("pointerdown", (event) => {
            this.map.setPointerCapture(event.pointerId);
            this.drag = [place(event), place(event)];
        });
        this.map.addEventListener("pointermove", (event) => {
            if (!this.drag) return;
            this.drag[1] = place(event);
            this.drawHead();
        });
        this.map.addEventListener("pointerup", () => {
            if (!this.drag) return;
            const [a, b] = this.drag.toSorted((x, y) => x - y);
            this.drag = null;
            if (b - a > 4) return this.zoom(at(a), at(b));
            // A click moves the window there.
            const half = (this.to - this.from) / 2;
            this.zoom(at(a) - half, at(a) + half);
        });
        this.map.addEventListener("dblclick", () => this.zoom(0, this.trace.total));
    }
}
