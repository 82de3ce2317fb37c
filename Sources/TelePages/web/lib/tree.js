// A trace's spans as a tree in drawing order. Anything that was sent can be drawn: a span whose parent is missing is a
// root marked as orphan, one that is its own ancestor is cut loose at its earliest span.

/** Times become nanoseconds since the trace's start: unix nanoseconds do not fit into a number. */
export function buildTrace(answer) {
    const starts = answer.spans.map((s) => BigInt(s.startUnixNano));
    const base = starts.reduce((a, b) => (b < a ? b : a), starts[0] ?? 0n);
    const spans = answer.spans.map((span, i) => {
        const start = Number(starts[i] - base);
        return {
            ...span, start, end: Math.max(start, Number(BigInt(span.endUnixNano) - base)),
            isError: span.status === "error",
        };
    });
    const logs = (answer.logs ?? []).map((log) => ({ ...log, at: Number(BigInt(log.timeUnixNano) - base) }));
    return {
        id: answer.traceID, base, spans, logs, isCut: !!answer.logsTruncated, next: answer.next,
        count: answer.next ? Math.max(answer.total ?? 0, spans.length) : spans.length, ...grow(spans),
    };
}

/** The span that held the trace up longest by itself, and the loudest that was logged in it; null where none did. */
export function culprit({ nodes, logs }) {
    const held = (node) => node.stretches.reduce((sum, [a, b]) => sum + b - a, 0);
    const all = nodes.reduce((sum, node) => sum + held(node), 0);
    const node = nodes.reduce((a, b) => (a && held(a) >= held(b) ? a : b), undefined);
    if (!node || all === 0) return null;
    const said = logs.filter((log) => log.spanID === node.span.spanID && log.severity >= 13)
        .reduce((a, b) => (a && a.severity >= b.severity ? a : b), undefined);
    return { node, held: held(node), all, said };
}

function grow(spans) {
    const first = new Map();
    spans.forEach((span, i) => { if (!first.has(span.spanID)) first.set(span.spanID, i); });
    const children = spans.map(() => []);
    const tops = [];
    spans.forEach((span, i) => {
        const parent = span.parentSpanID === "" ? undefined : first.get(span.parentSpanID);
        if (parent !== undefined && parent !== i) children[parent].push(i);
        else tops.push({ i, isOrphan: span.parentSpanID !== "" });
    });
    const before = (a, b) => spans[a].start - spans[b].start || a - b;
    for (const list of children) list.sort(before);
    tops.sort((a, b) => before(a.i, b.i));

    const nodes = [];
    const nodeOf = new Array(spans.length).fill(-1);
    const plant = (top, isOrphan) => {
        // A stack of its own: a chain of 100,000 spans is no recursion.
        const stack = [[top, -1, 0]];
        while (stack.length) {
            const [i, parent, depth] = stack.pop();
            if (nodeOf[i] >= 0) continue;
            nodeOf[i] = nodes.length;
            nodes.push({
                index: nodes.length, span: spans[i], parent, depth, children: [], isOrphan: parent < 0 && isOrphan, selfTime: 0,
                end: 0, hasError: false, isCritical: false, stretches: [],
            });
            if (parent >= 0) nodes[parent].children.push(nodeOf[i]);
            for (let c = children[i].length - 1; c >= 0; c -= 1) stack.push([children[i][c], nodeOf[i], depth + 1]);
        }
    };
    for (const { i, isOrphan } of tops) plant(i, isOrphan);
    // What no root reaches is a cycle.
    for (const i of spans.map((_, i) => i).sort(before)) if (nodeOf[i] < 0) plant(i, true);

    let total = 0;
    for (let n = nodes.length - 1; n >= 0; n -= 1) {
        const node = nodes[n];
        total = Math.max(total, node.span.end);
        node.selfTime = selfTime(node, nodes);
        // One past the last of its descendants, which stand behind it.
        node.end = Math.max(n + 1, ...node.children.slice(-1).map((c) => nodes[c].end));
        node.hasError = node.span.isError || node.children.some((c) => nodes[c].hasError);
    }
    const roots = nodes.filter((node) => node.parent < 0);
    criticalPath(nodes, roots);
    const bySpan = new Map();
    for (const node of nodes) if (!bySpan.has(node.span.spanID)) bySpan.set(node.span.spanID, node);
    return { nodes, roots, total: Math.max(1, total), bySpan };
}

function selfTime(node, nodes) {
    let covered = 0;
    let reached = node.span.start;
    for (const c of node.children) {
        const from = Math.max(nodes[c].span.start, reached);
        const to = Math.min(nodes[c].span.end, node.span.end);
        if (to > from) {
            covered += to - from;
            reached = to;
        }
    }
    return Math.max(0, node.span.end - node.span.start - covered);
}

/** The stretches that decided how long the trace took (CRISP, USENIX ATC 2022), as `telectl trace` draws them. */
function criticalPath(nodes, roots) {
    const length = (node) => node.span.end - node.span.start;
    const root = roots.reduce((a, b) => (a && length(a) >= length(b) ? a : b), undefined);
    if (!root) return;
    const stack = [[root, root.span.start, root.span.end]];
    while (stack.length) {
        const [node, from, until] = stack.pop();
        let point = until;
        const byEnd = node.children.map((c) => nodes[c]).sort((a, b) => b.span.end - a.span.end);
        for (const child of byEnd) {
            if (point <= from) break;
            const start = Math.max(child.span.start, from);
            // Still running when the last one on the path began: it held nothing up.
            if (child.span.end > point && point !== until) continue;
            const end = Math.min(child.span.end, point);
            if (end <= start) continue;
            if (end < point) node.stretches.push([end, point]);
            stack.push([child, start, end]);
            point = start;
        }
        if (point > from || (node.stretches.length === 0 && until === from)) node.stretches.push([from, point]);
        node.isCritical = node.stretches.length > 0;
    }
}
