// Rules and what they found, what is silenced, and a form for a new silence.
import { h, fill, button, field, note } from "../lib/dom.js";
import { get, send, Latest } from "../lib/api.js";
import { change, link, read } from "../lib/state.js";
import { ago, duration, number, time } from "../lib/format.js";
import { table } from "../lib/table.js";

const manager = "/alertmanager/api/v2";
const kinds = {
    firing: "error", pending: "warn", inactive: "ok", active: "error", suppressed: "warn", expired: "", unprocessed: "",
};
const stateTag = (state) => h("span", { class: `tag ${kinds[state] ?? ""}` }, state);
const matcherText = (m) => `${m.name}${m.isEqual === false ? (m.isRegex ? "!~" : "!=") : (m.isRegex ? "=~" : "=")}${JSON.stringify(m.value)}`;

/** `a="b", c=~"d"` as Alertmanager's matchers; null where it is none. */
export function matchers(text) {
    const out = [];
    const parts = text.trim().replace(/,\s*$/, "");
    const one = /\s*([A-Za-z_][\w.]*)\s*(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*"|[^\s,]+)\s*(?:,|$)/gy;
    while (one.lastIndex < parts.length) {
        const match = one.exec(parts);
        if (!match) return null;
        let value = match[3];
        try { value = value.startsWith('"') ? JSON.parse(value) : value; } catch { return null; }
        out.push({ name: match[1], value, isRegex: match[2].endsWith("~"), isEqual: match[2].startsWith("=") });
    }
    return out.length ? out : null;
}

/** Where a rule's query is looked at: by its language. */
function queryLink(rule) {
    const view = { logql: "logs", traceql: "traces" }[rule.lang] ?? "metrics";
    return link([view], { q: rule.query });
}

export function open(root, app) {
    const latest = new Latest();
    const tabs = h("div", { class: "tabs", role: "tablist", "aria-label": "Alerts" });
    const content = h("section", { class: "panel", "aria-label": "Alerts" });
    const failure = h("div", {});
    fill(root, tabs, failure, content);
    const sections = { alerts: "Alerts", rules: "Rules", silences: "Silences" };

    function labels(all, without = []) {
        return h("span", { class: "chips" },
            Object.entries(all).filter(([name]) => !without.includes(name)).map(([name, value]) =>
            h("span", { class: "chip" }, `${name}=${value}`)));
    }

    function drawAlerts(rules, known) {
        const byRules = (rules.groups ?? []).flatMap((group) => group.rules.filter((r) => r.type === "alerting").flatMap((rule) =>
            (rule.alerts ?? []).map((alert) => ({ ...alert, rule }))));
        // Alerts that others sent to the Alertmanager API have no rule here.
        const seen = new Set(byRules.map((a) => JSON.stringify(Object.entries(a.labels).sort())));
        const sent = known.filter((a) => !seen.has(JSON.stringify(Object.entries(a.labels).sort())))
            .map(
                (a) => (
                    {
                        labels: a.labels, annotations: a.annotations, state: a.status.state, activeAt: a.startsAt,
                        value: "",
                    }
                )
            );
        const muted = new Map(known.map((a) => [JSON.stringify(Object.entries(a.labels).sort()), a.status]));
        fill(content, table([
            { title: "State", value: (a) => a.state, cell: (a) => h("span", {}, stateTag(a.state),
                (
                    muted.get(JSON.stringify(Object.entries(a.labels).sort()))?.silencedBy ?? []
                ).length > 0 && h("span", { class: "tag" }, "silenced")) },
            { title: "Alert", value: (a) => a.labels.alertname ?? "", cell: (a) => a.rule
                ? h(
                    "a", { href: queryLink(a.rule) }, h("b", {}, a.labels.alertname),
                ) : h("b", {}, a.labels.alertname ?? "") },
            {
                title: "Since", value: (a) => a.activeAt,
                cell: (a) => h("span", { class: "nowrap", title: a.activeAt }, ago(Date.parse(a.activeAt))),
            },
            {
                title: "Value", value: (a) => Number(a.value),
                cell: (a) => (a.value === "" ? "" : number(Number(a.value))), align: "right",
            },
            { title: "Labels", cell: (a) => labels(a.labels, ["alertname"]) },
            { title: "Says", cell: (a) => a.annotations?.summary ?? a.annotations?.description ?? "" },
            { title: "", cell: (a) => h("span", { class: "nowrap" },
                a.labels.service && [
                    h("a", { href: link(["traces"], { service: a.labels.service, status: "error" }) }, "traces"), " ",
                ],
                // Links that the alert carries are pages of this server, whatever address it is known by.
                ["trace", "logs"].map((name) => [name, a.annotations?.[`tele_${name}`]?.match(/#\/.*/)?.[0]])
                    .filter(([, page]) => page).map(([name, page]) => [h("a", { href: page }, name), " "]),
                button("Silence", () => change(
                    {
                        tab: "silences",
                        matchers: Object.entries(a.labels).map(([k, v]) => `${k}=${JSON.stringify(v)}`).join(", "),
                    }
                ),
                    { class: "plain" })) },
        ], [...byRules, ...sent], {
            sort: "State", descending: false, caption: "Alerts", empty: "Nothing fires and nothing is pending.",
        }));
    }

    function drawRules(rules) {
        const groups = rules.groups ?? [];
        if (groups.length === 0) return fill(
            content, note("No rules. Name their files in the configuration: rules: [rules/*.yaml]"),
        );
        fill(content, groups.map((group) => h("section", {}, table([
            { title: "State", value: (r) => r.state ?? r.type, cell: (r) => stateTag(r.state ?? r.type) },
            { title: "Rule", value: (r) => r.name, cell: (r) => h("b", {}, r.name) },
            { title: "Query", cell: (r) => h("a", { href: queryLink(r) }, h("code", {}, r.query)) },
            {
                title: "Health", value: (r) => r.health ?? "",
                cell: (r) => h(
                    "span", { class: r.health === "err" ? "tag error" : "", title: r.lastError ?? "" }, r.health ?? "",
                ),
            },
            {
                title: "For", value: (r) => r.duration ?? 0,
                cell: (r) => (r.duration ? duration(r.duration * 1e9) : ""), align: "right",
            },
            {
                title: "Took", value: (r) => r.evaluationTime ?? 0,
                cell: (r) => duration((r.evaluationTime ?? 0) * 1e9), align: "right",
            },
        ], group.rules, { caption: `${group.name} · every ${duration((group.interval ?? 0) * 1e9)} · ${group.file ?? ""}` }))));
    }

    function drawSilences(silences, params) {
        const text = h(
            "input",
            {
                class: "mono", value: params.matchers ?? "",
                placeholder: 'alertname="HighErrorRate", service="checkout"', "data-search": true,
            },
        );
        const hours = h("input", { type: "number", min: "0.1", step: "any", value: "2" });
        const author = h("input", { value: "", autocomplete: "name" });
        const comment = h("input", { value: "" });
        const result = h("div", { role: "status" });
        const create = async () => {
            const list = matchers(text.value);
            if (!list) return fill(result, note('Conditions look like  alertname="Name", service=~"a|b".', "failure"));
            const now = Date.now();
            try {
                await send("POST", `${manager}/silences`, {
                    matchers: list, startsAt: new Date(now).toISOString(), endsAt: new Date(
                        now + Number(hours.value) * 36e5
                    ).toISOString(),
                    createdBy: author.value || "pages", comment: comment.value || "made in the pages",
                });
                change({ matchers: "" });
                reload();
            } catch (error) {
                fill(result, note(error.message, "failure"));
            }
        };
        const expire = async (id) => {
            try {
                await send("DELETE", `${manager}/silence/${encodeURIComponent(id)}`);
                reload();
            } catch (error) {
                fill(result, note(error.message, "failure"));
            }
        };
        fill(content, h("h2", {}, "New silence"), h("div", { class: "fields silence" }, field("Conditions", text),
            field("Hours", hours),
            field("By", author), field("Why", comment), button("Silence", create, { class: "primary" })), result,
            table([
                { title: "State", value: (s) => s.status.state, cell: (s) => stateTag(s.status.state) },
                { title: "Conditions", cell: (s) => h("code", {}, s.matchers.map(matcherText).join(", ")) },
                { title: "Ends", value: (s) => s.endsAt, cell: (s) => time(Date.parse(s.endsAt)) },
                { title: "By", value: (s) => s.createdBy }, { title: "Why", value: (s) => s.comment },
                {
                    title: "",
                    cell: (s) => s.status.state !== "expired" && button(
                        "End it", () => expire(s.id), { class: "plain", "aria-label": `End the silence ${s.comment}` },
                    ),
                },
            ], silences, { sort: "Ends", caption: "Silences", empty: "Nothing is silenced." }));
    }

    const reload = () => view.update(read().params);
    const view = {
        async update(params) {
            const tab = sections[params.tab] ? params.tab : "alerts";
            fill(tabs, Object.entries(sections).map(([key, title]) => h("button", {
                type: "button", role: "tab", "aria-selected": String(key === tab), on: { click: () => change({ tab: key }) },
            }, title)));
            // A server without one of the two APIs still shows the other.
            const none = (error) => (error.status === 404 ? null : Promise.reject(error));
            const answer = await latest.run((signal) => Promise.all([
                get("/api/v1/rules", {}, signal).then((a) => a.data, none),
                get(`${manager}/alerts`, {}, signal).catch(none), get(`${manager}/silences`, {}, signal).catch(none),
            ]));
            if (!answer) return;
            fill(failure, answer.error && note(answer.error.message, "failure"));
            if (answer.error) return;
            const [rules, alerts, silences] = answer.value;
            if (tab === "rules") drawRules(rules ?? {});
            else if (tab === "silences") silences ? drawSilences(silences, params) : fill(
                content, note("This server has no Alertmanager API."),
            );
            else drawAlerts(rules ?? {}, alerts ?? []);
        },
        close: () => latest.cancel(),
    };
    return view;
}
