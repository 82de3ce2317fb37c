internal import Synchronization
internal import TeleDisk
package import TeleModel
internal import TeleWire

/// When each service was last heard of, and how far off its clock seems to be: what the built-in rules on silent
/// services and skewed clocks look at.
///
/// A service is what OTLP, Zipkin or a Loki push calls so. Samples of remote write name none: they come from relays.
package final class ServiceWatch: Sendable {
    package struct Service: Sendable, Equatable {
        /// Unix milliseconds.
        package var seen: Int64
        /// How far the newest record of the last batch lay ahead of its arrival (behind: negative), milliseconds; 0
        /// within the tolerance.
        package var skew: Int64 = 0
        /// Since when it has had one.
        package var skewedSince: Int64 = 0
    }

    /// Services that are remembered; more are not watched.
    private static let most = 10_000
    /// What comes later than this is an import, whatever the sender's clock.
    private static let longestDelay: Int64 = 3_600_000
    private let services = Guarded([String: Service]())
    private let toleranceBox = Atomic<Int64>(60_000)

    package init() {}

    /// By how much a clock may be off, milliseconds; 0: by anything.
    package var tolerance: Int64 {
        get { toleranceBox.load(ordering: .relaxed) }
        set { toleranceBox.store(newValue, ordering: .relaxed) }
    }

    func observe(_ decoded: DecodedRequest, now: Int64) {
        switch decoded {
        case .logs(let logs): observe(logs.batch.core, logs.batch.resource, logs.batch.time, isLog: true, now: now)
        // When it ended: the newest thing that the sender's clock said.
        case .traces(let spans):
            observe(spans.batch.core, spans.batch.resource, spans.batch.end, isLog: false, now: now)
        case .metrics(let metrics): heard(of: metrics.services, now: now)
        }
    }

    /// Once a batch and resource; of the rows only their times.
    package func observe(_ core: BatchCore, _ resource: [UInt32], _ times: [UInt64], isLog: Bool, now: Int64) {
        if times.isEmpty { return }
        var newest = [UInt64](repeating: 0, count: core.resources.count)
        for (owner, time) in zip(resource, times) where time > newest[Int(owner)] { newest[Int(owner)] = time }
        let tolerance = tolerance
        let keys = ServiceWatch.Keys(core)
        services.withLock { services in
            for owner in newest.indices where newest[owner] > 0 {
                guard let name = keys.name(of: owner, core) else { continue }
                guard var service = services[name] ?? ServiceWatch.new(services.count) else { continue }
                service.seen = now
                let off = Int64(clamping: newest[owner] / 1_000_000).subtractingSaturated(now)
                let isAhead = tolerance > 0 && off > tolerance
                // Log lines are often sent late; spans are not.
                let isBehind = tolerance > 0 && !isLog && off < -tolerance && off > -ServiceWatch.longestDelay
                if isAhead || isBehind {
                    if service.skew == 0 || (service.skew > 0) != isAhead { service.skewedSince = now }
                    service.skew = off
                } else if !isLog || service.skew > 0 {
                    service.skew = 0
                }
                services[name] = service
            }
        }
    }

    private static func new(_ count: Int) -> Service? { count < most ? Service(seen: 0) : nil }

    /// Who is heard of without a time of its own.
    package func heard(of names: some Sequence<String>, now: Int64) {
        services.withLock { services in
            for name in names {
                guard var service = services[name] ?? ServiceWatch.new(services.count) else { continue }
                service.seen = max(service.seen, now)
                services[name] = service
            }
        }
    }

    package var known: [String: Service] { services.value }

    /// Forgets who has been silent for so long; milliseconds.
    func forget(olderThan age: Int64, now: Int64) {
        services.withLock { services in services = services.filter { now - $0.value.seen <= age } }
    }
}

extension ServiceWatch {
    /// Where the resources of a batch name their service.
    struct Keys {
        private let service: UInt32?
        /// A Loki push has labels for attributes.
        private let label: UInt32?

        init(_ core: BatchCore) {
            service = core.keyIndex("service.name")
            label = core.keyIndex("service_name")
        }

        func name(of resource: Int, _ core: BatchCore) -> String? {
            let isStream = core.resources.origins[resource] == ResourceOrigin.lokiStream.rawValue
            guard let key = isStream ? label : service,
                let value = core.resources.attributes.value(of: key, owner: resource), value.kind == .string
            else { return nil }
            let name = core.heap.string(value.range)
            return name.isEmpty ? nil : name
        }
    }
}
