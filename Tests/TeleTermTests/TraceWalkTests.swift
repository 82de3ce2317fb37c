import TeleTerm
import Testing

/// An open trace: folding, searching, jumping. The sample's tree has twelve spans, seven of them alike.
struct TraceWalkTests {
    private func name(_ walk: TraceWalk) -> String { walk.currentSpan?.name ?? "" }

    @Test func alikeSiblingsUnfoldAndAParentFolds() {
        var walk = TraceWalk(checkout)
        let before = walk.rowCount
        walk.move(to: 3)
        #expect(name(walk) == "SELECT stock")
        #expect([walk.unfold(), walk.unfold()] == [true, false] && walk.rowCount == before + 6)
        walk.fold()
        #expect(name(walk) == "reserve", "left of a leaf is its parent")
        walk.fold()
        #expect(walk.rowCount == before - 1)
        walk.move(to: 0)
        walk.fold()
        #expect(walk.rowCount == 1)
        #expect([walk.unfold()] == [true] && walk.rowCount == before - 1)
        walk.toggleAll()
        #expect(walk.rowCount == checkout.spans.count)
        walk.toggleAll()
        #expect(walk.rowCount == before)
    }

    @Test func jumpsOpenWhatHidesTheirTarget() {
        var walk = TraceWalk(checkout)
        walk.fold()
        #expect(walk.rowCount == 1)
        let didJump = walk.jump(to: .error)
        #expect(didJump && name(walk) == "charge")
        let again = walk.jump(to: .error)
        #expect(again && name(walk) == "charge", "the only one: around the end")
        walk.show(span: 14)
        #expect(walk.currentSpan?.id == 14, "a member of a folded run")
    }

    @Test func aSearchLooksAtNamesEventsAndAttributes() {
        var walk = TraceWalk(checkout, details: TopSamples.details)
        func found(_ text: String) -> String? { walk.find(text) ? walk.currentSpan?.name : nil }
        #expect(found("AUDIT") == "write audit")
        #expect(found("card 4242") == "charge")
        #expect(found("span=reserve") == "reserve")
        #expect(found("nowhere") == nil)
        #expect(found("select") == "SELECT stock")
        let first = walk.currentSpan?.id
        let more = walk.jump(to: .match)
        #expect(more && walk.currentSpan?.id != first, "each of the alike is found")
        let back = walk.jump(to: .match, forward: false)
        #expect(back && walk.currentSpan?.id == first)
    }

    @Test func theCriticalPathIsWalkedInTheOrderOfTime() {
        var walk = TraceWalk(checkout)
        var names = [name(walk)]
        while walk.jumpAlongPath(forward: true) { names.append(name(walk)) }
        #expect(Array(names.prefix(4)) == ["POST /checkout", "place order", "reserve", "SELECT stock"])
        #expect(names.last == "charge" && names.count == walk.criticalCount)
        var back = [name(walk)]
        while walk.jumpAlongPath(forward: false) { back.append(name(walk)) }
        #expect(back == names.reversed())
    }

    @Test func emptyAndBrokenTracesAreWalkedToo() {
        var empty = TraceWalk(TraceView(id: "", spans: []))
        empty.fold()
        empty.unfold()
        empty.move(by: 5)
        empty.toggleAll()
        #expect([empty.jump(to: .error), empty.jumpAlongPath(forward: true)] == [false, false])
        #expect(empty.currentSpan == nil)
        let cycle = TraceView(
            id: "1",
            spans: [
                .init(id: 1, parent: 2, service: "a", name: "one", start: 5, end: 9),
                .init(id: 2, parent: 1, service: "a", name: "two", start: 6, end: 8, isError: true),
            ])
        var walk = TraceWalk(cycle)
        walk.fold()
        #expect(walk.rowCount == 1)
        let didJump = walk.jump(to: .error)
        #expect(didJump && walk.rowCount == 2)
    }
}

/// Traces of more spans than one answer has.
struct LongTraceTests {
    /// A root with children, the later ones below the earlier.
    private static func spans(_ ids: ClosedRange<UInt64>) -> [TraceView.Span] {
        ids.map { id in
            TraceView.Span(
                id: id, parent: id == 1 ? 0 : (id - 2) / 3 + 1, service: "s", name: "op \(id)", start: id * 1_000,
                end: 1_000_000 - id, isError: id == 95)
        }
    }

