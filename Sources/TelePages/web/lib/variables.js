// `$name`, `${name}`, `${name:format}` and `[[name]]` in a query, as Grafana fills them in.

function write(value, format) {
    const list = Array.isArray(value) ? value : [value];
    const escaped = list.map((v) => v.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    switch (format) {
        case "raw": case "text": return list.join(",");
        case "csv": return list.join(",");
        case "pipe": return list.join("|");
        case "doublequote": return list.map((v) => JSON.stringify(v)).join(",");
        case "regex": return list.length === 1 ? escaped[0] : `(${escaped.join("|")})`;
        // Within quotes of a query a backslash of an expression is written twice.
        default: return Array.isArray(value) ? `(${escaped.map((v) => v.replaceAll("\\", "\\\\")).join("|")})` : value.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
    }
}

/** `values`: name to text, or a list of texts for several choices. A name that is not there stays. */
export function substitute(text, values) {
    return text.replace(/\$(\w+)|\$\{(\w+)(?::(\w+))?\}|\[\[(\w+)(?::(\w+))?\]\]/g, (whole, a, b, bf, c, cf) => {
        const value = values[a ?? b ?? c];
        return value === undefined ? whole : write(value, bf ?? cf);
    });
}
