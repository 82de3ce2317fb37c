import TeleModel
import TeleTestKit

/// Batches with everything that a batch can have, and rows as plain text to compare by.
struct RandomBatches {
    var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func text(_ heap: inout ByteHeap) -> ByteRange {
        switch random.below(6) {
        case 0: return .empty
        case 1:
            return heap.append(
                "GET /api/orders/\(random.below(100_000)) -> 200 in \(random.below(90)).\(random.below(999))ms")
        case 2: return heap.append(random.bytes(random.below(20)).span)
        case 3: return heap.append("user 00\(random.below(50)) \u{11}\u{12} id=\(Hex.string(random.next())) x")
        case 4: return heap.append("0" + String(random.next()) + String(random.next()))
        default: return heap.append(random.word(random.below(12)))
        }
    }

    mutating func value(_ heap: inout ByteHeap) -> RawValue {
        switch random.below(9) {
        case 0: .empty
        case 1: .bool(random.chance(0.5))
        case 2: .int(Int64(random.below(600)))
        case 3: .int(Int64(bitPattern: random.next()))
        case 4: .double(Double(random.below(100_000)) / 1000)
        case 5: .double(Double(bitPattern: random.next()))
        case 6: .range([.array, .map, .bytes][random.below(3)], heap.append(random.bytes(random.below(9)).span))
        default: .range(.string, text(&heap))
        }
    }

    mutating func attributes(_ core: inout BatchCore, owners: Int) -> AttributeTable {
        var table = AttributeTable()
        for _ in 0..<owners {
            let wild = random.chance(0.2)
            for key in 0..<random.below(5) {
                let index = wild ? random.below(core.keys.count) : key % core.keys.count
                table.append(key: UInt32(index), wild ? value(&core.heap) : tame(key, &core.heap))
            }
            table.closeOwner()
        }
        return table
    }

    /// Values that are alike within a key, as they mostly are.
    private mutating func tame(_ key: Int, _ heap: inout ByteHeap) -> RawValue {
        switch key {
        case 0: .int([200, 200, 200, 404, 500][random.below(5)])
        case 1: .double(Double(random.below(100_000)) / 1000)
        case 2: .range(.string, heap.append("10.\(random.below(256)).0.\(random.below(256))"))
        default: .range(.string, heap.append(["GET", "PUT"][random.below(2)]))
        }
    }

    mutating func core() -> BatchCore {
        var core = BatchCore()
        for key in 0..<1 + random.below(8) { core.keys.append(core.heap.append("key.\(key)")) }
        let resources = 1 + random.below(4)
        for i in 0..<resources {
            core.resources.origins.append(UInt8(random.below(3)))
            core.resources.schemaURLs.append(random.chance(0.5) ? .empty : core.heap.append("https://schema/\(i)"))
            core.resources.droppedAttributes.append(UInt32(random.below(3)))
            core.resources.entityRefs.append(.empty)
        }
        core.resources.attributes = attributes(&core, owners: resources)
        core.resources.fingerprints = [UInt64](repeating: 0, count: resources)
        for i in 0..<resources { core.resources.fingerprints[i] = core.resourceFingerprint(i) }
        let scopes = 1 + random.below(3)
        for i in 0..<scopes {
            core.scopes.names.append(core.heap.append("scope.\(i)"))
            core.scopes.versions.append(.empty)
            core.scopes.schemaURLs.append(.empty)
            core.scopes.droppedAttributes.append(0)
        }
        core.scopes.attributes = attributes(&core, owners: scopes)
        return core
    }

