package import TeleModel

/// `|= "a" or "b"`: any of the tests holds, or none of them for the negative operators.
package struct LogQLLineFilter: Sendable {
    package enum Operation: String, Sendable {
        case contains = "|="
        case containsNot = "!="
        case matches = "|~"
        case matchesNot = "!~"
        case fits = "|>"
        case fitsNot = "!>"

        package var isNegative: Bool { self == .containsNot || self == .matchesNot || self == .fitsNot }
    }

    package enum Test: Sendable {
        case text([UInt8])
        case matches(Pattern)
        case fits(LinePattern)
        /// `ip("10.0.0.0/8")`
        case address(AddressRange)
    }

    package var operation: Operation
    /// Never empty.
    package var tests: [Test]

    package init(_ operation: Operation, _ tests: [Test]) {
        self.operation = operation
        self.tests = tests
    }
}
