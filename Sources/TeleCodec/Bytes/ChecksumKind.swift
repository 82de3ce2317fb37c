/// What a checksum stands over: each kind of check by name, so that tests can take one away and see that it is missed.
package enum ChecksumKind: String, CaseIterable, Sendable {
    case logFileHeader, logRecordHeader, logRecord
    case manifest, deletions
    case segmentFooter, segmentSection, traceIndexPage
    case blockDirectory, blockPage
    case samplesFooter, samplesSection, samplesGroup
}

extension Checksum {
    #if DEBUG
    /// Checks that hold whatever the bytes are, within a task: for the test of the tests. Debug builds only.
    @TaskLocal package static var ignored: ChecksumKind?
    #endif

    /// Whether the bytes are those that the checksum was made of.
    @inline(__always)
    package static func matches(_ bytes: borrowing Span<UInt8>, _ sum: UInt32, _ kind: ChecksumKind) -> Bool {
        #if DEBUG
        if ignored == kind { return true }
        #endif
        return crc32(bytes) == sum
    }

    @inline(__always)
    package static func matches(_ bytes: [UInt8], _ sum: UInt32, _ kind: ChecksumKind) -> Bool {
        matches(bytes.span, sum, kind)
    }
}
