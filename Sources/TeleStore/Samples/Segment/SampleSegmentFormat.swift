/// Names and numbers of the segment's bytes; the layout is described in `Samples.md`.
enum SampleSegmentFormat {
    /// "TSAM", little endian.
    static let magic: UInt32 = 0x4d41_5354
    static let version: UInt32 = 1
    static let headBytes = 8
    /// Footer length, footer CRC-32, magic.
    static let trailerBytes = 12
    /// Chunks are read and checked a group at a time: one broken bit costs at most this much.
    static let groupBytes = 32 << 10
    /// A group ends after the chunk that fills it; no chunk is larger than a histogram chunk of the largest histograms.
    static let maxGroupBytes = 160 << 20
    static let maxFooterBytes = 4096
    static let maxSectionBytes = 1 << 31

    enum Section: UInt8, CaseIterable {
        case labels = 1, series, samples, histograms, exemplars, metadata, starts
    }
}
