package import TeleModel

/// Turns spans into counters: what each operation did, and who called whom. A plain state machine: batches and times
/// in, samples out; ``SpanMetrics`` has the lock and the clock.
///
/// Names and labels are those of Tempo's metrics generator, which Grafana's service graph and Traces Drilldown read.
package struct SpanMetricsState: Sendable {
    package struct Limits: Sendable {
        /// Combinations of service, span name, kind and status; 17 series each.
        package var operations = 4_096
        /// Pairs of services; up to 36 series each.
        package var edges = 1_024
        /// Distinct names.
        package var names = 16_384
        /// Halves that wait for their other half; about 150 bytes each.
        package var pending = 65_536
        /// Milliseconds that a half waits: services export every few seconds, not together.
        package var wait: Int64 = 20_000
        /// Spans that ended longer ago than this (milliseconds) are history, not what the services do now.
        package var slack: Int64 = 300_000
        /// Milliseconds after which a series that does not change is no longer written.
        package var idle: Int64 = 3_600_000

        package init() {}
    }

    let limits: Limits
    private(set) var names: NameTable
    private(set) var operations: OperationTable
    private(set) var edges: EdgeTable
    private(set) var pending: PairBuffer
    private(set) var unpairedClients: UInt64 = 0
    private(set) var unpairedServers: UInt64 = 0
    private(set) var dropped: UInt64 = 0
    /// When the first span was counted, unix milliseconds.
    private(set) var since: Int64?
    private var isWritten = false
    private let user: UInt32

    package init(_ limits: Limits = Limits()) {
        self.limits = limits
        names = NameTable(limit: limits.names)
        operations = OperationTable(limit: limits.operations)
        edges = EdgeTable(limit: limits.edges)
        pending = PairBuffer(limit: limits.pending)
        user = names.number("user")
    }

    /// `now`: unix milliseconds.
    package mutating func observe(_ batch: SpanBatch, now: Int64) {
        let core = batch.core
        let roles = SpanRoles(core)
        var services: [UInt32] = []
        services.reserveCapacity(core.resources.count)
        for resource in 0..<core.resources.count {
            let name = core.serviceName(resource: resource)
            services.append(names.number(name.isEmpty ? "unknown_service" : name))
        }
        let heap = core.heap.bytes.span
        // Names repeat from row to row more often than not.
        let oldest = UInt64(clamping: now - limits.slack).multipliedReportingOverflow(by: 1_000_000)
        let horizon = oldest.overflow ? UInt64.max : oldest.partialValue
        var lastName = ByteRange.empty
        var lastNumber = names.number("")
        if since == nil, batch.end.contains(where: { $0 >= horizon }) { since = now }
        for row in 0..<batch.count where batch.end[row] >= horizon {
            let service = services[Int(batch.resource[row])]
            if batch.name[row] != lastName {
                lastName = batch.name[row]
                lastNumber = names.number(heap.extracting(lastName.range))
            }
            let kind = UInt8(truncatingIfNeeded: max(0, min(batch.kind[row], 6)))
            let status = UInt8(truncatingIfNeeded: max(0, min(batch.statusCode[row], 3)))
            let duration = batch.duration(row)
            let operation = operations.find(
                service: service, name: lastNumber, kind: kind, status: status, now: now)
            let exemplar = LatencyTable.Exemplar(
                traceHigh: batch.traceHigh[row], traceLow: batch.traceLow[row], span: batch.span[row],
                duration: duration, time: batch.end[row])
            operations.record(operation, duration, now: now, exemplar)
            if kind >= 2 && kind <= 5 { pair(batch, row, kind, service, exemplar, roles, now) }
        }
    }

    /// Kinds: 2 server, 3 client, 4 producer, 5 consumer.
    private mutating func pair(
        _ batch: SpanBatch, _ row: Int, _ kind: UInt8, _ service: UInt32, _ latency: LatencyTable.Exemplar,
        _ roles: SpanRoles, _ now: Int64
    ) {
        let isClient = kind == 3 || kind == 4
        let isFailed = batch.statusCode[row] == 2
        let hasClientID = isClient || roles.isShared(row, in: batch)
        var half = PairBuffer.Half(
            isClient: isClient, isMessaging: kind >= 4, isFailed: isFailed, service: service, peer: nil,
            latency: latency)
        if isClient {
            if let peer = roles.peer(of: row, in: batch) {
                let name = names.number(batch.core.heap.bytes.span.extracting(peer.name.range))
                if peer.isDatabase, kind == 3 {
                    // No span comes from a database.
                    let edge = edges.find(client: service, server: name, .database, now: now)
                    edges.record(edge, failed: isFailed, client: latency, server: latency, now: now)
                    return
                }
                half.peer = name
            }
        } else if batch.parent[row] == 0, !hasClientID {
            let edge = edges.find(client: user, server: service, .virtual, now: now)
            edges.record(edge, failed: isFailed, client: nil, server: latency, now: now)
            return
        }
        let span = hasClientID ? batch.span[row] : batch.parent[row]
        let key = PairBuffer.key(batch.traceHigh[row], batch.traceLow[row], span)
        switch pending.offer(half, key: key, now: now) {
        case .waits: break
        case .dropped: dropped &+= 1
        case .paired(let other):
            let (client, server) = isClient ? (half, other) : (other, half)
            let kind: EdgeTable.Connection = client.isMessaging || server.isMessaging ? .messaging : .request
            let edge = edges.find(client: client.service, server: server.service, kind, now: now)
            edges.record(
                edge, failed: client.isFailed || server.isFailed, client: client.latency, server: server.latency,
                now: now)
        }
    }

    /// Gives up on halves that waited long enough: a client whose attributes name its peer talks to something that
    /// sends no spans.
    private mutating func expire(_ now: Int64) {
        for half in pending.expire(before: now - limits.wait) {
            if half.isClient, let peer = half.peer {
                let edge = edges.find(client: half.service, server: peer, .virtual, now: now)
                edges.record(edge, failed: half.isFailed, client: half.latency, server: half.latency, now: now)
            } else if half.isClient {
                unpairedClients &+= 1
            } else {
                unpairedServers &+= 1
            }
        }
    }

    /// What there is to store now; nil where nothing was ever seen.
    package mutating func collect(now: Int64) -> SampleBatch? {
        expire(now)
        guard !operations.series.isEmpty else { return nil }
        var writer = SpanMetricsWriter(names: names.texts, now: now, idle: limits.idle)
        writer.write(operations)
        writer.write(edges)
        writer.write(
            unpairedClients: unpairedClients, unpairedServers: unpairedServers, dropped: dropped, since: since ?? now,
            isNew: !isWritten)
        isWritten = true
        operations.markCollected(silentSince: now - limits.idle)
        edges.markCollected(silentSince: now - limits.idle)
        return writer.batch
    }

    /// The counters of requests as they stand now.
    package mutating func graph(now: Int64) -> ServiceGraph.Live {
        expire(now)
        var live = ServiceGraph.Live()
        live.since = since
        live.rows = edges.edges.filter { !$0.isSilent }.map { edge in
            ServiceGraph.Live.Row(
                edge: ServiceGraph.Edge(
                    client: String(decoding: names.texts[Int(edge.client)], as: UTF8.self),
                    server: String(decoding: names.texts[Int(edge.server)], as: UTF8.self),
                    connection: edge.connection.label),
                total: edge.total, failed: edge.failed, since: edge.since)
        }
        return live
    }
}
