package import TeleModel

/// Whether a batch keeps every invariant that the rest of the program relies on without looking: after this nothing
/// that reads the batch can go out of range.
package enum BatchCheck {
    package static func validate(_ batch: LogBatch) throws(CodecError) {
        try check(batch.core)
        let rows = batch.count
        let core = batch.core
        try indexes(batch.resource, rows, core.resources.count, "resource", isOptional: false)
        try indexes(batch.scope, rows, core.scopes.count, "scope")
        try length(batch.observed.count, rows, "observed")
        try length(batch.severity.count, rows, "severity")
        try ranges(batch.severityText, rows, core.heap, "severityText")
        try length(batch.body.count, rows, "body")
        guard batch.bodyKind.count == batch.body.count else { throw CodecError("bodyKind and body disagree") }
        try values(batch.bodyKind, batch.body, core.heap, "body")
        try length(batch.traceHigh.count, rows, "traceHigh")
        try length(batch.traceLow.count, rows, "traceLow")
        try length(batch.span.count, rows, "span")
        try length(batch.flags.count, rows, "flags")
        try length(batch.droppedAttributes.count, rows, "droppedAttributes")
        try ranges(batch.eventName, rows, core.heap, "eventName")
        try attributes(batch.attributes, rows, core, "attributes")
    }

    package static func validate(_ batch: SpanBatch) throws(CodecError) {
        try check(batch.core)
        let rows = batch.count
        let core = batch.core
        try indexes(batch.resource, rows, core.resources.count, "resource", isOptional: false)
        try indexes(batch.scope, rows, core.scopes.count, "scope")
        for (column, name) in [
            (batch.traceHigh, "traceHigh" as StaticString), (batch.traceLow, "traceLow"), (batch.span, "span"),
            (batch.parent, "parent"), (batch.end, "end"),
        ] {
            guard column.count == rows else { throw CodecError("\(name) has \(column.count) of \(rows) rows") }
        }
        try ranges(batch.name, rows, core.heap, "name")
        try length(batch.kind.count, rows, "kind")
        try length(batch.statusCode.count, rows, "statusCode")
        try ranges(batch.statusMessage, rows, core.heap, "statusMessage")
        try ranges(batch.traceState, rows, core.heap, "traceState")
        try length(batch.flags.count, rows, "flags")
        try length(batch.droppedAttributes.count, rows, "droppedAttributes")
        try length(batch.droppedEvents.count, rows, "droppedEvents")
        try length(batch.droppedLinks.count, rows, "droppedLinks")
        try attributes(batch.attributes, rows, core, "attributes")
        let events = batch.events
        try ends(events.ends, rows, events.count, "events")
        try ranges(events.name, events.count, core.heap, "event name", isOptional: false)
        try length(events.droppedAttributes.count, events.count, "event droppedAttributes", isOptional: false)
        try attributes(events.attributes, events.count, core, "event attributes", isOptional: false)
        let links = batch.links
        try ends(links.ends, rows, links.count, "links")
        try length(links.traceHigh.count, links.count, "link traceHigh", isOptional: false)
        try length(links.traceLow.count, links.count, "link traceLow", isOptional: false)
        try ranges(links.traceState, links.count, core.heap, "link traceState", isOptional: false)
        try length(links.flags.count, links.count, "link flags", isOptional: false)
        try length(links.droppedAttributes.count, links.count, "link droppedAttributes", isOptional: false)
        try attributes(links.attributes, links.count, core, "link attributes", isOptional: false)
    }

    package static func validate(_ batch: SampleBatch) throws(CodecError) {
        let series = batch.seriesLabels.count
        try ranges(batch.seriesLabels, series, batch.heap, "seriesLabels")
        try length(batch.seriesHash.count, series, "seriesHash", isOptional: false)
        let samples = batch.time.count
        try indexes(batch.series, samples, series, "series", isOptional: false)
        try length(batch.value.count, samples, "value", isOptional: false)
        try length(batch.started.count, samples, "started", isOptional: false)
        let histograms = batch.histogramTime.count
        try indexes(batch.histogramSeries, histograms, series, "histogramSeries", isOptional: false)
        try length(batch.histogramStarted.count, histograms, "histogramStarted", isOptional: false)
        try ranges(batch.histogram, histograms, batch.heap, "histogram", isOptional: false)
        let exemplars = batch.exemplarTime.count
        try indexes(batch.exemplarSeries, exemplars, series, "exemplarSeries", isOptional: false)
        try length(batch.exemplarValue.count, exemplars, "exemplarValue", isOptional: false)
        try ranges(batch.exemplarLabels, exemplars, batch.heap, "exemplarLabels", isOptional: false)
        let metadata = batch.metadataName.count
        try ranges(batch.metadataName, metadata, batch.heap, "metadataName", isOptional: false)
        try length(batch.metadataType.count, metadata, "metadataType", isOptional: false)
        try ranges(batch.metadataUnit, metadata, batch.heap, "metadataUnit", isOptional: false)
        try ranges(batch.metadataHelp, metadata, batch.heap, "metadataHelp", isOptional: false)
        for type in batch.metadataType where type > MetricType.stateSet.rawValue {
            throw CodecError("metadataType \(type) is unknown")
        }
    }

    static func check(_ core: BatchCore) throws(CodecError) {
        try ranges(core.keys, core.keys.count, core.heap, "keys")
        let resources = core.resources
        try length(resources.origins.count, resources.count, "resource origins", isOptional: false)
        for origin in resources.origins where ResourceOrigin(rawValue: origin) == nil {
            throw CodecError("resource origin \(origin) is unknown")
        }
        try ranges(resources.schemaURLs, resources.count, core.heap, "resource schemaURLs", isOptional: false)
        try length(resources.droppedAttributes.count, resources.count, "resource dropped", isOptional: false)
        try ranges(resources.entityRefs, resources.count, core.heap, "resource entityRefs", isOptional: false)
        try attributes(resources.attributes, resources.count, core, "resource attributes", isOptional: false)
        let scopes = core.scopes
        try ranges(scopes.names, scopes.count, core.heap, "scope names")
        try ranges(scopes.versions, scopes.count, core.heap, "scope versions", isOptional: false)
        try ranges(scopes.schemaURLs, scopes.count, core.heap, "scope schemaURLs", isOptional: false)
        try length(scopes.droppedAttributes.count, scopes.count, "scope dropped", isOptional: false)
        try attributes(scopes.attributes, scopes.count, core, "scope attributes", isOptional: false)
    }

    // MARK: Columns

    private static func length(
        _ count: Int, _ rows: Int, _ what: StaticString, isOptional: Bool = true
    ) throws(CodecError) {
        guard count == rows || isOptional && count == 0 else {
            throw CodecError("\(what) has \(count) of \(rows) rows")
        }
    }

    private static func indexes(
        _ column: [UInt32], _ rows: Int, _ limit: Int, _ what: StaticString, isOptional: Bool = true
    ) throws(CodecError) {
        try length(column.count, rows, what, isOptional: isOptional)
        var highest: UInt32 = 0
        for index in column { highest = max(highest, index) }
        guard column.isEmpty || Int(highest) < limit else { throw CodecError("\(what) \(highest) of \(limit)") }
    }

    private static func ranges(
        _ column: [ByteRange], _ rows: Int, _ heap: ByteHeap, _ what: StaticString, isOptional: Bool = true
    ) throws(CodecError) {
        try length(column.count, rows, what, isOptional: isOptional)
        var highest: UInt64 = 0
        for range in column { highest = max(highest, UInt64(range.offset) + UInt64(range.count)) }
        guard highest <= UInt64(heap.count) else { throw CodecError("\(what) lies outside the heap") }
    }

    private static func values(
        _ kinds: [UInt8], _ values: [UInt64], _ heap: ByteHeap, _ what: StaticString
    ) throws(CodecError) {
        guard kinds.count == values.count else { throw CodecError("kinds and values of \(what) disagree") }
        let limit = UInt64(heap.count)
        for i in kinds.indices {
            guard let kind = ValueKind(rawValue: kinds[i]) else { throw CodecError("\(what) of kind \(kinds[i])") }
            guard kind.isRange else { continue }
            let range = ByteRange(packed: values[i])
            guard UInt64(range.offset) + UInt64(range.count) <= limit else {
                throw CodecError("\(what) lies outside the heap")
            }
        }
    }

    private static func ends(
        _ ends: [UInt32], _ rows: Int, _ entries: Int, _ what: StaticString, isOptional: Bool = true
    ) throws(CodecError) {
        try length(ends.count, rows, what, isOptional: isOptional)
        var last: UInt32 = 0
        for end in ends {
            guard end >= last else { throw CodecError("the ends of \(what) go back") }
            last = end
        }
        guard Int(last) == entries else { throw CodecError("\(what) has \(entries) entries, its ends say \(last)") }
    }

    private static func attributes(
        _ table: AttributeTable, _ owners: Int, _ core: BatchCore, _ what: StaticString, isOptional: Bool = true
    ) throws(CodecError) {
        try ends(table.ends, owners, table.entryCount, what, isOptional: isOptional)
        try indexes(table.keys, table.entryCount, core.keys.count, what)
        try length(table.kinds.count, table.entryCount, what, isOptional: false)
        try values(table.kinds, table.values, core.heap, what)
    }
}
