// A field for queries with completion. `complete(text, at, signal)` answers { from, options: [{ text, detail, after }] }:
// what could stand instead of the text between `from` and the cursor.
import { h, fill } from "./dom.js";
import { Latest } from "./api.js";

const most = 60;
let count = 0;

export class Editor {
    constructor({ label, value = "", placeholder, run, complete }) {
        this.run = run;
        this.complete = complete;
        this.latest = new Latest();
        this.options = [];
        this.picked = 0;
        const id = `options-${count += 1}`;
        this.input = h("textarea", {
            rows: "1", spellcheck: "false", autocomplete: "off", autocapitalize: "off", placeholder, value,
            "data-search": true, "aria-label": label, role: "combobox", "aria-autocomplete": "list",
            "aria-expanded": "false", "aria-controls": id,
        });
        this.list = h("ul", { class: "options", role: "listbox", id, hidden: true, "aria-label": "Completions" });
        this.element = h("div", { class: "editor" }, this.input, this.list);
        this.input.addEventListener("input", () => this.suggest());
        this.input.addEventListener("keydown", (event) => this.key(event));
        this.input.addEventListener("blur", () => this.close());
        this.list.addEventListener("pointerdown", (event) => {
            event.preventDefault();
            const item = event.target.closest("li");
            if (item) this.take(Number(item.dataset.place));
        });
    }

    get value() { return this.input.value.trim(); }
    set value(text) {
        if (this.input.value.trim() !== text) this.input.value = text;
        this.failed(false);
    }

    failed(isWrong) { this.input.setAttribute("aria-invalid", String(isWrong)); }

    async suggest() {
        if (!this.complete) return;
        const at = this.input.selectionStart;
        const text = this.input.value;
        const answer = await this.latest.run((signal) => this.complete(text, at, signal));
        if (!answer?.value || document.activeElement !== this.input) return;
        const { from, options } = answer.value;
        const typed = text.slice(from, at).toLowerCase();
        const fit = options.filter((o) => o.text.toLowerCase().includes(typed) && o.text.toLowerCase() !== typed);
        fit.sort(
            (a, b) => Number(!a.text.toLowerCase().startsWith(typed)) - Number(!b.text.toLowerCase().startsWith(typed))
        );
        this.from = from;
        this.options = fit.slice(0, most);
        this.picked = 0;
        this.draw();
    }

    draw() {
        const isOpen = this.options.length > 0;
        this.list.hidden = !isOpen;
        this.input.setAttribute("aria-expanded", String(isOpen));
        fill(this.list, this.options.map((o, i) => h("li", {
            role: "option", id: `${this.list.id}-${i}`, "aria-selected": String(i === this.picked), data: { place: i },
        }, o.text, o.detail && h("span", {}, o.detail))));
        if (isOpen) {
            this.input.setAttribute("aria-activedescendant", `${this.list.id}-${this.picked}`);
            this.list.children[this.picked]?.scrollIntoView({ block: "nearest" });
        } else {
            this.input.removeAttribute("aria-activedescendant");
        }
    }

    close() {
        this.latest.cancel();
        this.options = [];
        this.draw();
    }

    take(place) {
        const option = this.options[place];
        if (!option) return;
        const text = option.text + (option.after ?? "");
        this.input.setRangeText(text, this.from, this.input.selectionStart, "end");
        this.close();
        // What opens a bracket or quote is followed by what stands within.
        if (option.after) this.suggest();
    }

    key(event) {
        const isOpen = this.options.length > 0;
        if (event.key === "Enter" && !event.shiftKey && !(isOpen && this.picked > 0 && !event.ctrlKey)) {
            event.preventDefault();
            this.close();
            this.run(this.value);
        } else if (isOpen && (event.key === "Enter" || event.key === "Tab")) {
            event.preventDefault();
            this.take(this.picked);
        } else if (isOpen && (event.key === "ArrowDown" || event.key === "ArrowUp")) {
            event.preventDefault();
            const step = event.key === "ArrowDown" ? 1 : -1;
            this.picked = (this.picked + step + this.options.length) % this.options.length;
            this.draw();
        } else if (isOpen && event.key === "Escape") {
            event.preventDefault();
            event.stopPropagation();
            this.close();
        } else if (event.key === " " && event.ctrlKey) {
            event.preventDefault();
            this.suggest();
        }
    }
}
