/// The content of one file of a ``FaultyDisk``: as the machine sees it, and as the disk has it.
///
/// The disk takes sectors. A crash keeps any subset of the sectors that wait to be written, each whole as it was after
/// one of the writes that touched it, and any length between the one on disk and the one in memory. A sync that fails
/// writes some of them and calls all of them clean: what it did not write never gets there, unless it is written again.
struct FaultyNode {
    /// What reads see.
    private(set) var bytes: [UInt8] = []
    /// What a crash keeps for sure.
    private(set) var durable: [UInt8] = []
    /// Sectors of `bytes` that wait to be written.
    private var dirty: Set<Int> = []
    /// Where each write since the last sync ended.
    private var ends: [Int] = []
    /// Sectors that a failed sync called clean.
    private var lost: Set<Int> = []
    private(set) var syncs = 0

    /// A failed sync left something behind that a crash will take.
    var isLossy: Bool { !lost.isEmpty }

    private static func sectors(_ range: Range<Int>) -> Range<Int> {
        let size = FaultyDisk.sectorBytes
        return range.isEmpty ? 0..<0 : range.lowerBound / size..<(range.upperBound - 1) / size + 1
    }

    private static func range(_ sector: Int, upTo end: Int) -> Range<Int> {
        let start = sector * FaultyDisk.sectorBytes
        return start..<max(start, min(end, start + FaultyDisk.sectorBytes))
    }

    mutating func append(_ more: some Collection<UInt8>) {
        let start = bytes.count
        bytes.append(contentsOf: more)
        for sector in FaultyNode.sectors(start..<bytes.count) {
            dirty.insert(sector)
            lost.remove(sector)
        }
        ends.append(bytes.count)
    }

    mutating func truncate(to size: Int) {
        guard size < bytes.count else { return }
        bytes.removeLast(bytes.count - size)
        dirty = dirty.filter { $0 * FaultyDisk.sectorBytes < size }
        lost = lost.filter { $0 * FaultyDisk.sectorBytes < size }
        ends.removeAll { $0 > size }
    }

    mutating func sync() {
        syncs += 1
        setDurable(length: bytes.count)
        for sector in dirty { write(sector) }
        dirty = []
        ends = []
    }

    /// A sync that the disk lied about.
    mutating func skipSync() { syncs += 1 }

    mutating func failSync(_ random: inout SeededGenerator) {
        syncs += 1
        if random.chance(0.7) { setDurable(length: bytes.count) }
        for sector in dirty.sorted() {
            if sector * FaultyDisk.sectorBytes < durable.count, random.chance(0.5) {
                write(sector)
            } else {
                lost.insert(sector)
            }
        }
        dirty = []
        ends = []
    }

    private mutating func setDurable(length: Int) {
        if durable.count > length {
            durable.removeLast(durable.count - length)
        } else {
            durable.append(contentsOf: repeatElement(0, count: length - durable.count))
        }
    }

    private mutating func write(_ sector: Int) {
        let range = FaultyNode.range(sector, upTo: min(bytes.count, durable.count))
        durable.replaceSubrange(range, with: bytes[range])
    }

    /// The power is gone: what the disk has is all there is.
    mutating func crash(_ random: inout SeededGenerator) {
        let old = durable
        var chance = 0.6
        switch random.below(6) {
        case 0: chance = 0
        case 1: chance = 1
        default: break
        }
        setDurable(length: length(chance, &random))
        for sector in dirty.sorted() {
            let range = FaultyNode.range(sector, upTo: min(bytes.count, durable.count))
            if range.isEmpty { continue }
            var kept = range.upperBound
            if random.chance(chance) {
                // As it was after an earlier write to it, sometimes.
                let earlier = ends.filter { $0 > range.lowerBound && $0 < range.upperBound }
                if !earlier.isEmpty, random.chance(0.3) { kept = earlier[random.below(earlier.count)] }
                durable.replaceSubrange(range.lowerBound..<kept, with: bytes[range.lowerBound..<kept])
            } else {
                kept = min(range.upperBound, max(range.lowerBound, old.count))
            }
            // Behind the end of what was written a sector holds zeros, or what lay there before.
            if kept < range.upperBound, kept >= old.count, random.chance(0.15) {
                for i in kept..<range.upperBound { durable[i] = UInt8(truncatingIfNeeded: random.next()) }
            }
        }
        bytes = durable
        dirty = []
        ends = []
        lost = []
        syncs = 0
    }

    private func length(_ chance: Double, _ random: inout SeededGenerator) -> Int {
        let (low, high) = (min(durable.count, bytes.count), max(durable.count, bytes.count))
        if low == high || chance == 0 { return durable.count }
        if chance == 1 { return bytes.count }
        switch random.below(4) {
        case 0: return bytes.count
        case 1:
            let between = ends.filter { $0 > low && $0 < high }
            return between.isEmpty ? bytes.count : between[random.below(between.count)]
        default: return low + random.below(high - low + 1)
        }
    }

    /// Changes the file at rest, on disk and in memory.
    mutating func damage(_ change: (inout [UInt8]) -> Void) {
        change(&bytes)
        durable = bytes
        dirty = []
        ends = []
        lost = []
    }
}
