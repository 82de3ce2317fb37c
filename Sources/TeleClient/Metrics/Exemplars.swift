import TeleModel
import Tracing

/// One measurement with the span that it was made in.
struct Exemplar: Sendable {
    var value: Double
    var time: UInt64
    var traceID: TraceID
    var spanID: SpanID
}

/// The exemplars of one series since its last collection: the first of each slot, a slot being a bucket. Looking for the
/// current span costs more than a counter does, so that it is done only while a slot is free, and seldom where
/// measurements are made outside of spans.
struct ExemplarReservoir: Sendable {
    private(set) var taken: [(slot: Int, exemplar: Exemplar)] = []
    private var misses: UInt32 = 0

    static let most = 16

    mutating func offer(_ value: Double, slot: Int) {
        guard taken.count < Self.most, misses < 16 || misses & 63 == 0 else {
            misses &+= 1
            return
        }
        for one in taken where one.slot == slot { return }
        guard let span = ServiceContext.current?.teleSpan, span.isSampled, span.record != nil else {
            misses &+= 1
            return
        }
        misses = 0
        taken.append((slot, Exemplar(value: value, time: UnixTime.now(), traceID: span.traceID, spanID: span.spanID)))
    }
}
