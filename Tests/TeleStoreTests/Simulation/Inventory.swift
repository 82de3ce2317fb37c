import TeleEngine
import TeleModel
import TeleTestKit

@testable import TeleStore

/// All that a snapshot gives, held against a ledger.
struct Inventory {
    private(set) var found: [Signal: Set<Int>] = [.logs: [], .spans: [], .samples: []]
    private(set) var problems: [String] = []
    private var foundExemplars: Set<UInt64> = []
    private let ledger: Ledger
    private let snapshot: any EngineSnapshot

    init(_ snapshot: any EngineSnapshot, _ ledger: Ledger) {
        self.ledger = ledger
        self.snapshot = snapshot
        do throws(EngineError) {
            try readLogs()
            try readSpans()
            try readSamples()
        } catch {
            problems.append("a query failed: \(error)")
        }
    }

    /// What is kept and not there.
    func missing(_ signal: Signal) -> Set<Int> { ledger.kept(signal).subtracting(found[signal] ?? []) }

    /// Numbers of samples whose exemplars are kept and not there.
    func missingExemplars() -> Set<Int> {
        Set(
            ledger.exemplars.lazy.filter {
                !ledger.lostExemplars.contains($0.key)
                    && ledger.fate(.samples, $0.key) == .kept && !foundExemplars.contains($0.value)
            }
            .map(\.key))
    }

    private mutating func note(_ signal: Signal, _ number: Int, _ print: UInt64) {
        guard let record = ledger.sent[signal]?[number] else {
            problems.append("\(signal) has \(number), which nobody sent")
            return
        }
        if ledger.fate(signal, number) == .deleted { problems.append("\(signal) \(number) was deleted") }
        if record.print != print { problems.append("\(signal) \(number) is not as it was sent") }
        if found[signal, default: []].insert(number).inserted == false {
            problems.append("\(signal) has \(number) twice")
        }
    }

    private mutating func readLogs() throws(EngineError) {
        var rows: [(Int, UInt64)] = []
        try snapshot.scanLogs(LogScan(time: 0..<UInt64.max), budget: QueryBudget()) { batch throws(EngineError) in
            for row in 0..<batch.count { rows.append((StoreBatches.number(batch, row), RecordPrint.of(batch, row))) }
            return true
        }
        for row in rows { note(.logs, row.0, row.1) }
    }

    private mutating func readSpans() throws(EngineError) {
        var rows: [(Int, UInt64)] = []
        try snapshot.scanSpans(SpanScan(time: 0..<UInt64.max), budget: QueryBudget()) { batch throws(EngineError) in
            for row in 0..<batch.count {
                rows.append((Int(truncatingIfNeeded: batch.span[row] &- 1), RecordPrint.of(batch, row)))
            }
            return true
        }
        for row in rows { note(.spans, row.0, row.1) }
    }

    private mutating func readSamples() throws(EngineError) {
        let data = try snapshot.select(SimRecords.everySample, budget: QueryBudget())
        for series in 0..<data.count {
            let labels = data.labels[series]
            for i in data.offsets[series]..<data.offsets[series + 1] {
                let number = Int(exactly: data.values[i]) ?? -1
                note(.samples, number, RecordPrint.of(labels, time: data.times[i], value: data.values[i]))
            }
            for i in data.histogramOffsets[series]..<data.histogramOffsets[series + 1] {
                let histogram = data.histograms[i]
                let number = Int(exactly: histogram.sum) ?? -1
                note(.samples, number, RecordPrint.of(histogram, labels, time: data.histogramTimes[i]))
            }
        }
        var seen: Set<UInt64> = []
        let exemplars = try snapshot.exemplars(SimRecords.everySample, budget: QueryBudget())
        for data in exemplars {
            for exemplar in data.exemplars {
                let print = RecordPrint.of(data.labels, exemplar)
                if Int(exactly: exemplar.value).flatMap({ ledger.exemplars[$0] }) != print {
                    problems.append("an exemplar that nobody sent")
                }
                if !seen.insert(print).inserted { problems.append("an exemplar is there twice") }
                if ledger.fate(.samples, Int(exactly: exemplar.value) ?? -1) == .deleted {
                    problems.append("an exemplar that was deleted")
                }
            }
        }
        foundExemplars = seen
        for row in snapshot.metadata() where row != SimRecords.metadata { problems.append("metadata that nobody sent") }
    }

    // MARK: Pruned reads

