internal import TeleEngine
internal import TeleModel
internal import TeleWire

/// One request's batch of whichever signal, decoded and not yet stored.
enum DecodedRequest: Sendable {
    case logs(Decoded<LogBatch>)
    case traces(Decoded<SpanBatch>)
    case metrics(Decoded<SampleBatch>)

    static func decode(
        _ signal: Signal, _ type: MediaType, _ body: [UInt8], options: DecodeOptions, metrics: MetricsState
    ) throws(IngestFailure) -> DecodedRequest {
        do {
            switch (signal, type) {
            case (.logs, .protobuf): return .logs(try OTLP.decodeLogs(protobuf: body, options: options))
            case (.logs, .json): return .logs(try OTLP.decodeLogs(json: body, options: options))
            case (.traces, .protobuf): return .traces(try OTLP.decodeTraces(protobuf: body, options: options))
            case (.traces, .json): return .traces(try OTLP.decodeTraces(json: body, options: options))
            case (.metrics, .protobuf):
                return .metrics(try OTLP.decodeMetrics(protobuf: body, options: options, state: metrics))
            case (.metrics, .json):
                return .metrics(try OTLP.decodeMetrics(json: body, options: options, state: metrics))
            }
        } catch {
            throw IngestFailure(error.kind == .tooLarge ? .tooLarge : .malformed, error.description)
        }
    }

    /// What the batch takes in memory, about: its share of the gate until it is stored.
    var bytes: Int {
        switch self {
        case .logs(let decoded): decoded.batch.heldBytes
        case .traces(let decoded): decoded.batch.heldBytes
        case .metrics(let decoded): decoded.batch.heldBytes
        }
    }

    func append(to engine: any StorageEngine) async throws(IngestFailure) -> IngestOutcome {
        do {
            switch self {
            case .logs(let decoded):
                if decoded.batch.count > 0 { try await engine.append(decoded.batch) }
                return IngestOutcome(
                    accepted: decoded.batch.count, rejected: decoded.rejected, message: decoded.message)
            case .traces(let decoded):
                if decoded.batch.count > 0 { try await engine.append(decoded.batch) }
                return IngestOutcome(
                    accepted: decoded.batch.count, rejected: decoded.rejected, message: decoded.message)
            case .metrics(let decoded):
                if !decoded.batch.isEmpty { try await engine.append(decoded.batch) }
                return IngestOutcome(
                    accepted: decoded.batch.count, rejected: decoded.rejected, message: decoded.message)
            }
        } catch {
            throw IngestFailure(error)
        }
    }
}

extension AttributeTable {
    fileprivate var heldBytes: Int { ends.count * 4 + keys.count * 13 }
}

extension BatchCore {
    fileprivate var heldBytes: Int {
        heap.bytes.count + keys.count * 8 + resources.attributes.heldBytes + scopes.attributes.heldBytes
            + resources.count * 32 + scopes.count * 36
    }
}

extension LogBatch {
    /// 89 bytes a row in columns.
    fileprivate var heldBytes: Int { core.heldBytes + attributes.heldBytes + time.count * 89 }
}

extension SpanBatch {
    fileprivate var heldBytes: Int {
        core.heldBytes + attributes.heldBytes + start.count * 112 + events.attributes.heldBytes
            + events.time.count * 20 + links.attributes.heldBytes + links.span.count * 40
    }
}

extension SampleBatch {
    fileprivate var heldBytes: Int {
        heap.bytes.count + seriesLabels.count * 16 + time.count * 28 + histogramTime.count * 28
            + exemplarTime.count * 28 + metadataName.count * 25
    }

    fileprivate var isEmpty: Bool { count == 0 && exemplarTime.isEmpty && metadataName.isEmpty }
}
