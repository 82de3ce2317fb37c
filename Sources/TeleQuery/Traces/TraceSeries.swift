package import TeleQL

/// One series of a metrics answer.
package struct TraceSeries: Sendable {
    package var labels: [(name: String, value: TraceQLValue)]
    /// A value a bin; NaN where there is none.
    package var values: [Double]

    package init(labels: [(name: String, value: TraceQLValue)], values: [Double]) {
        self.labels = labels
        self.values = values
    }

    /// What makes two series the same in arithmetic; the name of the function does not.
    var key: [String] {
        labels.filter { $0.name != "__name__" }.map { "\($0.name)=\(TraceValueText.text(of: $0.value))" }.sorted()
    }
}
