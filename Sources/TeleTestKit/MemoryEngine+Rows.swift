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

    /// Both batches' rows over one heap; resources and scopes are not merged.
    internal func appending(_ other: SpanBatch) -> SpanBatch {
        var out = self
        let heap = UInt32(core.heap.count)
        let (keys, resources, scopes) = (
            UInt32(core.keys.count), UInt32(core.resources.count), UInt32(core.scopes.count)
        )
        func moved(_ ranges: [ByteRange]) -> [ByteRange] {
            ranges.map { ByteRange(offset: $0.offset + heap, count: $0.count) }
        }
        func join(_ table: inout AttributeTable, _ other: AttributeTable) {
            for owner in 0..<other.ownerCount {
                for entry in other.entries(of: owner) {
                    var value = other.value(at: entry)
                    if value.kind.isRange { value = .range(value.kind, moved([value.range])[0]) }
                    table.append(key: other.keys[entry] + keys, value)
                }
                table.closeOwner()
            }
        }
        out.core.heap.bytes += other.core.heap.bytes
        out.core.keys += moved(other.core.keys)
        out.core.resources.fingerprints += other.core.resources.fingerprints
        out.core.resources.origins += other.core.resources.origins
        out.core.resources.schemaURLs += moved(other.core.resources.schemaURLs)
        out.core.resources.droppedAttributes += other.core.resources.droppedAttributes
        out.core.resources.entityRefs += moved(other.core.resources.entityRefs)
        join(&out.core.resources.attributes, other.core.resources.attributes)
        out.core.scopes.names += moved(other.core.scopes.names)
        out.core.scopes.versions += moved(other.core.scopes.versions)
        out.core.scopes.schemaURLs += moved(other.core.scopes.schemaURLs)
        out.core.scopes.droppedAttributes += other.core.scopes.droppedAttributes
        join(&out.core.scopes.attributes, other.core.scopes.attributes)
        out.resource += other.resource.map { $0 + resources }
        out.scope += other.scope.map { $0 + scopes }
        out.traceHigh += other.traceHigh
        out.traceLow += other.traceLow
        out.span += other.span
        out.parent += other.parent
        out.start += other.start
        out.end += other.end
        out.name += moved(other.name)
        out.kind += other.kind
        out.statusCode += other.statusCode
        out.statusMessage += moved(other.statusMessage)
        out.traceState += moved(other.traceState)
        out.flags += other.flags
        out.droppedAttributes += other.droppedAttributes
        out.droppedEvents += other.droppedEvents
        out.droppedLinks += other.droppedLinks
        join(&out.attributes, other.attributes)
        let (events, links) = (UInt32(out.events.count), UInt32(out.links.count))
        out.events.ends += other.events.ends.map { $0 + events }
        out.events.time += other.events.time
        out.events.name += moved(other.events.name)
        out.events.droppedAttributes += other.events.droppedAttributes
        join(&out.events.attributes, other.events.attributes)
        out.links.ends += other.links.ends.map { $0 + links }
        out.links.traceHigh += other.links.traceHigh
        out.links.traceLow += other.links.traceLow
        out.links.span += other.links.span
        out.links.traceState += moved(other.links.traceState)
        out.links.flags += other.links.flags
        out.links.droppedAttributes += other.links.droppedAttributes
        join(&out.links.attributes, other.links.attributes)
        return out
    }
}
