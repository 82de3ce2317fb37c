/// The floats of one series at all steps; a buffer that is used again for the next series.
internal struct PromRow {
    internal var values: [Double]
    internal var state: [UInt8]
    internal var hasValues = false
    /// Start times contradict one another.
    internal var hasOverlaps = false

    internal init(steps: Int) {
        values = Array(repeating: 0, count: steps)
        state = Array(repeating: PromBlock.absent, count: steps)
    }
}