    private static func page(_ ids: ClosedRange<UInt64>, total: Int) -> TraceView {
        var trace = TraceView(id: "5b8efff798038103d269b633813fc60c", spans: spans(ids))
        trace.total = total
        return trace
    }

    /// A live screen with the first 60 of 100 spans.
    private static var cut: TopState {
        var state = TopState(server: "s", size: (100, 24), now: 0, trace: "5b8e")
        _ = state.requests()
        state.take(.trace(page(1...60, total: 100), [], next: "60"), to: .trace("5b8e"))
        return state
    }

    private func lines(_ state: TopState) -> [String] { TopScreen(state, style: .plain).lines() }

    @Test func whatIsMissingIsSaidAndReadOnAKey() {
        var state = Self.cut
        #expect(lines(state)[1].contains("60 of 100 spans") && lines(state).last?.contains("m more spans") == true)
        state.press(.character("e"))
        #expect(lines(state).last?.contains("no span of this trace failed in the first 60 of 100 spans") == true)
        state.press(.end)
        #expect(lines(state).last?.contains("m reads on") == true)
        #expect(state.requests().isEmpty, "nobody asked for more")
        state.press(.character("m"))
        #expect(state.requests() == [.moreSpans(trace: "5b8e", cursor: "60")] && state.requests().isEmpty)
        state.take(.trace(Self.page(61...100, total: 100), []), to: .moreSpans(trace: "5b8e", cursor: "60"))
        #expect(lines(state)[1].contains("100 spans") && !lines(state)[1].contains("of 100"))
        #expect(lines(state).last?.contains("m more") == false)
        state.press(.character("e"))
        #expect(lines(state).contains { $0.hasPrefix("> ") && $0.contains("op 95") })
        state.press(.character("m"))
        #expect(state.requests().isEmpty && lines(state).last?.contains("all spans") == true)
    }

    @Test func foldsAndTheCursorStay() {
        var state = Self.cut
        for _ in 0..<9 { state.press(.down) }
        // From a leaf to its parent, which is folded then.
        state.press(.left)
        state.press(.left)
        func place() -> Substring? { lines(state).first { $0.hasPrefix(">") }?.prefix(30) }
        let before = place()
        state.press(.character("m"))
        _ = state.requests()
        state.take(.trace(Self.page(61...100, total: 100), []), to: .moreSpans(trace: "5b8e", cursor: "60"))
        #expect(before?.contains("op 15 +3") == true, "\(before ?? "")")
        #expect(place()?.contains("op 15 +3") == true, "\(place() ?? "")")
    }

    @Test func aRequestThatFailsIsMadeAgainAfterAWhile() {
        var state = TopState(server: "s", size: (80, 24), now: 0, trace: "5b8e")
        #expect(state.requests() == [.trace("5b8e")])
        state.take(.failed("connection refused"), to: .trace("5b8e"))
        #expect(state.requests().isEmpty, "not without a pause")
        state.advance(to: 1)
        state.advance(to: 2)
        #expect(state.requests() == [.trace("5b8e")] && state.requests().isEmpty)
    }

    @Test func aTraceThatIsOpenedAgainIsReadAgain() {
        let again = TopSamples.lines([.enter, .enter, .enter, .escape, .enter])
        #expect(again == TopSamples.lines([.enter, .enter, .enter]))
        let reason = TopSamples.lines([.enter, .enter, .enter, .character("w"), .escape, .character("w")])
        #expect(reason == TopSamples.lines([.enter, .enter, .enter, .character("w")]))
    }

    @Test func aCutTraceSaysSoEverywhere() {
        let trace = Self.page(1...60, total: 1_000)
        let drawn = Waterfall(trace, WaterfallOptions(width: 80, style: .plain)).lines()
        #expect(drawn[1].hasPrefix("60 of 1000 spans"))
        #expect(TraceReason(trace, usual: [:]).lines(width: 80, style: .plain)[1].hasPrefix("60 of 1000 spans"))
    }
}
