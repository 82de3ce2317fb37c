import TeleModel

/// `ExportTraceServiceRequest` into columns.
struct SpanDecoder {
    private var core: RequestCore
    private var batch = SpanBatch()
    private var refusals = Refusals()
    private let options: DecodeOptions

    init(options: DecodeOptions, bodyBytes: Int) {
        self.options = options
        core = RequestCore(bodyBytes: bodyBytes)
    }

    consuming func finish() -> Decoded<SpanBatch> {
        batch.core = core.core
        return Decoded(batch: batch, rejected: refusals.count, message: refusals.message)
    }

    mutating func request(_ body: RawSpan) throws(WireError) {
        var reader = ProtobufReader(body)
        while !reader.isAtEnd {
            let tag = try reader.tag()
            guard tag == 0x0A else {
                try reader.skip(tag)
                continue
            }
            var group = try reader.message()
            do throws(WireError) { try resourceSpans(&group) } catch { throw error.within("resource_spans") }
        }
    }

    private mutating func resourceSpans(_ reader: inout ProtobufReader) throws(WireError) {
        let header = try GroupHeader(reader.copy())
        var owner = RowOwner(header)
        while !reader.isAtEnd {
            let tag = try reader.tag()
            guard tag == 0x12 else {
                try reader.skip(tag)
                continue
            }
            var group = try reader.message()
            do throws(WireError) { try scopeSpans(&group, &owner) } catch { throw error.within("scope_spans") }
        }
    }

    private mutating func scopeSpans(_ reader: inout ProtobufReader, _ owner: inout RowOwner) throws(WireError) {
        owner.begin(scope: try GroupHeader(reader.copy()))
        while !reader.isAtEnd {
            let tag = try reader.tag()
            guard tag == 0x12 else {
                try reader.skip(tag)
                continue
            }
            var message = try reader.message()
            try owner.open(&core, message)
            do throws(WireError) { try span(&message, owner) } catch { throw error.within("spans") }
        }
    }

    private mutating func span(_ reader: inout ProtobufReader, _ owner: RowOwner) throws(WireError) {
        guard batch.start.count < Limits.rowsPerRequest else {
            throw .tooLarge("more spans than a request may have (Limits.rowsPerRequest)", at: reader.at)
        }
        core.issue = owner.issue
        var (start, end) = (UInt64(0), UInt64(0))
        var (kind, code, flags) = (Int32(0), Int32(0), UInt32(0))
        var (dropped, droppedEvents, droppedLinks) = (UInt32(0), UInt32(0), UInt32(0))
        var (traceID, spanID, parentID) = (0..<0, 0..<0, 0..<0)
        var (name, traceState, statusMessage) = (0..<0, 0..<0, 0..<0)
        while !reader.isAtEnd {
            let tag = try reader.tag()
            switch tag {
            case 0x0A: traceID = try reader.range()
            case 0x12: spanID = try reader.range()
            case 0x1A: traceState = try reader.range()
            case 0x22: parentID = try reader.range()
            case 0x2A: name = try reader.range()
            case 0x30: kind = try reader.int32()
            case 0x39: start = try reader.fixed64()
            case 0x41: end = try reader.fixed64()
            case 0x4A: try core.attribute(&reader, into: &batch.attributes)
            case 0x50: dropped = try reader.uint32()
            case 0x5A: try event(&reader)
            case 0x60: droppedEvents = try reader.uint32()
            case 0x6A: try link(&reader)
            case 0x70: droppedLinks = try reader.uint32()
            case 0x7A:
                var status = try reader.message()
                while !status.isAtEnd {
                    let tag = try status.tag()
                    switch tag {
                    case 0x12: statusMessage = try status.range()
                    case 0x18: code = try status.int32()
                    default: try status.skip(tag)
                    }
                }
            case 0x85: flags = try reader.fixed32()
            default: try reader.skip(tag)
            }
        }
        let trace = core.optionalTraceID(reader.bytes, traceID)
        let id = core.optionalSpanID(reader.bytes, spanID, else: .spanIDLength)
        let parent = core.optionalSpanID(reader.bytes, parentID, else: .parentIDLength)
        if trace.high | trace.low == 0 { core.note(traceID.isEmpty ? .traceIDLength : .traceIDZero) }
        if id == 0 { core.note(spanID.isEmpty ? .spanIDLength : .spanIDZero) }
        if !options.accepts(start) { core.note(.time) }
        let nameText = core.text(reader.bytes, name)
        let stateText = core.text(reader.bytes, traceState)
        let statusText = core.text(reader.bytes, statusMessage)
        if let issue = core.issue {
            refusals.add(issue, "span")
            return takeBack()
        }
        batch.resource.append(owner.resource)
        batch.scope.append(owner.scope)
        batch.traceHigh.append(trace.high)
        batch.traceLow.append(trace.low)
        batch.span.append(id)
        batch.parent.append(parent)
        batch.start.append(start)
        batch.end.append(end)
        batch.name.append(nameText)
        batch.kind.append(kind)
        batch.statusCode.append(code)
        batch.statusMessage.append(statusText)
        batch.traceState.append(stateText)
        batch.flags.append(flags)
        batch.droppedAttributes.append(dropped)
        batch.droppedEvents.append(droppedEvents)
        batch.droppedLinks.append(droppedLinks)
        batch.attributes.closeOwner()
        batch.events.ends.append(UInt32(truncatingIfNeeded: batch.events.count))
        batch.links.ends.append(UInt32(truncatingIfNeeded: batch.links.count))
    }

