import TeleEngine
import TeleModel
import TeleTestKit

@testable import TeleStore

/// What was sent, by signal and number, and what became of it.
struct Ledger {
    struct Record {
        var print: UInt64
        /// Unix nanoseconds.
        var time: UInt64
        var resource: UInt64 = 0
        var trace = TraceID.none
        /// Of a span, by ``RecordPrint/spanColumns``.
        var parts: [UInt64] = []
    }

    enum Fate {
        /// Sent; whether it is there is open.
        case open
        /// Acknowledged, or seen by a reader after a restart: has to be there.
        case kept
        /// Removed by retention, or lost to damage that was reported: may be there or not.
        case excused
        /// Deleted, and the deletion acknowledged: must not be there.
        case deleted
    }

    private(set) var sent: [Signal: [Int: Record]] = [:]
    private var fates: [Signal: [Int: Fate]] = [:]
    /// Exemplars by the number of their sample.
    private(set) var exemplars: [Int: UInt64] = [:]
    private(set) var lostExemplars: Set<Int> = []
    var next = 0

    mutating func send(_ signal: Signal, _ number: Int, _ record: Record) {
        sent[signal, default: [:]][number] = record
    }
    mutating func sendExemplar(_ number: Int, _ print: UInt64) { exemplars[number] = print }

    mutating func settle(_ signal: Signal, _ numbers: some Sequence<Int>, _ fate: Fate) {
        for number in numbers { fates[signal, default: [:]][number] = fate }
    }

    /// Lost to damage that was reported.
    mutating func forgetExemplars(_ numbers: Set<Int>) { lostExemplars.formUnion(numbers) }

    func fate(_ signal: Signal, _ number: Int) -> Fate { fates[signal]?[number] ?? .open }

    func kept(_ signal: Signal) -> Set<Int> {
        Set((fates[signal] ?? [:]).lazy.filter { $0.value == .kept }.map(\.key))
    }

    /// What was seen once has to stay.
    mutating func promote(_ found: [Signal: Set<Int>]) {
        for (signal, numbers) in found {
            for number in numbers where fate(signal, number) == .open { fates[signal, default: [:]][number] = .kept }
        }
    }

    /// Retention may take records that are older.
    mutating func expire(_ signal: Signal, before limit: UInt64) {
        for (number, record) in sent[signal] ?? [:] where record.time < limit && fate(signal, number) != .deleted {
            fates[signal, default: [:]][number] = .excused
        }
    }

    /// Numbers of records that hold, sent so far.
    func numbers(_ signal: Signal, where holds: (Record) -> Bool) -> Set<Int> {
        Set((sent[signal] ?? [:]).filter { holds($0.value) }.keys)
    }

    /// Everything that was acknowledged since may go with the power (durability `interval`).
    mutating func demote(_ signal: Signal, from number: Int) {
        for other in kept(signal) where other >= number { fates[signal, default: [:]][other] = .open }
    }
}
