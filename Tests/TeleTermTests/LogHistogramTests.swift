import TeleTerm
import Testing

struct LogHistogramTests {
    private func sample(columns: Int) -> LogHistogram {
        let from: UInt64 = 1_795_240_800_000_000_000
        let hour: UInt64 = 3_600_000_000_000
        var histogram = LogHistogram(from: from, to: from + hour, columns: columns)
        for minute in 0..<60 {
            let time = from + UInt64(minute) * 60_000_000_000 + 1
            histogram.add(20 + (minute * minute) % 77, .info, at: time)
            if minute > 40, minute < 50 { histogram.add(40, .error, at: time) }
            if minute % 7 == 0 { histogram.add(15, .warning, at: time) }
        }
        return histogram
    }

    @Test(arguments: drawnWidths)
    func histograms(width: Int) throws {
        let histogram = sample(columns: LogHistogram.columns(width: width))
        let lines = histogram.lines(style: .plain)
        for line in lines { #expect(TextWidth.of(line) <= width) }
        try expectSnapshot(lines, "log-histogram", width: width)
    }

    @Test func colourAndASCII() throws {
        let histogram = sample(columns: LogHistogram.columns(width: 60))
        try expectSnapshot(histogram.lines(style: Style(color: true, unicode: true)), "log-histogram-colour")
        try expectSnapshot(histogram.lines(style: Style(color: false, unicode: false)), "log-histogram-ascii")
    }

    @Test func extremes() {
        #expect(LogHistogram(from: 0, to: 0, columns: 0).lines(style: .plain).isEmpty)
        var one = LogHistogram(from: 10, to: 5, columns: 3)
        one.add(.max, .fatal, at: .max)
        one.add(-5, .info, at: 0)
        #expect(one.total == .max)
        #expect(one.lines(height: 1, style: .plain).first?.contains("█") == true)
    }

    @Test(arguments: drawnWidths)
    func patterns(width: Int) throws {
        let table = LogPatternTable([
            .init(text: "order <_> paid with <_>", level: .info, counts: [1, 5, 9, 0, 3]),
            .init(text: "card declined: <_> for <_>", level: .error, counts: [0, 0, 40, 2, 0]),
            .init(text: "a shape \u{1b}[31mof a stranger", level: .unknown, counts: []),
        ])
        let lines = table.lines(width: width, style: .plain)
        for line in lines { #expect(TextWidth.of(line) <= width && !line.contains("\u{1b}")) }
        try expectSnapshot(lines, "log-patterns", width: width)
    }
}
