internal import TeleCodec
internal import TeleEngine
internal import TeleModel

/// The conditions of a span scan, the cheapest first.
struct SpanFilter: RowFilter {
    let conditions: [SpanCondition]
    let columns: SpanColumns
    let keys: [String]
    /// What durations have to lie in, which is told without looking at anything else.
    let durations: ClosedRange<UInt64>?
    private let names: [ValueTester]
    private let attributes: [AttributeTester]

    init(_ conditions: [SpanCondition]) {
        self.conditions = conditions
        var columns: SpanColumns = []
        var keys: [String] = []
        var names: [ValueTester] = []
        var attributes: [AttributeTester] = []
        var durations: ClosedRange<UInt64>?
        for condition in conditions {
            switch condition {
            case .name(let test):
                columns.insert(.name)
                names.append(ValueTester(test))
            case .kind, .status: columns.insert(.name)
            case .isRoot: columns.insert(.ids)
            case .duration(let range): durations = durations?.clamped(to: range) ?? range
            case .attribute(let scope, let key, let test):
                let tester = AttributeTester(scope, key, test)
                if tester.needsOwn {
                    columns.insert(.attributes)
                    keys.append(key)
                }
                if tester.needsScope { columns.insert(.scope) }
                attributes.append(tester)
            }
        }
        self.columns = columns
        self.keys = keys
        self.names = names
        self.attributes = attributes
        self.durations = durations
    }

    var isEmpty: Bool { conditions.isEmpty }

    func keep(_ rows: inout [Int], of batch: SpanBatch) {
        for condition in conditions {
            switch condition {
            case .kind(let kind):
                let column = batch.kind
                rows.removeAll { column[$0] != kind }
            case .status(let status):
                let column = batch.statusCode
                rows.removeAll { column[$0] != status }
            case .duration(let range): rows.removeAll { !range.contains(batch.duration($0)) }
            case .isRoot:
                let column = batch.parent
                rows.removeAll { column[$0] != 0 }
            case .name, .attribute: break
            }
        }
        for test in names where !rows.isEmpty {
            let names = batch.name
            let heap = batch.core.heap.bytes
            rows.removeAll { !test.passes(.range(.string, names[$0]), heap.span) }
        }
        for tester in attributes where !rows.isEmpty {
            tester.keep(&rows, core: batch.core, resource: batch.resource, scopes: batch.scope, own: batch.attributes)
        }
    }
}
