import TeleEngine
import TeleModel
import TeleWire

/// Names for Zipkin's search boxes, in lower case, sorted.
struct ZipkinNames {
    let snapshot: any EngineSnapshot
    let budget: QueryBudget
    /// Names of one answer.
    private static let limit = 10_000

    private func resources() throws(ZipkinFailure) -> BatchCore {
        do throws(EngineError) { return try snapshot.spanResources(time: 0..<UInt64.max, budget: budget) } catch {
            throw .engine(error)
        }
    }

    func services() throws(ZipkinFailure) -> [String] {
        let core = try resources()
        let names = Set((0..<core.resources.count).map { core.serviceName(resource: $0).lowercased() })
        return names.filter { !$0.isEmpty }.sorted()
    }

    /// Fingerprints of a service's resources.
    static func resources(of service: String, _ core: BatchCore) -> Set<UInt64> {
        Set(
            (0..<core.resources.count).filter { core.serviceName(resource: $0).lowercased() == service }
                .map { core.resources.fingerprints[$0] })
    }

    func spans(of service: String) throws(ZipkinFailure) -> [String] {
        try collect(service, .name) { batch, row in batch.core.heap.string(batch.name[row]).lowercased() }
    }

    func remoteServices(of service: String) throws(ZipkinFailure) -> [String] {
        try collect(service, .attributes) { batch, row in
            guard let key = batch.core.keyIndex(Zipkin.peerServiceKey),
                let value = batch.attributes.value(of: key, owner: row), value.kind == .string
            else { return "" }
            return batch.core.heap.string(value.range).lowercased()
        }
    }

    private func collect(
        _ service: String, _ columns: SpanColumns, _ name: (SpanBatch, Int) -> String
    ) throws(ZipkinFailure) -> [String] {
        let wanted = ZipkinNames.resources(of: service, try resources())
        guard !wanted.isEmpty else { return [] }
        var scan = SpanScan(time: 0..<UInt64.max)
        scan.resources = wanted
        scan.columns = columns
        var found: Set<String> = []
        do throws(EngineError) {
            try snapshot.scanSpans(scan, budget: budget) { (batch: SpanBatch) throws(EngineError) -> Bool in
                for row in 0..<batch.count { found.insert(name(batch, row)) }
                return found.count < ZipkinNames.limit
            }
        } catch { throw .engine(error) }
        return found.filter { !$0.isEmpty }.sorted()
    }
}
