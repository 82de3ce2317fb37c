internal import TeleModel

/// Frames of the series before: series that were sampled together have the same times, and share a frame.
internal struct PromFrames {
    /// Frames that are kept before all are forgotten; those of longer runs are not, so that all together stay within
    /// 20 MiB.
    private static let most = 256
    private static let longest = 4096
    /// Four times as many, a power of two: a search ends soon.
    private static let slots = 1024

    private var frames: [PromFrame] = []
    /// Frames in use; those behind lend their memory to the next ones.
    private var count = 0
    /// By hash of the times, open addressing: a frame's number from 1 on, 0 where there is none.
    private var table: [UInt16] = []
    private var ends = PromGrid(start: 0, step: 0, count: 0)
    private var range: Int64 = 0
    private var function: PromWindowFunction?

    /// The place of a frame of the times, good until the next one is asked for.
    internal mutating func place(
        _ times: borrowing Span<Int64>, _ ends: PromGrid, _ range: Int64, _ function: PromWindowFunction? = nil
    ) -> Int {
        if self.ends != ends || self.range != range || self.function != function {
            (self.ends, self.range, self.function) = (ends, range, function)
            forget()
        }
        guard times.count > 0, times.count &+ ends.count <= PromFrames.longest else {
            // The first frame is for what is not kept.
            if frames.isEmpty { frames.append(PromFrame()) }
            frames[0].fill(times, ends, range, function)
            return 0
        }
        if table.isEmpty { table = Array(repeating: 0, count: PromFrames.slots) }
        // First and last time and count tell most runs apart.
        let sum = times[0] &* 31 &+ times[times.count &- 1] &* 17 &+ Int64(times.count)
        let home = Int(truncatingIfNeeded: (UInt64(bitPattern: sum) &* 0x9e37_79b9_7f4a_7c15) >> 54)
        var slot = home
        while table[slot] != 0 {
            if frames[Int(table[slot])].isOf(times) { return Int(table[slot]) }
            slot = (slot &+ 1) & (PromFrames.slots - 1)
        }
        if count == PromFrames.most {
            forget()
            table = Array(repeating: 0, count: PromFrames.slots)
            slot = home
        }
        count &+= 1
        while frames.count <= count { frames.append(PromFrame()) }
        frames[count].fill(times, ends, range, function)
        table[slot] = UInt16(truncatingIfNeeded: count)
        return count
    }

    private mutating func forget() {
        count = 0
        table = []
    }

    internal subscript(_ place: Int) -> PromFrame {
        @inline(__always) get { frames[place] }
    }
}
