internal import TeleModel

/// The values of one series at all steps, and what is worked with on the way to them: buffers that are used again for
/// the next series.
internal struct PromRow {
    internal var values: [Double]
    internal var state: [UInt8]
    /// By step, where the state is `histogram`.
    internal var histograms: [Int: NativeHistogram] = [:]
    internal var hasValues = false
    /// Start times contradict one another.
    internal var hasOverlaps = false
    /// Windows over the times of the series before.
    internal var frames = PromFrames()

    internal init(steps: Int) {
        values = Array(repeating: 0, count: steps)
        state = Array(repeating: PromBlock.absent, count: steps)
    }

    /// Gives the columns to a kernel, which fills them and gives them back: they are its own then.
    internal mutating func lendColumns() -> (values: [Double], state: [UInt8]) {
        defer { (values, state) = ([], []) }
        if !histograms.isEmpty { histograms.removeAll(keepingCapacity: true) }
        (hasValues, hasOverlaps) = (false, false)
        return (values, state)
    }

    /// Makes every step absent.
    internal mutating func clear() {
        for step in state.indices { state[step] = PromBlock.absent }
        if !histograms.isEmpty { histograms.removeAll(keepingCapacity: true) }
        (hasValues, hasOverlaps) = (false, false)
    }

    internal mutating func set(_ step: Int, _ value: Double) {
        values[step] = value
        state[step] = PromBlock.float
        hasValues = true
    }

    internal mutating func set(_ step: Int, _ value: NativeHistogram) {
        histograms[step] = value
        state[step] = PromBlock.histogram
        hasValues = true
    }
}
