internal import Synchronization
import TeleModel

/// Sums up delta points to cumulative ones, a total a series. Totals live in memory: after a restart of the server
/// they begin anew, which every rate function sees as the counter reset that it is.
///
/// Points have to come in order of time; a point at or before the last one (a request that was sent twice) is refused.
/// At most ``Limits/deltaSeries`` totals: then those that were idle for an hour make room.
package final class DeltaAccumulator: Sendable {
    /// A number's or a classic histogram's total: values side by side (a number; or the buckets, the sum, the count).
    struct Total: Sendable {
        var last: UInt64
        var started: UInt64
        var values: [Double]
        /// The histogram's bounds: other bounds are another counter.
        var bounds: [Double]
        /// An exponential histogram's total, in place of values.
        var exponential: ExponentialPoint?
    }

    private struct State {
        var totals: [LabelSet: Total] = [:]
        /// What all totals take, in ``cost(of:_:)``'s units.
        var used = 0
    }

    private let state = Mutex(State())
    private static let idleTime: UInt64 = 3_600_000_000_000

    private let limit: Int

    /// `limit`: of what all totals take, in numbers of 8 bytes.
    init(limit: Int = Limits.deltaNumbers) { self.limit = limit }

    var count: Int { state.withLock { $0.totals.count } }

    enum Refusal: Error {
        /// Too many series at once, or too many buckets in them.
        case full
        /// Not after the series' last point.
        case order
    }

    /// Adds a point to its series' total and gives the total, or says why not. Times are unix nanoseconds.
    func add(
        _ series: LabelSet, start: UInt64, time: UInt64, values: [Double], bounds: [Double] = [],
        exponential: ExponentialPoint? = nil
    ) -> Result<Total, Refusal> {
        let begun = Total(
            last: time, started: start == 0 ? time : start, values: values, bounds: bounds, exponential: exponential)
        return state.withLock { state in
            let known = state.totals[series]
            if let known, time <= known.last { return .failure(.order) }
            var total = begun
            if let known, known.bounds == bounds, known.values.count == values.count {
                total.started = known.started
                for i in values.indices { total.values[i] += known.values[i] }
                if let exponential {
                    total.exponential = known.exponential ?? exponential
                    if known.exponential != nil, total.exponential?.add(exponential) != true { total = begun }
                }
            }
            let before = known.map { DeltaAccumulator.cost(of: series, $0) } ?? 0
            let after = DeltaAccumulator.cost(of: series, total)
            if known == nil, isFull(state, after) {
                DeltaAccumulator.evict(&state, now: time)
                if isFull(state, after) { return .failure(.full) }
            }
            if after > before, state.used + after - before > limit { return .failure(.full) }
            state.used += after - before
            state.totals[series] = total
            return .success(total)
        }
    }

    /// Numbers of 8 bytes, about.
    private static func cost(of series: LabelSet, _ total: Total) -> Int {
        let buckets =
            (total.exponential?.positive.indexes.count ?? 0) + (total.exponential?.negative.indexes.count ?? 0)
        return 32 + series.bytes.count / 8 + total.values.count + total.bounds.count + buckets * 2
    }

    private func isFull(_ state: borrowing State, _ more: Int) -> Bool {
        state.totals.count >= Limits.deltaSeries || state.used + more > limit
    }

    private static func evict(_ state: inout State, now: UInt64) {
        state.totals = state.totals.filter { now < $0.value.last || now - $0.value.last < idleTime }
        state.used = state.totals.reduce(0) { $0 + cost(of: $1.key, $1.value) }
    }
}
