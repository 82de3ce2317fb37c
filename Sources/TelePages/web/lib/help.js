// The keys, as a dialog.
import { h, button } from "./dom.js";

const everywhere = [
    ["?", "this help"], ["/", "to the search or query"], ["j k", "next, previous row"], ["Enter", "open"],
    ["Esc", "leave a field, close"], ["g 1 … g 8", "to a view by its place"], ["r", "refresh"], ["t", "light or dark"],
];

export function help(view) {
    const rows = (list) => list.map(([keys, what]) => h("tr", {}, h("th", { scope: "row" },
        keys.split(" ").map((key) => [h("kbd", {}, key), " "])), h("td", {}, what)));
    const dialog = h("dialog", { "aria-labelledby": "help-title" },
        h("h2", { id: "help-title" }, "Keys"),
        h("table", { class: "keys" }, h("tbody", {}, rows(everywhere))),
        view?.help && [h("h3", {}, "Here"), h("table", { class: "keys" }, h("tbody", {}, rows(view.help)))],
        h("p", { class: "dim" }, "The address holds what you see: copy it to share it. Drag over a chart to zoom."),
        h("div", { class: "row" }, button("Close", () => dialog.close(), { class: "primary" })));
    dialog.addEventListener("close", () => dialog.remove());
    document.body.append(dialog);
    dialog.showModal();
}
