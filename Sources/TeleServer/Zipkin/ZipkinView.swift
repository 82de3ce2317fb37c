import TeleModel
import TeleWire

/// A trace's columns in Zipkin's words. Spans that came by OTLP are told as its exporters do.
struct ZipkinView {
    let batch: SpanBatch
    private let services: [String]
    private let keys: [String: UInt32]

    init(_ batch: SpanBatch) {
        self.batch = batch
        services = (0..<batch.core.resources.count).map { batch.core.serviceName(resource: $0).lowercased() }
        var keys: [String: UInt32] = [:]
        for (index, range) in batch.core.keys.enumerated() { keys[batch.core.heap.string(range)] = UInt32(index) }
        self.keys = keys
    }

    /// "" where there is none.
    func service(_ row: Int) -> String { services[Int(batch.resource[row])] }
    func name(_ row: Int) -> String { batch.core.heap.string(batch.name[row]).lowercased() }

    /// The first own attribute of a name as text.
    func attribute(_ name: String, _ row: Int) -> String? {
        value(name, row).map { ValueText.text(of: $0, heap: batch.core.heap) }
    }

    func value(_ name: String, _ row: Int) -> RawValue? {
        keys[name].flatMap { batch.attributes.value(of: $0, owner: row) }
    }

    func resourceValue(_ name: String, _ row: Int) -> RawValue? {
        keys[name].flatMap { batch.core.resources.attributes.value(of: $0, owner: Int(batch.resource[row])) }
    }

    func remoteService(_ row: Int) -> String { attribute(Zipkin.peerServiceKey, row)?.lowercased() ?? "" }

    /// Microseconds; 0 where the span came without.
    func timestamp(_ row: Int) -> UInt64 { value(Zipkin.untimedKey, row) == nil ? batch.start[row] / 1000 : 0 }
    /// Microseconds, at least 1 where there is any time at all; 0 for none.
    func duration(_ row: Int) -> UInt64 {
        let nanoseconds = batch.duration(row)
        return nanoseconds == 0 ? 0 : max(1, nanoseconds / 1000)
    }

    func isZipkin(_ row: Int) -> Bool {
        batch.core.resources.origins[Int(batch.resource[row])] == ResourceOrigin.zipkin.rawValue
    }

    private static let fields: Set<String> = [
        Zipkin.sharedKey, Zipkin.debugKey, Zipkin.untimedKey, Zipkin.peerServiceKey, Zipkin.peerIPKey,
        Zipkin.peerIPv6Key, Zipkin.peerPortKey,
    ]

    /// A later tag of the same key wins, as in a map.
    func tags(_ row: Int) -> [(key: String, value: String)] {
        var out: [(key: String, value: String)] = []
        var places: [String: Int] = [:]
        func add(_ key: String, _ value: String) {
            if let place = places[key] {
                out[place].value = value
            } else {
                places[key] = out.count
                out.append((key, value))
            }
        }
        for entry in batch.attributes.entries(of: row) {
            let key = batch.core.heap.string(batch.core.keys[Int(batch.attributes.keys[entry])])
            if Self.fields.contains(key) { continue }
            add(key, ValueText.text(of: batch.attributes.value(at: entry), heap: batch.core.heap))
        }
        guard !isZipkin(row) else { return out }
        let message = batch.core.heap.string(batch.statusMessage[row])
        if batch.statusCode[row] == 2 {
            add("otel.status_code", "ERROR")
            if places["error"] == nil { add("error", message.isEmpty ? "true" : message) }
        } else if batch.statusCode[row] == 1 {
            add("otel.status_code", "OK")
        }
        let scope = Int(batch.scope[row])
        let scopeName = batch.core.heap.string(batch.core.scopes.names[scope])
        if !scopeName.isEmpty { add("otel.scope.name", scopeName) }
        let version = batch.core.heap.string(batch.core.scopes.versions[scope])
        if !version.isEmpty { add("otel.scope.version", version) }
        return out
    }

    /// Whether it counts as failed: any `error` tag, even an empty one.
    func isError(_ row: Int) -> Bool { value("error", row) != nil || !isZipkin(row) && batch.statusCode[row] == 2 }
}
