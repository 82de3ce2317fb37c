import TeleModel

#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// The span that was started last, in a page shared with a file: it survives the process, whatever kills it, and costs three
/// stores a span. `tele-PID.last`: trace id 16 bytes, span id 8, as this machine orders them.
///
/// Of several requests at once it is the one that began something last: often the one that crashed, never sure.
final class LastSpan: @unchecked Sendable {
    struct Place: Equatable {
        var traceID: TraceID
        var spanID: SpanID
    }

    private static let size = 24
    private let path: String
    /// Written below the lock of the ids' generator; read by nobody in this process.
    private let words: UnsafeMutablePointer<UInt64>

    /// nil where the file can't be made or mapped.
    init?(folder: String) {
        path = Self.path(folder, Process.id)
        let file = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard file >= 0 else { return nil }
        defer { close(file) }
        guard ftruncate(file, off_t(Self.size)) == 0,
            let memory = mmap(nil, Self.size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), memory != MAP_FAILED
        else { return nil }
        words = memory.bindMemory(to: UInt64.self, capacity: 3)
    }

    deinit { munmap(words, Self.size) }

    @inline(__always)
    func note(_ traceID: TraceID, _ spanID: SpanID) {
        words[0] = traceID.high
        words[1] = traceID.low
        words[2] = spanID.raw
    }

    /// An orderly end leaves nothing.
    func remove() { unlink(path) }

    static func path(_ folder: String, _ process: Int64) -> String { "\(folder)/tele-\(process).last" }

    static func read(_ folder: String, process: Int64) -> Place? {
        guard let bytes = SmallFile.bytes(path(folder, process)), bytes.count == size else { return nil }
        let words = bytes.withUnsafeBytes { raw in
            (0..<3).map { raw.loadUnaligned(fromByteOffset: $0 * 8, as: UInt64.self) }
        }
        let place = Place(traceID: TraceID(high: words[0], low: words[1]), spanID: SpanID(words[2]))
        return place.traceID.isNone || words[2] == 0 ? nil : place
    }
}
