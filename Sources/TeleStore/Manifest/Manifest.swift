/// A published segment, as the manifest has it.
package struct SegmentEntry: Equatable, Sendable {
    package var signal: Signal
    package var id: UInt64
    /// Unix nanoseconds of the first and last record (logs: timestamp, spans: start); of samples unix milliseconds as
    /// the bit pattern of an `Int64`.
    package var minTime: UInt64
    package var maxTime: UInt64
    package var rows: UInt64
    /// On disk.
    package var bytes: UInt64
    /// The last write-ahead log record of this signal that it holds.
    package var lastSequence: UInt64
    /// CRC-32 of the footer: tells a file of the same name from the one that was published.
    package var footerSum: UInt32

    /// `logs/000000000000002a.seg`, within the data folder.
    package var path: String { "\(signal.folder)/\(SegmentEntry.name(id: id))" }

    static func name(id: UInt64) -> String {
        let digits = String(id, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits + ".seg"
    }

    static func id(ofName name: String) -> UInt64? {
        guard name.utf8.count == 20, name.hasSuffix(".seg") else { return nil }
        return UInt64(name.dropLast(4), radix: 16)
    }

    /// The age that retention goes by: unix nanoseconds of the last record.
    var newestNanoseconds: UInt64 {
        guard signal == .samples else { return maxTime }
        let milliseconds = Int64(bitPattern: maxTime)
        let (value, overflow) = UInt64(clamping: milliseconds).multipliedReportingOverflow(by: 1_000_000)
        return overflow ? .max : value
    }

    var oldestNanoseconds: UInt64 {
        guard signal == .samples else { return minTime }
        let milliseconds = Int64(bitPattern: minTime)
        let (value, overflow) = UInt64(clamping: milliseconds).multipliedReportingOverflow(by: 1_000_000)
        return overflow ? .max : value
    }

    /// Days since 1970 of the first record: the partition.
    var day: UInt64 { oldestNanoseconds / 86_400_000_000_000 }
}

/// What is stored: the published segments and, a signal, the last write-ahead log record that is in them. Files that
/// a manifest no longer names are removed only after both copies are written (``TwinFile``).
struct Manifest: Equatable, Sendable {
    var generation: UInt64 = 0
    /// Ids below were given out; a file is never named twice.
    var nextSegment: UInt64 = 1
    /// By ``Signal/index``: records up to this sequence number are in segments (or were dropped by retention).
    var sealedThrough: [UInt64] = [0, 0, 0]
    var segments: [SegmentEntry] = []
}
