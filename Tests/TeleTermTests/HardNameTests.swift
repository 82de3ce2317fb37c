import TeleTerm
import Testing

/// Everything that is drawn, with names that are hard to align, at each width: no line is wider than the terminal.
struct HardNameTests {
    private static let styles = [
        Style.plain, Style(color: true, unicode: true), Style(color: false, unicode: false),
        Style(color: true, unicode: false),
    ]

    private static let drawings: [String: @Sendable (Int, Style) -> [String]] = [
        "waterfall": { width, style in
            Waterfall(HardNames.trace, WaterfallOptions(width: width, style: style)).lines()
        },
        "waterfall-logs": { width, style in
            var options = WaterfallOptions(width: width, style: style)
            options.isFull = true
            options.showsLogs = true
            return Waterfall(HardNames.trace, options).lines()
        },
        "diff": { width, style in TraceDiff(HardNames.trace, HardNames.others).lines(width: width, style: style) },
        "why": { width, style in
            var usual: [TraceReason.Operation: UInt64] = [:]
            for span in HardNames.trace.spans { usual[.init(service: span.service, name: span.name)] = 700_000 }
            return TraceReason(HardNames.trace, usual: usual).lines(width: width, style: style)
        },
        "sagas": { width, style in
            Saga.all(HardNames.trace).flatMap { $0.lines(width: width, style: style) }
        },
        "map": { width, style in
            var edges: [ServiceMap.Edge] = []
            for i in 0..<HardNames.all.count * 2 {
                edges.append(
                    .init(
                        client: HardNames.name(i % 7), server: HardNames.name(i * 3 + 1),
                        connection: ["", "database", "messaging_system", "virtual_node"][i % 4],
                        rate: Double(i) * 1_234.5, errorRatio: Double(i % 3) / 2, p95: i % 5 == 0 ? nil : .max / 2))
            }
            return ServiceMap(edges).lines(width: width, style: style)
        },
        "patterns": { width, style in
            LogPatternTable(
                HardNames.all.enumerated().map {
                    .init(text: $1 + " <_>", level: $0 % 2 == 0 ? .info : .error, counts: Array(0...$0))
                }
            ).lines(width: width, style: style)
        },
        "plot": { width, style in
            let series = HardNames.all.enumerated().map { index, name in
                Plot.Series(name: name, points: (0..<60).map { (Double($0), Double(($0 * (index + 3)) % 97) * 1e9) })
            }
            return Plot(series: series, from: 0, to: 60, unit: .bytes).lines(width: width, height: 8, style: style)
        },
        "table": { width, style in
            var table = Table([
                .init("שם"), .init("数字", .right), .init("rank", rank: 1), .init("nu\u{301}mero", .right, rank: 2),
                .init("last"),
            ])
            for (index, name) in HardNames.all.enumerated() {
                table.add([
                    .init(name), .init("\(index * 1_000)"), .init(HardNames.name(index + 1)), .init("9"),
                    .init(HardNames.name(index + 2)),
                ])
            }
            return table.lines(width: width, style: style)
        },
    ]

    @Test(arguments: drawings.keys.sorted(), drawnWidths) func drawn(name: String, width: Int) throws {
        let draw = try #require(Self.drawings[name])
        try expectSnapshot(draw(width, .plain), "hard-\(name)", width: width)
    }

    @Test(arguments: drawings.keys.sorted()) func noLineIsWiderThanTheTerminal(name: String) throws {
        let draw = try #require(Self.drawings[name])
        for width in [40, 41, 55, 56, 79, 99, 100, 101, 133, 250] {
            for style in Self.styles {
                for line in draw(width, style) {
                    #expect(Frame.clip(line, to: .max, anchorsBelow: 0).used <= width, "\(name) \(width): \(line)")
                    #expect(!line.unicodeScalars.contains { $0.value < 0x20 && $0 != "\u{1b}" }, "\(name)")
                    #expect(style.color || !line.contains("\u{1b}"), "\(name): \(line)")
                }
            }
        }
    }

    /// Marks that keep right-to-left text apart are there in pairs, or what follows would be drawn backwards.
    @Test(arguments: drawings.keys.sorted()) func isolationIsClosed(name: String) throws {
        let draw = try #require(Self.drawings[name])
        for width in drawnWidths {
            for line in draw(width, .plain) {
                var open = 0
                for scalar in line.unicodeScalars {
                    if scalar == "\u{2068}" { open += 1 }
                    if scalar == "\u{2069}" { open -= 1 }
                    #expect((0...1).contains(open), "\(name) \(width): \(line)")
                }
                #expect(open == 0, "\(name) \(width): \(line)")
            }
        }
    }

    /// A line of text is left whole: the terminal wraps it, and a pipe has all of it.
    @Test func aLogLineIsNotCut() {
        for name in HardNames.all {
            let line = LogLine(time: 0, level: .info, service: name, text: name + name, traceID: "ab")
                .line(style: .plain, serviceWidth: 12, showsDate: false)
            let text = TextWidth.clean(name + name)
            #expect(line.contains(text))
            #expect(TextWidth.of(line) == 12 + 1 + 5 + 1 + 12 + 2 + TextWidth.of(text) + 4, "\(line)")
        }
    }
}
