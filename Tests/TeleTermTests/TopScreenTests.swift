import TeleTerm
import TeleTestKit
import Testing

/// What the live screen draws, and what keys do to it.
struct TopScreenTests {
    /// The keys that lead to each view, by its name.
    static let paths: [(String, [Key])] = [
        ("overview", []),
        ("service", [.enter]),
        ("traces", [.enter, .enter]),
        ("trace", [.enter, .enter, .enter]),
        ("trace-logs", [.enter, .enter, .enter, .home, .character("l"), .character("f")]),
        ("span", [.enter, .enter, .enter, .enter]),
        ("why", [.enter, .enter, .enter, .character("w")]),
        ("help", [.character("?")]),
    ]

    @Test(arguments: paths, drawnWidths) func views(view: (String, [Key]), width: Int) throws {
        try expectSnapshot(TopSamples.lines(view.1, width: width), "top-\(view.0)", width: width)
    }

    @Test(arguments: paths) func noLineIsWiderThanTheTerminalAndNoneIsMissing(view: (String, [Key])) {
        for width in [20, 40, 59, 80, 133] {
            for height in [1, 3, 8, 24, 61] {
                for style in [Style.plain, Style(color: true, unicode: true), Style(color: false, unicode: false)] {
                    let lines = TopSamples.lines(view.1, width: width, height: height, style: style)
                    #expect(lines.count == max(height, 3))
                    var frame = Frame()
                    let sent = frame.update(lines, width: width)
                    #expect(!sent.unicodeScalars.contains { $0.value < 0x20 && $0 != "\u{1b}" }, "control characters")
                    #expect(!sent.contains("\u{1b}[2J\u{1b}[2J"))
                    guard width >= 40 else { continue }
                    for line in lines {
                        #expect(Frame.clip(line, to: .max).used <= width, "\(view.0) \(width): \(line)")
                    }
                }
            }
        }
    }

    @Test func inColour() throws {
        try expectSnapshot(TopSamples.lines([], style: Style(color: true, unicode: true)), "top-colour")
    }

    @Test func inASCII() throws {
        let lines = TopSamples.lines([.enter, .enter, .enter], style: Style(color: false, unicode: false))
        try expectSnapshot(lines, "top-ascii")
        #expect(lines.allSatisfy { $0.utf8.allSatisfy { $0 < 0x80 } })
    }

    /// The line that the cursor is on.
    private func marked(_ keys: [Key]) -> String {
        TopSamples.lines(keys).first { $0.hasPrefix(">") } ?? ""
    }

    @Test func escapeLeadsBackToWhereOneWas() {
        let down: [Key] = [.down, .enter]
        #expect(marked([.down]).contains("checkout"))
        #expect(marked(down + [.enter, .enter, .escape, .backspace, .left]) == marked([.down]))
        let state = TopSamples.walk([.escape, .escape])
        #expect(!state.isDone)
        #expect(TopSamples.walk([.enter, .character("q")]).isDone)
        #expect(TopSamples.walk([.character("/"), .character("q"), .control("c")]).isDone)
        #expect(!TopSamples.walk([.character("/"), .character("q")]).isDone, "typed, not pressed")
    }

    @Test func theCursorStaysOnItsRowWhereverThatGoes() {
        var state = TopSamples.walk([.down])
        state.advance(to: TopSamples.now)
        for _ in 0..<5 { state.advance(to: TopSamples.now) }
        #expect(state.requests().contains(.services))
        let more = [TopService(name: "AAA", rates: TopRates(rate: 1, errorRatio: 0))] + TopSamples.services
        state.take(.services(more), to: .services)
        let line = TopScreen(state, style: .plain).lines().first { $0.hasPrefix(">") }
        #expect(line?.contains("checkout") == true)
    }

    @Test func aFilterKeepsWhatHasTheTextAndEscapeDropsIt() {
        let typed: [Key] = [.character("/")] + "DECLINED".map { Key.character($0) }
        let lines = TopSamples.lines(typed + [.enter]).joined(separator: "\n")
        #expect(lines.contains("payments") && !lines.contains("日本語"))
        #expect(TopSamples.lines(typed + [.enter, .escape]) == TopSamples.lines([]))
        #expect(TopSamples.lines(typed + [.escape]) == TopSamples.lines([]))
        let erased = typed + Array(repeating: .backspace, count: 9)
        #expect(TopSamples.lines(erased) == TopSamples.lines([]))
    }

    @Test func sectionsAreReachedByTab() {
        #expect(marked([.tab]).contains("charge"))
        #expect(marked([.tab, .tab]).contains("HighErrorRate"))
        #expect(marked([.tab, .tab, .tab]) == marked([]) && marked([.backTab]) == marked([.tab, .tab]))
        // An error leads into its trace, at the span that failed; an alert to its service.
        #expect(marked([.tab, .enter]).contains("payments charge"))
        #expect(TopSamples.lines([.tab, .tab, .enter])[0].contains("> checkout"))
    }

    @Test func requestsAreMadeWhenTheyAreDueAndNotBefore() {
        var state = TopSamples.state()
        #expect(Set(state.requests()) == [.services, .errors, .alerts])
        #expect(state.requests().isEmpty)
        state.advance(to: 1)
        #expect(state.requests().isEmpty)
        state.advance(to: 2)
        #expect(state.requests() == [.errors])
        // Of a trace there is one request, and another only where that failed.
        var trace = TopState(server: "s", size: (80, 24), now: 0, trace: "5b8e")
        #expect(trace.requests() == [.trace("5b8e")] && trace.requests().isEmpty)
        trace.take(.failed("no such trace"), to: .trace("5b8e"))
        #expect(TopScreen(trace, style: .plain).lines().last?.contains("no such trace") == true)
    }

    @Test func onlyChangedLinesAreSent() {
        var state = TopSamples.walk([])
        var frame = Frame()
        _ = frame.update(TopScreen(state, style: .plain).lines(), width: 80)
        #expect(frame.update(TopScreen(state, style: .plain).lines(), width: 80).isEmpty)
        state.advance(to: TopSamples.now + 1_000_000_000)
        let sent = frame.update(TopScreen(state, style: .plain).lines(), width: 80)
        #expect(sent.hasPrefix("\u{1b}[1;1H") && sent.utf8.count < 120)
        state.press(.down)
        #expect(frame.update(TopScreen(state, style: .plain).lines(), width: 80).components("\u{1b}[").count < 8)
    }

    /// Keys in any order at any size never trap, and what they draw always has the terminal's size.
    @Test(arguments: [1, 2, 3, 4] as [UInt64]) func anyKeysAtAnySize(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let keys: [Key] =
            [
                .up, .down, .left, .right, .pageUp, .pageDown, .home, .end, .enter, .enter, .escape, .backspace, .tab,
                .backTab,
            ] + "/?setwcCnNEflrgGjk x".map { .character($0) }
        var state = TopSamples.state()
        for step in 0..<400 {
            TopSamples.serve(&state)
            state.press(keys[Int(random.next() % UInt64(keys.count))])
            if step % 7 == 0 { state.size = (Int(random.next() % 140), Int(random.next() % 50)) }
            state.advance(to: TopSamples.now + UInt64(step))
            let count = TopScreen(state, style: .plain).lines().count
            #expect(count == max(state.size.height, 3), "seed \(seed), step \(step)")
        }
    }
}

extension String {
    fileprivate func components(_ separator: String) -> [Substring] {
        split(separator: separator, omittingEmptySubsequences: false)
    }
}
