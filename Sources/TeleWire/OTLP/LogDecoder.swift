import TeleModel

/// `ExportLogsServiceRequest` into columns.
struct LogDecoder {
    private var core: RequestCore
    private var batch = LogBatch()
    private var refusals = Refusals()
    private let options: DecodeOptions

    init(options: DecodeOptions, bodyBytes: Int) {
        self.options = options
        core = RequestCore(bodyBytes: bodyBytes)
    }

    consuming func finish() -> Decoded<LogBatch> {
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
            do throws(WireError) { try resourceLogs(&group) } catch { throw error.within("resource_logs") }
        }
    }

    private mutating func resourceLogs(_ reader: inout ProtobufReader) throws(WireError) {
        let header = try GroupHeader(reader.copy())
        var owner = RowOwner(header)
        while !reader.isAtEnd {
            let tag = try reader.tag()
            guard tag == 0x12 else {
                try reader.skip(tag)
                continue
            }
            var group = try reader.message()
            do throws(WireError) { try scopeLogs(&group, &owner) } catch { throw error.within("scope_logs") }
        }
    }

    private mutating func scopeLogs(_ reader: inout ProtobufReader, _ owner: inout RowOwner) throws(WireError) {
        let header = try GroupHeader(reader.copy())
        owner.begin(scope: header)
        if batch.time.isEmpty { reserve(header.rows) }
        while !reader.isAtEnd {
            let tag = try reader.tag()
            guard tag == 0x12 else {
                try reader.skip(tag)
                continue
            }
            var message = try reader.message()
            try owner.open(&core, message)
            do throws(WireError) { try record(&message, owner) } catch { throw error.within("log_records") }
        }
    }

    /// Room for records that are there: counted, not declared.
    private mutating func reserve(_ rows: Int) {
        let rows = min(rows, Limits.rowsPerRequest)
        batch.resource.reserveCapacity(rows)
        batch.scope.reserveCapacity(rows)
        batch.time.reserveCapacity(rows)
        batch.observed.reserveCapacity(rows)
        batch.severity.reserveCapacity(rows)
        batch.severityText.reserveCapacity(rows)
        batch.bodyKind.reserveCapacity(rows)
        batch.body.reserveCapacity(rows)
        batch.traceHigh.reserveCapacity(rows)
        batch.traceLow.reserveCapacity(rows)
        batch.span.reserveCapacity(rows)
        batch.flags.reserveCapacity(rows)
        batch.droppedAttributes.reserveCapacity(rows)
        batch.eventName.reserveCapacity(rows)
        batch.attributes.ends.reserveCapacity(rows)
    }

    private mutating func record(_ reader: inout ProtobufReader, _ owner: RowOwner) throws(WireError) {
        guard batch.time.count < Limits.rowsPerRequest else {
            throw .tooLarge("more records than a request may have (Limits.rowsPerRequest)", at: reader.at)
        }
        let start = reader.at
        core.issue = owner.issue
        var (time, observed) = (UInt64(0), UInt64(0))
        var (severity, flags, dropped) = (Int32(0), UInt32(0), UInt32(0))
        var (severityText, eventName) = (0..<0, 0..<0)
        var (traceID, spanID) = (0..<0, 0..<0)
        var body: WireValue?
        while !reader.isAtEnd {
            let tag = try reader.tag()
            switch tag {
            case 0x09: time = try reader.fixed64()
            case 0x59: observed = try reader.fixed64()
            case 0x10: severity = try reader.int32()
            case 0x1A: severityText = try reader.range()
            case 0x2A:
                if body != nil {
                    body = try mergedBody(reader.reader(start..<reader.end))
                    _ = try reader.range()
                } else {
                    var value = try reader.message()
                    body = try core.value(&value)
                }
            case 0x32: try core.attribute(&reader, into: &batch.attributes)
            case 0x38: dropped = try reader.uint32()
            case 0x45: flags = try reader.fixed32()
            case 0x4A: traceID = try reader.range()
            case 0x52: spanID = try reader.range()
            case 0x62: eventName = try reader.range()
            default: try reader.skip(tag)
            }
        }
        let (high, low) = core.optionalTraceID(reader.bytes, traceID)
        let span = core.optionalSpanID(reader.bytes, spanID, else: .spanIDLength)
        if time == 0, observed == 0 { observed = options.now }
        if !options.accepts(time != 0 ? time : observed) { core.note(.time) }
        let level = core.text(reader.bytes, severityText)
        let event = core.text(reader.bytes, eventName)
        if let issue = core.issue {
            refusals.add(issue, "log record")
            batch.attributes.removeOwners(from: batch.time.count)
            return
        }
        batch.resource.append(owner.resource)
        batch.scope.append(owner.scope)
        batch.time.append(time)
        batch.observed.append(observed)
        batch.severity.append(severity)
        batch.severityText.append(level)
        batch.bodyKind.append((body ?? .empty).kind)
        batch.body.append((body ?? .empty).bits)
        batch.traceHigh.append(high)
        batch.traceLow.append(low)
        batch.span.append(span)
        batch.flags.append(flags)
        batch.droppedAttributes.append(dropped)
        batch.eventName.append(event)
        batch.attributes.closeOwner()
    }

    @inline(never)
    private mutating func mergedBody(_ message: consuming ProtobufReader) throws(WireError) -> WireValue {
        let bytes = try ValueWriter.joined(field: 5, of: &message)
        var joined = ProtobufReader(bytes.span.bytes)
        return try core.value(&joined)
    }
}
