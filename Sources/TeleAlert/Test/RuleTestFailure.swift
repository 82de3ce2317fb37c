internal import TeleModel
internal import TeleQL
internal import TeleQuery

/// Something that a test expected and that was otherwise.
package struct RuleTestFailure: Sendable, Equatable {
    /// What was looked at: an alert or an expression, and when; or why nothing could be.
    package var title: String
    /// Of the test file.
    package var line: Int?
    /// What was expected and is not there.
    package var missing: [String] = []
    /// What is there and was not expected.
    package var extra: [String] = []

    init(_ title: String, line: Int?, missing: [String] = [], extra: [String] = []) {
        self.title = title
        self.line = line
        self.missing = missing
        self.extra = extra
    }

    /// A rule could not be evaluated: nothing that follows means anything.
    var isOfRule: Bool { line == nil }

    /// nil where both have the same, each as often.
    static func difference(_ title: String, line: Int?, wanted: [String], found: [String]) -> RuleTestFailure? {
        var missing = wanted
        var extra: [String] = []
        for one in found {
            if let place = missing.firstIndex(of: one) { missing.remove(at: place) } else { extra.append(one) }
        }
        if missing.isEmpty, extra.isEmpty { return nil }
        return RuleTestFailure(title, line: line, missing: missing.sorted(), extra: extra.sorted())
    }

    static func text(_ milliseconds: Int64) -> String { PromDuration.text(milliseconds: milliseconds) }
}

extension RuleTest.Expected {
    var text: String {
        LabelText.text(labels) + (annotations.pairs.isEmpty ? "" : " annotations " + LabelText.text(annotations))
    }
}

extension RuleTest.Sample {
    var text: String {
        switch value {
        case .float(let number): "\(LabelText.text(labels)) \(FloatText.string(number))"
        case .histogram(let histogram): "\(LabelText.text(labels)) \(histogram.text)"
        }
    }

    func isSame(as other: RuleTest.Sample, isFuzzy: Bool) -> Bool {
        guard labels == other.labels else { return false }
        switch (value, other.value) {
        case (.float(let a), .float(let b)):
            if a == b || (a.isNaN && b.isNaN) { return true }
            return isFuzzy && (a - b).magnitude <= 1e-6 * max(a.magnitude, b.magnitude)
        case (.histogram(let a), .histogram(let b)): return a.isSame(as: b)
        default: return false
        }
    }
}
