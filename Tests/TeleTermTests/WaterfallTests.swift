import TeleTerm
import TeleTestKit
import Testing

struct WaterfallTests {
    private func draw(_ trace: TraceView, _ width: Int, _ change: (inout WaterfallOptions) -> Void = { _ in })
        -> [String]
    {
        var options = WaterfallOptions(width: width, style: .plain)
        change(&options)
        return Waterfall(trace, options).lines()
    }

    @Test(arguments: drawnWidths) func drawing(width: Int) throws {
        try expectSnapshot(draw(checkout, width), "waterfall", width: width)
    }

    @Test func drawingWithLogs() throws {
        try expectSnapshot(
            draw(checkout, 100) {
                $0.showsLogs = true; $0.isFull = true
            }, "waterfall-logs")
    }

    @Test func drawingInColour() throws {
        try expectSnapshot(draw(checkout, 80) { $0.style = Style(color: true, unicode: true) }, "waterfall-colour")
    }

    @Test func drawingInASCII() throws {
        let lines = draw(checkout, 80) { $0.style = Style(color: false, unicode: false) }
        try expectSnapshot(lines, "waterfall-ascii")
        #expect(lines.dropFirst(2).allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } })
    }

    @Test(arguments: 40...250) func noLineIsWiderThanTheTerminal(width: Int) {
        for line in draw(checkout, width, { $0.showsLogs = true }).dropFirst(2) {
            #expect(TextWidth.of(line) <= width, "\(line)")
        }
    }

    @Test func escapeSequencesOfStrangersNeverReachTheTerminal() {
        let evil = TraceView(
            id: "1", spans: [.init(id: 1, parent: 0, service: "a\u{1b}[31m", name: "b\u{7}\n", start: 1, end: 2)])
        #expect(!draw(evil, 80).joined().unicodeScalars.contains { $0.value < 0x20 })
    }

    @Test func brokenTracesAreDrawnAsWhatTheyAre() {
        let cycle = TraceView(
            id: "1",
            spans: [
                .init(id: 1, parent: 2, service: "a", name: "one", start: 5, end: 9),
                .init(id: 2, parent: 1, service: "a", name: "two", start: 6, end: 8),
                .init(id: 3, parent: 3, service: "a", name: "own parent", start: 7, end: 7),
                .init(id: 4, parent: 77, service: "a", name: "orphan", start: UInt64.max, end: 0),
            ])
        let text = draw(cycle, 80).joined(separator: "\n")
        for name in ["one", "two", "own parent", "orphan"] { #expect(text.contains(name)) }
        #expect(draw(TraceView(id: "", spans: []), 80).count == 4)
    }

    @Test func aChainOfManySpansNeitherOverflowsNorDelays() {
        let spans = (1...20_000 as ClosedRange<UInt64>).map {
            TraceView.Span(id: $0, parent: $0 - 1, service: "s", name: "n", start: $0, end: 50_000 - $0)
        }
        let lines = draw(TraceView(id: "1", spans: spans), 80)
        #expect(lines.count < 2_010)
        #expect(lines.contains { $0.contains("more spans") })
    }

    @Test(arguments: 0..<20) func selfTimesAndChildrenNeverExceedTheParent(seed: Int) {
        var random = SeededGenerator(seed: UInt64(seed))
        let spans = (1...200 as ClosedRange<UInt64>).map { id -> TraceView.Span in
            let start = UInt64(random.below(10_000))
            return TraceView.Span(
                id: id, parent: UInt64(random.below(Int(id))), service: "s\(random.below(4))", name: random.word(6),
                start: start, end: start + UInt64(random.below(3_000)))
        }
        let trace = TraceView(id: "1", spans: spans)
        let tree = TraceTree(trace)
        #expect(tree.nodes.count == spans.count, "seed \(seed)")
        for node in tree.nodes { #expect(node.selfTime <= trace.spans[node.span].duration, "seed \(seed)") }
        let path = CriticalPath(tree, trace)
        let longest = tree.roots.map { trace.spans[tree.nodes[$0].span] }.max { $0.duration < $1.duration }
        let onPath = path.stretches.flatMap { $0 }.reduce(UInt64(0)) { $0 + ($1.to - $1.from) }
        #expect(onPath <= longest?.duration ?? 0, "seed \(seed)")
        for width in [40, 77, 133] { _ = draw(trace, width) }
    }

    @Test func theCriticalPathIsTheLastToFinish() {
        let tree = TraceTree(checkout)
        let path = CriticalPath(tree, checkout)
        let names = tree.nodes.indices.filter(path.contains).map { checkout.spans[tree.nodes[$0].span].name }
        #expect(names.contains("charge") && names.contains("reserve") && !names.contains("write audit"))
    }
}
