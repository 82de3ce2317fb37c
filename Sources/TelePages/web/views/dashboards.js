// Dashboards: files in Grafana's JSON model, drawn here from the same queries.
import { h, fill, select, note } from "../lib/dom.js";
import { tele, Latest } from "../lib/api.js";
import { address, change, link, range, read } from "../lib/state.js";
import { drawPanel } from "./panels.js";
import { choices } from "../lib/choices.js";
import { table } from "../lib/table.js";

export function open(root, app) {
    const latest = new Latest();
    const head = h("div", { class: "row dash-head" });
    const failure = h("div", {});
    const grid = h("div", { class: "dash-grid" });
    fill(root, head, failure, grid);
    let model = null;
    let pictures = [];
    let round = 0;

    async function list() {
        app.title("Dashboards");
        const answer = await latest.run((signal) => tele.dashboards(signal));
        if (!answer) return;
        fill(failure, answer.error && note(answer.error.message, "failure"));
        if (answer.error) return;
        fill(head, h("h1", {}, "Dashboards"));
        grid.className = "panel";
        fill(grid, table([
            {
                title: "Dashboard", value: (d) => d.title,
                cell: (d) => h("a", { href: link(["dashboards", d.uid]) }, d.title),
            },
            { title: "Shows", value: (d) => d.description },
            {
                title: "Tags",
                cell: (d) => h("span", { class: "chips" }, d.tags.map((t) => h("span", { class: "tag" }, t))),
            },
            { title: "", cell: (d) => h("a", { href: `/api/tele/v1/dashboards/${encodeURIComponent(d.uid)}`,
                target: "_blank", rel: "noopener",
                "aria-label": `${d.title} as JSON, for Grafana` }, "JSON") },
        ], answer.value.dashboards, { sort: "Dashboard", descending: false }));
    }

    /** The values that the variables have: the address's, else the file's, else the first that there is. */
    async function variables(params, span, signal) {
        const values = {};
        const controls = [];
        for (const variable of model.templating?.list ?? []) {
            if (variable.type === "datasource") continue;
            const wanted = params[`var-${variable.name}`];
            const options = await choices(variable, values, span, signal);
            const all = variable.includeAll ? [{ value: "$__all", label: "All" }] : [];
            const known = [...all, ...options.map((o) => ({ value: o, label: o }))];
            const fallback = variable.current?.value;
            let value = wanted ?? (
                typeof fallback === "string" && fallback !== "" && known.some((k) => k.value === fallback) ? fallback : known[0]?.value
            ) ?? "";
            if (value !== "" && !known.some((k) => k.value === value)) known.push({ value, label: value });
            values[variable.name] = value === "$__all" ? (
                variable.allValue ?? (options.length ? options : [".*"])
            ) : value;
            if (variable.hide === 2) continue;
            controls.push(h("label", { class: "row" }, h("span", { class: "dim" }, variable.label || variable.name),
                variable.type === "textbox"
                    ? h(
                        "input",
                        { value, on: { change: (event) => change({ [`var-${variable.name}`]: event.target.value }) } },
                    )
                    : select(
                        known, value, (next) => change({ [`var-${variable.name}`]: next }),
                        { "aria-label": variable.label || variable.name },
                    )));
        }
        return { values, controls };
    }

    async function draw(params, isRefresh) {
        const turn = round += 1;
        const span = range(params);
        const answer = await latest.run((signal) => variables(params, span, signal));
        if (!answer || turn !== round) return;
        fill(failure, answer.error && note(answer.error.message, "failure"));
        if (answer.error) return;
        const { values, controls } = answer.value;
        fill(head, h("h1", {}, h("a", { href: link(["dashboards"]) }, "Dashboards"), " / ", model.title),
            h("span", { class: "grow" }), controls,
            h(
                "a",
                { href: `/api/tele/v1/dashboards/${encodeURIComponent(model.uid)}`, target: "_blank", rel: "noopener" },
                "JSON",
            ));
        app.title(model.title);
        if (!isRefresh) {
            for (const picture of pictures) picture.close();
            grid.className = "dash-grid";
            pictures = flatten(model.panels).map((panel) => drawPanel(panel, app));
            fill(grid, pictures.map((picture) => picture.element));
        }
        for (const picture of pictures) picture.show(values, span);
    }

    return {
        async update(params, path, isRefresh) {
            const uid = path[1];
            if (!uid) {
                model = null;
                fill(grid);
                return list();
            }
            if (model?.uid === uid) return draw(params, isRefresh);
            const answer = await latest.run((signal) => tele.dashboard(uid, signal));
            if (!answer) return;
            fill(failure, answer.error && note(answer.error.message, "failure"));
            if (answer.error) return fill(grid);
            model = answer.value;
            // The file's own range, where the address has none.
            if (!params.from && model.time?.from) {
                history.replaceState(null, "", address(path, { ...params, from: model.time.from, to: model.time.to }));
                dispatchEvent(new HashChangeEvent("hashchange"));
                return;
            }
            return draw(read().params, false);
        },
        close() {
            latest.cancel();
            for (const picture of pictures) picture.close();
        },
    };
}

/** Rows are panels too; one that is folded has its own within. */
function flatten(panels) {
    return panels.flatMap((panel) => (panel.type === "row" ? [panel, ...flatten(panel.panels ?? [])] : [panel]));
}