    mutating func logs(rows: Int) -> LogBatch {
        var batch = LogBatch()
        batch.core = core()
        let isOdd = random.chance(0.3)
        var time: UInt64 = 1_700_000_000_000_000_000
        for _ in 0..<rows {
            time &+= isOdd ? random.next() : UInt64(random.below(2_000_000))
            batch.resource.append(UInt32(random.below(batch.core.resources.count)))
            batch.scope.append(UInt32(random.below(batch.core.scopes.count)))
            batch.time.append(random.chance(0.05) ? 0 : time)
            batch.observed.append(isOdd ? random.next() : time)
            let severity = random.below(4)
            batch.severity.append(isOdd ? Int32(truncatingIfNeeded: random.next()) : Int32(severity * 4 + 1))
            batch.severityText.append(batch.core.heap.append(["DEBUG", "INFO", "WARN", ""][severity]))
            let body = random.chance(0.1) ? value(&batch.core.heap) : .range(.string, text(&batch.core.heap))
            batch.bodyKind.append(body.kind.rawValue)
            batch.body.append(body.bits)
            let hasTrace = random.chance(0.5)
            batch.traceHigh.append(hasTrace ? random.next() : 0)
            batch.traceLow.append(hasTrace ? UInt64(random.below(1 << 20)) : 0)
            batch.span.append(hasTrace ? random.next() : 0)
            batch.flags.append(hasTrace ? 1 : 0)
            batch.droppedAttributes.append(random.chance(0.01) ? UInt32(random.below(9)) : 0)
            batch.eventName.append(random.chance(0.1) ? batch.core.heap.append("event") : .empty)
        }
        batch.attributes = attributes(&batch.core, owners: rows)
        return batch
    }

    mutating func spans(rows: Int) -> SpanBatch {
        var batch = SpanBatch()
        batch.core = core()
        var trace: (UInt64, UInt64) = (1, 2)
        var start: UInt64 = 1_700_000_000_000_000_000
        for row in 0..<rows {
            let isNew = row == 0 || random.chance(0.2)
            if isNew { trace = (random.next(), random.next()) }
            start &+= UInt64(random.below(1_000_000))
            batch.resource.append(UInt32(random.below(batch.core.resources.count)))
            batch.scope.append(UInt32(random.below(batch.core.scopes.count)))
            batch.traceHigh.append(trace.0)
            batch.traceLow.append(trace.1)
            batch.span.append(random.chance(0.02) ? 0 : random.next())
            batch.parent.append(isNew ? 0 : random.chance(0.1) ? random.next() : batch.span[row - 1])
            batch.start.append(start)
            batch.end.append(random.chance(0.05) ? 0 : start &+ UInt64(random.below(40_000_000)))
            batch.name.append(text(&batch.core.heap))
            batch.kind.append(Int32(random.below(6)))
            batch.statusCode.append(Int32(random.below(3)))
            batch.statusMessage.append(random.chance(0.1) ? text(&batch.core.heap) : .empty)
            batch.traceState.append(random.chance(0.1) ? text(&batch.core.heap) : .empty)
            batch.flags.append(UInt32(random.below(2)))
            batch.droppedAttributes.append(0)
            batch.droppedEvents.append(UInt32(random.below(2)))
            batch.droppedLinks.append(0)
            for _ in 0..<(random.chance(0.2) ? random.below(4) : 0) {
                batch.events.time.append(start &+ UInt64(random.below(1000)))
                batch.events.name.append(text(&batch.core.heap))
                batch.events.droppedAttributes.append(UInt32(random.below(2)))
            }
            batch.events.ends.append(UInt32(batch.events.count))
            for _ in 0..<(random.chance(0.1) ? random.below(3) : 0) {
                batch.links.traceHigh.append(random.next())
                batch.links.traceLow.append(random.next())
                batch.links.span.append(random.next())
                batch.links.traceState.append(text(&batch.core.heap))
                batch.links.flags.append(UInt32(random.below(2)))
                batch.links.droppedAttributes.append(0)
            }
            batch.links.ends.append(UInt32(batch.links.count))
        }
        batch.attributes = attributes(&batch.core, owners: rows)
        batch.events.attributes = attributes(&batch.core, owners: batch.events.count)
        batch.links.attributes = attributes(&batch.core, owners: batch.links.count)
        return batch
    }
}

