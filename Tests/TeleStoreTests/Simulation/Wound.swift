import TeleCodec
import TeleDisk
import TeleEngine
import TeleModel
import TeleTestKit

@testable import TeleStore

/// One place of one file that was damaged at rest, and what it may cost.
struct Wound: CustomStringConvertible {
    /// Within the data folder.
    var path: String
    var range: Range<Int>
    /// A flipped bit costs one part at most; a sector may lie in several.
    var isBit: Bool
    /// The parts of the file that it touches.
    var parts: [FilePart]

    var description: String {
        "\(isBit ? "bit" : "sector") of \(path) at \(range.lowerBound) in \(parts.map(\.name))"
    }

    /// Where to hit.
    struct Aim {
        enum Spot {
            case anywhere
            /// The first bytes of a file.
            case head(Int)
            /// The last part of a file.
            case tail(Double)
            /// The headers of log records.
            case recordHeaders
        }

        /// Files whose path has it, or ends so.
        var path = ""
        var suffix = ""
        var spot = Spot.anywhere

        /// A byte to hit; nil for any.
        func byte(_ size: Int, _ parts: [FilePart], _ random: inout SeededGenerator) -> Int? {
            switch spot {
            case .anywhere: return nil
            case .head(let count): return random.below(min(size, count))
            case .tail(let share): return size - 1 - random.below(max(1, Int(Double(size) * share)))
            case .recordHeaders:
                let records = parts.filter(\.isLogRecord)
                if records.isEmpty { return nil }
                return records[random.below(records.count)].range.lowerBound + random.below(WALFormat.recordHeaderBytes)
            }
        }
    }

    /// Damages one place of one file, of those that were never damaged before.
    static func make(
        on disk: FaultyDisk, root: String, _ aim: Aim, except: Set<String>, _ random: inout SeededGenerator
    ) -> Wound? {
        let paths = disk.paths.filter { path in
            path.hasPrefix(root) && path.contains(aim.path) && path.hasSuffix(aim.suffix)
                && disk.contents(path)?.isEmpty == false
                && !except.contains(String(path.dropFirst(root.utf8.count + 1)))
        }
        guard !paths.isEmpty else { return nil }
        // Kinds of files alike, however many there are of each.
        let kinds = Set(paths.map(kind)).sorted()
        let wanted = kinds[random.below(kinds.count)]
        let some = paths.filter { kind($0) == wanted }
        let path = some[random.below(some.count)]
        let relative = String(path.dropFirst(root.utf8.count + 1))
        let size = disk.contents(path)?.count ?? 0
        let parts = FileParts.read(relative, on: disk, root: root)
        let aimed = aim.byte(size, parts, &random)
        let byte = aimed ?? random.below(size)
        let isBit = aimed != nil || random.chance(0.7)
        let range: Range<Int>
        if isBit {
            let bit = random.below(8)
            disk.flipBit(path, byte: byte, bit: bit)
            range = byte..<byte + 1
        } else {
            let start = byte / FaultyDisk.sectorBytes * FaultyDisk.sectorBytes
            range = start..<min(size, start + FaultyDisk.sectorBytes)
            disk.damage(path) { bytes in for i in range { bytes[i] = 0 } }
        }
        return Wound(path: relative, range: range, isBit: isBit, parts: parts.filter { $0.range.overlaps(range) })
    }

    private static func kind(_ path: String) -> String {
        for kind in ["logs/", "traces/", "metrics/", "wal/", "manifest", "deletes"] where path.contains(kind) {
            return kind
        }
        return "other"
    }

    /// Of what is missing, what these wounds may have cost and the status tells of.
    static func explained(
        _ missing: Set<Int>, _ signal: Signal, _ wounds: [Wound], _ status: StoreStatus
    ) -> Set<Int> {
        var explained: Set<Int> = []
        for wound in wounds {
            let named = status.damage.filter { $0.path == wound.path }
            for part in wound.parts {
                // The last records of a log file can't be told from a write that was torn: they are counted.
                let isTold =
                    named.contains { part.isNamed($0.part) } || part.isLogRecord && status.tornWALBytes > 0
                if isTold { explained.formUnion(part.numbers[signal] ?? []) }
            }
        }
        return explained.intersection(missing)
    }

    /// Exemplars are a section of their own of a samples segment: its loss is told by place.
    static func explains(exemplars: Set<Int>, _ wounds: [Wound], _ status: StoreStatus) -> Bool {
        wounds.contains { wound in
            !wound.isBit && wound.path.hasPrefix("metrics/")
                && status.damage.contains { $0.path == wound.path && $0.part.hasPrefix("samples") }
        }
    }

    /// Damage that is reported of files that nobody touched.
    static func falseAlarms(_ status: StoreStatus, _ damaged: Set<String>) -> [String] {
        if status.brokenWALPlaces > 0, !damaged.contains(where: { $0.hasPrefix("wal/") }) {
            return ["broken places of the log are counted, and nobody touched it"]
        }
        // A sync that failed is told of as well (durability `interval`).
        return status.damage.filter { !damaged.contains($0.path) && $0.part != "sync" }.map {
            "\($0.path) is reported as damaged: \($0.part): \($0.message)"
        }
    }
}
