import TeleModel

/// Requests, errors and durations by service, span name, kind and status: `traces_spanmetrics_*`.
struct OperationTable: Sendable {
    struct Series: Sendable {
        var service: UInt32
        var name: UInt32
        var kind: UInt8
        var status: UInt8
        /// Unix milliseconds.
        var since: Int64
        var lastSeen: Int64
        var isNew = true
        /// As ``EdgeTable/Edge/isSilent``.
        var isSilent = false
    }

    private(set) var series: [Series] = []
    private(set) var latency = LatencyTable()
    private var numbers: [UInt64: Int32] = [:]
    private let limit: Int

    init(limit: Int) { self.limit = limit }

    /// The number of the series; past the limit that of the overflow series.
    @inline(__always)
    mutating func find(service: UInt32, name: UInt32, kind: UInt8, status: UInt8, now: Int64) -> Int {
        let key = UInt64(service) << 40 ^ UInt64(name) << 8 ^ UInt64(kind) << 4 ^ UInt64(status)
        if let known = numbers[key] { return Int(known) }
        return add(service, name, kind, status, key, now)
    }

    private mutating func add(
        _ service: UInt32, _ name: UInt32, _ kind: UInt8, _ status: UInt8, _ key: UInt64, _ now: Int64
    ) -> Int {
        // Six kinds and three states of the overflow series itself always have room.
        if series.count >= limit, service != NameTable.overflow || name != NameTable.overflow {
            return find(service: NameTable.overflow, name: NameTable.overflow, kind: kind, status: status, now: now)
        }
        let number = series.count
        series.append(Series(service: service, name: name, kind: kind, status: status, since: now, lastSeen: now))
        latency.addSeries()
        numbers[key] = Int32(number)
        return number
    }

    @inline(__always)
    mutating func record(
        _ number: Int, _ duration: UInt64, now: Int64, _ exemplar: @autoclosure () -> LatencyTable.Exemplar
    ) {
        if series[number].isSilent {
            series[number].isSilent = false
            series[number].since = now
        }
        series[number].lastSeen = now
        latency.record(number, duration, exemplar())
    }

    /// See ``EdgeTable/markCollected(silentSince:)``.
    mutating func markCollected(silentSince time: Int64) {
        for i in series.indices {
            series[i].isNew = false
            latency.forgetExemplar(i)
            guard series[i].lastSeen < time, !series[i].isSilent else { continue }
            series[i].isSilent = true
            series[i].isNew = true
            latency.clear(i)
        }
    }
}
