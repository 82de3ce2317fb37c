// A list that only makes the rows that are in sight: the 100,000th costs what the first does.
import { h } from "./dom.js";

const around = 12;

export class VirtualList {
    /** `row(i)` makes the element of a row, all of the same height (pixels). */
    constructor({ rowHeight, row, properties }) {
        this.rowHeight = rowHeight;
        this.row = row;
        this.count = 0;
        this.made = new Map();
        this.space = h("div", { class: "virtual-space" });
        this.element = h("div", { class: "virtual", tabindex: "0", ...properties }, this.space);
        this.element.addEventListener("scroll", () => this.schedule(), { passive: true });
        this.observer = new ResizeObserver(() => this.schedule());
        this.observer.observe(this.element);
    }

    /** New content: everything is made again. */
    reset(count) {
        this.count = count;
        this.space.style.height = `${count * this.rowHeight}px`;
        for (const element of this.made.values()) element.remove();
        this.made.clear();
        this.draw();
    }

    /** Made again where they are in sight. */
    refresh(...rows) {
        for (const i of rows) {
            const old = this.made.get(i);
            if (!old) continue;
            const next = this.make(i);
            old.replaceWith(next);
            this.made.set(i, next);
        }
    }

    schedule() {
        this.frame ??= requestAnimationFrame(() => {
            this.frame = undefined;
            this.draw();
        });
    }

    make(i) {
        const element = this.row(i);
        element.style.transform = `translateY(${i * this.rowHeight}px)`;
        element.style.height = `${this.rowHeight}px`;
        return element;
    }

    draw() {
        const top = this.element.scrollTop;
        const height = this.element.clientHeight || 600;
        const first = Math.max(0, Math.floor(top / this.rowHeight) - around);
        const last = Math.min(this.count, Math.ceil((top + height) / this.rowHeight) + around);
        for (const [i, element] of this.made) {
            if (i < first || i >= last) {
                element.remove();
                this.made.delete(i);
            }
        }
        const fresh = document.createDocumentFragment();
        for (let i = first; i < last; i += 1) {
            if (this.made.has(i)) continue;
            const element = this.make(i);
            this.made.set(i, element);
            fresh.append(element);
        }
        this.space.append(fresh);
    }

    reveal(i) {
        const [top, height] = [this.element.scrollTop, this.element.clientHeight];
        const y = i * this.rowHeight;
        if (y < top) this.element.scrollTop = y;
        else if (y + this.rowHeight > top + height) this.element.scrollTop = y + this.rowHeight - height;
        this.draw();
    }
}