/// Rows as plain text: equal when everything that a reader can see is equal.
struct Plain {
    var core: BatchCore

    func text(_ range: ByteRange) -> String {
        String(decoding: core.heap[range].flatMap { [$0 >> 4 &+ 65, $0 & 15 &+ 65] }, as: UTF8.self)
    }

    func value(_ value: RawValue) -> String {
        "\(value.kind):" + (value.kind.isRange ? text(value.range) : value.kind == .empty ? "" : String(value.bits))
    }

    func attributes(_ table: AttributeTable, _ owner: Int) -> String {
        table.entries(of: owner).map { text(core.keys[Int(table.keys[$0])]) + "=" + value(table.value(at: $0)) }
            .joined(separator: ",")
    }

    func resource(_ i: Int) -> String {
        let r = core.resources
        return "\(r.fingerprints[i]) \(r.origins[i]) \(text(r.schemaURLs[i])) \(r.droppedAttributes[i]) "
            + attributes(r.attributes, i)
    }

    func scope(_ i: Int) -> String { text(core.scopes.names[i]) + attributes(core.scopes.attributes, i) }

    static func rows(_ b: LogBatch) -> [String] {
        let plain = Plain(core: b.core)
        return (0..<b.count).map { i in
            var out = "\(b.time[i]) " + plain.resource(Int(b.resource[i]))
            if !b.observed.isEmpty { out += " \(b.observed[i])" }
            if !b.scope.isEmpty { out += " scope " + plain.scope(Int(b.scope[i])) }
            if !b.severity.isEmpty { out += " \(b.severity[i]) " + plain.text(b.severityText[i]) }
            if !b.body.isEmpty { out += " body " + plain.value(b.bodyValue(i)) }
            if !b.span.isEmpty { out += " ids \(b.traceHigh[i]) \(b.traceLow[i]) \(b.span[i])" }
            if !b.flags.isEmpty { out += " \(b.flags[i]) \(b.droppedAttributes[i]) " + plain.text(b.eventName[i]) }
            if b.attributes.ownerCount > 0 { out += " attributes " + plain.attributes(b.attributes, i) }
            return out
        }
    }

    static func rows(_ b: SpanBatch) -> [String] {
        let plain = Plain(core: b.core)
        return (0..<b.count).map { i in
            var out = "\(b.traceHigh[i]) \(b.traceLow[i]) \(b.span[i]) \(b.parent[i]) \(b.start[i]) \(b.end[i]) "
            out += plain.resource(Int(b.resource[i]))
            if !b.scope.isEmpty { out += " scope " + plain.scope(Int(b.scope[i])) }
            if !b.name.isEmpty {
                out += plain.text(b.name[i]) + " \(b.kind[i]) \(b.statusCode[i]) " + plain.text(b.statusMessage[i])
            }
            if !b.flags.isEmpty {
                out += " \(b.flags[i]) \(b.droppedAttributes[i]) \(b.droppedEvents[i]) \(b.droppedLinks[i]) "
                out += plain.text(b.traceState[i])
            }
            if b.attributes.ownerCount > 0 { out += " attributes " + plain.attributes(b.attributes, i) }
            if !b.events.ends.isEmpty {
                for e in b.events.rows(of: i) {
                    out += " event \(b.events.time[e]) " + plain.text(b.events.name[e])
                    out += "\(b.events.droppedAttributes[e])" + plain.attributes(b.events.attributes, e)
                }
            }
            if !b.links.ends.isEmpty {
                for l in b.links.rows(of: i) {
                    out += " link \(b.links.traceHigh[l]) \(b.links.traceLow[l]) \(b.links.span[l])"
                    out += plain.text(b.links.traceState[l]) + "\(b.links.flags[l]) \(b.links.droppedAttributes[l])"
                    out += plain.attributes(b.links.attributes, l)
                }
            }
            return out
        }
    }
}
