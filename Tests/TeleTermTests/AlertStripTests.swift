import TeleTerm
import Testing

@Suite struct AlertStripTests {
    @Test(arguments: [
        ([(1, 20, 30), (2, 30, 50)], "..-##....."),
        // What is short is seen, and the worst of a column counts.
        ([(1, 20, 29), (2, 21, 22)], "..#......."),
        // Beyond both ends.
        ([(2, -50, 5), (1, 95, 500)], "#........-"),
        ([(2, -50, -5), (1, 101, 500)], ".........."),
        ([], ".........."),
    ])
    func draws(_ periods: [(Int, Int64, Int64)], _ wanted: String) {
        let strip = AlertStrip(
            range: 0..<100, periods: periods.map { (AlertStrip.State(rawValue: $0.0) ?? .inactive, $0.1, $0.2) })
        #expect(strip.line(width: 10, style: Style(color: false, unicode: false)) == wanted)
        #expect(strip.line(width: 0, style: .plain) == "")
    }
}
