internal import TeleModel

/// Frames of the series before: series that were sampled together have the same times, and share a frame.
internal struct PromFrames {
    /// Frames that are kept; those of longer runs are not, so that all together stay within 10 MiB.
    private static let slots = 128
    private static let longest = 4096
    private static let probes = 4

    private var frames: [PromFrame] = []
    private var ends = PromGrid(start: 0, step: 0, count: 0)
    private var range: Int64 = 0
    private var function: PromWindowFunction?

    /// The place of a frame of the times, good until the next one is asked for.
    internal mutating func place(
        _ times: borrowing Span<Int64>, _ ends: PromGrid, _ range: Int64, _ function: PromWindowFunction? = nil
    ) -> Int {
        if frames.isEmpty || self.ends != ends || self.range != range || self.function != function {
            frames = Array(repeating: PromFrame(), count: PromFrames.slots + 1)
            (self.ends, self.range, self.function) = (ends, range, function)
        }
        let count = times.count
        guard count > 0, count &+ ends.count <= PromFrames.longest else {
            frames[PromFrames.slots].fill(times, ends, range, function)
            return PromFrames.slots
        }
        // First and last time and count tell most runs apart.
        let mixed =
            UInt64(bitPattern: times[0] &* 31 &+ times[count &- 1] &* 17 &+ Int64(count)) &* 0x9e37_79b9_7f4a_7c15
        let home = Int(truncatingIfNeeded: mixed >> 57)
        for probe in 0..<PromFrames.probes {
            let place = (home &+ probe) & (PromFrames.slots - 1)
            if frames[place].times.isEmpty { break }
            if frames[place].isOf(times) { return place }
        }
        var place = home
        for probe in 0..<PromFrames.probes where frames[(home &+ probe) & (PromFrames.slots - 1)].times.isEmpty {
            place = (home &+ probe) & (PromFrames.slots - 1)
            break
        }
        frames[place].fill(times, ends, range, function)
        return place
    }

    internal subscript(_ place: Int) -> PromFrame {
        @inline(__always) get { frames[place] }
    }
}
