import TeleTerm

/// Names of each kind that terminals and alignment find hard.
enum HardNames {
    static let all = [
        "日本語の決済サービス", "שירות תשלומים ארוך מאוד", "خدمة الدفع", "👩‍👩‍👧 family 🇩🇪 👍🏽 ❤\u{fe0f}", "nai\u{308}ve cafe\u{301}",
        "हिन्दी तमिल தமிழ்", "a-name-that-is-much-longer-than-any-column-of-a-terminal-would-be", "e\u{301}\u{308}\u{323}",
        "\u{1b}[31mred\u{7}\r\n\t\u{202e}back", "", "ﷺ ｱＡ〈〉",
    ]

    static func name(_ index: Int) -> String { all[index % all.count] }

    /// A chain as deep as there are names with three children each, some alike, some failed, with events and log lines.
    static let trace: TraceView = {
        var spans: [TraceView.Span] = []
        var logs: [TraceView.Log] = []
        let base: UInt64 = 1_795_239_000_000_000_000
        for depth in 0..<(all.count * 2) {
            let start = base + UInt64(depth) * 1_000_000
            let id = UInt64(depth * 10 + 1)
            var span = TraceView.Span(
                id: id, parent: depth == 0 ? 0 : id - 10, service: name(depth), name: name(depth + 3), start: start,
                end: base + 100_000_000 - UInt64(depth) * 1_000_000, isError: depth % 4 == 3,
                statusMessage: name(depth + 5),
                events: [.init(time: start + 5_000, text: name(depth + 1), isError: depth % 4 == 3)])
            span.saga = Saga.Mark(saga: name(depth / 6), step: name(depth), isCompensation: depth % 5 == 4)
            spans.append(span)
            logs.append(
                .init(time: start + 9_000, span: id, service: name(depth), level: .warning, text: name(depth + 2)))
            for child in 1...UInt64(depth % 3 == 0 ? 6 : 2) {
                spans.append(
                    .init(
                        id: id + child, parent: id, service: name(depth + 1), name: name(depth + 2),
                        start: start + child * 100_000, end: start + child * 180_000, isError: child == 2))
            }
        }
        spans.append(.init(id: 9_999, parent: 8_888, service: name(0), name: name(1), start: base, end: base + 7))
        return TraceView(id: "5b8efff798038103d269b633813fc60c", spans: spans, logs: logs)
    }()

    static var others: TraceView {
        var trace = trace
        trace.spans.removeAll { $0.id % 10 == 2 }
        for i in trace.spans.indices where i % 5 == 0 { trace.spans[i].end += 20_000_000 }
        trace.spans.append(
            .init(
                id: 7_777, parent: 1, service: name(3), name: name(6), start: trace.spans[0].start,
                end: trace.spans[0].end, isError: true))
        return trace
    }
}
