/// Requests between two services: `traces_service_graph_*`.
struct EdgeTable: Sendable {
    /// The label `connection_type`; the numbers are ours.
    enum Connection: UInt8, Sendable {
        case request = 0, messaging, database, virtual

        var label: String {
            switch self {
            case .request: ""
            case .messaging: "messaging_system"
            case .database: "database"
            case .virtual: "virtual_node"
            }
        }
    }

    struct Edge: Sendable {
        var client: UInt32
        var server: UInt32
        var connection: Connection
        var total: UInt64 = 0
        var failed: UInt64 = 0
        /// Unix milliseconds.
        var since: Int64
        var lastSeen: Int64
        var isNew = true
        /// Nothing was counted for so long that its series ended: the next request starts it anew.
        var isSilent = false
    }

    private(set) var edges: [Edge] = []
    private(set) var clientLatency = LatencyTable()
    private(set) var serverLatency = LatencyTable()
    private var numbers: [UInt64: Int32] = [:]
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    mutating func find(client: UInt32, server: UInt32, _ connection: Connection, now: Int64) -> Int {
        let key = UInt64(client) << 34 ^ UInt64(server) << 2 ^ UInt64(connection.rawValue)
        if let known = numbers[key] { return Int(known) }
        if edges.count >= limit, client != NameTable.overflow || server != NameTable.overflow {
            return find(client: NameTable.overflow, server: NameTable.overflow, connection, now: now)
        }
        let number = edges.count
        edges.append(Edge(client: client, server: server, connection: connection, since: now, lastSeen: now))
        clientLatency.addSeries()
        serverLatency.addSeries()
        numbers[key] = Int32(number)
        return number
    }

    /// A request over the edge; a side that nobody measured is nil.
    mutating func record(
        _ number: Int, failed: Bool, client: LatencyTable.Exemplar?, server: LatencyTable.Exemplar?, now: Int64
    ) {
        if edges[number].isSilent {
            edges[number].isSilent = false
            edges[number].since = now
        }
        edges[number].total &+= 1
        if failed { edges[number].failed &+= 1 }
        edges[number].lastSeen = now
        if let client { clientLatency.record(number, client.duration, client) }
        if let server { serverLatency.record(number, server.duration, server) }
    }

    /// Counters that did not move since a time (unix milliseconds) go back to 0, so that a series that comes back later
    /// begins with a zero as every other does.
    mutating func markCollected(silentSince time: Int64) {
        for i in edges.indices {
            edges[i].isNew = false
            clientLatency.forgetExemplar(i)
            serverLatency.forgetExemplar(i)
            guard edges[i].lastSeen < time, !edges[i].isSilent else { continue }
            edges[i].isSilent = true
            edges[i].isNew = true
            edges[i].total = 0
            edges[i].failed = 0
            clientLatency.clear(i)
            serverLatency.clear(i)
        }
    }
}