    /// Narrow queries have to give what the wide one gave of it. `isExact`: nothing is damaged; where something is, a
    /// narrow query may give more of it, since it reads fewer pages.
    mutating func probe(_ random: inout SeededGenerator, isExact: Bool) {
        do throws(EngineError) {
            for _ in 0..<2 {
                try probeLogs(&random, isExact)
                for _ in 0..<4 { try probeSpans(&random, isExact) }
                try probeSamples(&random, isExact)
            }
            try probeColumns((found[.spans]?.count ?? 0) % RecordPrint.spanColumns.count)
        } catch {
            problems.append("a query failed: \(error)")
        }
    }

    private func pick(_ signal: Signal, _ random: inout SeededGenerator) -> (Int, Ledger.Record)? {
        guard let numbers = found[signal]?.sorted(), !numbers.isEmpty else { return nil }
        let number = numbers[random.below(numbers.count)]
        return ledger.sent[signal]?[number].map { (number, $0) }
    }

    private mutating func compare(
        _ signal: Signal, _ got: [Int], _ isExact: Bool, _ what: String, where holds: (Ledger.Record) -> Bool
    ) {
        let all = ledger.sent[signal] ?? [:]
        let wanted = (found[signal] ?? []).filter { all[$0].map(holds) ?? false }
        let set = Set(got)
        if set.count != got.count { problems.append("\(signal) by \(what): something twice") }
        let isRight =
            isExact ? set == wanted : set.isSuperset(of: wanted) && set.allSatisfy { all[$0].map(holds) == true }
        if !isRight {
            problems.append("\(signal) by \(what): \(set.symmetricDifference(wanted).sorted().prefix(5)) are off")
        }
    }

    private mutating func probeLogs(_ random: inout SeededGenerator, _ isExact: Bool) throws(EngineError) {
        guard let (_, record) = pick(.logs, &random) else { return }
        var scan = LogScan(time: record.time..<record.time + 1_000_000_000)
        scan.columns = .body
        scan.resources = [record.resource]
        let isTraced = !record.trace.isNone && random.chance(0.6)
        if isTraced {
            scan.time = 0..<UInt64.max
            scan.conditions = [.traceID(record.trace)]
        }
        scan.order = random.chance(0.5) ? .newestFirst : .oldestFirst
        var got: [Int] = []
        try snapshot.scanLogs(scan, budget: QueryBudget()) { batch throws(EngineError) in
            for row in 0..<batch.count { got.append(StoreBatches.number(batch, row)) }
            return true
        }
        let time = scan.time
        compare(.logs, got, isExact, isTraced ? "trace" : "time") {
            $0.resource == record.resource && (isTraced ? $0.trace == record.trace : time.contains($0.time))
        }
    }

    private mutating func probeSpans(_ random: inout SeededGenerator, _ isExact: Bool) throws(EngineError) {
        guard let (_, record) = pick(.spans, &random) else { return }
        let trace = try snapshot.trace(record.trace, budget: QueryBudget())
        compare(.spans, trace.span.map { Int($0) - 1 }, isExact, "trace") { $0.trace == record.trace }
        var scan = SpanScan(time: record.time..<record.time + 1_000_000_000)
        scan.columns = []
        var got: [Int] = []
        try snapshot.scanSpans(scan, budget: QueryBudget()) { batch throws(EngineError) in
            got += batch.span.map { Int($0) - 1 }
            return true
        }
        compare(.spans, got, isExact, "time") { scan.time.contains($0.time) }
    }

    /// Each column has to be right without the others.
    private mutating func probeColumns(_ choice: Int) throws(EngineError) {
        var scan = SpanScan(time: 0..<UInt64.max)
        scan.columns = RecordPrint.spanColumns[choice]
        var wrong: [Int] = []
        try snapshot.scanSpans(scan, budget: QueryBudget()) { batch throws(EngineError) in
            for row in 0..<batch.count {
                let number = Int(truncatingIfNeeded: batch.span[row] &- 1)
                let part = RecordPrint.part(batch, row, scan.columns)
                if ledger.sent[.spans]?[number]?.parts[choice] != part { wrong.append(number) }
            }
            return true
        }
        if !wrong.isEmpty { problems.append("spans by column \(choice): \(wrong.prefix(5)) are not as they were sent") }
    }

    private mutating func probeSamples(_ random: inout SeededGenerator, _ isExact: Bool) throws(EngineError) {
        guard let (_, record) = pick(.samples, &random) else { return }
        var selection = SimRecords.everySample
        let time = Int64(record.time / 1_000_000)
        selection.time = time...time + 5_000
        let data = try snapshot.select(selection, budget: QueryBudget())
        let got = data.values.map { Int($0) } + data.histograms.map { Int($0.sum) }
        compare(.samples, got, isExact, "time") { selection.time.contains(Int64($0.time / 1_000_000)) }
    }
}
