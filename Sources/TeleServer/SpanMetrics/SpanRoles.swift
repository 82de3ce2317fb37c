import TeleModel

/// Which attribute keys of a batch say whom a client span talks to, looked up once a batch.
///
/// Source: OpenTelemetry semantic conventions, database and general client attributes, old and new names.
struct SpanRoles {
    /// By key index: 0 none, else the priority of the key, 1 the best.
    private var roles: [UInt8]
    private static let names = [
        "peer.service", "service.peer.name", "db.namespace", "db.name", "db.system.name", "db.system",
        "server.address", "net.peer.name", "messaging.system",
    ]
    private static let firstDatabase: UInt8 = 3
    private static let lastDatabase: UInt8 = 6
    private let sharedKey: UInt32?

    init(_ core: BatchCore) {
        sharedKey = core.keyIndex("zipkin.shared")
        roles = [UInt8](repeating: 0, count: core.keys.count)
        for (index, name) in SpanRoles.names.enumerated() {
            if let key = core.keyIndex(name) { roles[Int(key)] = UInt8(index + 1) }
        }
    }

    /// Whether a server span has its client's id, as Zipkin's may.
    func isShared(_ row: Int, in batch: SpanBatch) -> Bool {
        guard let sharedKey else { return false }
        return batch.attributes.value(of: sharedKey, owner: row) != nil
    }

    struct Peer {
        /// The text that names it, in the batch's heap.
        var name: ByteRange
        var isDatabase: Bool
    }

    /// The peer that the span's own attributes name, the best of them; nil where none does.
    func peer(of row: Int, in batch: SpanBatch) -> Peer? {
        var best = UInt8.max
        var range = ByteRange.empty
        var isDatabase = false
        for entry in batch.attributes.entries(of: row) {
            let role = roles[Int(batch.attributes.keys[entry])]
            guard role != 0 else { continue }
            let value = batch.attributes.value(at: entry)
            guard value.kind == .string, !value.range.isEmpty else { continue }
            if role >= SpanRoles.firstDatabase, role <= SpanRoles.lastDatabase { isDatabase = true }
            if role < best {
                best = role
                range = value.range
            }
        }
        return best == .max ? nil : Peer(name: range, isDatabase: isDatabase)
    }
}
