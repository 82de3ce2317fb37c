import TeleTerm
import Testing

struct TextTests {
    @Test(
        arguments: [
            (0, "0ns"), (999, "999ns"), (1_000, "1.00µs"), (12_345, "12.3µs"), (412_000_000, "412ms"),
            (999_499_999, "999ms"), (999_500_000, "1.00s"), (1_240_000_000, "1.24s"), (192_000_000_000, "3m12s"),
            (UInt64.max, "213503d23h"),
        ] as [(UInt64, String)])
    func durations(nanoseconds: UInt64, text: String) { #expect(Units.duration(nanoseconds) == text) }

    @Test(
        arguments: [
            (0, "1970-01-01 00:00:00.000"), (951_782_400_000_000_000, "2000-02-29 00:00:00.000"),
            (1_544_712_660_300_000_000, "2018-12-13 14:51:00.300"), (UInt64.max, "2554-07-21 23:34:33.709"),
        ] as [(UInt64, String)])
    func timestamps(nanoseconds: UInt64, text: String) { #expect(Timestamp.text(nanoseconds) == text) }

    /// What tmux 3.3 and xterm give each, but for pictures of several scalars, which are what kitty, iTerm and VTE give.
    @Test(
        arguments: [
            ("", 0), ("e\u{301}", 1), ("a\u{308}\u{301}", 1), ("\u{c5}", 1), ("日本", 4), ("ｱ", 1), ("Ａ", 2), ("〈", 2),
            ("㉈", 2), ("①", 1), ("한국어", 6), ("\u{1112}\u{1161}\u{11ab}", 2), ("👩‍👩‍👧", 2), ("🇩🇪", 2), ("🇩🇪🇫🇷", 4), ("🇩", 1),
            ("👍🏽", 2), ("❤\u{fe0f}", 2), ("❤", 1), ("⌚", 2), ("⌚\u{fe0e}", 2), ("#\u{fe0f}\u{20e3}", 2),
            ("a\u{fe0f}", 1),
            ("🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}", 2), ("🕵\u{fe0f}\u{200d}♂\u{fe0f}", 2),
            ("नमस्ते", 4),
            ("हिन्दी", 5), ("क्ष", 2), ("தமிழ்", 4), ("ภาษาไทย", 7), ("กำ", 2), ("שלום", 4), ("مرحبا", 5), ("مُحَمَّد", 4),
            ("\u{2068}שלום\u{2069}", 4), ("\u{200b}", 0), ("\u{200d}a", 1), ("\u{ad}", 1), ("ﷺ", 1), ("☃", 1),
        ] as [(String, Int)])
    func widths(text: String, width: Int) {
        #expect(TextWidth.of(text) == width, "\(text.unicodeScalars.map { $0.value })")
    }

    @Test func fitting() {
        #expect(TextWidth.fit("日本語", to: 5) == "日本…")
        #expect(TextWidth.fit("日本語", to: 4) == "日… ", "half a character is none")
        #expect(TextWidth.fit("ab", to: 4, .right) == "  ab")
        #expect(TextWidth.fit("🇩🇪🇫🇷🇮🇹", to: 4) == "🇩🇪… ")
    }

    /// A terminal that reorders must not carry a Hebrew name's neighbours along.
    @Test func rightToLeftTextIsIsolated() {
        #expect(TextWidth.fit("שלום", to: 6) == "\u{2068}שלום\u{2069}  ")
        #expect(TextWidth.fit("שירות תשלומים", to: 6) == "\u{2068}שירות…\u{2069}")
        #expect(TextWidth.cut(TextWidth.cut("pay مرحبا x", to: 9), to: 6) == "\u{2068}pay م…\u{2069}")
        #expect(TextWidth.fit("naïve", to: 6) == "naïve ")
        #expect(TextWidth.clean("a\u{202e}b\u{2067}c\u{61c}") == "a\u{fffd}b\u{fffd}c\u{fffd}", "not by strangers")
    }

    @Test func terminalsThatDisagreeOnAPictureStayStraight() {
        #expect(TextWidth.anchored("a👍🏽b", width: 80) == "a👍🏽\u{1b}[4Gb")
        #expect(
            TextWidth.anchored("\u{1b}[1ma❤\u{fe0f}\u{1b}[0mb日", width: 80) == "\u{1b}[1ma❤\u{fe0f}\u{1b}[4G\u{1b}[0mb日"
        )
        #expect(TextWidth.anchored("abc❤\u{fe0f}", width: 5) == "abc❤\u{fe0f}", "not over the edge")
    }

    @Test func tablesGiveWayWhereTheyAreWidest() throws {
        var table = Table([.init("service"), .init("p95", .right), .init("name")])
        table.add([.init("checkout"), .init("412ms"), .init("a name that is much longer than what is left over")])
        table.add([.init("orders"), .init("9ms"), .init("short")])
        for width in [30, 40, 80] {
            for line in table.lines(width: width, style: .plain) { #expect(TextWidth.of(line) <= width) }
        }
        try expectSnapshot(table.lines(width: 40, style: .plain), "table-40")
    }

    @Test func plots() throws {
        let sine = Plot.Series(name: "up", points: (0..<60).map { (Double($0), Double(($0 % 20) * ($0 % 20))) })
        let flat = Plot.Series(name: "flat", points: (0..<60).map { (Double($0), $0 == 30 ? Double.nan : 100) })
        let plot = Plot(series: [sine, flat], from: 0, to: 60)
        try expectSnapshot(plot.lines(width: 60, height: 8, style: .plain), "plot")
        try expectSnapshot(plot.lines(width: 60, height: 8, style: Style(color: false, unicode: false)), "plot-ascii")
        let absurd = Plot.Series(name: "x", points: [(0, 1e308), (1, -1e308), (2, .infinity)])
        _ = Plot(series: [absurd], from: 0, to: 2).lines(width: 10, height: 1, style: .plain)
    }

    @Test(arguments: drawnWidths) func plotsWithUnits(width: Int) throws {
        let p99 = Plot.Series(name: "p99", points: (0..<60).map { (Double($0), 0.2 + Double($0 % 9) / 10) })
        let p50 = Plot.Series(name: "日本", points: (0..<60).map { (Double($0), 0.0005) })
        let plot = Plot(series: [p99, p50], from: 0, to: 60, unit: .seconds)
        try expectSnapshot(plot.lines(width: width, height: 8, style: .plain), "plot-seconds", width: width)
        let ascii = plot.lines(width: width, height: 8, style: Style(color: false, unicode: false))
        for line in ascii { #expect(TextWidth.of(line) <= width) }
        #expect(ascii.contains { $0.hasPrefix("** p99") } && ascii.contains { $0.hasPrefix("++ ") })
    }

    @Test(arguments: drawnWidths) func heatMaps(width: Int) throws {
        let bounds: [Double] = [0.005, 0.01, 0.1, 1, .infinity]
        var series: [(bound: Double, points: [(time: Double, value: Double)])] = []
        for (index, bound) in bounds.enumerated() {
            let values = (0..<20).map { [4, 40, 60 + $0, 62 + $0, 62 + $0][index] }
            series.append((bound, values.enumerated().map { (Double($0 * 3), Double($1)) }))
        }
        let cells = HeatMap.cells(series)
        let map = HeatMap(cells, from: 0, to: 60, unit: .seconds)
        try expectSnapshot(map.lines(width: width, height: 8, style: .plain), "heat", width: width)
        try expectSnapshot(
            map.lines(width: width, height: 2, style: Style(color: false, unicode: false)), "heat-ascii-\(width)")
    }

    @Test func absurdHistogramsAreDrawn() {
        let cell = HeatMap.Cell(time: 1, low: -.infinity, high: .infinity, count: 1e308)
        let map = HeatMap(
            [cell, cell, .init(time: .nan, low: 0, high: 1, count: 1), .init(time: 1, low: 0, high: 1, count: .nan)],
            from: 0, to: 1, unit: .bytes)
        #expect(map.lines(width: 0, height: 0, style: .plain).count == 3)
        #expect(HeatMap([], from: 0, to: 1, unit: .none).lines(width: 80, height: 9, style: .plain).count == 1)
        // Cumulative counts that shrink, as a race in a scrape makes them, are no negative counts.
        let shrunk = HeatMap.cells([(1, [(0, 5)]), (2, [(0, 3)]), (.infinity, [(0, 7)]), (.nan, [(0, 9)])])
        #expect(shrunk.map(\.count) == [5, 0, 2])
    }

    @Test(
        arguments: [
            ("histogram_quantile(0.9, sum by (le) (rate(x_seconds_bucket[5m])))", .seconds),
            ("rate(http_requests_total[5m])", .none), ("process_resident_memory_bytes", .bytes),
            ("rate(process_cpu_seconds_total[1m])", .none), ("node_free_bytes / node_size_bytes", .none),
            ("process_start_time_seconds", .none),
        ] as [(String, PlotUnit)])
    func unitsFromNames(expression: String, unit: PlotUnit) { #expect(PlotUnit.guess(expression) == unit) }
}
