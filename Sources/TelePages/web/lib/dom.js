// Elements are made here and nowhere else. Text goes in as text nodes and attributes as attributes: nothing that came
// from outside is ever read as markup, so a span named <script> is a name.

const svgNames = "http://www.w3.org/2000/svg";

/** Addresses that a link may have: within the pages, on this server, or plain web addresses. */
function isSafeLink(address) {
    return /^(#|\/(?!\/)|https?:\/\/)/.test(address);
}

function apply(element, properties) {
    for (const [name, value] of Object.entries(properties ?? {})) {
        if (value === undefined || value === null || value === false) continue;
        if (name === "on") {
            for (const [event, listener] of Object.entries(value)) element.addEventListener(event, listener);
        } else if (name === "style") {
            for (const [property, text] of Object.entries(value)) element.style.setProperty(property, text);
        } else if (name === "value" || name === "checked" || name === "selected") {
            element[name] = value;
        } else if (name === "data") {
            for (const [key, text] of Object.entries(value)) element.dataset[key] = text;
        } else if (name.startsWith("on")) {
            throw new Error(`no listeners as attributes: ${name}`);
        } else if ((name === "href" || name === "src") && !isSafeLink(String(value))) {
            continue;
        } else {
            element.setAttribute(name, value === true ? "" : String(value));
        }
    }
}

function add(element, children) {
    for (const child of children) {
        if (child === undefined || child === null || child === false) continue;
        if (Array.isArray(child)) add(element, child);
        else element.append(child instanceof Node ? child : String(child));
    }
}

/** An HTML element. `on` are listeners, `style` single properties, everything else attributes. */
export function h(tag, properties, ...children) {
    const element = document.createElement(tag);
    apply(element, properties);
    add(element, children);
    // A select's value can only be set once its options are there.
    if (tag === "select" && properties?.value !== undefined) element.value = properties.value;
    return element;
}

/** An SVG element. */
export function s(tag, properties, ...children) {
    const element = document.createElementNS(svgNames, tag);
    apply(element, properties);
    add(element, children);
    return element;
}

/** Replaces what an element holds. */
export function fill(element, ...children) {
    const fragment = document.createDocumentFragment();
    add(fragment, children);
    element.replaceChildren(fragment);
    return element;
}

export function button(label, click, properties) {
    return h("button", { type: "button", on: { click }, ...properties }, label);
}

/** A labelled control. */
export function field(label, control, properties) {
    return h("label", { class: "field", ...properties }, h("span", {}, label), control);
}

export function select(options, value, change, properties) {
    const items = options.map((o) => (typeof o === "string" ? { value: o, label: o } : o));
    return h("select", { value, on: { change: (event) => change(event.target.value) }, ...properties },
        items.map((o) => h("option", { value: o.value }, o.label)));
}

/** A message where a view has nothing to show. */
export function note(text, kind = "note") {
    return h("p", { class: kind, role: kind === "failure" ? "alert" : "status" }, text);
}
