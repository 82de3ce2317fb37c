// A table that sorts by its heads.
import { h, fill } from "./dom.js";

/**
 * columns: [{ title, value(row) (what sorts), cell(row) (what is shown; the value without one), align }].
 * options: caption, sort (a title), descending, rows at most, empty.
 */
export function table(columns, rows, options = {}) {
    let sort = columns.findIndex((c) => c.title === options.sort);
    let descending = options.descending ?? true;
    let most = options.most ?? 200;
    const head = h("tr", {});
    const body = h("tbody", {});
    const foot = h("div", { class: "table-foot" });

    function order() {
        if (sort < 0) return rows;
        const value = columns[sort].value;
        return rows.toSorted((a, b) => {
            const [x, y] = [value(a), value(b)];
            const less = typeof x === "number" && typeof y === "number"
                ? (Number.isNaN(x) ? -Infinity : x) - (Number.isNaN(y) ? -Infinity : y)
                : String(x).localeCompare(String(y));
            return descending ? -less : less;
        });
    }

    function draw() {
        fill(head, columns.map((column, i) => h("th", {
            scope: "col", class: column.align === "right" && "right",
            "aria-sort": i === sort ? (descending ? "descending" : "ascending") : column.value && "none",
        }, column.value
            ? h("button", { type: "button", on: { click: () => by(i) } }, column.title,
                h("span", { class: "arrow", "aria-hidden": "true" }, i === sort ? (descending ? "▾" : "▴") : ""))
            : column.title)));
        const shown = order().slice(0, most);
        fill(body, shown.map((row) => h("tr", options.row?.(row), columns.map((column) =>
            h(
                "td", { class: column.align === "right" && "right" },
                column.cell ? column.cell(row) : column.value(row),
            )))));
        fill(foot, rows.length === 0 && h("p", { class: "note" }, options.empty ?? "Nothing here."),
            rows.length > most && h("button", {
                type: "button", on: { click: () => { most += 500; draw(); } },
            }, `${rows.length - most} more`));
    }

    function by(i) {
        descending = i === sort ? !descending : true;
        sort = i;
        draw();
    }

    draw();
    return h("div", { class: "table-box" },
        h("table", {}, options.caption && h("caption", {}, options.caption), h("thead", {}, head), body), foot);
}
