internal import TeleCodec

/// The layout of write-ahead log files (`wal/<16 hex digits>.wal`), little endian.
///
/// File header, 44 bytes:
/// | at | size | what |
/// |---|---|---|
/// | 0 | 8 | magic `TELEWAL` and a line feed |
/// | 8 | 4 | format version, 1 |
/// | 12 | 4 | the file's number less that of the file before it; 0: the one before it in the folder; all ones: none |
/// | 16 | 8 | the file's number |
/// | 24 | 8 | length of the file before it that counts; what follows there was never acknowledged |
/// | 32 | 8 | length of the file before it that was known to be durable |
/// | 40 | 4 | CRC-32 of the 40 bytes before |
///
/// Record: a header of 36 bytes, then the payload (`BatchDump`):
/// | at | size | what |
/// |---|---|---|
/// | 0 | 4 | marker `TWR1` |
/// | 4 | 4 | payload length, at most ``StoreLimits/walRecordBytes`` |
/// | 8 | 8 | sequence number, rising over all files |
/// | 16 | 8 | length of this file that was durable when the record was written |
/// | 24 | 1 | ``Signal`` |
/// | 25 | 3 | zero |
/// | 28 | 4 | CRC-32 of the payload |
/// | 32 | 4 | CRC-32 of the 32 bytes before |
///
/// Invariants:
/// 1. A record is acknowledged only after a sync that covers it (durability `fsync`).
/// 2. Nothing is ever appended after a failed write or sync, nor after a torn tail: a new file begins, whose header
///    says how much of the one before counts.
/// 3. A damaged place below a length that was known to be durable is corruption and reported as such; above it, it is
///    the torn end of a write that nobody was told of.
enum WALFormat {
    static let magic: [UInt8] = Array("TELEWAL\n".utf8)
    static let version: UInt32 = 1
    static let fileHeaderBytes = 44
    static let recordHeaderBytes = 36
    static let marker: UInt32 = 0x3152_5754

    struct FileHeader: Equatable {
        var number: UInt64
        /// Of the file that the lengths speak of; nil where there was none.
        var previousNumber: UInt64?
        /// As older files have it: the lengths speak of whatever file comes before.
        var hasAnyPrevious = false
        var previousLength: UInt64
        var previousDurable: UInt64

        /// Whether the lengths speak of the file with this number, which comes right before in the folder.
        func speaks(of number: UInt64) -> Bool { hasAnyPrevious || previousNumber == number }

        func encode() -> [UInt8] {
            var out = WALFormat.magic
            out.append(uint32: WALFormat.version)
            let distance = previousNumber.flatMap { UInt32(exactly: number &- $0) } ?? .max
            out.append(uint32: distance)
            out.append(uint64: number)
            out.append(uint64: previousLength)
            out.append(uint64: previousDurable)
            out.append(uint32: Checksum.crc32(out))
            return out
        }
    }

    enum HeaderResult: Equatable {
        case header(FileHeader)
        case newerVersion(UInt32)
        case damaged
    }

    static func readFileHeader(_ bytes: [UInt8]) -> HeaderResult {
        var reader = ByteReader(bytes.span.bytes)
        guard bytes.count >= fileHeaderBytes, bytes.starts(with: magic), (try? reader.take(8)) != nil,
            let version = try? reader.uint32(), let distance = try? reader.uint32(), let number = try? reader.uint64(),
            let length = try? reader.uint64(), let durable = try? reader.uint64(), let sum = try? reader.uint32(),
            Checksum.matches(bytes.span.extracting(0..<40), sum, .logFileHeader)
        else { return .damaged }
        if version > WALFormat.version { return .newerVersion(version) }
        return .header(
            FileHeader(
                number: number, previousNumber: distance == .max || distance > number ? nil : number - UInt64(distance),
                hasAnyPrevious: distance == 0, previousLength: length, previousDurable: durable))
    }

    struct RecordHeader: Equatable {
        var length: Int
        var sequence: UInt64
        var durable: UInt64
        var signal: Signal
        var payloadSum: UInt32

        func encode(into out: inout [UInt8]) {
            let start = out.count
            out.append(uint32: WALFormat.marker)
            out.append(uint32: UInt32(truncatingIfNeeded: length))
            out.append(uint64: sequence)
            out.append(uint64: durable)
            out.append(uint32: UInt32(signal.rawValue))
            out.append(uint32: payloadSum)
            out.append(uint32: Checksum.crc32(out.span.extracting(start..<start + 32)))
        }

        /// nil where the bytes at the offset are no record header.
        init?(_ bytes: borrowing Span<UInt8>, at offset: Int) {
            guard offset >= 0, bytes.count - offset >= WALFormat.recordHeaderBytes else { return nil }
            let header = bytes.extracting(offset..<offset + WALFormat.recordHeaderBytes)
            var reader = ByteReader(header.bytes)
            guard let marker = try? reader.uint32(), marker == WALFormat.marker, let length = try? reader.uint32(),
                let sequence = try? reader.uint64(), let durable = try? reader.uint64(),
                let kind = try? reader.uint32(), let payloadSum = try? reader.uint32(),
                let sum = try? reader.uint32(),
                Checksum.matches(header.extracting(0..<32), sum, .logRecordHeader),
                let signal = UInt8(exactly: kind).flatMap(Signal.init), length <= StoreLimits.walRecordBytes
            else { return nil }
            self.init(
                length: Int(length), sequence: sequence, durable: durable, signal: signal, payloadSum: payloadSum)
        }

        init(length: Int, sequence: UInt64, durable: UInt64, signal: Signal, payloadSum: UInt32) {
            self.length = length
            self.sequence = sequence
            self.durable = durable
            self.signal = signal
            self.payloadSum = payloadSum
        }
    }

    static func name(_ number: UInt64) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits + ".wal"
    }

    static func number(ofName name: String) -> UInt64? {
        guard name.utf8.count == 20, name.hasSuffix(".wal") else { return nil }
        return UInt64(name.dropLast(4), radix: 16)
    }
}
