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
