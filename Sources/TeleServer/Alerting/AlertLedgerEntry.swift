internal import TeleAlert
internal import TeleCodec
internal import TeleModel

/// One thing that a restart has to know; see ``AlertLedger``. Texts and label sets are a varint length and their bytes.
enum AlertLedgerEntry {
    case alert(HeldAlert)
    case alertGone(LabelSet)
    case record(NotificationKey, NotificationRecord)
    case recordGone(NotificationKey)
    case silence(Silence)
    case silenceGone(String)

    init(_ change: DispatcherChange) {
        switch change {
        case .alert(let alert): self = .alert(alert)
        case .alertGone(let labels): self = .alertGone(labels)
        case .record(let key, let record): self = .record(key, record)
        case .recordGone(let key): self = .recordGone(key)
        case .silenceGone(let id): self = .silenceGone(id)
        }
    }

    var bytes: [UInt8] {
        var out: [UInt8] = []
        switch self {
        case .alert(let held):
            out.append(1)
            let alert = held.alert
            AlertLedgerEntry.append(alert.labels.bytes, to: &out)
            AlertLedgerEntry.append(alert.annotations.bytes, to: &out)
            out.append(alert.state == .firing ? 1 : 0)
            for time in [alert.activeAt, alert.startsAt, alert.endsAt, held.receivedAt, held.updatedAt] {
                out.append(uint64: UInt64(bitPattern: time))
            }
            out.append(uint64: alert.value.bitPattern)
            AlertLedgerEntry.append(Array(alert.generatorURL.utf8), to: &out)
            out.append(held.origin.rawValue)
            out.append(held.isEndAssumed ? 1 : 0)
        case .alertGone(let labels):
            out.append(2)
            AlertLedgerEntry.append(labels.bytes, to: &out)
        case .record(let key, let record):
            out.append(3)
            AlertLedgerEntry.append(key, to: &out)
            out.append(uint64: UInt64(bitPattern: record.time))
            out.append(uint64: UInt64(bitPattern: record.expiresAt))
            for set in [record.firing, record.resolved] {
                out.append(varint: set.count)
                for fingerprint in set { out.append(uint64: fingerprint) }
            }
        case .recordGone(let key):
            out.append(4)
            AlertLedgerEntry.append(key, to: &out)
        case .silence(let silence):
            out.append(5)
            for text in [silence.id, silence.createdBy, silence.comment, MatcherText.text(silence.matchers)] {
                AlertLedgerEntry.append(Array(text.utf8), to: &out)
            }
            for time in [silence.startsAt, silence.endsAt, silence.updatedAt] {
                out.append(uint64: UInt64(bitPattern: time))
            }
        case .silenceGone(let id):
            out.append(6)
            AlertLedgerEntry.append(Array(id.utf8), to: &out)
        }
        return out
    }

    /// nil for what is no entry, or one of a later release.
    init?(bytes: [UInt8]) {
        var reader = ByteReader(bytes.span.bytes)
        do {
            guard let entry = try AlertLedgerEntry.read(&reader) else { return nil }
            self = entry
        } catch {
            return nil
        }
    }

    private static func read(_ reader: inout ByteReader) throws -> AlertLedgerEntry? {
        switch try reader.byte() {
        case 1: return try alert(&reader)
        case 2: return .alertGone(LabelSet(canonical: try text(&reader)))
        case 3:
            let key = try key(&reader)
            let time = Int64(bitPattern: try reader.uint64())
            let expiresAt = Int64(bitPattern: try reader.uint64())
            let firing = try fingerprints(&reader)
            let resolved = try fingerprints(&reader)
            return .record(
                key, NotificationRecord(time: time, expiresAt: expiresAt, firing: firing, resolved: resolved))
        case 4: return .recordGone(try key(&reader))
        case 5:
            var texts: [String] = []
            for _ in 0..<4 { texts.append(String(decoding: try text(&reader), as: UTF8.self)) }
            let startsAt = Int64(bitPattern: try reader.uint64())
            let endsAt = Int64(bitPattern: try reader.uint64())
            let updatedAt = Int64(bitPattern: try reader.uint64())
            return .silence(
                Silence(
                    id: texts[0], matchers: try MatcherText.parse(texts[3]), startsAt: startsAt, endsAt: endsAt,
                    updatedAt: updatedAt, createdBy: texts[1], comment: texts[2]))
        case 6: return .silenceGone(String(decoding: try text(&reader), as: UTF8.self))
        default: return nil
        }
    }

    private static func alert(_ reader: inout ByteReader) throws -> AlertLedgerEntry? {
        let labels = LabelSet(canonical: try text(&reader))
        let annotations = LabelSet(canonical: try text(&reader))
        let isFiring = try reader.byte() == 1
        var times: [Int64] = []
        for _ in 0..<5 { times.append(Int64(bitPattern: try reader.uint64())) }
        let value = Double(bitPattern: try reader.uint64())
        let url = String(decoding: try text(&reader), as: UTF8.self)
        guard let origin = HeldAlert.Origin(rawValue: try reader.byte()) else { return nil }
        let alert = Alert(
            labels: labels, annotations: annotations, state: isFiring ? .firing : .resolved, activeAt: times[0],
            startsAt: times[1], endsAt: times[2], value: value, generatorURL: url)
        var held = HeldAlert(alert, origin: origin, isEndAssumed: try reader.byte() == 1, now: times[4])
        held.receivedAt = times[3]
        return .alert(held)
    }

    private static func append(_ text: [UInt8], to out: inout [UInt8]) {
        out.append(varint: text.count)
        out += text
    }

    private static func append(_ key: NotificationKey, to out: inout [UInt8]) {
        for text in [key.groupKey, key.integration.receiver, key.integration.integration] {
            append(Array(text.utf8), to: &out)
        }
    }

    private static func text(_ reader: inout ByteReader) throws -> [UInt8] {
        try reader.bytes(try reader.count("text", limit: reader.remaining))
    }

    private static func key(_ reader: inout ByteReader) throws -> NotificationKey {
        var texts: [String] = []
        for _ in 0..<3 { texts.append(String(decoding: try text(&reader), as: UTF8.self)) }
        return NotificationKey(
            groupKey: texts[0], integration: IntegrationID(receiver: texts[1], integration: texts[2]))
    }

    private static func fingerprints(_ reader: inout ByteReader) throws -> Set<UInt64> {
        let count = try reader.count("fingerprints", limit: reader.remaining / 8)
        var out = Set<UInt64>(minimumCapacity: count)
        for _ in 0..<count { out.insert(try reader.uint64()) }
        return out
    }
}
