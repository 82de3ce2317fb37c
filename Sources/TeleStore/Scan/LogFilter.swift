internal import TeleCodec
internal import TeleEngine
internal import TeleModel

/// The conditions of a log scan, the cheapest first.
struct LogFilter: RowFilter {
    private enum Test: Sendable {
        case severity(ClosedRange<Int32>)
        case trace(TraceID)
        case span(UInt64)
        case attribute(AttributeTester)
        case contains(ByteSearch, Bool)
        case matches(Pattern, Bool)

        var cost: Int {
            switch self {
            case .severity, .trace, .span: 0
            case .attribute: 1
            case .contains: 2
            case .matches: 3
            }
        }
    }

    private let tests: [Test]
    let conditions: [LogCondition]
    let columns: LogColumns
    let keys: [String]
    /// Texts that a body has to contain, when it is a string.
    let needles: [NeedleMask]
    /// The trace that records have to be of.
    let trace: TraceID?

    init(_ conditions: [LogCondition]) {
        self.conditions = conditions
        var columns: LogColumns = []
        var keys: [String] = []
        var tests: [Test] = []
        for condition in conditions {
            switch condition {
            case .bodyContains(let text):
                columns.insert(.body)
                tests.append(.contains(ByteSearch(text), true))
            case .bodyContainsNot(let text):
                columns.insert(.body)
                tests.append(.contains(ByteSearch(text), false))
            case .bodyMatches(let pattern):
                columns.insert(.body)
                tests.append(.matches(pattern, true))
            case .bodyMatchesNot(let pattern):
                columns.insert(.body)
                tests.append(.matches(pattern, false))
            case .traceID(let id):
                columns.insert(.ids)
                tests.append(.trace(id))
            case .spanID(let id):
                columns.insert(.ids)
                tests.append(.span(id.raw))
            case .severity(let range):
                columns.insert(.severity)
                tests.append(.severity(range))
            case .attribute(let scope, let key, let test):
                let tester = AttributeTester(scope, key, test)
                if tester.needsOwn {
                    columns.insert(.attributes)
                    keys.append(key)
                }
                if tester.needsScope { columns.insert(.scope) }
                tests.append(.attribute(tester))
            }
        }
        self.tests = tests.enumerated().sorted { ($0.element.cost, $0.offset) < ($1.element.cost, $1.offset) }
            .map(\.element)
        needles = conditions.compactMap { condition in
            switch condition {
            case .bodyContains(let text): NeedleMask(text)
            case .bodyMatches(let pattern): NeedleMask(pattern.requiredLiteral)
            default: nil
            }
        }
        trace = conditions.lazy.compactMap { if case .traceID(let id) = $0 { id } else { nil } }.first
        self.columns = columns
        self.keys = keys
    }

    var isEmpty: Bool { tests.isEmpty }

    func keep(_ rows: inout [Int], of batch: LogBatch) {
        for test in tests {
            if rows.isEmpty { return }
            switch test {
            case .severity(let range):
                let column = batch.severity
                rows.removeAll { !range.contains(column[$0]) }
            case .trace(let id):
                let (high, low) = (batch.traceHigh, batch.traceLow)
                rows.removeAll { low[$0] != id.low || high[$0] != id.high }
            case .span(let id):
                let column = batch.span
                rows.removeAll { column[$0] != id }
            case .attribute(let tester):
                tester.keep(
                    &rows, core: batch.core, resource: batch.resource, scopes: batch.scope, own: batch.attributes)
            case .contains(let search, let wanted):
                LogFilter.keepBodies(&rows, batch) { search.isContained(in: $0) == wanted }
            case .matches(let pattern, let wanted):
                LogFilter.keepBodies(&rows, batch) { pattern.matches($0) == wanted }
            }
        }
    }

    /// Bodies that are no strings always pass.
    private static func keepBodies(
        _ rows: inout [Int], _ batch: LogBatch, _ passes: (borrowing Span<UInt8>) -> Bool
    ) {
        let heap = batch.core.heap.bytes.span
        let kinds = batch.bodyKind.span
        let values = batch.body.span
        var kept = 0
        for row in rows {
            if kinds[row] != ValueKind.string.rawValue || passes(heap.extracting(ByteRange(packed: values[row]).range))
            {
                rows[kept] = row
                kept &+= 1
            }
        }
        rows.removeLast(rows.count - kept)
    }
}
