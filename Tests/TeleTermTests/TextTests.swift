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

    @Test func widths() {
        #expect(TextWidth.of("日本") == 4)
        #expect(TextWidth.of("e\u{301}") == 1)
        #expect(TextWidth.of("👩‍👩‍👧") == 2)
        #expect(TextWidth.fit("日本語", to: 5) == "日本…")
        #expect(TextWidth.fit("ab", to: 4, .right) == "  ab")
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
}