    /// Removes what a refused span has left in the tables.
    private mutating func takeBack() {
        let row = batch.start.count
        batch.attributes.removeOwners(from: row)
        let events = Int(batch.events.ends.last ?? 0)
        let extraEvents = batch.events.time.count - events
        batch.events.time.removeLast(extraEvents)
        batch.events.name.removeLast(extraEvents)
        batch.events.droppedAttributes.removeLast(extraEvents)
        batch.events.attributes.removeOwners(from: events)
        let links = Int(batch.links.ends.last ?? 0)
        let extraLinks = batch.links.span.count - links
        batch.links.traceHigh.removeLast(extraLinks)
        batch.links.traceLow.removeLast(extraLinks)
        batch.links.span.removeLast(extraLinks)
        batch.links.traceState.removeLast(extraLinks)
        batch.links.flags.removeLast(extraLinks)
        batch.links.droppedAttributes.removeLast(extraLinks)
        batch.links.attributes.removeOwners(from: links)
    }

    private mutating func event(_ outer: inout ProtobufReader) throws(WireError) {
        var reader = try outer.message()
        try checkRows(at: reader.at)
        var (time, dropped, name) = (UInt64(0), UInt32(0), 0..<0)
        while !reader.isAtEnd {
            let tag = try reader.tag()
            switch tag {
            case 0x09: time = try reader.fixed64()
            case 0x12: name = try reader.range()
            case 0x1A: try core.attribute(&reader, into: &batch.events.attributes)
            case 0x20: dropped = try reader.uint32()
            default: try reader.skip(tag)
            }
        }
        batch.events.time.append(time)
        batch.events.name.append(core.text(reader.bytes, name))
        batch.events.droppedAttributes.append(dropped)
        batch.events.attributes.closeOwner()
    }

    private mutating func link(_ outer: inout ProtobufReader) throws(WireError) {
        var reader = try outer.message()
        try checkRows(at: reader.at)
        var (flags, dropped) = (UInt32(0), UInt32(0))
        var (traceID, spanID, state) = (0..<0, 0..<0, 0..<0)
        while !reader.isAtEnd {
            let tag = try reader.tag()
            switch tag {
            case 0x0A: traceID = try reader.range()
            case 0x12: spanID = try reader.range()
            case 0x1A: state = try reader.range()
            case 0x22: try core.attribute(&reader, into: &batch.links.attributes)
            case 0x28: dropped = try reader.uint32()
            case 0x35: flags = try reader.fixed32()
            default: try reader.skip(tag)
            }
        }
        let trace = core.optionalTraceID(reader.bytes, traceID, else: .linkIDLength)
        batch.links.traceHigh.append(trace.high)
        batch.links.traceLow.append(trace.low)
        batch.links.span.append(core.optionalSpanID(reader.bytes, spanID, else: .linkIDLength))
        batch.links.traceState.append(core.text(reader.bytes, state))
        batch.links.flags.append(flags)
        batch.links.droppedAttributes.append(dropped)
        batch.links.attributes.closeOwner()
    }

    private func checkRows(at offset: Int) throws(WireError) {
        guard batch.events.count + batch.links.count < Limits.rowsPerRequest else {
            throw .tooLarge("more events and links than a request may have (Limits.rowsPerRequest)", at: offset)
        }
    }
}
