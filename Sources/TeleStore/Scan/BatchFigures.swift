internal import TeleModel

extension AttributeTable {
    var byteCount: Int { ends.count * 4 + keys.count * 13 }
}

extension BatchCore {
    /// What it takes in memory.
    var byteCount: Int {
        let tables = resources.attributes.byteCount + scopes.attributes.byteCount
        return heap.count + tables + keys.count * 8 + resources.count * 30 + scopes.count * 28
    }
}

extension LogBatch {
    /// Whether no row column was left out: only such a batch can be stored.
    var isComplete: Bool {
        let rows = count
        let columns: [Int] = [
            resource.count, scope.count, observed.count, severity.count, severityText.count, bodyKind.count, body.count,
            traceHigh.count, traceLow.count, span.count, flags.count, droppedAttributes.count, eventName.count,
            attributes.ownerCount,
        ]
        return columns.allSatisfy { $0 == rows }
    }
}

extension SpanBatch {
    /// Whether no row column was left out: only such a batch can be stored.
    var isComplete: Bool {
        let rows = count
        let columns: [Int] = [
            resource.count, scope.count, traceHigh.count, traceLow.count, span.count, parent.count, end.count,
            name.count, kind.count, statusCode.count, statusMessage.count, traceState.count, flags.count,
            droppedAttributes.count, droppedEvents.count, droppedLinks.count, attributes.ownerCount,
            events.ends.count, links.ends.count,
        ]
        return columns.allSatisfy { $0 == rows }
    }
}
