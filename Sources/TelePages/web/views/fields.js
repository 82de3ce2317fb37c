// Beside the lines: which fields they have, with which values; and the shapes that lines have.
import { h, fill, button, note } from "../lib/dom.js";
import { loki, Latest } from "../lib/api.js";
import { number } from "../lib/format.js";
import { levels } from "../lib/color.js";
import { withField } from "../lib/selector.js";
import { sparkline } from "../lib/chart.js";
import { table } from "../lib/table.js";

/** Fields that say nothing of the line itself. */
const boring = /^(code_|telemetry_|process_|observed_timestamp$|flags$|severity_number$)/;

const latestFields = new Latest();
const latestPatterns = new Latest();

export async function fieldList(box, query, span, run) {
    const answer = await latestFields.run((signal) => loki.fields(query, span, signal));
    if (!answer) return;
    if (answer.error) return fill(box, note("No fields for this query."));
    const shown = answer.value.toSorted((a, b) =>
        Number(boring.test(a.label)) - Number(boring.test(b.label)) || a.label.localeCompare(b.label));
    fill(box, shown.length === 0 && note("No fields."), shown.map((field) => {
        const values = h("div", {});
        const details = h("details", {}, h("summary", {}, h("span", { class: "clip" }, field.label),
            h(
                "span", { class: "dim", title: `${field.cardinality} values` }, ` ${number(field.cardinality)}`,
            )), values);
        details.addEventListener("toggle", async () => {
            if (!details.open || values.childElementCount) return;
            try {
                const found = await loki.fieldValues(field.label, query, span);
                fill(values, found.slice(0, 30).map((value) => h("div", { class: "field-value" },
                    button(
                        value, () => run(withField(query, field.label, "=", value)),
                        { class: "plain clip", title: `Only ${value}` },
                    ),
                    button(
                        "−", () => run(withField(query, field.label, "!=", value)),
                        { class: "plain", "aria-label": `Without ${value}` },
                    ))));
            } catch (error) {
                fill(values, note(error.message));
            }
        });
        return details;
    }));
}

export async function patternList(box, query, span, run) {
    fill(box, note("Looking for patterns …"));
    const answer = await latestPatterns.run((signal) => loki.patterns(query, span, signal));
    if (!answer) return;
    if (answer.error) return fill(box, note(answer.error.message, "failure"));
    const rows = answer.value.map((one) => ({ ...one, total: one.samples.reduce((sum, [, count]) => sum + count, 0) }));
    fill(box, table([
        { title: "Lines", value: (r) => r.total, cell: (r) => number(r.total), align: "right" },
        {
            title: "Over time",
            cell: (r) => sparkline(r.samples.map(([, count]) => count), levels[r.level], `${r.total} lines`),
        },
        {
            title: "Level", value: (r) => r.level ?? "",
            cell: (r) => h("span", { class: `level-${r.level}` }, r.level ?? ""),
        },
        { title: "Pattern", value: (r) => r.pattern, cell: (r) => h("code", {}, r.pattern) },
        { title: "", cell: (r) => h("span", { class: "nowrap" },
            button(
                "Only", () => run(`${query} |> ${JSON.stringify(r.pattern)}`),
                { class: "plain", "aria-label": `Only ${r.pattern}` },
            ), " ",
            button(
                "Without", () => run(`${query} !> ${JSON.stringify(r.pattern)}`),
                { class: "plain", "aria-label": `Without ${r.pattern}` },
            )) },
    ], rows, { sort: "Lines", empty: "No patterns in this range." }));
}
