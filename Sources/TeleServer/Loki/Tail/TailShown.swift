internal import TeleModel
internal import TeleQuery

/// Lines of the past that a batch may bring once more: one that was stored, and published while the past was read.
struct TailShown: Sendable {
    private struct Key: Hashable {
        var time: UInt64
        var stream: String
        var line: [UInt8]

        init(_ line: LogTail.Line) {
            time = line.entry.time
            stream = line.key
            self.line = line.entry.line
        }
    }

    private var counts: [Key: Int] = [:]
    /// Batches that may still be of the time when the past was read.
    private var batches = 256

    init(_ lines: [LogTail.Line]) {
        for line in lines { counts[Key(line), default: 0] += 1 }
    }

    mutating func without(_ lines: [LogTail.Line]) -> [LogTail.Line] {
        guard !counts.isEmpty else { return lines }
        batches -= 1
        defer { if batches == 0 { counts = [:] } }
        return lines.filter { line in
            let key = Key(line)
            guard let count = counts[key] else { return true }
            counts[key] = count > 1 ? count - 1 : nil
            return false
        }
    }
}
