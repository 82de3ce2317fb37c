/// The states of one alert over a range of time as one line: what fired is seen at a glance.
package struct AlertStrip {
    package enum State: Int {
        case inactive, pending, firing
    }

    /// Whatever unit, half open.
    package var range: Range<Int64>
    package var periods: [(state: State, from: Int64, to: Int64)]

    package init(range: Range<Int64>, periods: [(state: State, from: Int64, to: Int64)]) {
        self.range = range
        self.periods = periods
    }

    /// A column shows the worst of its time, so that nothing short is lost.
    package func cells(width: Int) -> [State] {
        var out = [State](repeating: .inactive, count: max(0, width))
        let length = Double(range.upperBound - range.lowerBound)
        guard width > 0, length > 0 else { return out }
        func column(_ time: Int64) -> Int {
            min(width - 1, max(0, Int(Double(time - range.lowerBound) / length * Double(width))))
        }
        for period in periods where period.to >= range.lowerBound && period.from < range.upperBound {
            let first = column(period.from)
            // What ends where a column begins is not in that column.
            let last = max(first, column(max(period.from, period.to - 1)))
            for at in first...last where out[at].rawValue < period.state.rawValue { out[at] = period.state }
        }
        return out
    }

    package func line(width: Int, style: Style) -> String {
        var out = ""
        var run: (state: State, count: Int) = (.inactive, 0)
        func flush() {
            if run.count == 0 { return }
            let text = String(repeating: AlertStrip.sign(run.state, style.unicode), count: run.count)
            let ink: Ink = run.state == .firing ? .error : run.state == .pending ? .warning : .dim
            out += style.paint(text, ink)
        }
        for cell in cells(width: width) {
            if cell != run.state {
                flush()
                run = (cell, 0)
            }
            run.count += 1
        }
        flush()
        return out
    }

    private static func sign(_ state: State, _ unicode: Bool) -> String {
        switch state {
        case .inactive: unicode ? "·" : "."
        case .pending: unicode ? "▒" : "-"
        case .firing: unicode ? "█" : "#"
        }
    }
}
