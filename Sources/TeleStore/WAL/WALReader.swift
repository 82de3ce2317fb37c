internal import TeleCodec
internal import TeleDisk

/// Reads one write-ahead log file in memory bounded by its biggest record, past damaged places.
struct WALReader {
    struct Report: Equatable {
        var records = 0
        /// Where the last good record ends; at least the file header.
        var length = WALFormat.fileHeaderBytes
        var lastSequence: UInt64 = 0
        /// Damaged places that had been durable, and their bytes.
        var brokenPlaces = 0
        var brokenBytes = 0
        /// Bytes of writes that were never acknowledged.
        var tornBytes = 0
        /// How much of the file is known to have been synced.
        var durable = 0
    }

    private let file: any DiskFile
    private let end: Int
    private static let window = 1 << 20

    /// `limit`: how much of the file counts, where the file after it says so.
    init(file: any DiskFile, limit: Int?) throws(DiskError) {
        self.file = file
        end = min(try file.size(), limit ?? .max)
    }

    /// Calls with each good record whose sequence number rises. `durable`: what is known to have been synced.
    func read(
        durable known: Int, _ body: (WALFormat.RecordHeader, [UInt8]) -> Void
    ) -> Report {
        var report = Report()
        var durable = known
        var damaged: [Range<Int>] = []
        var at = WALFormat.fileHeaderBytes
        while at < end {
            guard let header = header(at: at), header.length <= end - at - WALFormat.recordHeaderBytes else {
                let next = nextRecord(after: at)
                damaged.append(at..<next)
                at = next
                continue
            }
            let next = at + WALFormat.recordHeaderBytes + header.length
            durable = max(durable, Int(clamping: header.durable))
            let payload = try? file.read(at: at + WALFormat.recordHeaderBytes, count: header.length)
            if let payload, Checksum.matches(payload, header.payloadSum, .logRecord) {
                if header.sequence > report.lastSequence {
                    body(header, payload)
                    report.records += 1
                    report.lastSequence = header.sequence
                }
                report.length = next
            } else {
                damaged.append(at..<next)
            }
            at = next
        }
        report.durable = durable
        if end < known { damaged.append(end..<known) }
        for place in damaged {
            if place.lowerBound < durable {
                report.brokenPlaces += 1
                report.brokenBytes += place.count
            } else {
                report.tornBytes += place.count
            }
        }
        return report
    }

    private func header(at offset: Int) -> WALFormat.RecordHeader? {
        guard end - offset >= WALFormat.recordHeaderBytes,
            let bytes = try? file.read(at: offset, count: WALFormat.recordHeaderBytes)
        else { return nil }
        return WALFormat.RecordHeader(bytes.span, at: 0)
    }

    /// The next offset after a damaged one where a record header stands, or the end.
    private func nextRecord(after offset: Int) -> Int {
        var from = offset + 1
        while end - from >= WALFormat.recordHeaderBytes {
            let count = min(WALReader.window, end - from)
            guard let bytes = try? file.read(at: from, count: count) else { return end }
            let last = count - WALFormat.recordHeaderBytes
            for i in 0...last
            where bytes[i] == 0x54 && bytes[i + 1] == 0x57 && WALFormat.RecordHeader(bytes.span, at: i) != nil {
                return from + i
            }
            from += last + 1
        }
        return end
    }
}
