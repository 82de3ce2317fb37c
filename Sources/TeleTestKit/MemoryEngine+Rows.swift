internal import TeleModel

extension AttributeTable {
    internal func picking(_ owners: some Sequence<Int>) -> AttributeTable {
        var out = AttributeTable()
        for owner in owners {
            if owner < ownerCount { for entry in entries(of: owner) { out.append(key: keys[entry], value(at: entry)) } }
            out.closeOwner()
        }
        return out
    }
}

extension Array {
    /// The elements at some rows; empty where the column was left out.
    fileprivate func picking(_ rows: [Int]) -> [Element] { isEmpty ? [] : rows.map { self[$0] } }
}

extension LogBatch {
    internal func picking(_ rows: [Int]) -> LogBatch {
        var out = LogBatch()
        out.core = core
        out.resource = resource.picking(rows)
        out.scope = scope.picking(rows)
        out.time = time.picking(rows)
        out.observed = observed.picking(rows)
        out.severity = severity.picking(rows)
        out.severityText = severityText.picking(rows)
        out.bodyKind = bodyKind.picking(rows)
        out.body = body.picking(rows)
        out.traceHigh = traceHigh.picking(rows)
        out.traceLow = traceLow.picking(rows)
        out.span = span.picking(rows)
        out.flags = flags.picking(rows)
        out.droppedAttributes = droppedAttributes.picking(rows)
        out.eventName = eventName.picking(rows)
        out.attributes = attributes.picking(rows)
        return out
    }
}

extension SpanBatch {
    internal func picking(_ rows: [Int]) -> SpanBatch {
        var out = SpanBatch()
        out.core = core
        out.resource = resource.picking(rows)
        out.scope = scope.picking(rows)
        out.traceHigh = traceHigh.picking(rows)
        out.traceLow = traceLow.picking(rows)
        out.span = span.picking(rows)
        out.parent = parent.picking(rows)
        out.start = start.picking(rows)
        out.end = end.picking(rows)
        out.name = name.picking(rows)
        out.kind = kind.picking(rows)
        out.statusCode = statusCode.picking(rows)
        out.statusMessage = statusMessage.picking(rows)
        out.traceState = traceState.picking(rows)
        out.flags = flags.picking(rows)
        out.droppedAttributes = droppedAttributes.picking(rows)
        out.droppedEvents = droppedEvents.picking(rows)
        out.droppedLinks = droppedLinks.picking(rows)
        out.attributes = attributes.picking(rows)
        let eventRows = rows.map { $0 < events.ends.count ? Array(events.rows(of: $0)) : [] }
        for own in eventRows { out.events.ends.append((out.events.ends.last ?? 0) + UInt32(own.count)) }
        let eventIndexes = eventRows.flatMap { $0 }
        out.events.time = self.events.time.picking(eventIndexes)
        out.events.name = self.events.name.picking(eventIndexes)
        out.events.droppedAttributes = self.events.droppedAttributes.picking(eventIndexes)
        out.events.attributes = self.events.attributes.picking(eventIndexes)
        let linkRows = rows.map { $0 < links.ends.count ? Array(links.rows(of: $0)) : [] }
        for own in linkRows { out.links.ends.append((out.links.ends.last ?? 0) + UInt32(own.count)) }
        let linkIndexes = linkRows.flatMap { $0 }
        out.links.traceHigh = self.links.traceHigh.picking(linkIndexes)
        out.links.traceLow = self.links.traceLow.picking(linkIndexes)
        out.links.span = self.links.span.picking(linkIndexes)
        out.links.traceState = self.links.traceState.picking(linkIndexes)
        out.links.flags = self.links.flags.picking(linkIndexes)
        out.links.droppedAttributes = self.links.droppedAttributes.picking(linkIndexes)
        out.links.attributes = self.links.attributes.picking(linkIndexes)
        return out
    }
}
